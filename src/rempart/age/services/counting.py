"""Counting sign-ups and questions to providers as they are erased, so that error rates can be told afterwards."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

from django.db.models import F, Q

from rempart.age.models import Attempt, ClosedYoung, GoneCount, VendorRequest

Way = Attempt.Way


def where_attempts_stood(attempts: Iterable[Attempt]) -> Counter[tuple[date, str, str]]:
    """Sign-ups by (day, table, step): where the answer led; and whom the gate turned away, or let in too young.

    Who was let in too young is known where the account that came of it was closed by two people.
    """
    found: Counter[tuple[date, str, str]] = Counter()
    for one in attempts:
        found[_day(one.made_at), "gate", one.way or "not_answered"] += 1
        if one.answered_at is None or one.follows_id is not None:
            continue
        if one.way == Way.NOT_YET:
            found[_day(one.answered_at), "too_young", "turned_away"] += 1
        elif one.bound_at is not None and _was_closed(one):
            found[_day(one.answered_at), "too_young", "let_in"] += 1
    return found


def where_vendor_requests_stood(requests: Iterable[VendorRequest]) -> Counter[tuple[date, str, str]]:
    """Questions to providers by (day, table, step)."""
    found: Counter[tuple[date, str, str]] = Counter()
    for one in requests:
        found[_day(one.asked_at), "vendors", "asked"] += 1
        found[_day(one.asked_at), "vendors", "answered"] += one.answered_at is not None
    return found


def keep(counts: Counter[tuple[date, str, str]]) -> None:
    """Add to what is kept. In the transaction that erases the rows."""
    for (day, table, step), number in sorted(counts.items()):
        row, _is_new = GoneCount.objects.get_or_create(day=day, table=table, step=step)
        GoneCount.objects.filter(pk=row.pk).update(number=F("number") + number)


def kept(table: str, start: datetime, end: datetime) -> Counter[str]:
    """What is kept of a table for the days in [start, end), by step."""
    rows = GoneCount.objects.filter(table=table, day__gte=_day(start), day__lt=_day(end))
    found: Counter[str] = Counter()
    for step, number in rows.values_list("step", "number"):
        found[step] += number
    return found


def _was_closed(one: Attempt) -> bool:
    same = Q(handle=one.handle)
    if one.platform_id:
        same |= Q(platform_id=one.platform_id)
    return ClosedYoung.objects.filter(same, service=one.service).exists()


def _day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
