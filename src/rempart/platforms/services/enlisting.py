"""From orders to executions: every order about an account that an enabled platform covers gets one, in its transaction.

A job is deferred for the moment at which it falls due, when that is soon; later ones are found by the task of every
minute, which looks ahead.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from rempart.casework.models import Case, PlatformOrder
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.models import Execution, Platform
from rempart.platforms.registry import covers, platform_for

SOON = timedelta(seconds=90)
"""Longer than the time between two runs of the task of every minute."""
_BATCH = 500


def enlist(case: Case, orders: Iterable[PlatformOrder]) -> None:
    """Give orders of a case their executions, and have them carried out at their moment.

    What was put on a platform is taken off there, though it may be disabled now: it then waits where people see it.
    """
    covering = platform_for(case.account)
    for order in orders:
        platform = covering or _put_on(order)
        if platform is None:
            continue
        is_new = _enlist(order, platform)
        if order.due_at <= now() + SOON:
            tasks.defer_account(case.account_id, at=order.due_at)
        if not is_new and order.action == PlatformOrder.Action.LIFT:
            # A platform that ends measures by itself has to hear that this one ends at another moment.
            tasks.defer_check(case.account_id)


def _put_on(order: PlatformOrder) -> Platform | None:
    """Where what a lift takes off was put; None for what is still to be put somewhere."""
    if order.action != PlatformOrder.Action.LIFT:
        return None
    began = Execution.objects.filter(
        order__action=PlatformOrder.Action.APPLY,
        order__measure__measure=order.measure.measure,
        order__measure__decision__case=order.measure.decision.case_id,
    )
    newest = began.select_related("platform").order_by("-order__due_at", "-order__pk").first()
    return newest.platform if newest else None


def enlist_waiting(platform: Platform) -> int:
    """Enlist the orders that were written before the platform was there and are still wanted. Returns how many."""
    ended = PlatformOrder.objects.filter(
        measure__measure=OuterRef("measure__measure"),
        measure__decision__case=OuterRef("measure__decision__case"),
        action=PlatformOrder.Action.LIFT,
        due_at__gt=OuterRef("due_at"),
        due_at__lte=now(),
    )
    waiting = PlatformOrder.objects.filter(
        carried_out_at=None, execution=None, measure__decision__case__account__service=platform.service
    )
    wanted = waiting.filter(~Exists(ended), action=PlatformOrder.Action.APPLY) | waiting.filter(
        action=PlatformOrder.Action.LIFT, due_at__gt=now()
    )
    enlisted = 0
    for order in wanted.select_related("measure__decision__case__account").order_by("due_at", "pk").iterator(_BATCH):
        if covers(platform, order.measure.decision.case.account):
            _enlist(order, platform)
            enlisted += 1
    return enlisted


def _enlist(order: PlatformOrder, platform: Platform) -> bool:
    """Give an order its execution, or move it with the order; whether it is a new one."""
    execution, is_new = Execution.objects.get_or_create(
        order=order, defaults={"platform": platform, "next_try_at": order.due_at}
    )
    if not is_new and execution.state == Execution.State.WAITS:
        Execution.objects.filter(pk=execution.pk).update(next_try_at=order.due_at)
    return is_new


def defer_due() -> int:
    """Defer a job for each account on which something is due or soon will be. Returns how many accounts these are."""
    soon = now() + SOON
    waiting = Execution.objects.filter(
        state=Execution.State.WAITS, platform__enabled=True, next_try_at__lte=soon, order__due_at__lte=soon
    )
    found = waiting.order_by("next_try_at", "pk").values_list("order__measure__decision__case__account", "next_try_at")[
        : 4 * _BATCH
    ]
    moments: dict[int, list[datetime]] = {}
    for account, at in found:
        moments.setdefault(account, []).append(at)
    for account, at in moments.items():
        for moment in sorted({max(one, now()) for one in at})[:3]:
            tasks.defer_account(account, at=moment)
    return len(moments)
