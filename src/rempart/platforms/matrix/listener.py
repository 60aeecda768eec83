"""Reports that people make on the homeserver (of a message, of an account), asked for again and again by its admin API.

Synapse numbers reports, but one may become visible after another that came later. So each round goes back a minute
further than the last, and what was given before is remembered by its number. Rooms are heard otherwise: the homeserver
hands their events over (`views.transaction`).
"""

import threading
from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import msgspec

from rempart.ledger.clock import now
from rempart.platforms.connector import UnknownAccount
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.matrix.homeserver import ADMIN, PAGE, Homeserver
from rempart.platforms.matrix.reports import Report, as_handed
from rempart.platforms.models import Platform

EVERY = 5.0  # seconds between two rounds
LATE = 60_000  # milliseconds
FIRST = timedelta(days=30)
"""How far back the first round goes."""

KINDS = ("event_reports", "user_reports")


class Stand(msgspec.Struct, kw_only=True):
    """How far one kind of reports was given: up to which time, and the numbers and times of the last minute before."""

    until: int
    given: list[tuple[int, int]] = []

    def is_new(self, report: Report) -> bool:
        """Whether a report was not given yet."""
        return report.received_ts > self.until - LATE and (report.id, report.received_ts) not in self.given

    def after(self, report: Report) -> "Stand":
        """Where we stand once this one was given."""
        until = max(self.until, report.received_ts)
        given = [*self.given, (report.id, report.received_ts)]
        return Stand(until=until, given=[one for one in given if one[1] > until - LATE])


class MatrixListener(Listener):
    """The reports of one homeserver."""

    def __init__(self, homeserver: Homeserver, name: str) -> None:
        self.homeserver, self.name = homeserver, name

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """Raises PermanentFailure when a setting is missing or wrong."""
        return cls(Homeserver.of(platform), platform.name)

    def listen(self, position: Any, *, stop: threading.Event) -> Generator[Heard]:
        """New reports, oldest first; an empty batch at the end of each round."""
        begin = Stand(until=int((now() - FIRST).timestamp() * 1000))
        stands = dict.fromkeys(KINDS, begin) | msgspec.convert(position or {}, dict[str, Stand])
        while not stop.is_set():
            for kind in KINDS:
                for some in _batches(self._new(kind, stands[kind])):
                    if stop.is_set():
                        return
                    heard = Heard()
                    for report in some:
                        stands[kind] = stands[kind].after(report)
                        self._take(kind, report, heard)
                    yield msgspec.structs.replace(heard, position=msgspec.to_builtins(stands))
            yield Heard(position=msgspec.to_builtins(stands))
            stop.wait(EVERY)

    def _new(self, kind: str, stand: Stand) -> list[Report]:
        """The reports that were not given yet, oldest first."""
        found: dict[int, Report] = {}
        start = 0
        while True:
            page = self.homeserver.get(f"{ADMIN}/v1/{kind}", {"dir": "b", "limit": PAGE, "from": start})
            reports = msgspec.convert(page[kind], list[Report])
            found |= {one.id: one for one in reports if stand.is_new(one)}
            start = page.get("next_token", 0)
            if not start or not reports or reports[-1].received_ts <= stand.until - LATE:
                return sorted(found.values(), key=lambda one: (one.received_ts, one.id))

    def _take(self, kind: str, report: Report, heard: Heard) -> None:
        if report.user_id == self.homeserver.me:
            return  # What we reported for somebody else: no testimony of anybody.
        if kind == "event_reports":
            try:
                detail = self.homeserver.get(f"{ADMIN}/v1/{kind}/{report.id}", names_account=True)
                report = msgspec.convert(detail, Report)
            except UnknownAccount:
                pass  # taken off the list meanwhile: what the list said stands
        handed = as_handed(report, platform=self.name, since=self._since(report.user_id))
        if handed is None:
            heard.unreadable += 1
        else:
            heard.reports.append(handed)

    def _since(self, mxid: str) -> datetime | None:
        """When the reporter's account was made, where it is one of this homeserver's."""
        if not mxid.endswith(f":{self.homeserver.server_name}"):
            return None
        try:
            made = self.homeserver.user(mxid).creation_ts
        except UnknownAccount:
            return None
        return datetime.fromtimestamp(made, UTC) if made else None


def _batches(reports: list[Report]) -> Iterator[list[Report]]:
    for begin in range(0, len(reports), PAGE):
        yield reports[begin : begin + PAGE]
