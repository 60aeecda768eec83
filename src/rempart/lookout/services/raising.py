"""Which alerts reach the desk: as many a day as the team asked for, the most pressing first; the others wait.

An alert waits when the budget of its kind is used up, or when people lately found alerts like it false. What waits for
the budget is raised by itself when there is room again, unless it has grown old; a person may raise anything at once.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.learning import thresholds
from rempart.lookout.models import Alert, FameAlert, Kind, LiveWave, LookoutSettings, PileOn
from rempart.lookout.signals import fame_alerted, pile_on_found, wave_found
from rempart.staff.models import StaffMember

# The time over which a budget counts, after which an alert that waits is no news, and for which « not a star » holds.
DAY = timedelta(days=1)
OLD = timedelta(days=7)
HOLDS = timedelta(days=30)
MINORS = ("under_13", "13_15", "16_17")

KIND_OF: dict[type[Alert], Kind] = {FameAlert: Kind.FAME, LiveWave: Kind.WAVE, PileOn: Kind.PILE_ON}
_SAME: dict[type[Alert], tuple[str, ...]] = {
    FameAlert: ("service", "number", "tier"),
    LiveWave: ("type", "tag"),
    PileOn: ("target",),
}
_FOUND = {
    FameAlert: lambda alert: fame_alerted.send(FameAlert, alert=alert),
    LiveWave: lambda alert: wave_found.send(LiveWave, live_wave=alert),
    PileOn: lambda alert: pile_on_found.send(PileOn, pile_on=alert),
}


class NotWaiting(ValueError):
    """The alert is on the desk already."""


def one_at_a_time() -> None:
    """Wait for whoever else takes in or raises alerts: a budget is counted by what is stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('rempart.lookout.alerts'))")


def admit(alerts: Sequence[Any]) -> list[Any]:
    """Store new alerts of one kind, each on the desk or waiting; those that reached the desk, the most pressing first.

    For use inside a transaction that holds the lock of `one_at_a_time`, which appends their ledger rows and tells.
    """
    if not alerts:
        return []
    raised, moment = [], now()
    gate = _Gate(type(alerts[0]), moment)
    for alert in sorted(alerts, key=_pressing):
        alert.received_at = moment
        alert.held_because = gate.held(alert)
        alert.state = "waits" if alert.held_because else "open"
        alert.raised_at = None if alert.held_because else moment
        alert.save(force_insert=True)
        if alert.state != "waits":
            raised.append(alert)
    return raised


def tell(alert: Alert) -> None:
    """Tell the rooms on the right that an alert reached the desk."""
    _FOUND[type(alert)](alert)


@transaction.atomic
def raise_alert(alert: Any, *, acting: StaffMember) -> Any:
    """Bring an alert that waits to the desk, whatever the budget. Raises NotWaiting."""
    one_at_a_time()
    alert = type(alert).objects.select_for_update().get(pk=alert.pk)
    if alert.state != "waits":
        raise NotWaiting("it is on the desk already")
    bring(alert, acting=acting)
    return alert


@transaction.atomic
def raise_waiting() -> int:
    """Bring to the desk what waits for the budget and still is news, where there is room. Returns how many alerts."""
    one_at_a_time()
    moment = now()
    number = 0
    for model, column in ((FameAlert, "alert_at"), (LiveWave, "detected_at"), (PileOn, "detected_at")):
        news = {f"{column}__gt": moment - OLD}
        waiting = model.objects.select_for_update().filter(state="waits", held_because=Alert.Held.BUDGET, **news)
        gate = _Gate(model, moment)
        for alert in sorted(waiting, key=_pressing):
            if not gate.held(alert):
                bring(alert)
                number += 1
    return number


def bring(alert: Any, acting: StaffMember | None = None) -> None:
    """Bring an alert that waits to the desk. For use inside a service's transaction."""
    alert.state, alert.held_because, alert.raised_at = "open", "", now()
    alert.save(update_fields=["state", "held_because", "raised_at"])
    append(Event.RADAR_ALERT_RAISED, subject=alert, acting=acting)
    tell(alert)


def _pressing(alert: Any) -> tuple[Any, ...]:
    """What sorts the most pressing first: support before watch, the youngest first, then what surprises most."""
    if isinstance(alert, FameAlert):
        return (alert.tier != FameAlert.Tier.SUPPORT, -alert.priority, -alert.score, alert.number)
    return (-alert.score,)


class _Gate:
    """What decides, at one moment, whether alerts of a kind wait; counts those that it lets through."""

    def __init__(self, model: Any, moment: datetime) -> None:
        self._least = thresholds(moment)
        lately = model.objects.filter(raised_at__gt=moment - DAY)
        limits = LookoutSettings.current()
        self._fame = model is FameAlert
        if self._fame:
            used = Counter(lately.values_list("tier", flat=True))
            self._room = {"support": limits.support_a_day, "watch": limits.watch_a_day}
            self._room = {tier: a_day - used[tier] for tier, a_day in self._room.items()}
        else:
            a_day = limits.waves_a_day if model is LiveWave else limits.pile_ons_a_day
            self._room = {"": a_day - lately.count()}
        said = model.objects.filter(state="dismissed", judged_at__gt=moment - HOLDS)
        self._dismissed = set(said.values_list(*_SAME[model]))

    def held(self, alert: Any) -> str:
        """Why an alert is to wait; empty when it is not."""
        tier = alert.tier if self._fame else ""
        least = self._least[KIND_OF[type(alert)], tier]
        minor = self._fame and alert.age_band in MINORS
        if (least is not None and alert.score < least and not minor) or self._said(alert):
            return Alert.Held.FEEDBACK
        if self._room[tier] <= 0:
            return Alert.Held.BUDGET
        self._room[tier] -= 1
        return ""

    def _said(self, alert: Any) -> bool:
        """Whether people said of the same account, tag or target lately that it was none."""
        same = tuple(getattr(alert, name) for name in _SAME[type(alert)])
        if not self._fame:
            return same in self._dismissed
        # Whom nobody need reach out to need not be watched either; but who was nobody to watch may become a star.
        tiers = ("support",) if alert.tier == FameAlert.Tier.SUPPORT else ("support", "watch")
        return any((*same[:2], tier) in self._dismissed for tier in tiers)
