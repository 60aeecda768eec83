"""People who may act together: those who share something at one account, and how likely that is no chance.

A group is everybody who accuses one account and shares one thing: a text, a device, a network, a community, an earlier
target. Its log-odds of acting together start from what sharing that kind of thing says by itself and grow with

- surprise: the log-likelihood ratio (Poisson) of so many sharing it here against its frequency at other accounts. The
  words of a hashtag, a mobile operator's gateway and a community that everybody is in are frequent everywhere;
- for communities, bystanders: fans of the same star share its communities, whichever side they take;
- the spacing of their testimonies: of a metronome, or of seconds;
- the members' own records;
- overlap: members who also share something else in a group thought to be coordinated by itself (see ties).

What such a group is worth follows from a mixture: see `discount`.
"""

from math import exp, log, log1p, sqrt
from typing import TYPE_CHECKING, Literal

from rempart.corroboration.parameters import Parameters, Rhythm, Sharing, Synchrony

if TYPE_CHECKING:
    from rempart.corroboration.ties import Source

Kind = Literal["text", "wording", "device", "network", "community", "newcomers", "cohort", "targets"]
# Things that everybody has but that are not known of everybody: the share of people is taken among those known.
OPENED: tuple[Kind, ...] = ("newcomers", "cohort")


class Spacing:
    """Running mean and variance of the intervals between arrivals, given in order of time (Welford 1962)."""

    __slots__ = ("_last", "_mean", "_squares", "intervals")

    def __init__(self) -> None:
        self.intervals = 0
        self._last: float | None = None
        self._mean = 0.0
        self._squares = 0.0

    def add(self, at: float) -> None:
        """Count an arrival at `at`, in seconds."""
        if self._last is not None:
            interval = at - self._last
            self.intervals += 1
            off = interval - self._mean
            self._mean += off / self.intervals
            self._squares += off * (interval - self._mean)
        self._last = at

    def regularity(self, rhythm: Rhythm) -> float:
        """Log-odds for a spacing more regular than chance; 0 when it is no more so than arrivals at random.

        The intervals of people who do not know of one another are exponential, whose standard deviation is their mean;
        those of a wave that feeds itself vary more. Half of the mean is allowed for before anything counts. Longer
        intervals than `rhythm.longest` say nothing: dates without times come a day apart.
        """
        if self.intervals < 5 or not 0 < self._mean <= rhythm.longest:
            return 0.0
        variation = sqrt(self._squares / (self.intervals - 1)) / self._mean
        if variation >= 0.5:
            return 0.0
        return min(rhythm.at_most, rhythm.slope * self.intervals * log(0.5 / max(variation, 1e-6)))

    def tightness(self, synchrony: Synchrony) -> float:
        """Log-odds for intervals much shorter than is typical."""
        if self.intervals < 4:
            return 0.0
        return max(0.0, min(synchrony.at_most, synchrony.slope * log(synchrony.typical / max(self._mean, 1.0))))


class Group:
    """Those who accuse one account and share one thing."""

    __slots__ = ("campaign", "intrinsic", "kind", "members", "next_look", "odds", "probability", "record", "score",
                 "sharing", "spacing", "strength", "suspect")  # fmt: skip

    def __init__(self, kind: Kind, sharing: Sharing) -> None:
        self.kind = kind
        self.sharing = sharing
        self.members: list[Source] = []
        self.strength = 0.0  # sum over members of how telling their sharing is, in [0, 1] each
        self.spacing = Spacing()
        self.record = 0  # members rejected before, less members upheld
        # As of the last look at it:
        self.next_look = 2
        self.intrinsic = 0.0  # probability of acting together, but for overlap with other groups
        self.odds = 0.0  # of acting together
        self.probability = 0.0  # the same
        self.campaign = 0.0  # the same, 0 when they are too few for a campaign
        self.suspect = False  # whether it is probable, of enough people, but for overlap
        self.score = 0.0  # by which a member of several groups is counted in one; 0 when the odds are too low

    def add(self, source: "Source", strength: float) -> None:
        """Count a member, later than those before."""
        self.members.append(source)
        self.strength += strength
        self.spacing.add(source.at)
        self.record += source.record


def surprise(observed: float, expected: float) -> float:
    """Log-likelihood ratio of counting `observed` where `expected` was, for a Poisson count; 0 when not more."""
    if observed <= expected:
        return 0.0
    return observed * log(observed / expected) - (observed - expected)


def log_odds(group: Group, *, accusers: int, rate: float, bystanders: tuple[int, int], parameters: Parameters) -> float:
    """Log-odds that the members of a group act together, but for what they share with other groups.

    accusers: those who accuse this account (for communities: at first hand, whose communities are known). rate: the
    share of people who share this elsewhere. bystanders: those who relay or deny whose communities are known, and how
    many of them share this one.
    """
    sharing = group.sharing
    size = len(group.members)
    told = surprise(size, accusers * min(1.0, max(rate, sharing.usual)))
    evidence = min(sharing.at_most, sharing.slope * told * group.strength / size)
    if group.kind == "community" and bystanders[0]:
        known, sharing_too = bystanders
        here, there = (size + 0.5) / (accusers + 1.0), (sharing_too + 0.5) / (known + 1.0)
        bound = parameters.not_shared_by_bystanders
        evidence += max(-bound, min(bound, bound * known / (known + 5.0) * log(here / there)))
    if size >= parameters.campaign_at_least:
        evidence += group.spacing.regularity(parameters.regular_spacing)
        evidence += group.spacing.tightness(parameters.synchrony)
        bound = parameters.group_record.at_most
        evidence += max(-bound, min(bound, parameters.group_record.slope * group.record))
    return sharing.start + evidence


def discount(weight: float, voices: int, odds: float, worth: float) -> float:
    """What coordination takes away from the joint weight of a group, in log-odds (never more than it weighs).

    weight: log-likelihood ratio of the group's testimonies were they independent. odds: that the group acts together.
    worth: share of one testimony's weight that it is worth then. That so many speak has two ordinary explanations, that
    it happened or that they act together, against the extraordinary one that each of them is wrong by themselves:

        log((1 + odds) / (odds · exp(−worth · weight / voices) + exp(−weight)))

    which is `weight` for odds of 0 and `worth` of one testimony's for infinite odds.
    """
    if voices < 2 or weight <= 0:
        return 0.0
    together = log1p(odds) - log(odds * exp(-worth * weight / voices) + exp(-min(weight, 700.0)))
    return min(0.0, together - weight)


def effective_voices(voices: int, dependence: float) -> float:
    """How many independent voices a group of `voices` is worth when each depends on another by `dependence`.

    n² / ΣᵢⱼRᵢⱼ for a matrix R with ones on its diagonal and `dependence` elsewhere: in [1, n] for n ≥ 1. Summed over
    groups that do not depend on one another it is 1ᵀR⁻¹1, the sample size of generalised least squares (Aitken 1935).
    """
    return voices / (1.0 + (voices - 1) * dependence) if voices else 0.0
