"""What else one could do with the same testimonies: rules of thumb, votes and weights set by hand.

Each baseline gives a score for every account of `Heard`, shape (accounts,), higher for the more credible. `forecasts`
says which of them mean their number as a probability; rules say 0 or 1.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from rempart.records import Testimony
from rempart.replay.judging.dawid_skene import dawid_skene
from rempart.replay.judging.features import features
from rempart.replay.judging.heard import Heard, Numbers
from rempart.replay.judging.logistic import Logistic
from rempart.replay.judging.metrics import Scores


class Baseline(NamedTuple):
    """A way to score accounts; `forecasts` when its scores are probabilities."""

    score: Callable[[Heard], Scores]
    forecasts: bool


def count(heard: Heard) -> Scores:
    """How many testimonies and relays there are."""
    return heard.total(heard.accuses)


def three_or_more(heard: Heard) -> Scores:
    """1 where three testimonies and relays or more have come, 0 elsewhere: where most reporting systems begin."""
    return (count(heard) >= 3).astype(np.float64)


def distinct_origins(heard: Heard) -> Scores:
    """From how many devices the accusations come; a reporter whose device is unknown is an origin of their own."""
    known = np.array([bool(one.origin and one.origin.device) for one in heard.testimonies], np.bool_)
    origin = np.where(known, heard.device, len(heard.testimonies) + heard.reporter)
    return heard.distinct(origin, heard.accuses)


def two_with_one_trusted(heard: Heard) -> Scores:
    """1 where two people or more accuse and one is trusted: a flagger, or one with more upheld than rejected."""
    trusted = np.array([_trusted(one) for one in heard.testimonies], np.bool_) & heard.accuses
    two = heard.distinct(heard.reporter, heard.accuses) >= 2
    return (two & (heard.total(trusted) > 0)).astype(np.float64)


def reporter_weighted_votes(heard: Heard) -> Scores:
    """Share of accusing votes, each weighed by its reporter's record, one vote of each kind being lent.

    A record weighs by the mean of its Beta distribution (Jøsang and Ismail 2002), 0.5 for a first-time reporter.
    """
    weight = np.array([_record(one) for one in heard.testimonies], np.float64)
    accused, denied = heard.total(weight * heard.accuses), heard.total(weight * ~heard.accuses)
    return (1 + accused) / (2 + accused + denied)


# Log-odds, as a moderator would set them at a table: what a first-hand account adds by the way it came.
_BY_CHANNEL = {"public_post": 0.4, "user_report": 0.4, "form": 0.7, "sealed": 1.0, "trusted_flagger": 1.5}
_RELAY, _DISPUTE, _VERIFIED, _REFUTED = 0.1, -0.1, 1.5, -0.5
_MOST = 5.0


def hand_weights(heard: Heard) -> Scores:
    """Weights set by hand and added up, from even odds, once for each cluster of copies or of one device.

    A cluster counts by its heaviest testimony; clusters are near-copies, joined when they come from one device. The
    total bends so as to stay within ±5, and the order of accounts is kept.
    """
    heaviest: dict[tuple[int, int], float] = {}
    for testimony, *key in zip(heard.testimonies, heard.owner.tolist(), _joined(heard).tolist(), strict=True):
        weight, place = _by_hand(testimony), (key[0], key[1])
        if abs(weight) >= abs(heaviest.get(place, 0.0)):
            heaviest[place] = weight
    total = np.zeros(len(heard.truths))
    for (owner, _cluster), weight in heaviest.items():
        total[owner] += weight
    return 1 / (1 + np.exp(-_MOST * np.tanh(total / _MOST)))


def baselines(trained: Logistic) -> Mapping[str, Baseline]:
    """Every baseline by the name that tables give it. trained: the regression, on other waves than those judged."""
    return {
        "count-3": Baseline(three_or_more, True),
        "count": Baseline(count, False),
        "distinct-origins": Baseline(distinct_origins, False),
        "two-reports-one-trusted": Baseline(two_with_one_trusted, True),
        "reporter-weighted-votes": Baseline(reporter_weighted_votes, True),
        "dawid-skene": Baseline(dawid_skene, True),
        "hand-weights": Baseline(hand_weights, True),
        "logistic-regression": Baseline(lambda heard: trained.probabilities(features(heard)), True),
    }


def trained_on(waves: Sequence[Heard]) -> Logistic:
    """The regression fitted on the accounts of some waves. Raises ValueError when there is none."""
    rows = np.concatenate([features(heard) for heard in waves])
    return Logistic.fitted(rows, np.concatenate([heard.guilty for heard in waves]))


def _trusted(testimony: Testimony) -> bool:
    return testimony.channel == "trusted_flagger" or testimony.reporter.upheld > testimony.reporter.rejected


def _record(testimony: Testimony) -> float:
    upheld, rejected = testimony.reporter.upheld, testimony.reporter.rejected
    return (1 + upheld) / (2 + upheld + rejected)


def _by_hand(testimony: Testimony) -> float:
    if testimony.stance == "dispute":
        return _DISPUTE
    said = _BY_CHANNEL[testimony.channel] if testimony.stance == "testimony" else _RELAY
    said *= 2 * _record(testimony)
    looked_at = {piece.verified for piece in testimony.evidence}
    return said + (_REFUTED if False in looked_at else _VERIFIED if True in looked_at else 0.0)


def _joined(heard: Heard) -> Numbers:
    """The cluster of each testimony: near-copies and testimonies from one device, and whatever these join."""
    cluster, before = heard.text, None
    while before is None or not np.array_equal(cluster, before):
        before = cluster
        for shared in (heard.text, heard.device):
            least = np.full(len(heard.testimonies), len(heard.testimonies))
            np.minimum.at(least, shared, cluster)
            cluster = least[shared]
    return cluster
