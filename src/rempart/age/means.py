"""What the platform can do about an account that is asked its age. This room calls no platform: see `care.means`.

The room of platforms registers itself here; without it, or for an account that none of ours covers, whoever reads the
orders does what they say.
"""

from collections.abc import Iterable

from rempart.care.means import Platforms
from rempart.casework.means import Means
from rempart.records import AccountReference
from rempart.staff.models import StaffMember

_platforms: list[Platforms] = []


def register(platforms: Platforms) -> None:
    """Let the room of platforms answer from now on."""
    _platforms[:] = [platforms]


def of(account: AccountReference, kind: str) -> Means | None:
    """How an account is made private, closed for now or erased ("private", "restrict", "erase"); None where no platform
    of ours covers it.
    """
    return next((found for one in _platforms if (found := one.means(account, kind))), None)


def problems(orders: Iterable[int]) -> dict[int, str]:
    """What stands in the way of orders, by number."""
    asked = list(orders)
    return {number: problem for one in _platforms for number, problem in one.problems(asked).items()}


def retry(order: int, *, acting: StaffMember) -> bool:
    """Have an order tried again that waits for a person; whether there was one. Raises NotAllowed."""
    return any(one.retry(order, acting=acting) for one in _platforms)
