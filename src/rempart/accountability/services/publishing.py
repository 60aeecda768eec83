"""Making figures public: each month once it is over, each year with its December, the month in progress in tens.

What was published stays: a job that runs again finds it and goes on, and a correction is a revision that says who made
it and why, beside what it corrects. The record behind a month thins out as retention erases what is no longer needed,
so a month is counted as soon as it is over, and counted again for a revision within RECOUNTED only.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from rempart.accountability.errors import NothingPublished
from rempart.accountability.figures.counting import figures_of
from rempart.accountability.figures.model import Window
from rempart.accountability.models import FiguresSoFar, PublishedFigures
from rempart.accountability.public.counts import (
    LEAST_TIMED,
    ROUNDED_TO,
    Month,
    Shown,
    month_of,
    protected,
    rounded_down,
    year_of,
)
from rempart.accountability.services.guards import ensure_liaises
from rempart.casework.services.guards import given_reason
from rempart.intake.models import Testimony, Wave
from rempart.ledger import append
from rempart.ledger.canonical import canonical_json
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow
from rempart.staff.models import StaffMember

RECOUNTED = timedelta(days=30)
"""How long after its end a month can be counted again: what no case is about is erased from then on."""
MONTHS = 12
_BEFORE_THE_LEDGER = timedelta(days=62)


def publish_due() -> list[PublishedFigures]:
    """Publish the months that are over and not published yet, and the years then whole; tell the month in progress."""
    published = []
    for first in _months_over():
        month = count(first)
        published.append(publish(first, month, invented=_invented()))
        if first.month == 12:
            published.append(publish_year(first.year))
    tell_so_far()
    return [one for one in published if one is not None]


def count(first: date) -> Month:
    """What was counted in the month that begins on `first`, as it stood at its end (or stands now)."""
    return month_of(figures_of(Window(hashtag=None, start=midnight(first), end=midnight(following(first)))))


def publish(first: date, month: Month, *, invented: bool) -> PublishedFigures | None:
    """Publish a month that is over, unless it is published already."""
    so_far = FiguresSoFar.objects.filter(starts_on=first).first()
    shown = protected(month, so_far=so_far.at_least if so_far else None)
    return _keep(first, following(first), month, shown, invented=invented)


def publish_year(year: int) -> PublishedFigures | None:
    """Publish the sums of a year of which all twelve months are published, unless they are already; without medians."""
    months = [one for one in latest().filter(starts_on__year=year) if one.ends_on == following(one.starts_on)]
    if len(months) < MONTHS:
        return None
    exact = [(exactly(one), one.shown) for one in months]
    wholes = [group.whole for group in exact[0][0].groups]
    sums = Month(counts={name: sum(month.counts[name] for month, _shown in exact) for name in wholes}, groups=[])
    invented = any(one.invented for one in months)
    return _keep(date(year, 1, 1), date(year + 1, 1, 1), sums, year_of(exact), invented=invented)


def _keep(
    starts_on: date, ends_on: date, month: Month, shown: Shown, *, invented: bool, **revising: Any
) -> PublishedFigures | None:
    revision = revising.get("revision", 1)
    same = PublishedFigures.objects.filter(starts_on=starts_on, ends_on=ends_on, revision=revision)
    if same.exists():
        return None
    hours = {
        "restraint": month.hours_to_restraint if shown.get("restrained") is not None else None,
        "answer": month.hours_to_answer if shown.get("appeals_answered") is not None else None,
    }
    try:
        with transaction.atomic():
            kept = PublishedFigures.objects.create(
                starts_on=starts_on,
                ends_on=ends_on,
                counts=month.counts,
                groups=msgspec.to_builtins(month.groups),
                shown=shown,
                hours=hours,
                invented=invented,
                published_at=now(),
                **revising,
            )
            append(
                Event.FIGURES_REVISED if revising else Event.FIGURES_PUBLISHED,
                subject=kept,
                acting=revising.get("revised_by"),
                content=said_of(kept),
            )
    except IntegrityError:
        if same.exists():
            return None  # another process was faster
        raise
    return kept


def said_of(kept: PublishedFigures) -> dict[str, Any]:
    """What the ledger keeps of a publication: its period, revision, and the SHA-256 of what was shown."""
    shown = canonical_json({"shown": kept.shown, "hours": kept.hours})
    return {
        "from": kept.starts_on.isoformat(),
        "to": kept.ends_on.isoformat(),
        "revision": kept.revision,
        "sha256": hashlib.sha256(shown.encode()).hexdigest(),
        "because": kept.because,
    }


def revise(first: date, *, acting: StaffMember, reason: str) -> PublishedFigures:
    """Publish a month again, because what was said of it was wrong; what was said stays beside it.

    The month is counted again within RECOUNTED after its end; later the numbers stay and the reason stands beside them.
    A group of which a number changed by 1 to 4 is withheld in the new revision. Raises NotAllowed, ReasonMissing,
    NothingPublished.
    """
    ensure_liaises(acting)
    reason = given_reason(reason)
    last = latest().filter(starts_on=first, ends_on=following(first)).first()
    if last is None:
        raise NothingPublished
    month, shown = exactly(last), last.shown
    month.hours_to_restraint, month.hours_to_answer = last.hours["restraint"], last.hours["answer"]
    if now() < midnight(last.ends_on) + RECOUNTED:
        month = count(first)
        shown = protected(month, before=last.counts)
        # What was withheld of a number that did not change stays withheld: shown now, it would tell what was hidden.
        for group in month.groups:
            if any(last.shown.get(name) is None and shown[name] is not None for name in group.names):
                shown |= {name: None for name in group.names if last.shown.get(name) is None}
    kept = _keep(
        first, last.ends_on, month, shown, invented=last.invented, revision=last.revision + 1, revised_by=acting,
        because=reason,
    )  # fmt: skip
    if kept is None:
        raise NothingPublished
    return kept


def tell_so_far() -> FiguresSoFar | None:
    """Tell the month in progress in tens, once a day; forget those that are over and published."""
    today = timezone.localtime(now()).date()
    first = today.replace(day=1)
    over = FiguresSoFar.objects.filter(starts_on__lt=first)
    over.filter(starts_on__in=PublishedFigures.objects.values("starts_on")).delete()
    told = FiguresSoFar.objects.filter(starts_on=first).first()
    if (told is not None and timezone.localtime(told.as_of).date() >= today) or not LedgerRow.objects.exists():
        return told
    month = count(first)
    at_least = rounded_down(month)
    timed = at_least["restrained"] >= ROUNDED_TO >= LEAST_TIMED
    kept, _created = FiguresSoFar.objects.update_or_create(
        starts_on=first,
        defaults={
            "at_least": at_least,
            "hours": {"restraint": round(month.hours_to_restraint) if timed and month.hours_to_restraint else None},
            "invented": _invented(),
            "as_of": now(),
        },
    )
    return kept


def latest() -> Any:
    """The last revision of each period, in order."""
    newest = PublishedFigures.objects.order_by("starts_on", "ends_on", "-revision").distinct("starts_on", "ends_on")
    return PublishedFigures.objects.filter(pk__in=newest.values("pk")).order_by("starts_on", "-ends_on")


def exactly(published: PublishedFigures) -> Month:
    """The exact counts behind a publication."""
    return msgspec.convert({"counts": published.counts, "groups": published.groups}, Month)


def _months_over() -> Iterator[date]:
    """The months since the ledger began that are over and not published, oldest first."""
    begun = LedgerRow.objects.order_by("pk").values_list("recorded_at", flat=True).first()
    if begun is None:
        return
    said = Testimony.everything.filter(received_at__gte=begun - _BEFORE_THE_LEDGER).order_by("received_at")
    first_said = said.values_list("received_at", flat=True).first()
    month = timezone.localtime(min(begun, first_said or begun)).date().replace(day=1)
    done = set(PublishedFigures.objects.values_list("starts_on", "ends_on"))
    while midnight(following(month)) <= now():
        if (month, following(month)) not in done:
            yield month
        month = following(month)


def following(first: date) -> date:
    """The first day of the month after."""
    return (first + timedelta(days=31)).replace(day=1)


def midnight(day: date) -> datetime:
    """When a day begins in the zone of the site."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_default_timezone())


def _invented() -> bool:
    return Wave.objects.filter(invented=True).exists()


__all__ = ["count", "latest", "publish", "publish_due", "publish_year", "revise", "tell_so_far"]
