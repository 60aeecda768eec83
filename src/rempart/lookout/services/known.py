"""Waves that are known: raise an alert when testimonies suddenly gather in one, and note who saw it."""

from collections.abc import Iterator, Sequence
from math import exp

from django.db import transaction

from rempart.intake.models import Wave
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.models import WaveAlert
from rempart.lookout.selectors import Hour, hourly_series
from rempart.staff.models import StaffMember

# An hour raises an alert when it brings at least FEWEST testimonies and so many would come by chance less than once in
# CHANCE hours at the mean rate of the BEFORE hours that precede it; then none for QUIET hours.
FEWEST = 5
CHANCE = 1e-4
BEFORE = 24
QUIET = 24


@transaction.atomic
def look_at_wave(wave: Wave) -> list[WaveAlert]:
    """Raise the alerts that the wave's series calls for and that do not exist yet."""
    raised = []
    for hour, expected in surges(hourly_series(wave)):
        alert, created = WaveAlert.objects.get_or_create(
            wave=wave,
            hour=hour.at,
            defaults={"observed": hour.testimonies, "expected": expected, "raised_at": now()},
        )
        if created:
            append(
                Event.WAVE_ALERT_RAISED,
                subject=alert,
                content={"observed": alert.observed, "expected": alert.expected},
            )
            raised.append(alert)
    return raised


@transaction.atomic
def acknowledge_alert(alert: WaveAlert, *, acting: StaffMember) -> WaveAlert:
    """Note that somebody has seen the alert; the first to see it stays."""
    alert = WaveAlert.objects.select_for_update().get(pk=alert.pk)
    if alert.seen_at is None:
        alert.seen_at, alert.seen_by = now(), acting
        alert.save(update_fields=["seen_at", "seen_by"])
        append(Event.WAVE_ALERT_SEEN, subject=alert, acting=acting)
    return alert


def surges(series: Sequence[Hour]) -> Iterator[tuple[Hour, float]]:
    """The hours in which testimonies suddenly gathered, with how many were expected.

    Testimonies of an hour are taken as Poisson with the mean of the hours before (at least one every BEFORE hours).
    """
    silent_until = 0
    for index, hour in enumerate(series):
        before = series[max(0, index - BEFORE) : index]
        expected = max(sum(other.testimonies for other in before), 1) / BEFORE
        if index >= silent_until and hour.testimonies >= FEWEST and poisson_tail(hour.testimonies, expected) < CHANCE:
            silent_until = index + QUIET
            yield hour, expected


def poisson_tail(observed: int, mean: float) -> float:
    """P(X ≥ observed) for X ~ Poisson(mean), mean > 0, observed ≥ 0."""
    term, below = exp(-mean), 0.0
    for count in range(observed):
        below += term
        term *= mean / (count + 1)
    return max(0.0, 1.0 - below)
