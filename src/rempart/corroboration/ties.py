"""Who accuses an account, what they share with one another, and in which group each is counted.

A group is looked at again each time it has grown by half, so that hearing takes bounded time for each thing shared
whatever came before; between two looks its odds stay as they were.
"""

from math import exp, log
from typing import NamedTuple

import msgspec

from rempart.corroboration.groups import OPENED, Group, Kind, log_odds
from rempart.corroboration.parameters import Parameters
from rempart.corroboration.tallies import Tally, Voice

_SAMPLE = 24  # members looked at to know what else they share


class Shared(NamedTuple):
    """Something that a reporter may share with others: which, of what kind, and how telling that is, in [0, 1]."""

    key: int
    kind: Kind
    strength: float


class Frequencies:
    """How many of those who accuse anybody share each thing; a reporter counts once for each."""

    def __init__(self) -> None:
        self.accusers = 0
        self.known_communities = 0
        self.known_opened = 0
        self.retelling = 0
        self.sharing: dict[int, int] = {}


class Source(msgspec.Struct, eq=False):
    """One reporter who accuses the account, and their voice in each of its tallies.

    `at`: when they first did, in seconds. `record`: 1 when earlier reports of theirs were rejected, -1 when upheld, 0
    when neither or both. `left`: the share of their weight that is left, less than 1 when they also deny.
    """

    at: float
    record: int
    left: float
    first_hand: bool = False
    verified: bool = False
    communities_known: bool = False
    opened_known: bool = False
    keys: tuple[int, ...] = ()
    group: Group | None = None
    voices: list[Voice] = []


class Ties:
    """The sources of one account and their groups."""

    __slots__ = (
        "_bystanders",
        "_bystanders_known",
        "_bystanders_sharing",
        "_deniers",
        "_frequencies",
        "_groups",
        "_known",
        "_known_opened",
        "_least",
        "_parameters",
        "_suspects",
        "sources",
    )  # fmt: skip

    def __init__(self, parameters: Parameters, frequencies: Frequencies) -> None:
        self._parameters = parameters
        self._frequencies = frequencies
        self.sources: dict[int, Source] = {}
        self._deniers: set[int] = set()
        # What is shared, and by whom; a lone source stands for itself until somebody shares it.
        self._groups: dict[int, Group | Source] = {}
        self._least = log(parameters.group_odds_at_least)
        self._suspects = 0  # groups thought to be coordinated by themselves
        # Communities are compared between those who speak of themselves and bystanders, who relay or deny.
        self._known = 0  # first-hand sources whose communities are known
        self._known_opened = 0  # sources of whose account it is known when it was opened
        self._bystanders: set[int] = set()
        self._bystanders_known = 0
        self._bystanders_sharing: dict[int, int] = {}

    def new_source(self, reporter: int, at: float, record: int) -> Source:
        """The source that a reporter becomes by accusing for the first time."""
        left = self._parameters.left_after_retraction if reporter in self._deniers else 1.0
        source = self.sources[reporter] = Source(at, record, left)
        return source

    def deny(self, reporter: int) -> Source | None:
        """Count that somebody denies; returns the source that they were, if any, whose weight changes."""
        if reporter in self._deniers:
            return None
        self._deniers.add(reporter)
        source = self.sources.get(reporter)
        if source is not None:
            source.left = self._parameters.left_after_retraction
        return source

    def stand_by(self, reporter: int, shared: list[Shared]) -> None:
        """Count the communities (known) of somebody who does not speak of themselves, once."""
        if reporter not in self._bystanders:
            self._bystanders.add(reporter)
            self._bystanders_known += 1
            for key, kind, _ in shared:
                if kind == "community":
                    self._bystanders_sharing[key] = self._bystanders_sharing.get(key, 0) + 1

    def tie(
        self, source: Source, shared: list[Shared], *, first_hand: bool, communities_known: bool, opened_known: bool
    ) -> None:
        """Count what a source shares with others."""
        source.first_hand |= first_hand
        if opened_known and not source.opened_known:
            source.opened_known = True
            self._known_opened += 1
        if communities_known and source.first_hand and not source.communities_known:
            source.communities_known = True
            self._known += 1
        joined = False
        for key, kind, strength in shared:
            if key not in source.keys and (source.first_hand or kind != "community"):
                joined |= self.share(source, key, kind, strength)
        if joined:
            self._count_in_best(source)

    def tie_again(self, reporter: int, shared: Shared) -> bool:
        """Count that a source turns out to share something more; returns whether others here do."""
        source = self.sources.get(reporter)
        if source is None or shared.key in source.keys or not self.share(source, *shared):
            return False
        self._count_in_best(source)
        return True

    def free(self, source: Source) -> None:
        """Count a source in no group any more: what was verified stands, whoever brought it."""
        source.verified = True
        self._count_in(source, None)

    def share(self, source: Source, key: int, kind: Kind, strength: float) -> bool:
        """Count that a source shares one thing; returns whether others here do."""
        source.keys = (*source.keys, key)
        group = self._groups.get(key)
        if group is None:
            self._groups[key] = source
            return False
        if isinstance(group, Source):
            first, group = group, Group(kind, getattr(self._parameters.sharing, kind))
            self._groups[key] = group
            if kind in OPENED:
                group.next_look = self._parameters.campaign_at_least  # of two people, chance is always likelier
            # Who came first repeats nobody: they share as much as who repeated them.
            group.add(first, strength)
        group.add(source, strength)
        if len(group.members) >= group.next_look:
            self._look(key, group)
        return True

    def _look(self, key: int, group: Group) -> None:
        """Work out the odds of a group again, and who is counted in it."""
        parameters = self._parameters
        size = len(group.members)
        group.next_look = size + max(1, size // 2)
        accusers, expected = self._expected(key, group)
        intrinsic = log_odds(
            group,
            accusers=accusers,
            rate=expected,
            bystanders=(self._bystanders_known, self._bystanders_sharing.get(key, 0)),
            parameters=parameters,
        )
        enough = size >= parameters.campaign_at_least
        self._suspects += (intrinsic > 0 and enough) - group.suspect
        group.suspect = intrinsic > 0 and enough
        group.intrinsic = 1.0 / (1.0 + exp(-intrinsic))
        if self._suspects > group.suspect and intrinsic + parameters.overlap > self._least:
            intrinsic += parameters.overlap * self._overlap(group)
        group.odds = exp(min(intrinsic, 30.0))
        group.probability = group.odds / (1.0 + group.odds)
        group.campaign = group.probability if enough else 0.0
        active = group.odds >= parameters.group_odds_at_least
        was_active, group.score = group.score > 0, group.probability * size if active else 0.0
        if not active and not was_active:
            return
        told: set[Tally] = set()
        for member in group.members:
            held = member.group
            if held is group:
                if active:
                    told.update(voice.tally for voice in member.voices)
                else:
                    self._count_in_best(member)
            elif active and member.first_hand and not member.verified and (held is None or held.score < group.score):
                self._count_in(member, group)
        for tally in told:
            tally.reconsider(group)

    def _expected(self, key: int, group: Group) -> tuple[int, float]:
        """How many here could share the thing of a group, and the share of people who do elsewhere."""
        frequencies, size = self._frequencies, len(group.members)
        sharing = frequencies.retelling if group.kind == "wording" else frequencies.sharing.get(key, 0)
        if group.kind == "targets":
            # By chance, those who accuse the other account are as many here as anywhere, were some to accuse several.
            return len(self.sources), self._parameters.several_targets * sharing / max(frequencies.accusers, 1)
        if group.kind == "community":
            accusers, everybody = self._known, frequencies.known_communities
        elif group.kind in OPENED:
            accusers, everybody = self._known_opened, frequencies.known_opened
        else:
            accusers, everybody = len(self.sources), frequencies.accusers
        elsewhere = max(everybody - accusers, 0) + self._parameters.elsewhere_at_least
        return accusers, (max(sharing - size, 0) + 0.5) / elsewhere

    def _overlap(self, group: Group) -> float:
        """The largest share of members in a group of another kind that is itself thought to be coordinated."""
        members = group.members[:: 1 + len(group.members) // _SAMPLE]
        counts: dict[Group, int] = {}
        for member in members:
            for key in member.keys:
                other = self._groups[key]
                if isinstance(other, Group) and other.suspect and other.kind != group.kind:
                    counts[other] = counts.get(other, 0) + 1
        return max((n * other.intrinsic for other, n in counts.items()), default=0.0) / len(members)

    def _count_in_best(self, source: Source) -> None:
        """Count a first-hand source in the group, if any, that takes most away from it."""
        best, most = None, 0.0
        if source.first_hand and not source.verified:
            for key in source.keys:
                group = self._groups[key]
                if isinstance(group, Group) and group.score > most:
                    best, most = group, group.score
        self._count_in(source, best)

    def _count_in(self, source: Source, group: Group | None) -> None:
        if source.group is not group:
            source.group = group
            for voice in source.voices:
                voice.tally.count_in(voice, group)
