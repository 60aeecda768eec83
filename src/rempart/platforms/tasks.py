"""What the queue does for platforms, beside everything else, so that no restriction waits behind an assessment.

A job is written in the transaction of the order that asks for it. Every job can be killed at any point and run again.
"""

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from rempart.ledger.clock import now

QUEUE = "platforms"
BUSY = timedelta(seconds=1)


@app.task(name="platforms.carry_out", queue=QUEUE)
def carry_out(account: int) -> None:
    """Carry out what is due on an account; if another process works on it, look again in a second."""
    from rempart.platforms.services import carrying

    try:
        carrying.carry_out_account(account)
    except carrying.Busy:
        defer_account(account, at=now() + BUSY)


@app.periodic(cron="* * * * *")
@app.task(name="platforms.carry_out_due", queue=QUEUE, queueing_lock="platforms.carry_out_due")
def carry_out_due(timestamp: int) -> None:
    """Pick up what was missed, and prepare what falls due within the next minute."""
    from rempart.platforms.services import enlisting

    enlisting.defer_due()


@app.task(name="platforms.check", queue=QUEUE)
def check(account: int) -> None:
    """Compare what should be in force on an account with what is."""
    from rempart.platforms import services
    from rempart.platforms.connector import PlatformFailure

    # What cannot be compared now is when its turn comes.
    with contextlib.suppress(PlatformFailure):
        services.check_account(account)


@app.task(name="platforms.help", queue=QUEUE)
def help_file(file: int) -> None:
    """Do what is due for a file of care; if another process does, look again in a second."""
    from rempart.platforms.services import carrying, holding
    from rempart.platforms.services.helping import CARE

    try:
        holding.do_of(CARE, file)
    except carrying.Busy:
        defer_help(file, at=now() + BUSY)


@app.task(name="platforms.age", queue=QUEUE)
def do_challenge(challenge: int) -> None:
    """Do what is due for an account that is asked its age; if another process does, look again in a second."""
    from rempart.platforms.services import carrying, holding
    from rempart.platforms.services.keeping_young import AGE

    try:
        holding.do_of(AGE, challenge)
    except carrying.Busy:
        defer_age(challenge, at=now() + BUSY)


@app.periodic(cron="* * * * *")
@app.task(name="platforms.help_due", queue=QUEUE, queueing_lock="platforms.help_due")
def help_due(timestamp: int) -> None:
    """Pick up what rooms asked to hold and was missed, and prepare what falls due within the next minute."""
    from rempart.platforms.services import enlisting_standing
    from rempart.platforms.services.books import books

    for book in books():
        enlisting_standing.enlist_waiting(book)
        enlisting_standing.defer_due(book)


@app.periodic(cron="*/10 * * * *")
@app.task(name="platforms.check_help", queue=QUEUE, queueing_lock="platforms.check_help")
def check_help(timestamp: int) -> None:
    """Compare what should hold for people looked after, and about ages, with what does."""
    from rempart.platforms.services import holding
    from rempart.platforms.services.books import books

    for book in books():
        holding.check_of(book)


@app.periodic(cron="*/3 * * * *")
@app.task(name="platforms.reconcile", queue=QUEUE, queueing_lock="platforms.reconcile")
def reconcile(timestamp: int) -> None:
    """Compare what should be in force with what is."""
    from rempart.platforms import services

    services.reconcile()


@app.task(name="platforms.describe")
def describe(account: int) -> None:
    """Learn what the platform knows of an account."""
    from rempart.intake.models import Account
    from rempart.platforms.services.describing import describe_account

    found = Account.objects.filter(pk=account).first()
    if found is not None:
        describe_account(found)


@app.periodic(cron="*/10 * * * *")
@app.task(name="platforms.describe_due", queueing_lock="platforms.describe_due")
def describe_due(timestamp: int) -> None:
    """Learn again what platforms know of the accounts of open cases."""
    from rempart.platforms.services.describing import describe_due as describe_some

    describe_some()


def defer_description(account: int) -> None:
    """Have the platform asked about an account, where one covers it, once the transaction that asks for it is over."""
    from rempart.intake.models import Account
    from rempart.platforms.registry import platform_for

    found = Account.objects.filter(pk=account).first()
    if found is not None and platform_for(found) is not None:
        describe.defer(account=account)


def defer_check(account: int) -> None:
    """Have an account compared soon."""
    _defer(check, {"account": account}, f"platforms.check:{account}")


def defer_account(account: int, *, at: datetime) -> None:
    """Have an account looked at at a moment; once for each account and second, however often it is asked."""
    _defer_at(carry_out, {"account": account}, at)


def defer_help(file: int, *, at: datetime) -> None:
    """Have a file of care looked at at a moment; once for each file and second, as for accounts."""
    _defer_at(help_file, {"file": file}, at)


def defer_age(challenge: int, *, at: datetime) -> None:
    """Have a challenge looked at at a moment; once for each challenge and second, as for accounts."""
    _defer_at(do_challenge, {"challenge": challenge}, at)


def _defer_at(task: Any, about: Mapping[str, int], at: datetime) -> None:
    wait, lock = at - now(), ":".join([task.name, *map(str, about.values())])
    if wait <= timedelta(0):
        _defer(task, about, lock)
    else:
        _defer(task, about, f"{lock}:{at:%Y%m%dT%H%M%S}", wait=wait)


def _defer(task: Any, about: Mapping[str, int], lock: str, *, wait: timedelta | None = None) -> None:
    """Defer the job. One of the same that waits already may start before this transaction is committed and not see it:
    then it is deferred again after the commit.
    """

    def deferred() -> bool:
        try:
            with transaction.atomic():
                job = task.configure(queueing_lock=lock, schedule_in=_parts(wait) if wait else None)
                job.defer(**about)
        except AlreadyEnqueued:
            return False
        return True

    if not deferred():
        transaction.on_commit(deferred)


def _parts(wait: timedelta) -> dict[str, int]:
    return {"milliseconds": int(wait.total_seconds() * 1000) + 1}
