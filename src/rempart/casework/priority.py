"""In which order cases are looked at: by the harm that deciding an hour sooner would avert.

The rate of harm is a product, so that each thing that makes waiting worse does so whatever the others are:

    rate = 2^severity · credibility · √(1 + sources) · (reach / 1,000)^¼ · minors · danger · what is not averted yet

and it doubles with every DOUBLING that a case has waited, so that nothing waits for ever. What waits for a date counts
as having waited since LEAD before it. Ordering by rate · 2^(time waited / DOUBLING) at any moment is ordering by

    log₂ rate − (waiting since) / DOUBLING

since the moment itself is the same for every case and drops out. That number is what is stored: time passing never
brings one case before another, so nothing is computed again until something is said or done. (Weights that grow
exponentially from a fixed origin are known for it: Cormode, Shkapenyuk, Srivastava and Xu, "Forward decay", ICDE 2009.)
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from math import log2, sqrt

from rempart.records.vocabulary import MEASURES

DOUBLING = timedelta(hours=48)
LEAD = timedelta(days=7)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC)

LEAST_CREDIBILITY = 0.01  # the least believed case still has a place
SMALL_REACH = 1_000
UNKNOWN_REACH = 10_000  # neither unknown to all nor known to many
MOST_MINORS = 4  # more of them say no more about the next one
FOR_A_MINOR = 0.5  # added for each minor among those concerned
AMONG_MINORS = 1.5  # somebody under 18, or of unknown age, is mostly followed by people of that age
DANGER = 8.0  # as much as three degrees of severity
BEHIND = 10_000.0  # doublings, 54 years: a case with nothing to decide stands behind all those that have something
# What a measure in force leaves to be averted, from light to heavy.
LEFT = dict(zip(("nothing", *MEASURES), (1.0, 0.9, 0.8, 0.5, 0.4, 0.35, 0.3, 0.2, 0.1), strict=True))


class Ground(StrEnum):
    """Something that moves a case forward or back."""

    DANGER = "danger"
    SEVERITY = "severity"
    CREDIBILITY = "credibility"
    DOUBT = "doubt"
    SOURCES = "sources"
    REACH = "reach"
    MINORS = "minors"
    AMONG_MINORS = "among_minors"
    IN_FORCE = "in_force"
    NOTHING_TO_DECIDE = "nothing_to_decide"
    DUE = "due"
    WAITING = "waiting"


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """What places a case. `since`: when there began to be something to decide; `due`: when somebody must have.

    severity: 0 to 4. credibility: in [0, 1]. sources: effective number, at least 0. reach: followers, None if unknown.
    minors: how many of those concerned are. in_force: the heaviest measure in force or about to be, None for nothing.
    """

    severity: int
    credibility: float
    sources: float
    reach: int | None
    minors: int
    respondent_is_adult: bool
    danger: bool
    in_force: str | None
    to_decide: bool
    since: datetime
    due: datetime | None = None

    @property
    def counts_from(self) -> datetime:
        """When it is held to have begun waiting: since it did, or LEAD before what is due."""
        return self.since if self.due is None else min(self.since, self.due - LEAD)


def factors(case: Waiting) -> dict[Ground, float]:
    """What each ground multiplies the rate of harm by."""
    reach = UNKNOWN_REACH if case.reach is None else case.reach
    return {
        Ground.DANGER: DANGER if case.danger else 1.0,
        Ground.SEVERITY: 2.0**case.severity,
        Ground.CREDIBILITY: max(case.credibility, LEAST_CREDIBILITY),
        Ground.SOURCES: sqrt(1.0 + case.sources),
        Ground.REACH: (max(reach, SMALL_REACH) / SMALL_REACH) ** 0.25,
        Ground.MINORS: 1.0 + FOR_A_MINOR * min(case.minors, MOST_MINORS),
        Ground.AMONG_MINORS: 1.0 if case.respondent_is_adult else AMONG_MINORS,
        Ground.IN_FORCE: LEFT[case.in_force or "nothing"],
    }


def harm_rate(case: Waiting) -> float:
    """Expected harm that an hour of waiting lets happen, in a unit of its own: only comparisons mean something."""
    rate = 1.0
    for factor in factors(case).values():
        rate *= factor
    return rate


def queue_order(case: Waiting) -> float:
    """The place of a case: the larger, the sooner. It does not change as time passes."""
    behind = 0.0 if case.to_decide else BEHIND
    return log2(harm_rate(case)) - (case.counts_from - EPOCH) / DOUBLING - behind


def grounds(case: Waiting, at: datetime, *, most: int = 3) -> list[Ground]:
    """Why a case stands where it does, what moves it most first: at most `most` grounds, each at least by √2.

    Waiting counts for what it adds at the moment `at`, credibility for how far it lies from one chance in two. A case
    with nothing to decide stands behind all others for that reason alone.
    """
    if not case.to_decide:
        return [Ground.NOTHING_TO_DECIDE]
    said = factors(case)
    believed = 2.0 * said.pop(Ground.CREDIBILITY)
    said[Ground.CREDIBILITY if believed >= 1.0 else Ground.DOUBT] = believed
    weights = {ground: log2(factor) for ground, factor in said.items()}
    weights[Ground.WAITING] = max(0.0, (at - case.since) / DOUBLING)
    weights[Ground.DUE] = max(0.0, (case.since - case.counts_from) / DOUBLING)
    telling = sorted((ground for ground in weights if abs(weights[ground]) >= 0.5), key=lambda g: -abs(weights[g]))
    return telling[:most]
