"""What the queue does for the lookout, beside everything else: takes in what was heard, looks at counters and reports.

Every job can be killed at any point and run again: what it does is found from what is stored.
"""

import contextlib

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

QUEUE = "radar"
LOOK = "lookout.look"


@app.task(name=LOOK, queue=QUEUE, queueing_lock=LOOK)
def look() -> None:
    """Take in what was heard since."""
    from rempart.lookout import live

    live.LIVE.look()


@app.periodic(cron="* * * * *")
@app.task(name="lookout.checkpoint", queue=QUEUE, queueing_lock="lookout.checkpoint")
def checkpoint(timestamp: int) -> None:
    """Take in what was missed, and save where the live detector stands."""
    from rempart.lookout import live

    live.LIVE.look(checkpoint=True)


@app.periodic(cron="*/5 * * * *")
@app.task(name="lookout.look_at_fame", queue=QUEUE, queueing_lock="lookout.look_at_fame")
def look_at_fame(timestamp: int) -> None:
    """Take the ticks that new counters call for."""
    from rempart.lookout.services import looking

    looking.look_at_fame()


@app.periodic(cron="*/10 * * * *")
@app.task(name="lookout.look_at_reports", queue=QUEUE, queueing_lock="lookout.look_at_reports")
def look_at_reports(timestamp: int) -> None:
    """Look for pile-ons in the reports that came."""
    from rempart.lookout.services import looking

    looking.look_at_reports()


@app.periodic(cron="*/15 * * * *")
@app.task(name="lookout.raise_waiting", queue=QUEUE, queueing_lock="lookout.raise_waiting")
def raise_waiting(timestamp: int) -> None:
    """Bring alerts that wait to the desk where there is room."""
    from rempart.lookout import services

    services.raise_waiting()


def defer_look() -> None:
    """Ask for a look, once however much is heard before it; what it misses, the next minute takes in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM procrastinate_jobs WHERE queueing_lock = %s AND status = 'todo'", [LOOK])
        if cursor.fetchone() is not None:
            return
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():  # another asks at this very moment
        look.defer()
