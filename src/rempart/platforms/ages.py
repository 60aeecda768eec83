"""What the age room asks of platforms (age.means): what each can do about an account, what stands in an order's way."""

from collections.abc import Iterable

from rempart.casework.means import How, Means
from rempart.platforms.abilities import HOW
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.errors import NothingToRetry
from rempart.platforms.models import AgeExecution
from rempart.platforms.registry import connector_of, platform_for
from rempart.platforms.services import keeping_young
from rempart.records import AccountReference
from rempart.staff.models import StaffMember


def means(account: AccountReference, kind: str) -> Means | None:
    """How a step about an age is carried out; None where no platform covers the account or its settings are wrong."""
    platform = platform_for(account)
    if platform is None:
        return None
    try:
        found = connector_of(platform).age_steps.get(kind)
    except PermanentFailure:
        return None
    return Means(HOW[found.support], dict(found.how)) if found else Means(How.CANNOT, {})


def retry(order: int, *, acting: StaffMember) -> bool:
    """Have an order tried again that waits for a person; whether there is one. Raises NotAllowed."""
    found = AgeExecution.objects.filter(order=order).first()
    if found is None:
        return False
    try:
        keeping_young.retry_age(found, acting=acting)
    except NothingToRetry:
        return False
    return True


def problems(orders: Iterable[int]) -> dict[int, str]:
    """Why orders about ages wait or failed, by number; those with nothing in their way are left out."""
    found = AgeExecution.objects.filter(order__in=list(orders)).exclude(problem="")
    return dict(found.values_list("order", "problem"))
