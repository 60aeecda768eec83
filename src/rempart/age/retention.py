"""How what this room keeps is erased once its time is over (privacy/register.yaml says when, and why)."""

from datetime import datetime

from rempart import ledger
from rempart.age.models import Assurance


def erase_assurances(before: datetime) -> int:
    """Assurances that ended before that moment."""
    ended = list(Assurance.objects.filter(expires_at__lt=before))
    for one in ended:
        ledger.erase(one, because="retention")
        one.delete()
    return len(ended)


ERASERS = {"assurance": erase_assurances}
