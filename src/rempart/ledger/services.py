"""Appending to the ledger, within the caller's transaction."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, models

from rempart.ledger import canonical
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import Content, LedgerRow, Pending


class OutsideTransaction(Exception):
    """A row was to be appended outside of the transaction that does what it records."""


def reference(thing: models.Model | str) -> str:
    """How the ledger names a thing: `room.model:key`, or the string given. Raises ValueError when it is unsaved."""
    if isinstance(thing, str):
        return thing
    if thing.pk is None:
        raise ValueError(f"{type(thing).__name__} has no key yet: save it first")
    return f"{thing._meta.label_lower}:{thing.pk}"


def append(
    event: Event,
    *,
    subject: models.Model | str,
    acting: models.Model | None = None,
    content: Any = None,
    effective_at: datetime | None = None,
) -> LedgerRow:
    """Append a row saying that `event` happened to `subject`.

    acting: the staff member who did it; None for the software itself.
    content: what JSON can hold, committed to with a salt and erasable later. No need to repeat the subject.
    effective_at: when it took effect, if not now (a lapse seen afterwards).
    Raises OutsideTransaction unless a transaction is open: the row and what it records are kept together or not at all.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{event} must be appended inside transaction.atomic")
    recorded_at = now()
    salt, text = secrets.token_bytes(32), None
    if content is not None:
        text = canonical.canonical_json(content)
    row = LedgerRow.objects.create(
        event=Event(event),
        subject=reference(subject),
        acting=reference(acting) if acting is not None else "",
        effective_at=effective_at or recorded_at,
        recorded_at=recorded_at,
        commitment=canonical.commitment(salt, text) if text is not None else None,
    )
    if text is not None:
        Content.objects.create(row=row, salt=salt, canonical=text)
    Pending.objects.create(row=row)
    return row
