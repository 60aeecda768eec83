"""What the platform can do for somebody looked after. Care calls no platform: the room that does registers itself here.

As casework does (`casework.means`), whose words for "how" are used again.
"""

from collections.abc import Iterable
from typing import Protocol

from rempart.casework.means import How, Means
from rempart.records import AccountReference
from rempart.staff.models import StaffMember


class Platforms(Protocol):
    """What the room of platforms answers."""

    def means(self, account: AccountReference, kind: str) -> Means | None:
        """How a protection is switched on for an account, or an act about comments ("hide", "report") is done; None
        where no platform of ours covers it.
        """

    def problems(self, orders: Iterable[int]) -> dict[int, str]:
        """What stands in the way of orders, by number."""

    def retry(self, order: int, *, acting: StaffMember) -> bool:
        """Have an order tried again that waits for a person; whether there is one. Raises NotAllowed."""


_platforms: list[Platforms] = []


def register(platforms: Platforms) -> None:
    """Let the room of platforms answer from now on."""
    _platforms[:] = [platforms]


def of(account: AccountReference, kind: str) -> Means | None:
    """How a protection is switched on for an account, or an act about comments done; None where nobody here knows."""
    return next((found for one in _platforms if (found := one.means(account, kind))), None)


def can(means: Means | None) -> bool:
    """Whether something can be done: where nobody knows of a platform, nothing can."""
    return means is not None and means.how != How.CANNOT


def problems(orders: Iterable[int]) -> dict[int, str]:
    """What stands in the way of orders, by number."""
    asked = list(orders)
    return {number: problem for one in _platforms for number, problem in one.problems(asked).items()}


def retry(order: int, *, acting: StaffMember) -> bool:
    """Have an order tried again that waits for a person; whether there was one. Raises NotAllowed."""
    return any(one.retry(order, acting=acting) for one in _platforms)
