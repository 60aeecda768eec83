"""A server named by DATABASE_URL, reached with passwords, where the application gets a login of its own."""

import os
import socket
import subprocess
import sys

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from rempart.database.account import server_account
from rempart.database.addresses import addresses
from rempart.database.embedded import EmbeddedServer

from .conftest import FAST


@pytest.fixture
def given_url(home):
    """The owner's address on a PostgreSQL server that listens on the loopback and asks for passwords."""
    server = EmbeddedServer(home, settings=FAST)
    server.start()  # for its binaries and its account
    server.stop()
    account, folder = server_account(home), (home / "database").resolve()
    data, binaries = folder / "data", next(folder.glob("postgres-*/*/*/bin"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (data / "pg_hba.conf").write_text("host all all 127.0.0.1/32 scram-sha-256\nlocal all all trust\n")
    with (data / "rempart.conf").open("a") as stream:
        stream.write(f"listen_addresses = '127.0.0.1'\nport = {port}\n")
    control = (binaries / "pg_ctl", "-D", data, "-w", "-s", "-l", folder / "server.log")
    assert account.run(*control, "start", timeout=60).returncode == 0
    with psycopg.connect(host=str(folder), port=port, user="rempart_owner", dbname="postgres", autocommit=True) as root:
        root.execute("CREATE ROLE dba LOGIN CREATEROLE PASSWORD 'of the owner'")
        root.execute("CREATE DATABASE moderation OWNER dba")
    yield f"postgresql://dba:of%20the%20owner@127.0.0.1:{port}/moderation"
    account.run(*control, "stop", "-m", "immediate", timeout=60)


def rempart(home, url, *arguments):
    environment = os.environ | {"DATABASE_URL": url, "REMPART_HOME": str(home.parent / "another")}
    command = [sys.executable, "-m", "rempart.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_a_given_server_is_migrated_by_its_owner_and_used_by_a_login_that_owns_nothing(home, given_url, monkeypatch):
    both = [rempart(home, given_url, "ledger", "verify") for _ in range(2)]
    assert [(done.returncode, done.stdout[:7]) for done in both] == [(0, "0 rows,")] * 2, both
    monkeypatch.setenv("REMPART_HOME", str(home.parent / "another"))
    monkeypatch.setenv("DATABASE_URL", given_url)
    found = addresses()
    assert found.application["user"] == "moderation_app"
    with psycopg.connect(make_conninfo(**found.application)) as application:
        owned = application.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
        assert owned == (0,)
        with pytest.raises(psycopg.DatabaseError, match="permission denied"):
            application.execute("DELETE FROM ledger_ledgerrow")
    wrong = make_conninfo(**found.application | {"password": "guessed"})
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_the_applications_password_follows_the_secret_key(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://dba:x@db.example/moderation")
    passwords = []
    for key in ("one", "one", "two"):
        monkeypatch.setenv("REMPART_SECRET_KEY", key)
        passwords.append(addresses().application["password"])
    assert passwords[0] == passwords[1] != passwords[2]


def test_options_of_the_address_are_kept(monkeypatch):
    monkeypatch.setenv("REMPART_SECRET_KEY", "one")
    monkeypatch.setenv("DATABASE_URL", "postgresql://dba:x@db.example:6432/moderation?sslmode=verify-full")
    expected = conninfo_to_dict("host=db.example port=6432 dbname=moderation sslmode=verify-full")
    assert expected.items() <= addresses().application.items()


def test_a_server_that_does_not_answer_is_told_in_a_sentence(tmp_path):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://owner:hidden-word@127.0.0.1:{closed.getsockname()[1]}/rempart"
        ended = subprocess.run(
            [sys.executable, "-m", "rempart.cli", "ledger", "verify"],
            env={**os.environ, "DATABASE_URL": url, "REMPART_HOME": str(tmp_path)},
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
    assert ended.returncode == 1
    assert "Connection refused" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hidden-word" not in ended.stderr
