"""Carrying out what care asks for: protections, comments hidden and shown again, reports handed to the platform.

The book of its orders; how they are carried out is `holding`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from rempart.care.models import CareOrder, ShieldedComment
from rempart.care.services import orders
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import Ability, Comment, Connector
from rempart.platforms.models import CareExecution
from rempart.platforms.services.alone import HELPING
from rempart.platforms.services.books import Book, Told
from rempart.records import AccountReference
from rempart.staff.roles import Permission

Kind = CareOrder.Kind


class Care(Book):
    """The orders of care, a file's one after the other."""

    executions, orders = CareExecution, CareOrder
    owner, lock, key = "file", HELPING, "care"
    related = ("order__file", "order__protection")
    told_once = frozenset({Kind.REPORT.value})
    permission = Permission.CARE
    told = Told(
        carried_out=Event.CARE_ORDER_CARRIED_OUT,
        lifted=Event.CARE_ORDER_LIFTED,
        dropped=Event.CARE_ORDER_DROPPED,
        failed=Event.CARE_ORDER_FAILED,
        retried=Event.CARE_ORDER_RETRIED,
    )

    def defer(self, owner: int, *, at: datetime) -> None:
        """Have a file looked at."""
        tasks.defer_help(owner, at=at)

    def reference_of(self, order: CareOrder) -> AccountReference:
        """The account of the file."""
        return order.file.reference

    def on_service(self, services: Any) -> Q:
        """Of files on these services."""
        return Q(file__service__in=services)

    def abilities(self, connector: Connector) -> Mapping[str, Ability]:
        """Protections, and what is done about comments."""
        return {**connector.protections, **connector.acts}

    def named(self, order: CareOrder) -> str:
        """Which protection, or what about comments."""
        return order.kind if order.protection is None else order.protection.kind

    def ask(self, connector: Connector, order: CareOrder, account: AccountReference, *, key: str) -> str:
        """Switch it on, hide, or report."""
        if order.kind == Kind.REPORT:
            return connector.report(account, comments_of(order), key=key)
        assert order.ends_at is not None  # noqa: S101 – a constraint of the table
        if order.kind == Kind.HIDE:
            return connector.hide(account, comments_of(order), key=key, until=order.ends_at)
        assert order.protection is not None  # noqa: S101 – a constraint of the table
        return connector.protect(account, order.protection.kind, key=key, until=order.ends_at)

    def take_off(
        self, connector: Connector, order: CareOrder, account: AccountReference, *, key: str, mark: str
    ) -> None:
        """Switch it off or show again, unless another order still wants it."""
        if order.kind == Kind.HIDE:
            still = ShieldedComment.objects.filter(orders__in=_others(order)).distinct()
            if comments := _comments(order, order.comments.exclude(pk__in=still.values("pk"))):
                connector.show(account, comments, still=_comments(order, still), key=key, mark=mark)
        elif order.protection is not None and not _others(order).filter(protection__kind=order.protection.kind):
            connector.unprotect(account, order.protection.kind, key=key, mark=mark)

    def holds(self, connector: Connector, order: CareOrder, account: AccountReference) -> bool:
        """Whether it is on, or all of the comments are hidden."""
        if order.protection is not None:
            return order.protection.kind in connector.protected(account)
        comments = comments_of(order)
        return {one.number for one in comments} <= connector.hidden(account, comments)

    def carried_out(self, order: CareOrder, at: datetime) -> None:
        """For care."""
        orders.carried_out(order, at)

    def lifted(self, order: CareOrder, at: datetime) -> None:
        """For care."""
        orders.lifted(order, at)


CARE = Care()


def _others(order: CareOrder) -> QuerySet[CareOrder]:
    """What else of the same kind is wanted now."""
    moment = now()
    wanted = CareOrder.objects.filter(file=order.file, kind=order.kind, begins_at__lte=moment, ends_at__gt=moment)
    return wanted.exclude(pk=order.pk)


def comments_of(order: CareOrder) -> list[Comment]:
    """The comments that an order is about, as connectors name them."""
    return _comments(order, order.comments.all())


def _comments(order: CareOrder, comments: QuerySet[ShieldedComment]) -> list[Comment]:
    service = order.file.service
    return [
        Comment(number=one.number, author=AccountReference(service, one.author, one.author_id or None))
        for one in comments.only("number", "author", "author_id").order_by("pk")
    ]
