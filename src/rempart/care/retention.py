"""How what care keeps is erased once its time is over (privacy/register.yaml says when, and why)."""

from datetime import datetime

from django.db.models import QuerySet

from rempart import ledger
from rempart.care.models import Mentor, Postvention
from rempart.care.services.erasing import erase_files, erase_wishes
from rempart.care.services.evidence import erase_past


def erase_mentors(before: datetime) -> int:
    """Mentors who left before that moment."""
    return _erase(Mentor.objects.filter(left_at__lt=before))


def erase_postventions(before: datetime) -> int:
    """What was stated of a death before that moment; the silence itself stays."""
    return _erase(Postvention.objects.filter(declared_at__lt=before))


def _erase(found: "QuerySet[Mentor] | QuerySet[Postvention]") -> int:
    things = list(found)
    for thing in things:
        ledger.erase(thing, because="retention")
        thing.delete()
    return len(things)


ERASERS = {
    "evidence": erase_past,
    "care_file": erase_files,
    "care_wish": erase_wishes,
    "mentor": erase_mentors,
    "postvention": erase_postventions,
}
