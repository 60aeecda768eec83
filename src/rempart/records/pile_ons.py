"""What many do to one account: the actions that the radar reads, the groups it finds in them, and its alerts."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.post import Count, Instant, Probability, Text

# What the name of a community begins with when the radar saw its members act together.
PILE_ON = "pile-on:"


class Action(msgspec.Struct, kw_only=True):
    """One thing that somebody did to something: a comment, a report, a share, a like.

    `object` is what it was done to (a post, a live, a link); `target` whose it is, where it is somebody's. `hostile`
    where the platform knows it; else a report is, and a comment is read from its `text`.
    """

    id: Text
    at: Instant
    actor: Text
    object: Text
    target: Text | None = None
    kind: Text = "comment"
    text: str | None = None
    hostile: bool | None = None
    extra: dict[str, Any] | UnsetType = UNSET

    def __post_init__(self) -> None:
        """Raises ValueError for a time that no action has: one such would stretch what is usual over centuries."""
        if not 1990 <= self.at.year <= 2100:
            raise ValueError("`at` is not between 1990 and 2100")


class Group(msgspec.Struct, kw_only=True):
    """Actors who act together: on the same objects, within the same minute, oftener than their days explain.

    `weight`: distinct objects that two linked members acted on together, on average. `q`: false-discovery rate among
    groups that stand out as much as it does or more. `objects`: distinct objects on which members acted together.
    `targets`: whose these were, the most acted upon first. `hostile`: the share of hostile actions among what members
    did together. The id stays when the group grows.
    """

    id: Text
    members: list[str]
    weight: float
    q: Probability
    objects: Count = 0
    since: Instant | None = None
    targets: list[str] = []
    hostile: Probability = 0.0
    extra: dict[str, Any] | UnsetType = UNSET


class CopiedComments(msgspec.Struct, kw_only=True):
    """Comments that say almost the same: their ids in order of time, and how many wrote them."""

    actions: list[str]
    actors: Count


class PileOnAlert(msgspec.Struct, kw_only=True):
    """Many more people than usual turn on one account: nothing is said of whether they are wrong to.

    `actors` and `actions`: distinct hostile actors and their actions from `started_at` to `ended_at`. `expected`: how
    many actors its own hours and its audience would have explained in the window where it stood out most, and
    `observed` how many there were; `score` is minus the decimal logarithm of the probability of so many.
    `detected_at` rests on what came before it alone. `groups` are those that acted together on this target and have
    members among the actors, all their members named.
    """

    target: Text
    started_at: Instant
    detected_at: Instant
    ended_at: Instant
    actors: Count
    actions: Count
    reports: Count = 0
    expected: float
    observed: Count
    score: float
    groups: list[Group] = []
    copies: list[CopiedComments] = []
    examples: list[str] = []
    extra: dict[str, Any] | UnsetType = UNSET


class Membership(msgspec.Struct, kw_only=True):
    """The groups of one actor, as the communities of a reporter: PILE_ON and the group's id."""

    actor: Text
    communities: list[str]
