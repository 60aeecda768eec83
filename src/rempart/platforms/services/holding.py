"""Carrying out what other rooms ask to hold on platforms: help for people looked after, and steps about ages.

An order says what should hold from when until when. Looking at it compares that with what was done, and does what is
missing: to switch on, to take off, or nothing. So an order that was undone, one that lapsed and one whose process was
killed between doing and recording all end in the same place, whoever runs; the key of a request stays the same until
something is repeated on purpose. Whose orders these are, and what they are to a connector, is in a `Book`.
"""

from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_noop

from rempart import ledger
from rempart.casework.errors import NotAllowed
from rempart.ledger.clock import now
from rempart.platforms.connector import NOT_HERE, Connector, PermanentFailure, UnknownAccount
from rempart.platforms.errors import NothingToRetry
from rempart.platforms.models import Standing
from rempart.platforms.services import recording_standing as recording
from rempart.platforms.services.alone import alone_with
from rempart.platforms.services.books import Book
from rempart.platforms.services.carrying import HANDLE_PASSED, Busy
from rempart.platforms.services.enlisting_standing import OPEN
from rempart.platforms.services.trying import attempt
from rempart.records import AccountReference
from rempart.staff.models import StaffMember

State = Standing.State

STAYS_OFF = gettext_noop("It was switched off on the platform again: ask whether it is still wanted there.")


def do_due(book: Book, *, limit: int = 500) -> int:
    """Do what is due of a book, here and now; returns how many orders changed."""
    due = book.executions.objects.filter(state__in=OPEN, platform__enabled=True, next_try_at__lte=now())
    owners = due.order_by("next_try_at", "pk").values_list(f"order__{book.owner}", flat=True)
    changed = 0
    for owner in dict.fromkeys(owners[:limit]):
        try:
            changed += do_of(book, owner)
        except Busy:
            continue
    return changed


def do_of(book: Book, owner: int) -> int:
    """Do what is due for one owner, oldest order first. Raises Busy while another process does."""
    with alone_with(book.lock, owner) as alone:
        if not alone:
            raise Busy
        changed = 0
        for execution in _of(book, owner):
            due = execution.next_try_at is not None and execution.next_try_at <= now()
            if due and execution.platform.enabled:
                before = execution.state
                if not _try(book, execution):
                    break
                changed += execution.state != before
        return changed


def _of(book: Book, owner: int) -> list[Any]:
    found = book.executions.objects.filter(**{f"order__{book.owner}": owner}, state__in=OPEN)
    return list(found.select_related("platform", *book.related).order_by("order__begins_at", "pk"))


def _try(book: Book, execution: Any) -> bool:
    """Look at one order; whether those after it may be looked at too."""
    tried = attempt(
        execution.platform, lambda connector: _settle(book, execution, connector), what=str(execution.order)
    )
    if tried.come_back is not None:
        recording.wait_until(execution, tried.come_back)
    elif tried.may_pass:
        recording.tried_in_vain(book, execution, tried.failure)
    elif tried.failure is not None:
        recording.failed(book, execution, str(tried.failure))
    return tried.come_back is None and not tried.may_pass


def _settle(book: Book, execution: Any, connector: Connector) -> None:
    """Do what is missing between what is wanted and what was done."""
    order = execution.order
    order.refresh_from_db(fields=["ends_at"])
    if order.wanted:
        if execution.state != State.HOLDS:
            _put_on(book, execution, connector)
        elif order.ends_at is not None:
            recording.wait_until(execution, order.ends_at)
    elif order.begins_at > now():
        recording.wait_until(execution, order.begins_at)
    elif execution.sent_at is None:
        recording.dropped(book, execution)
    else:
        _take_off(book, execution, connector)


def _put_on(book: Book, execution: Any, connector: Connector) -> None:
    order = execution.order
    if not book.can(connector, order):
        raise PermanentFailure(NOT_HERE)
    account = _there(book.reference_of(order), connector)
    recording.about_to_send(execution)
    recording.done(book, execution, book.ask(connector, order, account, key=key_of(book, execution)))


def _take_off(book: Book, execution: Any, connector: Connector) -> None:
    """Take off what was put there, and leave what another order still wants there."""
    order, key = execution.order, key_of(book, execution)
    try:
        account = _there(book.reference_of(order), connector)
        book.take_off(connector, order, account, key=key, mark=execution.mark)
    except UnknownAccount:
        pass  # Nothing holds on an account that is not there any more.
    recording.over(book, execution)


def _there(account: AccountReference, connector: Connector) -> AccountReference:
    """The account on the platform. Raises PermanentFailure where its handle is another's now."""
    found = connector.describe(account).reference
    if account.id is not None and found.id not in (None, account.id):
        raise PermanentFailure(HANDLE_PASSED)
    return found


def key_of(book: Book, execution: Any) -> str:
    """What makes a repeated request harmless: the order's own number, and how often it was repeated on purpose."""
    return f"{book.key}-{execution.order_id}" + (f"-{execution.again}" if execution.again else "")


def check_of(book: Book, *, limit: int = 200) -> int:
    """Compare what should hold with what does, the longest unseen first.

    What was lost is put back once by itself; the second time a person looks. Returns how many orders were compared.
    """
    holding = book.executions.objects.filter(state=State.HOLDS, platform__enabled=True)
    holding = holding.exclude(order__kind__in=book.told_once).filter(order__ends_at__gt=now())
    holding = holding.order_by(F("checked_at").asc(nulls_first=True), "pk")
    compared = 0
    for execution in holding.select_related("platform", *book.related)[:limit]:
        with alone_with(book.lock, book.owner_of(execution.order)) as alone:
            if alone:
                _check(book, execution)
                compared += 1
    return compared


def _check(book: Book, execution: Any) -> None:
    tried = attempt(
        execution.platform, lambda connector: _compare(book, execution, connector), what=str(execution.order)
    )
    book.executions.objects.filter(pk=execution.pk).update(checked_at=now())
    if tried.failure is not None and not tried.may_pass:
        recording.failed(book, execution, str(tried.failure))


def _compare(book: Book, execution: Any, connector: Connector) -> None:
    execution.refresh_from_db(fields=["state", "again"])
    execution.order.refresh_from_db(fields=["ends_at"])
    order = execution.order
    if execution.state != State.HOLDS or not order.wanted:
        return
    account = _there(book.reference_of(order), connector)
    if book.holds(connector, order, account):
        return
    if execution.again:
        raise PermanentFailure(STAYS_OFF)
    recording.repeated(execution)
    recording.done(book, execution, book.ask(connector, order, account, key=key_of(book, execution)))


@transaction.atomic
def retry_of(book: Book, execution: Any, *, acting: StaffMember) -> Any:
    """Try something again that waits for a person. Raises NotAllowed, NothingToRetry."""
    if not acting.may(book.permission):
        raise NotAllowed
    execution = book.executions.objects.select_for_update().get(pk=execution.pk)
    if execution.state != State.FAILED:
        raise NothingToRetry
    execution.state, execution.next_try_at, execution.tries = State.WAITS, now(), 0
    execution.save(update_fields=["state", "next_try_at", "tries"])
    said = {"platform": execution.platform.name}
    ledger.append(book.told.retried, subject=execution.order, acting=acting, content=said)
    book.defer(book.owner_of(execution.order), at=now())
    return execution
