"""What care asks of platforms, written in the transaction of whoever asks. For use by the services of this room."""

from collections.abc import Iterable
from datetime import datetime

from rempart.care.models import CareFile, CareOrder, Protection, Shield, ShieldedComment
from rempart.care.signals import orders_changed
from rempart.ledger.clock import now

AT_ONCE = 500
"""Comments that one order names at most, so that no request to a platform grows without end."""


def ask_to_protect(protection: Protection) -> CareOrder:
    """Ask for what somebody accepted."""
    assert protection.begins_at is not None  # noqa: S101 – a constraint of the table
    order = CareOrder.objects.create(
        file=protection.file,
        kind=CareOrder.Kind.PROTECT,
        protection=protection,
        ordered_at=now(),
        begins_at=protection.begins_at,
        ends_at=protection.ends_at,
    )
    _tell(protection.file, [order])
    return order


def ask_about(
    kind: CareOrder.Kind, shield: Shield, comments: Iterable[ShieldedComment], *, ends_at: datetime | None
) -> list[CareOrder]:
    """Ask to hide comments until a moment, or to report them once."""
    moment, asked = now(), list(comments)
    orders = []
    for begin in range(0, len(asked), AT_ONCE):
        order = CareOrder.objects.create(
            file=shield.file, kind=kind, shield=shield, ordered_at=moment, begins_at=moment, ends_at=ends_at
        )
        order.comments.set(asked[begin : begin + AT_ONCE])
        orders.append(order)
    _tell(shield.file, orders)
    return orders


def end_now(file: CareFile, orders: Iterable[CareOrder]) -> None:
    """Take back what was asked: it is over now, whether the platform heard of it or not."""
    moment, moved = now(), []
    standing = CareOrder.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in orders])
    for order in standing.order_by("pk"):
        if order.ends_at is not None and order.ends_at > moment:
            order.ends_at = max(moment, order.begins_at)
            order.save(update_fields=["ends_at"])
            moved.append(order)
    _tell(file, moved)


def carried_out(order: CareOrder, at: datetime) -> None:
    """The platform did it. For the room on the right."""
    CareOrder.objects.filter(pk=order.pk, carried_out_at=None).update(carried_out_at=at)


def lifted(order: CareOrder, at: datetime) -> None:
    """The platform took it off. For the room on the right."""
    CareOrder.objects.filter(pk=order.pk, lifted_at=None).update(lifted_at=at)


def _tell(file: CareFile, orders: list[CareOrder]) -> None:
    if orders:
        orders_changed.send(CareFile, file=file, orders=orders)
