"""What the queue does for accountability. Every job can be killed at any point and run again."""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="accountability.submit", queueing_lock="accountability.submit")
def submit(timestamp: int) -> None:
    """Declare new statements of reasons, and send what is due to the DSA Transparency Database."""
    from rempart.accountability.services import submitting

    submitting.enlist()
    submitting.send_due(budget=submitting.A_RUN)


@app.periodic(cron="7 * * * *")
@app.task(name="accountability.publish_figures", queueing_lock="accountability.publish_figures")
def publish_figures(timestamp: int) -> None:
    """Publish the figures of the months that are over; tell the one in progress once a day."""
    from rempart.accountability.services import publishing

    publishing.publish_due()


@app.periodic(cron="2 * * * *")
@app.task(name="accountability.count_reports", queueing_lock="accountability.count_reports")
def count_reports(timestamp: int) -> None:
    """Count the transparency report of a period as soon as it is over."""
    from rempart.accountability.services import reporting

    reporting.count_what_is_over()
