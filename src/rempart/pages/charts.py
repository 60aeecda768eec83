"""The geometry of charts, drawn on the server as SVG: no script, no inline style, a table of the same numbers beside.

Each function turns numbers into shapes with coordinates; the templates under `pages/charts/` only write them out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from math import ceil
from typing import Protocol
from zoneinfo import ZoneInfo

from rempart.pages.writing import clock, day_month

_STEPS = (1, 2, 3, 6, 12, 24)
_MOST_BARS = 168
_TICK = 62  # what a day or an hour takes, in units of the view box


@dataclass(frozen=True)
class Hour:
    """How many posts and testimonies came from `at` on, during an hour (or during `step` hours once merged)."""

    at: datetime
    posts: int
    testimonies: int


@dataclass(frozen=True)
class Moment:
    """When a rulebook would first have acted; `at` is None when it never would."""

    number: int
    title: str
    at: datetime | None
    ours: bool = False


@dataclass(frozen=True)
class Bar:
    """A bar of a chart, in units of its view box."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Mark:
    """A moment on the time axis: a line from a numbered circle down to the axis."""

    moment: Moment
    x: float
    y: float


@dataclass(frozen=True)
class Tick:
    """A word on an axis and where it stands."""

    x: float
    text: str


@dataclass(frozen=True)
class HourlyChart:
    """Two strips over one time axis: posts above, testimonies below, each to its own scale."""

    width: int
    height: int
    top: float
    posts_base: float
    testimonies_base: float
    posts: list[Bar]
    testimonies: list[Bar]
    most_posts: int
    most_testimonies: int
    ticks: list[Tick]
    marks: list[Mark]


def merged(hours: Sequence[Hour]) -> tuple[int, list[Hour]]:
    """Hours merged so that at most 168 bars are left: (hours in a bar, bars without a gap, oldest first)."""
    if not hours:
        return 1, []
    start = hours[0].at
    span = int((hours[-1].at - start) / timedelta(hours=1)) + 1
    step = next((step for step in _STEPS if span / step <= _MOST_BARS), 24 * ceil(span / 24 / _MOST_BARS))
    bars = [Hour(start + timedelta(hours=step * index), 0, 0) for index in range(ceil(span / step))]
    for hour in hours:
        index = int((hour.at - start) / timedelta(hours=step))
        bar = bars[index]
        bars[index] = Hour(bar.at, bar.posts + hour.posts, bar.testimonies + hour.testimonies)
    return step, bars


def hourly_chart(hours: Sequence[Hour], moments: Sequence[Moment], *, width: int, zone: ZoneInfo) -> HourlyChart | None:
    """The chart of a wave, `width` units wide; None when there is nothing to draw. Days begin at midnight in `zone`."""
    step, bars = merged(hours)
    if not bars:
        return None
    start, end = bars[0].at, bars[-1].at + timedelta(hours=step)

    def across(at: datetime) -> float:
        return round((at - start) / (end - start) * width, 2)

    marks, levels = _marks(
        [(moment, across(moment.at)) for moment in moments if moment.at and start <= moment.at <= end]
    )
    top = 12.0 + 20 * levels
    posts_base, testimonies_base = top + 110, top + 110 + 78
    slot = width / len(bars)
    gap = min(2.0, slot * 0.2)
    most_posts = max(1, *(bar.posts for bar in bars))
    most_testimonies = max(1, *(bar.testimonies for bar in bars))

    def strip(counts: list[int], most: int, base: float, height: float) -> list[Bar]:
        return [
            Bar(round(index * slot + gap / 2, 2), round(base - tall, 2), round(slot - gap, 2), round(tall, 2))
            for index, count in enumerate(counts)
            if (tall := max(1.5, count / most * height) if count else 0)
        ]

    return HourlyChart(
        width=width,
        height=int(testimonies_base + 24),
        top=top,
        posts_base=posts_base,
        testimonies_base=testimonies_base,
        posts=strip([bar.posts for bar in bars], most_posts, posts_base, 100),
        testimonies=strip([bar.testimonies for bar in bars], most_testimonies, testimonies_base, 58),
        most_posts=most_posts,
        most_testimonies=most_testimonies,
        ticks=_ticks(bars, across, width, zone),
        marks=[Mark(moment, x, 12.0 + 20 * level) for moment, x, level in marks],
    )


def _marks(placed: list[tuple[Moment, float]]) -> tuple[list[tuple[Moment, float, int]], int]:
    """Give each mark the first level on which no other stands within a circle's width; (marks, levels used)."""
    last: list[float] = []
    result = []
    for moment, x in sorted(placed, key=lambda pair: pair[1]):
        level = next((index for index, taken in enumerate(last) if x - taken >= 20), len(last))
        last[level : level + 1] = [x]
        result.append((moment, x, level))
    return result, len(last)


def _ticks(bars: Sequence[Hour], across: Callable[[datetime], float], width: int, zone: ZoneInfo) -> list[Tick]:
    """The first hour of each day, and within two days the hours that divide them; none that would touch the next."""
    starts = [bar.at.astimezone(zone) for bar in bars]
    days = [next(group) for _day, group in groupby(starts, key=datetime.date)]
    if len(days) <= 2:
        every = next(step for step in (3, 6, 12, 24) if len(starts) / step * _TICK <= width or step == 24)
        hours = [at for at in starts if at.hour % every == 0 and at not in days]
        named = sorted([(at, day_month(at)) for at in days] + [(at, clock(at)) for at in hours])
    else:
        named = [(at, day_month(at)) for at in days[:: max(1, ceil(len(days) * _TICK / width))]]
    ticks = [Tick(across(at), text) for at, text in named]
    following = [tick.x for tick in ticks[1:]] + [width + 0.0]
    return [tick for tick, after in zip(ticks, following, strict=True) if after - tick.x >= _TICK * 0.8]


@dataclass(frozen=True)
class WeightBar:
    """A bar to the right of the middle for what speaks in favour of belief, to the left for what speaks against it."""

    x: float
    width: float
    favours: bool


def weight_bar(weight: float, largest: float) -> WeightBar:
    """A weight in log-odds on an axis from -largest to largest, the middle at 100 of 200 units."""
    width = round(min(1.0, abs(weight) / largest) * 98, 2) if largest else 0.0
    return WeightBar(x=100.0 if weight >= 0 else round(100 - width, 2), width=width, favours=weight >= 0)


def blocks(value: float, count: int = 5) -> list[bool]:
    """`value` in [0, 1] as `count` blocks, filled or not; anything above nothing fills one."""
    filled = min(count, max(1 if value > 0.02 else 0, round(value * count)))
    return [index < filled for index in range(count)]


@dataclass(frozen=True)
class DayCount:
    """How many things people must do on a day, and how many happen by themselves."""

    day: date
    to_do: int
    by_itself: int


@dataclass(frozen=True)
class Number:
    """A number beside a bar, and the middle of where it stands."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class DayChart:
    """A strip of days: what people must do stands on the axis, what happens by itself hangs below, to one scale."""

    width: int
    height: int
    axis: float
    to_do: list[Bar]
    by_itself: list[Bar]
    numbers: list[Number]
    ticks: list[Tick]


_TALLEST, _ROOM = 56.0, 16.0


def day_chart(days: Sequence[DayCount], *, width: int) -> DayChart | None:
    """The chart of consecutive days, `width` units wide; None when nothing falls due on any of them."""
    most = max((max(day.to_do, day.by_itself) for day in days), default=0)
    if not most:
        return None
    slot = width / len(days)
    gap = min(6.0, slot * 0.2)
    above = _ROOM + _TALLEST
    below = _ROOM + _TALLEST if any(day.by_itself for day in days) else 4.0

    def tall(count: int) -> float:
        return round(max(3.0, count / most * _TALLEST), 2) if count else 0.0

    def bars(counts: list[int], *, up: bool) -> list[Bar]:
        return [
            Bar(round(index * slot + gap / 2, 2), above - height if up else above, round(slot - gap, 2), height)
            for index, height in enumerate(map(tall, counts))
            if height
        ]

    # A number fits where its slot is as wide as its digits.
    numbers = [
        Number(round((index + 0.5) * slot, 2), above - tall(count) - 4 if up else above + tall(count) + 12, str(count))
        for index, day in enumerate(days)
        for count, up in ((day.to_do, True), (day.by_itself, False))
        if count and slot >= 9 * len(str(count))
    ]
    every = ceil(len(days) * _TICK / width)
    ticks = [
        Tick(round((index + 0.5) * slot, 2), day_month(datetime.combine(day.day, time(12))))
        for index, day in enumerate(days)
        if index % every == 0 and (index + 0.5) * slot + _TICK / 2 <= width + 8
    ]
    return DayChart(
        width=width,
        height=int(above + below + 22),
        axis=above,
        to_do=bars([day.to_do for day in days], up=True),
        by_itself=bars([day.by_itself for day in days], up=False),
        numbers=numbers,
        ticks=ticks,
    )


@dataclass(frozen=True)
class Column:
    """A month of a chart: `text` stands above its bar. `value` is None where nothing is drawn to scale (withheld).

    part: how much of the value is drawn otherwise, from the axis up. so_far: the month is not over, and `value` is what
    it is at least.
    """

    name: str
    value: float | None
    text: str
    part: float | None = None
    so_far: bool = False


@dataclass(frozen=True)
class MonthChart:
    """Columns beside one another to one scale: whole, in part, open at the top (`so_far`) or withheld."""

    width: int
    height: int
    axis: float
    whole: list[Bar]
    part: list[Bar]
    so_far: list[Bar]
    withheld: list[Bar]
    numbers: list[Number]
    ticks: list[Tick]


_COLUMN_ROOM, _COLUMN_TALLEST, _WITHHELD, _LETTER = 18.0, 120.0, 10.0, 6.6


def month_chart(columns: Sequence[Column], *, width: int) -> MonthChart | None:
    """The chart of consecutive months, `width` units wide; None without any. Names that do not fit are left out."""
    if not columns:
        return None
    slot = width / len(columns)
    thick = round(min(48.0, slot * 0.64), 2)
    axis = _COLUMN_ROOM + _COLUMN_TALLEST
    most = max((column.value or 0 for column in columns), default=0) or 1
    bars: dict[str, list[Bar]] = {"whole": [], "part": [], "so_far": [], "withheld": []}
    numbers = []
    for index, column in enumerate(columns):
        middle = round((index + 0.5) * slot, 2)

        def bar(height: float, middle: float = middle) -> Bar:
            return Bar(round(middle - thick / 2, 2), round(axis - height, 2), thick, round(height, 2))

        if column.value is None:
            tall = _WITHHELD if column.text else 0.0
            kind = "withheld"
        else:
            tall = max(2.0, column.value / most * _COLUMN_TALLEST) if column.value else 0.0
            kind = "so_far" if column.so_far else "whole"
        if tall:
            bars[kind].append(bar(tall))
        if column.part and column.value:
            bars["part"].append(bar(max(2.0, column.part / most * _COLUMN_TALLEST)))
        if column.text:
            numbers.append(Number(middle, round(axis - tall - 5, 2), column.text))
    every = ceil(max(len(column.name) for column in columns) * _LETTER / slot)
    last = len(columns) - 1
    ticks = [
        Tick(round((index + 0.5) * slot, 2), column.name)
        for index, column in enumerate(columns)
        if (last - index) % every == 0
    ]
    return MonthChart(width=width, height=int(axis + 22), axis=axis, numbers=numbers, ticks=ticks, **bars)


class Observed(Protocol):
    """A moment of a sparkline: what was seen, what was likely, and the band in which nothing surprises (or None)."""

    @property
    def observed(self) -> float: ...
    @property
    def expected(self) -> float | None: ...
    @property
    def low(self) -> float | None: ...
    @property
    def high(self) -> float | None: ...


@dataclass(frozen=True)
class Dot:
    """A point of a line."""

    x: float
    y: float


@dataclass(frozen=True)
class Sparkline:
    """What was seen as a line, what was likely as a dashed one in its band; a ring wherever the line leaves the band.

    band, expected, observed: corners as SVG's `points` has them, "" where there is nothing to draw. most: what the top
    of the drawing stands for.
    """

    width: int
    height: int
    base: float
    band: str
    expected: str
    observed: str
    outside: list[Dot]
    last: Dot
    most: float


def sparkline(points: Sequence[Observed], *, width: int, height: int) -> Sparkline | None:
    """The line of consecutive moments, evenly spaced, from zero up; None with fewer than two."""
    if len(points) < 2:
        return None
    edge = 6.0  # room for the rings
    most = max(1.0, *(max(point.observed, point.high or 0, point.expected or 0) for point in points))

    def at(index: int, value: float) -> Dot:
        across = edge + index / (len(points) - 1) * (width - 2 * edge)
        return Dot(round(across, 2), round(height - edge - max(value, 0.0) / most * (height - 2 * edge), 2))

    def line(dots: Sequence[Dot]) -> str:
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in dots)

    banded = [(index, point.low or 0.0, point.high) for index, point in enumerate(points) if point.high is not None]
    over = [at(index, high) for index, _low, high in banded]
    under = [at(index, low) for index, low, _high in reversed(banded)]
    likely = [at(index, point.expected) for index, point in enumerate(points) if point.expected is not None]
    seen = [at(index, point.observed) for index, point in enumerate(points)]
    return Sparkline(
        width=width,
        height=height,
        base=round(height - edge, 2),
        band=line([*over, *under]) if len(banded) > 1 else "",
        expected=line(likely) if len(likely) > 1 else "",
        observed=line(seen),
        outside=[
            dot
            for dot, point in zip(seen, points, strict=True)
            if point.high is not None and point.observed > point.high
        ],
        last=seen[-1],
        most=most,
    )
