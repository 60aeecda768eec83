"""From what rooms ask to hold to executions: each order about an account that an enabled platform covers gets one.

As for measures (`enlisting`): in the order's transaction, with a job for its moment when that is soon.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from rempart.ledger.clock import now
from rempart.platforms.models import Platform, Standing
from rempart.platforms.registry import covers, platform_for
from rempart.platforms.services.books import Book
from rempart.platforms.services.enlisting import SOON
from rempart.records import AccountReference

State = Standing.State
OPEN = (State.WAITS, State.HOLDS, State.FAILED)


def enlist(book: Book, account: AccountReference, orders: Iterable[Any]) -> None:
    """Give orders about one account their executions, or have those looked at whose end moved."""
    platform = platform_for(account)
    for order in orders:
        moved = book.executions.objects.filter(order=order, state__in=OPEN).update(next_try_at=now(), tries=0)
        if not moved and not _enlist(book, order, account, platform):
            continue
        if order.begins_at <= now() + SOON:
            book.defer(book.owner_of(order), at=order.begins_at)


def enlist_waiting(book: Book) -> int:
    """Enlist what was asked for before a platform covered it and is still wanted. Returns how many."""
    enlisted = 0
    services = Platform.objects.filter(enabled=True).values("service")
    still = Q(ends_at=None) | Q(ends_at__gt=now())
    waiting = book.orders.objects.filter(still, book.on_service(services), execution=None)
    for order in waiting.select_related(book.owner).order_by("begins_at", "pk").iterator(500):
        account = book.reference_of(order)
        enlisted += _enlist(book, order, account, platform_for(account))
    return enlisted


def _enlist(book: Book, order: Any, account: AccountReference, platform: Platform | None) -> bool:
    if platform is None or not covers(platform, account):
        return False
    _execution, is_new = book.executions.objects.get_or_create(
        order=order, defaults={"platform": platform, "next_try_at": order.begins_at}
    )
    return bool(is_new)


def defer_due(book: Book) -> int:
    """Defer a job for each owner for whom something is due or soon will be. Returns how many these are."""
    due = book.executions.objects.filter(state__in=OPEN, platform__enabled=True, next_try_at__lte=now() + SOON)
    moments: dict[int, set[object]] = {}
    for owner, at in due.order_by("next_try_at", "pk").values_list(f"order__{book.owner}", "next_try_at")[:2000]:
        moment = max(at, now())
        if moment not in moments.setdefault(owner, set()):
            moments[owner].add(moment)
            book.defer(owner, at=moment)
    return len(moments)
