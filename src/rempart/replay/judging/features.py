"""What anybody would count about an account before learning from it: the columns of the regression among baselines."""

from datetime import timedelta

import numpy as np

from rempart.records import Testimony
from rempart.records.vocabulary import CHANNELS
from rempart.replay.judging.heard import Heard
from rempart.replay.judging.metrics import Flags, Scores

_NEW = timedelta(days=30)


def features(heard: Heard) -> Scores:
    """One row an account, shape (accounts, columns): counts as logarithms, the rest as shares of those who accuse."""
    accuses = heard.accuses
    people = heard.distinct(heard.reporter, accuses)
    testimonies = heard.total(accuses)

    def flags(what: list[bool]) -> Flags:
        return np.array(what, np.bool_) & accuses

    def share(what: Flags) -> Scores:
        return heard.total(what) / np.maximum(testimonies, 1)

    heard_of = heard.testimonies
    verified, refuted = (flags([_looked_at(one, found) for one in heard_of]) for found in (True, False))
    upheld, rejected = (
        np.array([getattr(one.reporter, name) for one in heard_of], np.float64) * accuses
        for name in ("upheld", "rejected")
    )
    relays = flags([one.stance == "relay" for one in heard_of])
    sources = (heard.text, heard.device, heard.network)
    columns = [
        np.log1p(people),
        np.log1p(heard.total(relays)),
        np.log1p(heard.total(~accuses)),
        np.log1p(heard.total(verified)),
        np.log1p(heard.total(refuted)),
        np.log1p(heard.total(upheld)),
        np.log1p(heard.total(rejected)),
        *(share(flags([one.channel == channel for one in heard_of])) for channel in CHANNELS),
        share(flags([bool(one.evidence) for one in heard_of])),
        share(flags([_is_new(one) for one in heard_of])),
        share(flags([bool(one.reporter.communities) for one in heard_of])),
        share(flags([one.complainant_minor is True for one in heard_of])),
        *(1 - heard.distinct(things, accuses) / np.maximum(testimonies, 1) for things in sources),
        np.log1p(_hours_between(heard)),
        share(_struck_elsewhere(heard)),
    ]
    return np.column_stack(columns)


def _looked_at(testimony: Testimony, found: bool) -> bool:
    return any(piece.verified is found for piece in testimony.evidence)


def _is_new(testimony: Testimony) -> bool:
    opened = testimony.reporter.account_created_at
    return opened is not None and testimony.received_at - opened < _NEW


def _hours_between(heard: Heard) -> Scores:
    """Mean time from one accusation to the next, in hours: shape (accounts,), 0 where there is one at most."""
    at = np.array([one.received_at.timestamp() for one in heard.testimonies], np.float64)
    accounts = len(heard.truths)
    first, last = np.full(accounts, np.inf), np.full(accounts, -np.inf)
    np.minimum.at(first, heard.owner[heard.accuses], at[heard.accuses])
    np.maximum.at(last, heard.owner[heard.accuses], at[heard.accuses])
    between = np.maximum(heard.total(heard.accuses) - 1, 1)
    return np.where(last > first, last - first, 0.0) / between / 3600


def _struck_elsewhere(heard: Heard) -> Flags:
    """Which accusations come from somebody who accuses another account too: shape (testimonies,)."""
    pairs = np.unique(np.stack([heard.reporter[heard.accuses], heard.owner[heard.accuses]]), axis=1)
    targets = np.bincount(pairs[0], minlength=int(heard.reporter.max(initial=-1)) + 1)
    return (targets[heard.reporter] > 1) & heard.accuses
