"""What pages and commands read: the series of a wave, and the radar at a glance."""

from rempart.lookout.selectors.radar import (
    Budget,
    Health,
    KindHealth,
    Link,
    Overview,
    Point,
    Sighting,
    link_with,
    overview,
    sightings,
    waiting,
)
from rempart.lookout.selectors.series import LONGEST_SERIES, Hour, hourly_series

__all__ = [
    "LONGEST_SERIES",
    "Budget",
    "Health",
    "Hour",
    "KindHealth",
    "Link",
    "Overview",
    "Point",
    "Sighting",
    "hourly_series",
    "link_with",
    "overview",
    "sightings",
    "waiting",
]
