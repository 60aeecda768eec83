"""What the lookout does: look at known waves, take in what the radar sees, and learn from what people say of it."""

from rempart.lookout.services.judging import judge_alert, note_answered, note_in_care
from rempart.lookout.services.known import acknowledge_alert, look_at_wave, poisson_tail, surges
from rempart.lookout.services.opening import CannotBeOpened, open_wave
from rempart.lookout.services.raising import NotWaiting, raise_alert, raise_waiting
from rempart.lookout.services.receiving import (
    Received,
    receive_fame_alerts,
    receive_groups,
    receive_pile_ons,
    receive_waves,
)
from rempart.lookout.services.setting import SETTABLE, change_settings

__all__ = [
    "SETTABLE",
    "CannotBeOpened",
    "NotWaiting",
    "Received",
    "acknowledge_alert",
    "change_settings",
    "judge_alert",
    "look_at_wave",
    "note_answered",
    "note_in_care",
    "open_wave",
    "poisson_tail",
    "raise_alert",
    "raise_waiting",
    "receive_fame_alerts",
    "receive_groups",
    "receive_pile_ons",
    "receive_waves",
    "surges",
]
