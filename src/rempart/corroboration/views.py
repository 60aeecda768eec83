"""What is known of one account, or of what is said to have happened on one service: running numbers.

A view is told of testimonies one at a time, in order of time, and can say at any moment what they amount to. Telling it
takes bounded time whatever came before: groups are looked at again each time they have grown by half, so that each of
their members is looked at a bounded number of times.
"""

from collections.abc import Sequence
from math import exp, log, log1p
from typing import Any, NamedTuple, TypeVar

from rempart.corroboration.groups import Group, Kind, Spacing, discount, effective_voices, log_odds
from rempart.corroboration.parameters import Parameters
from rempart.records import Channel, Conduct, EvidenceKind, Factor, Service, ServiceView, Testimony
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CHANNELS, CONDUCTS, severity

Item = TypeVar("Item")

BOUND = 20.0
_SAMPLE = 64
# Sums over groups are kept as whole numbers of this fraction: they are the same whenever, and however often, they are taken.
_EXACT = 2.0**40


class Shared(NamedTuple):
    """Something that a reporter may share with others: which, of what kind, and how telling that is, in [0, 1]."""

    key: int
    kind: Kind
    strength: float


class Heard(NamedTuple):
    """A testimony as views take it. `at` in seconds; `weight` in log-odds, for a testimony or a relay."""

    testimony: Testimony
    at: float
    reporter: int
    weight: float
    shared: list[Shared]
    communities_known: bool


class Source:
    """One reporter who accuses the account, whatever the number of their testimonies."""

    __slots__ = ("at", "channel", "denied", "first_hand", "group", "id", "keys", "record", "said", "verified", "weight")

    def __init__(self, id: str, at: float, record: float) -> None:
        self.id = id  # of their first testimony
        self.at = at
        self.record = record
        self.said = 0.0  # weight of their weightiest testimony, first-hand before relayed
        self.weight = 0.0  # the same, less what denying took away
        self.channel: Channel = "public_post"
        self.first_hand = False
        self.denied = False
        self.verified = False
        self.keys: tuple[int, ...] = ()
        self.group: Group | None = None


class Frequencies:
    """How many of those who accuse anybody share each thing; a reporter counts once for each."""

    def __init__(self) -> None:
        self.accusers = 0
        self.known_communities = 0
        self.sharing: dict[int, int] = {}


class View:
    """The running numbers of one account, or of one service that its conduct is said to have taken place on."""

    def __init__(self, parameters: Parameters, frequencies: Frequencies, whole: "View | None" = None) -> None:
        self._parameters = parameters
        self._frequencies = frequencies
        self._whole = whole or self  # the view of the whole account
        self.sources: dict[int, Source] = {}
        self.groups: dict[int, Group | tuple[Source, Kind]] = {}
        self.testimonies = 0
        self.relays = 0
        self.disputes = 0
        self.complainant_minors = 0
        self.by_channel: dict[Channel, int] = {}
        self.conduct: list[Conduct] = []
        self.conduct_services: list[Service] = []
        self.met_on: list[Service] = []
        self.verified: dict[EvidenceKind, int] = {}
        self.refuted = 0
        self._denied_evidence: dict[EvidenceKind, int] = {}
        self._known_communities = 0
        self._deniers: set[int] = set()
        self._deniers_known = 0
        self._deniers_sharing: dict[int, int] = {}
        self._voices = 0
        self._weights: dict[Channel, float] = {}
        self._relayed = 0.0
        self._spacing = Spacing()
        self._dirty: list[Group] = []
        self._discount = 0  # sums over groups, in whole units of 1 / _EXACT
        self._lost = 0
        self._worst: Group | None = None
        self._counting: dict[Group, None] = {}  # groups of two voices and more
        self._named: dict[str, list[str]] = {}

    # What is received

    def hear(self, heard: Heard) -> None:
        """Count one testimony, received no earlier than those before."""
        testimony = heard.testimony
        if testimony.stance == "dispute":
            self._hear_dispute(heard)
            return
        if testimony.stance == "testimony":
            self.testimonies += 1
        else:
            self.relays += 1
        channel = testimony.channel
        self.by_channel = {**self.by_channel, channel: self.by_channel.get(channel, 0) + 1}
        if testimony.complainant_minor:
            self.complainant_minors += 1
        if testimony.conduct:
            self.conduct = _with(self.conduct, testimony.conduct, CONDUCTS)
        if testimony.conduct_services:
            self.conduct_services = _with(self.conduct_services, testimony.conduct_services, SERVICES)
        if testimony.met_on:
            self.met_on = _with(self.met_on, testimony.met_on, SERVICES)
        self._hear_source(heard)

    def _hear_source(self, heard: Heard) -> None:
        testimony = heard.testimony
        first_hand = testimony.stance == "testimony"
        source = self.sources.get(heard.reporter)
        new = source is None
        if source is None:
            reporter = testimony.reporter
            record = (reporter.rejected > 0) - (reporter.upheld > 0)
            source = self.sources[heard.reporter] = Source(testimony.id, heard.at, record)
            source.denied = heard.reporter in self._deniers
            self._known_communities += heard.communities_known
        if testimony.evidence:
            self._weigh_evidence(testimony, source)
        self._weigh(source, heard.weight, first_hand, testimony.channel)
        if new and first_hand and not source.verified:
            self._spacing.add(heard.at)
        self._name(testimony.channel if first_hand else "relays", testimony.id)
        for shared in heard.shared:
            self.share(source, shared)

    def _hear_dispute(self, heard: Heard) -> None:
        self.disputes += 1
        self._name("disputes", heard.testimony.id)
        for evidence in heard.testimony.evidence:
            if evidence.verified:
                self._denied_evidence[evidence.kind] = self._denied_evidence.get(evidence.kind, 0) + 1
        if heard.reporter in self._deniers:
            return
        self._deniers.add(heard.reporter)
        if heard.communities_known:
            self._deniers_known += 1
            for shared in heard.shared:
                if shared.kind == "community":
                    self._deniers_sharing[shared.key] = self._deniers_sharing.get(shared.key, 0) + 1
        source = self.sources.get(heard.reporter)
        if source is not None:
            source.denied = True
            self._set_weight(source, source.said, source.first_hand, source.channel)

    def _weigh_evidence(self, testimony: Testimony, source: Source) -> None:
        for evidence in testimony.evidence:
            if evidence.verified:
                self.verified[evidence.kind] = self.verified.get(evidence.kind, 0) + 1
                self._name("verified_evidence", testimony.id)
                if not source.verified:
                    # What was verified stands, whoever brought it: it is nobody's copy.
                    source.verified = True
                    self._give(source, None)
            elif evidence.verified is False:
                self.refuted += 1
                self._name("refuted_evidence", testimony.id)

    def _weigh(self, source: Source, weight: float, first_hand: bool, channel: Channel) -> None:
        if source.first_hand and (not first_hand or weight <= source.said):
            return
        if not first_hand and weight <= source.said:
            return
        self._set_weight(source, weight, first_hand, channel)

    def _set_weight(self, source: Source, said: float, first_hand: bool, channel: Channel) -> None:
        weight = said * self._parameters.left_after_retraction if source.denied else said
        group = source.group
        if group is not None:
            self._give(source, None)
        if source.first_hand:
            self._weights[source.channel] -= source.weight
        else:
            self._relayed -= source.weight
        if first_hand:
            self._weights[channel] = self._weights.get(channel, 0.0) + weight
            self._voices += not source.first_hand
        else:
            self._relayed += weight
        source.said, source.weight, source.channel = said, weight, channel
        if first_hand and not source.first_hand:
            source.first_hand = True
            group = self._best_group(source)
        if group is not None:
            self._give(source, group)

    def _name(self, factor: str, id: str) -> None:
        named = self._named.get(factor)
        if named is None:
            named = self._named[factor] = []
        if len(named) < self._parameters.because_at_most and (not named or named[-1] != id):
            named.append(id)

    # Groups

    def share(self, source: Source, shared: Shared) -> bool:
        """Count that a source shares something; returns whether anybody shares it with them."""
        key = shared.key
        if key in source.keys:
            return False
        source.keys = (*source.keys, key)
        group = self.groups.get(key)
        if group is None:
            self.groups[key] = (source, shared.kind)
            return False
        if isinstance(group, tuple):
            first, kind = group
            group = self.groups[key] = Group(kind)
            # Who came first repeats nobody: they share as much as who repeated them.
            group.add(first, shared.strength)
        group.add(source, shared.strength)
        if group.due():
            self._look(key, group)
        if source.first_hand:
            best = self._best_group(source)
            if best is not source.group:
                self._give(source, best)
        return True

    def _look(self, key: int, group: Group) -> None:
        """Work out the odds of a group again, and who is counted in it."""
        size = len(group.members)
        group.next_look = size + max(1, size // 2)
        whole, frequencies, parameters = self._whole, self._frequencies, self._parameters
        around = whole.groups.get(key)
        here = len(around.members) if isinstance(around, Group) else int(around is not None)
        if group.kind == "community":
            accusers, accusers_here, everywhere = (
                self._known_communities, whole._known_communities, frequencies.known_communities,
            )  # fmt: skip
        else:
            accusers, accusers_here, everywhere = len(self.sources), len(whole.sources), frequencies.accusers
        elsewhere = max(everywhere - accusers_here, 0)
        if group.kind == "targets":
            # Chance: as many of these as accuse the other account among all, were everybody to accuse several.
            elsewhere, sharing = everywhere, parameters.several_targets * frequencies.sharing.get(key, 0)
        else:
            sharing = max(frequencies.sharing.get(key, 0) - here, 0)
        intrinsic = log_odds(
            group,
            accusers=accusers,
            elsewhere=elsewhere,
            sharing_elsewhere=sharing,
            deniers=(self._deniers_known, self._deniers_sharing.get(key, 0)),
            parameters=parameters,
        )
        group.intrinsic = 1.0 / (1.0 + exp(-intrinsic))
        group.odds = exp(min(intrinsic + parameters.overlap * self._overlap(group), 30.0))
        group.probability = group.odds / (1.0 + group.odds)
        active = group.odds >= parameters.group_odds_at_least
        group.score = group.probability * size if active else 0.0
        for member in group.members:
            held = member.group
            if held is group:
                if not active:
                    self._give(member, self._best_group(member))
            elif active and member.first_hand and not member.verified and (held is None or held.score < group.score):
                self._give(member, group)
        self._stain(group)

    def _overlap(self, group: Group) -> float:
        """The largest share of members in a group of another kind that is itself thought to be coordinated."""
        members = group.sample(_SAMPLE)
        counts: dict[Group, int] = {}
        for member in members:
            for key in member.keys:
                other = self.groups[key]
                if isinstance(other, Group) and other.intrinsic > 0.5 and other.kind != group.kind:
                    counts[other] = counts.get(other, 0) + 1
        least = self._parameters.campaign_at_least
        return max((n * g.intrinsic for g, n in counts.items() if len(g.members) >= least), default=0.0) / len(members)

    def _best_group(self, source: Source) -> Group | None:
        best = None
        if not source.verified:
            for key in source.keys:
                group = self.groups[key]
                if isinstance(group, Group) and group.score > (best.score if best else 0.0):
                    best = group
        return best

    def _give(self, source: Source, group: Group | None) -> None:
        """Count a first-hand source in a group, or in none."""
        held = source.group
        if held is not None:
            held.voices -= 1
            held.weight -= source.weight
            if held.voices == 1:
                del self._counting[held]
            self._stain(held)
        source.group = group
        if group is not None:
            group.voices += 1
            group.weight += source.weight
            if group.voices == 2:
                self._counting[group] = None
            self._stain(group)

    def _stain(self, group: Group) -> None:
        if not group.dirty:
            group.dirty = True
            self._dirty.append(group)

    def _settle(self) -> None:
        """Bring the sums over groups up to date."""
        if not self._dirty:
            return
        worth, least, worst = self._parameters.worth_of_a_campaign, self._parameters.campaign_at_least, self._worst
        fell = False
        for group in self._dirty:
            group.dirty = False
            taken = round(_EXACT * discount(group.weight, group.voices, group.odds, worth))
            self._discount += taken - group.discount
            group.discount = taken
            lost = round(_EXACT * (group.voices - effective_voices(group.voices, group.probability)))
            self._lost += lost - group.lost
            group.lost = lost
            fell |= group is worst
            if len(group.members) >= least and (worst is None or group.probability > worst.probability):
                worst = group
        if fell:
            worst = max(
                (g for g in self.groups.values() if isinstance(g, Group) and len(g.members) >= least),
                key=lambda g: g.probability,
                default=None,
            )
        self._worst = worst
        self._dirty.clear()

    # What it amounts to

    @property
    def independent_sources(self) -> float:
        """Effective number of independent first-hand sources."""
        self._settle()
        return self._voices - self._lost / _EXACT

    @property
    def coordination(self) -> float:
        """Probability that a coordinated campaign is part of what was received."""
        self._settle()
        grouped = self._worst.probability if self._worst else 0.0
        return 1.0 - (1.0 - grouped) / (1.0 + exp(self._hidden_campaign))

    @property
    def _hidden_campaign(self) -> float:
        """Log-odds of a campaign whose members share nothing visible but, perhaps, their rhythm."""
        parameters = self._parameters
        return parameters.hidden_campaign + self._spacing.regularity(parameters.regular_spacing)

    def weights(self, prior: float) -> dict[str, float]:
        """The weight of each factor, in log-odds. They add up to the log-odds of the credibility. prior: in log-odds."""
        self._settle()
        parameters = self._parameters
        weights = {"prior": prior}
        if self.sources:
            weights["already_accused"] = -parameters.already_accused
        said = 0.0
        for channel in CHANNELS:
            if channel in self._weights:
                weights[channel] = self._weights[channel]
                said += self._weights[channel]
        if self.relays:
            weights["relays"] = _up_to(parameters.relays_at_most, self._relayed)
            said += weights["relays"]
        if self._discount:
            weights["repetition"] = self._discount / _EXACT
            said += weights["repetition"]
        if said > 0:
            # The same mixture as for a group, over all that was said: see groups.discount.
            seen = self._lost / _EXACT / self._voices if self._voices else 0.0
            odds = exp(self._hidden_campaign + parameters.unseen_members * seen)
            weights["possible_campaign"] = min(0.0, log1p(odds) - log(odds + exp(-min(said, 700.0))) - said)
        if self.verified:
            weights["verified_evidence"] = self._evidence(self.verified)
        if self.refuted:
            weights["refuted_evidence"] = -parameters.refuted * _halving(self.refuted)
        if self.disputes:
            weights["disputes"] = -_up_to(
                parameters.disputes_at_most, parameters.dispute * len(self._deniers)
            ) - parameters.verified_denial * self._evidence(self._denied_evidence)
        total = sum(weights.values())
        weights["bound"] = max(-BOUND, min(BOUND, total)) - total
        return weights

    def _evidence(self, pieces: dict[EvidenceKind, int]) -> float:
        return sum(self._parameters.verified[kind] * _halving(count) for kind, count in sorted(pieces.items()))

    def because(self, weights: dict[str, float]) -> list[Factor]:
        """The factors as records, each with the testimonies that it rests on (the earliest ones)."""
        named = self._named
        if "repetition" in weights:
            named = {**named, "repetition": self._repeating()}
        return [
            Factor(factor=name, weight=weight, testimonies=named.get(name, [])[:]) for name, weight in weights.items()
        ]

    def _repeating(self) -> list[str]:
        ids: list[str] = []
        for group in self._counting:
            ids += [member.id for member in group.members if member.group is group]
            if len(ids) >= self._parameters.because_at_most:
                break
        return ids[: self._parameters.because_at_most]

    def numbers(self, weights: dict[str, float]) -> ServiceView:
        """The numbers as a record."""
        return ServiceView(**self.fields(weights))

    def fields(self, weights: dict[str, float]) -> dict[str, Any]:
        """The fields of a ServiceView."""
        return {
            "testimonies": self.testimonies,
            "relays": self.relays,
            "disputes": self.disputes,
            "credibility": 1.0 / (1.0 + exp(-max(-BOUND, min(BOUND, sum(weights.values()))))),
            "independent_sources": self.independent_sources,
            "coordination": self.coordination,
            "severity": severity(self.conduct, minor=self.complainant_minors > 0),
            "conduct": self.conduct,
            "met_on": self.met_on,
            "complainant_minors": self.complainant_minors,
            "by_channel": self.by_channel,
            "verified_evidence": sum(self.verified.values()),
            "refuted_evidence": self.refuted,
        }


def _with(known: list[Item], more: Sequence[Item], order: Sequence[Item]) -> list[Item]:
    """`known`, in its order, with what is new in `more`; itself when nothing is. Never changed in place: records hold it."""
    if all(item in known for item in more):
        return known
    return [item for item in order if item in known or item in more]


def _up_to(bound: float, amount: float) -> float:
    """`amount` when it is small, never more than `bound`."""
    return bound * (1.0 - exp(-amount / bound))


def _halving(count: int) -> float:
    """The worth of `count` pieces of which each adds half of the one before: 1 for one, less than 2 for any number."""
    return 2.0 - 2.0 ** (1 - count) if count else 0.0
