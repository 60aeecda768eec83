"""What the queue does for cases: assess, replay, simulate, try rules, and once a minute whatever fell due.

A job exists exactly when the change that asked for it does, since both are written in one transaction. Every job can be
killed at any point and run again: what it does is found from what is stored, and doing it twice changes nothing.
"""

import contextlib
import hashlib
import logging
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued, UniqueViolation
from procrastinate.jobs import Status

logger = logging.getLogger("rempart.casework")
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


@app.task(name="casework.assess_wave", retry=RETRY)
def assess_wave(wave: int) -> None:
    """Assess the accounts of a wave, then ask for its replay."""
    from rempart.casework import services
    from rempart.intake.models import Wave

    after_askers(f"assess_wave:{wave}")
    found = Wave.objects.filter(pk=wave).first()
    if found is not None:
        services.assess_wave(found)
        defer_once(replay_wave, f"replay_wave:{wave}", wave=wave)


@app.task(name="casework.assess_accounts", retry=RETRY)
def assess_accounts(accounts: list[int]) -> None:
    """Assess accounts again, because what is said of them changed."""
    from rempart.casework import services
    from rempart.intake.models import Account

    if len(accounts) == 1:
        after_askers(f"assess_account:{accounts[0]}")
    services.assess_accounts(Account.objects.filter(pk__in=accounts))


@app.task(name="casework.replay_wave", retry=RETRY)
def replay_wave(wave: int) -> None:
    """Compute what every shipped rulebook would have done with a wave."""
    from rempart.casework import services
    from rempart.intake.models import Wave

    after_askers(f"replay_wave:{wave}")
    found = Wave.objects.filter(pk=wave).first()
    if found is not None:
        services.replay_wave(found)


@app.task(name="casework.compute_simulation", retry=RETRY)
def compute_simulation(simulation: int) -> None:
    """Compute a simulation that somebody asked for."""
    from rempart.casework import services
    from rempart.casework.models import Simulation

    services.compute_simulation(Simulation.objects.get(pk=simulation))


@app.task(name="casework.compute_sweep", retry=RETRY)
def compute_sweep(sweep: int) -> None:
    """Compute what each value of a figure of a rulebook would protect and cost."""
    from rempart.casework.models import ThresholdSweep
    from rempart.casework.services.policy import compute_sweep as compute

    compute(ThresholdSweep.objects.get(pk=sweep))


@app.task(name="casework.compare_draft", retry=RETRY)
def compare_draft(comparison: int) -> None:
    """Compute whom a draft would treat otherwise than the rules in force."""
    from rempart.casework.models import DraftComparison
    from rempart.casework.services.policy import compute_comparison

    compute_comparison(DraftComparison.objects.get(pk=comparison))


@app.task(name="casework.compute_effect", retry=RETRY)
def compute_effect(version: int) -> None:
    """Replay the newest waves under a version of the rulebook that is in the shadow."""
    from rempart.casework.models import RulebookVersion
    from rempart.casework.services.rulemaking import compute_effect as compute

    after_askers(f"compute_effect:{version}")
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
    """Give the jobs of a worker that was killed to the next one, but for those of which the same waits already."""
    for job in await app.job_manager.get_stalled_jobs():
        logger.warning("job %s (%s) was abandoned by its worker and is run again", job.id, job.task_name)
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)


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


def defer_once(task: Any, name: str, **arguments: Any) -> None:
    """Defer a task unless the same already waits, which will then see what the surrounding transaction changes.

    For that, whoever asks holds a lock until their transaction ends, and the task begins by waiting for them all
    (`after_askers`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_lock_of(name)])
        cursor.execute("SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [name])
        if cursor.fetchone() is not None:
            return
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():  # another asks at this very moment
        task.configure(queueing_lock=name).defer(**arguments)


def after_askers(name: str) -> None:
    """Wait until those who found this task waiting have committed what it is to see, or given up."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_lock_of(name)])


def _lock_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"task:{name}".encode()).digest()[:8], signed=True)
