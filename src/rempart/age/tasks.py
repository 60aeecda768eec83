"""What the queue does for the age room."""

import contextlib

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued


@app.periodic(cron="*/10 * * * *")
@app.task(name="age.challenges", queueing_lock="age.challenges")
def look_at_challenges(timestamp: int) -> None:
    """Bring to people what was not answered in time, and end what is over."""
    from rempart.age.services.challenges import look_at_due

    look_at_due()


@app.periodic(cron="*/10 * * * *")
@app.task(name="age.alarms", queueing_lock="age.alarms")
def call_for_what_waits(timestamp: int) -> None:
    """Call child-safety officers again, and those who decide for what nobody decided in time."""
    from rempart.age.services.reports import alarm_overdue
    from rempart.age.services.safeguarding import ring_due

    ring_due()
    alarm_overdue()


@app.periodic(cron="40 3 * * *")
@app.task(name="age.sweep", queueing_lock="age.sweep")
def sweep(timestamp: int) -> None:
    """Look once a day at the public words of the accounts that the settings name."""
    from rempart.age.services.sweeps import look_at_accounts

    look_at_accounts()


@app.periodic(cron="*/10 * * * *")
@app.task(name="age.proofs", queueing_lock="age.proofs")
def end_proofs(timestamp: int) -> None:
    """Erase the secrets of requests for a proof whose time is over."""
    from rempart.age.services.proofs import end_expired

    end_expired()


@app.periodic(cron="23 * * * *")
@app.task(name="age.trust", queueing_lock="age.trust")
def refresh_trust(timestamp: int) -> None:
    """Fetch the lists of whom we trust, and call the team where one is out of date."""
    from rempart.age.services.trust import call_about_stale, refresh

    refresh()
    call_about_stale()


@app.task(name="age.missing", queueing_lock="age.missing")
def fetch_missing() -> None:
    """Fetch the status lists that a credential named for the first time."""
    from rempart.age.services.trust import refresh

    refresh(missing_only=True)


def fetch_missing_soon() -> None:
    """Ask for them as soon as a worker is free, once however many wait."""
    with contextlib.suppress(AlreadyEnqueued):
        fetch_missing.defer()


@app.periodic(cron="5 * * * *")
@app.task(name="age.guardians", queueing_lock="age.guardians")
def look_at_guardians(timestamp: int) -> None:
    """Keep the role from guardians of whom testimonies speak that came in with posts."""
    from rempart.age.services.consents import look_again

    look_again()
