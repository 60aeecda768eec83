"""What the queue does for the age room."""

from procrastinate.contrib.django import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="age.challenges", queueing_lock="age.challenges")
def look_at_challenges(timestamp: int) -> None:
    """Bring to people what was not answered in time, and end what is over."""
    from rempart.age.services.challenges import look_at_due

    look_at_due()
