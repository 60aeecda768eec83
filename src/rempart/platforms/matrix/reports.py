"""Reports made on the homeserver, as reports handed over to us.

What becomes of each part:
- *reported account*: who sent the reported message, or the account itself. Its server may be another one.
- *text*: the reporter's reason, then the reported message in quotation marks. Encrypted messages cannot be quoted.
- *conduct, services, contact, minor*: what the reader finds in the reason, and nothing else: the message is by the
  person reported, and what they say of themselves accuses nobody.
- *stance*: `testimony` where the reason reads as one; `relay` otherwise, since a message may be reported by anybody who
  saw it.
- *evidence*: a reported message is a log of the platform (`platform_log`); nobody has checked what it shows.
- *reporter*: their Matrix id, kept under a pseudonym, with the age of their account.
"""

from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from rempart.intake.services import HandedReport
from rempart.platforms.matrix.homeserver import moment
from rempart.reading import PostReader
from rempart.records import AccountReference, Evidence, Post, Reporter

LONGEST_REASON = 8_000  # code points; the rest of a report has room for the message


class Report(msgspec.Struct, kw_only=True):
    """A report as Synapse lists it: of an event (`sender`), or of a user (`target_user_id`)."""

    id: int
    received_ts: int
    user_id: str
    reason: str | None = None
    sender: str | None = None
    target_user_id: str | None = None
    event_json: dict[str, Any] | None = None

    @property
    def about(self) -> str | None:
        """The account reported."""
        return self.target_user_id or self.sender

    @property
    def said(self) -> str:
        """The text of the reported message; empty when it is none or cannot be read."""
        content = (self.event_json or {}).get("content")
        body = content.get("body") if isinstance(content, dict) else None
        return body if isinstance(body, str) else ""


def as_handed(report: Report, *, platform: str, since: datetime | None) -> HandedReport | None:
    """A report as intake takes it; None when it says nothing at all, or not of whom.

    platform: its name, so that numbers of two homeservers are told apart. since: the age of the reporter's account.
    """
    reason = (report.reason or "").strip()[:LONGEST_REASON]
    said = report.said.strip()[:LONGEST_REASON]
    about = _reference(report.about)
    if about is None or not (reason or said):
        return None
    received = moment(report.received_ts)
    kind = "message" if report.target_user_id is None else "account"
    number = f"{platform}.{kind}.{report.id}.{report.received_ts}"
    read = _reader().read(Post(id=number, service="matrix", author=report.user_id, created_at=received, text=reason))
    return HandedReport(
        number=number,
        service="matrix",
        about=about,
        text="\n\n".join(part for part in (reason, f"« {said} »" if said else "") if part),
        reporter=Reporter(id=report.user_id, account_created_at=since),
        conduct=list(read.conduct),
        services=list(read.conduct_services),
        met_on=list(read.met_on),
        minor=read.complainant_minor,
        stance="testimony" if read.stance == "testimony" else "relay",
        received_at=received,
        evidence=[Evidence(kind="platform_log")] if said else [],
        language="fr" if read.lang == "fr" else "en" if read.lang == "en" else None,
    )


def _reference(mxid: str | None) -> AccountReference | None:
    try:
        return AccountReference("matrix", mxid, mxid) if mxid else None
    except ValueError:
        return None


@cache
def _reader() -> PostReader:
    return PostReader(default_service="matrix")
