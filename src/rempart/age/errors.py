"""Why something cannot be done about somebody's age: each is caught where it can be told to somebody."""

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import NotAllowed, ReasonMissing, Refused

__all__ = [
    "AlreadyShown",
    "AppealFirst",
    "DecidedBefore",
    "NotAllowed",
    "NotAsWished",
    "NotNow",
    "ReasonMissing",
    "Refused",
    "SafetyFirst",
    "SamePerson",
    "TooManyAppeals",
    "TooSoon",
    "WrongState",
]


class WrongState(Refused):
    """It does not stand where this can be done."""

    words = _("This does not stand where that can be done.")


class AlreadyShown(Refused):
    """The age was shown, well enough for what would be asked."""

    words = _("Their age was shown already: there is nothing to ask.")


class SafetyFirst(Refused):
    """What an account says suggests that somebody harms its owner: people look after that before anything else."""

    words = _("What this account says has to be looked at by those who keep children safe, before anything is asked.")


class AppealFirst(Refused):
    """An appeal waits for its answer."""

    words = _("They appealed: the appeal has to be answered first.")


class SamePerson(Refused):
    """The second person has to be somebody else."""

    words = _("Somebody else has to do this: you did the first half of it.")


class DecidedBefore(Refused):
    """Whoever decided judges no appeal about it."""

    words = _("You decided about this account before: somebody else has to answer the appeal.")


class TooSoon(Refused):
    """Everything is kept for a while before it may be erased."""

    words = _("Everything in this account is still kept: erasing cannot be decided yet.")


class TimeToAnswer(Refused):
    """Nobody's account is closed before they had time to answer."""

    words = _("They still have time to answer: the account cannot be closed yet.")


class TooManyAppeals(Refused):
    """So many appeals of one question were answered."""

    words = _("Your appeals about this were answered. You can still write to us on your page.")


class NotNow(Refused):
    """It cannot be done, and nobody is told why."""

    words = _("This is not possible at the moment.")


class NotAsWished(Refused):
    """Something given cannot stand; the words say why."""

    def __init__(self, words: object) -> None:
        super().__init__(words)
        self.said = words

    def __str__(self) -> str:
        return str(self.said)
