"""Surprise: many more people turn on one account within a window than its own days and its audience explain.

A hostile actor counts once in a window: when they had done nothing hostile to the target for as long. What is expected
is the larger of two numbers: what the target's own past would bring in a window, and what its own share of hostile
actors would among the friendly ones who came (who posts a lot, or is seen by many, has more of both). Both are shrunk
to what is usual for all by what is not known of the target. What came in one cell of the past counts up to some times
what was expected of it, so that one pile-on does not hide the next.

The tail is negative binomial, its overdispersion that of the target's own days, shrunk to that of everybody's
(moments, from days that were over). False discoveries are controlled online over targets and looks: a look is a
discovery at level (false_discoveries / looks a day) · (1 + discoveries of the last day), which is LOND (Javanmard and
Montanari 2015) with a day's looks sharing alike and every day beginning anew. Whatever is said of an instant rests on
what came before it.
"""

from collections import deque
from dataclasses import dataclass
from math import log

import numpy as np

from rempart.radar.pile_ons.co_action import in_order
from rempart.radar.pile_ons.expecting import DAY, Baselines, Numbers, tail
from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.table import NOBODY, Columns, Ints

_LOOKS = 10  # that a trailing window gives in its own length: those closer together see the same


@dataclass(slots=True)
class Episode:
    """A pile-on on the target numbered `target`; times in milliseconds."""

    target: int
    started: int
    detected: int
    ended: int
    expected: float
    observed: int
    score: float


@dataclass(frozen=True, slots=True)
class _Looks:
    """Windows that stand out enough to be looked at, each ending with a hostile actor's coming: arrays (looks,)."""

    target: Ints
    at: Ints
    window: Ints
    observed: Ints
    expected: Numbers
    score: Numbers


def episodes(columns: Columns, parameters: Parameters) -> list[Episode]:
    """The pile-ons, in order of detection."""
    theirs = np.flatnonzero(columns.target != NOBODY)
    if not len(theirs):
        return []
    theirs = theirs[
        in_order(columns.target[theirs] * len(columns.actors) + columns.actor[theirs], np.zeros_like(theirs))
    ]
    looks = [_looks(columns, theirs, window * 1000, parameters) for window in parameters.windows]
    together = _Looks(*(np.concatenate([getattr(one, name) for one in looks]) for name in _Looks.__slots__))
    return _discovered(columns, theirs, together, parameters)


def _looks(columns: Columns, theirs: Ints, window: int, parameters: Parameters) -> _Looks:
    baselines = Baselines(
        columns.target[theirs], columns.actor[theirs], columns.at[theirs], columns.hostile[theirs],
        window=window, parameters=parameters,
    )  # fmt: skip
    observed, keys = baselines.observed(), baselines.came.keys
    keys, observed = keys[observed >= parameters.at_least], observed[observed >= parameters.at_least]
    expected = baselines.expected(keys)
    stands_out = observed >= parameters.times_expected * expected
    keys, observed, expected = keys[stands_out], observed[stands_out], expected[stands_out]
    score = tail(observed.astype(np.float64), expected, baselines.dispersion(keys)) / -log(10)
    line = baselines.line
    return _Looks(line.target(keys), line.at(keys), np.full(len(keys), window), observed, expected, score)


def _discovered(columns: Columns, theirs: Ints, looks: _Looks, parameters: Parameters) -> list[Episode]:
    """Go through the looks in order of time, spending the day's false discoveries."""
    at, target = columns.at[theirs], columns.target[theirs]
    found: list[Episode] = []
    open_: dict[int, Episode] = {}
    discoveries: deque[int] = deque()
    share = parameters.false_discoveries / len(parameters.windows)
    quiet = parameters.quiet * 1000
    active = _Active(target, at)
    hostile = _HostileTimes(target[columns.hostile[theirs]], at[columns.hostile[theirs]])
    for look in np.lexsort((looks.window, looks.target, looks.at)).tolist():
        moment, whose, window = int(looks.at[look]), int(looks.target[look]), int(looks.window[look])
        while discoveries and discoveries[0] <= moment - DAY:
            discoveries.popleft()
        before = open_.get(whose)
        current = before if before is not None and moment - before.ended <= quiet else None
        if current is not None:
            current.ended = moment
            if looks.score[look] > current.score:
                current.score = float(looks.score[look])
                current.expected, current.observed = float(looks.expected[look]), int(looks.observed[look])
            continue
        if before is not None and moment - window < before.ended:
            continue  # of what makes it stand out, some was told before
        tests = active.at(moment) * _LOOKS * DAY / window
        if looks.score[look] * log(10) < -log(share * (1 + len(discoveries)) / tests):
            continue
        episode = Episode(
            whose,
            moment,
            moment,
            moment,
            float(looks.expected[look]),
            int(looks.observed[look]),
            float(looks.score[look]),
        )
        episode.started = _began(hostile.of(whose, moment - window, moment), episode, window)
        open_[whose] = episode
        found.append(episode)
        discoveries.append(moment)
    return found


class _Active:
    """How many targets somebody did anything to in the day before an instant."""

    def __init__(self, target: Ints, at: Ints) -> None:
        order = in_order(target, at)
        target, at = target[order], at[order]
        alone = np.concatenate(([True], (target[1:] != target[:-1]) | (at[1:] - at[:-1] > DAY)))
        self._from = np.sort(at[alone])
        self._until = np.sort(at[np.concatenate((alone[1:], [True]))] + DAY)

    def at(self, moment: int) -> int:
        """In the day up to `moment`."""
        return int(np.searchsorted(self._from, moment, "right") - np.searchsorted(self._until, moment))


class _HostileTimes:
    """When something hostile was done to each target."""

    def __init__(self, target: Ints, at: Ints) -> None:
        order = np.lexsort((at, target))
        self._target, self._at = target[order], at[order]

    def of(self, target: int, after: int, until: int) -> Ints:
        """To one target, in order."""
        start, end = np.searchsorted(self._target, (target, target + 1)).tolist()
        at = self._at[start:end]
        return at[np.searchsorted(at, after, "right") : np.searchsorted(at, until, "right")]


def _began(at: Ints, episode: Episode, window: int) -> int:
    """When a pile-on began: the hostile action, of those at `at`, from which on most came beyond what was expected."""
    number = np.arange(len(at), 0, -1)
    usual = np.maximum(episode.expected * (episode.detected - at) / window, 0.5)
    beyond = np.where(number > usual, number * np.log(number / usual) - (number - usual), 0.0)
    return int(at[int(np.argmax(beyond))])
