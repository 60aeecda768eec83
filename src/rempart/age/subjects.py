"""What this room holds about one person, handed to them or erased at their request (see `privacy.subjects`)."""

from rempart import ledger
from rempart.age.models import Assurance
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


HANDED_OVER = {"age.Assurance"}
EXPORTERS = {"age": export_age}
ERASERS = {"age": erase_age}
