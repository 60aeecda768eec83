"""From what care asks for to executions: each order for somebody whom an enabled platform covers gets one.

As for measures (`enlisting`): in the order's transaction, with a job for its moment when that is soon.
"""

from collections.abc import Iterable

from django.db.models import Q

from rempart.care.models import CareFile, CareOrder
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.models import CareExecution, Platform
from rempart.platforms.registry import covers, platform_for
from rempart.platforms.services.enlisting import SOON

State = CareExecution.State
OPEN = (State.WAITS, State.HOLDS, State.FAILED)


def enlist(file: CareFile, orders: Iterable[CareOrder]) -> None:
    """Give orders of a file their executions, or have those looked at whose end moved."""
    platform = platform_for(file.reference)
    for order in orders:
        moved = CareExecution.objects.filter(order=order, state__in=OPEN).update(next_try_at=now(), tries=0)
        if not moved and not _enlist(order, platform):
            continue
        if order.begins_at <= now() + SOON:
            tasks.defer_help(file.pk, at=order.begins_at)


def enlist_waiting() -> int:
    """Enlist what was asked for before a platform covered it and is still wanted. Returns how many."""
    enlisted = 0
    services = Platform.objects.filter(enabled=True).values("service")
    waiting = CareOrder.objects.filter(
        Q(ends_at=None) | Q(ends_at__gt=now()), execution=None, file__service__in=services
    )
    for order in waiting.select_related("file").order_by("begins_at", "pk").iterator(500):
        enlisted += _enlist(order, platform_for(order.file.reference))
    return enlisted


def _enlist(order: CareOrder, platform: Platform | None) -> bool:
    if platform is None or not covers(platform, order.file.reference):
        return False
    _execution, is_new = CareExecution.objects.get_or_create(
        order=order, defaults={"platform": platform, "next_try_at": order.begins_at}
    )
    return is_new


def defer_due() -> int:
    """Defer a job for each file for which something is due or soon will be. Returns how many these are."""
    due = CareExecution.objects.filter(state__in=OPEN, platform__enabled=True, next_try_at__lte=now() + SOON)
    moments: dict[int, set[object]] = {}
    for file, at in due.order_by("next_try_at", "pk").values_list("order__file", "next_try_at")[:2000]:
        moment = max(at, now())
        if moment not in moments.setdefault(file, set()):
            moments[file].add(moment)
            tasks.defer_help(file, at=moment)
    return len(moments)
