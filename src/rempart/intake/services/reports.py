"""Reports that platforms hand over (DSA Art. 16), what becomes of them, and their withdrawal.

A report is a testimony, and beside it a conversation with its author: where they are reached is sealed there and stands
nowhere else. Sent twice, a report is one. Name and e-mail are never required (Art. 16(2)(c) forbids it for reports of
sexual abuse of children, and most are).
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, connection, transaction
from django.utils.crypto import salted_hmac

from rempart import records
from rempart.correspondence.services import give_email, open_conversation, speak_as
from rempart.intake.accounts import AccountBook, existing_accounts
from rempart.intake.models import Account, Report, Testimony
from rempart.intake.ours import own_services
from rempart.intake.services.storing import pseudonym, stored_testimony
from rempart.intake.signals import report_received, testimonies_changed, testimonies_leaving
from rempart.ledger import append, erase
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.proof_file import digest as digest_of
from rempart.ledger.services import reference
from rempart.records.references import SERVICES

REPORTED = ("user_report", "trusted_flagger", "form")
LANGUAGES = ("fr", "en")
LONGEST_TEXT = 64 * 1024  # bytes
LONGEST_NUMBER, LONGEST_HANDLE, MOST_COMMUNITIES = 200, 255, 200
OLDEST, EARLIEST = timedelta(days=366), timedelta(minutes=5)


class ReportRefused(ValueError):
    """The report cannot be kept as it is; `field` names what is wrong with it."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why)
        self.field = field


class NumberTaken(ReportRefused):
    """Another report was handed over under this number."""


class HandedReport(msgspec.Struct, frozen=True, kw_only=True):
    """A report as a platform hands it over.

    number: the platform's own. service: the platform; by default the only one there is, else that of the account.
    reporter: their id is the platform's own (a handle, as posts name their author); it is kept under a pseudonym.
    services, met_on: where it happened, and where contact began. origin: whatever the platform hashed; hashed again.
    danger: its author says that somebody is in danger now. received_at: when the platform received it.
    country: its author's (ISO 3166-1), so that their page shows numbers to call; email: only if they gave one.
    language, minor, email: who reports again is written to as their newest report says, where it says it.
    """

    number: str
    about: records.AccountReference
    text: str
    reporter: records.Reporter
    service: str = ""
    conduct: list[str] = []
    services: list[str] = []
    met_on: list[str] = []
    minor: bool | None = None
    channel: str = "user_report"
    stance: str = "testimony"
    received_at: datetime | None = None
    origin: records.Origin | None = None
    evidence: list[records.Evidence] = []
    danger: bool = False
    good_faith: bool | None = None
    language: str | None = None
    country: str = ""
    email: str = ""


@transaction.atomic
def receive_report(sent: HandedReport) -> Report:
    """Keep a report as a testimony, open the conversation with its author and have the account assessed.

    The same content under the same number again returns the report there is.
    Raises NumberTaken when it is another content, and ReportRefused with the field that is wrong.
    """
    moment = now()
    service = sent.service or _only_platform() or sent.about.service
    _ensure_sound(sent, service, moment)
    digest = _digest(sent)
    _one_of_this_number(service, sent.number)
    known = Report.objects.select_related("testimony__account", "conversation").filter(
        service=service, number=sent.number
    )
    if (found := known.first()) is not None:
        if not hmac.compare_digest(bytes(found.digest), digest):
            raise NumberTaken("number", "another report was handed over under this number")
        return found
    reporter = msgspec.structs.replace(
        sent.reporter, id=f"{service}:{sent.reporter.id.strip().removeprefix('@').casefold()}"
    )
    said = msgspec.convert(
        {
            "id": f"report:{service}:{sent.number}",
            "received_at": sent.received_at or moment,
            "channel": sent.channel,
            "about": sent.about,
            "stance": sent.stance,
            "conduct": sent.conduct,
            "conduct_services": sent.services,
            "met_on": sent.met_on,
            "complainant_minor": sent.minor,
            "text": sent.text or None,
            "reporter": reporter,
            "origin": _hashed(sent.origin),
            "evidence": sent.evidence,
        },
        records.Testimony,
        from_attributes=True,
    )
    account = _account(sent.about)
    testimony = stored_testimony(said, account_id=account.pk, post_id=None)
    testimony.account = account
    testimony.save(force_insert=True)
    try:
        conversation = open_conversation(
            "complainant",
            about=reference(account),
            person=f"intake.reporter:{pseudonym(reporter.id)}",
            language=sent.language or "fr",
            child_words=sent.minor is True,
            service=service,
            report=sent.number,
            email=sent.email,
        )
    except ValueError as error:
        raise ReportRefused("email", "it is no e-mail address") from error
    speak_as(conversation, language=sent.language, child_words=sent.minor)
    if sent.email:
        give_email(conversation, sent.email)
    report = Report.objects.create(
        testimony=testimony,
        conversation=conversation,
        service=service,
        number=sent.number,
        digest=digest,
        danger=sent.danger,
        good_faith=sent.good_faith,
        country=sent.country,
        arrived_at=moment,
    )
    append(
        Event.REPORT_RECEIVED,
        subject=report,
        content={
            "account": account.pk,
            "channel": sent.channel,
            "danger": sent.danger,
            "minor": sent.minor,
            "sha256": digest_of(testimony.text),
        },
    )
    report_received.send(Report, report=report)
    testimonies_changed.send(Report, accounts={account.pk}, added=testimony)
    report.is_new = True
    return report


@transaction.atomic
def set_aside(testimonies: Iterable[Testimony], at: datetime | None) -> None:
    """Keep testimonies out of every assessment because their author may not report for now; None takes them back in."""
    _mark(testimonies, "set_aside_at", at)


@transaction.atomic
def mark_unfounded(testimonies: Iterable[Testimony], at: datetime | None) -> None:
    """Note that two people found these manifestly unfounded, or (None) that it was undone: they count again."""
    _mark(testimonies, "unfounded_at", at)


@transaction.atomic
def mark_upheld(account: Account, at: datetime | None) -> None:
    """Note that what is said of an account was found true by a final measure, or (None) that it was undone.

    It counts for their authors' word about other accounts, never for this one: that would be a circle.
    """
    said = Testimony.objects.filter(account=account, stance__in=("testimony", "relay")).exclude(
        reporter=str(account.reference)
    )
    changed = list(said.exclude(upheld_at=at) if at else said.exclude(upheld_at=None))
    Testimony.objects.filter(pk__in=[testimony.pk for testimony in changed]).update(upheld_at=at)
    _tell_of_authors(changed)


@transaction.atomic
def withdraw_reports(account: Account, reporter: str) -> int:
    """Take what somebody reported of an account out of every assessment, because they ask for it.

    reporter: their pseudonym. What they posted in public is not theirs to withdraw here: its source says when it goes.
    Their words are erased at once; that they came and were withdrawn is all that stays. Returns how many there were.
    """
    mine = Testimony.everything.filter(
        account=account, reporter=reporter, withdrawn_at=None, report__isnull=False
    ).select_for_update(of=("self",))
    withdrawn = list(mine)
    if not withdrawn:
        return 0
    keys = [testimony.pk for testimony in withdrawn]
    testimonies_leaving.send(Testimony, testimonies=keys)
    Testimony.everything.filter(pk__in=keys).update(
        withdrawn_at=now(),
        text=None,
        conduct=[],
        conduct_services=[],
        met_on=[],
        complainant_minor=None,
        origin=None,
        evidence=[],
        reporter_facts={},
    )
    for testimony in withdrawn:
        append(Event.REPORT_WITHDRAWN, subject=testimony.report)
        erase(testimony.report, because="withdrawn")
    testimonies_changed.send(Testimony, accounts={account.pk})
    return len(withdrawn)


def _mark(testimonies: Iterable[Testimony], column: str, at: datetime | None) -> None:
    found = list(testimonies)
    for testimony in found:
        setattr(testimony, column, at)
    Testimony.everything.filter(pk__in=[testimony.pk for testimony in found]).update(**{column: at})
    _tell_of_authors(found)


def _tell_of_authors(testimonies: list[Testimony]) -> None:
    """What became of somebody's word changes the weight of all that they said, of whomever."""
    authors = {testimony.reporter for testimony in testimonies}
    accounts = set(Testimony.objects.filter(reporter__in=authors).values_list("account_id", flat=True))
    if accounts := accounts | {testimony.account_id for testimony in testimonies}:
        testimonies_changed.send(Testimony, accounts=accounts)


def _ensure_sound(sent: HandedReport, service: str, moment: datetime) -> None:
    """Raises ReportRefused, naming the field, for what no column can hold or nobody can answer for."""
    for field, value, longest in (
        ("number", sent.number, LONGEST_NUMBER),
        ("about.handle", sent.about.handle, LONGEST_HANDLE),
        ("about.id", sent.about.id or "-", LONGEST_HANDLE),
        ("reporter.id", sent.reporter.id, LONGEST_HANDLE),
        ("text", sent.text or "-", LONGEST_TEXT),
    ):
        if len(value.encode()) > longest:
            raise ReportRefused(field, f"it is longer than {longest} bytes")
        if "\0" in value:
            raise ReportRefused(field, "it holds a null character")
        if not value.strip():
            raise ReportRefused(field, "it is empty")
    if service not in SERVICES:
        raise ReportRefused("service", "it is no service that we know")
    if sent.channel not in REPORTED:
        raise ReportRefused("channel", f"it is none of {', '.join(REPORTED)}")
    if sent.language not in (None, *LANGUAGES):
        raise ReportRefused("language", f"it is none of {', '.join(LANGUAGES)}")
    if sent.country and not (len(sent.country) == 2 and sent.country.isascii() and sent.country.isupper()):
        raise ReportRefused("country", "it is no code of two capital letters")
    if not sent.text and not sent.conduct:
        raise ReportRefused("text", "say what happened, in `text` or in `conduct`")
    if sent.received_at and not moment - OLDEST <= sent.received_at <= moment + EARLIEST:
        raise ReportRefused("received_at", "it lies in the future, or more than a year back")
    if len(sent.reporter.communities) > MOST_COMMUNITIES:
        raise ReportRefused("reporter.communities", f"there are more than {MOST_COMMUNITIES}")
    if any("\0" in community for community in sent.reporter.communities):
        raise ReportRefused("reporter.communities", "one holds a null character")


def _only_platform() -> str:
    services = own_services()
    return services[0] if len(services) == 1 else ""


def _account(about: records.AccountReference) -> Account:
    if (known := existing_accounts([about]).get(about)) is not None:
        return known
    try:
        with transaction.atomic():
            return AccountBook(now()).find([about])[about]
    except IntegrityError:
        # Somebody else spoke of it first, at this very moment: it is there now.
        return AccountBook(now()).find([about])[about]


def _digest(sent: HandedReport) -> bytes:
    encoded = msgspec.json.encode(sent, order="deterministic")
    return salted_hmac("rempart.intake.report", encoded, algorithm="sha256").digest()


def _hashed(origin: records.Origin | None) -> records.Origin | None:
    """The origin under hashes of our own, so that what is kept leads back to nothing."""
    if origin is None:
        return None
    return records.Origin(
        **{
            name: salted_hmac(f"rempart.intake.{name}", value, algorithm="sha256").hexdigest()[:32] if value else None
            for name, value in (("network", origin.network), ("device", origin.device))
        }
    )


def _one_of_this_number(service: str, number: str) -> None:
    """Wait for another request that hands over the same report to end."""
    key = hashlib.sha256(f"report:{service}:{number}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(key, signed=True)])
