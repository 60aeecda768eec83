"""The series that the chart of a wave draws."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncHour

from rempart.intake.models import HourlyCount, Post, Wave

_HOUR = timedelta(hours=1)
# A post with a mistaken date must not stretch the series over years.
LONGEST_SERIES = 24 * 60


@dataclass(frozen=True, slots=True)
class Hour:
    """Posts of one hour, and how many of them testify (first-hand or for somebody else)."""

    at: datetime
    posts: int
    testimonies: int


def hourly_series(wave: Wave) -> list[Hour]:
    """Posts and testimonies for every hour of the wave, empty hours included, oldest first; two queries.

    Counts of sources that allow no more are added in. At most the last LONGEST_SERIES hours.
    """
    counts: dict[datetime, tuple[int, int]] = {}
    stored = (
        Post.objects.filter(wavepost__wave=wave)
        .annotate(hour=TruncHour("created_at"))
        .values("hour")
        .annotate(posts=Count("pk"), testimonies=Count("pk", filter=Q(stance__in=("testimony", "relay"))))
        .values_list("hour", "posts", "testimonies")
    )
    counted = HourlyCount.objects.filter(wave=wave).values_list("hour", "posts", "testimonies")
    for hour, posts, testimonies in [*stored, *counted]:
        before = counts.get(hour, (0, 0))
        counts[hour] = (before[0] + posts, before[1] + testimonies)
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - (LONGEST_SERIES - 1) * _HOUR)
    hours = int((last - first) / _HOUR) + 1
    return [Hour(at, *counts.get(at, (0, 0))) for at in (first + n * _HOUR for n in range(hours))]
