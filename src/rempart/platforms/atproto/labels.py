"""Labels of ours: signed, published to whoever asks (`com.atproto.label.queryLabels`), with an end of their own.

They are public, so their values say what is asked of apps and never why. Format and signature as in
https://atproto.com/specs/label: DAG-CBOR of the label without its signature, signed with the key of our DID.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import libipld
from django.db import transaction
from django.db.models import Q

from rempart.ledger.clock import now
from rempart.platforms.atproto.identity import own_did, sign, signing_key
from rempart.platforms.atproto.models import Label, SigningKey
from rempart.platforms.connector import Sanction, order_of
from rempart.platforms.models import Platform
from rempart.records.vocabulary import Measure

VALUES: Mapping[Measure, str] = {
    "no_recommendation": "no-recommendation",
    "no_contact_with_minors": "limited-contact",
    "no_new_contacts": "no-new-contacts",
}
_MEASURES = {value: measure for measure, value in VALUES.items()}


@transaction.atomic
def publish(platform: Platform, did: str, measure: Measure, *, key: str, until: datetime | None) -> str:
    """Publish the label of a measure until its end; its mark. Again for the same order and end, it changes nothing."""
    _one_at_a_time()
    mark = order_of(key)
    newest = _newest(platform, did).get(VALUES[measure])
    if newest is None or newest.negates or (newest.mark, newest.expires_at) != (mark, until):
        _write(platform, did, VALUES[measure], mark=mark, until=until)
    return mark


@transaction.atomic
def withdraw(platform: Platform, did: str, measure: Measure, *, key: str, mark: str) -> None:
    """Publish that the label put there under `mark` does not hold any more; another's stays."""
    _one_at_a_time()
    newest = _newest(platform, did).get(VALUES[measure])
    if newest is not None and not newest.negates and newest.mark == mark:
        _write(platform, did, VALUES[measure], mark=key, negates=True)


def in_force(platform: Platform, did: str) -> list[Sanction]:
    """The labels that hold on an account now."""
    return [
        Sanction(
            measure=_MEASURES[label.value], ours=True, by=label.source, since=label.made_at, until=label.expires_at
        )
        for label in _newest(platform, did).values()
        if not label.negates and (label.expires_at is None or now() < label.expires_at)
    ]


def query(patterns: list[str], *, sources: list[str], after: int, limit: int) -> list[Label]:
    """The newest label of each value on each account that a pattern names, in the order in which they were published.

    A pattern is a DID, or the beginning of one before `*`. sources: the labelers asked about, none for all.
    """
    if sources and own_did() not in sources:
        return []
    named = Q()
    for pattern in patterns:
        beginning = pattern.endswith("*")
        named |= Q(subject__startswith=pattern[:-1]) if beginning else Q(subject=pattern)
    newest = Label.objects.filter(named).order_by("subject", "value", "-pk").distinct("subject", "value")
    found = Label.objects.filter(pk__in=newest.values("pk"), pk__gt=after)
    found = found.filter(Q(expires_at=None) | Q(expires_at__gt=now()), source=own_did())
    return list(found.order_by("pk")[:limit])


def as_published(label: Label) -> dict[str, Any]:
    """The label as JSON (com.atproto.label.defs#label)."""
    signature = base64.b64encode(bytes(label.signature)).rstrip(b"=").decode()
    return _unsigned(label) | {"sig": {"$bytes": signature}}


def _one_at_a_time() -> None:
    """Numbers are given in the order in which transactions end: nobody who follows the stream misses a label."""
    signing_key()
    SigningKey.objects.select_for_update().get()


def _newest(platform: Platform, did: str) -> dict[str, Label]:
    rows = Label.objects.filter(platform=platform, subject=did).order_by("value", "-pk").distinct("value")
    return {label.value: label for label in rows}


def _write(
    platform: Platform, did: str, value: str, *, mark: str, until: datetime | None = None, negates: bool = False
) -> None:
    label = Label(
        platform=platform,
        subject=did,
        value=value,
        negates=negates,
        made_at=now(),
        expires_at=until,
        mark=mark,
        source=own_did(),
    )
    label.signature = sign(libipld.encode_dag_cbor(_unsigned(label)))
    label.save()


def _unsigned(label: Label) -> dict[str, Any]:
    found: dict[str, Any] = {"ver": 1, "src": label.source, "uri": label.subject, "val": label.value}
    if label.negates:
        found["neg"] = True
    found["cts"] = _instant(label.made_at)
    if label.expires_at is not None:
        found["exp"] = _instant(label.expires_at)
    return found


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
