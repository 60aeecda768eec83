"""The server, the worker and the commands as processes, on a database of the test's own."""

import re
import signal
import socket
import time
import urllib.request

import psycopg
import pytest
from django.db import transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.models import Link, SignedCheckpoint


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def append():
    with transaction.atomic():
        ledger.append(Event.STAFF_ADDED, subject="thing:1", content={"role": "reader"})


def eventually(condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return True


def test_serve_announces_localhost_and_serves(own_database):
    port = free_port()
    server = own_database.spawn("serve", "--port", str(port))
    assert f"http://localhost:{port} " in server.stdout.readline()
    with urllib.request.urlopen(f"http://localhost:{port}/staff/sign-in/") as answer:
        assert answer.status == 200
    server.send_signal(signal.SIGTERM)
    assert server.wait(30) == 0


def test_serve_says_when_its_port_is_taken(own_database):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = own_database.command("serve", "--port", str(port))
    assert done.returncode == 1
    assert f"Port {port} is taken by another program. Choose another: --port {port + 1}." in done.stderr


def test_the_worker_sequences_the_ledger_within_seconds(own_database):
    own_database.spawn("worker")
    append()
    assert eventually(Link.objects.exists)


def test_a_killed_worker_leaves_its_work_to_the_next(own_database):
    worker = own_database.spawn("worker")
    append()
    eventually(Link.objects.exists)
    worker.kill()
    worker.wait(10)
    append()
    assert own_database.command("worker", "--until-idle").returncode == 0
    assert Link.objects.count() == 2


def test_a_told_worker_stops_in_order(own_database):
    worker = own_database.spawn("worker")
    append()
    eventually(Link.objects.exists)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0


def test_ledger_verify_places_what_waits_then_prints_rows_and_head(own_database):
    append()
    done = own_database.command("ledger", "verify")
    assert done.returncode == 0
    assert done.stdout == f"1 rows, head {bytes(SignedCheckpoint.objects.get().root).hex()}\n"


def test_ledger_verify_names_the_first_bad_row(own_database):
    append()
    append()
    own_database.command("ledger", "verify")
    row = Link.objects.get(index=1).row_id
    with psycopg.connect(own_database.owner_url) as superuser:
        superuser.execute("ALTER TABLE ledger_ledgerrow DISABLE TRIGGER ALL")
        superuser.execute("UPDATE ledger_ledgerrow SET subject = 'thing:2' WHERE id = %s", [row])
    done = own_database.command("ledger", "verify")
    assert done.returncode == 1
    assert done.stdout.startswith(f"First bad row: row {row}, place 1: ")


def test_database_url_prints_an_address_that_opens(own_database):
    printed = own_database.command("database", "url").stdout.strip()
    assert printed == own_database.owner_url
    with psycopg.connect(printed) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("rempart_owner",)


def test_doctor_finds_everything_good(own_database):
    done = own_database.command("doctor")
    assert (done.returncode, [line for line in done.stdout.splitlines() if not line.startswith("good")]) == (0, [])


def test_doctor_names_what_is_bad_and_exits_1(own_database):
    with psycopg.connect(own_database.owner_url) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'staff'")
    done = own_database.command("doctor")
    assert done.returncode == 1
    assert re.search(r"^BAD   migrations: missing staff\.0001_initial", done.stdout, re.MULTILINE)


def test_somebody_is_added_and_signed_in_from_the_command_line(own_database):
    assert own_database.command("staff", "invite", "maud@example.org", "--name", "Maud").returncode == 0
    printed = own_database.command("staff", "link", "maud@example.org").stdout
    assert re.fullmatch(r"http://localhost:8000/staff/link/[\w-]{43}/\n", printed)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("staff", "link", "nobody@example.org"), 1, "Nobody active here has the address nobody@example.org"),
        (("staff", "invite", "not an address"), 1, "is not an e-mail address"),
        (("staff", "invite", "maud@example.org", "--role", "king"), 64, "king is none of reader"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_in_a_sentence(own_database, arguments, status, said):
    done = own_database.command(*arguments)
    assert done.returncode == status
    assert said in done.stderr
