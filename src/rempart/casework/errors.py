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


class NotPreventive(Refused):
    """Only a preventive decision is kept after review, or renewed."""

    words = _("This decision is final: it is lifted or stays.")


class AlreadyDone(Refused):
    """It was done already, and doing it again would change nothing."""

    words = _("This was already done.")


class AppealPending(Refused):
    """Somebody appealed: that is answered before the case is decided or closed."""

    words = _("An appeal waits for its answer: the case is decided or closed after that.")


class MeasureNotAllowed(Refused):
    """No article that was chosen allows so much, or the measure is not for such an account."""

    words = _("The articles that you chose do not allow this measure on this account.")


class ArticleNotMatched(Refused):
    """The article neither applies to what is known nor carries what stands."""

    words = _("This article does not apply to what is known of the case.")


class NotAnnounced(Refused):
    """No lift to come was announced."""

    words = _("No lift was announced, or it has taken effect.")


class CannotUndo(Refused):
    """More than a minute has passed, somebody else did it, or something has happened since."""

    words = _("This can no longer be undone: a minute has passed, or something has happened since.")


class NothingToApprove(Refused):
    """The platform proposes nothing else for this order, or it was settled."""

    words = _("There is nothing here to approve any more.")


class NotHeavier(Refused):
    """What the platform would do weighs no more than what was decided: nobody else has to approve it."""

    words = _("This is not heavier than what was decided: it needs no approval.")


class CaseClosed(Refused):
    """Nothing is done on a closed case."""

    words = _("This case is closed.")


class StillInForce(Refused):
    """A case is not closed while something is in force or waits for an approval."""

    words = _("A measure is in force or waits for an approval: lift or decline it first.")


class SameService(Refused):
    """A link is between accounts on two services."""

    words = _("Both accounts are on the same service: there is nothing to link.")


class EvidenceNotNamed(Refused):
    """A proposal to confirm a link names what it rests on."""

    words = _("Name the evidence: somebody else has to be able to look at it. An equal name elsewhere is none.")


class ProposedByYou(Refused):
    """Nobody confirms the link that they proposed."""

    words = _("You proposed this: somebody else has to look at the evidence and confirm it.")


class LinkNotWaiting(Refused):
    """The link was confirmed or withdrawn meanwhile, or nobody proposed to confirm it."""

    words = _("This link does not wait for a confirmation any more.")


class ServiceIsOurs(Refused):
    """Notices go to other services, by one address each."""

    words = _("This account is on our own service, or on one of many servers that no single address answers for.")


class AddressMissing(Refused):
    """A notice goes to an e-mail address or to a webhook that somebody entered."""

    words = _("Nobody has entered where this service takes notices: an administrator can, by e-mail or by webhook.")


class NobodyNotifies(Refused):
    """A notice names who sends it."""

    words = _("Who sends notices is not set up (REMPART_NOTIFIER): a name, and an address that people read.")


class NothingToNotify(Refused):
    """A notice gives reasons."""

    words = _("What was reported names no kind of conduct: there is nothing to give as a reason.")


class NoticeGone(Refused):
    """The notice has left, was declined, or its author withdrew."""

    words = _("This has been sent already, or is no longer to be sent.")


class NoticeNotWaiting(Refused):
    """The notice is at another stage."""

    words = _("This notice is no longer at that stage.")


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


class NotOpen(Refused):
    """Whether to inform the authorities was answered already."""

    words = _("This question was answered already.")


class NobodyNamed(Refused):
    """Nobody is named who would be informed."""

    words = _("Say who is informed.")


class NotToBeApproved(Refused):
    """The file for the authority was approved or discarded."""

    words = _("This file was approved or discarded already.")


class HoldNotStanding(Refused):
    """The legal hold was released."""

    words = _("This legal hold was released already.")


class ReviewInThePast(Refused):
    """A legal hold is looked at again later than now."""

    words = _("Choose a date that is to come.")


class CannotAppeal(Refused):
    """There is nothing here that this person can appeal, or the time for it is over."""

    words = _("This cannot be appealed, or the time to appeal is over.")


class AlreadyAppealed(Refused):
    """The same person's appeal of the same thing waits, or was answered."""

    words = _("Your appeal about this has been received already.")


class GroundsMissing(Refused):
    """An appeal says why."""

    words = _("Please say in a few words why you do not agree.")


class GroundsTooLong(Refused):
    """An appeal is at most as long as a message."""

    words = _("This is too long: 10,000 characters at most. You can send more in further messages.")


class AppealNotWaiting(Refused):
    """The appeal was answered or withdrawn."""

    words = _("This appeal does not wait for an answer any more.")


class OwnDecision(Refused):
    """Nobody judges an appeal of what they took part in."""

    words = _("You took part in this decision: somebody else has to answer the appeal.")


class JudgedTheAppeal(Refused):
    """Whoever judged an appeal of a decision takes no other part in it."""

    words = _("You answered an appeal of this decision: somebody else has to do this.")


class WrongLanguage(Refused):
    """An answer is in the language of the person."""

    words = _("The reasons must be written in the person’s language, at least.")


class NothingToReconsider(Refused):
    """It was looked at already, or nothing preventive is in force any more."""

    words = _("There is nothing left to look at again.")


class AlreadyFound(Refused):
    """Somebody found the report manifestly unfounded before."""

    words = _("This report was found manifestly unfounded already, or waits for a second person.")


class FoundTrue(Refused):
    """A final measure upheld what the report says."""

    words = _("A final measure upheld what this report says: it cannot be unfounded.")


class NotFrequent(Refused):
    """The rule on misuse does not allow it: too few manifestly unfounded reports, or too small a share."""

    words = _("The rule does not allow this: their manifestly unfounded reports are not frequent.")


class NotWarned(Refused):
    """Nobody's right to report is suspended without a warning that counts."""

    words = _("This person has to be warned first.")


class CannotBeTold(Refused):
    """Every conversation with the person is closed."""

    words = _("This person can no longer be written to, and nobody is restricted without being told.")
