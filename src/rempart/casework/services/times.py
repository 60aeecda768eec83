"""Everything that happens by a date, done once, in the order in which it fell due, however late it is seen.

The worker calls `do_what_is_due` once a minute; after a downtime of any length one call catches up. What it writes
follows from the dates alone, never from when it ran: a reminder or an escalation is written when the thing still waited
at that moment, and takes effect then. Whatever restricts somebody never depends on it: in force is computed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from rempart.casework import calendar
from rempart.casework.calendar import Deadline, Moment
from rempart.casework.models import Decision, Escalation, MeasureTaken, Passing, Reminder, SeenUntil
from rempart.casework.models.times import WrittenOnce
from rempart.casework.services.orders import WATCH
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

logger = logging.getLogger("rempart.casework")

LOCK = 0x7265_6D70_6172_7403  # "rempart", 3
SLICE = 200
# A thing is stored before it is due, and no transaction lasts a day: nothing due appears further back than that.
OVERLAP = timedelta(days=1)
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Failed = set[tuple[str, int, datetime]]


@dataclass(frozen=True)
class _Task:
    """Something that fell due: when, what it is about, and how to do it; `do` says whether it still had to be done."""

    at: datetime
    kind: str
    key: int
    do: Callable[[], bool]

    @property
    def name(self) -> tuple[str, int, datetime]:
        return (self.kind, self.key, self.at)


def do_what_is_due() -> int:
    """Do everything that fell due and was not done yet; returns how many things that was.

    One process at a time does it: another that finds it under way returns at once. It can be killed at any moment: each
    slice of the work is one transaction, and the next call goes on from there. What cannot be done (a receiver raises)
    is logged and tried again by the next call; it does not hold up the rest.
    """
    failed: Failed = set()
    done = 0
    while True:
        with transaction.atomic():
            if not _alone():
                return done
            tasks = _next_tasks(failed)
            done += sum(_try(task, failed) for task in tasks)
            _remember(tasks, failed)
        # What was done may have made something else due at once.
        if not tasks:
            return done


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        return bool(cursor.fetchone()[0])


def _try(task: _Task, failed: Failed) -> bool:
    try:
        with transaction.atomic():
            return task.do()
    except Exception:
        logger.exception("%s %s, due at %s, could not be done", *task.name)
        failed.add(task.name)
        return False


def _remember(tasks: list[_Task], failed: Failed) -> None:
    """Where the next call has to look from: not past what failed, nor past what is left of a full slice."""
    until = tasks[-1].at if len(tasks) == SLICE else now()
    SeenUntil.objects.update_or_create(only=True, defaults={"at": min([until, *(at for _kind, _key, at in failed)])})


def _next_tasks(failed: Failed) -> list[_Task]:
    """The first things that are due, across all kinds, in the order in which they fell due."""
    until = now()
    seen = SeenUntil.objects.values_list("at", flat=True).first()
    since = min(seen, until) - OVERLAP if seen else _BEGINNING
    most = SLICE + len(failed)
    found = [task for source in _sources(since, until) for task in source(most) if task.name not in failed]
    return sorted(found, key=lambda task: (task.at, task.kind, task.key))[:SLICE]


def _sources(since: datetime, until: datetime) -> Iterator[Callable[[int], Iterable[_Task]]]:
    for deadline in calendar.DEADLINES.values():
        for table, event, share in (
            (Reminder, Event.REMINDED, calendar.REMIND_AFTER),
            (Escalation, Event.ESCALATED, calendar.ESCALATE_AFTER),
        ):
            # What still waited when this share of its time was over.
            found = deadline.things().filter(due__gte=since).annotate(at=calendar.after(share))
            found = found.filter(at__gte=since, at__lte=until).filter(Q(over=None) | Q(over__gt=F("at")))
            yield _written_once(deadline, found, table, event)
    for moment in calendar.MOMENTS.values():
        found = moment.things().filter(at__lte=until)
        if moment.unseen is not None:
            yield _recorded_with_the_thing(moment, found.filter(moment.unseen))
        elif moment.event is not None:
            yield _written_once(moment, found.filter(at__gte=since), Passing, moment.event)


def _written_once(
    kind: Deadline | Moment, found: QuerySet[Any], table: type[WrittenOnce], event: Event
) -> Callable[[int], Iterable[_Task]]:
    written = table._default_manager.filter(kind=kind.kind, key=OuterRef("pk"), due_at=OuterRef("at"))
    left = found.filter(~Exists(written))

    def write(thing: Any) -> bool:
        # What was done a moment ago, for something that fell due before, may have settled it.
        if not left.filter(pk=thing.pk).exists():
            return False
        table._default_manager.create(
            case=kind.case(thing), kind=kind.kind, key=thing.pk, due_at=thing.at, written_at=now()
        )
        append(event, subject=thing, content={"kind": kind.kind}, effective_at=thing.at)
        if isinstance(kind, Moment) and kind.then is not None:
            kind.then(thing)
        return True

    name = f"{kind.kind} ({table._meta.model_name})"
    return lambda most: [
        _Task(thing.at, name, thing.pk, lambda thing=thing: write(thing)) for thing in left.order_by("at", "pk")[:most]
    ]


def _recorded_with_the_thing(moment: Moment, left: QuerySet[Any]) -> Callable[[int], Iterable[_Task]]:
    def record(thing: Any) -> bool:
        if moment.then is None or not left.filter(pk=thing.pk).exists():
            return False
        moment.then(thing)
        return True

    return lambda most: [
        _Task(thing.at, moment.kind, thing.pk, lambda thing=thing: record(thing))
        for thing in left.order_by("at", "pk")[:most]
    ]


def unreviewed_lapses(since: datetime, until: datetime) -> int:
    """How many preventive restrictions reached their end, from `since` until before `until`, without any review.

    For the transparency report and the calendar. Being watched restricts nothing and is not counted, nor is what was
    lifted or taken over before its end.
    """
    return lapses(since, until).filter(confirmed_at=None).count()


def lapses(since: datetime, until: datetime) -> QuerySet[Decision]:
    """The preventive restrictions that reached their end, from `since` until before `until` (nor later than now)."""
    restricting = MeasureTaken.objects.exclude(measure=WATCH).filter(decision=OuterRef("pk"))
    found = Decision.objects.filter(
        Exists(restricting.filter(Q(lifted_at=None) | Q(lifted_at__gte=OuterRef("ends_at")))),
        mode=Decision.Mode.PREVENTIVE,
        state=Decision.State.TAKEN,
        ends_at__gte=since,
        ends_at__lt=min(until, now()),
    )
    return found.exclude(ended=Decision.Ended.LIFTED).filter(Q(ended_at=None) | Q(ended_at__gte=F("ends_at")))
