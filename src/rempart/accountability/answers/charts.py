"""What the bars of a chart are."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from rempart.accountability.figures.model import Received


class Bars(NamedTuple):
    """A chart's title and its bars in order: a label and a number, None where that is withheld."""

    title: str
    values: list[tuple[str, int | None]]


def over_time(received: Received, day: Callable[[date], str], titles: Mapping[str, str]) -> Bars:
    """What came in over time, by the step in which it was counted."""
    label = (lambda at: f"{at:%m/%Y}") if received.step == "month" else day
    title = {"day": "over_time", "week": "over_time_week", "month": "over_time_month"}[received.step]
    return Bars(titles[title], [(label(at), count) for at, count in received.over_time.items()])
