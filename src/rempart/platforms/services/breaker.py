"""The circuit breaker of a platform: after FAILURES passing failures in a row nothing is tried there for a while.

When that time is over one probe goes through; if it succeeds everything does, and if it fails the time starts again,
longer. `Platform.failures` and `closed_until` hold it, for all processes.
"""

import random
from datetime import datetime, timedelta

from django.db.models import F

from rempart.ledger.clock import now
from rempart.platforms.connector import TemporaryFailure
from rempart.platforms.models import Platform

FAILURES = 5
SHORTEST, LONGEST = timedelta(seconds=10), timedelta(minutes=10)
PROBE = timedelta(seconds=60)


def wait(failures: int, *, after: timedelta | None = None) -> timedelta:
    """How long to leave a platform alone after this many failures: exponential with full jitter, as the AWS
    Architecture Blog describes it (“Exponential Backoff And Jitter”, 2015), and never less than it asked for.
    """
    ceiling = min(SHORTEST * 2 ** min(failures, 10), LONGEST)
    jittered = timedelta(seconds=random.uniform(1, ceiling.total_seconds()))  # noqa: S311 - spreads load, hides nothing
    return max(jittered, after or timedelta(0))


def let_through(platform: Platform) -> datetime | None:
    """None when the platform may be asked now; otherwise when to come back.

    Of several who come when the time is over, one goes through.
    """
    platform.refresh_from_db(fields=["failures", "closed_until"])
    if platform.closed_until is None:
        return None
    moment = now()
    if platform.closed_until > moment:
        return platform.closed_until
    probing = Platform.objects.filter(pk=platform.pk, closed_until=platform.closed_until)
    if probing.update(closed_until=moment + PROBE):
        return None
    return moment + SHORTEST


def succeeded(platform: Platform) -> bool:
    """The platform answered: everything may go through. Returns whether it had been left alone before."""
    reopened = platform.closed_until is not None
    if reopened or platform.failures:
        Platform.objects.filter(pk=platform.pk).update(failures=0, closed_until=None)
        platform.failures, platform.closed_until = 0, None
    return reopened


def failed(platform: Platform, failure: TemporaryFailure) -> None:
    """The platform did not answer, or not now."""
    Platform.objects.filter(pk=platform.pk).update(failures=F("failures") + 1)
    platform.refresh_from_db(fields=["failures"])
    if platform.failures >= FAILURES:
        pause = wait(platform.failures - FAILURES, after=failure.after)
        Platform.objects.filter(pk=platform.pk).update(closed_until=now() + pause)
