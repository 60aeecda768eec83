"""The worker: jobs from the queue, schedules, and the ledger's sequencer."""

import asyncio
import logging
import threading

from django.db import close_old_connections

from rempart.ledger.sequencer import sequence_pending

logger = logging.getLogger("rempart.worker")
SEQUENCING_PERIOD = 1.0


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
        await app.run_worker_async(
            wait=wait, concurrency=1, delete_jobs="successful", shutdown_graceful_timeout=20, name="rempart"
        )
