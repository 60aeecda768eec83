"""Who may use the embedded server: its account and root, one after the other in any order, and nobody else.

Run by root, these tests become other users for real. Run by an ordinary user, they try what that user can try.
"""

import os
import stat
from pathlib import Path

import psycopg
import pytest

from rempart.database.account import server_account
from rempart.database.embedded import APPLICATION, OWNER, EmbeddedServer
from rempart.database.home import HomeUnusable, ensure_home, home_folder, secret_key

from .conftest import AS_ROOT, FAST, NOBODY, run_as


def try_as(user, server: EmbeddedServer) -> list[str]:
    """What happens to `user` who connects under each role: the role that let them in, or the refusal."""

    def attempt():
        answers = []
        for role in (OWNER, APPLICATION):
            try:
                with psycopg.connect(server.url(role)) as connection:
                    answers.append(connection.execute("SELECT current_user").fetchone()[0])
            except psycopg.OperationalError as error:
                answers.append(str(error))
        return answers

    return run_as(user, attempt) if AS_ROOT else attempt()


def make_home_of(user, home: Path) -> None:
    home.mkdir()
    if AS_ROOT:
        os.chown(home, user.pw_uid, user.pw_gid)
    home.chmod(0o700)


def test_nobody_does_not_reach_the_socket(server):
    if AS_ROOT:
        assert all("Permission denied" in answer for answer in try_as(NOBODY, server))
    assert stat.S_IMODE((server.home / "database").resolve().stat().st_mode) == 0o700


def test_nobody_is_refused_even_at_an_open_socket(own_server):
    """The folder's mode is one lock; knowing users by `peer` is the other."""
    if AS_ROOT:
        folder = (own_server.home / "database").resolve()
        folder.chmod(0o755)
        (folder / ".s.PGSQL.5432").chmod(0o777)
        assert all("Peer authentication failed" in answer for answer in try_as(NOBODY, own_server))
    with psycopg.connect(own_server.url()) as owner:
        mapped = {row[0] for row in owner.execute("SELECT sys_name FROM pg_ident_file_mappings")}
    assert mapped == {"root", server_account(own_server.home).name}


def test_root_finds_the_server_of_an_ordinary_user_and_the_user_the_one_root_started(home):
    make_home_of(NOBODY, home)
    server = EmbeddedServer(home, settings=FAST)
    server.start()  # as root where we are: it then runs as the home's owner
    assert try_as(NOBODY, server) == [OWNER, APPLICATION]
    server.stop()
    if AS_ROOT:
        run_as(NOBODY, server.start)
    else:
        server.start()
    with psycopg.connect(server.url()) as connection:
        assert connection.execute("SELECT current_user").fetchone()[0] == OWNER


def test_the_server_never_runs_as_root(server):
    pid = (server.home / "database" / "data" / "postmaster.pid").read_text().split()[0]
    assert Path(f"/proc/{pid}").stat().st_uid != 0


def test_a_home_that_the_servers_account_cannot_reach_works(home):
    """Such as one under /root: the data then lie elsewhere, and the home links to them."""
    home.parent.chmod(0o700)
    server = EmbeddedServer(home, settings=FAST)
    server.start()
    assert (home / "database").is_symlink() == AS_ROOT
    with psycopg.connect(server.url(APPLICATION)) as connection:
        assert connection.execute("SELECT 1").fetchone()[0] == 1


def test_somebody_elses_home_is_refused_in_a_sentence(home):
    def use():
        with pytest.raises(HomeUnusable, match="REMPART_HOME"):
            ensure_home(Path("/"))

    if AS_ROOT:
        run_as(NOBODY, use)
    else:
        use()


def test_the_home_of_root_and_that_of_a_user_are_two(monkeypatch):
    monkeypatch.delenv("REMPART_HOME")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    ours = home_folder()
    assert ours == (Path("/var/lib/rempart") if AS_ROOT else Path.home() / ".local/share/rempart")
    if AS_ROOT:
        assert run_as(NOBODY, home_folder) == Path(NOBODY.pw_dir) / ".local/share/rempart"


def test_the_home_can_be_named(monkeypatch):
    monkeypatch.setenv("REMPART_HOME", "/srv/rempart")
    assert home_folder() == Path("/srv/rempart")


def test_the_data_folder_of_the_desktop_is_used(monkeypatch):
    monkeypatch.delenv("REMPART_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/data")
    if AS_ROOT:
        assert run_as(NOBODY, home_folder) == Path("/data/rempart")
    else:
        assert home_folder() == Path("/data/rempart")


def test_a_secret_key_is_made_once_and_read_by_its_owner_alone(home, monkeypatch):
    monkeypatch.delenv("REMPART_SECRET_KEY", raising=False)
    key = secret_key(home)
    assert secret_key(home) == key
    assert len(key) >= 50
    assert stat.S_IMODE((home / "secret-key").stat().st_mode) == 0o600


def test_a_secret_key_that_root_makes_in_a_users_home_is_the_users(home, monkeypatch):
    monkeypatch.delenv("REMPART_SECRET_KEY", raising=False)
    make_home_of(NOBODY, home)
    secret_key(home)
    assert (home / "secret-key").stat().st_uid == home.stat().st_uid
