"""Listening to a Mastodon server: the posts of watched hashtags as they come, and the reports that its moderators see.

Streams cannot be resumed, so each begins by reading its timeline from a little before where it stood. A deletion that
nobody heard is found by asking for the posts that are stored, when listening begins and twice a day.
"""

import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self
from urllib.parse import quote, urlsplit

import msgspec

from rempart import records
from rempart.intake.models import Post, WatchedTag
from rempart.intake.services import HandedReport
from rempart.ledger.clock import now
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.http import PlatformClient, client, said
from rempart.platforms.listener import Heard, Listener
from rempart.platforms.mastodon.notes import REPORTED
from rempart.platforms.mastodon.settings import mastodon_settings
from rempart.platforms.mastodon.streams import Event, Streams
from rempart.platforms.models import Platform
from rempart.platforms.services import secret_of
from rempart.reading import PostReader
from rempart.reading.exports import parse_posts
from rempart.records.lines import BadLine
from rempart.records.references import Service

logger = logging.getLogger("rempart.listening")
SERVICE: Service = "mastodon"

OVERLAP = timedelta(hours=1)  # posts of other servers may arrive with a number from before
FIRST = timedelta(days=1)  # how far back the first reading of a hashtag goes
TAGS_EVERY, REPORTS_EVERY, SWEEP_EVERY = 10.0, 20.0, 12 * 3600.0  # seconds
SWEEP_PAUSE = 1.2  # seconds between two questions of a sweep: servers answer 300 in five minutes
PAGE, REPORTS_PAGE, ASKED_AT_ONCE, BATCH = 40, 100, 20, 200
PUBLIC = {"public", "unlisted"}


class MastodonListener(Listener):
    """One server, with the token that its connector uses."""

    def __init__(self, http: PlatformClient, host: str, name: str) -> None:
        self._http, self._host, self._name = http, host, name

    @classmethod
    def of(cls, platform: Platform) -> Self:
        """The listener of a server. Raises PermanentFailure when a setting is wrong or there is no token."""
        mastodon_settings(platform)
        if not (token := secret_of(platform)):
            raise PermanentFailure("secret: an access token of Rempart's account on the server")
        return cls(client(platform, headers={"authorization": f"Bearer {token}"}), platform.hosts[0], platform.name)

    def listen(self, position: Any, *, stop: threading.Event) -> Generator[Heard, None, None]:
        """What comes. position: {"tags": {hashtag: number of its newest post}, "report": number of the newest}."""
        place: dict[str, Any] = deepcopy(position) if position else {"tags": {}, "report": "0"}
        tags_due = reports_due = sweep_due = pause_until = 0.0
        sweep: Iterator[Heard] = iter(())
        with self._http, Streams(self._http, self._streaming_address()) as streams:
            while not stop.is_set():
                moment = time.monotonic()
                if moment >= tags_due:
                    tags_due = moment + TAGS_EVERY
                    watched = [tag.hashtag for tag in WatchedTag.objects.all()]
                    place["tags"] = {tag: place["tags"][tag] for tag in watched if tag in place["tags"]}
                    for tag in streams.follow(watched):
                        for heard in self._missed(tag, place):
                            yield _at(heard, place)
                if moment >= reports_due:
                    reports_due = moment + REPORTS_EVERY
                    for heard in self._reports(place):
                        yield _at(heard, place)
                if moment >= sweep_due:
                    sweep_due, sweep = moment + SWEEP_EVERY, self._gone()
                if moment >= pause_until and (swept := next(sweep, None)) is not None:
                    pause_until = moment + SWEEP_PAUSE
                    yield _at(swept, place)
                if events := streams.events(most=BATCH, patience=0.5):
                    yield _at(self._said(events, place), place)

    def _streaming_address(self) -> str:
        """Where streams are: the server says so, and for most it is where all the rest is."""
        urls = said(self._http.get("/api/v2/instance")).json().get("configuration", {}).get("urls", {})
        told = urlsplit(str(urls.get("streaming") or ""))
        if told.scheme not in ("ws", "wss") or not told.netloc:
            return ""
        return f"{'https' if told.scheme == 'wss' else 'http'}://{told.netloc}"

    def _said(self, events: Sequence[Event], place: dict[str, Any]) -> Heard:
        """What a few events of streams say."""
        heard = Heard()
        for event in events:
            raw = {"event": event.name, "payload": event.data}
            if event.name == "delete":
                heard.deleted.append((SERVICE, event.data.strip()))
            elif event.name == "status.update":
                self._read(raw, heard, into=heard.edited)
            elif event.name == "update":
                for post in self._read(raw, heard, into=heard.posts):
                    place["tags"][event.tag] = max(place["tags"].get(event.tag, ""), post.id, key=_order)
        return heard

    def _missed(self, tag: str, place: dict[str, Any]) -> Iterator[Heard]:
        """What came under a hashtag since it was last listened for, oldest first."""
        after = _earlier(place["tags"][tag]) if tag in place["tags"] else _number(now() - FIRST)
        place["tags"].setdefault(tag, after)
        while page := self._list(f"/api/v1/timelines/tag/{quote(tag, safe='')}", min_id=after, limit=PAGE):
            heard = Heard()
            for status in reversed(page):
                self._read(status, heard, into=heard.posts)
            newest = max((str(status.get("id", "")) for status in page), key=_order)
            if _order(newest) <= _order(after):
                return
            after = newest
            place["tags"][tag] = max(place["tags"][tag], newest, key=_order)
            yield heard

    def _reports(self, place: dict[str, Any]) -> Iterator[Heard]:
        """The reports that came since, oldest first; then nothing, which says that all is well."""
        while found := self._reports_after(place["report"]):
            heard = Heard()
            for raw in found:
                try:
                    if not str(raw.get("comment") or "").startswith(REPORTED):
                        heard.reports.append(handed(raw, self._host))
                except (LookupError, TypeError, ValueError, AttributeError) as error:
                    self._refuse(heard, f"a report could not be read ({type(error).__name__})")
            newest = str(found[-1].get("id", ""))
            if _order(newest) <= _order(place["report"]):
                break
            place["report"] = newest
            yield heard
        yield Heard()

    def _reports_after(self, number: str) -> list[dict[str, Any]]:
        """The next reports, oldest first, open or resolved: an action on an account resolves those about it."""
        pages = [
            self._list("/api/v1/admin/reports", min_id=number, limit=REPORTS_PAGE, resolved=resolved)
            for resolved in ("false", "true")
        ]
        found = sorted((raw for page in pages for raw in page), key=_rank)
        # Where one page is full, more of it may come before what the other one holds beyond its end.
        ends = [max(map(_rank, page)) for page in pages if len(page) >= REPORTS_PAGE]
        return [raw for raw in found if not ends or _rank(raw) <= min(ends)]

    def _gone(self) -> Iterator[Heard]:
        """Which of the posts that are stored of this server are no longer public there, or changed; a few at a time."""
        last = 0
        while True:
            rows = Post.objects.filter(service=SERVICE, source="platform", erased_at=None, pk__gt=last)
            some = list(rows.order_by("pk").values_list("pk", "post_id")[:ASKED_AT_ONCE])
            if not some:
                return
            last = some[-1][0]
            numbers = [number for _pk, number in some]
            response = self._http.get("/api/v1/statuses", params=[("id[]", number) for number in numbers])
            # Servers before 4.3 know no such question: each post is then asked for by itself.
            found = [] if response.status_code == 404 else said(response).json()
            there = {str(status.get("id")): status for status in found}
            heard = Heard()
            for number in numbers:
                status = there.get(number) or self._status(number)
                if status is None or status.get("visibility") not in PUBLIC:
                    heard.deleted.append((SERVICE, number))
                elif status.get("edited_at"):
                    self._read(status, heard, into=heard.edited)
            yield heard

    def _status(self, number: str) -> dict[str, Any] | None:
        """One post, None when the server says that it is not there: nothing is erased on a list's silence alone."""
        response = self._http.get(f"/api/v1/statuses/{quote(number, safe='')}")
        if response.status_code in (404, 410):
            return None
        found: dict[str, Any] = said(response).json()
        return found

    def _list(self, path: str, **params: Any) -> list[dict[str, Any]]:
        found = said(self._http.get(path, params=params)).json()
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            raise PermanentFailure("there is no Mastodon API at this address")
        return found

    def _read(self, raw: dict[str, Any], heard: Heard, *, into: list[records.Post]) -> list[records.Post]:
        try:
            posts = parse_posts(raw)
        except BadLine as error:
            self._refuse(heard, f"a post is refused for its `{error.field}`")
            return []
        into.extend(posts)
        return posts

    def _refuse(self, heard: Heard, why: str) -> None:
        heard.unreadable += 1
        logger.warning("%s: %s", self._name, why)


def handed(raw: dict[str, Any], host: str) -> HandedReport:
    """An Admin::Report (https://docs.joinmastodon.org/entities/Admin_Report/) as a report that is handed over.

    What its author wrote is read as a post would be; a report without words says which of the server's rules it names.
    Raises LookupError, TypeError or ValueError for what is none.
    """
    reporter, about = raw["account"], raw["target_account"]
    created_at = msgspec.convert(raw["created_at"], datetime)
    words = str(raw.get("comment") or "").strip()
    read = _reader().read(
        records.Post(id="report", service=SERVICE, author="reporter", created_at=created_at, text=words)
    )
    rules = [str(rule["text"]) for rule in raw.get("rules") or []]
    profile = reporter.get("account") or {}
    return HandedReport(
        number=f"{host}:{raw['id']}",
        service=SERVICE,
        about=records.AccountReference(SERVICE, _full_name(about, host), str(about["id"])),
        text=words or " · ".join([str(raw.get("category") or "other"), *rules]),
        reporter=records.Reporter(id=_full_name(reporter, host), followers=profile.get("followers_count")),
        conduct=list(read.conduct),
        services=list(read.conduct_services),
        met_on=list(read.met_on),
        minor=read.complainant_minor,
        received_at=created_at,
        language=reporter.get("locale") if reporter.get("locale") in ("fr", "en") else None,
    )


@cache
def _reader() -> PostReader:
    return PostReader(SERVICE)


def _full_name(account: dict[str, Any], host: str) -> str:
    return f"{account['username']}@{account.get('domain') or host}"


def _at(heard: Heard, place: dict[str, Any]) -> Heard:
    heard.position = deepcopy(place)
    return heard


def _order(number: str) -> tuple[int, str]:
    """Numbers of posts are digits in texts: a longer one is later."""
    return len(number), number


def _rank(raw: dict[str, Any]) -> tuple[int, str]:
    return _order(str(raw.get("id", "")))


def _number(moment: datetime) -> str:
    """The number that a post of that moment has: milliseconds, then sixteen bits of its own."""
    return str(int(moment.timestamp() * 1000) << 16)


def _earlier(number: str) -> str:
    return str(max(0, int(number) - (int(OVERLAP.total_seconds() * 1000) << 16))) if number.isdecimal() else number
