"""Reconciliation: what should be in force on a platform against what is seen there, the longest unseen first.

What was lost is put back once by itself, since the platform cannot say who took it off; the second time a person looks.
What lingers after its end is lifted again. What the platform's own staff did is noted and left alone.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from rempart.ledger.clock import now
from rempart.platforms.connector import Connector, PermanentFailure, Sanction, TemporaryFailure, UnknownAccount
from rempart.platforms.models import Drift, Execution, Platform
from rempart.platforms.registry import connector_of
from rempart.platforms.services import breaker, drifting, recording
from rempart.platforms.services.alone import ACCOUNT, alone_with
from rempart.platforms.services.asking import (
    Action,
    Asked,
    State,
    asked_of,
    began_by,
    executions_of,
    held,
    is_ours,
    until_of,
)
from rempart.platforms.services.carrying import HANDLE_PASSED, key_of

logger = logging.getLogger("rempart.platforms")

BATCH = 500
AFTER_A_LIFT = timedelta(days=1)
"""How long what was lifted is looked at again, in case it lingers or comes back."""
SLACK = timedelta(seconds=5)
Kind = Drift.Kind


def reconcile(platform: Platform | None = None, *, limit: int = BATCH) -> int:
    """Compare accounts of one platform, or of all, with what should be in force there. Returns how many were compared.

    A platform that fails for a passing reason is left for the next time, and so is one that refuses account after
    account. An account that alone cannot be compared goes to the end of the line, so that it holds up no others.
    """
    compared = 0
    for one in Platform.objects.filter(enabled=True) if platform is None else [platform]:
        refused = 0
        for account in _longest_unseen(one, limit):
            if breaker.let_through(one) is not None:
                break
            try:
                compared += check_account(account)
            except TemporaryFailure as failure:
                breaker.failed(one, failure)
                break
            except PermanentFailure as failure:
                logger.warning("an account of platform %s could not be compared: %s", one, failure)
                refused += 1
                _to_the_end(account)
            except Exception:
                # An answer that nobody foresaw may not keep others from being looked at.
                logger.exception("an account of platform %s could not be compared", one)
                refused += 1
                _to_the_end(account)
            else:
                refused = 0
                breaker.succeeded(one)
            if refused == breaker.FAILURES:
                break
    return compared


def _to_the_end(account: int) -> None:
    Execution.objects.filter(order__measure__decision__case__account=account).update(checked_at=now())


def _longest_unseen(platform: Platform, limit: int) -> list[int]:
    """Accounts on which something of ours holds, or did a short while ago."""
    settled = now() - AFTER_A_LIFT
    seen_gone = Execution.objects.filter(
        order__measure=OuterRef("order__measure"),
        order__action=Action.LIFT,
        order__due_at__gte=OuterRef("order__due_at"),
        seen_at__lt=settled,
    )
    done = Execution.objects.filter(platform=platform, state=State.DONE)
    looked_at = Q(order__action=Action.APPLY) & ~Exists(seen_gone)
    looked_at |= Q(order__action=Action.LIFT) & (Q(seen_at=None) | Q(seen_at__gte=settled))
    found = done.filter(looked_at).order_by(F("checked_at").asc(nulls_first=True), "pk")
    accounts = found.values_list("order__measure__decision__case__account", flat=True)
    return list(dict.fromkeys(accounts[: 2 * limit]))[:limit]


def check_account(account: int) -> bool:
    """Compare one account. Returns False when another process works on it or its orders are not carried out yet.

    Raises TemporaryFailure, PermanentFailure.
    """
    with alone_with(ACCOUNT, account) as alone:
        if not alone:
            return False
        executions = list(executions_of(account))
        moment = now()
        moving = any(
            one.state == State.WAITS and one.order.due_at <= moment and (one.tries or one.next_try_at <= moment)
            for one in executions
        )
        if moving or not executions:
            return False
        for platform in {one.platform for one in executions if one.platform.enabled}:
            _compare([one for one in executions if one.platform == platform], connector_of(platform), moment)
        Execution.objects.filter(pk__in=[one.pk for one in executions]).update(checked_at=moment)
        return True


def _compare(executions: Sequence[Execution], connector: Connector, moment: datetime) -> None:
    holding = [one for one in held(executions, moment) if one.state == State.DONE]
    account = executions[0].order.measure.decision.case.account
    try:
        if not account.is_named:
            # Its handle is another's now: nobody is looked at, and nothing put back, under it.
            raise UnknownAccount(HANDLE_PASSED)
        there = connector.observe(account.reference)
    except UnknownAccount:
        for execution in holding:
            drifting.found(execution, Kind.GONE)
            drifting.over(execution, Kind.LOST, Kind.FOREIGN)
        return
    ours = [one for one in there if is_ours(one, connector, executions)]
    theirs = [one for one in there if one not in ours]
    for execution in holding:
        drifting.over(execution, Kind.GONE)
        _compare_held(execution, ours, theirs, executions, connector)
    _note_foreign(holding, theirs)
    kept = {asked_of(connector, one.order).amounts_to for one in holding}
    for execution in executions:
        if execution.order.action == Action.LIFT and execution.state == State.DONE:
            began = began_by(execution.order, executions)
            asked = asked_of(connector, began.order if began else execution.order)
            if began is not None and began not in holding and _newest(execution, executions):
                lingers = asked.amounts_to not in kept and any(asked.answers(one) for one in ours)
                _compare_lifted(execution, began, asked, connector, lingers=lingers)


def _compare_held(
    execution: Execution,
    ours: Iterable[Sanction],
    theirs: Iterable[Sanction],
    executions: Sequence[Execution],
    connector: Connector,
) -> None:
    asked = asked_of(connector, execution.order)
    found = [one for one in ours if asked.answers(one)]
    until = until_of(execution.order, executions)
    if found:
        recording.seen(execution)
        drifting.over(execution, Kind.LOST)
        if any(_ends_too_early(one, until) for one in found):
            _apply_again(execution, asked, until, connector)
    elif any(asked.outdone_by(one) for one in theirs):
        # Theirs does as much: ours would be written over it. It is put back once theirs is over.
        drifting.over(execution, Kind.LOST)
    elif not drifting.accepted(execution, Kind.LOST):
        first = execution.again == 0
        drifting.found(execution, Kind.LOST)
        if first:
            _apply_again(execution, asked, until, connector)


def _ends_too_early(sanction: Sanction, until: datetime | None) -> bool:
    """Whether the platform would take it off by itself before its end."""
    return sanction.until is not None and (until is None or sanction.until < until - SLACK)


def _apply_again(execution: Execution, asked: Asked, until: datetime | None, connector: Connector) -> None:
    execution.again += 1
    Execution.objects.filter(pk=execution.pk).update(again=execution.again)
    account = execution.order.measure.decision.case.account.reference
    execution.mark = connector.apply(account, asked.measure, key=key_of(execution), until=until)[:300]
    Execution.objects.filter(pk=execution.pk).update(mark=execution.mark)


def _note_foreign(holding: Sequence[Execution], theirs: Sequence[Sanction]) -> None:
    for execution in holding:
        if theirs:
            if not drifting.accepted(execution, Kind.FOREIGN):
                drifting.found(execution, Kind.FOREIGN)
        else:
            drifting.over(execution, Kind.FOREIGN)


def _compare_lifted(
    execution: Execution, began: Execution, asked: Asked, connector: Connector, *, lingers: bool
) -> None:
    """What ended: seen gone, or still there and lifted again. Other differences about it are over with it."""
    drifting.over(execution, Kind.LOST, Kind.FOREIGN, Kind.GONE)
    if not lingers:
        recording.seen(execution)
        drifting.over(execution, Kind.LINGERS)
        return
    drifting.found(execution, Kind.LINGERS)
    execution.again += 1
    Execution.objects.filter(pk=execution.pk).update(again=execution.again)
    account = execution.order.measure.decision.case.account.reference
    connector.lift(account, asked.measure, key=key_of(execution), mark=began.mark)


def _newest(execution: Execution, executions: Sequence[Execution]) -> bool:
    """Whether nothing else was ordered about the same measure since."""
    same = [one for one in executions if one.order.measure.measure == execution.order.measure.measure]
    past = [one for one in same if one.order.due_at <= now()]
    return past[-1].pk == execution.pk
