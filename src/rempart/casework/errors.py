"""Why something cannot be done to a case: each is caught where it can be told to somebody."""

from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """What was asked cannot be done; `words` says why to the person who asked."""

    words = _("This cannot be done.")

    def __str__(self) -> str:
        return str(self.words)


class NotAllowed(Refused):
    """The person's role does not allow it."""

    words = _("Your role does not allow this.")


class Excluded(Refused):
    """The person declared a conflict of interest on this case."""

    words = _("You declared a conflict of interest on this case: somebody else has to act on it.")


class ReasonMissing(Refused):
    """A reason is required and was empty."""

    words = _("Please give a reason: the person concerned will be told one.")


class NotInForce(Refused):
    """The measure has lapsed, was lifted, or was never taken."""

    words = _("This measure is no longer in force.")


class NotProposed(Refused):
    """The decision does not wait for an approval."""

    words = _("This decision no longer waits for an approval.")


class SecondPersonNeeded(Refused):
    """The same person cannot approve twice, nor renew what they approved."""

    words = _("A second person has to do this: you already approved it.")


class LimitReached(Refused):
    """All renewals included, a preventive measure lasts 90 days at most."""

    words = _("A preventive measure cannot last longer than 90 days in all.")


class NotRenewable(Refused):
    """The articles do not provide for a renewal, or for one more."""

    words = _("The rules do not provide for renewing this decision.")


class CaseClosed(Refused):
    """Nothing is done on a closed case."""

    words = _("This case is closed.")


class StillInForce(Refused):
    """A case is not closed while something is in force or waits for an approval."""

    words = _("A measure is in force or waits for an approval: lift or decline it first.")


class NotDrafted(Refused):
    """The version is not at the stage that this needs, or is for replay only."""

    words = _("This version of the rulebook is not at the stage that this needs.")


class AlreadyKept(Refused):
    """This text, or another of the same name and date, is kept already."""

    words = _("A version with this text, or with this name and date, exists already.")


class EffectNotShown(Refused):
    """The effect of the version against the one in force was not computed."""

    words = _("Its effect against the version in force has to be computed and read first.")


class PastDate(Refused):
    """A rule never applies to what came before it."""

    words = _("Choose a date that is not in the past.")


class ClaimedByAnother(Refused):
    """Somebody else works on the case now."""

    def __init__(self, holder: object) -> None:
        super().__init__()
        self.words = _("%(name)s is working on this case now.") % {"name": holder}


class UnknownPlaceholder(Refused):
    """A macro has a placeholder that nothing fills."""

    def __init__(self, names: object) -> None:
        super().__init__()
        self.words = _("Nothing fills these placeholders: %(names)s") % {"names": names}


class NameTaken(Refused):
    """Another one has this name."""

    words = _("This name is taken: choose another.")


class AlreadyJudged(Refused):
    """The second review was judged, or somebody else has begun it."""

    words = _("This has been judged already, or somebody else has begun it.")
