"""The counts of a month that are made public, and what is withheld of them.

Only what came in or was done during the month is counted here, never what stood at its end: from one end to the next
the difference would tell what happened in between. Each group is a number and the ways in which it is divided; the
groups share nothing. Whatever would let a reader work out a count of 1 to 4 is withheld with it
(`privacy.suppression`), within the month, between a month and its year, and between two revisions of a month.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import msgspec

from rempart.accountability.figures.model import Figures, Standing
from rempart.privacy.suppression import Sum, is_small, protect

Exact = dict[str, int]
Shown = dict[str, "int | None"]
Ways = tuple[Mapping[str, "int | None"], ...]

LEAST_TIMED = 5
"""Fewer measured times give no median."""
ROUNDED_TO = 10
"""A month in progress is told in tens, rounded down."""

_STANDINGS: dict[str, tuple[Standing, ...]] = {
    "restrained": ("restrained", "restrained_before", "begins_later"),
    "waiting": ("waits", "not_assessed"),
    "watched": ("watched",),
    "looked_at": ("no_action", "warned", "referred", "declined"),
    "campaign": ("coordination",),
    "too_little": ("few_sources", "slight", "doubtful", "no_article"),
    "taken_back": ("withdrawn",),
    "elsewhere": ("elsewhere",),
}
_RESTRAINTS = (
    *("no_recommendation", "no_contact_with_minors", "no_new_contacts", "no_live", "no_monetisation"),
    *("read_only", "suspend"),
)


class Group(NamedTuple):
    """A number that is made public and the ways in which it is divided: each way is the names of its parts."""

    whole: str
    ways: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the group, the whole first."""
        return (self.whole, *(name for way in self.ways for name in way))


class Month(msgspec.Struct, kw_only=True):
    """What was counted in a month, exactly: nobody reads it but what protects it.

    counts: name → number, as GROUPS names them. The hours are medians, None when nothing was measured.
    """

    counts: Exact
    groups: list[Group]
    hours_to_restraint: float | None = None
    hours_to_answer: float | None = None


def month_of(figures: Figures) -> Month:
    """The public counts of the figures of a month."""
    received, standing, measures, appeals = (
        figures.received,
        figures.accounts.by_standing,
        figures.measures,
        figures.appeals,
    )
    timed = figures.speed.accounts or 0
    modes = ("preventive", "final")
    parts: dict[str, Ways] = {
        "received": (received.by_stance, received.by_channel, received.by_complainant),
        "accounts": ({name: sum(standing[one] or 0 for one in of) for name, of in _STANDINGS.items()},),
        "restrained": ({**figures.speed.by_time, "not_timed": (measures.newly or 0) - timed},),
        "measures": (
            {kind: sum(number or 0 for number in measures.taken[kind].values()) for kind in _RESTRAINTS},
            {mode: sum(measures.taken[kind][mode] or 0 for kind in _RESTRAINTS) for mode in modes},
        ),
        "decisions": (measures.by_approval,),
        "ended": (figures.lifted.by_reason,),
        "appeals_filed": (appeals.by_author,),
        "appeals_answered": ({"upheld": appeals.upheld, "rejected": appeals.rejected},),
        "outcomes": (figures.outcomes,),
    }
    return month_from(
        parts,
        alone={"statements": figures.statements},
        hours_to_restraint=figures.speed.median_hours if timed >= LEAST_TIMED else None,
        hours_to_answer=appeals.median_hours if (appeals.answered or 0) >= LEAST_TIMED else None,
    )


def month_from(
    parts: Mapping[str, Ways],
    *,
    alone: Mapping[str, int | None],
    hours_to_restraint: float | None = None,
    hours_to_answer: float | None = None,
) -> Month:
    """A month from the parts of each number, way by way; `alone` are the numbers that are not divided.

    Raises ValueError when the ways of one number do not add up to the same.
    """
    counts: Exact = {}
    groups = []
    for whole, ways in parts.items():
        named = [{f"{whole}.{name}": number or 0 for name, number in way.items()} for way in ways]
        sums = {sum(way.values()) for way in named}
        if len(sums) != 1:
            raise ValueError(f"the ways of dividing {whole!r} add up to {sorted(sums)}")
        counts[whole] = sums.pop()
        for way in named:
            counts |= way
        groups.append(Group(whole, tuple(tuple(way) for way in named)))
    counts |= {name: number or 0 for name, number in alone.items()}
    groups += [Group(name) for name in alone]
    return Month(counts=counts, groups=groups, hours_to_restraint=hours_to_restraint, hours_to_answer=hours_to_answer)


def protected(
    month: Month, *, so_far: Mapping[str, int] | None = None, before: Mapping[str, int] | None = None
) -> Shown:
    """The counts of a month as the public reads them: None where one is withheld.

    so_far: the wholes as they were last told, rounded down, while the month was in progress. before: the exact counts
    that the last publication of this month rests on. A group in which a number changed by 1 to 4 since is withheld
    whole: the change would be a small count.
    """
    sums = [Sum(group.whole, group.ways) for group in month.groups if group.ways]
    shown = protect(month.counts, sums, precious=[group.whole for group in month.groups])
    for group in month.groups:
        if any(
            is_small(abs(month.counts[name] - before[name])) for name in group.names if before and name in before
        ) or _betrayed(group, shown, (so_far or {}).get(group.whole, 0)):
            shown |= dict.fromkeys(group.names)
    return shown


def _betrayed(group: Group, shown: Shown, at_least: int) -> bool:
    """Whether "at least so many", said of a whole that is withheld now, says something of its withheld parts."""
    return shown[group.whole] is None and any(at_least > sum(shown[name] or 0 for name in way) for way in group.ways)


def rounded_down(month: Month) -> dict[str, int]:
    """The wholes of a month in progress, in tens: parts of them are told only once it is over."""
    return {group.whole: month.counts[group.whole] // ROUNDED_TO * ROUNDED_TO for group in month.groups}


def year_of(months: Iterable[tuple[Month, Shown]]) -> Shown:
    """The sums of a whole year, of each group's whole; None where one would give a month's withheld count away.

    months: exactly, and as published, all that the year has.
    """
    pairs = list(months)
    found: Shown = {}
    for group in pairs[0][0].groups if pairs else ():
        counts = {"year": sum(month.counts[group.whole] for month, _shown in pairs)}
        sums = [Sum("year", (tuple(f"{place}:{group.whole}" for place in range(len(pairs))),))]
        withheld = set()
        for place, (month, shown) in enumerate(pairs):
            here = next(one for one in month.groups if one.whole == group.whole)
            counts |= {f"{place}:{name}": month.counts[name] for name in here.names}
            withheld |= {f"{place}:{name}" for name in here.names if shown[name] is None}
            if here.ways:
                ways = tuple(tuple(f"{place}:{name}" for name in way) for way in here.ways)
                sums.append(Sum(f"{place}:{group.whole}", ways))
        needed = {name for name, value in protect(counts, sums, hidden=withheld).items() if value is None}
        found[group.whole] = counts["year"] if needed <= withheld else None
    return found


def at_least(shown: Iterable[Mapping[str, int | None]], name: str) -> tuple[int, bool]:
    """What several months add up to as far as it is shown, and whether some of it is withheld."""
    values = list(_values(shown, name))
    return sum(value or 0 for value in values), any(value is None for value in values)


def _values(shown: Iterable[Mapping[str, int | None]], name: str) -> Iterator[int | None]:
    for month in shown:
        if name in month:
            yield month[name]
