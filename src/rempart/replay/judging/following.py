"""Corroboration followed through a wave: what it came to say of each account, and how soon it said enough to act on."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from rempart.records import Assessment
from rempart.replay.truths import Truths

_HOUR = timedelta(hours=1)


class Followed(msgspec.Struct, kw_only=True):
    """The last credibility and coordination of one account, and the hours from its first testimony or relay to the
    first instant when its credibility was above the threshold (None when it never was)."""

    credibility: float
    coordination: float
    hours: float | None = None


def follow(timeline: Iterable[Assessment], truths: Truths, *, threshold: float) -> dict[int, Followed]:
    """What became of each account, by its place in `truths.lines`; those that the truth does not name are left out.

    timeline: assessments in order of time, as `rempart.corroboration.timeline` gives them. threshold: in [0, 1].
    """
    followed: dict[int, Followed] = {}
    for row in timeline:
        place = truths.place(row.about)
        if place is None:
            continue
        one = followed.setdefault(place, Followed(credibility=0.0, coordination=0.0))
        one.credibility, one.coordination = row.credibility, row.coordination
        if one.hours is None and row.first_at is not None and row.credibility > threshold:
            one.hours = (row.as_of - row.first_at) / _HOUR
    return followed
