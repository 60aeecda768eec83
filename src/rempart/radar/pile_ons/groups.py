"""Groups that act together, told from crowds and from chance, each with an id that stays when it grows.

Linked actors make a group (see `communities`). It stands when

- the minutes in which its members act together are theirs: they make up much more of what is done in them than of all
  that is done to the same targets. When a star goes live everybody is there at once, and those who happen to be there
  twice are a part of the crowd as large as ever;
- so many links so surprising hardly come together when clocks are shifted: its q-value is the number of groups with as
  much surprise that a null has on average, over the number found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from rempart.radar.pile_ons.co_action import Linked, Links, Rows, co_actions, find_links, rows_of
from rempart.radar.pile_ons.communities import communities
from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.table import NOBODY, Columns, Ints, instant
from rempart.records import Group

_SHARE_OF_MINUTES = 1 / 3  # that members must have of what is done in the minutes in which they act together


@dataclass(frozen=True, slots=True)
class _Candidate:
    members: list[int]
    weight: float
    surprise: float


def find_groups(columns: Columns, known: Sequence[Group], parameters: Parameters) -> list[Group]:
    """The groups that act together, the largest first.

    known: groups of an earlier run: those that became one of these give it their id.
    """
    rows = rows_of(columns, parameters)
    linked = find_links(rows, len(columns.actors), parameters)
    crowds = _Crowds(columns, rows, parameters)
    together = _Together(columns, rows, parameters)
    candidates = [(one, together.co_acts_of(one.members)) for one in _candidates(linked.links, parameters)]
    standing = [(one, acts) for one, acts in candidates if crowds.are_left_behind(together.acts_of(one.members), acts)]
    q_values = _q_values([one.surprise for one, _ in standing], _null_surprises(linked, parameters), parameters)
    found = [
        _group(columns, rows, one, q, acts)
        for (one, acts), q in zip(standing, q_values, strict=True)
        if q <= parameters.q
    ]
    found.sort(key=lambda group: (-len(group.members), group.id))
    _keep_ids(found, known)
    return found


def _candidates(links: Links, parameters: Parameters) -> list[_Candidate]:
    parts = communities(links.left, links.right, at_least=parameters.members_at_least)
    if not parts:
        return []
    part_of = np.full(max(member for part in parts for member in part) + 2, -1)
    for number, part in enumerate(parts):
        part_of[part] = number
    last = len(part_of) - 1  # stands for whoever is in no group
    left, right = part_of[np.minimum(links.left, last)], part_of[np.minimum(links.right, last)]
    inside = (left == right) & (left >= 0)
    surprise = np.bincount(left[inside], links.surprise[inside], len(parts))
    weight = np.bincount(left[inside], links.weight[inside], len(parts)) / np.bincount(
        left[inside], minlength=len(parts)
    )
    return [_Candidate(part, float(weight[n]), float(surprise[n])) for n, part in enumerate(parts)]


def _null_surprises(linked: Linked, parameters: Parameters) -> list[float]:
    return [one.surprise for links in linked.nulls for one in _candidates(links, parameters)]


def _q_values(found: list[float], drawn: list[float], parameters: Parameters) -> list[float]:
    """For each surprise, the share of those found that are as large or larger which nulls would give."""
    order = sorted(range(len(found)), key=lambda place: found[place])
    chance = np.sort(np.array(drawn))
    q_values, least = [0.0] * len(found), 1.0
    for rank, place in enumerate(order):
        more = len(chance) - int(np.searchsorted(chance, found[place])) + 1
        least = min(least, more / (parameters.nulls + 1) / (len(found) - rank))
        q_values[place] = least
    return q_values


class _Together:
    """What members of a group did, and what they did together, as positions in the rows."""

    def __init__(self, columns: Columns, rows: Rows, parameters: Parameters) -> None:
        self._rows = rows
        self._parameters = parameters
        self._order = np.argsort(rows.actor, kind="stable")
        self._opens = np.searchsorted(rows.actor[self._order], np.arange(len(columns.actors) + 1))

    def acts_of(self, members: list[int]) -> Ints:
        """What members did."""
        return np.concatenate([self._order[self._opens[one] : self._opens[one + 1]] for one in members])

    def co_acts_of(self, members: list[int]) -> Ints:
        """What members did within a minute of another member, in ascending order."""
        mine = self.acts_of(members)
        part = Rows(*(column[mine] for column in self._rows))
        one, other = co_actions(part, part.at, self._parameters)
        return mine[np.unique(np.concatenate((one, other)))]


class _Crowds:
    """Who else was there in the minutes of a group, and how much of all that is done to its targets is the group's."""

    def __init__(self, columns: Columns, rows: Rows, parameters: Parameters) -> None:
        self._rows = rows
        self._within = parameters.within * 1000
        self._apart = parameters.apart
        at = rows.at - (rows.at.min() if len(rows.at) else 0)
        self._span = (int(at.max()) if len(at) else 0) + 2 * self._within + 1
        self._key = rows.object * self._span + self._within + at
        self._sorted = np.sort(self._key)
        # What is nobody's has one target of its own: the last.
        target = columns.target[rows.row]
        self._target = np.where(target == NOBODY, len(columns.targets), target)
        self._done_to = np.bincount(self._target, minlength=len(columns.targets) + 1)

    def are_left_behind(self, mine: Ints, together: Ints) -> bool:
        """Whether those who did `mine` fill the minutes of what they did `together` much more than they make up of all
        that is done to the same targets."""
        keys = self._key[together]
        there = self._within_reach(self._sorted, keys)
        of_them = self._within_reach(np.sort(self._key[mine]), keys)
        inside, others = of_them.sum(), (there - of_them).sum()
        if inside < _SHARE_OF_MINUTES * (inside + others):
            return False
        targets = np.unique(self._target[together])
        theirs = int(np.isin(self._target[mine], targets).sum())
        rest = int(self._done_to[targets].sum()) - theirs
        return bool((inside + 0.5) / (others + 0.5) >= self._apart * (theirs + 0.5) / (rest + 0.5))

    def _within_reach(self, keys: Ints, of: Ints) -> Ints:
        """How many of `keys`, sorted, are near each of `of`, itself left out."""
        reach = self._within
        return np.searchsorted(keys, of + reach, "right") - np.searchsorted(keys, of - reach) - 1


def _group(columns: Columns, rows: Rows, one: _Candidate, q: float, acts: Ints) -> Group:
    row = np.sort(rows.row[acts])
    target, times = np.unique(columns.target[row[columns.target[row] != NOBODY]], return_counts=True)
    # Its first two acts name it: they are the same when it has grown.
    first = " ".join(columns.actions[place].id for place in row[:2].tolist())
    return Group(
        id=sha256(first.encode()).hexdigest()[:16],
        members=sorted(columns.actors[member] for member in one.members),
        weight=one.weight,
        q=q,
        objects=len(np.unique(columns.object[row])),
        since=instant(columns.at[row[0]]),
        targets=[columns.targets[number] for number in target[np.lexsort((target, -times))].tolist()],
        hostile=float(columns.hostile[row].mean()),
    )


def _keep_ids(found: list[Group], known: Sequence[Group]) -> None:
    """Give each group the id of the known one that it became: the one with which it shares most members, at least half
    of either. An id is given once; a group that fell apart leaves it to its largest part."""
    belongs: dict[str, list[int]] = {}
    for number, group in enumerate(known):
        for member in group.members:
            belongs.setdefault(member, []).append(number)
    shared: dict[tuple[int, int], int] = {}
    for place, group in enumerate(found):
        for member in group.members:
            for number in belongs.get(member, ()):
                shared[place, number] = shared.get((place, number), 0) + 1
    named: set[int] = set()
    given: set[str] = set()
    for (place, number), members in sorted(shared.items(), key=lambda item: (-item[1], item[0])):
        least = min(len(found[place].members), len(known[number].members))
        if place not in named and known[number].id not in given and 2 * members >= least:
            found[place].id = known[number].id
            named.add(place)
            given.add(known[number].id)
