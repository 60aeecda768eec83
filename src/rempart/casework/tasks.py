"""What the queue does for cases: assess, replay, simulate, and once a minute whatever fell due.

A job exists exactly when the change that asked for it does, since both are written in one transaction. Every job can be
killed at any point and run again: what it does is found from what is stored, and doing it twice changes nothing.
"""

import logging
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

logger = logging.getLogger("rempart.casework")
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="casework.assess_wave", retry=RETRY)
def assess_wave(wave: int) -> None:
    """Assess the accounts of a wave, then ask for its replay."""
    from rempart.casework import services
    from rempart.intake.models import Wave

    found = Wave.objects.filter(pk=wave).first()
    if found is not None:
        services.assess_wave(found)
        defer_once(replay_wave, f"replay_wave:{wave}", wave=wave)


@app.task(name="casework.assess_accounts", retry=RETRY)
def assess_accounts(accounts: list[int]) -> None:
    """Assess accounts again, because what is said of them changed."""
    from rempart.casework import services
    from rempart.intake.models import Account

    services.assess_accounts(Account.objects.filter(pk__in=accounts))


@app.task(name="casework.replay_wave", retry=RETRY)
def replay_wave(wave: int) -> None:
    """Compute what every shipped rulebook would have done with a wave."""
    from rempart.casework import services
    from rempart.intake.models import Wave

    found = Wave.objects.filter(pk=wave).first()
    if found is not None:
        services.replay_wave(found)


@app.task(name="casework.compute_simulation", retry=RETRY)
def compute_simulation(simulation: int) -> None:
    """Compute a simulation that somebody asked for."""
    from rempart.casework import services
    from rempart.casework.models import Simulation

    services.compute_simulation(Simulation.objects.get(pk=simulation))


@app.task(name="casework.compute_effect", retry=RETRY)
def compute_effect(version: int) -> None:
    """Replay the newest waves under a version of the rulebook that is in the shadow."""
    from rempart.casework.models import RulebookVersion
    from rempart.casework.services.rulemaking import compute_effect as compute

    compute(RulebookVersion.objects.get(pk=version))


@app.periodic(cron="* * * * *")
@app.task(name="casework.do_what_is_due", queueing_lock="casework.do_what_is_due")
def do_what_is_due(timestamp: int) -> None:
    """Do what fell due (services.times), tell respondents of it, forget what can no longer be undone."""
    from rempart.casework import services
    from rempart.casework.services import times
    from rempart.casework.services.authorities import record_alarms
    from rempart.casework.services.notifying import send_due
    from rempart.casework.services.respondents import tell_respondents

    times.do_what_is_due()
    send_due()
    record_alarms()
    services.forget_acts()
    tell_respondents()


@app.periodic(cron="* * * * *")
@app.task(name="casework.resume_abandoned", queueing_lock="casework.resume_abandoned")
async def resume_abandoned(timestamp: int) -> None:
    """Give the jobs of a worker that was killed to the next one."""
    for job in await app.job_manager.get_stalled_jobs():
        logger.warning("job %s (%s) was abandoned by its worker and is run again", job.id, job.task_name)
        await app.job_manager.retry_job(job)


def defer_wave(wave: int) -> None:
    """Ask for the assessment of a wave, once however often it grows before that runs."""
    defer_once(assess_wave, f"assess_wave:{wave}", wave=wave)


def defer_accounts(accounts: Iterable[int]) -> None:
    """Ask for the assessment of accounts; of one alone, once however often it is spoken of before that runs."""
    asked = sorted(accounts)
    if len(asked) == 1:
        defer_once(assess_accounts, f"assess_account:{asked[0]}", accounts=asked)
    else:
        assess_accounts.defer(accounts=asked)


def defer_effect(version: int) -> None:
    """Ask for the effect of a version of the rulebook, once however often it is asked before that runs."""
    defer_once(compute_effect, f"compute_effect:{version}", version=version)


def defer_once(task: Any, lock: str, **arguments: Any) -> None:
    """Defer a task unless the same already waits.

    One that waits may start before the surrounding transaction is committed and not see it: in that case the task is
    deferred again after the commit.
    """
    if not _deferred(task, lock, arguments):
        transaction.on_commit(partial(_deferred, task, lock, arguments))


def _deferred(task: Any, lock: str, arguments: dict[str, Any]) -> bool:
    try:
        with transaction.atomic():
            task.configure(queueing_lock=lock).defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
