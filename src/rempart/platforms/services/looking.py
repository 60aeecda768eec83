"""What a person does about what waits for one: try an order again, settle a difference. Each with a reason."""

from django.db import transaction

from rempart import ledger
from rempart.casework.services.guards import ensure_may_act, given_reason
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.errors import AlreadySettled, NothingToRetry
from rempart.platforms.models import Drift, Execution
from rempart.platforms.services import drifting
from rempart.staff.models import StaffMember

State = Execution.State


@transaction.atomic
def retry_execution(execution: Execution, *, acting: StaffMember, reason: str) -> Execution:
    """Try an order again that waits for a person, or at once one that would be tried again later.

    Raises NotAllowed, Excluded, ClaimedByAnother, ReasonMissing, NothingToRetry when it was done or is not wanted.
    """
    execution = Execution.objects.select_for_update().get(pk=execution.pk)
    case = execution.order.measure.decision.case
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    if execution.state not in (State.FAILED, State.WAITS):
        raise NothingToRetry
    execution.state, execution.next_try_at, execution.tries = State.WAITS, now(), 0
    execution.save(update_fields=["state", "next_try_at", "tries"])
    ledger.append(Event.ORDER_RETRIED, subject=execution.order, acting=acting, content={"reason": reason})
    tasks.defer_account(case.account_id, at=max(now(), execution.order.due_at))
    return execution


@transaction.atomic
def settle_drift(drift: Drift, *, acting: StaffMember, reason: str, apply_again: bool = False) -> Drift:
    """Settle a difference: what was lost is put back (`apply_again`), or left as it is and not found again.

    Raises NotAllowed, Excluded, ClaimedByAnother, ReasonMissing, AlreadySettled.
    """
    drift = Drift.objects.select_for_update(of=("self",)).select_related("measure", "platform").get(pk=drift.pk)
    case = drift.measure.decision.case
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    if not drifting.settle(drift, acting=acting, reason=reason):
        raise AlreadySettled
    if apply_again and drift.kind == Drift.Kind.LOST:
        _order_again(drift)
        tasks.defer_account(case.account_id, at=now())
    drift.refresh_from_db()
    return drift


def _order_again(drift: Drift) -> None:
    """Let what was lost be carried out once more, under a key of its own."""
    execution = Execution.objects.filter(order__measure=drift.measure, order__action="apply", state=State.DONE).last()
    if execution is not None:
        execution.state, execution.next_try_at, execution.again = State.WAITS, now(), execution.again + 1
        execution.seen_at = None
        execution.save(update_fields=["state", "next_try_at", "again", "seen_at"])
