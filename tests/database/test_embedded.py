"""The embedded server starts whatever it finds, listens to nobody outside, and outlives whoever started it."""

import multiprocessing
import os
import shutil
import signal
import stat
import time
from pathlib import Path

import psycopg
import pytest

from rempart.database.embedded import APPLICATION, OWNER, EmbeddedServer


def pid_of(server: EmbeddedServer) -> int:
    return int((server.home / "database" / "data" / "postmaster.pid").read_text().split()[0])


def ask(server: EmbeddedServer, question: str, role: str = OWNER):
    with psycopg.connect(server.url(role), autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def wait_until_gone(pid: int) -> None:
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        time.sleep(0.01)


def test_both_roles_are_let_in(server):
    assert [ask(server, "SELECT current_user", role) for role in (OWNER, APPLICATION)] == [OWNER, APPLICATION]


def test_it_listens_to_no_network(server):
    assert ask(server, "SHOW listen_addresses") == ""


def test_network_connections_would_be_refused_anyway(server):
    rules = ask(server, "SELECT string_agg(type || ' ' || auth_method, ',') FROM pg_hba_file_rules")
    assert rules == "local peer"


def test_data_and_socket_lie_in_a_folder_of_its_own(server):
    folder = (server.home / "database").resolve()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".s.PGSQL.5432").is_socket()


def test_a_role_that_nobody_is_mapped_to_is_refused(server):
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute("CREATE ROLE stranger LOGIN SUPERUSER")
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            psycopg.connect(server.url("stranger"))
        owner.execute("DROP ROLE stranger")


def test_starting_again_finds_it_running(server):
    before = pid_of(server)
    EmbeddedServer(server.home).start()
    assert pid_of(server) == before


def test_it_stops_and_keeps_what_was_written(own_server):
    with psycopg.connect(own_server.url(), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 41 AS number")
    assert own_server.stop()
    assert not own_server.answers()
    own_server.start()
    assert ask(own_server, "SELECT number FROM kept") == 41


def test_stopping_what_does_not_run_says_so(home):
    assert not EmbeddedServer(home).stop()


def test_it_recovers_from_kill_9(own_server):
    with psycopg.connect(own_server.url(), autocommit=True) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 41 AS number")
    os.kill(pid_of(own_server), signal.SIGKILL)
    own_server.start()
    assert ask(own_server, "SELECT number FROM kept") == 41


def test_it_recovers_when_its_pid_belongs_to_another_process_by_now(own_server):
    pid = pid_of(own_server)
    file = own_server.home / "database" / "data" / "postmaster.pid"
    left = file.read_text()
    own_server.stop()
    wait_until_gone(pid)
    file.write_text(left.replace(str(pid), str(os.getppid()), 1))
    own_server.start()
    assert own_server.answers()


def test_it_recovers_when_its_socket_was_deleted(own_server):
    for path in (own_server.home / "database").resolve().glob(".s.PGSQL*"):
        path.unlink()
    own_server.start()
    assert own_server.answers()


def test_a_first_start_killed_half_way_is_begun_again(home):
    server = EmbeddedServer(home, settings={"fsync": "off"})
    server.start()
    server.stop()
    folder = (home / "database").resolve()
    (folder / "data").rename(folder / "data.new")
    (folder / "data.new" / "PG_VERSION").unlink()
    binaries = next(folder.glob("postgres-*"))
    binaries.rename(binaries.with_name(binaries.name + ".new"))
    server.start()
    assert server.answers()


def test_a_lost_role_and_database_are_made_again(own_server):
    with psycopg.connect(own_server.url(database="postgres"), autocommit=True) as owner:
        owner.execute("DROP DATABASE rempart")
        owner.execute("DROP ROLE rempart_app")
    own_server.start()
    assert ask(own_server, "SELECT 1", APPLICATION) == 1


def _start(home: Path) -> None:
    EmbeddedServer(home, settings={"fsync": "off"}).start()


def test_five_who_start_it_at_once_get_one_server(home):
    fork = multiprocessing.get_context("fork")
    starters = [fork.Process(target=_start, args=(home,)) for _ in range(5)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join(60)
    assert [starter.exitcode for starter in starters] == [0] * 5
    assert EmbeddedServer(home).answers()


def test_a_home_with_a_long_path_works(home):
    long_home = home / ("long" * 25)
    server = EmbeddedServer(long_home, settings={"fsync": "off"})
    try:
        server.start()
        assert ask(server, "SELECT 1", APPLICATION) == 1
        assert stat.S_IMODE(server.socket_folder.stat().st_mode) == 0o700
    finally:
        server.remove()
    assert not server.socket_folder.exists()


def test_a_home_whose_path_has_spaces_and_quotes_works(home):
    odd = home / "it's a home"
    server = EmbeddedServer(odd, settings={"fsync": "off"})
    try:
        server.start()
        assert ask(server, "SELECT 1", APPLICATION) == 1
    finally:
        server.remove()


def test_what_was_asked_never_reaches_its_log(server):
    with psycopg.connect(server.url(), autocommit=True) as owner:
        owner.execute("CREATE TEMPORARY TABLE t (said text CHECK (length(said) < 5))")
        with pytest.raises(psycopg.DatabaseError):
            owner.execute("INSERT INTO t VALUES (%s)", ["he asked me for pictures"])
        with pytest.raises(psycopg.DatabaseError):
            owner.execute("SELECT 'he asked me for pictures' FROM nowhere")
    assert "pictures" not in (server.home / "database" / "server.log").read_text()


def test_the_binaries_may_be_deleted_from_where_they_came(server):
    """The server runs from its own copy, so that deleting a virtual environment does not break it."""
    running = os.readlink(f"/proc/{pid_of(server)}/exe") if Path("/proc").exists() else ""
    assert running.startswith(str((server.home / "database").resolve()))


def test_removing_it_leaves_nothing(home):
    server = EmbeddedServer(home, settings={"fsync": "off"})
    server.start()
    real = (home / "database").resolve()
    server.remove()
    assert not real.exists()
    shutil.rmtree(home)
