"""Asking a provider of age assurance once for one person, and taking its signed answer once.

A provider learns a number and a nonce made for the question, the years, and our address: neither the service nor who.
"""

import hmac
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction

from rempart.age.errors import NotAsWished, NotNow
from rempart.age.models import Method, Subject, VendorRequest
from rempart.age.services.assurances import assure
from rempart.age.vendors import Vendor, VendorRefused, Why, read_answer, vendors
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

LASTS = timedelta(hours=1)
MOST = 5
"""Questions for one person within an hour, and refusals of one question."""


@transaction.atomic
def ask_vendor(subject: Subject, *, vendor: str, over: int) -> VendorRequest:
    """A question to a provider. Its person goes to `start_of` it.

    over: 13, 15, 16 or 18 years. Raises NotAsWished for a provider or an age that is not known, NotNow after five
    within an hour.
    """
    if vendor not in vendors() or over not in (13, 15, 16, 18):
        raise NotAsWished(f"vendor: {vendor}, over: {over}")
    theirs = VendorRequest.objects.filter(service=subject.service, kind=subject.kind, reference=subject.reference)
    if theirs.filter(asked_at__gt=now() - LASTS).count() >= MOST:
        raise NotNow
    asked = VendorRequest.objects.create(
        number=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        vendor=vendor,
        service=subject.service,
        kind=subject.kind,
        reference=subject.reference,
        over=over,
        asked_at=now(),
        expires_at=now() + LASTS,
    )
    append(Event.AGE_VENDOR_ASKED, subject=asked, content={"vendor": vendor, "over": over})
    return asked


def start_of(asked: VendorRequest) -> str:
    """Where the person goes: the provider's address with all that it learns."""
    said = {"request": asked.number, "nonce": asked.nonce, "over": asked.over, "audience": settings.REMPART_ADDRESS}
    start = vendors()[asked.vendor].start
    return f"{start}{'&' if '?' in start else '?'}{urlencode(said)}"


def receive(name: str, compact: str) -> None:
    """Take a provider's answer: one bit is kept. Raises VendorRefused; a refusal of a known request is written down."""
    vendor = vendors().get(name)
    if vendor is None:
        raise VendorRefused(Why.UNKNOWN_VENDOR)
    refused = _take(vendor, compact)
    if refused is not None:
        raise refused


@transaction.atomic
def _take(vendor: Vendor, compact: str) -> VendorRefused | None:
    """None where the answer was taken; what it is refused for else, so that the refusal is written and not undone."""
    try:
        result = read_answer(compact, vendor, audience=settings.REMPART_ADDRESS, at=now())
    except VendorRefused as refused:
        return refused
    asked = VendorRequest.objects.select_for_update().filter(number=result.number, vendor=vendor.name).first()
    if asked is None:
        return VendorRefused(Why.UNKNOWN_REQUEST)
    why = _why_not(asked, result.nonce, result.over)
    if why is not None:
        if asked.answered_at is None and asked.refusals < MOST:
            asked.refusals, asked.reason = asked.refusals + 1, why.value
            asked.save(update_fields=["refusals", "reason"])
            append(Event.AGE_VENDOR_REFUSED, subject=asked, content={"vendor": vendor.name, "reason": why.value})
        return VendorRefused(why)
    asked.answered_at, asked.reason = now(), ""
    asked.save(update_fields=["answered_at", "reason"])
    append(Event.AGE_VENDOR_ANSWERED, subject=asked, content={"vendor": vendor.name, "method": result.method})
    assure(
        asked.subject,
        over=result.over,
        met=result.met,
        method=Method.VENDOR,
        confidence=result.confidence,
        expires_at=now() + vendor.lasts,
    )
    return None


def _why_not(asked: VendorRequest, nonce: str, over: int) -> Why | None:
    if asked.answered_at is not None:
        return Why.ALREADY_USED
    if asked.refusals >= MOST:
        return Why.TOO_MANY
    if asked.expires_at <= now():
        return Why.REQUEST_OVER
    if not hmac.compare_digest(asked.nonce.encode(), nonce.encode()):
        return Why.WRONG_NONCE
    return Why.WRONG_THRESHOLD if over != asked.over else None
