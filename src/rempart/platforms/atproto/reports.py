"""Reports that a server's users send to us through their app: `com.atproto.moderation.createReport`.

The protocol has no number of the sender's own: the same words of the same person about the same thing are one report,
however often they are sent. Reasons are those of com.atproto.moderation.defs and tools.ozone.report.defs.
"""

import hashlib
from typing import Any

import msgspec

from rempart.intake.services import HandedReport, ReportRefused, receive_report
from rempart.platforms.atproto.hosting import Hosted, hosted
from rempart.records import Reporter
from rempart.records.vocabulary import Conduct

LONGEST = 20_000
"""Bytes of a report's words, as in the lexicon."""
MODERATION, OZONE = "com.atproto.moderation.defs#", "tools.ozone.report.defs#"
APPEALS = frozenset({f"{MODERATION}reasonAppeal", f"{OZONE}reasonAppeal"})
# What a reason says of the conduct; the others say nothing that we have a word for, and the person's words are read.
CONDUCT: dict[str, list[Conduct]] = {
    f"{MODERATION}reasonRude": ["harassment"],
    f"{OZONE}reasonHarassmentTroll": ["harassment"],
    f"{OZONE}reasonHarassmentTargeted": ["harassment"],
    f"{OZONE}reasonHarassmentHateSpeech": ["harassment"],
    f"{OZONE}reasonHarassmentDoxxing": ["harassment"],
    f"{OZONE}reasonHarassmentOther": ["harassment"],
    f"{OZONE}reasonViolenceThreats": ["harassment"],
    f"{OZONE}reasonChildSafetyHarassment": ["harassment"],
    f"{OZONE}reasonChildSafetyGroom": ["grooming"],
    f"{OZONE}reasonChildSafetyCSAM": ["image_abuse"],
    f"{OZONE}reasonSexualNCII": ["image_abuse"],
    f"{OZONE}reasonSexualDeepfake": ["image_abuse"],
    f"{OZONE}reasonMisleadingScam": ["financial_exploitation"],
}
OF_A_CHILD = f"{OZONE}reasonChildSafety"


class Account(msgspec.Struct, frozen=True, tag_field="$type", tag="com.atproto.admin.defs#repoRef"):
    """A whole account is reported."""

    did: str


class Record(msgspec.Struct, frozen=True, tag_field="$type", tag="com.atproto.repo.strongRef"):
    """One record is reported."""

    uri: str
    cid: str


class SentReport(msgspec.Struct, frozen=True, kw_only=True):
    """The input of the method."""

    reasonType: str  # noqa: N815 - the lexicon's name
    subject: Account | Record
    reason: str = ""

    @property
    def did(self) -> str:
        """Whom it is about."""
        if isinstance(self.subject, Account):
            return self.subject.did
        return self.subject.uri.removeprefix("at://").partition("/")[0]


class NotTaken(Exception):
    """A report that cannot be taken; the message, in the protocol's English, says why."""


def take(body: bytes, reporter: Hosted) -> dict[str, Any]:
    """Receive a report from a verified person; what the method answers. Raises NotTaken, PlatformFailure."""
    try:
        sent = msgspec.json.decode(body, type=SentReport)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise NotTaken(f"the report cannot be read: {error}") from error
    if len(sent.reason.encode()) > LONGEST:
        raise NotTaken(f"the reason is longer than {LONGEST} bytes")
    if sent.reasonType in APPEALS:
        raise NotTaken("a measure is contested through the link in the message that announced it")
    about = hosted(sent.did) if sent.did.startswith("did:") else None
    if about is None:
        raise NotTaken("the account is not on a server that we look after")
    handed = _handed(sent, reporter, about)
    try:
        report = receive_report(handed)
    except ReportRefused as error:
        raise NotTaken(f"{error.field}: {error}") from error
    return {
        "id": report.pk,
        "reasonType": sent.reasonType,
        **({"reason": sent.reason} if sent.reason else {}),
        "subject": msgspec.to_builtins(sent.subject),
        "reportedBy": reporter.did,
        "createdAt": report.arrived_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _handed(sent: SentReport, reporter: Hosted, about: Hosted) -> HandedReport:
    record = sent.subject.uri if isinstance(sent.subject, Record) else ""
    parts = [reporter.did, about.did, about.handle, record, sent.reasonType, sent.reason]
    conduct: list[str] = [*CONDUCT.get(sent.reasonType, [])]
    return HandedReport(
        number=f"at-{hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:40]}",
        service="bluesky",
        about=about.reference,
        text="\n\n".join(part for part in (sent.reason.strip(), record) if part),
        reporter=Reporter(id=reporter.did),
        conduct=conduct,
        services=["bluesky"],
        minor=True if sent.reasonType.startswith(OF_A_CHILD) else None,
    )
