"""Actions as columns, in order of time, each name a number."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.radar.pile_ons.hostility import hostile_texts
from rempart.records import Action
from rempart.text.near_duplicates import WordPairs, find_copies, hashed_words, pairs_of

Ints = NDArray[np.int64]
NOBODY = -1  # the target of an action on what is nobody's
LONG = 5  # pairs of words from which on a text is compared with others: everybody writes « trop belle »
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Columns(NamedTuple):
    """One row an action, ordered by time and id; arrays of shape (n,).

    `at` in milliseconds since 1970. `actor`, `object`, `target`: numbers of `actors`, `objects`, `targets`, in order
    of first appearance; `target` is NOBODY where it is nobody's. `copy_of`: the row where its text, or one of which
    it is a near-copy, was written first; its own where there is none. `length`: pairs of words in its text; shorter
    ones than LONG are copies of the same text only.
    """

    actions: list[Action]
    actors: list[str]
    objects: list[str]
    targets: list[str]
    at: Ints
    actor: Ints
    object: Ints
    target: Ints
    hostile: NDArray[np.bool_]
    copy_of: Ints
    length: Ints

    def __len__(self) -> int:
        return len(self.actions)


def columns_of(actions: Iterable[Action], *, alike: float) -> Columns:
    """`actions` as columns; one that comes twice under one id counts once.

    alike: estimated Jaccard index of two texts' pairs of words from which one is a copy of the other.
    """
    rows = list(actions)
    ids = [action.id for action in rows]
    if len(set(ids)) < len(rows):
        rows = list(dict(zip(ids, rows, strict=True)).values())
    rows.sort(key=attrgetter("id"))
    rows.sort(key=attrgetter("at"))
    actor, actors = _numbered([action.actor for action in rows])
    object_, objects = _numbered([action.object for action in rows])
    target, targets = _numbered([action.target for action in rows])
    at = np.array([(action.at - _EPOCH) // _MILLISECOND for action in rows], np.int64)
    said, texts = _numbered([action.text or None for action in rows])
    words = hashed_words(texts)
    pairs = pairs_of(words)
    held = np.bincount(pairs.owner, minlength=len(texts))
    tells = held[pairs.owner] >= LONG
    copies = find_copies(WordPairs(pairs.pairs[tells], pairs.owner[tells], len(texts)), threshold=alike)
    copy_of, length = np.arange(len(rows)), np.zeros(len(rows), np.int64)
    something = np.flatnonzero(said != NOBODY)
    if len(something):
        # Each text was said first in the row where its number first appears.
        first = something[np.unique(said[something], return_index=True)[1]]
        copy_of[something] = first[copies.first[said[something]]]
        length[something] = held[said[something]]
    hostile = _hostile(rows, said, hostile_texts(texts, words))
    return Columns(rows, actors, objects, targets, at, actor, object_, target, hostile, copy_of, length)


def instant(milliseconds: int) -> datetime:
    """The instant so many milliseconds after 1970, in UTC."""
    return _EPOCH + int(milliseconds) * _MILLISECOND


def _numbered(names: Sequence[str | None]) -> tuple[Ints, list[str]]:
    """Each name's number, in order of first appearance, and the names; NOBODY for none."""
    known = dict.fromkeys(names)
    known.pop(None, None)
    numbers: dict[str | None, int] = dict(zip(known, range(len(known)), strict=True))
    numbers[None] = NOBODY
    return np.fromiter(map(numbers.__getitem__, names), np.int64, len(names)), [
        name for name in known if name is not None
    ]


def _hostile(rows: list[Action], said: Ints, hostile: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What the platform says where it does; else a report is hostile, and a text is what was read of it (`hostile`, of
    each text by the number that it has in `said`)."""
    read = np.append(hostile, False)[said]
    known = [(place, action.hostile) for place, action in enumerate(rows) if action.hostile is not None]
    read |= np.array([action.kind == "report" for action in rows], np.bool_)
    for place, told in known:
        read[place] = told
    return read
