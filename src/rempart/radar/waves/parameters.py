"""What the wave detector can be told, each with its default and why."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Parameters:
    """The detector's settings.

    window: how far back posts count.
    quiet: how long no testimony must come under a tag before it may raise an alert again.
    false_alerts: alerts of ordinary tags that are accepted a day, over all tags together (the alert budget).
    """

    window: timedelta = timedelta(hours=48)
    quiet: timedelta = timedelta(days=3)
    false_alerts: float = 1 / 28
