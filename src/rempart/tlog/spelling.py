"""Numbers and bytes as C2SP's texts spell them. Each has one spelling; any other is refused, so that two parties who
hold the same thing hold the same text.
"""

import re
from base64 import b64encode
from binascii import Error, a2b_base64

from rempart.tlog.errors import Malformed
from rempart.tlog.hashing import HASH_SIZE

MAX_SIZE = (1 << 63) - 1
"""The largest tree, so that no proof has over 63 hashes, and the latest POSIX time of a cosignature."""
MAX_PROOF = 63
"""Hashes of the longest proof (C2SP tlog-witness)."""

_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
_DECIMAL = re.compile("0|[1-9][0-9]{0,18}")


def ensure_text(text: str, what: str) -> None:
    """Raises Malformed, naming `what` it is, for a text with control characters but newlines, or beyond UTF-8."""
    if _CONTROL.search(text):
        raise Malformed(f"{what} has a character that is not text: {text[:80]!r}.")


def from_decimal(text: str, what: str) -> int:
    """A number from 0 to 2⁶³ − 1 in ASCII digits without leading zeros. Raises Malformed, naming `what` it is."""
    if _DECIMAL.fullmatch(text) and (number := int(text)) <= MAX_SIZE:
        return number
    raise Malformed(f"{what} is not a decimal number from 0 to 2⁶³ − 1: {text[:80]!r}.")


def to_base64(data: bytes) -> str:
    """RFC 4648 §4, padded."""
    return b64encode(data).decode("ascii")


def from_base64(text: str, what: str) -> bytes:
    """The bytes of a text in the one Base 64 that `to_base64` writes. Raises Malformed, naming `what` it is."""
    try:
        data = a2b_base64(text.encode("ascii"), strict_mode=True)
    except (Error, UnicodeEncodeError):
        data = None
    if data is None or to_base64(data) != text:
        raise Malformed(f"{what} is not Base 64: {text[:80]!r}.")
    return data


def hash_from_base64(text: str, what: str) -> bytes:
    """A hash of 32 bytes. Raises Malformed, naming `what` it is."""
    data = from_base64(text, what)
    if len(data) != HASH_SIZE:
        raise Malformed(f"{what} has {len(data)} bytes, not the {HASH_SIZE} of a hash.")
    return data
