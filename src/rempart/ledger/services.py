"""Appending to the ledger within the caller's transaction, and erasing contents while every proof holds."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction

from rempart.ledger import canonical
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow

# One statement, hence one journey to the database, for a row, its content if any and its wait for a place.
_APPEND = """
WITH appended AS (
    INSERT INTO ledger_ledgerrow (event, subject, acting, effective_at, recorded_at, commitment, nonce)
    VALUES (%(event)s, %(subject)s, %(acting)s, %(effective_at)s, %(recorded_at)s, %(commitment)s, %(nonce)s)
    RETURNING id
), told AS (
    INSERT INTO ledger_content (row_id, salt, canonical)
    SELECT id, %(salt)s, %(canonical)s FROM appended WHERE %(canonical)s::text IS NOT NULL
)
INSERT INTO ledger_pending (row_id) SELECT id FROM appended RETURNING row_id
"""
_COLUMNS = ("event", "subject", "acting", "effective_at", "recorded_at", "commitment", "nonce")


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
    Raises ValueError or TypeError for an unknown event, an unsaved subject or a content that JSON cannot hold.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{event} must be appended inside transaction.atomic")
    recorded_at = now()
    salt = text = None
    if content is not None:
        salt, text = secrets.token_bytes(canonical.SALT_SIZE), canonical.canonical_json(content)
    row = LedgerRow(
        event=Event(event).value,
        subject=reference(subject),
        acting=reference(acting) if acting is not None else "",
        effective_at=effective_at or recorded_at,
        recorded_at=recorded_at,
        commitment=canonical.commitment(salt, text) if salt is not None and text is not None else None,
        nonce=secrets.token_bytes(canonical.NONCE_SIZE),
    )
    columns = {name: getattr(row, name) for name in _COLUMNS}
    with connection.cursor() as cursor:
        cursor.execute(_APPEND, {**columns, "salt": salt, "canonical": text})
        (row.pk,) = cursor.fetchone()
    row._state.adding = False
    row._state.db = "default"
    return row


@transaction.atomic
def erase(subject: models.Model | str, *, because: str, acting: models.Model | None = None) -> int:
    """Erase the contents of every row about `subject`; rows, commitments and the tree stay, and still verify.

    because: the reason, which must itself hold nothing personal. Returns the number of contents erased.
    """
    row = append(Event.CONTENT_ERASED, subject=subject, acting=acting, content={"because": because})
    with connection.cursor() as cursor:
        cursor.execute("SELECT ledger_erase_contents(%s, %s)", [row.subject, row.pk])
        return int(cursor.fetchone()[0])
