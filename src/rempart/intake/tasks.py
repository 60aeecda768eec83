"""What the queue does for what came in: deletions at the source that could not be carried out at once."""

from procrastinate.contrib.django import app


@app.periodic(cron="*/5 * * * *")
@app.task(name="intake.carry_out_deletions", queueing_lock="intake.carry_out_deletions")
def carry_out_deletions(timestamp: int) -> None:
    """Erase what its source deleted and is still here."""
    from rempart.intake import services

    services.carry_out_deletions()
