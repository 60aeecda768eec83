"""What the queue does for care. Every job can be killed at any point and run again."""

from procrastinate.contrib.django import app


@app.periodic(cron="* * * * *")
@app.task(name="care.ring", queue="alarms", queueing_lock="care.ring")
def ring(timestamp: int) -> None:
    """Call again for whoever asked for a human and nobody sees to, and send what a killed worker left."""
    from rempart.care.services.asking import ring_due
    from rempart.correspondence.delivering import deliver_due

    ring_due()
    deliver_due(alarms=True)


@app.periodic(cron="* * * * *")
@app.task(name="care.do_what_is_due", queueing_lock="care.do_what_is_due")
def do_what_is_due(timestamp: int) -> None:
    """Resume what was paused until now, shut the conversations of mandates that ended, finish what is being erased."""
    from rempart.care.services.erasing import finish_erasing
    from rempart.care.services.files import resume_what_is_over
    from rempart.care.services.mandates import close_what_is_over

    resume_what_is_over()
    close_what_is_over()
    finish_erasing()
