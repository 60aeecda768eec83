"""JSON that may end in the middle: what is whole in it, and whether something was lost.

An export cut off by a full disk or a broken download still holds every message written before the cut. The document is
closed after its last whole value; every object that was open there is marked, so that a message of which only a part
is left is told from a whole one: it is dropped, never guessed.
"""

import re
from typing import Any

import msgspec

# Whatever can change the depth: strings (their brackets do not count), brackets, and the commas that end a value.
_MARK = re.compile(rb'"(?:[^"\\]|\\.)*+"|[{}\[\],]', re.DOTALL)
_DEEPEST = 256  # values in each other: no export comes near, and closing them all at each value would cost without end
_TORN = "\x00torn"
_CLOSING = {b"{": b',"\\u0000torn":true}', b"[": b"]"}


class NotJson(ValueError):
    """There is no JSON document here, whole or torn."""


def parse_json(content: bytes) -> tuple[Any, bool]:
    """The value, and whether the end of it was lost. Raises NotJson."""
    content = content.removeprefix(b"\xef\xbb\xbf").strip(b"\x00 \t\r\n")
    try:
        return msgspec.json.decode(content), False
    except (msgspec.DecodeError, RecursionError):
        pass
    for prefix in _whole_prefixes(content):
        try:
            return msgspec.json.decode(prefix), True
        except (msgspec.DecodeError, RecursionError):
            continue
    raise NotJson("it is not JSON")


def whole(items: object) -> list[dict[str, Any]]:
    """The objects of a list that lost nothing; none when it is no list."""
    if not isinstance(items, list):
        return []
    return [item for item in items if isinstance(item, dict) and _TORN not in item]


def _whole_prefixes(content: bytes) -> list[bytes]:
    """The document closed after the last value that is surely whole; failing that, after the one before."""
    if content[:1] not in (b"{", b"["):
        return []
    opened: list[bytes] = []
    ends: list[tuple[int, bytes]] = []  # where a whole value ends, and what closes the document there
    for match in _MARK.finditer(content):
        mark = match[0]
        if mark in (b"{", b"["):
            if len(opened) == _DEEPEST:
                break
            opened.append(_CLOSING[mark])
        elif mark in (b"}", b"]"):
            if not opened or not opened.pop().endswith(mark):
                break
            ends.append((match.end(), b"".join(reversed(opened))))
        elif mark == b"," and opened:
            ends.append((match.start(), b"".join(reversed(opened))))
        del ends[:-8]
    return [content[:end] + closing for end, closing in reversed(ends)]
