"""What this room holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from rempart import ledger
from rempart.age.models import AgeMatter, Assurance, Attempt, Consent, GuardianBond, ProofRequest
from rempart.age.services import forgetting, leaving
from rempart.privacy.subjects import Erased, Export, Subject


def _of(subject: Subject) -> list[Assurance]:
    reference = subject.handle.removeprefix("#")
    return list(Assurance.objects.filter(service=subject.service, reference=reference))


def export_age(subject: Subject) -> Export | None:
    """Each bit that is held, with how it was shown and until when."""
    found = _of(subject)
    if not found:
        return None
    return Export(
        data=[
            {
                "over": one.over,
                "met": one.met,
                "method": one.get_method_display(),
                "confidence": one.get_confidence_display(),
                "made_at": one.made_at,
                "expires_at": one.expires_at,
            }
            for one in found
        ]
    )


def erase_age(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase what is held: whoever wants in again is asked again."""
    reference = subject.handle.removeprefix("#")
    asked = ProofRequest.objects.filter(service=subject.service, reference=reference)
    found = [*_of(subject), *asked]
    if really:
        for one in found:
            ledger.erase(one, because=because)
            one.delete()
    return [Erased(what="assurances of age", erased=len(found))]


def export_asked(subject: Subject) -> Export | None:
    """Where their sign-up led, and what was decided about reports: never who reported, nor in what words."""
    named = forgetting.about(subject.service, subject.handle)
    attempts, matters = Attempt.objects.filter(named), AgeMatter.objects.filter(named)
    data = [
        {"sign_up": one.get_way_display(), "asked_at": one.made_at, "answered_at": one.answered_at, "sex": one.sex}
        for one in attempts
    ]
    data += [
        {"matter": one.get_outcome_display(), "opened_at": one.opened_at, "decided_at": one.decided_at}
        for one in matters
    ]
    return Export(data=data) if data else None


def erase_asked(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase it, but for what nobody has decided yet."""
    named = forgetting.about(subject.service, subject.handle)
    if not really:
        matters = AgeMatter.objects.filter(named).exclude(decided_at=None)
        return [Erased(what="sign-ups and reports", erased=Attempt.objects.filter(named).count() + matters.count())]
    gone, stays = forgetting.erase_about(named, because=because)
    return [Erased(what="sign-ups and reports", erased=gone, stays=stays, because=UNDECIDED if stays else "")]


def export_challenges(subject: Subject) -> Export | None:
    """What was asked of them and why, what was decided, and the conversation."""
    found = leaving.export_of(subject.service, subject.handle)
    return Export(data=found) if found else None


def erase_challenges(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase it, but for what is not over."""
    if really:
        gone, stays = leaving.erase_of(subject.service, subject.handle, because=because)
    else:
        gone, stays = leaving.count_of(subject.service, subject.handle)
    return [Erased(what="questions about an age", erased=gone, stays=stays, because=NOT_OVER if stays else "")]


NOT_OVER = "what is asked of an account stays until it is over"


def export_consents(subject: Subject) -> Export | None:
    """What guardians agreed to for them: never who they are, nor whether they still may."""
    found = Consent.objects.filter(**_bond_of(subject, "bond__"))
    data = [
        {"feature": one.feature, "given_at": one.given_at, "until": one.until, "withdrawn_at": one.withdrawn_at}
        for one in found
    ]
    return Export(data=data) if data else None


def erase_consents(subject: Subject, really: bool, because: str) -> list[Erased]:
    """Erase what is held of the guardians whom they named; whoever needs a consent is asked again."""
    found = list(GuardianBond.objects.filter(**_bond_of(subject)))
    if really:
        forgetting.erase_bonds(found, because=because)
    return [Erased(what="guardians and what they agreed to", erased=len(found))]


def _bond_of(subject: Subject, to: str = "") -> dict[str, str]:
    return {f"{to}service": subject.service, f"{to}reference": subject.handle.removeprefix("#")}


UNDECIDED = "what nobody has decided yet stays until it is"
HANDED_OVER = {
    *(f"age.{name}" for name in ("AgeDecision", "AgeOrder", "Challenge", "ChallengeAppeal")),
    "age.AgeMatter",
    "age.Assurance",
    "age.Attempt",
    "age.Consent",
}
EXPORTERS = {
    "age": export_age,
    "age_asked": export_asked,
    "age_challenges": export_challenges,
    "age_consents": export_consents,
}
ERASERS = {
    "age": erase_age,
    "age_asked": erase_asked,
    "age_challenges": erase_challenges,
    "age_consents": erase_consents,
}
LEFT_OUT = {
    "age.ProofRequest": "what was asked of a wallet, for minutes; what came of it is handed over as an assurance",
    "age.SpentProof": "digests by which nothing counts twice; they name nobody",
    "age.GuardianBond": "another person's address; and to tell who may no longer answer could put a child in danger",
    "age.VendorRequest": "a question of an hour; what came of it is handed over as an assurance",
    "age.Voucher": "whom they named they know; what that person said belongs to that person",
    "age.UnderAgeReport": "somebody else wrote it; who reports is told to nobody",
    "age.AgeSighting": "their own public words, which stand where they wrote them",
    "age.ClosedYoung": "how an account that comes back is noticed",
    "age.Comeback": "what resembles what; what is decided of it is handed over as what was asked of them",
    "age.ProtectionCase": "to tell of it could put a child in danger; child-safety officers speak with them",
}
