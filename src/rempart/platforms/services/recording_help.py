"""What became of something that care asked for, written down with its row in the ledger, whose subject is the order."""

from datetime import datetime, timedelta

from django.db import transaction

from rempart import ledger
from rempart.care.models import CareOrder
from rempart.care.services import orders
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import PlatformFailure, TemporaryFailure
from rempart.platforms.models import CareExecution
from rempart.platforms.services import breaker

State = CareExecution.State

AGAIN_AFTER = timedelta(hours=1)
"""When taking off is tried again that failed for a lasting reason: nobody keeps what they switched off."""


def about_to_send(execution: CareExecution) -> None:
    """Note that from here on the platform may have done it."""
    if execution.sent_at is None:
        execution.sent_at = now()
        CareExecution.objects.filter(pk=execution.pk).update(sent_at=execution.sent_at)


def wait_until(execution: CareExecution, at: datetime) -> None:
    """Look at it again then."""
    CareExecution.objects.filter(pk=execution.pk).update(next_try_at=at)


def repeated(execution: CareExecution) -> None:
    """It is asked for once more, on purpose and under a key of its own."""
    execution.again += 1
    CareExecution.objects.filter(pk=execution.pk).update(again=execution.again)


@transaction.atomic
def done(execution: CareExecution, mark: str) -> None:
    """The platform did it; it is looked at again at its end. Recorded once, however often it was asked."""
    # The order first, as whoever moves its end does.
    order = CareOrder.objects.select_for_update().get(pk=execution.order_id)
    found = CareExecution.objects.select_for_update().get(pk=execution.pk)
    before, moment = found.state, now()
    found.state, found.mark, found.problem, found.tries = State.HOLDS, mark[:300], "", 0
    found.checked_at, found.next_try_at = moment, order.ends_at
    found.save(update_fields=["state", "mark", "problem", "tries", "checked_at", "next_try_at"])
    execution.state, execution.mark = found.state, found.mark
    if before != State.HOLDS:
        orders.carried_out(order, moment)
        _told(Event.CARE_ORDER_CARRIED_OUT, execution)
        if order.ends_at is not None:
            tasks.defer_help(order.file_id, at=order.ends_at)


@transaction.atomic
def over(execution: CareExecution) -> None:
    """It is off."""
    if _becomes(execution, State.OVER):
        orders.lifted(execution.order, now())
        _told(Event.CARE_ORDER_LIFTED, execution)


@transaction.atomic
def dropped(execution: CareExecution) -> None:
    """It is not wanted any more, and was never sent."""
    if _becomes(execution, State.DROPPED):
        _told(Event.CARE_ORDER_DROPPED, execution)


def tried_in_vain(execution: CareExecution, failure: PlatformFailure | None) -> None:
    """It may work later: when, follows from how often it was tried."""
    after = failure.after if isinstance(failure, TemporaryFailure) else None
    execution.tries += 1
    execution.next_try_at = now() + breaker.wait(execution.tries, after=after)
    execution.problem = str(failure)
    execution.save(update_fields=["tries", "next_try_at", "problem"])
    tasks.defer_help(execution.order.file_id, at=execution.next_try_at)


@transaction.atomic
def failed(execution: CareExecution, problem: str) -> None:
    """It will not work until a person does something. What should be off is tried again all the same."""
    order = CareOrder.objects.get(pk=execution.order_id)
    execution.next_try_at = order.ends_at if order.wanted else now() + AGAIN_AFTER
    known = CareExecution.objects.filter(pk=execution.pk, state=State.FAILED, problem=problem)
    if known.update(next_try_at=execution.next_try_at):
        return
    CareExecution.objects.filter(pk=execution.pk).update(
        state=State.FAILED, problem=problem, next_try_at=execution.next_try_at
    )
    execution.state = State.FAILED
    _told(Event.CARE_ORDER_FAILED, execution, problem=problem)


def _becomes(execution: CareExecution, state: State) -> bool:
    ended = (State.OVER, State.DROPPED)
    open_ = CareExecution.objects.filter(pk=execution.pk).exclude(state__in=ended)
    execution.state = state
    return bool(open_.update(state=state, problem="", next_try_at=None))


def _told(event: Event, execution: CareExecution, **more: str) -> None:
    said = {"platform": execution.platform.name, "kind": execution.order.kind, **more}
    ledger.append(event, subject=execution.order, content=said)
