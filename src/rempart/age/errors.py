"""Why something cannot be done about somebody's age: each is caught where it can be told to somebody."""

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import NotAllowed, ReasonMissing, Refused

__all__ = ["NotAllowed", "ReasonMissing", "Refused", "WrongState"]


class WrongState(Refused):
    """It does not stand where this can be done."""

    words = _("This does not stand where that can be done.")
