"""From a decision to a person restrained on a real homeserver, while 50 testimonies a second come in; reports a second.

A client of the person concerned tries every 50 ms, through the homeserver's own API, what the measure is to prevent: it
writes (`read_only`, from a reviewer's approval) or invites (`no_new_contacts`, from an automatic firing). The time ends
with the first refusal. Meanwhile 50 reports a second come in over HTTP and are assessed; web server, worker,
homeserver, PostgreSQL and the clients share the machine. Goal: half within 2 s, 99 of 100 within 10 s.

The peers of taking reports in are Synapse's own report endpoint and, where REMPART_BENCH_OZONE holds the address of an
Ozone and REMPART_BENCH_OZONE_TOKEN a moderator's token, Ozone's; eight clients each, in turn.
Run as `python benchmarks/platforms.py`.
"""

import http.client
import itertools
import json
import os
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
SERVER_NAME = "bench.example"
os.environ |= {
    "REMPART_HOME": str(HOME),
    "REMPART_PLATFORM_SERVICES": f"matrix:{SERVER_NAME}",
    "REMPART_SECOND_FACTOR": "optional",
}
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.platforms.servers import Leashed, NotInstallable, free_port  # noqa: E402
from rempart.platforms.servers.synapse import Synapse, User  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

MEASURED = 20  # restraints of each kind
RATE = 50  # testimonies a second meanwhile
EVERY = 0.05  # seconds between two tries of the person concerned
CLIENTS, SECONDS = 8, 8.0
AT_ONCE = 60  # orders that fall due together
LONGEST = 30.0
RULEBOOK = """
name: of-the-benchmark
version: 2026-01-01
languages: [fr, en]
use: live
articles:
  - id: light
    title: {fr: Premier mot, en: First word}
    text: {fr: Le compte n'écrit plus en premier., en: The account does not write first.}
    when: account_age_band == '18_plus' && severity >= 2 && credibility >= 0.7 && credibility < 0.9
    answers: contact
    measure: no_new_contacts
    mode: preventive
    approval: automatic
    lasts: 72h
    review_within: 48h
    right_of_reply: true
LEGAL
  - id: quiet
    title: {fr: Silence, en: Silence}
    text: {fr: Le compte n'écrit plus., en: The account does not write.}
    when: severity >= 2 && credibility >= 0.9
    answers: tampering
    measure: read_only
    mode: preventive
    approval: one_reviewer
    lasts: 72h
    review_within: 48h
    right_of_reply: true
LEGAL
""".replace(
    "LEGAL",
    """    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
      keywords: [KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS]""",
)
numbers = itertools.count(1)


class Client:
    """A connection kept open, as light as can be: what it costs is taken from what is measured."""

    def __init__(self, address: str, token: str) -> None:
        parts = urlsplit(address)
        self.connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self.headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}

    def ask(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The status and what was answered."""
        self.connection.request(method, path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")


class Star:
    """A person concerned, with a room to write in and somebody to invite to it."""

    def __init__(self, synapse: Synapse, invited: User) -> None:
        from rempart.intake.models import Account
        from rempart.ledger.clock import now

        user = synapse.register(f"star.{next(numbers)}")
        self.client, self.invited = Client(synapse.address, user.access_token), invited
        _status, made = self.client.ask("POST", "/_matrix/client/v3/createRoom", {"preset": "private_chat"})
        self.room = f"/_matrix/client/v3/rooms/{quote(made['room_id'])}"
        self.account = Account.objects.create(
            service="matrix", handle=user.mxid, platform_id=user.mxid, age_band="18_plus", first_seen_at=now()
        )

    def writes(self) -> bool:
        """Whether the homeserver takes a message."""
        message = {"msgtype": "m.text", "body": "Bonsoir !"}
        return self.client.ask("PUT", f"{self.room}/send/m.room.message/{next(numbers)}", message)[0] == 200

    def invites(self) -> bool:
        """Whether the homeserver takes an invitation."""
        return self.client.ask("POST", f"{self.room}/invite", {"user_id": self.invited.mxid})[0] == 200

    def judged(self, credibility: float) -> None:
        """Have it assessed so, and what the rulebook requires done."""
        from rempart import records
        from rempart.casework.services import record_assessment, store_rulebook
        from rempart.ledger.clock import now

        numbers = {"testimonies": 5, "relays": 0, "disputes": 0, "independent_sources": 4.0, "coordination": 0.0}
        said = records.Assessment(
            about=self.account.reference,
            as_of=now(),
            account=records.AccountFacts(age_band="18_plus"),
            credibility=credibility,
            severity=3,
            **numbers,
        )
        record_assessment(self.account, said, store_rulebook(book()), book())


def book() -> Any:
    """The rulebook of the benchmark."""
    from rempart.rulebook import parse

    return parse(RULEBOOK)


def proposal_of(star: Star) -> Any:
    """What waits for approval about an account."""
    from rempart.casework.models import Decision

    return Decision.objects.get(case__account=star.account, state=Decision.State.PROPOSED)


def approve(star: Star, reviewer: Any) -> float:
    """Approve what was proposed; the moment just before."""
    from rempart.casework import services

    decision, begun = proposal_of(star), time.time()
    services.approve_decision(decision, acting=reviewer, reason="Les témoignages se recoupent.")
    return begun


def fire(star: Star) -> float:
    """Have an automatic measure fire; the moment at which it was taken."""
    from rempart.casework.models import Decision

    star.judged(0.8)
    taken: datetime = Decision.objects.get(case__account=star.account).taken_at
    return taken.timestamp()


def restrained_after(tries: Callable[[], bool], act: Callable[[], float]) -> float:
    """Seconds from what `act` says until the homeserver refuses; the person tries from before it."""
    refused: list[float] = []
    stop = threading.Event()

    def probe() -> None:
        while not stop.is_set():
            if not tries():
                refused.append(time.time())
                return
            time.sleep(EVERY)

    trying = threading.Thread(target=probe)
    trying.start()
    time.sleep(2 * EVERY)
    begun = act()
    trying.join(LONGEST)
    stop.set()
    trying.join()
    return refused[0] - begun if refused else float("inf")


def report(number: int, *, accounts: int = 100) -> dict[str, Any]:
    """A report as a platform hands it over, about one of so many accounts."""
    return {
        "number": f"bench-{number}",
        "about": {"service": "matrix", "handle": f"@somebody.{number % accounts}:{SERVER_NAME}"},
        "text": "Il m'a écrit après un live et il voulait que je n'en parle à personne.",
        "conduct": ["grooming"],
        "reporter": {"id": f"reporter.{number}"},
        "minor": True,
    }


class Load:
    """RATE reports a second, over HTTP, until it is left; `late` is how far behind it fell at most, in seconds."""

    def __init__(self, site: str, key: str) -> None:
        self.site, self.key, self.stopped = site, key, threading.Event()
        self.sent, self.late = 0, 0.0
        self.threads = [threading.Thread(target=self._send, args=(place,)) for place in range(4)]

    def _send(self, place: int) -> None:
        client, begun = Client(self.site, self.key), time.perf_counter()
        for turn in itertools.count(place, 4):
            due = begun + turn / RATE
            if self.stopped.wait(max(0.0, due - time.perf_counter())):
                return
            status, said = client.ask("POST", "/api/v1/reports", report(next(numbers)))
            assert status in (200, 201), said
            self.sent += 1
            self.late = max(self.late, time.perf_counter() - due)

    def __enter__(self) -> "Load":
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stopped.set()
        for one in self.threads:
            one.join()


def a_second(make: Callable[[], Callable[[], None]]) -> float:
    """How often a second CLIENTS threads do something, each with what `make` gives it."""
    done, until = itertools.count(), time.perf_counter() + SECONDS

    def repeat(once: Callable[[], None]) -> None:
        while time.perf_counter() < until:
            once()
            next(done)

    threads = [threading.Thread(target=repeat, args=(make(),)) for _ in range(CLIENTS)]
    begun = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return next(done) / (time.perf_counter() - begun)


def synapse_reports(synapse: Synapse) -> float:
    """Reports of an account a second, by Synapse's own endpoint."""
    about = synapse.register("reported").mxid

    def make() -> Callable[[], None]:
        client = Client(synapse.address, synapse.register(f"reporter.{next(numbers)}").access_token)

        def once() -> None:
            status, said = client.ask(
                "POST", f"/_matrix/client/v3/users/{quote(about)}/report", {"reason": "Il m'a écrit après un live."}
            )
            assert status == 200, said

        return once

    return a_second(make)


def our_reports(site: str, key: str) -> float:
    """Reports a second by POST /api/v1/reports, assessed by the worker meanwhile."""

    def make() -> Callable[[], None]:
        client = Client(site, key)

        def once() -> None:
            status, said = client.ask("POST", "/api/v1/reports", report(next(numbers)))
            assert status == 201, said

        return once

    return a_second(make)


def service_calls() -> float:
    """Reports a second by the service that listeners call, in one thread."""
    from rempart import records
    from rempart.intake.services import HandedReport, receive_report

    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < SECONDS / 2:
        number, count = next(numbers), count + 1
        receive_report(
            HandedReport(
                number=f"called-{number}",
                about=records.AccountReference("matrix", f"@somebody.{number % 100}:{SERVER_NAME}"),
                text="Il m'a écrit après un live.",
                reporter=records.Reporter(id=f"reporter.{number}"),
            )
        )
    return count / (time.perf_counter() - begun)


def ozone_reports(address: str, token: str) -> float:
    """Reports of an account a second, by Ozone."""
    subject = {"$type": "com.atproto.admin.defs#repoRef", "did": "did:plc:ewvi7nxzyoun6zhxrhs64oiz"}
    asked = {"reasonType": "com.atproto.moderation.defs#reasonOther", "subject": subject}

    def make() -> Callable[[], None]:
        client = Client(address, token)

        def once() -> None:
            status, said = client.ask("POST", "/xrpc/com.atproto.moderation.createReport", asked)
            assert status == 200, said

        return once

    return a_second(make)


def executions_a_second(stars: list[Star], reviewer: Any) -> float:
    """Orders that fall due together, carried out a second: each preserved, applied, recorded and seen."""
    from rempart.platforms.models import Execution

    begun = min(approve(star, reviewer) for star in stars)
    wanted = Execution.objects.filter(
        order__measure__decision__case__account__in=[star.account for star in stars], order__action="apply"
    )
    deadline = time.monotonic() + 120
    while wanted.filter(seen_at=None).exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    last = max(wanted.exclude(seen_at=None).values_list("seen_at", flat=True))
    return wanted.exclude(seen_at=None).count() / (last - datetime.fromtimestamp(begun, UTC)).total_seconds()


def told(name: str, seconds: list[float]) -> None:
    """A line of the table."""
    found = sorted(seconds)
    last = found[min(len(found) - 1, round(0.99 * len(found)))]
    print(f"{name:<50} {statistics.median(found):>6.2f} s {last:>6.2f} s")


def begin(house: ExitStack) -> tuple[Synapse, str]:
    """Start everything; the homeserver and the site's address."""
    house.callback(shutil.rmtree, HOME, ignore_errors=True)
    house.callback(EmbeddedServer(HOME).remove)
    set_up()
    from rempart.casework.services import put_in_force
    from rempart.platforms.matrix.files import module
    from rempart.platforms.models import Platform
    from rempart.platforms.services import add_platform

    site = f"http://localhost:{free_port()}"
    planned = Platform(name="bench", kind="matrix", hosts=[SERVER_NAME], settings={})
    synapse = Synapse(HOME / "synapse", server_name=SERVER_NAME, modules=[module(planned, site)])
    house.enter_context(synapse)
    put_in_force(book())
    add_platform(
        "bench",
        kind="matrix",
        service="matrix",
        address=synapse.address,
        hosts=[SERVER_NAME],
        secret=synapse.admin_token,
        acting=None,
    )
    command = [sys.executable, "-m", "rempart.cli", "serve", "--worker", "--port", str(urlsplit(site).port)]
    served = Leashed(command, log=HOME / "site.log", environment=os.environ, folder=HOME)
    house.callback(served.stop)
    served.wait_until(lambda: _answers(site))
    return synapse, site


def _answers(site: str) -> bool:
    try:
        return Client(site, "").ask("GET", "/api/v1/openapi.json", {})[0] < 500
    except (OSError, ValueError):
        return False


def main() -> None:
    """Print what was measured."""
    with ExitStack() as house:
        try:
            synapse, site = begin(house)
        except NotInstallable as error:
            print(error)
            return
        from rempart.staff.keys import Scope, make_key
        from rempart.staff.roles import Role
        from rempart.staff.services import add_member

        reviewer = add_member("bench@rempart.example", name="Inès Caron", roles=[Role.REVIEWER])
        _key, key = make_key("The platform", [Scope.REPORTS_WRITE], acting=None, per_minute=1_000_000)
        invited = synapse.register("invited")

        theirs = synapse_reports(synapse)
        stars = [Star(synapse, invited) for _ in range(2 * MEASURED + AT_ONCE)]
        quiet, light, together = stars[:MEASURED], stars[MEASURED : 2 * MEASURED], stars[2 * MEASURED :]
        for star in (*quiet, *together):
            star.judged(0.95)
        rate = executions_a_second(together, reviewer)
        with Load(site, key) as load:
            time.sleep(2)
            approved = [restrained_after(star.writes, lambda star=star: approve(star, reviewer)) for star in quiet]
            fired = [restrained_after(star.invites, lambda star=star: fire(star)) for star in light]
        print(f"until restrained, {load.sent} reports meanwhile, at most {load.late:.1f} s late        half      p99")
        told("an approval until a message is refused", approved)
        told("an automatic firing until an invitation is refused", fired)
        print(f"\norders that fall due together, carried out: {rate:.1f} a second\n")
        ours = our_reports(site, key)
        print(f"reports a second, {CLIENTS} clients              × Synapse")
        print(f"Synapse's own endpoint             {theirs:>7.0f}")
        print(f"POST /api/v1/reports               {ours:>7.0f}   {ours / theirs:>6.2f}")
        print(f"the service alone, one thread      {service_calls():>7.0f}")
        if address := os.environ.get("REMPART_BENCH_OZONE"):
            found = ozone_reports(address, os.environ.get("REMPART_BENCH_OZONE_TOKEN", ""))
            print(f"Ozone                              {found:>7.0f}   {found / theirs:>6.2f}")
        else:
            print("Ozone: not measured, REMPART_BENCH_OZONE names none")


if __name__ == "__main__":
    main()
