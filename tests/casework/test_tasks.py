"""Assessments that many ask for at once: each is made once, and always after the last who asked."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from rempart.casework.tasks import after_askers, assess_accounts, defer_accounts, resume_abandoned

NAME = "assess_account:1"


def waiting() -> int:
    return ProcrastinateJob.objects.filter(queueing_lock=NAME, status="todo").count()


def taken_by_a_worker(**found: object) -> None:
    """Set jobs as a worker does that takes them; without one behind, they are abandoned."""
    with connection.cursor() as cursor:
        numbers = list(ProcrastinateJob.objects.filter(**found).values_list("pk", flat=True))
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = ANY(%s)", [numbers])


def is_waited_for() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_what_many_ask_for_waits_once():
    for _time in range(3):
        defer_accounts({1})
    assert waiting() == 1


@pytest.mark.django_db
def test_what_began_already_is_asked_for_again():
    defer_accounts({1})
    taken_by_a_worker(queueing_lock=NAME)
    defer_accounts({1})
    assert waiting() == 1


def test_a_task_begins_after_those_who_found_it_waiting(own_database):
    defer_accounts({1})
    asked, order = Event(), []

    def ask() -> None:
        with transaction.atomic():
            defer_accounts({1})
            asked.set()
            until = time.monotonic() + 20
            while not is_waited_for() and time.monotonic() < until:
                time.sleep(0.01)
            order.append("written")
        connections.close_all()

    def begin() -> None:
        asked.wait(20)
        after_askers(NAME)
        order.append("read")
        connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(ask), pool.submit(begin)]:
            done.result()
    assert order == ["written", "read"]


def test_an_abandoned_job_of_which_the_same_waits_holds_no_other_back(own_database):
    defer_accounts({1})
    taken_by_a_worker(queueing_lock=NAME)
    defer_accounts({1})
    assess_accounts.defer(accounts=[2, 3])
    taken_by_a_worker(queueing_lock=None)

    async def resume() -> None:
        async with app.open_async():
            await resume_abandoned(timestamp=0)

    with app.replace_connector(app.connector.get_worker_connector()):
        asyncio.run(resume())
    assert list(ProcrastinateJob.objects.order_by("pk").values_list("status", "args")) == [
        ("todo", {"accounts": [1]}),
        ("todo", {"accounts": [2, 3]}),
    ]
