"""Corroboration judged on one wave whose truth is known, beside the baselines."""

from collections.abc import Sequence
from functools import cache
from statistics import median
from typing import NamedTuple

import numpy as np
from msgspec import UNSET

from rempart.corroboration import Parameters, timeline
from rempart.records import Testimony, Truth
from rempart.records.progress import progress
from rempart.replay.judging.baselines import baselines, trained_on
from rempart.replay.judging.following import Followed, follow
from rempart.replay.judging.heard import Heard
from rempart.replay.judging.logistic import Logistic
from rempart.replay.judging.metrics import Flags, area_under_curve, calibration
from rempart.replay.judging.table import NO_ATTACK, OURS, Row, Scored, side_by_side
from rempart.replay.simulator import simulate
from rempart.replay.truths import Truths

# Far from the seeds that people begin with: the regression must not have seen the wave that it is judged on.
_TRAINING_SEEDS = (20_901, 20_902, 20_903)
_TRAINING_ACCOUNTS = 500


class Evaluation(NamedTuple):
    """The rows, all accounts first; accounts of which nothing was said, and testimonies about accounts without a
    truth: neither were judged."""

    rows: list[Row]
    unheard: int
    unknown: int


def evaluate(
    testimonies: Sequence[Testimony],
    truth: Sequence[Truth],
    *,
    prior: float = 0.5,
    parameters: Parameters | None = None,
    threshold: float = 0.8,
    seed: int = 1,
) -> Evaluation:
    """Judge what corroboration says of a wave, and what the baselines say.

    prior, parameters: as for `rempart.corroboration.assess`. threshold: credibility, in [0, 1], above which an account
    could be acted on. seed: of the bootstrap. Raises ValueError when `prior` is not in (0, 1).
    """
    truths = Truths(truth)
    heard = Heard(testimonies, truths)
    rows_of_time = progress(timeline(testimonies, prior=prior, parameters=parameters), what="assessments")
    followed = follow(rows_of_time, truths, threshold=threshold)
    # Where corroboration takes two accounts of the truth for one, nothing is said of one of them.
    became = [followed.get(place, Followed(credibility=prior, coordination=0.0)) for place in heard.places]

    methods = {OURS: Scored(np.array([one.credibility for one in became], np.float64))}
    for name, baseline in baselines(_trained()).items():
        methods[name] = Scored(baseline.score(heard), baseline.forecasts)
    attacks = _attacks(heard.truths)
    rows = side_by_side(methods, heard.guilty, attacks, seed=seed)
    for row in rows:
        if row.method == OURS:
            own = np.array([row.attack in (None, attack) for attack in attacks or [NO_ATTACK] * len(became)], np.bool_)
            _add_times(row, became, heard.guilty, own)
    rows[0].calibration = calibration(methods[OURS].scores, heard.guilty)
    rows[0].coordination_auc = _campaigns_told(heard.truths, became)
    return Evaluation(rows, heard.unheard, heard.unknown)


@cache
def _trained() -> Logistic:
    """The regression, which needs to learn once."""
    waves = (simulate(accounts=_TRAINING_ACCOUNTS, seed=seed) for seed in _TRAINING_SEEDS)
    return trained_on([Heard(wave.testimonies, Truths(wave.truth)) for wave in waves])


def _attacks(truths: Sequence[Truth]) -> list[str] | None:
    """The attack on each account; None when the truth speaks of none."""
    if all(truth.attack is UNSET for truth in truths):
        return None
    return [NO_ATTACK if truth.attack is UNSET else truth.attack for truth in truths]


def _add_times(row: Row, became: Sequence[Followed], guilty: Flags, own: Flags) -> None:
    """How soon, and how often, the credibility of some accounts was above the threshold."""
    hours = [one.hours for one, there in zip(became, own & guilty, strict=True) if there]
    reached = [wait for wait in hours if wait is not None]
    innocent = [one.hours is not None for one, there in zip(became, own & ~guilty, strict=True) if there]
    row.median_hours = median(reached) if reached else None
    row.protected = len(reached) / len(hours) if hours else None
    row.alarmed = sum(innocent) / len(innocent) if innocent else None


def _campaigns_told(truths: Sequence[Truth], became: Sequence[Followed]) -> float | None:
    """The area under the curve of coordination against campaigns, over the accounts whose truth tells."""
    told = [(one.coordination, truth.campaign) for one, truth in zip(became, truths, strict=True)]
    known = [(coordination, campaign) for coordination, campaign in told if campaign is not UNSET]
    if not known:
        return None
    scores, campaigns = zip(*known, strict=True)
    return area_under_curve(np.array(scores, np.float64), np.array(campaigns, np.bool_))
