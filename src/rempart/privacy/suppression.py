"""Small counts withheld, and whatever else would give one away by difference (statistical disclosure control).

A count of 1 to 4 may point at a person: it is withheld. So is as much more as it takes: whoever knows every number
that is shown and every sum that holds among them must still hold each of 1, 2, 3 and 4 possible for every small count.
Zeros are shown, since they concern nobody, but for those among the parts of a small whole, whose other parts they
would count.

The sums of a table make its numbers a circulation: each number is an arc, each sum a node where as much comes in as
goes out. What else a withheld number could be is then two maximum flows in the residual graph of the withheld arcs,
and what to withhold beside it is a cheapest path (M. Fischetti, J.-J. Salazar, "Models and algorithms for the
2-dimensional cell suppression problem in statistical disclosure control", Mathematical Programming 84, 1999; the paths
are chosen one after the other here, which may withhold a little more than the least possible and never too little).

`differences` looks at several publications over time: a number that, compared with an earlier one of a window inside
or around its own, gives a small count by subtraction. docs/answers.md says what all this covers and what it does not.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

THRESHOLD = 5
"""The least count above zero that is shown."""

_ENDLESS = 10**15
_DEAR = 10**9


class CannotBeProtected(ValueError):
    """What is shown gives a number away, whatever else is withheld."""


class Arc(NamedTuple):
    """One number, as the flow from a node to another."""

    name: Hashable
    tail: Hashable
    head: Hashable
    value: int


class Sum(NamedTuple):
    """A number and the ways in which it is divided: the parts of each way, by their names, add up to it."""

    whole: str
    ways: tuple[tuple[str, ...], ...]


Numbers = Mapping[str, "int | None"]


def shown(count: int) -> int | None:
    """A count that stands alone: None when it is small."""
    return None if is_small(count) else count


def is_small(count: int) -> bool:
    """Whether a count may point at a person."""
    return 0 < count < THRESHOLD


def protect(
    counts: Mapping[str, int],
    sums: Iterable[Sum],
    *,
    unsaid: Collection[str] = (),
    hidden: Collection[str] = (),
    guarded: Collection[str] = (),
    precious: Collection[str] = (),
) -> dict[str, int | None]:
    """Every count by its name; None where it is withheld.

    sums: everything that holds among them, each name in two equations at most (a way of dividing and the next are one
    equation, so are a whole and the first). unsaid: names of counts that are not published at all and that readers
    could compute, as the difference of two that are; they are protected too, and left out of what is returned; readers
    are taken to know which of them are zero. hidden: names to withhold whatever they are. guarded: names to withhold
    and to protect like small counts, so that nothing that is shown gives them away. precious: names to show if
    something else can be withheld instead.
    Raises ValueError when parts do not add up, a name is in too many sums or a count is negative.
    """
    ends = _ends(counts, sums)
    arcs = [Arc(name, *ends.get(name, (None, None)), value) for name, value in counts.items()]
    withheld = withheld_in(arcs, unsaid=unsaid, hidden=hidden, guarded=guarded, precious=precious)
    return {name: None if name in withheld else value for name, value in counts.items() if name not in unsaid}


def _ends(counts: Mapping[str, int], sums: Iterable[Sum]) -> dict[str, tuple[Hashable, Hashable]]:
    """Between which nodes each number flows, one node an equation; None is everything outside."""
    where: dict[str, list[tuple[int, int]]] = defaultdict(list)  # name → (equation, 1 for its left side, -1 for right)
    equations = 0
    for one in sums:
        left: tuple[str, ...] = (one.whole,)
        for way in one.ways:
            if sum(counts[name] for name in left) != sum(counts[name] for name in way):
                raise ValueError(f"the parts of {one.whole!r} do not add up to it: {', '.join(way)}")
            for names, side in ((left, 1), (way, -1)):
                for name in names:
                    where[name].append((equations, side))
            equations += 1
            left = way
    if crowded := [name for name, places in where.items() if len(places) > 2]:
        raise ValueError(f"{crowded[0]!r} is in more than two sums")
    turned = _turned(equations, [places for places in where.values() if len(places) == 2])
    ends = {}
    for name, places in where.items():
        into = [node for node, side in places if side * turned[node] > 0]
        out = [node for node, side in places if side * turned[node] < 0]
        ends[name] = (out[0] if out else None, into[0] if into else None)
    return ends


def _turned(equations: int, shared: Iterable[Sequence[tuple[int, int]]]) -> list[int]:
    """Which equations to turn round so that what two of them share comes out of one and into the other."""
    beside: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (first, side), (second, other) in shared:
        beside[first].append((second, -side * other))
        beside[second].append((first, -side * other))
    turned = [0] * equations
    for start in range(equations):
        waiting = [] if turned[start] else [start]
        turned[start] = turned[start] or 1
        while waiting:
            node = waiting.pop()
            for neighbour, relation in beside[node]:
                if not turned[neighbour]:
                    turned[neighbour] = turned[node] * relation
                    waiting.append(neighbour)
                elif turned[neighbour] != turned[node] * relation:
                    raise ValueError("these sums go round in a circle that no flow can follow")
    return turned


def withheld_in(
    arcs: Collection[Arc],
    *,
    hidden: Collection[Hashable] = (),
    guarded: Collection[Hashable] = (),
    unsaid: Collection[Hashable] = (),
    precious: Collection[Hashable] = (),
) -> set[Hashable]:
    """The names of the numbers to withhold in a circulation; see `protect`. Raises ValueError for a negative count."""
    if negative := [arc.name for arc in arcs if arc.value < 0]:
        raise ValueError(f"a count is not negative: {negative[0]!r}")
    never = {*hidden, *guarded, *unsaid}
    small = [arc for arc in arcs if is_small(arc.value)]
    maybe_zero = _parts_of_small(arcs, small)
    withheld = {arc.name for arc in arcs if is_small(arc.value) or (arc.name in never and arc.value)} | maybe_zero
    kept = {arc.name for arc in small} | maybe_zero | never
    secret = [arc for arc in arcs if arc.tail != arc.head and (is_small(arc.value) or arc.name in guarded)]
    residual_of = partial(_Residual, arcs, withheld, maybe_zero | set(unsaid), set(precious))
    for arc in sorted(secret, key=lambda one: -one.value):
        for source, sink, need in _ways_to_differ(arc):
            withheld |= residual_of(without=arc).room(source, sink, need)
    for arc in sorted((arc for arc in arcs if arc.name in withheld - kept), key=lambda one: -one.value):
        # What was withheld for one may have become needless with what was withheld for the next.
        fewer = withheld - {arc.name}
        if _protected_by(arcs, secret, fewer, maybe_zero | set(unsaid)):
            withheld = fewer
    return withheld


def _ways_to_differ(arc: Arc) -> tuple[tuple[Hashable, Hashable, int], ...]:
    """How much more and less than it is a secret number must be able to be, and between which nodes that flows.

    A small one: anything from 1 to one less than the threshold. Another one: as far as that to either side.
    """
    most = THRESHOLD - 1
    more = most - arc.value if is_small(arc.value) else most if arc.value else 0
    return (arc.head, arc.tail, more), (arc.tail, arc.head, max(min(most, arc.value - 1), 0))


def _protected_by(
    arcs: Collection[Arc], secret: Iterable[Arc], withheld: set[Hashable], maybe_zero: Collection[Hashable]
) -> bool:
    """Whether every secret number is protected by what is withheld, without withholding more."""
    try:
        for arc in secret:
            for source, sink, need in _ways_to_differ(arc):
                _Residual(arcs, withheld, maybe_zero, without=arc, may_add=False).room(source, sink, need)
    except CannotBeProtected:
        return False
    return True


def _parts_of_small(arcs: Collection[Arc], small: Iterable[Arc]) -> set[Hashable]:
    """The names of all numbers that only make up a small one together, in whatever ways it is divided."""
    into: dict[Hashable, list[Arc]] = defaultdict(list)
    out: dict[Hashable, list[Arc]] = defaultdict(list)
    for arc in arcs:
        if arc.tail != arc.head:
            into[arc.head].append(arc)
            out[arc.tail].append(arc)
    found: set[Hashable] = set()
    for whole in small:
        reached, nodes = {whole.name}, [whole.head, whole.tail]
        while nodes:
            node = nodes.pop()
            for these, those, end in ((into[node], out[node], "head"), (out[node], into[node], "tail")):
                # None is everything outside: what goes there is no part of anything.
                if node is None or not all(arc.name in reached for arc in these):
                    continue
                new = [arc for arc in those if arc.name not in reached]
                reached |= {arc.name for arc in new}
                nodes += [getattr(arc, end) for arc in new]
        found |= reached - {whole.name}
    return found


class _Residual:
    """How far the withheld numbers could differ from what they are, if more were withheld at a cost."""

    def __init__(
        self,
        arcs: Iterable[Arc],
        withheld: Collection[Hashable],
        maybe_zero: Collection[Hashable],
        precious: Collection[Hashable] = (),
        *,
        without: Arc,
        may_add: bool = True,
    ) -> None:
        # node → steps [head, name, capacity, cost of withholding it, the step back]
        self._out: dict[Hashable, list[list]] = defaultdict(list)
        for arc in arcs:
            if arc is without or (arc.name not in withheld and not (arc.value and may_add)):
                continue
            cost = 0 if arc.name in withheld else arc.value + (_DEAR if arc.name in precious else 0)
            up = [arc.head, arc.name, _ENDLESS, cost, None]
            # Who sees that a number is withheld knows that it is not zero, but for those that may be.
            down = [arc.tail, arc.name, max(arc.value - (arc.name not in maybe_zero), 0), cost, up]
            up[4] = down
            self._out[arc.tail].append(up)
            self._out[arc.head].append(down)

    def room(self, source: Hashable, sink: Hashable, need: int) -> set[Hashable]:
        """The names to withhold so that `need` units more can flow. Raises CannotBeProtected when there is no way."""
        names: set[Hashable] = set()
        for _unit in range(need):
            path = self.push(source, sink)
            if path is None:
                raise CannotBeProtected("a number follows from what cannot be withheld")
            names |= path
        return names

    def push(self, source: Hashable, sink: Hashable) -> set[Hashable] | None:
        """Send one unit along the cheapest path: the names on it that were not free of cost before; None without one.

        The cost of a number is paid once: it is withheld from then on.
        """
        best: dict[Hashable, int] = {source: 0}
        came: dict[Hashable, tuple[Hashable, list]] = {}
        waiting: list[tuple[int, int, Hashable]] = [(0, 0, source)]
        count = 0
        while waiting:
            cost, _order, node = heapq.heappop(waiting)
            if node == sink:
                break
            if cost > best[node]:
                continue
            for step in self._out[node]:
                head, _name, capacity, more, _back = step
                if capacity > 0 and cost + more < best.get(head, _ENDLESS):
                    best[head] = cost + more
                    came[head] = (node, step)
                    count += 1
                    heapq.heappush(waiting, (cost + more, count, head))
        if sink not in came:
            return None
        new: set[Hashable] = set()
        node = sink
        while node != source:
            node, step = came[node]
            step[2] -= 1
            step[4][2] += 1
            new.add(step[1])
            step[3] = step[4][3] = 0
        return new


class Published(NamedTuple):
    """A number that was given out before: what it counts, and the window that it counts it in (any ordered moments)."""

    name: str
    start: object
    end: object
    value: int | None


def differences(start: object, end: object, numbers: Numbers, earlier: Iterable[Published]) -> set[str]:
    """The names of the numbers of the window [start, end) that give a small count when an earlier one is subtracted.

    Compared are windows of which one lies inside the other: the difference then counts what came in the rest. Also the
    same window told again: the difference is what left or came since. Windows that merely overlap, or combinations of
    three and more, are not compared.
    """
    found = set()
    for one in earlier:
        value = numbers.get(one.name)
        inside = start <= one.start and one.end <= end  # type: ignore[operator]
        around = one.start <= start and end <= one.end  # type: ignore[operator]
        if value is None or one.value is None or not (inside or around):
            continue
        if is_small(abs(value - one.value)):
            found.add(one.name)
    return found
