"""CBOR as a tree that can be broken anywhere and written again, what is broken and all.

Byte strings that hold CBOR (headers, payloads, items) are opened too. Unlike a library's encoder this one writes a map
key twice, lengths in a longer form than needed, or of indefinite length, when a mutation asks for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import cbor2

_BYTES, _LIST, _MAP, _TAG = 0x40, 0x80, 0xA0, 0xC0
Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A CBOR value: `kind` is leaf, bytes (that hold one value), list, map (keys and values in turn) or tag."""

    kind: str
    children: tuple["Node", ...]
    encoded: bytes
    number: int = 0


def head(major: int, length: int, *, longer: bool = False) -> bytes:
    """The first bytes of a CBOR value, in the shortest form or in the next longer one."""
    forms = [(0, length < 24), *((size, length < 1 << 8 * size) for size in (1, 2, 4, 8))]
    fitting = [size for size, fits in forms if fits]
    size = fitting[1 if longer and len(fitting) > 1 else 0]
    if size == 0:
        return bytes((major | length,))
    return bytes((major | 24 + size.bit_length() - 1,)) + length.to_bytes(size)


def leaf(value: object) -> Node:
    """A value without parts."""
    return Node("leaf", (), cbor2.dumps(value))


def raw(encoded: bytes) -> Node:
    """Bytes that are written as they are, CBOR or not."""
    return Node("leaf", (), encoded)


def node(kind: str, children: Sequence[Node], *, number: int = 0, longer: bool = False, endless: bool = False) -> Node:
    """A value with parts. longer: its length in a longer form than needed; endless: of indefinite length."""
    inner = b"".join([child.encoded for child in children])
    if kind == "tag":
        return Node(kind, tuple(children), head(_TAG, number, longer=longer) + inner, number)
    major = {"bytes": _BYTES, "list": _LIST, "map": _MAP}[kind]
    length = {"bytes": len(inner), "list": len(children), "map": len(children) // 2}[kind]
    if endless:
        inside = head(_BYTES, length) + inner if kind == "bytes" else inner
        return Node(kind, tuple(children), bytes((major | 31,)) + inside + b"\xff")
    return Node(kind, tuple(children), head(major, length, longer=longer) + inner)


def parse(data: bytes) -> Node:
    """The tree of encoded CBOR that is written as this module writes it. Raises ValueError when it is not."""
    tree = _node(cbor2.loads(data))
    if tree.encoded != data:
        raise ValueError("written otherwise")
    return tree


def _node(value: Any) -> Node:  # noqa: PLR0911 - one line a type
    if isinstance(value, dict):
        return node("map", [_node(each) for pair in value.items() for each in pair])
    if isinstance(value, list):
        return node("list", [_node(each) for each in value])
    if isinstance(value, cbor2.CBORTag):
        return node("tag", [_node(value.value)], number=value.tag)
    if isinstance(value, datetime):
        return node("tag", [leaf(value.strftime("%Y-%m-%dT%H:%M:%SZ"))], number=0)
    if isinstance(value, bytes) and len(value) > 1:
        try:
            return node("bytes", [parse(value)]) if value[0] & 0xE0 in {_LIST, _MAP, _TAG} else leaf(value)
        except (ValueError, cbor2.CBORDecodeError):
            return leaf(value)
    return leaf(value)


def paths(tree: Node) -> list[Path]:
    """Where every value below the root is."""
    return [(number, *below) for number, child in enumerate(tree.children) for below in [(), *paths(child)]]


def at(tree: Node, path: Path) -> Node:
    """The value at a path. Raises IndexError."""
    for step in path:
        tree = tree.children[step]
    return tree


def replace(tree: Node, path: Path, by: Sequence[Node], *, width: int = 1) -> Node:
    """The tree with other values, or none, in the place of one, or of `width` neighbours (2 for a pair of a map)."""
    step, *below = path
    new = [replace(tree.children[step], tuple(below), by, width=width)] if below else by
    after = step + (1 if below else width)
    return node(tree.kind, (*tree.children[:step], *new, *tree.children[after:]), number=tree.number)
