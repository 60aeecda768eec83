"""What became of an order, written down: each change of state in one transaction with its row in the ledger.

The rows' subject is the order, so that their contents leave with its case.
"""

from datetime import timedelta

from django.db import transaction

from rempart import ledger
from rempart.casework.services import orders
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import TemporaryFailure
from rempart.platforms.models import Execution
from rempart.platforms.services import breaker
from rempart.platforms.services.asking import Asked

State = Execution.State


@transaction.atomic
def about_to_send(execution: Execution) -> bool:
    """Note that from here on the platform may have done it, if it is still to be done."""
    if execution.sent_at is None:
        waiting = Execution.objects.filter(pk=execution.pk, state=State.WAITS)
        if not waiting.update(sent_at=now()):
            return False
        execution.sent_at = now()
    return Execution.objects.filter(pk=execution.pk, state=State.WAITS).exists()


@transaction.atomic
def done(execution: Execution, asked: Asked, *, mark: str = "", note: str = "") -> None:
    """The platform did it. Recorded once, however often it was asked. note: what a person should know of it."""
    found = Execution.objects.select_for_update().get(pk=execution.pk)
    if found.state == State.DONE:
        return
    moment = now()
    found.state, found.done_at, found.mark, found.problem = State.DONE, moment, mark[:300], note
    found.checked_at, found.tries = moment, 0
    found.save(update_fields=["state", "done_at", "mark", "problem", "checked_at", "tries"])
    orders.carried_out(execution.order, moment)
    said = {
        "platform": execution.platform.name,
        "action": execution.order.action,
        "measure": execution.order.measure.measure,
        "as": asked.amounts_to,
    }
    ledger.append(Event.ORDER_CARRIED_OUT, subject=execution.order, content=said | ({"note": note} if note else {}))
    _follow(execution, found)


@transaction.atomic
def seen(execution: Execution) -> None:
    """What was ordered was seen on the platform, or seen gone. Recorded once."""
    moment = now()
    if Execution.objects.filter(pk=execution.pk, state=State.DONE, seen_at=None).update(seen_at=moment):
        execution.seen_at = moment
        ledger.append(Event.ORDER_SEEN, subject=execution.order, content={"platform": execution.platform.name})


def tried_in_vain(execution: Execution, failure: TemporaryFailure) -> None:
    """It may work later: when, follows from how often it was tried."""
    execution.tries += 1
    execution.problem = str(failure)
    execution.next_try_at = now() + breaker.wait(execution.tries, after=failure.after)
    execution.save(update_fields=["tries", "problem", "next_try_at"])
    tasks.defer_account(execution.order.measure.decision.case.account_id, at=execution.next_try_at)


def set_aside(execution: Execution, problem: str, *, for_: timedelta) -> None:
    """It waits for something else than the platform: nothing was tried, and others go before it."""
    Execution.objects.filter(pk=execution.pk, state=State.WAITS).update(
        problem=problem, next_try_at=now() + for_, tries=0
    )
    execution.refresh_from_db(fields=["problem", "next_try_at", "tries"])


@transaction.atomic
def failed(execution: Execution, problem: str) -> None:
    """It will not work until a person does something."""
    if Execution.objects.filter(pk=execution.pk, state=State.WAITS).update(state=State.FAILED, problem=problem):
        said = {"platform": execution.platform.name, "problem": problem}
        ledger.append(Event.ORDER_FAILED, subject=execution.order, content=said)
        execution.state = State.FAILED


@transaction.atomic
def dropped(execution: Execution) -> None:
    """It is not wanted any more, and was not done."""
    waiting = Execution.objects.filter(pk=execution.pk, state__in=[State.WAITS, State.FAILED])
    if waiting.update(state=State.DROPPED, problem=""):
        ledger.append(Event.ORDER_DROPPED, subject=execution.order, content={"platform": execution.platform.name})
        execution.state = State.DROPPED


def _follow(execution: Execution, found: Execution) -> None:
    execution.state, execution.done_at, execution.mark = State(found.state), found.done_at, found.mark
    execution.problem = found.problem
