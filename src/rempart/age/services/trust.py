"""Whom proofs of age are believed from: a folder of the operator's, and lists fetched from their publishers.

Nothing is trusted by default. Of each list the last good one counts, until it says itself that it is out of date; the
team is called before. A status list is fetched when a genuine credential names it and its host is one that we
allow, and again each hour for everybody: nobody learns from it who is being asked.
"""

import dataclasses
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rempart import ledger
from rempart.age.models import TrustFile
from rempart.attestation import status_lists, trusted_lists
from rempart.attestation.outcome import Reason, Refused
from rempart.attestation.status_lists import StatusLists
from rempart.attestation.trust import Trust
from rempart.correspondence import announcing, webhooks
from rempart.correspondence import tasks as correspondence_tasks
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

logger = logging.getLogger("rempart.age")
Kind = TrustFile.Kind
MOST_STATUS_LISTS = 1000
LONGEST_URL = 500
WARNED_BEFORE = timedelta(days=7)
"""How long before its next update the team is called about a list that is not renewed yet."""
_read: dict[tuple[object, ...], Trust] = {}


class Watching(StatusLists):
    """The status lists at hand; remembers the address of one that a genuine credential names and that is missing."""

    def __init__(self, lists: StatusLists) -> None:
        super().__init__()
        self.lists, self.wanted = lists, set[str]()

    def ensure_valid(self, uri: str, index: int, *, at: datetime) -> None:
        """As the lists at hand."""
        try:
            self.lists.ensure_valid(uri, index, at=at)
        except Refused as refused:
            if refused.reason == Reason.STATUS_UNKNOWN:
                self.wanted.add(uri)
            raise


def trusted() -> Trust:
    """Everything that is trusted now. Read again only when a file or a list changed. Raises OSError."""
    fetched = TrustFile.objects.exclude(content=None)
    folder, hour = Path(settings.REMPART_AGE_TRUST), now().replace(minute=0, second=0, microsecond=0)
    folder.mkdir(parents=True, exist_ok=True)
    seen = sorted((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in _files(folder))
    pretending = settings.REMPART_TEST_WALLET
    key = (str(folder), *seen, *fetched.values_list("pk", "fetched_at"), hour if pretending else None)
    if (found := _read.get(key)) is None:
        contents = [bytes(one) for one in fetched.values_list("content", flat=True)]
        pinned: list[bytes] = []
        if pretending:
            from rempart.age.services.test_wallet import trusted_too  # brings the test issuer along

            pinned = trusted_too(hour)
        found = Trust.from_folder(folder, pinned=pinned, fetched=contents)
        _read.clear()
        _read[key] = found
    return found


def watched(trust: Trust) -> tuple[Trust, Watching]:
    """The same trust, which remembers the status lists that were missing."""
    watching = Watching(trust.statuses)
    return dataclasses.replace(trust, statuses=watching), watching


def want(uris: set[str]) -> bool:
    """Have these status lists fetched where their hosts are allowed. Returns whether any will be."""
    allowed = [uri for uri in uris if len(uri) <= LONGEST_URL and may_fetch_status(uri)]
    room = MOST_STATUS_LISTS - TrustFile.objects.filter(kind=Kind.STATUS).count()
    TrustFile.objects.bulk_create(
        [TrustFile(kind=Kind.STATUS, url=uri) for uri in allowed[: max(room, 0)]], ignore_conflicts=True
    )
    return bool(allowed)


def may_fetch_status(uri: str) -> bool:
    """Whether a status list may be fetched from this address: over https, from a host that the settings name."""
    parts = urlsplit(uri)
    local = parts.scheme == "http" and parts.hostname in webhooks.LOCAL
    return (parts.scheme == "https" or local) and parts.netloc in settings.REMPART_AGE_STATUS_HOSTS


def refresh(*, missing_only: bool = False) -> int:
    """Fetch the lists that the settings name, and the status lists that credentials named. Returns how many are new.

    A list that cannot be had, is not signed by whom it has to be, or is older than the one at hand changes nothing.
    missing_only: those that were never had.
    """
    _enlist()
    rows = TrustFile.objects.filter(content=None, tried_at=None) if missing_only else TrustFile.objects.all()
    # Trusted lists first: they say who may sign status lists.
    return sum(_fetch(row) for row in rows.order_by("-kind", "pk"))


def call_about_stale() -> int:
    """Call those who administer to each list that is out of date or soon will be, once. Returns how many lists."""
    called = 0
    for row in TrustFile.objects.filter(kind=Kind.TRUSTED, alarmed_at=None):
        due = row.good_until is None or row.good_until - WARNED_BEFORE < now()
        if due and row.tried_at is not None:
            _call(row)
            called += 1
    return called


@transaction.atomic
def _call(row: TrustFile) -> None:
    row.alarmed_at = now()
    row.save(update_fields=["alarmed_at"])
    members = [one for one in StaffMember.objects.filter(is_active=True) if one.may(Permission.ADMINISTER)]
    key = f"age.trust:{row.pk}:{row.alarmed_at:%Y%m%d%H%M}"
    announcing.alarm_team(members, page=reverse("age:trust"), key=key, at=now())
    ledger.append(Event.AGE_TRUST_STALE, subject=row, content={"url": row.url})
    correspondence_tasks.alarm.defer()  # in the transaction: the job exists exactly when the calls do


def _enlist() -> None:
    wanted = set(settings.REMPART_AGE_TRUSTED_LISTS)
    TrustFile.objects.filter(kind=Kind.TRUSTED).exclude(url__in=wanted).delete()
    for url in wanted:
        TrustFile.objects.get_or_create(url=url, defaults={"kind": Kind.TRUSTED})
    for row in TrustFile.objects.filter(kind=Kind.STATUS):
        if not may_fetch_status(row.url):
            row.delete()


def _fetch(row: TrustFile) -> bool:
    """Fetch one list; True where it took the place of what was there."""
    row.tried_at, row.problem, taken = now(), "", False
    largest = trusted_lists.LARGEST if row.kind == Kind.TRUSTED else status_lists.LARGEST_TOKEN
    outcome = webhooks.fetch(row.url, reading=largest)
    if not outcome.delivered:
        row.problem = outcome.error[:64]
    else:
        try:
            taken = _take(row, outcome.answer)
        except Refused as refused:
            row.problem = refused.reason.value
    if row.problem:
        logger.warning("a %s for proofs of age was not renewed: %s", row.get_kind_display(), row.problem)
    row.save()
    return taken


def _take(row: TrustFile, content: bytes) -> bool:
    """Keep a list that is good and newer than the one at hand. Raises Refused."""
    if row.content is not None and bytes(row.content) == content:
        row.fetched_at = now()
        return False
    if row.kind == Kind.TRUSTED:
        operators = _operators()
        issued, until = _dates(content, operators)
        if row.content is not None and issued < _dates(bytes(row.content), operators)[0]:
            raise Refused(Reason.STALE_TRUST, "older than the one at hand")
        if until < now():
            raise Refused(Reason.STALE_TRUST, "past its next update")
    else:
        trust = trusted()
        token = status_lists.read_token(content, anchors=trust.anchors, keys=trust.keys)
        if token.uri != row.url:
            raise Refused(Reason.BAD_STATUS_LIST, "of another address")
        until = token.until
    row.content, row.fetched_at, row.good_until, row.alarmed_at = content, now(), until, None
    return True


def _operators() -> list[x509.Certificate]:
    folder = Path(settings.REMPART_AGE_TRUST)
    return list(Trust.from_folder(folder).operators) if folder.is_dir() else []


def _dates(content: bytes, operators: list[x509.Certificate]) -> tuple[datetime, datetime]:
    found = trusted_lists.read_trusted_list(content, operators=operators)
    return found.issued, found.next_update


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else iter(())
