"""What this room holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from rempart import ledger
from rempart.age.models import AgeMatter, Assurance, Attempt
from rempart.age.services import forgetting
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
    found = _of(subject)
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


UNDECIDED = "what nobody has decided yet stays until it is"
HANDED_OVER = {"age.AgeMatter", "age.Assurance", "age.Attempt"}
EXPORTERS = {"age": export_age, "age_asked": export_asked}
ERASERS = {"age": erase_age, "age_asked": erase_asked}
LEFT_OUT = {
    "age.UnderAgeReport": "somebody else wrote it; who reports is told to nobody",
    "age.AgeSighting": "their own public words, which stand where they wrote them",
    "age.ClosedYoung": "how an account that comes back is noticed",
    "age.Comeback": "what resembles what; what is decided of it is handed over as what was asked of them",
    "age.ProtectionCase": "to tell of it could put a child in danger; child-safety officers speak with them",
}
