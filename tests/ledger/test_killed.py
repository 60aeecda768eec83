"""The sequencer killed anywhere: each row has its leaf once, each checkpoint its number, and the next run goes on."""

import random
import subprocess
import sys
import time

import psycopg
import pytest
from django.db import connection, transaction

from rempart import ledger
from rempart.ledger import Event, log
from rempart.ledger.models import Link, Pending, SignedCheckpoint
from rempart.ledger.verification import verify
from rempart.tlog.tiles import FolderTiles
from rempart.tlog.tree import root

# Small batches, so that there are many moments between two transactions; the worker's loop without its pauses.
SEQUENCER = """
import pathlib, sys
from rempart.site.setting_up import set_up
set_up()
from rempart.ledger import log, sequencer
sequencer.BATCH = 40
print("ready", flush=True)
while True:
    log.checkpoint_now()
    log.export(pathlib.Path(sys.argv[1]))
"""
# Waits at the point that is told, within the transaction, until it is killed.
WAIT = """
CREATE FUNCTION wait_to_be_killed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
"""


@pytest.fixture
def sequencer(own_database, tmp_path):
    """Start a process that sequences, signs and exports without a pause."""
    processes = []

    def start() -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-c", SEQUENCER, str(tmp_path / "exported")],
            env=own_database.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def append(rows):
    with transaction.atomic():
        for number in range(rows):
            ledger.append(Event.STAFF_ADDED, subject=f"thing:{number}", content={"number": number})


def holds(rows):
    """Whether everything is in its place, once the next run has ended."""
    assert log.checkpoint_now().size == rows
    assert (Link.objects.count(), Pending.objects.count()) == (rows, 0)
    assert verify().bad is None
    return True


def test_killed_at_random_it_loses_nothing_and_repeats_nothing(own_database, sequencer, tmp_path):
    chance, rows = random.Random(7), 0
    for _time in range(2):
        process = sequencer()
        ends = time.monotonic() + chance.uniform(0.05, 0.5)
        while time.monotonic() < ends:
            append(60)
            rows += 60
        process.kill()
        process.wait(10)
    assert holds(rows)
    exported = log.export(tmp_path / "exported")
    assert root(FolderTiles(tmp_path / "exported"), rows) == bytes(exported.root)


@pytest.mark.parametrize("table", ["ledger_link", "ledger_tile", "ledger_signedcheckpoint"])
def test_killed_while_it_writes_it_leaves_nothing_half_done(own_database, sequencer, table):
    append(600)
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute(WAIT)
        owner.execute(f"CREATE TRIGGER wait AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION wait_to_be_killed()")
    process = sequencer()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    ends = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < ends:
            cursor.execute(waiting)
            if cursor.fetchone()[0]:
                break
            time.sleep(0.02)
        assert time.monotonic() < ends
    process.kill()
    process.wait(10)
    with psycopg.connect(own_database.owner_url, autocommit=True) as owner:
        owner.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'")
        owner.execute(f"DROP TRIGGER wait ON {table}")
    assert not SignedCheckpoint.objects.exists()
    assert holds(600)
