"""Actions as columns, in order of time, each name a number."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.radar.pile_ons.hostility import hostile_texts
from rempart.records import Action
from rempart.text.near_duplicates import Words, find_copies, hashed_words, pairs_of

Ints = NDArray[np.int64]
NOBODY = -1  # the target of an action on what is nobody's
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


class Columns(NamedTuple):
    """One row an action, ordered by time and id; arrays of shape (n,).

    `at` in milliseconds since 1970. `actor`, `object`, `target`: numbers of `actors`, `objects`, `targets`, in order
    of first appearance; `target` is NOBODY where it is nobody's. `copy_of`: the row of the first near-copy of its
    text, its own where it repeats none; `length`: pairs of words in its text.
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
    rows = list({action.id: action for action in actions}.values())
    rows.sort(key=lambda action: (action.at, action.id))
    actor, actors = _numbered([action.actor for action in rows])
    object_, objects = _numbered([action.object for action in rows])
    target, targets = _numbered([action.target for action in rows])
    at = np.array([(action.at - _EPOCH) // _MILLISECOND for action in rows], np.int64)
    texts = [action.text for action in rows]
    words = hashed_words(texts)
    copies = find_copies(pairs_of(words), threshold=alike)
    return Columns(
        rows, actors, objects, targets, at, actor, object_, target,
        _hostile(rows, texts, words), copies.first, copies.length,
    )  # fmt: skip


def instant(milliseconds: int) -> datetime:
    """The instant so many milliseconds after 1970, in UTC."""
    return _EPOCH + int(milliseconds) * _MILLISECOND


def _numbered(names: Sequence[str | None]) -> tuple[Ints, list[str]]:
    """Each name's number, in order of first appearance, and the names; NOBODY for none."""
    numbers: dict[str, int] = {}
    found = [NOBODY if name is None else numbers.setdefault(name, len(numbers)) for name in names]
    return np.array(found, np.int64), list(numbers)


def _hostile(rows: list[Action], texts: Sequence[str | None], words: Words) -> NDArray[np.bool_]:
    """What the platform says where it does; else a report is hostile, and a text is read."""
    read = hostile_texts(texts, words)
    return np.array(
        [
            action.hostile if action.hostile is not None else action.kind == "report" or said
            for action, said in zip(rows, read.tolist(), strict=True)
        ],
        np.bool_,
    )
