"""A Synapse that asks and tells the site of the tests, served beside it, and people who live there."""

import itertools
import threading
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest

from rempart.platforms.servers.synapse import Synapse

SERVER_NAME = "home.example"
AGES = ["under_13", "13_15", "16_17", "18_plus"]
SETTINGS = {"age": "user_type", "rooms": ["!.*"]}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def site():
    """The site, served from this process on whichever database the test uses. Its address; `down` makes it fail."""
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    application = get_wsgi_application()

    def answer(environ, start_response):
        try:
            return list(application(environ, start_response))
        finally:
            connections.close_all()  # the next test has another database

    server = make_server("127.0.0.1", 0, answer, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def unsaved(**settings):
    """The platform as an administrator would set it up, for the files that Synapse is given."""
    from rempart.platforms.models import Platform

    return Platform(name="home", kind="matrix", hosts=[SERVER_NAME], settings=SETTINGS | settings)


@pytest.fixture(scope="module")
def synapse(tmp_path_factory, site):
    """A running homeserver with our module and our application service, as our own files set them up."""
    from rempart.platforms.matrix.files import module, registration

    with Synapse(
        tmp_path_factory.mktemp("synapse"),
        server_name=SERVER_NAME,
        modules=[module(unsaved(), site)],
        application_services=[registration(unsaved(), site)],
        extra={"user_types": {"extra_user_types": AGES}, "room_list_publication_rules": [{"action": "allow"}]},
    ) as running:
        yield running


@pytest.fixture
def home(synapse, own_database):
    """The homeserver, set up as a platform."""
    from rempart.platforms.services import add_platform

    return add_platform(
        "home",
        kind="matrix",
        service="matrix",
        address=synapse.address,
        hosts=[SERVER_NAME],
        settings=SETTINGS,
        secret=synapse.admin_token,
        acting=None,
    )


@pytest.fixture
def connector(home):
    """The connector to it."""
    from rempart.platforms.registry import connector_of

    made = connector_of(home)
    yield made
    made.homeserver.http.close()


@dataclass(frozen=True)
class Person:
    """Somebody on the homeserver, with the client that they use."""

    mxid: str
    client: httpx.Client

    def ask(self, method, path, **body):
        """Ask the homeserver for something as a client does."""
        return self.client.request(method, f"/_matrix/client/v3/{path}", json=body)

    def make_room(self, *invited, public=False, direct=False):
        """Make a room and invite people: what the homeserver answers."""
        preset = "public_chat" if public else "trusted_private_chat"
        asked = {"preset": preset, "is_direct": direct, "invite": [one.mxid for one in invited]}
        return self.ask("POST", "createRoom", **asked)

    def room(self, *invited, public=False):
        """A room with these people in it."""
        made = self.make_room(*invited, public=public).raise_for_status().json()["room_id"]
        for one in invited:
            one.join(made).raise_for_status()
        return made

    def invite(self, room, other):
        """Invite somebody."""
        return self.ask("POST", f"rooms/{room}/invite", user_id=other.mxid)

    def join(self, room):
        """Join a room."""
        return self.ask("POST", f"join/{room}")

    def write(self, room, text="Bonsoir !"):
        """Write in a room."""
        number = next(_numbers)
        return self.ask("PUT", f"rooms/{room}/send/m.room.message/{number}", msgtype="m.text", body=text)


_numbers = itertools.count(1)


@pytest.fixture
def someone(synapse):
    """Make somebody of an age band, or of an age that the homeserver does not know: `someone("13_15")`."""
    made = []

    def make(age_band=None, name=None) -> Person:
        user = synapse.register(name or f"person.{next(_numbers)}")
        if age_band:
            staff(synapse, "PUT", f"v2/users/{quote(user.mxid)}", user_type=age_band)
        headers = {"authorization": f"Bearer {user.access_token}"}
        client = httpx.Client(base_url=synapse.address, headers=headers, trust_env=False, timeout=30)
        made.append(client)
        return Person(user.mxid, client)

    yield make
    for client in made:
        client.close()


def staff(synapse, method, path, **body):
    """What the homeserver's own staff does, by its administration API and not by ours."""
    headers = {"authorization": f"Bearer {synapse.admin_token}"}
    address = f"{synapse.address}/_synapse/admin/{path}"
    return httpx.request(method, address, headers=headers, json=body, trust_env=False, timeout=30).raise_for_status()
