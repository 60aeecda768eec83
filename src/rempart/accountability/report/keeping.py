"""Counts as JSON and back: kept with a draft, so that what the team fills in later needs no second count.

By then what was counted may be erased. Of times the medians alone are kept: a list of one has the same median.
"""

from datetime import date
from typing import Any

from rempart.accountability.report.categories import Place
from rempart.accountability.report.counting import Accuracy, Appeals, Counts, Tally, median_hours
from rempart.accountability.report.record import Window

TALLIES = ("orders", "notices", "illegal", "terms")
NUMBERS = (
    *("foreign_orders", "erased", "carried_on", "pending_appeals", "about_reporting", "new_restrictions"),
    *("suspended_reporters", "invented"),
)
COUNTERS = ("by_software", "by_people")
BY_FLAGGER = ("notices_by_software", "notices_by_people")


def to_json(counts: Counts) -> dict[str, Any]:
    """What was counted, as JSON can hold it."""
    window = counts.window
    return {
        "window": [window.service, window.starts_on.isoformat(), window.ends_on.isoformat()],
        **{name: _of_tally(getattr(counts, name)) for name in TALLIES},
        **{name: getattr(counts, name) for name in NUMBERS},
        **{name: dict(getattr(counts, name)) for name in COUNTERS},
        **{name: [getattr(counts, name)[False], getattr(counts, name)[True]] for name in BY_FLAGGER},
        "appeals": {
            kind: [one.total, one.upheld, one.reversed, one.omitted, median_hours(one.hours)]
            for kind, one in counts.appeals.items()
        },
        "accuracy": [[*key, one.kept, one.judged, one.unseen] for key, one in counts.accuracy.items()],
    }


def from_json(kept: dict[str, Any]) -> Counts:
    """What was counted, from what `to_json` gave."""
    service, starts_on, ends_on = kept["window"]
    counts = Counts(Window(service, date.fromisoformat(starts_on), date.fromisoformat(ends_on)))
    for name in TALLIES:
        setattr(counts, name, _tally(kept[name]))
    for name in NUMBERS:
        setattr(counts, name, kept[name])
    for name in COUNTERS:
        getattr(counts, name).update(kept[name])
    for name in BY_FLAGGER:
        getattr(counts, name).update({False: kept[name][0], True: kept[name][1]})
    for kind, (total, upheld, reversed_, omitted, hours) in kept["appeals"].items():
        counts.appeals[kind] = Appeals(total, upheld, reversed_, omitted, [] if hours is None else [hours])
    for automatic, own, kept_, judged, unseen in kept["accuracy"]:
        counts.accuracy[automatic, own] = Accuracy(kept_, judged, unseen)
    return counts


def _of_tally(tally: Tally) -> dict[str, Any]:
    return {
        "counts": [[scope, *place, key, many] for (scope, place, key), many in tally.counts.items()],
        "hours": [[scope, *place, key, median_hours(hours)] for (scope, place, key), hours in tally.hours.items()],
        "places": [list(place) for place in sorted(tally.places)],
        "scopes": sorted(tally.scopes),
    }


def _tally(kept: dict[str, Any]) -> Tally:
    tally = Tally()
    for scope, category, keyword, other, key, many in kept["counts"]:
        tally.counts[scope, Place(category, keyword, other), key] = many
    for scope, category, keyword, other, key, hours in kept["hours"]:
        tally.hours[scope, Place(category, keyword, other), key] = [hours]
    tally.places = {Place(*place) for place in kept["places"]}
    tally.scopes = set(kept["scopes"])
    return tally
