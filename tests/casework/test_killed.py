"""The worker is killed in the middle of its work, for real; the next one completes it, and nothing is done twice."""

import json
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

ACCOUNTS = 40
BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)


def command(own_database, *arguments: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "rempart.cli", *arguments],
        env=own_database.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.fixture
def imported(own_database, tmp_path):
    """A wave about many accounts, imported and not assessed. What posts show was found genuine: rules answer."""
    lines = [
        {
            "id": f"p{number}",
            "service": "bluesky",
            "author": f"author{number}.example",
            "created_at": (BEGIN + timedelta(minutes=number)).isoformat(),
            "text": f"#balancetontiktokeur @star.{number % ACCOUNTS} m'a demandé des nudes à {12 + number % 5} ans",
        }
        for number in range(3 * ACCOUNTS)
    ]
    path = tmp_path / "wave.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines))
    done = command(own_database, "import", str(path), "--hashtag", "balancetontiktokeur")
    _out, errors = done.communicate(timeout=60)
    assert done.returncode == 0, errors.decode()
    with psycopg.connect(own_database.owner_url) as connection:
        shown = json.dumps([{"kind": "export", "verified": True}])
        connection.execute("UPDATE intake_testimony SET evidence = %s", [shown])
    return own_database


def value(own_database, sql: str):
    with psycopg.connect(own_database.owner_url, autocommit=True) as connection:
        return connection.execute(sql).fetchone()[0]


def wait_until(own_database, sql: str, process: subprocess.Popen, *, timeout: float = 60) -> None:
    """Until a query says true."""
    until = time.monotonic() + timeout
    with psycopg.connect(own_database.owner_url, autocommit=True) as connection:
        while not connection.execute(sql).fetchone()[0]:
            assert process.poll() is None, process.stderr.read().decode()
            assert time.monotonic() < until, f"not in time: {sql}"
            time.sleep(0.01)


def test_an_assessment_killed_in_its_middle_is_completed_by_the_next_worker(imported):
    worker = command(imported, "worker")
    wait_until(imported, "SELECT count(*) >= 5 FROM casework_case", worker)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()
    assert 5 <= value(imported, "SELECT count(*) FROM casework_case") < ACCOUNTS

    # The worker has been gone for longer than a heartbeat lasts.
    with psycopg.connect(imported.owner_url) as connection:
        connection.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")
    worker = command(imported, "worker")
    wait_until(imported, "SELECT count(*) = 1 FROM casework_wavereplay", worker, timeout=120)
    worker.terminate()
    worker.communicate(timeout=30)
    assert value(imported, "SELECT count(*) FROM casework_case") == ACCOUNTS
    assert value(imported, "SELECT count(*) FROM casework_assessmentrecord") == ACCOUNTS
    assert value(imported, "SELECT count(*) FROM ledger_ledgerrow WHERE event = 'case_opened'") == ACCOUNTS
    assert value(imported, "SELECT max(n) FROM (SELECT count(*) n FROM casework_decision GROUP BY case_id) x") == 1


def test_what_lapsed_while_no_worker_ran_is_recorded_at_its_own_time(imported):
    done = command(imported, "worker", "--until-idle")
    _out, errors = done.communicate(timeout=120)
    assert done.returncode == 0, errors.decode()
    moment = "now() - interval '9 days'"
    with psycopg.connect(imported.owner_url) as connection:
        connection.execute("UPDATE intake_account SET age_band = '18_plus'")
        connection.execute(
            f"""UPDATE casework_decision SET state = 'taken', four_eyes = '{{}}', approval = 'automatic',
                mode = 'preventive', taken_at = {moment}, since = {moment}, begins_at = {moment},
                review_due = {moment} + interval '1 day', ends_at = {moment} + interval '3 days'
                WHERE state = 'proposed'"""
        )
        # Days went by: no minute of the schedule is the one in which the first worker ran.
        connection.execute("DELETE FROM procrastinate_periodic_defers")
    taken = value(imported, "SELECT count(*) FROM casework_decision WHERE state = 'taken'")
    assert taken
    worker = command(imported, "worker")
    recorded = f"SELECT count(*) = {taken} FROM ledger_ledgerrow WHERE event = 'decision_lapsed'"
    wait_until(imported, recorded, worker, timeout=90)
    worker.terminate()
    worker.communicate(timeout=30)
    late = "SELECT min(recorded_at - effective_at) FROM ledger_ledgerrow WHERE event = 'decision_lapsed'"
    assert value(imported, late) > timedelta(days=5)
