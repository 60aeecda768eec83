"""One try at something on a platform: behind its circuit breaker, with every way to fail told apart.

For measures (`carrying`) and for what other rooms ask to hold (`holding`) alike; each records in its own table what
came of it.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    NOT_UNDERSTOOD,
    Connector,
    PermanentFailure,
    PlatformFailure,
    TemporaryFailure,
)
from rempart.platforms.models import Execution, Platform, Standing
from rempart.platforms.registry import connector_of
from rempart.platforms.services import breaker, enlisting, enlisting_standing
from rempart.platforms.services.books import books

logger = logging.getLogger("rempart.platforms")


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What came of a try. come_back: nothing was tried, and when to; failure: why it did not work."""

    come_back: datetime | None = None
    failure: PlatformFailure | None = None

    @property
    def may_pass(self) -> bool:
        """Whether the platform did not answer, or not now."""
        return isinstance(self.failure, TemporaryFailure)


def attempt(platform: Platform, do: Callable[[Connector], None], *, what: str) -> Tried:
    """Try something with a platform's connector. what: its name for the log, with nothing personal in it."""
    if (come_back := breaker.let_through(platform)) is not None:
        return Tried(come_back=come_back)
    failure: PlatformFailure | None = None
    try:
        do(connector_of(platform))
    except TemporaryFailure as passing:
        failure = passing
    except PermanentFailure as lasting:
        failure = lasting
    except Exception:
        # A connector's mistake, or an answer that nobody foresaw: neither may stop the protection of others.
        logger.exception("%s could not be carried out", what)
        failure = TemporaryFailure(NOT_UNDERSTOOD)
    if isinstance(failure, TemporaryFailure):
        breaker.failed(platform, failure)
    elif breaker.succeeded(platform):
        _let_all_try(platform)
    return Tried(failure=failure)


def _let_all_try(platform: Platform) -> None:
    """The platform is back: what waited for it is due now."""
    moment = now()
    late = {"platform": platform, "next_try_at__gt": moment}
    measures = Execution.objects.filter(state=Execution.State.WAITS, order__due_at__lte=moment, **late)
    if measures.update(next_try_at=moment):
        enlisting.defer_due()
    for book in books():
        held = book.executions.objects.filter(state=Standing.State.WAITS, order__begins_at__lte=moment, **late)
        if held.update(next_try_at=moment):
            enlisting_standing.defer_due(book)
