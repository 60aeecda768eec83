"""CBOR (RFC 8949) read strictly: whatever two readers could read differently is refused.

Refused: bytes after the value, a map key twice, strings and containers of indefinite length, containers nested more
than 16 deep, and every tag but those that mdocs, COSE and CWTs need. Bytes that are signed or hashed stay as they
came, inside `Tag(24)`.
"""

import io
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

import cbor2

from rempart.attestation.outcome import Reason, Refused

Tag = cbor2.CBORTag

EMBEDDED = 24
"""Tag of a byte string that holds an encoded value (RFC 8949, 3.4.5.1)."""

DEEPEST = 16
LARGEST = 64 * 1024
"""Bytes that a value may take unless its reader says otherwise; an attestation of age takes about 1,500."""

_KNOWN_TAGS = {16, 17, 18, EMBEDDED, 61}  # COSE_Encrypt0, COSE_Mac0, COSE_Sign1, embedded CBOR, CWT
# Tags that cbor2 gives a meaning of its own: numbers, references to what came before, expressions, addresses… Dates
# (0 and 1004) are left to it.
_OTHERS = (1, 2, 3, 4, 5, 25, 28, 29, 30, 35, 36, 37, 52, 54, 100, 256, 258, 260, 261, 43000, 55799)


def _unwanted(value: object, immutable: bool) -> NoReturn:
    raise ValueError("a tag that has no place here")


def _known(tag: cbor2.CBORTag, immutable: bool) -> cbor2.CBORTag:
    if tag.tag not in _KNOWN_TAGS:
        raise ValueError("a tag that has no place here")
    return tag


_DECODERS: dict[int, Callable[[Any, bool], Any]] = dict.fromkeys(_OTHERS, _unwanted)


def decode(data: bytes, *, largest: int = LARGEST) -> Any:
    """The value that `data` holds: dict, list, str, bytes, int, float, bool, None, datetime (tag 0), date, or Tag.

    Raises Refused: too_large past `largest` bytes, malformed for what the module's first lines refuse.
    """
    if len(data) > largest:
        raise Refused(Reason.TOO_LARGE, f"{len(data)} bytes of CBOR, at most {largest} are read")
    stream = io.BytesIO(data)
    try:
        value = cbor2.load(
            stream,
            tag_hook=_known,
            semantic_decoders=_DECODERS,
            max_depth=DEEPEST,
            allow_indefinite=False,
            allow_duplicate_keys=False,
        )
    except Exception as error:  # a decoder of hostile bytes: whatever it stumbles on, they are not what they should be
        raise Refused(Reason.MALFORMED, "not CBOR as it is accepted here") from error
    if stream.tell() != len(data):
        raise Refused(Reason.MALFORMED, "bytes after the CBOR value")
    return value


def thawed(value: Any) -> Any:
    """What a tag holds, as it would be without the tag: decoded inside of one, lists are tuples and maps are frozen."""
    if isinstance(value, tuple):
        return [thawed(each) for each in value]
    if isinstance(value, Mapping):
        return {key: thawed(each) for key, each in value.items()}
    return value


def embedded(value: Any) -> bytes:
    """The bytes inside `#6.24(bstr)`, as they came. Raises Refused when it is something else."""
    if type(value) is not Tag or value.tag != EMBEDDED or type(value.value) is not bytes:
        raise Refused(Reason.MALFORMED, "embedded CBOR expected")
    return value.value


def byte_string(data: bytes) -> bytes:
    """`data` encoded as a byte string, its length in the shortest form."""
    return _head(0x40, len(data)) + data


def wrapped(data: bytes) -> bytes:
    """`#6.24(bstr)` around bytes that already are CBOR: what ISO/IEC 18013-5 hashes and signs."""
    return b"\xd8\x18" + byte_string(data)


def text_string(text: str) -> bytes:
    """`text` encoded as a text string."""
    data = text.encode()
    return _head(0x60, len(data)) + data


def encode(value: object) -> bytes:
    """`value` in CBOR, lengths in their shortest form, map keys in the order they are in."""
    return cbor2.dumps(value)


def _head(major: int, length: int) -> bytes:
    if length < 24:
        return bytes((major | length,))
    if length < 0x100:
        return bytes((major | 24, length))
    if length < 0x10000:
        return bytes((major | 25,)) + length.to_bytes(2, "big")
    return bytes((major | 26,)) + length.to_bytes(4, "big")
