"""Canonical bytes and hashes: what exactly a commitment and a link of the chain are computed over.

Canonical JSON: keys sorted, no spaces, ASCII only, no NaN or infinities. Times in UTC with microseconds.
The commitment is HMAC-SHA-256 with the salt as key (RFC 2104), so that contents that can be guessed cannot be
confirmed once the salt is gone. Every hash begins with a tag of its own, so that none can stand for another kind.
"""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import msgspec

GENESIS = b"\x00" * 32


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
    return hmac.new(salt, b"rempart/content/1\n" + canonical.encode(), hashlib.sha256).digest()


def link_hash(
    *,
    index: int,
    previous: bytes,
    row: int,
    event: str,
    subject: str,
    acting: str,
    effective_at: datetime,
    recorded_at: datetime,
    commitment: bytes | None,
) -> bytes:
    """The 32 bytes of a link: they cover its place, the previous hash and every column of the row."""
    body = [
        index,
        previous.hex(),
        row,
        event,
        subject,
        acting,
        time_text(effective_at),
        time_text(recorded_at),
        commitment.hex() if commitment is not None else None,
    ]
    return hashlib.sha256(b"rempart/link/1\n" + canonical_json(body).encode()).digest()
