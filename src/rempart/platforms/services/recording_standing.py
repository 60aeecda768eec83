"""What became of something that a room asked to hold, written down with its row in the ledger about the order."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms.connector import PlatformFailure, TemporaryFailure
from rempart.platforms.models import Standing
from rempart.platforms.services import breaker
from rempart.platforms.services.books import Book

State = Standing.State

AGAIN_AFTER = timedelta(hours=1)
"""When taking off is tried again that failed for a lasting reason: nobody keeps what they switched off."""


def about_to_send(execution: Any) -> None:
    """Note that from here on the platform may have done it."""
    if execution.sent_at is None:
        execution.sent_at = now()
        type(execution).objects.filter(pk=execution.pk).update(sent_at=execution.sent_at)


def wait_until(execution: Any, at: datetime) -> None:
    """Look at it again then."""
    type(execution).objects.filter(pk=execution.pk).update(next_try_at=at)


def repeated(execution: Any) -> None:
    """It is asked for once more, on purpose and under a key of its own."""
    execution.again += 1
    type(execution).objects.filter(pk=execution.pk).update(again=execution.again)


@transaction.atomic
def done(book: Book, execution: Any, mark: str) -> None:
    """The platform did it; it is looked at again at its end. Recorded once, however often it was asked."""
    # The order first, as whoever moves its end does.
    order = book.orders.objects.select_for_update().get(pk=execution.order_id)
    found = book.executions.objects.select_for_update().get(pk=execution.pk)
    before, moment = found.state, now()
    found.state, found.mark, found.problem, found.tries = State.HOLDS, mark[:300], "", 0
    found.checked_at, found.next_try_at = moment, order.ends_at
    found.save(update_fields=["state", "mark", "problem", "tries", "checked_at", "next_try_at"])
    execution.state, execution.mark = found.state, found.mark
    if before != State.HOLDS:
        book.carried_out(order, moment)
        _told(book.told.carried_out, execution)
        if order.ends_at is not None:
            book.defer(book.owner_of(order), at=order.ends_at)


@transaction.atomic
def over(book: Book, execution: Any) -> None:
    """It is off."""
    if _becomes(book, execution, State.OVER):
        book.lifted(execution.order, now())
        _told(book.told.lifted, execution)


@transaction.atomic
def dropped(book: Book, execution: Any) -> None:
    """It is not wanted any more, and was never sent."""
    if _becomes(book, execution, State.DROPPED):
        _told(book.told.dropped, execution)


def tried_in_vain(book: Book, execution: Any, failure: PlatformFailure | None) -> None:
    """It may work later: when, follows from how often it was tried."""
    after = failure.after if isinstance(failure, TemporaryFailure) else None
    execution.tries += 1
    execution.next_try_at = now() + breaker.wait(execution.tries, after=after)
    execution.problem = str(failure)
    execution.save(update_fields=["tries", "next_try_at", "problem"])
    book.defer(book.owner_of(execution.order), at=execution.next_try_at)


@transaction.atomic
def failed(book: Book, execution: Any, problem: str) -> None:
    """It will not work until a person does something. What should be off is tried again all the same."""
    order = book.orders.objects.get(pk=execution.order_id)
    execution.next_try_at = order.ends_at if order.wanted else now() + AGAIN_AFTER
    known = book.executions.objects.filter(pk=execution.pk, state=State.FAILED, problem=problem)
    if known.update(next_try_at=execution.next_try_at):
        return
    book.executions.objects.filter(pk=execution.pk).update(
        state=State.FAILED, problem=problem, next_try_at=execution.next_try_at
    )
    execution.state = State.FAILED
    _told(book.told.failed, execution, problem=problem)


def _becomes(book: Book, execution: Any, state: State) -> bool:
    ended = (State.OVER, State.DROPPED)
    open_ = book.executions.objects.filter(pk=execution.pk).exclude(state__in=ended)
    execution.state = state
    return bool(open_.update(state=state, problem="", next_try_at=None))


def _told(event: Event, execution: Any, **more: str) -> None:
    said = {"platform": execution.platform.name, "kind": execution.order.kind, **more}
    ledger.append(event, subject=execution.order, content=said)
