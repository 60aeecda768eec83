"""The worker: jobs from the queue, schedules, and the ledger's sequencer.

What platforms are told, and what calls the team to somebody who wants a human, have queues and threads of their own: a
restriction does not wait behind assessments, and a call behind neither.
"""

import asyncio
import contextlib
import logging
import threading
from typing import Any

from django.db import close_old_connections

from rempart.ledger.sequencer import sequence_pending

logger = logging.getLogger("rempart.worker")
SEQUENCING_PERIOD = 1.0
QUEUES = {"alarms": 1, "platforms": 4, "radar": 2, "default": 1}
"""How many jobs of each queue run side by side; the last is the main one."""
POLLING = 1.0  # seconds; jobs that are due at once are announced, those of a later moment are looked for


def _sequence_until(stopped: threading.Event) -> None:
    while not stopped.wait(SEQUENCING_PERIOD):
        try:
            close_old_connections()
            sequence_pending()
        except Exception:
            logger.exception("the ledger could not be sequenced; it is tried again in a second")


def work(*, until_idle: bool = False) -> None:
    """Do what is in the queue and what falls due, until told to stop; with `until_idle`, until nothing is left to do.

    Killed at any point, it loses nothing: a job is done when its transaction is.
    """
    from procrastinate.contrib.django import app

    from rempart.platforms.services import enlisting, enlisting_standing
    from rempart.platforms.services.books import books

    enlisting.defer_due()  # what a worker that was killed left is looked at now, and not with the next minute
    for book in books():
        enlisting_standing.defer_due(book)
    stopped = threading.Event()
    sequencer = threading.Thread(target=_sequence_until, args=(stopped,), name="sequencer", daemon=True)
    sequencer.start()
    try:
        with app.replace_connector(app.connector.get_worker_connector()):
            asyncio.run(_run(app, wait=not until_idle))
    finally:
        stopped.set()
        sequencer.join(10)
        sequence_pending()


async def _run(app, *, wait: bool) -> None:
    async with app.open_async():
        if not wait:
            await app.run_worker_async(wait=False, queues=list(QUEUES), **_like("rempart", 1))
            return
        *beside, main = QUEUES
        others = [
            asyncio.create_task(
                app.run_worker_async(
                    queues=[queue], install_signal_handlers=False, **_like(f"rempart-{queue}", QUEUES[queue])
                )
            )
            for queue in beside
        ]
        try:
            await app.run_worker_async(queues=[main], **_like("rempart", QUEUES[main]))
        finally:
            for other in others:
                other.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await other


def _like(name: str, concurrency: int) -> dict[str, Any]:
    return {
        "name": name,
        "concurrency": concurrency,
        "delete_jobs": "successful",
        "shutdown_graceful_timeout": 20,
        "fetch_job_polling_interval": POLLING,
    }
