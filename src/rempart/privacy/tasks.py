"""Retention, from the queue."""

from procrastinate.contrib.django import app

from rempart.privacy.retention import apply_retention


@app.periodic(cron="7 * * * *")
@app.task(queueing_lock="privacy.retention", pass_context=False)
def apply_retention_hourly(timestamp: int) -> None:
    """Delete what is past its retention."""
    apply_retention()
