"""A homeserver, a respondent who writes there, measures that end in a few real seconds, and real worker processes.

Nothing moves a worker's clock: a decision is taken "three days ago" instead, so that what it restricts ends soon.
"""

import contextlib
import itertools
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from django.db import connection

from rempart.platforms.servers.synapse import Synapse
from rempart.rulebook import parse
from waiting import until

SERVER_NAME = "walks.example"
LASTS = timedelta(hours=72)
RULEBOOK = """
name: of-the-walks
version: 2026-01-01
languages: [fr, en]
use: live
articles:
  - id: contact
    title: {fr: Contact, en: Contact}
    text: {fr: Le compte n'écrit plus pour l'instant., en: The account does not write for now.}
    when: severity >= 2 && credibility >= 0.8
    answers: [contact, tampering]
    measure: read_only
    mode: preventive
    approval: two_reviewers
    lasts: 72h
    review_within: 48h
    right_of_reply: true
    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
      keywords: [KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS]
"""
REFUSED, ACCEPTED = (403, "M_USER_SUSPENDED"), (200, None)
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def synapse(tmp_path_factory):
    """A running homeserver."""
    with Synapse(tmp_path_factory.mktemp("synapse"), server_name=SERVER_NAME) as running:
        yield running


@pytest.fixture
def book():
    """The rulebook of the walks, in force."""
    from rempart.casework.services import put_in_force

    parsed = parse(RULEBOOK)
    put_in_force(parsed)
    return parsed


class Staff:
    """The homeserver's own staff, who act by its administration API and not by ours."""

    def __init__(self, synapse):
        self.synapse = synapse
        self.token = synapse.register("moderator", admin=True).access_token

    def suspend(self, mxid, on=True):
        """Suspend somebody, or restore them."""
        address = f"{self.synapse.address}/_synapse/admin/v1/suspend/{quote(mxid)}"
        headers = {"authorization": f"Bearer {self.token}"}
        httpx.put(address, json={"suspend": on}, headers=headers, trust_env=False, timeout=30).raise_for_status()


@pytest.fixture
def staff(synapse):
    """The homeserver's own staff."""
    return Staff(synapse)


@dataclass
class Star:
    """A respondent with an account on the homeserver, in a room of theirs."""

    synapse: Synapse
    mxid: str
    token: str
    account: object
    room: str = ""

    def writes(self):
        """Write a message: the status and the error code that the homeserver answers."""
        path = f"rooms/{quote(self.room)}/send/m.room.message/{next(_numbers)}"
        answer = self._ask("PUT", path, {"msgtype": "m.text", "body": "Bonsoir !"})
        return answer.status_code, answer.json().get("errcode")

    def open_room(self):
        """A room to write in."""
        self.room = self._ask("POST", "createRoom", {"preset": "public_chat"}).raise_for_status().json()["room_id"]

    def _ask(self, method, path, body):
        address = f"{self.synapse.address}/_matrix/client/v3/{path}"
        headers = {"authorization": f"Bearer {self.token}"}
        return httpx.request(method, address, json=body, headers=headers, trust_env=False, timeout=30)


@pytest.fixture
def star(synapse, house):
    """An account that is spoken of."""
    from rempart.intake.models import Account
    from rempart.ledger.clock import now

    user = synapse.register(f"star.{next(_numbers)}")
    account = Account.objects.create(
        service="matrix", handle=user.mxid, platform_id=user.mxid, age_band="18_plus", first_seen_at=now()
    )
    made = Star(synapse, user.mxid, user.access_token, account)
    made.open_room()
    return made


@dataclass
class House:
    """Rempart as one test has it: its platform, its decisions, its worker processes."""

    synapse: Synapse
    database: object
    decide: Callable
    clock: object
    worker: subprocess.Popen | None = None

    def set_up(self, address=None):
        """Set the homeserver up as a platform, reached at its own address or at another."""
        from rempart.platforms.services import add_platform

        self.platform = add_platform(
            "home",
            kind="matrix",
            service="matrix",
            address=address or self.synapse.address,
            hosts=[SERVER_NAME],
            secret=self.synapse.admin_token,
            acting=None,
        )
        return self.platform

    def start_worker(self):
        """Start a worker and wait until it works; `kill_worker` ends it at once."""
        before = _workers()
        self.worker = self.database.spawn("worker")
        assert until(lambda: _workers() > before)

    def kill_worker(self):
        """As a failing machine would."""
        self.worker.kill()
        self.worker.wait()

    def restrain(self, star, *, seconds):
        """Keep an account from writing until so many seconds from now."""
        from rempart.platforms.services.enlisting import defer_due

        self.clock.move(timedelta(seconds=seconds) - LASTS)
        decision = self.decide(star.account)
        self.clock.move(LASTS - timedelta(seconds=seconds))
        defer_due()  # what a worker does each minute: its end is near
        return decision

    def order(self, decision, action="apply"):
        """An order of a decision, with what became of it."""
        from rempart.casework.models import PlatformOrder

        return PlatformOrder.objects.select_related("execution").get(measure__decision=decision, action=action)

    def state(self, decision, action="apply"):
        """Where an order stands, and how often the ledger says that it was carried out."""
        from rempart.ledger.models import LedgerRow
        from rempart.ledger.services import reference

        order = self.order(decision, action)
        rows = LedgerRow.objects.filter(subject=reference(order), event="order_carried_out")
        return order.execution.state, rows.count()

    def carry_out(self, **after):
        """Let time pass, then do what a worker does, here."""
        from rempart.platforms.services import carry_out_due

        self.clock.move(timedelta(**after))
        carry_out_due()


def _workers():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def ours(monkeypatch, settings):
    """Accounts of the homeserver are the platform's own, here and in the processes that a test starts."""
    services = f"matrix:{SERVER_NAME}"
    monkeypatch.setenv("REMPART_PLATFORM_SERVICES", services)
    settings.REMPART_PLATFORM_SERVICES = [services]


@pytest.fixture
def decide(judged, reviewer, colleague):
    """Have something proposed about an account, and approved by the two people who must."""
    from rempart.casework import services
    from rempart.casework.models import Decision

    def decided(account):
        judged(account, severity=3, credibility=0.9)
        decision = Decision.objects.get(case__account=account, state=Decision.State.PROPOSED)
        for acting in (reviewer, colleague):
            decision = services.approve_decision(decision, acting=acting, reason="Les témoignages se recoupent.")
        return decision

    return decided


@pytest.fixture
def house(synapse, own_database, decide, clock):
    """The house, whose tests commit what they do. What one did to the homeserver is over after it."""
    from rempart.platforms.registry import connector_of

    made = House(synapse, own_database, decide, clock)
    yield made
    connector_of(made.platform).homeserver.http.close()
    synapse.resume()
    synapse.start()


class Proxy:
    """Stands before a server and holds back its answer to the first request that begins with some words.

    `held` is set once the server has answered that request; nothing of its answer is handed on.
    """

    def __init__(self, port, hold):
        self.port, self.hold, self.held = port, hold, threading.Event()
        self.requests, self._threads, self._connections = [], [], []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        """Take no more connections, and end those that there are."""
        self._listener.close()
        for client in self._connections:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)

    def _accept(self):
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            self._connections.append(client)
            self._threads.append(threading.Thread(target=self._serve, args=(client,), daemon=True))
            self._threads[-1].start()

    def _serve(self, client):
        with client, socket.create_connection(("127.0.0.1", self.port)) as server:
            holding = threading.Event()
            back = threading.Thread(target=self._back, args=(server, client, holding), daemon=True)
            back.start()
            while sent := _read(client):
                self.requests.append(sent.split(b"\r\n", 1)[0])
                if sent.startswith(self.hold) and not self.held.is_set():
                    holding.set()
                server.sendall(sent)
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            back.join()

    def _back(self, server, client, holding):
        while answer := _read(server):
            if holding.is_set():
                self.held.set()
            else:
                client.sendall(answer)


def _read(connection):
    try:
        return connection.recv(65536)
    except OSError:
        return b""


@pytest.fixture
def proxy(synapse):
    """Make one: `proxy(b"PUT /_synapse/admin/v1/suspend/")`."""
    made = []

    def make(hold):
        made.append(Proxy(synapse.port, hold))
        return made[-1]

    yield make
    for one in made:
        one.close()
