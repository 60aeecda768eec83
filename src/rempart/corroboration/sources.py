"""Who speaks in a look at an account: one source for each person, however often and under how many names they speak.

A look takes what was heard of one account up to a place. Its testimonies are one source where they come from one
reporter, from one device, or from one network in the same words: sock puppets count once. Those who deny are told apart
from those who accuse; who does both is weakened.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.census import distinct
from rempart.corroboration.columns import DISPUTE, TESTIMONY, Columns, Floats, Ints, Narrow
from rempart.corroboration.parameters import Looking


class Looks(NamedTuple):
    """What is looked at. `rows`: testimonies, ascending within each look; `look`: the number of each one's look,
    ascending; `place`: for each look, the place in the order of testimonies up to which it knows."""

    rows: Ints
    look: Ints
    place: Ints

    @property
    def size(self) -> int:
        """How many looks there are."""
        return len(self.place)


class Sources(NamedTuple):
    """Arrays of shape (s,), one entry a source, by look; those of a look that accuse stand before those that deny.

    `first`: the earliest testimony, whose words, origin and record are the source's. `of_row`: for each row of the
    looks, its source. `names`: how many reporters it is. `retracts`: one of them also denies. `verified`, `unverified`,
    `refuted`: shape (s, 6), pieces of each kind.
    """

    look: Ints
    first: Ints
    accuses: NDArray[np.bool_]
    first_hand: NDArray[np.bool_]
    channel: Ints
    names: Ints
    retracts: NDArray[np.bool_]
    verified: Narrow
    unverified: Narrow
    refuted: Narrow
    conduct: Narrow
    minor: Narrow
    of_row: Ints

    @property
    def size(self) -> int:
        """How many sources there are."""
        return len(self.look)


class Spoken(NamedTuple):
    """Who speaks in looks, `together`: shape (s,), the probability that each source is part of a
    campaign; `aside`: shape (s,), who was set aside as such; `strikes`: shape (s,), how many others each accused, in
    logarithms of one more."""

    looks: Looks
    sources: Sources
    together: Floats
    aside: NDArray[np.bool_]
    strikes: Floats


# Of the channels that one person used, the one that counts: sealed, form, trusted flagger, user report, public post.
_RANK = np.array([0, 3, 4, 1, 2])
_BY_RANK = np.argsort(_RANK)


def sources_of(columns: Columns, looks: Looks, looking: Looking) -> Sources:
    """The sources of looks."""
    rows, look = looks.rows, looks.look
    people = int(columns.reporter.max(initial=0)) + 1
    denies = columns.stance[rows] == DISPUTE
    side = look * 2 + denies
    label = _merged(columns, rows, side, looking.copy_length)
    order = np.argsort(label * (len(rows) + 1) + np.arange(len(rows)))
    opens = np.flatnonzero(np.concatenate(([True], np.diff(label[order]) > 0))) if len(rows) else order
    # Sources are numbered by look and side, then by their first testimony.
    heads = order[opens]
    rank = np.argsort(side[heads] * (len(rows) + 1) + heads)
    number = np.empty(len(rank), np.int64)
    number[rank] = np.arange(len(rank))
    of_row = np.empty(len(rows), np.int64)
    of_row[order] = np.repeat(number, np.diff(np.append(opens, len(rows))))

    def most(values: Narrow) -> Narrow:
        return np.maximum.reduceat(values[order], opens, axis=0)[rank] if len(rows) else values

    testimony = columns.stance[rows] == TESTIMONY
    first_hand = most(testimony.astype(np.int64)) > 0
    # A relay's channel counts only where nothing was said at first hand.
    ranked = _RANK[columns.channel[rows]] + np.where(testimony, len(_RANK), 0)
    voice = look * people + columns.reporter[rows]
    both = np.isin(voice, voice[denies]) & ~denies
    names = np.bincount(distinct(of_row * people + columns.reporter[rows]) // people, minlength=len(rank))
    return Sources(
        look=look[heads][rank],
        first=rows[heads][rank],
        accuses=~denies[heads][rank],
        first_hand=first_hand,
        channel=_BY_RANK[most(ranked) % len(_RANK)],
        names=names,
        retracts=most(both.astype(np.int64)) > 0,
        verified=most(columns.verified[rows]),
        unverified=most(columns.unverified[rows]),
        refuted=most(columns.refuted[rows]),
        conduct=np.bitwise_or.reduceat(columns.conduct[rows][order], opens)[rank] if len(rows) else rows,
        minor=most(columns.minor[rows]),
        of_row=of_row,
    )


def _merged(columns: Columns, rows: Ints, side: Ints, copy_length: int) -> Ints:
    """A label for each row, shared by the rows of one source: the smallest place among them."""
    device, network = columns.device[rows], columns.network[rows]
    # The same words; where there are too few to be somebody's own, the same in every field.
    words = np.where(columns.length[rows] >= copy_length, columns.text[rows], columns.size + columns.same[rows])
    known = np.flatnonzero(network >= 0)
    _, origin = np.unique(network[known] * (2 * columns.size + 2) + words[known], return_inverse=True)
    ties = [(np.arange(len(rows)), columns.reporter[rows])]
    there = np.flatnonzero(device >= 0)
    ties.append((there, device[there]))
    ties.append((known, origin))
    keyed = []
    for where, key in ties:
        _, group = np.unique(side[where] * (int(key.max(initial=0)) + 1) + key, return_inverse=True)
        keyed.append((where, group, int(group.max(initial=-1)) + 1))
    label = np.arange(len(rows))
    while True:
        before = label
        for where, group, count in keyed:
            least = np.full(count, len(rows), np.int64)
            np.minimum.at(least, group, label[where])
            label = label.copy()
            label[where] = np.minimum(label[where], least[group])
        label = label[label]
        if np.array_equal(label, before):
            return label
