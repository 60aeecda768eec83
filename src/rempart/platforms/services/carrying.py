"""Carrying orders out: what is due, one account at a time, each account's orders in the order in which they fell due.

No transaction is open while a platform is asked. Before it is asked, `sent_at` says that it may have been done; killed
between its answer and our record, the next run asks again with the same key, which changes nothing, and records once.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext_noop

from rempart.ledger.clock import now
from rempart.platforms.connector import (
    NOT_HERE,
    Connector,
    PermanentFailure,
    Sanction,
    TemporaryFailure,
    UnknownAccount,
)
from rempart.platforms.models import Execution
from rempart.platforms.services import drifting, recording
from rempart.platforms.services.alone import ACCOUNT, alone_with
from rempart.platforms.services.asking import (
    Action,
    Asked,
    State,
    asked_of,
    began_by,
    ended_by,
    executions_of,
    held,
    is_ours,
    until_of,
)
from rempart.platforms.services.describing import describe_account
from rempart.platforms.services.preserving import preserve
from rempart.platforms.services.trying import attempt
from rempart.records import AccountReference

LOOK_AGAIN = timedelta(minutes=2)
"""When what waits for the platform's own staff, or for two people here, is looked at again."""
WAITS_FOR_PEOPLE = gettext_noop("The platform can only do something heavier: two people have to agree to it.")
STAFF_DID_AS_MUCH = gettext_noop("The platform's own staff restricts the account as much already; ours waits.")
STAFF_STAYS = gettext_noop("Ours is off. A restriction by the platform's own staff stays: it is theirs to lift.")
HANDLE_PASSED = gettext_noop("This handle is another account's now, and nothing else names the one concerned.")
NOT_THERE = gettext_noop("The account is not there any more.")


class Busy(Exception):
    """Another process works on the account."""


def carry_out_due(*, limit: int = 1000) -> int:
    """Carry out what is due, here and now; returns how many orders came to an end (done, failed or dropped)."""
    waiting = Execution.objects.filter(
        state=State.WAITS, platform__enabled=True, next_try_at__lte=now(), order__due_at__lte=now()
    )
    found = waiting.order_by("next_try_at", "pk").values_list("order__measure__decision__case__account", flat=True)
    ended = 0
    for account in dict.fromkeys(found[:limit]):
        try:
            ended += carry_out_account(account)
        except Busy:
            continue
    return ended


def carry_out(order: int) -> int:
    """Carry out what is due on the account of an order, that order included. Returns how many came to an end.

    Raises Busy while another process works on the account.
    """
    found = Execution.objects.filter(order=order)
    account = found.values_list("order__measure__decision__case__account", flat=True).first()
    return carry_out_account(account) if account is not None else 0


def carry_out_account(account: int) -> int:
    """Carry out what is due on an account, in order. Raises Busy while another process works on it."""
    with alone_with(ACCOUNT, account) as alone:
        if not alone:
            raise Busy
        return _in_order(account)


def _in_order(account: int) -> int:
    """Go through what is due. What failed for a passing reason holds up what came after it; nothing else does."""
    ended = 0
    executions = list(executions_of(account))
    for execution in executions:
        moment = now()
        if execution.state != State.WAITS and not _failed_in_vain(execution, executions):
            continue
        if execution.order.due_at > moment or not execution.platform.enabled:
            continue
        if _not_wanted(execution, executions):
            recording.dropped(execution)
        elif execution.next_try_at > moment:
            if execution.tries:
                break
            continue
        elif not _attempt(execution, executions):
            break
        ended += execution.state != State.WAITS
    return ended


def _failed_in_vain(execution: Execution, executions: Sequence[Execution]) -> bool:
    """Whether it failed and is over meanwhile: nobody needs to look at it any more."""
    return execution.state == State.FAILED and _not_wanted(execution, executions)


def _not_wanted(execution: Execution, executions: Sequence[Execution]) -> bool:
    """An apply whose end has come is not wanted any more; nor is the lift of what was never sent."""
    if execution.order.action == Action.APPLY:
        return ended_by(execution.order, executions, now()) is not None
    began = began_by(execution.order, executions)
    return began is not None and began.sent_at is None


def _attempt(execution: Execution, executions: Sequence[Execution]) -> bool:
    """Try one order; whether what comes after it may be tried too."""
    tried = attempt(
        execution.platform,
        lambda connector: _carry_out(execution, executions, connector),
        what=f"order {execution.order_id}",
    )
    if tried.come_back is not None:
        Execution.objects.filter(pk=execution.pk).update(next_try_at=tried.come_back)
        return False
    if isinstance(tried.failure, TemporaryFailure):
        if execution.state == State.WAITS:
            recording.tried_in_vain(execution, tried.failure)
        return False
    if tried.failure is not None:
        recording.failed(execution, str(tried.failure))
    return True


def _carry_out(execution: Execution, executions: Sequence[Execution], connector: Connector) -> None:
    asked = asked_of(connector, execution.order)
    if execution.order.action == Action.APPLY:
        _apply(execution, asked, executions, connector)
    else:
        _lift(execution, asked, executions, connector)


def _there(execution: Execution, connector: Connector) -> AccountReference:
    """The account on the platform. Raises PermanentFailure where its handle is another's and nothing else names it."""
    account = execution.order.measure.decision.case.account
    if not account.is_named:
        raise PermanentFailure(HANDLE_PASSED)
    found = connector.describe(account.reference).reference
    if account.platform_id is not None and found.id not in (None, account.platform_id):
        raise PermanentFailure(HANDLE_PASSED)
    return found


def _apply(execution: Execution, asked: Asked, executions: Sequence[Execution], connector: Connector) -> None:
    if asked.impossible:
        raise PermanentFailure(NOT_HERE)
    if asked.waits_for_people:
        recording.set_aside(execution, WAITS_FOR_PEOPLE, for_=LOOK_AGAIN)
        return
    about = execution.order.measure.decision.case.account
    if about.platform_id is None:
        # By its number from now on: a handle may lead nowhere once the account is restricted.
        describe_account(about)
        about.refresh_from_db()
    account = _there(execution, connector)
    there = connector.observe(account)
    ours = any(asked.answers(one) and is_ours(one, connector, executions) for one in there)
    # What was sent may be there already; what was sent in vain waits like any other while theirs does as much.
    if not (execution.sent_at and ours) and _foreign(asked, there, connector, executions):
        drifting.found(execution, drifting.Kind.FOREIGN)
        recording.set_aside(execution, STAFF_DID_AS_MUCH, for_=LOOK_AGAIN)
        return
    if execution.sent_at is None:
        standing = next((one for one in reversed(held(executions, now())) if one.pk != execution.pk), None)
        preserve(execution, connector, account, standing=standing)
    if not recording.about_to_send(execution):
        return
    mark = connector.apply(account, asked.measure, key=key_of(execution), until=until_of(asked.order, executions))
    recording.done(execution, asked, mark=mark)
    _look(account, execution, asked, executions, connector)


def _lift(execution: Execution, asked: Asked, executions: Sequence[Execution], connector: Connector) -> None:
    began = began_by(execution.order, executions)
    if began is not None:
        asked = asked_of(connector, began.order)
    note = ""
    try:
        account = _there(execution, connector)
        there = [one for one in connector.observe(account) if asked.answers(one)]
        theirs = [one for one in there if not is_ours(one, connector, executions)]
        if theirs:
            note = STAFF_STAYS
        if not recording.about_to_send(execution):
            return
        if not (theirs and len(theirs) == len(there)) and not _held_by_another(asked, executions, connector):
            connector.lift(account, asked.measure, key=key_of(execution), mark=began.mark if began else "")
    except UnknownAccount:
        recording.done(execution, asked, note=NOT_THERE)
        recording.seen(execution)
        return
    recording.done(execution, asked, note=note)
    _look(account, execution, asked, executions, connector)


def _look(
    account: AccountReference, execution: Execution, asked: Asked, executions: Sequence[Execution], connector: Connector
) -> None:
    """See whether it shows. What does not show yet is looked at again by reconciliation."""
    try:
        there = connector.observe(account)
    except (TemporaryFailure, PermanentFailure):
        return
    shows = any(asked.answers(one) and is_ours(one, connector, executions) for one in there)
    lifts = execution.order.action == Action.LIFT
    if shows != lifts or (lifts and _held_by_another(asked, executions, connector)):
        recording.seen(execution)


def _foreign(
    asked: Asked, there: Sequence[Sanction], connector: Connector, executions: Sequence[Execution]
) -> list[Sanction]:
    """What the platform's own staff did that ours would be written over."""
    return [one for one in there if asked.outdone_by(one) and not is_ours(one, connector, executions)]


def _held_by_another(asked: Asked, executions: Sequence[Execution], connector: Connector) -> bool:
    """Whether another order of ours keeps the same thing in force on the platform."""
    return any(
        asked_of(connector, one.order).amounts_to == asked.amounts_to
        for one in held(executions, now())
        if one.order.measure.measure != asked.order.measure.measure
    )


def key_of(execution: Execution) -> str:
    """What makes a repeated request harmless: the order's own number, and how often it was repeated on purpose."""
    return f"order-{execution.order_id}" + (f"-{execution.again}" if execution.again else "")
