"""What every test may use: one embedded server for the session, in a home of its own, and a clock that moves.

`make test` runs files side by side, in as many processes as there are cores, each with its own session.
Pure rooms pay nothing: the server starts with the first test that asks for a database.
- `db` (or `@pytest.mark.django_db`): a transaction rolled back at the end, under the application's role.
- `own_database`: a database cloned for this test, where one may commit, and other processes too:
  `own_database.command("ledger", "verify")` runs one to its end, `own_database.spawn("worker")` leaves it to be killed.
- `clock`: moves the time that `rempart.ledger.clock.now()` tells.
"""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

if "rempart.site.settings" in sys.modules:
    raise RuntimeError("Unset DJANGO_SETTINGS_MODULE: tests choose a home of their own before the settings are read")
# Short, since the address of a Unix socket is; set before Django reads the settings.
TEST_HOME = Path(tempfile.mkdtemp(prefix="rempart-"))
os.environ["REMPART_HOME"] = str(TEST_HOME)
os.environ.pop("DATABASE_URL", None)
os.environ["REMPART_SECOND_FACTOR"] = "optional"  # tests/staff tries what is required
os.environ["REMPART_LEDGER_MINUTES"] = "0"  # tests/ledger/test_published.py tries what waits
os.environ["DJANGO_SETTINGS_MODULE"] = "rempart.site.settings"

import django  # noqa: E402
import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
from pytest_django.plugin import blocking_manager_key  # noqa: E402

from rempart.database.embedded import APPLICATION, OWNER, EmbeddedServer  # noqa: E402
from rempart.ledger import clock as rempart_clock  # noqa: E402

PURE_ROOMS = {
    *("records", "text", "reading", "corroboration", "rulebook", "replay", "radar", "tlog"),
    *("database", "architecture", "examples", "docs"),
}
# A test says what is true, not how fast this machine is.
hypothesis.settings.register_profile("rempart", deadline=None)
hypothesis.settings.load_profile("rempart")
# Tests make and drop many small objects among many that stay. Looked through less often, they take a sixth less.
gc.set_threshold(50_000, 20, 50)
# What starts real servers, browsers and processes goes first: else one process waits for the other's last long file.
LONG = ("platforms", "browser", "casework")
TEMPLATE = "rempart_template"
SHARED = "rempart_shared"


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> None:
    """Set Django up before the first test module that may import models; the pure rooms do without.

    From then on, a test that did not ask for a database is refused one.
    """
    room = module_path.relative_to(Path(__file__).parent).parts[0]
    if room not in PURE_ROOMS:
        django.setup()
        from django.conf import settings

        # Slow by design, and not what the tests are about.
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        blocker = parent.config.stash[blocking_manager_key]
        if not blocker.is_active:
            blocker.block()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Leave it to each of several processes to choose a home before it reads the settings, as this one did."""
    if config.getoption("numprocesses", None):
        os.environ.pop("DJANGO_SETTINGS_MODULE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse flushing tests: the ledger cannot be truncated. Put LONG first, each file whole and in its own order."""
    places = {room: place for place, room in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.relative_to(Path(__file__).parent).parts[0], len(LONG)))
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker and (marker.kwargs.get("transaction") or marker.args):
            raise pytest.UsageError(f"{item.nodeid}: use the fixture own_database instead of transaction=True")


def pytest_collection_finish() -> None:
    """Keep what is loaded by now out of every later search for garbage."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup() -> None:
    """Begin in the language of the settings: the last page that a test before asked for may have left another."""
    if translation := sys.modules.get("django.utils.translation"):
        translation.deactivate()


def pytest_unconfigure() -> None:
    """Leave no server and no file behind, and let go of what was kept from the search for garbage."""
    gc.unfreeze()
    EmbeddedServer(TEST_HOME).remove()
    shutil.rmtree(TEST_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def server() -> EmbeddedServer:
    """The session's embedded server, running. It loses what was not written if the machine stops: tests may."""
    running = EmbeddedServer(TEST_HOME, settings={"fsync": "off", "max_connections": "100"})
    running.start()
    return running


def _point_to(database: str) -> None:
    from django.db import connections

    for alias in ("default", "owner"):
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = database


@pytest.fixture(scope="session")
def _template(server, django_test_environment, django_db_blocker) -> str:
    """A migrated database that every other one is cloned from."""
    from django.db import connections

    from rempart.site.migrating import migrate

    with django_db_blocker.unblock():
        _clone(server, "template0", TEMPLATE)
        _point_to(TEMPLATE)
        migrate()
        connections["default"].close()  # nobody may be in it while it is cloned
    return TEMPLATE


def _clone(server: EmbeddedServer, source: str, name: str) -> None:
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY FILE_COPY")


@pytest.fixture(scope="session")
def django_db_setup(server, _template, django_db_blocker) -> None:
    """The database that tests with `db` share, each in a transaction of its own."""
    with django_db_blocker.unblock():
        _clone(server, _template, SHARED)
        _point_to(SHARED)


@dataclass(frozen=True)
class OwnDatabase:
    """A database of one test: its name, its addresses, and the processes that use it."""

    name: str
    owner_url: str
    application_url: str
    spawned: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """Environment for `subprocess`: the commands and the worker then work on this database."""
        return os.environ | {"REMPART_DATABASE": self.name}

    def command(self, *arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Run `rempart` with these arguments on this database, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "rempart.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def spawn(self, *arguments: str) -> subprocess.Popen[str]:
        """Start `rempart` with these arguments on this database; the test may kill it, and its end certainly does."""
        process = subprocess.Popen(
            [sys.executable, "-m", "rempart.cli", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.spawned.append(process)
        return process


@pytest.fixture
def own_database(server, _template, django_db_setup, django_db_blocker) -> Iterator[OwnDatabase]:
    """A clone of the migrated database for one test, in which it may commit."""
    from django.db import connections

    name = f"test_{uuid.uuid4().hex[:16]}"
    _clone(server, _template, name)
    with django_db_blocker.unblock():
        _point_to(name)
        mine = OwnDatabase(name, server.url(OWNER, name), server.url(APPLICATION, name))
        yield mine
        for process in mine.spawned:
            process.kill()
            process.communicate()
        connections.close_all()
        _point_to(SHARED)
    with psycopg.connect(server.url(database="postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Clock:
    """The clock of a test."""

    def now(self) -> datetime:
        """What the software believes to be the present moment."""
        return rempart_clock.now()

    def move(self, by: timedelta) -> None:
        """Let time pass (or, with a negative value, go back)."""
        rempart_clock.set_offset(rempart_clock.offset() + by)

    def set(self, moment: datetime) -> None:
        """Make it `moment`."""
        self.move(moment - self.now())


@pytest.fixture
def clock() -> Iterator[Clock]:
    """A clock that the test moves; it is right again afterwards."""
    yield Clock()
    rempart_clock.set_offset(timedelta(0))


@pytest.fixture(scope="session")
def passkey() -> dict[str, Any]:
    """A passkey as a browser registers it, with a key that nobody holds."""
    from cryptography.hazmat.primitives.asymmetric import ec
    from fido2.cose import ES256
    from fido2.utils import sha256, websafe_encode
    from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

    number = os.urandom(16)
    key = ES256.from_cryptography_key(ec.generate_private_key(ec.SECP256R1()).public_key())
    data = AuthenticatorData.create(
        sha256(b"localhost"), 0x45, 0, AttestedCredentialData.create(Aaguid.NONE, number, key)
    )
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://localhost")
    return {
        "id": websafe_encode(number),
        "rawId": websafe_encode(number),
        "type": "public-key",
        "clientExtensionResults": {},
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
        },
    }


@pytest.fixture
def staff_member():
    """Make a staff member with these roles: `staff_member("reviewer", "auditor")`; a reviewer when none is said."""
    from rempart.staff.models import StaffMember
    from rempart.staff.roles import Role

    def make(*roles: str, name: str = "Maud Arnaud") -> StaffMember:
        held = [Role(role) for role in roles or ("reviewer",)]
        return StaffMember.objects.create(email=f"{uuid.uuid4().hex[:12]}@example.org", name=name, roles=held)

    return make
