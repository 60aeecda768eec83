"""What the lookout notices, and what care does about it: a file for sudden fame, nothing for anything else."""

from typing import Any

from rempart.care.services.files import take_up
from rempart.lookout.models import FameAlert
from rempart.lookout.services import note_in_care
from rempart.lookout.signals import fame_alerted


def connect() -> None:
    """Follow the lookout's alerts. Called when the room is ready."""
    fame_alerted.connect(_fame_alerted, dispatch_uid="care.fame_alerted")


def _fame_alerted(alert: FameAlert, **_kwargs: Any) -> None:
    """Open (or find) the file of whoever suddenly became known; whether they want it is theirs to say."""
    if take_up(alert) is not None:
        note_in_care(alert)
