"""Assessments of accounts: all at once, or instant by instant as a wave goes."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from rempart.corroboration.engine import Engine
from rempart.corroboration.identity import Accounts
from rempart.corroboration.parameters import Parameters
from rempart.records import Assessment, Testimony


def assess(
    testimonies: Iterable[Testimony],
    *,
    prior: float = 0.5,
    accounts: Accounts | None = None,
    as_of: datetime | None = None,
    parameters: Parameters | None = None,
) -> list[Assessment]:
    """What all that was received amounts to, one assessment for each account, by service and handle.

    prior: probability, in (0, 1), that an accused account did it, before anything is known. accounts: rows of the
    accounts table, or facts by `service:handle`. as_of: later testimonies are ignored; by default the newest
    `received_at`.
    Raises ValueError when `prior` is not in (0, 1) or `as_of` has no zone.
    """
    with collector_paused():
        engine = Engine(testimonies, prior=prior, accounts=accounts, as_of=as_of, parameters=parameters)
        engine.finish()
        engine.forget()
        return list(engine.assessments())


def timeline(
    testimonies: Iterable[Testimony],
    *,
    prior: float = 0.5,
    accounts: Accounts | None = None,
    as_of: datetime | None = None,
    parameters: Parameters | None = None,
) -> Iterator[Assessment]:
    """At each instant when something was received, the assessment of every account that it changed.

    Each rests on what was received up to then and on nothing later. Ordered by (as_of, service, handle); the last row
    of an account is what `assess` says of it, but for `as_of`. Parameters and errors are those of `assess`.
    """
    engine = Engine(testimonies, prior=prior, accounts=accounts, as_of=as_of, parameters=parameters)
    for _, changed in engine.run():
        for account in changed:
            yield engine.assessment(account)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without the cyclic garbage collector, which would search all the testimonies again and again and find nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
