"""Filters of the queue that somebody saves to come back to, for themselves or for everybody."""

from django.db import transaction

from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.casework.models import SavedFilter
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@transaction.atomic
def save_filter(name: str, query: str, *, shared: bool, acting: StaffMember) -> SavedFilter:
    """Save a filter under a name; the same name again replaces it. Raises ReasonMissing when the name is empty."""
    if not (name := name.strip()):
        raise ReasonMissing
    given = {"query": query, "shared": shared, "saved_at": now()}
    saved, _new = SavedFilter.objects.update_or_create(owner=acting, name=name, defaults=given)
    return saved


@transaction.atomic
def forget_filter(saved: SavedFilter, *, acting: StaffMember) -> None:
    """Forget a filter: one's own, or as a senior one that is shared. Raises NotAllowed."""
    if saved.owner != acting and not (saved.shared and acting.may(Permission.COUNTERSIGN)):
        raise NotAllowed
    saved.delete()
