"""Running numbers of what was received about one account, or of the part of it that names one service.

A tally is told of testimonies one at a time, in order of time, and can say at any moment what they amount to. It knows
of coordination only what it is told: which voices are counted in which group (see ties).
"""

from collections.abc import Sequence
from math import exp, log, log1p
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from rempart.corroboration.groups import OPENED, Group, Kind, Spacing, discount, effective_voices
from rempart.corroboration.parameters import Parameters
from rempart.records import Channel, Conduct, EvidenceKind, Factor, Service, ServiceView, Testimony
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CONDUCTS, severity

BOUND = 20.0
# Log-odds from which on a float so near to 1 holds them to less than nine decimals: `bound` takes up the rest.
NEAR_ONE = 14.0
# Sums over groups are whole numbers of this fraction: they are the same whenever, and however often, they are taken.
_EXACT = 2.0**40

if TYPE_CHECKING:
    from rempart.corroboration.ties import Source

Item = TypeVar("Item")


_COMPARED: tuple[Kind, ...] = ("text", "community", "network", "device", *OPENED)


class Voice(msgspec.Struct, eq=False):
    """One reporter who accuses, in one tally: their weightiest testimony, first-hand before relayed.

    `id`: of their first testimony. `said`: what their weightiest weighs; `weight`: what is left when they also deny.
    """

    tally: "Tally"
    id: str
    group: Group | None
    said: float = -1.0
    weight: float = 0.0
    channel: Channel = "public_post"
    first_hand: bool = False


class _Part(msgspec.Struct, eq=False):
    """The first-hand voices of a tally that are counted in one group, and what that takes away."""

    voices: dict[Voice, None] = {}
    weight: float = 0.0
    discount: int = 0
    lost: int = 0
    dirty: bool = False


class Tally:
    """The running numbers."""

    __slots__ = (
        "_campaign",
        "_comparable",
        "_deniers",
        "_denying_evidence",
        "_dirty",
        "_discount",
        "_first_hand",
        "_known",
        "_lost",
        "_named",
        "_parameters",
        "_parts",
        "_record",
        "_relayed",
        "_severity",
        "_spacing",
        "_verified_pieces",
        "_weights",
        "_worst",
        "by_channel",
        "complainant_minors",
        "conduct",
        "conduct_services",
        "disputes",
        "met_on",
        "refuted",
        "relays",
        "testimonies",
        "verified",
        "voices",
    )

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
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
        self._severity = 0
        self._verified_pieces = 0
        self.voices: dict[int, Voice] = {}
        self._denying_evidence: dict[EvidenceKind, int] = {}
        self._deniers: set[int] = set()
        self._first_hand = 0  # voices that are
        self._known: dict[Kind, int] = dict.fromkeys(
            _COMPARED, 0
        )  # of them, those of whom it is known whether they share a kind of thing
        self._comparable = 0  # of them, those of whom something is known that they could share
        self._weights: dict[Channel, float] = {}
        self._relayed = 0.0
        self._spacing = Spacing()
        self._parts: dict[Group, _Part] = {}
        self._dirty: dict[Group, _Part] = {}
        self._discount = 0  # sums over groups, in whole units of 1 / _EXACT
        self._lost = 0
        self._worst: Group | None = None  # the group most probably coordinated, and that probability
        self._campaign = 0.0
        self._named: dict[str, list[str]] = {}
        self._record: ServiceView | None = None  # the numbers as a record, until they change

    # What is received

    def hear(self, testimony: Testimony, reporter: int, weight: float, source: "Source") -> None:
        """Count a testimony or a relay, received no earlier than those before.

        weight: in log-odds. source: its reporter, who may deny as well and may be counted in a group.
        """
        self._record = None
        self._count(testimony)
        first_hand = testimony.stance == "testimony"
        self._name(testimony.channel if first_hand else "relays", testimony.id)
        voice = self.voices.get(reporter)
        if voice is None:
            voice = self.voices[reporter] = Voice(self, testimony.id, source.group)
            source.voices.append(voice)
            if first_hand:
                self._spacing.add(testimony.received_at.timestamp())
                self._compare(testimony)
        if first_hand > voice.first_hand or (first_hand == voice.first_hand and weight > voice.said):
            self._weigh(voice, weight, source.left, first_hand, testimony.channel)

    def _compare(self, testimony: Testimony) -> None:
        """Count what is known of a first-hand voice that it could share with others: all of it once it is verified."""
        origin = testimony.origin
        verified = any(piece.verified for piece in testimony.evidence)
        known: dict[Kind, bool] = {
            "text": bool(testimony.text),
            "community": bool(testimony.reporter.communities),
            "network": origin is not None and origin.network is not None,
            "device": origin is not None and origin.device is not None,
        }
        # That an account's age is known is nothing that speaks for whoever has it: anonymous people weigh as much.
        self._comparable += verified or any(known.values())
        opened = testimony.reporter.account_created_at is not None
        for kind in _COMPARED:
            self._known[kind] += verified or known.get(kind, opened)

    def _count(self, testimony: Testimony) -> None:
        if testimony.stance == "testimony":
            self.testimonies += 1
        else:
            self.relays += 1
        channel = testimony.channel
        self.by_channel[channel] = self.by_channel.get(channel, 0) + 1
        if testimony.complainant_minor:
            self.complainant_minors += 1
            self._severity = severity(self.conduct, minor=True)
        for kind in testimony.conduct:
            if kind not in self.conduct:
                self.conduct = _with(self.conduct, kind, CONDUCTS)
                self._severity = severity(self.conduct, minor=self.complainant_minors > 0)
        for service in testimony.conduct_services:
            if service not in self.conduct_services:
                self.conduct_services = _with(self.conduct_services, service, SERVICES)
        for service in testimony.met_on:
            if service not in self.met_on:
                self.met_on = _with(self.met_on, service, SERVICES)
        if testimony.evidence:
            self._count_evidence(testimony)

    def _count_evidence(self, testimony: Testimony) -> None:
        for piece in testimony.evidence:
            if piece.verified:
                self.verified[piece.kind] = self.verified.get(piece.kind, 0) + 1
                self._verified_pieces += 1
                self._name("verified_evidence", testimony.id)
            elif piece.verified is False:
                self.refuted += 1
                self._name("refuted_evidence", testimony.id)

    def hear_denial(self, testimony: Testimony, reporter: int) -> None:
        """Count a dispute."""
        self._record = None
        self.disputes += 1
        self._deniers.add(reporter)
        self._name("disputes", testimony.id)
        for piece in testimony.evidence:
            if piece.verified:
                self._denying_evidence[piece.kind] = self._denying_evidence.get(piece.kind, 0) + 1

    def weaken(self, voice: Voice, left: float) -> None:
        """Leave a voice the share `left` of its weight."""
        self._record = None
        self._weigh(voice, voice.said, left, voice.first_hand, voice.channel)

    def _weigh(self, voice: Voice, said: float, left: float, first_hand: bool, channel: Channel) -> None:
        weight = said * left
        if voice.first_hand:
            self._weights[voice.channel] -= voice.weight
        else:
            self._relayed -= voice.weight
        if first_hand:
            self._weights[channel] = self._weights.get(channel, 0.0) + weight
            if voice.group is not None:
                part = self._part(voice.group)
                part.weight += weight - (voice.weight if voice.first_hand else 0.0)
                part.voices[voice] = None
            if not voice.first_hand:
                voice.first_hand = True
                self._first_hand += 1
        else:
            self._relayed += weight
        voice.said, voice.weight, voice.channel = said, weight, channel

    def _name(self, factor: str, id: str) -> None:
        named = self._named.get(factor)
        if named is None:
            self._named[factor] = [id]
        elif len(named) < self._parameters.because_at_most and named[-1] != id:
            named.append(id)

    # Groups

    def count_in(self, voice: Voice, group: Group | None) -> None:
        """Count a voice in a group, or in none."""
        if voice.first_hand:
            if voice.group is not None:
                part = self._part(voice.group)
                part.weight -= voice.weight
                del part.voices[voice]
            if group is not None:
                part = self._part(group)
                part.weight += voice.weight
                part.voices[voice] = None
        voice.group = group

    def reconsider(self, group: Group) -> None:
        """Take note that the odds of a group have changed."""
        if group in self._parts:
            self._part(group)

    def _part(self, group: Group) -> _Part:
        """The part of a group, about to change."""
        part = self._parts.get(group)
        if part is None:
            part = self._parts[group] = _Part()
        if not part.dirty:
            self._record = None
            part.dirty = True
            self._dirty[group] = part
        return part

    def _settle(self) -> None:
        """Bring the sums over groups up to date."""
        worth = self._parameters.worth_of_a_campaign
        fell = False
        for group, part in self._dirty.items():
            part.dirty = False
            voices = len(part.voices)
            taken = round(_EXACT * discount(part.weight, voices, group.odds, worth))
            self._discount += taken - part.discount
            part.discount = taken
            lost = round(_EXACT * (voices - effective_voices(voices, group.probability)))
            self._lost += lost - part.lost
            part.lost = lost
            if voices and group.campaign >= self._campaign:
                self._worst, self._campaign = group, group.campaign
            elif group is self._worst:
                fell = True
        if fell:
            held = (group for group, part in self._parts.items() if part.voices)
            self._worst = max(held, key=lambda group: group.campaign, default=None)
            self._campaign = self._worst.campaign if self._worst is not None else 0.0
        self._dirty.clear()

    # What it amounts to

    def weights(self, prior: float) -> dict[str, float]:
        """The weight of each factor; they add up to the log-odds of the credibility. prior: in log-odds."""
        if self._dirty:
            self._settle()
        parameters = self._parameters
        weights = {"prior": prior}
        if self.voices:
            weights["already_accused"] = -parameters.already_accused
        said = 0.0
        for channel, weight in self._weights.items():
            weights[channel] = weight
            said += weight
        if self.relays:
            weights["relays"] = relayed = _up_to(parameters.relays_at_most, self._relayed)
            said += relayed
        if self._discount:
            weights["repetition"] = repeated = self._discount / _EXACT
            said += repeated
        if said > 0:
            # The same mixture as for a group (groups.discount), over all that was said.
            odds = exp(self._hidden_campaign() + parameters.unseen_members * self._unseen())
            weights["possible_campaign"] = log1p(odds) - log(odds + exp(-said if said < 700 else -700.0)) - said
        if self.verified:
            weights["verified_evidence"] = self._evidence(self.verified)
        if self.refuted:
            weights["refuted_evidence"] = -parameters.refuted * _halving(self.refuted)
        if self.disputes:
            weights["disputes"] = self._denied()
        total = sum(weights.values())
        bounded = max(-BOUND, min(BOUND, total))
        if bounded > NEAR_ONE:
            credibility = _probability(bounded)
            bounded = log(credibility) - log1p(-credibility)
        weights["bound"] = bounded - total
        return weights

    def _unseen(self) -> float:
        """How far, from 0 to 1, the campaign seen is to be feared among voices not known to be its members.

        It is the share of voices that turned out not to be independent, less for those of whom it is known that they do
        not share what its members do.
        """
        if not self._lost or self._worst is None:
            return 0.0
        lost = self._lost / _EXACT
        others = self._first_hand - lost
        apart = max(self._known.get(self._worst.kind, 0) - lost, 0.0) / others
        return lost / self._first_hand * (1.0 - self._parameters.known_to_be_apart * min(apart, 1.0))

    def _hidden_campaign(self) -> float:
        """Log-odds of a campaign whose members share nothing visible but, perhaps, their rhythm.

        Each independent voice of which something is known that it could share speaks against one.
        """
        parameters = self._parameters
        against = parameters.nothing_shared.slope * (self._comparable - self._lost / _EXACT)
        if against > parameters.nothing_shared.at_most:
            against = parameters.nothing_shared.at_most
        elif against < 0:
            against = 0.0
        return parameters.hidden_campaign - against + self._spacing.regularity(parameters.regular_spacing)

    def _evidence(self, pieces: dict[EvidenceKind, int]) -> float:
        return sum(self._parameters.verified[kind] * _halving(count) for kind, count in sorted(pieces.items()))

    def _denied(self) -> float:
        parameters = self._parameters
        weight = -_up_to(parameters.disputes_at_most, parameters.dispute * len(self._deniers))
        if self._denying_evidence:
            weight -= parameters.verified_denial * self._evidence(self._denying_evidence)
        return weight

    def fields(self, weights: dict[str, float]) -> dict[str, Any]:
        """The fields of a ServiceView, from what `weights` has just given."""
        hidden = 1.0 / (1.0 + exp(-self._hidden_campaign())) if self._first_hand else 0.0
        return {
            "testimonies": self.testimonies,
            "relays": self.relays,
            "disputes": self.disputes,
            "credibility": _probability(sum(weights.values())),
            "independent_sources": self._first_hand - self._lost / _EXACT,
            "coordination": 1.0 - (1.0 - self._campaign) * (1.0 - hidden),
            "severity": self._severity,
            "conduct": self.conduct,
            "met_on": self.met_on,
            "complainant_minors": self.complainant_minors,
            "by_channel": self.by_channel.copy(),
            "verified_evidence": self._verified_pieces,
            "refuted_evidence": self.refuted,
        }

    def record(self, prior: float) -> ServiceView:
        """The numbers as a record, not to be changed. prior: in log-odds, always the same."""
        if self._record is None:
            self._record = ServiceView(**self.fields(self.weights(prior)))
        return self._record

    def because(self, weights: dict[str, float]) -> list[Factor]:
        """The factors as records, each with the testimonies that it rests on (the earliest ones)."""
        named = self._named
        if "repetition" in weights:
            named = {**named, "repetition": self._repeating()}
        return [
            Factor(factor=name, weight=weight, testimonies=named.get(name, [])[:]) for name, weight in weights.items()
        ]

    def _repeating(self) -> list[str]:
        limit = self._parameters.because_at_most
        ids: list[str] = []
        for part in self._parts.values():
            if len(part.voices) > 1:
                ids += [voice.id for voice in part.voices]
                if len(ids) >= limit:
                    break
        return ids[:limit]


def _with(known: list[Item], item: Item, order: Sequence[Item]) -> list[Item]:
    """A new list of what is known and `item`, in order: records hold the old one."""
    return [one for one in order if one in known or one == item]


def _probability(log_odds: float) -> float:
    """The probability of some log-odds, to the last digit that a float near 1 can hold."""
    if log_odds <= 0:
        return exp(log_odds) / (1.0 + exp(log_odds))
    against = exp(-log_odds)
    return 1.0 - against / (1.0 + against)


def _up_to(bound: float, amount: float) -> float:
    """`amount` when it is small, never more than `bound`."""
    return bound * (1.0 - exp(-amount / bound))


def _halving(count: int) -> float:
    """The worth of `count` pieces of which each adds half of the one before: 1 for one, less than 2 for any number."""
    return 2.0 - 2.0 ** (1 - count) if count else 0.0
