"""Why something cannot be done at the authority desk: each is caught where it can be told to somebody."""

from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import Refused


class FieldRefused(Refused):
    """Something given cannot stand; `field` names it."""

    words = _("This cannot be registered.")

    def __init__(self, field: str, words: object) -> None:
        super().__init__(words)
        self.field = field
        self.said = words

    def __str__(self) -> str:
        return str(self.said)


class WrongMoment(Refused):
    """The request does not stand where this can be done."""

    words = _("The request does not stand where this can be done.")


class SamePerson(Refused):
    """The second person has to be somebody else."""

    words = _("Somebody else has to do this: you did the first half of it.")


class NotThatKind(Refused):
    """The law provides this for another kind of request."""

    words = _("The law does not provide this for this kind of request.")


class AuthorityTells(Refused):
    """Regulation (EU) 2023/1543, Art. 13: the authority informs the person; we keep the order confidential."""

    words = _(
        "Under Regulation (EU) 2023/1543 the authority tells the person, not we: the order stays confidential here."
    )


class SilenceStands(Refused):
    """The authority asked that the person is not told yet."""

    words = _("The authority asked that the person is not told yet.")


class NotTold(Refused):
    """Arts 9(5) and 10(5): whoever is concerned is told at the latest when effect is given."""

    words = _(
        "Whoever is concerned has to be told first, at the latest when effect is given, unless the authority asked for "
        "silence: tell them, or record until when and why it asked that."
    )


class NoEffect(Refused):
    """The answer to an order says which effect was given to it, and none was noted."""

    words = _("Note first which effect was given to the order, and when. If none was given, refuse it with its ground.")


class Unreachable(Refused):
    """The account is on a service that is not ours: nobody here can write to it."""

    words = _("This account is on a service that is not ours: we cannot write to it.")


class TooEarly(Refused):
    """The notified authority may still object (2023/1543, Arts 8, 10(2) and 12)."""

    words = _("The authority that was notified may still object: wait for its word, or for the end of the ten days.")


class AlreadyExtended(Refused):
    """A preservation is extended once, by 30 days (2023/1543, Art. 11(1))."""

    words = _("A preservation is extended once, by 30 days.")


class AnswerUnderWay(Refused):
    """Another version is drafted or approved already."""

    words = _("Another version is under way: approve and hand it over, or discard it first.")


class NoPeriod(Refused):
    """Figures are of a period."""

    words = _("Figures are of a period: say from when until when.")


class NoCheckpoint(Refused):
    """The ledger's log has not been signed yet, and an answer in figures stands on it."""

    words = _("The ledger has no signed checkpoint yet, on which figures stand: try again in a few seconds.")


class NoSuchRow(Refused):
    """The ledger has no such row."""

    words = _("The ledger has no row at this place.")


class NothingPublished(Refused):
    """There are no published figures of that month to correct."""

    words = _("No figures of this month are published.")


class PeriodNotOver(Refused):
    """A report is published once its period is over."""

    words = _("The period is not over yet: what happens until its end has to be in the report.")


class AlreadyPublished(Refused):
    """A published report stays as it is."""

    words = _("This version is published and stays as it is. Make a corrected version.")


class NotPublished(Refused):
    """Only what was published is corrected."""

    words = _("This version is not published: change it, and publish it.")


class DraftThere(Refused):
    """One draft of a report at a time."""

    words = _("A corrected version is under way already.")


class PeriodsOverlap(Refused):
    """No day is in two reports of a service."""

    words = _("Another report of this service that is published holds days of this period.")


class BreaksRules(Refused):
    """The report breaks rules of the template; `problems` says which."""

    words = _("The report breaks rules of the template. What is wrong is listed below.")


class InputsWrong(Refused):
    """What the team filled in cannot be read; the words name the field."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.said = words

    def __str__(self) -> str:
        return self.said
