"""Periods of the law counted in months, as distinct from durations.

Days and hours of a rulebook are durations: 14 days are 336 hours, whatever clocks do in between. A period in months is
counted on the calendar, as Regulation (EEC, Euratom) No 1182/71, Art. 3, says: the day of the event does not count, the
period ends with the last hour of the day of the same number (of the month's last day where there is none), and of the
next working day when that is a Saturday or a Sunday. Public holidays, which differ from place to place, are not known
here. Days are those of one time zone, the site's unless another is given.
"""

from calendar import monthrange
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils import timezone

_SATURDAY = 5


def months_after(day: date, months: int) -> date:
    """The day of the same number `months` later, or the last of that month where there is none."""
    number = day.year * 12 + day.month - 1 + months
    year, month = divmod(number, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_of_months(event: datetime, months: int, zone: tzinfo | None = None) -> datetime:
    """The last moment of a period of `months` that an event starts.

    event: with its zone. zone: where its day is read, the site's by default. Raises ValueError without one.
    """
    if event.tzinfo is None:
        raise ValueError("a moment has a time zone")
    zone = zone or timezone.get_default_timezone()
    last = months_after(event.astimezone(zone).date(), months)
    if last.weekday() >= _SATURDAY:
        last += timedelta(days=7 - last.weekday())
    return datetime.combine(last, time.max, zone)
