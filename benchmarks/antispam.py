"""How long Synapse waits for our answer before an invitation, with up to 100,000 measures in force.

The peer is Synapse alone, which asks nobody: the same invitations, sent one after another to the same real server,
before and after it asks us. Answers are those of the site as `rempart serve` runs it (gunicorn). Run as
`python benchmarks/antispam.py`, with other numbers of measures if given.
"""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME / "rempart")
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.platforms.servers.synapse import Synapse  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

SIZES = (100, 10_000, 100_000)
TIMES = 100
BATCH = 5_000
SERVER_NAME = "home.example"


def restrain(begin: int, end: int) -> None:
    """Put a measure in force on each of these accounts of the homeserver."""
    from rempart.casework import models
    from rempart.casework.services import store_rulebook
    from rempart.intake.models import Account
    from rempart.ledger.clock import now
    from rempart.rulebook import load

    moment, version = now(), store_rulebook(load("rempart"))
    for first in range(begin, end, BATCH):
        numbers = range(first, min(end, first + BATCH))
        accounts = Account.objects.bulk_create(
            Account(service="matrix", handle=f"@star.{number}:{SERVER_NAME}", age_band="18_plus", first_seen_at=moment)
            for number in numbers
        )
        cases = models.Case.objects.bulk_create(models.Case(account=one, opened_at=moment) for one in accounts)
        records = models.AssessmentRecord.objects.bulk_create(
            models.AssessmentRecord(
                case=case,
                made_at=moment,
                assessment={},
                credibility=0.9,
                independent_sources=3.0,
                coordination=0.0,
                severity=3,
            )
            for case in cases
        )
        decisions = models.Decision.objects.bulk_create(
            models.Decision(
                case=record.case,
                assessment=record,
                rulebook=version,
                mode="preventive",
                articles=["contact"],
                reasons={},
                approval="automatic",
                state="taken",
                proposed_at=moment,
                taken_at=moment,
                since=moment,
                begins_at=moment,
                review_due=moment + timedelta(hours=24),
                ends_at=moment + timedelta(hours=72),
            )
            for record in records
        )
        measures = models.MeasureTaken.objects.bulk_create(
            models.MeasureTaken(decision=one, measure="no_contact_with_minors", articles=["contact"])
            for one in decisions
        )
        models.PlatformOrder.objects.bulk_create(
            models.PlatformOrder(measure=one, action="apply", due_at=moment, ordered_at=moment) for one in measures
        )


def timed(what: Callable[[int], httpx.Response | None], expected: int | None = None) -> list[float]:
    """Milliseconds that each of TIMES requests took, after a few that warm everything up."""
    found = []
    for number in range(TIMES + 20):
        begin = time.perf_counter()
        answer = what(number)
        found.append((time.perf_counter() - begin) * 1000)
        if answer is not None and answer.status_code != expected:
            raise SystemExit(f"HTTP {answer.status_code} where {expected} was expected: {answer.text[:200]}")
    return found[20:]


def row(name: str, times: list[float], peer: float | None = None) -> None:
    """Print one line of the table."""
    middle, late = statistics.median(times), statistics.quantiles(times, n=100)[98]
    ratio = f"{middle / peer:8.2f}" if peer else " " * 8
    print(f"{name:58}{middle:9.2f}{late:9.2f}{ratio}", flush=True)


def served() -> tuple[subprocess.Popen[bytes], str]:
    """The site as it is served, and its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-m", "rempart.cli", "serve", "--port", str(port)])
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            httpx.get(f"{address}/staff/", trust_env=False, timeout=5)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return process, address
    raise SystemExit("the site does not answer")


class People:
    """Who invites whom on the homeserver."""

    def __init__(self, synapse: Synapse) -> None:
        self.client = httpx.Client(base_url=synapse.address, trust_env=False, timeout=60)
        self.anybody, self.restrained = synapse.register("anybody"), synapse.register("star.1")
        self.guests = [synapse.register(f"guest.{number}") for number in range(TIMES + 20)]
        self.rooms = {user.mxid: self._room(user) for user in (self.anybody, self.restrained)}

    def _ask(self, user: Any, method: str, path: str, **body: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {user.access_token}"}
        return self.client.request(method, f"/_matrix/client/v3/{path}", json=body, headers=headers)

    def _room(self, user: Any) -> str:
        return str(self._ask(user, "POST", "createRoom").json()["room_id"])

    def invite(self, user: Any) -> Callable[[int], httpx.Response]:
        """Invite one guest after another into a room."""
        self.rooms[user.mxid] = room = self._room(user)
        return lambda number: self._ask(user, "POST", f"rooms/{room}/invite", user_id=self.guests[number].mxid)

    def write(self, user: Any) -> Callable[[int], httpx.Response]:
        """Write one message after another in their own room."""
        room, begin = self.rooms[user.mxid], time.monotonic_ns()
        return lambda number: self._ask(
            user, "PUT", f"rooms/{room}/send/m.room.message/{begin}.{number}", msgtype="m.text", body="Bonsoir"
        )


def orders(platform: Any, people: People) -> None:
    """What an order of ours takes: applied (with what is asked and noted before), seen, taken off."""
    from rempart.platforms.registry import connector_of
    from rempart.records import AccountReference

    connector = connector_of(platform)
    accounts = [AccountReference("matrix", guest.mxid) for guest in people.guests]

    def apply(number: int) -> None:
        connector.apply(accounts[number], "suspend", key=f"order-{number}", until=None)

    def observe(number: int) -> None:
        connector.observe(accounts[number])

    def lift(number: int) -> None:
        connector.lift(accounts[number], "suspend", key="lift", mark=f"locked order-{number}")

    for name, what in (("applied", apply), ("seen", observe), ("taken off", lift)):
        row(f"An order of ours to suspend: {name}", timed(what))


def main() -> None:
    """Measure and print."""
    sizes = [int(one) for one in sys.argv[1:]] or list(SIZES)
    print(f"{TIMES} requests each, one after another            (milliseconds){'p50':>5}{'p99':>9}{'ratio':>9}")
    try:
        set_up()
        run(sizes)
    finally:
        EmbeddedServer(HOME / "rempart").stop()
        shutil.rmtree(HOME, ignore_errors=True)


def run(sizes: list[int]) -> None:
    """Start everything, measure at each size, stop everything."""
    from django.db import connections

    from rempart.platforms.matrix.files import module
    from rempart.platforms.matrix.settings import antispam_token
    from rempart.platforms.services import add_platform

    site, address = served()
    synapse = Synapse(HOME / "synapse", server_name=SERVER_NAME)
    try:
        synapse.start()
        platform = add_platform(
            "home",
            kind="matrix",
            service="matrix",
            address=synapse.address,
            hosts=[SERVER_NAME],
            secret=synapse.admin_token,
            acting=None,
        )
        people = People(synapse)
        alone = timed(people.invite(people.anybody), 200)
        row("Synapse alone: an invitation", alone)
        spoken = timed(people.write(people.anybody), 200)
        row("Synapse alone: a message", spoken)
        orders(platform, people)
        synapse.stop()
        synapse.modules = [module(platform, address)]
        synapse.start()
        client = httpx.Client(
            base_url=address, trust_env=False, headers={"authorization": f"Bearer {antispam_token('home')}"}
        )

        def ask(who: str) -> Callable[[int], httpx.Response]:
            asked = {"inviter": who, "invitee": people.guests[0].mxid, "room_id": "!a:home.example"}
            return lambda _number: client.post("/platforms/home/antispam/user_may_invite", json=asked)

        done = 0
        for size in sizes:
            restrain(done, size)
            done = size
            with connections["owner"].cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")  # not while we measure
            print(f"{size:,} measures in force")
            row("  our answer about anybody", timed(ask(people.anybody.mxid), 200))
            row("  our answer about somebody restrained, age asked", timed(ask(people.restrained.mxid), 403))
            row(
                "  Synapse, asking us: anybody invites",
                timed(people.invite(people.anybody), 200),
                statistics.median(alone),
            )
            row(
                "  Synapse, asking us: a message of anybody's",
                timed(people.write(people.anybody), 200),
                statistics.median(spoken),
            )
            row(
                "  Synapse, asking us: who is restrained is refused",
                timed(people.invite(people.restrained), 403),
                statistics.median(alone),
            )
    finally:
        synapse.stop()
        site.terminate()
        site.wait(30)
        connections.close_all()


if __name__ == "__main__":
    main()
