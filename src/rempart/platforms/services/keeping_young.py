"""Carrying out what the age room asks for: an account made private meanwhile, closed for now, or erased.

The book of its orders; how they are carried out is `holding`.
"""

from datetime import datetime
from typing import Any

from django.db.models import Q

from rempart.age.models import AgeOrder
from rempart.age.services import orders
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import Connector, Support
from rempart.platforms.models import AgeExecution
from rempart.platforms.services import holding
from rempart.platforms.services.alone import AGES
from rempart.platforms.services.books import Book, Told
from rempart.records import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

Kind = AgeOrder.Kind


class Age(Book):
    """The orders of the age room, a challenge's one after the other."""

    executions, orders = AgeExecution, AgeOrder
    owner, lock, key = "challenge", AGES, "age"
    related = ("order__challenge",)
    told_once = frozenset({Kind.ERASE.value})
    permission = Permission.AGE
    told = Told(
        carried_out=Event.AGE_ORDER_CARRIED_OUT,
        lifted=Event.AGE_ORDER_LIFTED,
        dropped=Event.AGE_ORDER_DROPPED,
        failed=Event.AGE_ORDER_FAILED,
        retried=Event.AGE_ORDER_RETRIED,
    )

    def defer(self, owner: int, *, at: datetime) -> None:
        """Have a challenge looked at."""
        tasks.defer_age(owner, at=at)

    def reference_of(self, order: AgeOrder) -> AccountReference:
        """The account that is asked."""
        return order.reference

    def on_service(self, services: Any) -> Q:
        """Of accounts on these services."""
        return Q(challenge__service__in=services)

    def can(self, connector: Connector, order: AgeOrder) -> bool:
        """Whether the platform does anything of the kind."""
        return connector.age_steps[order.kind].support is not Support.IMPOSSIBLE

    def ask(self, connector: Connector, order: AgeOrder, account: AccountReference, *, key: str) -> str:
        """Make it private, close it, or have it erased."""
        if order.kind == Kind.ERASE:
            return connector.erase(account, key=key)
        assert order.ends_at is not None  # noqa: S101 – a constraint of the table
        return connector.hold_for_age(account, order.kind, key=key, until=order.ends_at)

    def take_off(
        self, connector: Connector, order: AgeOrder, account: AccountReference, *, key: str, mark: str
    ) -> None:
        """As it was before, unless another challenge of the account still wants it."""
        moment, challenge = now(), order.challenge
        wanted = AgeOrder.objects.filter(kind=order.kind, begins_at__lte=moment, ends_at__gt=moment)
        same = Q(challenge__handle=challenge.handle)
        if challenge.platform_id:
            same |= Q(challenge__platform_id=challenge.platform_id)
        if not wanted.filter(same, challenge__service=challenge.service).exclude(pk=order.pk).exists():
            connector.release_for_age(account, order.kind, key=key, mark=mark)

    def holds(self, connector: Connector, order: AgeOrder, account: AccountReference) -> bool:
        """Whether it holds there now."""
        return order.kind in connector.held_for_age(account)

    def carried_out(self, order: AgeOrder, at: datetime) -> None:
        """For the age room."""
        orders.carried_out(order, at)

    def lifted(self, order: AgeOrder, at: datetime) -> None:
        """For the age room."""
        orders.lifted(order, at)


AGE = Age()


def ages_due(*, limit: int = 500) -> int:
    """Do what is due about ages, here and now; returns how many orders changed."""
    return holding.do_due(AGE, limit=limit)


def do_challenge(challenge: int) -> int:
    """Do what is due for one challenge, oldest order first. Raises Busy while another process does."""
    return holding.do_of(AGE, challenge)


def check_ages(*, limit: int = 200) -> int:
    """Compare what should hold about ages with what does. Returns how many orders were compared."""
    return holding.check_of(AGE, limit=limit)


def retry_age(execution: AgeExecution, *, acting: StaffMember) -> AgeExecution:
    """Try something again that waits for a person. Raises NotAllowed, NothingToRetry."""
    tried: AgeExecution = holding.retry_of(AGE, execution, acting=acting)
    return tried
