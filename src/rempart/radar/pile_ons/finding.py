"""From actions to pile-ons, and to the groups that act together in them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from rempart.radar.pile_ons.groups import find_groups
from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.surprise import Episode, episodes
from rempart.radar.pile_ons.table import Columns, columns_of, instant
from rempart.records import Action, CopiedComments, Group, Membership, PileOnAlert

_EXAMPLES = 10
_COPIES_OF_AT_LEAST = 3  # actors who say almost the same


@dataclass(frozen=True, slots=True)
class Found:
    """`alerts` in order of detection; `groups`, the largest first, hostile or not; `memberships`, one for each member
    of a hostile group."""

    alerts: list[PileOnAlert]
    groups: list[Group]
    memberships: list[Membership]


def find(actions: Iterable[Action], *, known: Sequence[Group] = (), parameters: Parameters | None = None) -> Found:
    """The pile-ons and the groups in `actions`, in any order; an id that comes twice counts once.

    known: groups of an earlier run, whose ids those that they became keep.
    """
    parameters = parameters or Parameters()
    columns = columns_of(actions, alike=parameters.alike)
    groups = find_groups(columns, known, parameters)
    alerts = _alerts(columns, episodes(columns, parameters), groups, parameters)
    return Found(alerts, groups, _memberships(groups, parameters))


def _memberships(groups: list[Group], parameters: Parameters) -> list[Membership]:
    communities: dict[str, list[str]] = defaultdict(list)
    for group in groups:
        if group.hostile < parameters.hostile_at_least:
            continue
        for member in group.members:
            communities[member].append(f"pile-on:{group.id}")
    return [Membership(actor=actor, communities=sorted(communities[actor])) for actor in sorted(communities)]


def _alerts(columns: Columns, found: list[Episode], groups: list[Group], parameters: Parameters) -> list[PileOnAlert]:
    if not found:
        return []
    hostile = np.flatnonzero(columns.hostile)
    hostile = hostile[np.argsort(columns.target[hostile], kind="stable")]
    opens = np.searchsorted(columns.target[hostile], np.arange(len(columns.targets) + 1))
    alerts = []
    for episode in found:
        rows = hostile[opens[episode.target] : opens[episode.target + 1]]
        at = columns.at[rows]
        rows = rows[(at >= episode.started) & (at <= episode.ended)]
        alerts.append(_alert(columns, episode, rows.tolist(), groups, parameters))
    return alerts


def _alert(
    columns: Columns, episode: Episode, rows: list[int], groups: list[Group], parameters: Parameters
) -> PileOnAlert:
    target = columns.targets[episode.target]
    actions = [columns.actions[row] for row in rows]
    actors = {action.actor for action in actions}
    said: dict[int, list[Action]] = defaultdict(list)
    for row, action in zip(rows, actions, strict=True):
        if columns.length[row]:
            said[int(columns.copy_of[row])].append(action)
    copies = [
        CopiedComments(actions=[action.id for action in alike], actors=len({action.actor for action in alike}))
        for alike in said.values()
    ]
    copies = [alike for alike in copies if alike.actors >= _COPIES_OF_AT_LEAST]
    copies.sort(key=lambda alike: -alike.actors)
    return PileOnAlert(
        target=target,
        started_at=instant(episode.started),
        detected_at=instant(episode.detected),
        ended_at=instant(episode.ended),
        actors=len(actors),
        actions=len(actions),
        reports=sum(action.kind == "report" for action in actions),
        expected=episode.expected,
        observed=episode.observed,
        score=episode.score,
        groups=[
            group
            for group in groups
            if target in group.targets and len(actors.intersection(group.members)) >= parameters.members_at_least
        ],
        copies=copies,
        examples=[action.id for action in actions[:_EXAMPLES]],
    )
