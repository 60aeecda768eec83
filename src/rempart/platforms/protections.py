"""What care asks of platforms (care.means): what each can do for somebody, and what stands in the way of an order."""

from collections.abc import Iterable

from rempart.casework.means import How, Means
from rempart.platforms.abilities import HOW
from rempart.platforms.connector import Ability, PermanentFailure
from rempart.platforms.errors import NothingToRetry
from rempart.platforms.models import CareExecution
from rempart.platforms.registry import connector_of, platform_for
from rempart.platforms.services import helping
from rempart.records import AccountReference
from rempart.staff.models import StaffMember


def means(account: AccountReference, kind: str) -> Means | None:
    """How a protection is switched on for an account, or an act about comments done; None where no platform covers it
    or its settings are wrong.
    """
    platform = platform_for(account)
    if platform is None:
        return None
    try:
        connector = connector_of(platform)
    except PermanentFailure:
        return None
    said: dict[str, Ability] = {**connector.protections, **connector.acts}
    found = said.get(kind)
    return Means(HOW[found.support], dict(found.how)) if found else Means(How.CANNOT, {})


def retry(order: int, *, acting: StaffMember) -> bool:
    """Have an order tried again that waits for a person; whether there is one. Raises NotAllowed."""
    found = CareExecution.objects.filter(order=order).first()
    if found is None:
        return False
    try:
        helping.retry_help(found, acting=acting)
    except NothingToRetry:
        return False
    return True


def problems(orders: Iterable[int]) -> dict[int, str]:
    """Why orders of care wait or failed, by the order's number; those with nothing in their way are left out."""
    found = CareExecution.objects.filter(order__in=list(orders)).exclude(problem="")
    return dict(found.values_list("order", "problem"))
