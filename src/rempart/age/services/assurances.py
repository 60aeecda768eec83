"""Keeping the one bit: that somebody is over a threshold, or is not."""

from datetime import datetime

from django.db import transaction

from rempart import ledger
from rempart.age.models import Assurance, Confidence, Method, Subject
from rempart.age.signals import assured
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember


@transaction.atomic
def assure(
    subject: Subject,
    *,
    over: int,
    met: bool,
    method: Method,
    confidence: Confidence,
    expires_at: datetime,
    acting: StaffMember | None = None,
) -> Assurance:
    """Keep that somebody is over an age, or is not, and tell whoever waits for it (`signals.assured`).

    over: one of 13, 15, 16, 18 years. expires_at: after now.
    """
    assurance = Assurance.objects.create(
        service=subject.service,
        kind=subject.kind,
        reference=subject.reference,
        over=over,
        met=met,
        method=method,
        confidence=confidence,
        made_at=now(),
        expires_at=expires_at,
    )
    ledger.append(
        Event.AGE_ASSURED,
        subject=assurance,
        acting=acting,
        content={"over": over, "met": met, "method": str(method), "confidence": str(confidence)},
    )
    assured.send(Assurance, assurance=assurance)
    return assurance


def is_over(subject: Subject, years: int, at: datetime, *, least: Confidence = Confidence.ASSERTED) -> bool | None:
    """Whether somebody is held to be over so many years at that moment; None where nothing (good enough) is held.

    A yes to a higher threshold answers a lower one, a no to a lower one a higher one (ISO/IEC 18013-5, 7.2.5). The
    assurances of the greatest confidence decide, and of these the newest.
    """
    rows = Assurance.objects.filter(service=subject.service, kind=subject.kind, reference=subject.reference)
    held = [row for row in rows if row.holds(at) and Confidence(row.confidence).rank >= least.rank]
    held.sort(key=lambda row: (Confidence(row.confidence).rank, row.made_at, row.pk), reverse=True)
    for row in held:
        if row.met and row.over >= years:
            return True
        if not row.met and row.over <= years:
            return False
    return None
