"""Servers are installed once, whole or not at all, and what hinders it is said in one sentence."""

import os
import subprocess
import sys

import pytest

from rempart.platforms.servers import NotInstallable, installed, locks_of
from rempart.platforms.servers.installing import make_python_environment

SLOW_BUILD = """
import os, sys, time
from pathlib import Path
from rempart.platforms.servers import installed

def build(draft):
    print("building", flush=True)
    while len(list(asked.iterdir())) < int(sys.argv[2]):
        time.sleep(0.02)
    time.sleep(0.2)  # whoever asked last waits for us by now, or builds too
    (draft / "program").write_text("whole")

asked = Path(sys.argv[1])
(asked / str(os.getpid())).touch()
print(installed("trifle", ["1"], build))
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "rempart" / "servers"


def build(draft):
    (draft / "program").write_text("whole")


def asks(folder, once):
    """Another process asks; what it builds is ready once so many asked."""
    (folder / "asked").mkdir(exist_ok=True)
    command = [sys.executable, "-c", SLOW_BUILD, str(folder / "asked"), str(once)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_two_processes_that_ask_at_once_install_once(tmp_path):
    both = [asks(tmp_path, 2), asks(tmp_path, 2)]
    said = [one.communicate(timeout=120)[0].split() for one in both]
    assert sorted(map(len, said)) == [1, 2]
    assert said[0][-1] == said[1][-1]


def test_an_installation_that_was_killed_leaves_nothing_half_made(tmp_path):
    killed = asks(tmp_path, 2)
    assert killed.stdout.readline() == "building\n"
    killed.kill()
    killed.communicate()
    assert (installed("trifle", ["1"], build) / "program").read_text() == "whole"


def test_what_failed_is_not_taken_for_installed(cache):
    def fails(draft):
        raise NotInstallable("The registry cannot be reached.")

    with pytest.raises(NotInstallable):
        installed("trifle", ["1"], fails)
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


def test_another_lock_is_another_installation(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("thing==1")
    before = installed("trifle", [lock], build)
    lock.write_text("thing==2")
    assert installed("trifle", [lock], build) != before


def test_it_is_said_once_that_something_is_installed(capsys):
    installed("trifle", ["1"], build)
    installed("trifle", ["1"], build)
    assert capsys.readouterr().err.count("Installing the server trifle") == 1


def test_a_registry_that_cannot_be_reached_is_said_in_one_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    for name in ("UV_FIND_LINKS", "UV_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotInstallable, match="could not be installed from the Python package index: connect this"):
        make_python_environment("synapse", tmp_path / "draft", locks_of("synapse") / "requirements.lock")


def test_a_server_without_a_lock_says_where_locks_are():
    with pytest.raises(NotInstallable, match="in a checkout of Rempart only"):
        locks_of("nothing")
