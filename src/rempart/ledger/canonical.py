"""Canonical bytes and hashes: what exactly the commitment to a content and the entry of a row are computed over.

Canonical JSON: keys sorted, no spaces, ASCII only, no NaN or infinities. Times in UTC with microseconds.
Both are HMAC-SHA-256 (RFC 2104) with random bytes as key: a content that can be guessed cannot be confirmed once its
salt is gone, and the published log, which holds entries alone, says of no row what it is about. Each begins with a tag
of its own, so that neither can stand for the other.
"""

import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

NONCE_SIZE = 16
SALT_SIZE = 32


def time_text(moment: datetime) -> str:
    """A moment in UTC, always with six decimals. Raises ValueError when it has no zone."""
    if moment.tzinfo is None:
        raise ValueError("a moment in the ledger needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return time_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, msgspec.Struct):
        return msgspec.to_builtins(value)
    raise TypeError(f"{type(value).__name__} cannot be written to the ledger")


def canonical_json(content: Any) -> str:
    """The one way to write `content` as JSON. Raises TypeError or ValueError for what JSON cannot hold."""
    return json.dumps(content, default=_plain, sort_keys=True, separators=(",", ":"), allow_nan=False)


def commitment(salt: bytes, canonical: str) -> bytes:
    """The 32 bytes that commit to a content without revealing it."""
    return hmac.digest(salt, b"rempart/content/1\n" + canonical.encode(), "sha256")


def row_entry(
    nonce: bytes,
    *,
    row: int,
    event: str,
    subject: str,
    acting: str,
    effective_at: datetime,
    recorded_at: datetime,
    commitment: bytes | None,
) -> bytes:
    """The 32 bytes that stand for a row in the log: they commit to every column of it, and tell none without the nonce.

    row: the row's number. nonce: 16 bytes, always: HMAC takes a key and the same key with zeros after it for one.
    Raises ValueError for a nonce of another length, or a moment without a zone.
    """
    if len(nonce) != NONCE_SIZE:
        raise ValueError(f"a row's nonce has {NONCE_SIZE} bytes, not {len(nonce)}")
    columns = {
        "row": row,
        "event": event,
        "subject": subject,
        "acting": acting,
        "effective_at": effective_at,
        "recorded_at": recorded_at,
        "commitment": commitment.hex() if commitment is not None else None,
    }
    return hmac.digest(nonce, b"rempart/row/1\n" + canonical_json(columns).encode(), "sha256")
