"""A ledger whose rows were chained becomes a tree over the same rows in the same order, or is left as it was."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from rempart.database.embedded import APPLICATION, OWNER
from rempart.database.roles import prepare_application_role
from rempart.ledger import log
from rempart.ledger.canonical import canonical_json, commitment, time_text
from rempart.ledger.models import Content, LedgerRow, Link
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify

ROWS, WAITING = 300, 3
BEGAN = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def chained(server, django_db_setup, django_db_blocker):
    """A database of before with 300 rows in the chain and three that wait, and how to migrate it."""
    name = "test_ledger_migration"
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    with psycopg.connect(server.url(OWNER, name)) as owner:
        prepare_application_role(owner, APPLICATION, None)

    def migrate(*to: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "django", "migrate", "ledger", *to, "--database", "owner", "--skip-checks"]
        environment = os.environ | {"REMPART_DATABASE": name}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    assert migrate("0002").returncode == 0
    with psycopg.connect(server.url(database=name)) as connection:
        _fill(connection)
    before = settings.DATABASES["default"]["NAME"]
    with django_db_blocker.unblock():
        yield server.url(database=name), migrate, lambda: _point_to(name)
        _point_to(before)
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _point_to(database: str) -> None:
    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


def _fill(connection: psycopg.Connection) -> None:
    """Rows as the ledger wrote them before, and their chain, each link over the one before."""
    head = bytes(32)
    for row in range(1, ROWS + WAITING + 1):
        moment, text, salt = BEGAN + timedelta(seconds=row), canonical_json({"number": row}), bytes([row % 251]) * 32
        committed = commitment(salt, text) if row % 7 else None
        connection.execute(
            "INSERT INTO ledger_ledgerrow (id, event, subject, acting, effective_at, recorded_at, commitment)"
            " VALUES (%s, 'staff_added', %s, '', %s, %s, %s)",
            [row, f"thing:{row % 5}", moment, moment, committed],
        )
        if committed:
            connection.execute("INSERT INTO ledger_content VALUES (%s, %s, %s)", [row, salt, text])
        if row > ROWS:
            connection.execute("INSERT INTO ledger_pending VALUES (%s)", [row])
            continue
        told = ["staff_added", f"thing:{row % 5}", "", time_text(moment), time_text(moment)]
        body = [row, head.hex(), row, *told, committed.hex() if committed else None]
        digest = hashlib.sha256(b"rempart/link/1\n" + json.dumps(body, separators=(",", ":")).encode()).digest()
        connection.execute("INSERT INTO ledger_link VALUES (%s, %s, %s, %s)", [row, head, digest, row])
        head = digest
    connection.execute("SELECT setval('ledger_ledgerrow_id_seq', %s)", [ROWS + WAITING])


def test_rows_keep_their_order_and_the_tree_holds_over_them(chained):
    address, migrate, enter = chained
    with psycopg.connect(address) as connection:
        head = connection.execute("SELECT hash FROM ledger_link ORDER BY index DESC LIMIT 1").fetchone()[0]
    done = migrate()
    assert done.returncode == 0, done.stderr
    enter()
    assert sequence_pending() == WAITING + 1
    report = verify()
    assert (report.rows, report.bad) == (ROWS + WAITING + 1, None)
    assert list(Link.objects.order_by("index").values_list("row_id", flat=True)[:ROWS]) == list(range(1, ROWS + 1))
    assert log.latest_checkpoint().size == ROWS + WAITING + 1
    closed = LedgerRow.objects.get(event="chain_closed")
    assert json.loads(Content.objects.get(row=closed).canonical) == {"rows": ROWS, "head": bytes(head).hex()}
    assert len({bytes(nonce) for nonce in LedgerRow.objects.values_list("nonce", flat=True)}) == report.rows


def test_a_chain_that_does_not_hold_is_not_made_a_tree(chained):
    """What is known to be false would be signed."""
    address, migrate, _enter = chained
    with psycopg.connect(address) as superuser:
        superuser.execute("SET session_replication_role = replica")
        superuser.execute("UPDATE ledger_ledgerrow SET subject = 'thing:9' WHERE id = 40")
    done = migrate()
    assert done.returncode != 0
    assert "the ledger's chain does not hold at place 40, row 40" in done.stderr
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT min(index), count(previous) FROM ledger_link").fetchone() == (1, ROWS)
