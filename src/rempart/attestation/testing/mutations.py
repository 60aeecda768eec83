"""Valid presentations broken in a million ways, always the same million for the same seed.

Bytes are flipped, inserted, deleted and spliced; structures are decoded, their parts changed, moved, repeated, removed
or exchanged with those of another presentation, and written again. What must hold of each: it is refused with a code,
or it attests what the original does (less of it, when a part was left out); nothing else ever comes out.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any

from rempart.attestation.outcome import Verdict
from rempart.attestation.testing import trees
from rempart.attestation.testing.encoding import base64url, from_base64url, json_bytes
from rempart.attestation.testing.trees import Node

MOST_AT_ONCE = 3
_TELLING = b"\x00\x01\x17\x18\x1f\x20\x40\x41\x58\x5f\x60\x7f\x80\x81\x9f\xa0\xa1\xbf\xc0\xd8\xf4\xf5\xf6\xf7\xf9\xff"
"""First bytes of CBOR values of every kind."""
_LEAVES = [trees.leaf(value) for value in (None, True, False, 0, 1, -7, -1, 2**63, 1.5, "", "x", b"", bytes(32))] + [
    trees.leaf("age_over_18"),
    trees.leaf("eu.europa.ec.av.1"),
    trees.leaf([]),
    trees.leaf({}),
    trees.raw(b"\xf7"),
    trees.raw(b"\xf8\x20"),
    trees.raw(b"\xfb\x7f\xf8\0\0\0\0\0\0"),
    trees.raw(b"\xff"),
    trees.raw(b""),
]
_JSON: Sequence[Any] = (
    None,
    True,
    False,
    0,
    1,
    -1,
    1e300,
    "",
    "x",
    "age_over_18",
    "ES256",
    "none",
    [],
    {},
    [[]],
    {"x": 1},
)
_CHARACTERS = '.~=-_+/ \n{}[]",:AaZ0é\x00'


class ClaimChanged(Exception):
    """A mutation was accepted though it attests something else than the original. `mutated` shows it."""

    def __init__(self, mutated: bytes | str, verdict: Verdict) -> None:
        super().__init__(f"accepted as {verdict.over}: {mutated.hex() if isinstance(mutated, bytes) else mutated}")
        self.mutated, self.verdict = mutated, verdict


class NoReason(Exception):
    """A mutation was refused without a code."""


def examine(
    original: bytes | str,
    donor: bytes | str,
    *,
    verify: Callable[[bytes | str], Verdict],
    number: int,
    seed: int = 0,
) -> Counter[str]:
    """Verify that many mutations of a presentation; reason code (or `accepted`) → how many met it.

    donor: another presentation, that must not be acceptable as a whole (made for another request, say). Raises
    ClaimChanged, NoReason, and whatever `verify` raises, which should be nothing; ValueError when the original is not
    genuine itself, since who refuses everything would pass.
    """
    honest, met = verify(original), Counter[str]()
    if not honest.spent:
        raise ValueError(f"the original is refused: {honest.reason}")
    for _, mutated in zip(range(number), mutations(original, donor, seed=seed), strict=False):
        verdict = verify(mutated)
        if verdict.accepted:
            if verdict.spent != honest.spent or not verdict.over.items() <= honest.over.items():
                raise ClaimChanged(mutated, verdict)
        elif verdict.reason is None:
            raise NoReason(repr(mutated))
        met["accepted" if verdict.accepted else str(verdict.reason)] += 1
    return met


def mutations(original: bytes | str, donor: bytes | str, *, seed: int = 0) -> Iterator[bytes | str]:
    """An endless stream of mutations, all of them other than the original: of bytes and of structure in turn."""
    random = Random(seed)  # noqa: S311 - the same each time is the point
    if isinstance(original, bytes):
        assert isinstance(donor, bytes)  # noqa: S101 - of one kind
        of_cbor = Cbor(original, donor)
        while True:
            for mutated in (broken(original, donor, random), of_cbor.mutated(random)):
                if mutated != original:
                    yield mutated
    assert isinstance(donor, str)  # noqa: S101 - of one kind
    of_text = SdJwt(original, donor)
    while True:
        for text in (garbled(original, donor, random), of_text.mutated(random)):
            if text != original:
                yield text


def broken(data: bytes, donor: bytes, random: Random) -> bytes:
    """Bytes flipped, set, inserted, deleted, repeated, cut, or taken from the donor."""
    made = bytearray(data)
    for _ in range(random.randint(1, MOST_AT_ONCE)):
        place = random.randrange(len(made) + 1)
        size = random.choice((1, 1, 1, 2, 4, 16, 64))
        if not made:
            break
        match random.randrange(9):
            case 0 | 1 | 2:
                made[place % len(made)] ^= 1 << random.randrange(8)
            case 3:
                made[place % len(made)] = random.choice(_TELLING)
            case 4:
                made[place:place] = random.randbytes(size)
            case 5:
                del made[place : place + size]
            case 6:
                made[place:place] = made[max(0, place - size) : place]
            case 7:
                since = random.randrange(len(donor))
                made[place : place + size] = donor[since : since + size]
            case _:
                del made[random.randrange(len(made)) :]
    return bytes(made)


class Cbor:
    """Structure-level mutations of a DeviceResponse."""

    def __init__(self, original: bytes, donor: bytes) -> None:
        self.tree, self.donor = trees.parse(original), trees.parse(donor)
        self.places, self.donor_paths = trees.paths(self.tree), trees.paths(self.donor)

    def mutated(self, random: Random) -> bytes:
        """One to three parts changed."""
        tree = self.tree
        for _ in range(random.randint(1, MOST_AT_ONCE)):
            places = self.places if tree is self.tree else trees.paths(tree)
            if places:
                tree = self._changed(tree, random.choice(places), places, random)
        return tree.encoded

    def _changed(  # noqa: PLR0911 - one line a way to break it
        self, tree: Node, path: trees.Path, places: list[trees.Path], random: Random
    ) -> Node:
        held, among = trees.at(tree, path), trees.at(tree, path[:-1])
        match random.randrange(12):
            case 0:
                return self._without(tree, path, among)
            case 1:
                return self._twice(tree, path, among)
            case 2:
                return trees.replace(tree, path, [random.choice(_LEAVES)])
            case 3:
                return trees.replace(tree, path, [trees.at(tree, random.choice(places))])
            case 4 | 5:  # the same place of the donor, or any
                there = path if random.random() < 0.7 else random.choice(self.donor_paths)
                try:
                    return trees.replace(tree, path, [trees.at(self.donor, there)])
                except IndexError:
                    return tree
            case 6:
                number = random.choice((0, 1, 2, 18, 24, 24, 28, 29, 55799, 2**40))
                return trees.replace(tree, path, [trees.node("tag", [held], number=number)])
            case 7:
                return trees.replace(tree, path, held.children[:1] or [trees.node("list", [held])])
            case 8:
                return trees.replace(tree, path, [trees.node("bytes", [held])])
            case 9 if held.kind != "leaf":
                how = random.random() < 0.5
                again = trees.node(held.kind, held.children, number=held.number, longer=how, endless=not how)
                return trees.replace(tree, path, [again])
            case 10 if among.kind in {"list", "map"} and len(among.children) > 2:
                children = list(among.children)
                random.shuffle(children)
                shuffled = trees.node(among.kind, children)
                return trees.replace(tree, path[:-1], [shuffled]) if len(path) > 1 else shuffled
            case _:
                return trees.replace(tree, path, [trees.raw(_tweaked(held.encoded, random))])

    @staticmethod
    def _without(tree: Node, path: trees.Path, among: Node) -> Node:
        if among.kind == "map":
            pair = (*path[:-1], path[-1] // 2 * 2)
            return trees.replace(tree, pair, [], width=2)
        return trees.replace(tree, path, [])

    @staticmethod
    def _twice(tree: Node, path: trees.Path, among: Node) -> Node:
        if among.kind == "map":
            pair = (*path[:-1], path[-1] // 2 * 2)
            key, value = among.children[pair[-1]], among.children[pair[-1] + 1]
            return trees.replace(tree, pair, [key, value, key, value], width=2)
        held = trees.at(tree, path)
        return trees.replace(tree, path, [held, held])


def _tweaked(encoded: bytes, random: Random) -> bytes:
    """A value with one byte past its head changed, so that it still is one."""
    made = bytearray(encoded)
    if len(made) < 2:
        return bytes((random.choice(_TELLING),))
    made[random.randrange(1, len(made))] ^= 1 << random.randrange(8)
    return bytes(made)


def garbled(text: str, donor: str, random: Random) -> str:
    """Characters changed, inserted, deleted, repeated, cut, or taken from the donor."""
    made = text
    for _ in range(random.randint(1, MOST_AT_ONCE)):
        place, size = random.randrange(len(made) + 1), random.choice((1, 1, 1, 2, 8, 40))
        match random.randrange(7):
            case 0 | 1:
                made = made[:place] + random.choice(_CHARACTERS) + made[place + 1 :]
            case 2:
                made = made[:place] + random.choice(text) + made[place + 1 :]
            case 3:
                made = made[:place] + random.choice(_CHARACTERS) + made[place:]
            case 4:
                made = made[:place] + made[place + size :]
            case 5:
                made = made[:place] + made[max(0, place - size) : place] + made[place:]
            case _:
                since = random.randrange(len(donor))
                made = made[:place] + donor[since : since + size] + made[place + size :]
    return made


class SdJwt:
    """Structure-level mutations of an SD-JWT with key binding: headers, payloads, disclosures, signatures, order."""

    def __init__(self, original: str, donor: str) -> None:
        self.original, self.donor = original.split("~"), donor.split("~")

    def mutated(self, random: Random) -> str:
        """One to three parts changed."""
        parts = list(self.original)
        for _ in range(random.randint(1, MOST_AT_ONCE)):
            place = random.randrange(len(parts)) if parts else 0
            match random.randrange(8):
                case 0 if parts:
                    del parts[place]
                case 1 if parts:
                    parts.insert(random.randrange(len(parts) + 1), parts[place])
                case 2:
                    random.shuffle(parts)
                case 3:
                    parts[place : place + 1] = [random.choice(self.donor)]
                case 4:
                    parts.insert(place, _disclosure(random))
                case _ if parts:
                    parts[place] = self._edited(parts[place], random)
        return "~".join(parts)

    def _edited(self, part: str, random: Random) -> str:
        """A token or a disclosure with one of its JSON values edited, or one of its segments exchanged."""
        segments = part.split(".")
        which = random.randrange(len(segments))
        there = random.choice(self.donor).split(".")
        if random.random() < 0.2:
            segments[which] = there[which % len(there)]
        elif random.random() < 0.1:
            segments[which] += random.choice(("=", "A", " ", "\n"))
        else:
            try:
                value = json.loads(from_base64url(segments[which]))
            except ValueError:
                segments[which] = base64url(broken(segments[which].encode(), b"x", random))
            else:
                segments[which] = base64url(json_bytes(edited(value, random)))
        return ".".join(segments)


def _disclosure(random: Random) -> str:
    name = random.choice(("age_over_18", "age_over_13", "_sd", "...", "exp", "cnf", "vct", "name", 1, None))
    return base64url(json_bytes(["salt", name, random.choice((True, False, *_JSON))]))


def edited(value: Any, random: Random) -> Any:  # noqa: PLR0911 - one line a way to edit it
    """JSON with one value in it changed, removed, repeated, renamed or wrapped."""
    if isinstance(value, dict) and value and random.random() < 0.8:
        name = random.choice(list(value))
        match random.randrange(6):
            case 0:
                return {key: held for key, held in value.items() if key != name}
            case 1:
                return {(f"{key}x" if key == name else key): held for key, held in value.items()}
            case 2:
                return {**value, random.choice(("age_over_18", "_sd", "...", "crit", "x")): random.choice(_JSON)}
            case _:
                return {**value, name: edited(value[name], random)}
    if isinstance(value, list) and value and random.random() < 0.8:
        place = random.randrange(len(value))
        match random.randrange(4):
            case 0:
                return value[:place] + value[place + 1 :]
            case 1:
                return [*value, value[place]]
            case _:
                return [*value[:place], edited(value[place], random), *value[place + 1 :]]
    if isinstance(value, str) and value and random.random() < 0.5:
        place = random.randrange(len(value))
        return value[:place] + random.choice(_CHARACTERS) + value[place + 1 :]
    if isinstance(value, int) and random.random() < 0.5:
        return value + random.choice((-1, 1, 10**9, -(10**9), 2**64))
    return random.choice((*_JSON, [value], {"x": value}))
