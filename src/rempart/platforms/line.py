"""The line of a measure's page: what was decided above, what holds on the platform below, over one axis of time.

Coordinates only, as in `rempart.pages.charts`; `platforms/parts/line.html` writes them out, and the page says the same
in words beneath.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from rempart.pages.charts import Bar
from rempart.pages.writing import clock, day_month

LANES = (18.0, 66.0)  # where each lane's bar begins, below its words
TALL = 20.0
HEIGHT = 108
ROOM = 46  # what a word on the axis takes to each side


@dataclass(frozen=True, kw_only=True)
class Span:
    """Something that holds from a moment to another. `kind`: waits, holds, ahead or gap."""

    begins: datetime
    ends: datetime
    kind: str


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A bar of a lane and its kind."""

    bar: Bar
    kind: str


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A word below the line, and whether it begins, has its middle or ends at `x`."""

    x: float
    text: str
    anchor: str

    def touches(self, other: "Tick") -> bool:
        """Whether there is no room for both."""
        return abs(self._middle() - other._middle()) < 2 * ROOM

    def _middle(self) -> float:
        return self.x + {"start": ROOM, "middle": 0, "end": -ROOM}[self.anchor]


@dataclass(frozen=True, kw_only=True)
class Line:
    """The line, `width` units wide; `now` is where the present moment is on it, drawn through each lane."""

    width: int
    height: int
    now: float | None
    lanes: list[tuple[float, float]]
    decided: list[Shape]
    there: list[Shape]
    ticks: list[Tick]
    words: tuple[float, float]


def line(
    decided: Iterable[Span], there: Iterable[Span], *, marks: Iterable[datetime], now: datetime, width: int
) -> Line | None:
    """The line of spans in two lanes; None when nothing has a length. `marks`: the moments named below the axis."""
    decided, there = list(decided), list(there)
    ends = [moment for span in (*decided, *there) for moment in (span.begins, span.ends)]
    if not ends or max(ends) <= min(ends):
        return None
    begin, end = min(ends), max(ends)

    def across(at: datetime) -> float:
        return round((at - begin) / (end - begin) * width, 2)

    def shapes(spans: list[Span], top: float) -> list[Shape]:
        return [
            Shape(
                bar=Bar(across(one.begins), top, max(2.0, round(across(one.ends) - across(one.begins), 2)), TALL),
                kind=one.kind,
            )
            for one in spans
            if one.ends > one.begins
        ]

    return Line(
        width=width,
        height=HEIGHT,
        now=across(now) if begin <= now <= end else None,
        lanes=[(top, top + TALL) for top in LANES],
        decided=shapes(decided, LANES[0]),
        there=shapes(there, LANES[1]),
        ticks=_ticks(marks, begin, end, across, width),
        words=(LANES[0] - 6, LANES[1] - 6),
    )


def _ticks(
    marks: Iterable[datetime], begin: datetime, end: datetime, across: Callable[[datetime], float], width: int
) -> list[Tick]:
    """A word for each moment within the line that has room for it; the first ones named have precedence."""
    brief = end - begin <= timedelta(days=2)
    found: list[Tick] = []
    for at in marks:
        if not begin <= at <= end:
            continue
        x, local = across(at), timezone.localtime(at)
        anchor = "start" if x < ROOM else "end" if x > width - ROOM else "middle"
        text = f"{day_month(local)}, {clock(at)}" if brief else day_month(local)
        tick = Tick(x=x, text=text, anchor=anchor)
        if not any(tick.touches(other) for other in found):
            found.append(tick)
    return found
