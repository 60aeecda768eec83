"""`rempart demo --platform`: every step is seen on a real server, and nothing of the user's is touched."""

import os
import re
import subprocess
import sys

import pytest


def refusals(lines, star):
    """What became of each try of the account that is spoken of, in order: "accepted", or the server's own words."""
    tried = (re.search(rf"{re.escape(star)} writes: (accepted|refused by the server \((.+)\))", line) for line in lines)
    return [found[2] or found[1] for found in tried if found]


@pytest.fixture
def show(own_database, monkeypatch, settings, tmp_path):
    """Run the demonstration here, on a database of its own: the lines that it prints."""
    from django.utils import translation

    from rempart.platforms.models import Platform
    from rempart.platforms.registry import connector_of
    from rempart.platforms.trial.home import SERVICES
    from rempart.platforms.trial.places import PLACES
    from rempart.platforms.trial.showing import show

    def shown(platform, *, language="en"):
        monkeypatch.setenv("REMPART_DATABASE", own_database.name)
        monkeypatch.setenv("REMPART_PLATFORM_SERVICES", SERVICES[platform])
        settings.REMPART_PLATFORM_SERVICES = [SERVICES[platform]]
        lines = []
        with translation.override(language):
            show(PLACES[platform](tmp_path), language=language, tell=lines.append)
        connector_of(Platform.objects.get()).server.http.close()
        return lines

    return shown


def test_on_a_personal_data_server_an_account_can_write_then_cannot_then_can_again(show):
    assert refusals(show("atproto"), "@etoile-filante.test") == ["accepted", "HTTP 401 AccountTakedown", "accepted"]


@pytest.fixture(scope="module")
def command(tmp_path_factory):
    """The command as somebody with a home of their own runs it: what it did, that home, their temporary files."""
    home, temporary = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("temporary")
    theirs = {"REMPART_HOME": str(home), "TMPDIR": str(temporary), "LC_ALL": "en_GB.UTF-8"}
    done = subprocess.run(
        [sys.executable, "-m", "rempart.cli", "demo", "--platform", "matrix"],
        env=os.environ | theirs,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return done, home, temporary


def test_on_a_homeserver_an_account_can_write_then_cannot_then_can_again(command):
    said = refusals(command[0].stdout.splitlines(), "@etoile.filante:matrix.example")
    assert (said, command[0].returncode) == (["accepted", "HTTP 403 M_USER_SUSPENDED", "accepted"], 0)


def test_the_demonstration_touches_nothing_of_the_users_and_leaves_nothing(command):
    _done, home, temporary = command
    assert (list(home.iterdir()), list(temporary.iterdir())) == ([], [])


def test_a_server_that_cannot_be_installed_is_said_in_a_sentence(tmp_path):
    nowhere = "http://127.0.0.1:9/simple"
    unreachable = {"XDG_CACHE_HOME": str(tmp_path), "UV_DEFAULT_INDEX": nowhere, "PIP_INDEX_URL": nowhere}
    impatient = {"UV_CACHE_DIR": str(tmp_path / "uv"), "UV_HTTP_RETRIES": "0", "PIP_RETRIES": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "rempart.cli", "demo", "--platform", "matrix"],
        env=os.environ | unreachable | impatient | {"PIP_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (done.returncode, "could not be installed from the Python package index" in done.stderr) == (1, True)
