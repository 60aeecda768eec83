"""How frequent everything that people may share is among all who spoke before a moment, whomever they spoke of.

What is frequent everywhere (a phrase of the hashtag, a mobile operator's gateway, a community that everybody is in)
surprises nobody. Counts are of people, each once whatever the names they speak under from one device, and exact at
every place of the order in which testimonies came: sorted first mentions, and a binary search for those that came
before.
"""

from typing import Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.columns import DISPUTE, FLAGGER, STANCES, Columns, Floats, Ints, Lists

TEXT, NETWORK, COMMUNITY, NEWCOMERS, COHORT, TARGETS = KINDS = range(6)
Kind = Literal["text", "network", "community", "newcomers", "cohort", "targets"]
KIND_NAMES: tuple[Kind, ...] = get_args(Kind)
_BLOCK = 8  # places


class Keys(NamedTuple):
    """Which keys of one kind rows have, one entry a row and key: arrays of shape (m,), ordered by row."""

    row: Ints
    key: Ints


class Mentions:
    """The first mention of each key by each person."""

    def __init__(self, keys: Keys, person: Ints, size: int) -> None:
        self._size = size
        pair = keys.key * (int(person.max(initial=0)) + 1) + person[keys.row]
        _, first = np.unique(pair, return_index=True)  # rows ascend, so the first of a pair is its earliest
        self._mentions = np.sort(keys.key[first] * (size + 1) + keys.row[first])

    def before(self, key: Ints, place: Ints) -> Ints:
        """How many people mentioned each key before each place."""
        opens = key * (self._size + 1)
        return places(self._mentions, opens + place) - places(self._mentions, opens)


class Census:
    """Frequencies over all testimonies of a wave.

    `known`: by kind, shape (n + 1,): how many people spoke before each place of whom one knows such a thing; TARGETS
    counts all who accuse. `subjects`: how many accounts were accused before each place; `stances`: by stance, how many
    testimonies came.
    """

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        n, rows = columns.size, np.arange(columns.size)
        accuses = columns.stance != DISPUTE
        keys: dict[int, Keys] = {
            TEXT: _where(accuses & (columns.length > 1), columns.text, rows),
            NETWORK: _where(columns.network >= 0, columns.network, rows),
            COMMUNITY: Keys(np.repeat(rows, np.diff(columns.communities.start)), columns.communities.values),
        }
        opened = Keys(np.repeat(rows, np.diff(columns.windows.start)), columns.windows.values)
        new = columns.new[opened.row]
        keys[NEWCOMERS] = Keys(opened.row[new], opened.key[new])
        keys[COHORT] = Keys(opened.row[~new], opened.key[~new])
        strikes = accuses & (columns.channel != FLAGGER)
        keys[TARGETS] = strike = _where(strikes, columns.subject, rows)
        self._mentions = {kind: Mentions(of_kind, columns.person, n) for kind, of_kind in keys.items()}
        self._keys = {kind: _listed(of_kind, n) for kind, of_kind in keys.items()}
        self.known: list[Ints] = []
        for kind in KINDS:
            has = np.zeros(n, np.bool_)
            has[keys[kind].row] = True
            if kind in (NEWCOMERS, COHORT):
                has = ~np.isnan(columns.opened) & (columns.new == (kind == NEWCOMERS))
            self.known.append(_distinct_before(columns.person, has))
        self.subjects = _distinct_before(columns.subject, accuses)
        self.stances = [np.concatenate(([0], np.cumsum(columns.stance == stance))) for stance in STANCES]
        # The accounts that each reporter accused, oldest first.
        pair = columns.reporter[strike.row] * (int(columns.subject.max(initial=0)) + 1) + strike.key
        _, first = np.unique(pair, return_index=True)
        first = first[np.argsort(columns.reporter[strike.row[first]] * (n + 1) + strike.row[first])]
        self._strike_order = columns.reporter[strike.row[first]] * (n + 1) + strike.row[first]
        self._strike_target = strike.key[first]

    def before(self, kind: int, key: Ints, place: Ints) -> Ints:
        """How many people had a key of a kind before each place."""
        return self._mentions[kind].before(key, place)

    def having(self, kind: int, rows: Ints) -> tuple[Ints, Ints]:
        """The keys of one kind, but for TARGETS, that testimonies have: (index of which, key)."""
        keys = self._keys[kind]
        opens = keys.start[rows]
        index, within = spread(keys.start[rows + 1] - opens)
        return index, keys.values[opens[index] + within]

    def targets(self, reporter: Ints, place: Ints, latest: int) -> tuple[Ints, Ints]:
        """The accounts that each reporter accused last, at most `latest`, before a place: (index of who, account)."""
        opens = places(self._strike_order, reporter * (self.columns.size + 1))
        ends = places(self._strike_order, reporter * (self.columns.size + 1) + place)
        opens = np.maximum(opens, ends - latest)
        index, within = spread(ends - opens)
        return index, self._strike_target[opens[index] + within]


def spread(lengths: Ints) -> tuple[Ints, Ints]:
    """For lists of these lengths laid end to end, the list that each entry is of, and its place in it."""
    index = np.repeat(np.arange(len(lengths)), lengths)
    return index, np.arange(len(index)) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def places(ordered: Ints, wanted: Ints) -> Ints:
    """Where each wanted number belongs among ordered ones. They are sought in ascending order: neighbours then read
    the same memory, which among millions is several times faster."""
    order = np.argsort(wanted)
    found = np.empty(len(wanted), np.int64)
    found[order] = np.searchsorted(ordered, wanted[order])
    return found


def distinct(values: Ints) -> Ints:
    """Each value once, ascending. `np.unique` hashes them first, which is many times slower for millions that are
    nearly all different."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]


class Running:
    """The mean of a trait among what was counted before a place, of others than those who are looked at, with `lent`
    values more that are as `usual`: no account is measured by itself. values: shape (n,), NaN where not known."""

    def __init__(
        self, values: Floats | NDArray[np.bool_], counted: NDArray[np.bool_], *, lent: float, usual: float
    ) -> None:
        known = counted & ~np.isnan(values)
        self._values, self._counted = values, counted
        # Sums up to each block alone are kept: those up to every place would be the largest thing in memory.
        self._total = np.concatenate(([0.0], np.cumsum(np.where(known, values, 0.0))))[::_BLOCK].copy()
        self._number = np.concatenate(([0], np.cumsum(known)))[::_BLOCK].copy()
        self._lent, self._usual = lent, usual

    def elsewhere(self, rows: Ints, look: Ints, place: Ints) -> Floats:
        """The mean for each look, which holds these rows and knows what came before a place: shape (looks,)."""
        block = place // _BLOCK
        of, within = spread(place - block * _BLOCK)
        total, number = self._of(block[of] * _BLOCK + within, of, len(place))
        mine, of_mine = self._of(rows, look, len(place))
        total = self._total[block] + total - mine
        number = self._number[block] + number - of_mine
        return np.asarray((total + self._lent * self._usual) / (number + self._lent), np.float64)

    def _of(self, rows: Ints, look: Ints, looks: int) -> tuple[Floats, Ints]:
        """The total and the number of what is counted and known in the rows of each look."""
        values = self._values[rows]
        known = self._counted[rows] & ~np.isnan(values)
        total = np.bincount(look, np.where(known, values, 0.0), looks).astype(np.float64)
        return total, np.bincount(look, known, looks).astype(np.int64)


def _where(chosen: NDArray[np.bool_], keys: Ints, rows: Ints) -> Keys:
    return Keys(rows[chosen], keys[chosen])


def _distinct_before(values: Ints, has: NDArray[np.bool_]) -> Ints:
    rows = np.flatnonzero(has)
    _, first = np.unique(values[rows], return_index=True)
    new = np.zeros(len(values), np.int64)
    new[rows[first]] = 1
    return np.concatenate(([0], np.cumsum(new)))


def _listed(keys: Keys, size: int) -> Lists:
    return Lists(np.concatenate(([0], np.cumsum(np.bincount(keys.row, minlength=size)))), keys.key)
