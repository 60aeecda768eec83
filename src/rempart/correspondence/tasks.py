"""What the queue does for correspondence: deliveries, as soon as a message is there and once a minute for the rest.

What waits is told by the deliveries themselves, so that a job that is lost or runs twice changes nothing.
"""

import contextlib
from datetime import timedelta

from django.db import transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


@app.task(name="correspondence.deliver", queueing_lock="correspondence.deliver")
def deliver() -> None:
    """Deliver what is due now."""
    from rempart.correspondence.delivering import deliver_due

    deliver_due()


@app.periodic(cron="* * * * *")
@app.task(name="correspondence.deliver_each_minute", queueing_lock="correspondence.deliver_each_minute")
def deliver_each_minute(timestamp: int) -> None:
    """Deliver what is due: attempts to repeat, what members wrote a minute ago, and whatever a killed worker left."""
    from rempart.correspondence.delivering import deliver_due

    deliver_due()


@app.task(name="correspondence.alarm", queue="alarms")
def alarm() -> None:
    """Call the team, behind nothing else: this queue has a worker of its own. Asked for in the alarm's transaction."""
    from rempart.correspondence.delivering import deliver_due

    deliver_due(alarms=True)


def deliver_soon() -> None:
    """Ask for deliveries as soon as a worker is free, once however many wait."""
    with contextlib.suppress(AlreadyEnqueued):
        deliver.defer()


def deliver_again(after: timedelta) -> None:
    """Ask for deliveries after a while. One such request waits at a time: it asks for the next when it is done."""
    later = deliver.configure(
        schedule_in={"seconds": after.total_seconds()}, queueing_lock="correspondence.deliver_again"
    )
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        later.defer()
