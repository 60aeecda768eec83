"""How old an account's owner probably is: Bayes over age in months, from what was declared and what was told.

The prior is the population's, given what was declared. A sign that holds for ages S multiplies the odds as it would
in the population at large: likelihood(age) = sure · fit(age) / Σ population · fit + (1 − sure), so that a sign alone,
where nothing is known, leaves `sure` of the probability on its ages (and their share of the rest). A text without a
date was written today or, less and less probably, in the months before.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.radar.age.dates import YEAR
from rempart.radar.age.parameters import BANDS, FROM, Parameters
from rempart.radar.age.signs import Told

MONTHS = 1200
LIMIT = 13 * 12
_LONGEST = 120  # months that a text without a date may be old
_INTERVAL = (0.05, 0.95)

Vector = NDArray[np.float64]


class Posterior(NamedTuple):
    """`under_13`: probability; `age`: the median, in years; `interval`: holds 90 % of the probability, in years."""

    under_13: float
    age: float
    interval: tuple[float, float]


def band_of(age: int) -> str:
    """The band of an age in years."""
    return BANDS[max(place for place, first in enumerate(FROM) if age >= first)]


@lru_cache(maxsize=4096)
def prior(declared: str | None, age: int | None, parameters: Parameters) -> Vector:
    """Probability of each month of age, given the declared band and, where a birth date was declared, the age."""
    shape = _shape(parameters)
    shares = parameters.population if declared is None else getattr(parameters, f"declared_{declared}")
    found = np.zeros(MONTHS)
    for place, share in enumerate(shares):
        first, after = FROM[place] * 12, (FROM[place + 1] * 12 if place + 1 < len(FROM) else MONTHS)
        inside = shape[first:after] / shape[first:after].sum()
        if age is not None and BANDS[place] == declared:
            inside *= 1 - parameters.told_true
            inside[age * 12 - first : age * 12 - first + 12] += parameters.told_true / 12
        found[first:after] = share * inside
    found /= found.sum()
    found.flags.writeable = False
    return found


@lru_cache(maxsize=8)
def _shape(parameters: Parameters) -> Vector:
    """How common ages are within each band."""
    months = np.arange(MONTHS)
    years = months // 12
    shape = np.where(years < 25, 1.0, 0.5 ** ((months / 12 - 25) / parameters.adults_halve))
    shape[: 5 * 12] = 1e-4
    for year, share in enumerate(parameters.under_13, start=5):
        shape[year * 12 : year * 12 + 12] = share
    return shape


def posterior(
    told: Sequence[Told],
    *,
    declared: str | None,
    declared_age: int | None,
    as_of: date,
    created: date | None,
    parameters: Parameters,
) -> Posterior:
    """How old the owner is on the day `as_of`. The order of `told` does not matter. created: when the account was."""
    logs = np.log(prior(declared, declared_age, parameters))
    population = prior(None, None, parameters)
    longest = _LONGEST if created is None else max(0, min(_LONGEST, (as_of - created).days // 30))
    by_kind: dict[str, list[Vector]] = {}
    for one in sorted(told, key=lambda one: (-one.sign.sure, one.source, one.span)):
        by_kind.setdefault(one.sign.kind, []).append(_likelihood(one, as_of, longest, population, parameters))
    for kind in sorted(by_kind):
        for place, likelihood in enumerate(by_kind[kind]):
            logs = logs + (1.0 if place == 0 else parameters.repeated) * np.log(likelihood)
    found = np.exp(logs - logs.max())
    found /= found.sum()
    return summary(found)


def summary(found: Vector) -> Posterior:
    """What a distribution over months of age comes down to."""
    total = np.cumsum(found)
    low, middle, high = (float(np.searchsorted(total, share)) for share in (_INTERVAL[0], 0.5, _INTERVAL[1]))
    under = float(min(1.0, max(0.0, total[LIMIT - 1])))
    return Posterior(under, (middle + 0.5) / 12, (low / 12, (high + 1) / 12))


def _likelihood(one: Told, as_of: date, longest: int, population: Vector, parameters: Parameters) -> Vector:
    """How well each month of age goes with a sign."""
    fit = np.zeros(MONTHS)
    gone = 0.0 if one.sign.fixed or one.written is None else (as_of - one.written).days / YEAR * 12
    for low, high, weight in one.sign.ages:
        first = int(np.floor(low * 12 + gone + 1e-6))
        after = int(np.ceil(high * 12 + gone - 1e-6))
        after = max(after, first + 1)
        fit[max(0, first) : max(0, after)] = np.maximum(fit[max(0, first) : max(0, after)], weight)
    if one.written is None and not one.sign.fixed and longest:
        fit = _older(fit, one.source == "bio", longest, parameters)
    sure = one.sign.sure
    share = float(population @ fit)
    if share <= 0:
        return np.ones(MONTHS)
    return sure * fit / share + (1 - sure)


@lru_cache(maxsize=512)
def _ages_of_texts(bio: bool, longest: int, parameters: Parameters) -> Vector:
    """Probability that a text without a date is so many months old."""
    now, mean = (parameters.bio_now, parameters.bio_age) if bio else (parameters.posts_now, parameters.posts_age)
    weights = np.exp(-np.arange(longest + 1) / mean)
    weights[0] = 0
    if weights.sum() == 0:
        return np.ones(1)
    weights *= (1 - now) / weights.sum()
    weights[0] = now
    return weights


def _older(fit: Vector, bio: bool, longest: int, parameters: Parameters) -> Vector:
    return np.convolve(fit, _ages_of_texts(bio, longest, parameters))[:MONTHS]
