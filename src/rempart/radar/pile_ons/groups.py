"""Groups that act together, told from crowds and from chance, each with an id that stays when it grows.

Linked actors make a group (see `communities`). Of what they do together, only that counts which they do in minutes of
their own: members are at least a third of those who act on the object then, and make up much more of them than of all
that is done to the same target. When a star goes live everybody is there at once, and those who happen to be there
twice are a part of the crowd as large as ever. A group stands when it is still linked by what is left, and when so much
surprise hardly comes together where clocks are shifted: its q-value is the number of groups with as much that a null
has on average, over the number found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from rempart.radar.pile_ons.co_action import (
    Links,
    Rows,
    find_links,
    keys_of,
    links_within,
    near,
    outside_crowds,
    rows_of,
)
from rempart.radar.pile_ons.communities import communities
from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.table import NOBODY, Columns, Ints, instant
from rempart.records import Group


@dataclass(frozen=True, slots=True)
class _Candidate:
    """Actors (numbers), the mean weight of their links and the sum of their surprise."""

    members: list[int]
    weight: float
    surprise: float


def find_groups(columns: Columns, known: Sequence[Group], parameters: Parameters) -> list[Group]:
    """The groups that act together, the largest first.

    known: groups of an earlier run: those that became one of these give it their id.
    """
    rows = rows_of(columns, parameters)
    counted = outside_crowds(rows, columns.hostile[rows.row], parameters)
    linked = find_links(counted, len(columns.actors), parameters)
    label = _labels(_candidates(linked.links, parameters), len(columns.actors))
    own = _in_their_own_minutes(columns, rows, label, parameters)
    standing = _candidates(links_within(own, linked, parameters), parameters)
    by_chance = [one.surprise for links in linked.nulls for one in _candidates(links, parameters)]
    q_values = _q_values([one.surprise for one in standing], by_chance, parameters)
    found = _named(columns, own, [(one, q) for one, q in zip(standing, q_values, strict=True) if q <= parameters.q])
    found.sort(key=lambda group: (-len(group.members), group.id))
    _keep_ids(found, known)
    return found


def _labels(groups: list[_Candidate], actors: int) -> Ints:
    """The number of each actor's group; -1 where there is none."""
    label = np.full(actors, -1)
    for number, group in enumerate(groups):
        label[group.members] = number
    return label


def _candidates(links: Links, parameters: Parameters) -> list[_Candidate]:
    parts = communities(links.left, links.right, at_least=parameters.members_at_least)
    if not parts:
        return []
    label = np.full(int(links.right.max()) + 1, -1)
    for number, part in enumerate(parts):
        label[part] = number
    group = label[links.left]
    inside = (group == label[links.right]) & (group >= 0)
    group = group[inside]
    surprise = np.bincount(group, links.surprise[inside], len(parts))
    weight = np.bincount(group, links.weight[inside], len(parts)) / np.bincount(group, minlength=len(parts))
    return [_Candidate(part, float(weight[n]), float(surprise[n])) for n, part in enumerate(parts)]


def _in_their_own_minutes(columns: Columns, rows: Rows, label: Ints, parameters: Parameters) -> Rows:
    """The rows of members of groups in minutes of their group's own; `object` is told apart group by group."""
    mine = np.flatnonzero(label[rows.actor] >= 0) if len(label) else np.empty(0, np.int64)
    if not len(mine):
        return Rows(*(column[mine] for column in rows))
    group = label[rows.actor[mine]]
    _, object_ = np.unique(group * (rows.object.max() + 1) + rows.object[mine], return_inverse=True)
    keys, their_keys = keys_of(rows.object, rows.at, parameters), keys_of(object_, rows.at[mine], parameters)
    there, of_them = near(keys, keys[mine], parameters), near(their_keys, their_keys, parameters)
    own = (of_them > 0) & (of_them >= parameters.share_of_minutes * there)
    # Target by target, what was found nobody's counting as one.
    target = np.where(columns.target == NOBODY, len(columns.targets), columns.target)[rows.row]
    done_to = np.bincount(target)
    kinds, kind = np.unique(group * len(done_to) + target[mine], return_inverse=True)
    theirs = np.bincount(kind)
    usual = (theirs + 0.5) / (done_to[kinds % len(done_to)] - theirs + 0.5)
    share = of_them[own] / there[own]
    inside, others = np.bincount(kind[own], share, len(kinds)), np.bincount(kind[own], 1 - share, len(kinds))
    acts = np.bincount(kind[own], minlength=len(kinds))
    hostile = np.bincount(kind[own], columns.hostile[rows.row[mine[own]]], len(kinds)) >= acts / 2
    least = np.where(
        hostile, np.minimum(parameters.apart_if_hostile * usual, parameters.alone), parameters.apart * usual
    )
    own &= ((inside + 0.5) / (others + 0.5) >= least)[kind]
    return Rows(*(column[mine[own]] for column in rows))._replace(object=object_[own])


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


def _named(columns: Columns, own: Rows, groups: list[tuple[_Candidate, float]]) -> list[Group]:
    """The records of groups and their q-values, from what they did in minutes of their own."""
    label = _labels([one for one, _ in groups], len(columns.actors))
    order = np.argsort(label[own.actor], kind="stable") if len(label) else np.empty(0, np.int64)
    opens = np.searchsorted(label[own.actor[order]], np.arange(len(groups) + 1))
    return [
        _group(columns, one, q, np.unique(own.row[order[opens[number] : opens[number + 1]]]))
        for number, (one, q) in enumerate(groups)
    ]


def _group(columns: Columns, one: _Candidate, q: float, row: Ints) -> Group:
    """One record, from the rows in the columns of what its members did together, in order of time."""
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
