"""What rooms ask of platforms beside measures (care.means, age.means): what each can do, what is in an order's way."""

from collections.abc import Iterable
from dataclasses import dataclass

from rempart.casework.means import How, Means
from rempart.platforms.abilities import HOW
from rempart.platforms.connector import PermanentFailure
from rempart.platforms.errors import NothingToRetry
from rempart.platforms.registry import connector_of, platform_for
from rempart.platforms.services import holding
from rempart.platforms.services.books import Book
from rempart.records import AccountReference
from rempart.staff.models import StaffMember


@dataclass(frozen=True)
class Asked:
    """The answers to the room whose orders stand in a book."""

    book: Book

    def means(self, account: AccountReference, kind: str) -> Means | None:
        """How something is done for an account; None where no platform covers it or its settings are wrong."""
        platform = platform_for(account)
        if platform is None:
            return None
        try:
            found = self.book.abilities(connector_of(platform)).get(kind)
        except PermanentFailure:
            return None
        return Means(HOW[found.support], dict(found.how)) if found else Means(How.CANNOT, {})

    def retry(self, order: int, *, acting: StaffMember) -> bool:
        """Have an order tried again that waits for a person; whether there is one. Raises NotAllowed."""
        found = self.book.executions.objects.filter(order=order).first()
        if found is None:
            return False
        try:
            holding.retry_of(self.book, found, acting=acting)
        except NothingToRetry:
            return False
        return True

    def problems(self, orders: Iterable[int]) -> dict[int, str]:
        """Why orders wait or failed, by number; those with nothing in their way are left out."""
        found = self.book.executions.objects.filter(order__in=list(orders)).exclude(problem="")
        return dict(found.values_list("order", "problem"))
