"""Carrying out what the age room asks for: an account made private meanwhile, closed for now, or erased.

The book of its orders; how they are carried out is `holding`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from rempart.age.models import AgeOrder
from rempart.age.services import orders
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import Ability, Connector
from rempart.platforms.models import AgeExecution
from rempart.platforms.services.alone import AGES
from rempart.platforms.services.books import Book, Told
from rempart.records import AccountReference
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

    def abilities(self, connector: Connector) -> Mapping[str, Ability]:
        """The steps."""
        return connector.age_steps

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
