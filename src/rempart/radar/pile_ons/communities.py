"""Groups among linked actors: those of whom each is linked to many of the others.

A connected component holds everybody who is linked to anybody in it, and one chance link joins two groups. So each
actor is moved, while that gains anything, to the group with which it shares most beyond what its size would explain:
links − density · members (the constant Potts model, Traag, Van Dooren and Nesterov 2011, which finds small groups among
many, as modularity does not). Groups then move whole, and what is not connected is parted (as in Leiden: Traag, Waltman
and Van Eck 2019). The order is fixed, so the same links give the same groups.
"""

from collections import defaultdict, deque

from rempart.radar.pile_ons.table import Ints

_DENSITY = 0.1  # of the members of a group, an actor is linked to more than this share
_ROUNDS = 10

Neighbours = dict[int, dict[int, float]]


def communities(left: Ints, right: Ints, *, at_least: int) -> list[list[int]]:
    """Groups of `at_least` and more, members in ascending order, by their first members. Links are between the actors
    `left[i]` and `right[i]`."""
    neighbours: Neighbours = defaultdict(dict)
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        neighbours[one][other] = neighbours[other][one] = 1.0
    found: list[list[int]] = []
    for component in _components(neighbours, {}):
        if len(component) < at_least:
            continue
        inside = sum(len(neighbours[actor]) for actor in component)
        if 2 * inside >= len(component) * (len(component) - 1):  # half of all pairs are linked
            found.append(component)
        else:
            found += [part for part in _parted(component, neighbours) if len(part) >= at_least]
    return sorted(sorted(group) for group in found)


def _parted(component: list[int], neighbours: Neighbours) -> list[list[int]]:
    """The groups of one component."""
    members = {actor: [actor] for actor in sorted(component)}
    between: Neighbours = {actor: neighbours[actor] for actor in members}
    for _ in range(_ROUNDS):
        group = _moved(between, {node: len(actors) for node, actors in members.items()})
        if len(set(group.values())) == len(members):
            break
        merged: dict[int, list[int]] = defaultdict(list)
        for node, actors in members.items():
            merged[group[node]] += actors
        links: Neighbours = {node: defaultdict(float) for node in merged}
        for node, others in between.items():
            for other, weight in others.items():
                if group[node] != group[other]:
                    links[group[node]][group[other]] += weight
        members, between = merged, links
    belongs = {actor: node for node, actors in members.items() for actor in actors}
    return _components({actor: neighbours[actor] for actor in sorted(component)}, belongs)


def _moved(between: Neighbours, size: dict[int, int]) -> dict[int, int]:
    """The group of each node after every node has gone where it gains most."""
    group = {node: node for node in between}
    members = dict(size)
    waiting = deque(between)
    queued = set(between)
    while waiting:
        node = waiting.popleft()
        queued.discard(node)
        home = group[node]
        members[home] -= size[node]
        linked: dict[int, float] = defaultdict(float)
        for other, weight in between[node].items():
            linked[group[other]] += weight
        best, most = home, linked.get(home, 0.0) - _DENSITY * size[node] * members[home]
        for candidate, weight in linked.items():
            gain = weight - _DENSITY * size[node] * members[candidate]
            if gain > most:
                best, most = candidate, gain
        members[best] += size[node]
        if best != home:
            group[node] = best
            for other in between[node]:
                if group[other] != best and other not in queued:
                    queued.add(other)
                    waiting.append(other)
    return group


def _components(neighbours: Neighbours, belongs: dict[int, int]) -> list[list[int]]:
    """Connected components, of links within one and the same group alone."""
    seen: set[int] = set()
    found = []
    for start in neighbours:
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for actor in component:  # grows while it is gone through
            for other in neighbours[actor]:
                if other not in seen and belongs.get(other) == belongs.get(actor):
                    seen.add(other)
                    component.append(other)
        found.append(component)
    return found
