"""What the bars of a chart are: few enough to be seen, and none that tells what is withheld."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from rempart.accountability.figures.model import Received

MOST_BARS = 62


class Bars(NamedTuple):
    """A chart's title and its bars in order: a label and a number, None where that is withheld."""

    title: str
    values: list[tuple[str, int | None]]


def over_time(received: Received, day: Callable[[date], str], titles: Mapping[str, str]) -> Bars:
    """Testimonies over time: by day, or by week where days are too many. A week with a withheld day is withheld."""
    counts = received.over_time
    if received.step == "month":
        return Bars(titles["over_time_month"], [(f"{at:%m/%Y}", count) for at, count in counts.items()])
    if len(counts) <= MOST_BARS:
        return Bars(titles["over_time"], [(day(at), count) for at, count in counts.items()])
    weeks: dict[date, int | None] = {}
    for at, count in counts.items():
        monday = at - timedelta(days=at.weekday())
        before = weeks.get(monday, 0)
        weeks[monday] = None if before is None or count is None else before + count
    return Bars(titles["over_time_week"], [(day(at), count) for at, count in weeks.items()])
