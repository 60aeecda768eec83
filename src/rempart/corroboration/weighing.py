"""Weighs looks, many at once: what each source shares, who may act together, and what the others are worth.

Every number that an assessment owes to the model comes from here, and every one rests on the look's testimonies and on
what was heard before its place, so that looks can be weighed in any order and in lots of any size.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.belief import (
    FAMILIES,
    FAMILY,
    MACHINE,
    Usual,
    counting,
    features_of,
    genuine,
    standing,
)
from rempart.corroboration.census import Census
from rempart.corroboration.columns import Columns, Floats, Ints
from rempart.corroboration.coordination import (
    Shared,
    campaign_features,
    context,
    first_features,
    known_to_act,
    second_features,
    shared_by,
)
from rempart.corroboration.parameters import Linear, Parameters
from rempart.corroboration.sources import Looks, Sources, Spoken, sources_of


class Wave(NamedTuple):
    """All that was received, as weighing needs it."""

    columns: Columns
    census: Census
    usual: Usual


class Weighed(NamedTuple):
    """Looks weighed. `families`: shape (looks, FAMILIES), log-odds; `independent`: shape (looks,), sources."""

    families: Floats
    independent: Floats


class Compared(NamedTuple):
    """Looks whose sources were compared. `campaign`: of each look, the probability that one is part of it;
    `everything`: features of what is said, were everybody counted."""

    spoken: Spoken
    shared: Shared
    campaign: Floats
    everything: dict[str, Floats]


class Apart(NamedTuple):
    """Who may act together. `first`: as all were compared; `spoken`: once who is as good as sure to act on orders was
    set aside, and the others were compared as if these had not spoken."""

    first: Spoken
    shared: Shared
    spoken: Spoken


def wave_of(columns: Columns, parameters: Parameters) -> Wave:
    """What was received, ready to be weighed."""
    return Wave(columns, Census(columns), Usual(columns, lent=parameters.looking.usual_lent))


def compare(wave: Wave, looks: Looks, parameters: Parameters) -> Compared:
    """Who may act together in each look, and whether a campaign is part of it."""
    apart = tell_apart(wave, looks, parameters)
    sources = apart.first.sources
    everything = features_of(wave.columns, wave.usual, apart.first, np.ones(sources.size))
    seen = campaign_features(wave.census, apart.first, apart.shared) | context(everything)
    accused = np.bincount(sources.look[sources.accuses], minlength=looks.size) > 0
    campaign = np.where(accused, applied(parameters.campaign, seen), 0.0)
    return Compared(apart.spoken, apart.shared, campaign, everything)


def tell_apart(wave: Wave, looks: Looks, parameters: Parameters) -> Apart:
    """Who may act together: what a campaign shares with people who were harmed makes none of them suspect."""
    sources = sources_of(wave.columns, looks, parameters.looking)
    together, shared, strikes = _together(wave, looks, sources, sources.accuses, parameters)
    nobody = np.zeros(sources.size, np.bool_)
    first = Spoken(looks, sources, together, nobody, strikes)
    aside = (together >= parameters.counting.aside_from) & ~genuine(sources)
    if not aside.any():
        return Apart(first, shared, first)
    again, _, _ = _together(wave, looks, sources, sources.accuses & ~aside, parameters)
    return Apart(first, shared, first._replace(together=np.where(aside, together, again), aside=aside))


def _together(
    wave: Wave, looks: Looks, sources: Sources, compared: NDArray[np.bool_], parameters: Parameters
) -> tuple[Floats, Shared, Floats]:
    """The probability that each source acts with others, what it shares, and how many others it accused."""
    census = wave.census
    shared = shared_by(census, looks, sources, compared, parameters.looking)
    features = first_features(census, looks, sources, shared)
    together = applied(parameters.first_round, features)
    together = applied(parameters.second_round, second_features(features, together, sources, shared))
    acts = known_to_act(census, looks, sources, parameters.looking)
    together = np.where(compared, np.maximum(together, acts * parameters.known_to_act), 0.0)
    return together, shared, features["strikes"]


def weigh(wave: Wave, compared: Compared, parameters: Parameters) -> Weighed:
    """What the looks that were compared are worth."""
    return _weigh(wave, compared.spoken, compared.everything, parameters)


def weigh_part(wave: Wave, compared: Compared, part: Looks, of_row: Ints, parameters: Parameters) -> Weighed:
    """What parts of looks are worth, such as what names one service. of_row: the source of each of their rows in the
    whole look, whose probability of acting together it keeps."""
    sources = sources_of(wave.columns, part, parameters.looking)
    whole = np.zeros(sources.size, np.int64)
    whole[sources.of_row[::-1]] = of_row[::-1]  # that of its first row
    given = compared.spoken
    spoken = Spoken(part, sources, given.together[whole], given.aside[whole], given.strikes[whole])
    everything = features_of(wave.columns, wave.usual, spoken, np.ones(sources.size))
    return _weigh(wave, spoken, everything, parameters)


def _weigh(wave: Wave, spoken: Spoken, everything: dict[str, Floats], parameters: Parameters) -> Weighed:
    looks, sources = spoken.looks, spoken.sources
    counts = counting(spoken.together, sources, parameters.counting)
    said = _families(features_of(wave.columns, wave.usual, spoken, counts), looks, sources, parameters)
    # Told as what all of it would weigh, and what is taken away because some may act together.
    told = _families(everything, looks, sources, parameters)
    told[:, FAMILIES.index("repetition")] = said.sum(axis=1) - told.sum(axis=1)
    first = sources.accuses & sources.first_hand
    stands = standing(spoken.together, sources, parameters.counting)
    heard = np.bincount(sources.look, stands * first, minlength=looks.size).astype(np.float64)
    lost = np.bincount(sources.look, (1.0 - stands) * first, minlength=looks.size)
    return Weighed(told, heard + np.minimum(lost, 1.0))


def _families(features: dict[str, Floats], looks: Looks, sources: Sources, parameters: Parameters) -> Floats:
    """The log-odds of each family of features: shape (looks, FAMILIES)."""
    said = np.zeros((looks.size, len(FAMILIES)))
    for name, family in FAMILY.items():
        said[:, FAMILIES.index(family)] += parameters.belief.weights[name] * features[name]
    accused = np.bincount(sources.look[sources.accuses], minlength=looks.size) > 0
    said[:, FAMILIES.index("already_accused")] = np.where(accused, parameters.belief.start, 0.0)
    denied = FAMILIES.index("disputes")
    machine = sources.accuses & (sources.verified[:, MACHINE].sum(axis=1) > 0)
    shielded = np.bincount(sources.look[machine], minlength=looks.size) >= 2
    said[:, denied] = np.where(shielded, 0.0, np.clip(said[:, denied], -parameters.disputes_at_most, 0.0))
    return said


def applied(model: Linear, features: dict[str, Floats]) -> Floats:
    """The probability that a logistic model gives to features."""
    odds = np.full(len(next(iter(features.values()))), model.start)
    for name, values in features.items():
        odds += model.weights[name] * values
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(odds, -30.0, 30.0))))
