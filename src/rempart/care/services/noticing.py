"""What the lookout notices, and what care does about it: a file for sudden fame, a shield for a pile-on on whoever said
yes to the support, nothing for anything else.
"""

from typing import Any

from rempart.care.services.files import take_up
from rempart.care.services.shields import answer_pile_on
from rempart.lookout.models import FameAlert, PileOn
from rempart.lookout.services import note_in_care
from rempart.lookout.signals import fame_alerted, pile_on_found


def connect() -> None:
    """Follow the lookout's alerts. Called when the room is ready."""
    fame_alerted.connect(_fame_alerted, dispatch_uid="care.fame_alerted")
    pile_on_found.connect(_pile_on_found, dispatch_uid="care.pile_on_found")


def _fame_alerted(alert: FameAlert, **_kwargs: Any) -> None:
    """Open (or find) the file of whoever suddenly became known; whether they want it is theirs to say."""
    if take_up(alert) is not None:
        note_in_care(alert)


def _pile_on_found(pile_on: PileOn, **_kwargs: Any) -> None:
    """Put aside what falls on somebody who accepted the support; what is done with it is theirs to say."""
    answer_pile_on(pile_on)
