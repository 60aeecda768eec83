"""How what the radar saw is erased once its time is over (privacy/register.yaml says when, and why)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rempart import ledger
from rempart.lookout.models import DetectorState, FameAlert, Feedback, HeardPosts, LiveWave, PileOn, RadarRun


def erase_alerts(before: datetime) -> int:
    """Alerts that came in before that moment; what people said of them stays, without saying whom it was about."""
    RadarRun.objects.filter(ended_at__lt=before).delete()
    return sum(forget(model.objects.filter(received_at__lt=before)) for model in (FameAlert, LiveWave, PileOn))


def forget(alerts: Iterable[Any], *, because: str = "retention") -> int:
    """Erase alerts with what the ledger says of them; their rows in the ledger stay. Returns how many."""
    number = 0
    for alert in alerts:
        ledger.erase(alert, because=because)
        alert.delete()
        number += 1
    return number


def erase_heard(before: datetime) -> int:
    """What was left for the live detector before that moment, and the detector when it has heard nothing since."""
    erased = HeardPosts.objects.filter(heard_at__lt=before).delete()[0]
    return erased + DetectorState.objects.filter(saved_at__lt=before).delete()[0]


def erase_feedback(before: datetime) -> int:
    """What people said of alerts before that moment."""
    return Feedback.objects.filter(said_at__lt=before).delete()[0]


ERASERS = {"radar_alert": erase_alerts, "live_detector": erase_heard, "feedback": erase_feedback}
