"""Restraints as the account feels them: any measure but being watched, from when it begins to when nothing restrains
it.

A restraint that is renewed, or taken over by another without a break, is one. The intervals come from the database;
that they belong together is found here.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Q

from rempart.accountability.figures.range import Range
from rempart.casework.models import Appeal, Decision, MeasureTaken, Reconsideration
from rempart.casework.models.decisions import MeasureTakenQuerySet

WATCH = "watch"


class Interval(NamedTuple):
    """A measure in force, begins ≤ moment < ends; ends None: until it is lifted. how: how it ended, if it did."""

    case: int
    decision: int
    begins: datetime
    ends: datetime | None
    how: str


class Restraint(NamedTuple):
    """An unbroken run of restraints on a case, and how the last of them ended (empty while it goes on)."""

    case: int
    begins: datetime
    ends: datetime | None
    decision: int
    how: str


def real_measures(reach: Range) -> MeasureTakenQuerySet:
    """The measures of the range that were in force for any time: begun before they ended; with `real_end`."""
    taken = MeasureTaken.objects.with_end().order_by().filter(decision__state=Decision.State.TAKEN)
    taken = taken.filter(Q(real_end=None) | Q(real_end__gt=F("decision__begins_at")))
    if reach.waves is None:
        return taken
    return taken.filter(decision__case__in=reach.cases().values("pk"))


def restraints_of(reach: Range) -> list[Restraint]:
    """The restraints of the range that touch its window: begun before its end, and not over before its start."""
    rows = (
        real_measures(reach)
        .exclude(measure=WATCH)
        .filter(Q(real_end=None) | Q(real_end__gte=reach.window.start), decision__begins_at__lt=reach.until)
        .values_list("decision__case", "decision", "decision__begins_at", "real_end", "lifted_at", "decision__ended_at")
    )
    intervals = (
        Interval(case, decision, begins, ends, "lifted" if ends == lifted else "replaced" if ends == ended else "end")
        for case, decision, begins, ends, lifted, ended in rows.iterator(chunk_size=5000)
    )
    return [one for one in joined(intervals) if one.ends is None or one.ends >= reach.window.start]


def joined(intervals: Iterable[Interval]) -> list[Restraint]:
    """Intervals of each case put together where one begins before or as another ends."""
    by_case: dict[int, list[Interval]] = defaultdict(list)
    for one in intervals:
        by_case[one.case].append(one)
    found = []
    for of_case in by_case.values():
        of_case.sort(key=lambda one: (one.begins, one.decision))
        run = _run(of_case[0])
        for one in of_case[1:]:
            if run.ends is not None and one.begins > run.ends:
                found.append(run)
                run = _run(one)
            elif run.ends is not None and (one.ends is None or one.ends >= run.ends):
                run = _run(one)._replace(begins=run.begins)
        found.append(run)
    return found


def _run(one: Interval) -> Restraint:
    return Restraint(one.case, one.begins, one.ends, one.decision, one.how if one.ends is not None else "")


def restrained_before(reach: Range, moment: datetime) -> set[int]:
    """The cases of the range of which a restraint began before a moment."""
    begun = real_measures(reach).exclude(measure=WATCH).filter(decision__begins_at__lt=moment)
    return set(begun.values_list("decision__case", flat=True).distinct())


class Reasons(NamedTuple):
    """Decisions whose lift has a reason of its own."""

    appeals: frozenset[int]
    replies: frozenset[int]
    links: frozenset[int]

    @classmethod
    def of(cls, reach: Range) -> "Reasons":
        """Those of appeals that were upheld and of reconsiderations that ended in a lift."""
        upheld = Appeal.objects.filter(by=Appeal.By.RESPONDENT, state=Appeal.State.UPHELD, decided_at__lt=reach.until)
        lifted = Reconsideration.objects.filter(state=Reconsideration.State.LIFTED, answered_at__lt=reach.until)
        by = {
            because: frozenset(lifted.filter(because=because).values_list("decision", flat=True))
            for because in Reconsideration.Because
        }
        return cls(
            frozenset(upheld.values_list("decision", flat=True)),
            by[Reconsideration.Because.REPLY],
            by[Reconsideration.Because.LINK],
        )

    def why(self, ended: Restraint) -> str:
        """Why a restraint ended: end, review, appeal, reply, link or replaced."""
        if ended.how != "lifted":
            return ended.how
        for name, decisions in (("appeal", self.appeals), ("reply", self.replies), ("link", self.links)):
            if ended.decision in decisions:
                return name
        return "review"
