"""Carrying out what care asks for: protections, comments hidden and shown again, reports handed to the platform.

An order of care says what should hold from when until when. Looking at it compares that with what was done, and does
what is missing: to switch on, to take off, or nothing. So an order that was undone, one that lapsed and one whose
process was killed between doing and recording all end in the same place, whoever runs; the key of a request stays the
same until something is repeated on purpose.
"""

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_noop

from rempart import ledger
from rempart.care.models import CareFile, CareOrder, ShieldedComment
from rempart.casework.errors import NotAllowed
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms import tasks
from rempart.platforms.connector import (
    NOT_HERE,
    Comment,
    Connector,
    PermanentFailure,
    Support,
    UnknownAccount,
)
from rempart.platforms.errors import NothingToRetry
from rempart.platforms.models import CareExecution
from rempart.platforms.services import recording_help as recording
from rempart.platforms.services.alone import HELPING, alone_with
from rempart.platforms.services.carrying import HANDLE_PASSED, Busy
from rempart.platforms.services.enlisting_help import OPEN
from rempart.platforms.services.trying import attempt
from rempart.records import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

State, Kind = CareExecution.State, CareOrder.Kind

STAYS_OFF = gettext_noop("It was switched off on the platform again: ask whether it is still wanted there.")


def help_due(*, limit: int = 500) -> int:
    """Do what is due for people looked after, here and now; returns how many orders changed."""
    due = CareExecution.objects.filter(state__in=OPEN, platform__enabled=True, next_try_at__lte=now())
    files = due.order_by("next_try_at", "pk").values_list("order__file", flat=True)
    changed = 0
    for file in dict.fromkeys(files[:limit]):
        try:
            changed += help_file(file)
        except Busy:
            continue
    return changed


def help_file(file: int) -> int:
    """Do what is due for one file, oldest order first. Raises Busy while another process does."""
    with alone_with(HELPING, file) as alone:
        if not alone:
            raise Busy
        changed = 0
        for execution in _of(file):
            due = execution.next_try_at is not None and execution.next_try_at <= now()
            if due and execution.platform.enabled:
                before = execution.state
                if not _try(execution):
                    break
                changed += execution.state != before
        return changed


def _of(file: int) -> list[CareExecution]:
    found = CareExecution.objects.filter(order__file=file, state__in=OPEN)
    return list(found.select_related("platform", "order__file", "order__protection").order_by("order__begins_at", "pk"))


def _try(execution: CareExecution) -> bool:
    """Look at one order; whether those after it may be looked at too."""
    tried = attempt(execution.platform, lambda connector: _settle(execution, connector), what=str(execution.order))
    if tried.come_back is not None:
        recording.wait_until(execution, tried.come_back)
    elif tried.may_pass:
        recording.tried_in_vain(execution, tried.failure)
    elif tried.failure is not None:
        recording.failed(execution, str(tried.failure))
    return tried.come_back is None and not tried.may_pass


def _settle(execution: CareExecution, connector: Connector) -> None:
    """Do what is missing between what is wanted and what was done."""
    order = execution.order
    order.refresh_from_db(fields=["ends_at"])
    if order.wanted:
        if execution.state != State.HOLDS:
            _put_on(execution, connector)
        elif order.ends_at is not None:
            recording.wait_until(execution, order.ends_at)
    elif order.begins_at > now():
        recording.wait_until(execution, order.begins_at)
    elif execution.sent_at is None:
        recording.dropped(execution)
    else:
        _take_off(execution, connector)


def _put_on(execution: CareExecution, connector: Connector) -> None:
    order = execution.order
    if not can(connector, order):
        raise PermanentFailure(NOT_HERE)
    account = _there(order.file, connector)
    recording.about_to_send(execution)
    recording.done(execution, _ask(order, account, connector, key=key_of(execution)))


def _ask(order: CareOrder, account: AccountReference, connector: Connector, *, key: str) -> str:
    if order.kind == Kind.REPORT:
        return connector.report(account, comments_of(order), key=key)
    assert order.ends_at is not None  # noqa: S101 – a constraint of the table
    if order.kind == Kind.HIDE:
        return connector.hide(account, comments_of(order), key=key, until=order.ends_at)
    assert order.protection is not None  # noqa: S101 – a constraint of the table
    return connector.protect(account, order.protection.kind, key=key, until=order.ends_at)


def _take_off(execution: CareExecution, connector: Connector) -> None:
    """Take off what was put there, and leave what another order still wants there."""
    order, key = execution.order, key_of(execution)
    try:
        account = _there(order.file, connector)
        if order.kind == Kind.HIDE:
            still = ShieldedComment.objects.filter(orders__in=_others(order)).distinct()
            if comments := _comments(order, order.comments.exclude(pk__in=still.values("pk"))):
                connector.show(account, comments, still=_comments(order, still), key=key, mark=execution.mark)
        elif order.protection is not None and not _others(order).filter(protection__kind=order.protection.kind):
            connector.unprotect(account, order.protection.kind, key=key, mark=execution.mark)
    except UnknownAccount:
        pass  # Nothing holds on an account that is not there any more.
    recording.over(execution)


def _others(order: CareOrder) -> QuerySet[CareOrder]:
    """What else of the same kind is wanted now."""
    moment = now()
    wanted = CareOrder.objects.filter(file=order.file, kind=order.kind, begins_at__lte=moment, ends_at__gt=moment)
    return wanted.exclude(pk=order.pk)


def comments_of(order: CareOrder) -> list[Comment]:
    """The comments that an order is about, as connectors name them."""
    return _comments(order, order.comments.all())


def _comments(order: CareOrder, comments: QuerySet[ShieldedComment]) -> list[Comment]:
    service = order.file.service
    return [
        Comment(number=one.number, author=AccountReference(service, one.author, one.author_id or None))
        for one in comments.only("number", "author", "author_id").order_by("pk")
    ]


def _there(file: CareFile, connector: Connector) -> AccountReference:
    """The account on the platform. Raises PermanentFailure where its handle is another's now."""
    found = connector.describe(file.reference).reference
    if file.platform_id is not None and found.id not in (None, file.platform_id):
        raise PermanentFailure(HANDLE_PASSED)
    return found


def can(connector: Connector, order: CareOrder) -> bool:
    """Whether the platform does anything of the kind."""
    if order.protection is not None:
        return connector.protections[order.protection.kind].support is not Support.IMPOSSIBLE
    return connector.acts[order.kind].support is not Support.IMPOSSIBLE


def key_of(execution: CareExecution) -> str:
    """What makes a repeated request harmless: the order's own number, and how often it was repeated on purpose."""
    return f"care-{execution.order_id}" + (f"-{execution.again}" if execution.again else "")


def check_help(*, limit: int = 200) -> int:
    """Compare what should hold for people looked after with what does, the longest unseen first.

    What was lost is put back once by itself; the second time a person looks. Returns how many orders were compared.
    """
    holding = CareExecution.objects.filter(state=State.HOLDS, platform__enabled=True).exclude(order__kind=Kind.REPORT)
    holding = holding.filter(order__ends_at__gt=now()).order_by(F("checked_at").asc(nulls_first=True), "pk")
    compared = 0
    for execution in holding.select_related("platform", "order__file", "order__protection")[:limit]:
        with alone_with(HELPING, execution.order.file_id) as alone:
            if alone:
                _check(execution)
                compared += 1
    return compared


def _check(execution: CareExecution) -> None:
    tried = attempt(execution.platform, lambda connector: _compare(execution, connector), what=str(execution.order))
    CareExecution.objects.filter(pk=execution.pk).update(checked_at=now())
    if tried.failure is not None and not tried.may_pass:
        recording.failed(execution, str(tried.failure))


def _compare(execution: CareExecution, connector: Connector) -> None:
    execution.refresh_from_db(fields=["state", "again"])
    execution.order.refresh_from_db(fields=["ends_at"])
    order = execution.order
    if execution.state != State.HOLDS or not order.wanted:
        return
    account = _there(order.file, connector)
    if order.protection is not None:
        holds = order.protection.kind in connector.protected(account)
    else:
        comments = comments_of(order)
        holds = {one.number for one in comments} <= connector.hidden(account, comments)
    if holds:
        return
    if execution.again:
        raise PermanentFailure(STAYS_OFF)
    recording.repeated(execution)
    recording.done(execution, _ask(order, account, connector, key=key_of(execution)))


@transaction.atomic
def retry_help(execution: CareExecution, *, acting: StaffMember) -> CareExecution:
    """Try something again that waits for a person. Raises NotAllowed, NothingToRetry."""
    if not acting.may(Permission.CARE):
        raise NotAllowed
    execution = CareExecution.objects.select_for_update().get(pk=execution.pk)
    if execution.state != State.FAILED:
        raise NothingToRetry
    execution.state, execution.next_try_at, execution.tries = State.WAITS, now(), 0
    execution.save(update_fields=["state", "next_try_at", "tries"])
    said = {"platform": execution.platform.name}
    ledger.append(Event.CARE_ORDER_RETRIED, subject=execution.order, acting=acting, content=said)
    tasks.defer_help(execution.order.file_id, at=now())
    return execution
