"""A Synapse that asks and tells the site of the tests, served beside it, and people who live there."""

import itertools
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest

from casework.conftest import LEGAL
from rempart.platforms.servers.synapse import Synapse
from serving import running

SERVER_NAME = "home.example"
ARTICLE = """  - id: {measure}
    title: {{fr: Article, en: Article}}
    text: {{fr: On protège., en: We protect.}}
    when: testimonies == {number}
    answers: contact
    measure: {measure}
    mode: preventive
    approval: one_reviewer
    lasts: 72h
    review_within: 48h
    right_of_reply: true
{legal}
"""
HEAD = """name: of-matrix
version: 2026-01-01
languages: [fr, en]
use: live
articles:
"""
AGES = ["under_13", "13_15", "16_17", "18_plus"]
SETTINGS = {"age": "user_type", "rooms": ["!.*"], "small_room": 3}


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Nothing is logged."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


@pytest.fixture(scope="session")
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

    with running(make_server("127.0.0.1", 0, answer, server_class=_Server, handler_class=_Quiet)) as address:
        yield address


def unsaved(**settings):
    """The platform as an administrator would set it up, for the files that Synapse is given."""
    from rempart.platforms.models import Platform

    return Platform(name="home", kind="matrix", hosts=[SERVER_NAME], settings=SETTINGS | settings)


@pytest.fixture(scope="session")
def synapse(tmp_path_factory, site):
    """A running homeserver with our module, as our own file sets it up."""
    from rempart.platforms.matrix.files import module

    with Synapse(
        tmp_path_factory.mktemp("synapse"),
        server_name=SERVER_NAME,
        modules=[module(unsaved(), site)],
        extra={"user_types": {"extra_user_types": AGES}, "room_list_publication_rules": [{"action": "allow"}]},
    ) as running:
        yield running


@pytest.fixture
def db(own_database):
    """The builders of casework write where the site that is served can read it."""


@pytest.fixture(autouse=True)
def clients(monkeypatch):
    """Connections that connectors keep open for the next order are closed with the test."""
    from rempart.platforms.matrix import homeserver

    made = []
    make = homeserver.client
    monkeypatch.setattr(homeserver, "client", lambda *args, **options: made.append(make(*args, **options)) or made[-1])
    yield
    for one in made:
        one.close()


@pytest.fixture
def home(synapse, own_database, settings):
    """The homeserver, set up as a platform whose accounts are ours."""
    from rempart.platforms.services import add_platform

    settings.REMPART_PLATFORM_SERVICES = [f"matrix:{SERVER_NAME}"]
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

    return connector_of(home)


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


def member_of_staff(synapse):
    """The homeserver's own moderator: an administrator, but not the account that we use."""
    return synapse.register("moderator", admin=True)


def staff(synapse, method, path, **body):
    """What the homeserver's own staff does, by its administration API and not by ours."""
    headers = {"authorization": f"Bearer {member_of_staff(synapse).access_token}"}
    address = f"{synapse.address}/_synapse/admin/{path}"
    return httpx.request(method, address, headers=headers, json=body, trust_env=False, timeout=30).raise_for_status()


@pytest.fixture
def book(db):
    """A rulebook with an article a measure: the number of testimonies says which."""
    from rempart.casework.services import put_in_force
    from rempart.records.vocabulary import MEASURES
    from rempart.rulebook import parse

    articles = [
        ARTICLE.format(measure=measure, number=number, legal=LEGAL)
        for number, measure in enumerate(MEASURES)
        if measure != "watch"
    ]
    parsed = parse(HEAD + "".join(articles))
    put_in_force(parsed)
    return parsed


@pytest.fixture
def restrain(home, judged, reviewer, colleague):
    """Take a measure about somebody, and let what is due be carried out: `restrain(leo, "suspend")`."""
    from rempart.casework.models import Decision
    from rempart.casework.services import approve_decision
    from rempart.intake.models import Account
    from rempart.ledger.clock import now
    from rempart.platforms.services import carry_out_due
    from rempart.records.vocabulary import MEASURES

    def take(person, measure, *, carry_out=True, **numbers):
        account, _ = Account.objects.get_or_create(
            service="matrix", handle=person.mxid, defaults={"age_band": "18_plus", "first_seen_at": now()}
        )
        case = judged(account, testimonies=MEASURES.index(measure), credibility=0.9, **numbers)
        decision = case.decisions.get(state=Decision.State.PROPOSED)
        for member in (reviewer, colleague):
            if decision.state == Decision.State.PROPOSED:
                decision = approve_decision(decision, acting=member, reason="Plusieurs personnes le disent.")
        assert decision.state == Decision.State.TAKEN
        if carry_out:
            carry_out_due()
        return decision

    return take
