"""The books of orders that platforms carry out for other rooms: care's, and those about ages.

One mechanism serves them all (`holding`). A book says whose orders they are, in which tables they stand, and what each
is to a connector; everything else – once whatever happens, taken off at its end, looked at again – is the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Q

from rempart.ledger import Event
from rempart.platforms.connector import Ability, Connector, Support
from rempart.records import AccountReference
from rempart.staff.roles import Permission


@dataclass(frozen=True, kw_only=True)
class Told:
    """The events by which the ledger keeps what became of an order."""

    carried_out: Event
    lifted: Event
    dropped: Event
    failed: Event
    retried: Event


class Book(ABC):
    """The orders of one room.

    executions, orders: its tables; an order has `kind`, `begins_at`, `ends_at` and `wanted`. owner: the column of an
    order that says whose orders are carried out one after the other; lock: what tells these owners from others' in
    `alone_with`. told_once: kinds that are done once and hold nothing. key: the first word of the keys of its orders.
    permission: what a member needs to try again.
    """

    executions: ClassVar[Any]
    orders: ClassVar[Any]
    owner: ClassVar[str]
    related: ClassVar[tuple[str, ...]]
    lock: ClassVar[int]
    key: ClassVar[str]
    told_once: ClassVar[frozenset[str]]
    told: ClassVar[Told]
    permission: ClassVar[Permission]

    @abstractmethod
    def defer(self, owner: int, *, at: datetime) -> None:
        """Have an owner's orders looked at at a moment."""

    @abstractmethod
    def reference_of(self, order: Any) -> AccountReference:
        """The account that an order is about."""

    @abstractmethod
    def on_service(self, services: Any) -> Q:
        """The orders about accounts of these services."""

    @abstractmethod
    def abilities(self, connector: Connector) -> Mapping[str, Ability]:
        """What a platform can do of what these orders ask, by the name of each."""

    def named(self, order: Any) -> str:
        """What an order asks, by its name among abilities."""
        name: str = order.kind
        return name

    def can(self, connector: Connector, order: Any) -> bool:
        """Whether the platform does anything of the kind."""
        return self.abilities(connector)[self.named(order)].support is not Support.IMPOSSIBLE

    @abstractmethod
    def ask(self, connector: Connector, order: Any, account: AccountReference, *, key: str) -> str:
        """Have it done; returns the platform's own mark."""

    @abstractmethod
    def take_off(self, connector: Connector, order: Any, account: AccountReference, *, key: str, mark: str) -> None:
        """Take off what was put there, and leave what another order still wants there."""

    @abstractmethod
    def holds(self, connector: Connector, order: Any, account: AccountReference) -> bool:
        """Whether it holds there now."""

    @abstractmethod
    def carried_out(self, order: Any, at: datetime) -> None:
        """Tell its room that the platform did it."""

    @abstractmethod
    def lifted(self, order: Any, at: datetime) -> None:
        """Tell its room that the platform took it off."""

    def owner_of(self, order: Any) -> int:
        """The number of whose order it is."""
        number: int = getattr(order, f"{self.owner}_id")
        return number


def books() -> tuple[Book, ...]:
    """All of them."""
    from rempart.platforms.services.helping import CARE
    from rempart.platforms.services.keeping_young import AGE

    return CARE, AGE
