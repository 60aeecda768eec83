"""What the queue does for correspondence: deliveries, as soon as a message is there and once a minute for the rest.

What waits is told by the deliveries themselves, so that a job that is lost or runs twice changes nothing.
"""

import contextlib

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

LOCK = "correspondence.deliver"


@app.task(name="correspondence.deliver", queueing_lock=LOCK)
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


def deliver_soon() -> None:
    """Ask for deliveries as soon as a worker is free, once however many wait."""
    with contextlib.suppress(AlreadyEnqueued):
        deliver.defer()
