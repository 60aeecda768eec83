"""Why something cannot be done for somebody looked after: each is caught where it can be told to somebody."""

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import NotAllowed, ReasonMissing, Refused

__all__ = [
    "JudgesThem",
    "NotAllowed",
    "NotAsWished",
    "NotChecked",
    "NotPossible",
    "NotSafe",
    "NotWaiting",
    "ReasonMissing",
    "Refused",
    "SamePerson",
    "Silent",
    "WrongState",
]


class WrongState(Refused):
    """The support does not stand where this can be done."""

    words = _("The support does not stand where this can be done.")


class Silent(Refused):
    """After a death nothing is done by itself, and little by hand."""

    words = _("Everything is silent for this account. What you want to do has to wait.")


class JudgesThem(Refused):
    """Whoever judges what is said of somebody does not look after them, and the other way round."""

    words = _("You took part in judging what is said of this account: somebody else has to look after them.")


class NotSafe(Refused):
    """They said that telling a guardian is not safe, or have not been asked."""

    words = _("They have not said that a guardian may be told, or said that it is not safe.")


class NotWaiting(Refused):
    """Somebody did it already, or it is no longer wanted."""

    words = _("This does not wait any more: somebody saw to it, or it is no longer wanted.")


class SamePerson(Refused):
    """The second person has to be somebody else."""

    words = _("Somebody else has to do this: you did the first half of it.")


class NotChecked(Refused):
    """A mentor is introduced, and a mandate holds, only once a person checked it."""

    words = _("A member of the team has to check this first.")


class NotAsWished(Refused):
    """Something given cannot stand; the words say why."""

    def __init__(self, words: object) -> None:
        super().__init__(words)
        self.said = words

    def __str__(self) -> str:
        return str(self.said)


class NotPossible(Refused):
    """The platform of the account cannot do this, or no platform of ours covers it."""

    words = _("The platform cannot do this for the account.")
