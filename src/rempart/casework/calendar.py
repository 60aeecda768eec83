"""What falls due, and when: everything that people must do by a date, and everything that happens by itself.

A module that has such a thing adds it here (`add_deadline`, `add_moment`, from an app's `ready()`); the calendar page,
the reminders, the escalations and the record of what passed (`services.times`) all follow from that. Every question is
bounded by dates and by a limit, so that it costs the same with a hundred cases and with 200,000.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, DateTimeField, DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from rempart.casework.models import Case, Escalation, Reminder
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

MOST = 200
REMIND_AFTER, ESCALATE_AFTER = 0.5, 0.75


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """Something that a person must do by a date.

    kind: its name in the tables of times; never changes once stored.
    things: all of them, ever, each with `starts` (when the time given began), `due` (a column with an index), and
        `over`: since when nobody has to do it any more, as it was done or stopped mattering; null while it waits.
    case: the case of one, None where there is none. words: what has to be done, in a few words. url: where.
    mine: the condition on `things` for those that a member is expected to do.
    waits: what holds for all that wait and an index serves, where `over` alone would look through all there ever were.
    """

    kind: str
    things: Callable[[], QuerySet[Any]]
    case: Callable[[Any], Case | None]
    words: Callable[[Any], str]
    url: Callable[[Any], str]
    mine: Callable[[StaffMember], Q]
    waits: Callable[[], Q] = Q

    def waiting(self) -> QuerySet[Any]:
        """Those that still have to be done."""
        return self.things().filter(self.waits(), over=None)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Something that happens by itself.

    things: all of them, ever, each with `at`, a column with an index; those that will not happen left out.
    event: how the ledger names it when it is first seen, with a row of Passing.
    then: what else has to be done then, in the same transaction.
    unseen: which of them nobody has recorded yet, where `then` records that with the thing itself, ledger row included.
    """

    kind: str
    things: Callable[[], QuerySet[Any]]
    case: Callable[[Any], Case | None]
    words: Callable[[Any], str]
    url: Callable[[Any], str]
    mine: Callable[[StaffMember], Q]
    event: Event | None = None
    then: Callable[[Any], None] | None = None
    unseen: Q | None = None


DEADLINES: dict[str, Deadline] = {}
MOMENTS: dict[str, Moment] = {}


def add_deadline(deadline: Deadline) -> None:
    """Add a kind of thing that people must do by a date. Adding it again replaces it."""
    DEADLINES[deadline.kind] = deadline


def add_moment(moment: Moment) -> None:
    """Add a kind of thing that happens by itself. Adding it again replaces it."""
    MOMENTS[moment.kind] = moment


def after(share: float) -> ExpressionWrapper:
    """The moment at which this share of the time between `starts` and `due` is over."""
    span = ExpressionWrapper(F("due") - F("starts"), output_field=DurationField())
    return ExpressionWrapper(
        F("starts") + ExpressionWrapper(span * share, output_field=DurationField()), output_field=DateTimeField()
    )


@dataclass(frozen=True, kw_only=True)
class Due:
    """A line of the calendar. `late`: a person should have done it. `by_itself`: nobody has to do anything."""

    at: datetime
    kind: str
    case: Case | None
    words: str
    url: str
    late: bool = False
    by_itself: bool = False
    reminded: bool = False
    escalated: bool = False


def falls_due(
    since: datetime | None, until: datetime, member: StaffMember | None = None, *, most: int = MOST
) -> list[Due]:
    """What people must do and what happens by itself from `since` until before `until`, the late ones first.

    since: None for everything that people must do, however late. member: only what that member is expected to do, or
    decided. At most `most` lines of each kind.
    """
    ahead = max(since, now()) if since else now()
    lines = [line for deadline in DEADLINES.values() for line in _to_do(deadline, since, until, member, most)]
    lines += [line for moment in MOMENTS.values() for line in _to_come(moment, ahead, until, member, most)]
    return sorted(lines, key=lambda line: (not line.late, line.at, line.kind))


def by_day(
    since: datetime,
    until: datetime,
    member: StaffMember | None = None,
    *,
    known: Sequence[Due] | None = None,
    most: int = MOST,
) -> dict[date, tuple[int, int]]:
    """For each day of the site's zone that has any: how many things people must do, and how many come by themselves.

    known: the lines that `falls_due` gave for these days, if they were asked for, with its `most`: only kinds of which
    there were more are counted in the database.
    """
    zone = timezone.get_current_timezone()
    counts = {False: Counter[date](), True: Counter[date]()}
    full = {kind for kind, many in Counter(line.kind for line in known or ()).items() if many >= most}
    for line in known or ():
        if line.kind not in full and since <= line.at < until:
            counts[line.by_itself][line.at.astimezone(zone).date()] += 1
    for kind in (*DEADLINES.values(), *MOMENTS.values()):
        if known is not None and kind.kind not in full:
            continue
        by_itself = isinstance(kind, Moment)
        found = _of(kind, member)
        if by_itself:
            found = found.filter(at__gte=max(since, now()), at__lt=until).annotate(day=TruncDate("at", tzinfo=zone))
        else:
            found = found.filter(due__gte=since, due__lt=until).annotate(day=TruncDate("due", tzinfo=zone))
        counts[by_itself].update(dict(_per_day(found)))
    days = sorted({*counts[False], *counts[True]})
    return {day: (counts[False][day], counts[True][day]) for day in days}


def _per_day(found: QuerySet[Any]) -> Iterable[tuple[date, int]]:
    return found.order_by().values("day").annotate(many=Count("pk")).values_list("day", "many")


def _of(kind: Deadline | Moment, member: StaffMember | None) -> QuerySet[Any]:
    found = kind.waiting() if isinstance(kind, Deadline) else kind.things()
    return found if member is None else found.filter(kind.mine(member))


def _to_do(
    deadline: Deadline, since: datetime | None, until: datetime, member: StaffMember | None, most: int
) -> Iterator[Due]:
    present = now()
    found = _of(deadline, member).filter(due__lt=until)
    if since is not None:
        found = found.filter(due__gte=since)
    # The first ones are found before what is told of them: the database would else fetch that for all that wait.
    found = deadline.things().filter(pk__in=found.order_by("due", "pk").values("pk")[:most])
    found = found.annotate(remind_at=after(REMIND_AFTER), escalate_at=after(ESCALATE_AFTER))
    written = {"kind": deadline.kind, "key": OuterRef("pk")}
    found = found.annotate(
        reminded=Exists(Reminder.objects.filter(**written, due_at=OuterRef("remind_at"))),
        escalated=Exists(Escalation.objects.filter(**written, due_at=OuterRef("escalate_at"))),
    )
    for thing in found.order_by("due", "pk"):
        yield Due(
            at=thing.due,
            kind=deadline.kind,
            case=deadline.case(thing),
            words=deadline.words(thing),
            url=deadline.url(thing),
            late=thing.due < present,
            reminded=thing.reminded,
            escalated=thing.escalated,
        )


def _to_come(moment: Moment, since: datetime, until: datetime, member: StaffMember | None, most: int) -> Iterator[Due]:
    for thing in _of(moment, member).filter(at__gte=since, at__lt=until).order_by("at", "pk")[:most]:
        yield Due(
            at=thing.at,
            kind=moment.kind,
            case=moment.case(thing),
            words=moment.words(thing),
            url=moment.url(thing),
            by_itself=True,
        )
