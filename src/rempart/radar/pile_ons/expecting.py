"""What is expected of a window: who came to whom when, and what a target's past and audience bring in as long."""

from math import lgamma

import numpy as np
from numpy.typing import NDArray

from rempart.radar.pile_ons.parameters import Parameters
from rempart.radar.pile_ons.table import Ints

DAY = 86_400_000
HOUR = 3_600_000
_CELL = (10.0, 3.0)  # a cell of the past counts up to 10 + 3 · expected
_DISPERSION_OF = 50.0  # expected squared actors that a target's own dispersion needs to weigh as much as everybody's
_DISPERSION = (0.1, 3.0)  # least and most
Numbers = NDArray[np.float64]


class Line:
    """Times of every target on one line, so far apart that none sees another's past."""

    def __init__(self, at: Ints, history: int) -> None:
        self.begin, self.end = int(at.min()), int(at.max())
        self._apart = self.end - self.begin + history + DAY
        self._before = history

    def keys(self, target: Ints, at: Ints) -> Ints:
        return target * self._apart + self._before + (at - self.begin)

    def target(self, keys: Ints) -> Ints:
        return keys // self._apart

    def at(self, keys: Ints) -> Ints:
        return keys % self._apart - self._before + self.begin


class Comings:
    """Who came to each target when, counted once a window: sorted keys, target by target and in order of time.

    Made of what actors did to targets, in order of both, then of time.
    """

    def __init__(self, target: Ints, actor: Ints, at: Ints, window: int, line: Line) -> None:
        first = np.ones(len(at), np.bool_)
        again = (target[1:] == target[:-1]) & (actor[1:] == actor[:-1]) & (at[1:] - at[:-1] <= window)
        first[1:] = ~again
        self.keys = np.sort(line.keys(target[first], at[first]))
        self.counted = np.ones(len(self.keys))

    def between(self, start: Ints, end: Ints) -> Ints:
        """How many came after `start` and up to `end` (keys of one target)."""
        return np.searchsorted(self.keys, end, "right") - np.searchsorted(self.keys, start, "right")

    def counted_between(self, start: Ints, end: Ints) -> Numbers:
        """The same, of what counts."""
        sums = np.concatenate(([0.0], np.cumsum(self.counted)))
        counted: Numbers = sums[np.searchsorted(self.keys, end, "right")]
        return counted - sums[np.searchsorted(self.keys, start, "right")]


class _Everybody:
    """What is usual over all targets, as known at each instant."""

    def __init__(self, target: Ints, at: Ints, comings: Comings, friendly: Comings, line: Line) -> None:
        self._first = np.sort(at[np.unique(target, return_index=True)[1]])
        self._line = line
        self._friendly = np.sort(line.at(friendly.keys))
        self.count(comings)

    def count(self, comings: Comings) -> None:
        """Take note of who came, as far as they count."""
        at = self._line.at(comings.keys)
        order = np.argsort(at)
        self._at = at[order]
        self._sums = np.concatenate(([0.0], np.cumsum(comings.counted[order])))

    def _hostile(self, before: Ints) -> Numbers:
        hostile: Numbers = self._sums[np.searchsorted(self._at, before)]
        return hostile

    def an_hour(self, before: Ints, parameters: Parameters) -> Numbers:
        """Hostile actors an hour at one target, before an instant."""
        targets = np.searchsorted(self._first, before)
        hours = targets * np.maximum(before - self._line.begin, 0) / HOUR
        rate: Numbers = (self._hostile(before) + parameters.usual_an_hour * parameters.prior_hours) / (
            hours + parameters.prior_hours
        )
        return rate

    def share(self, before: Ints, parameters: Parameters) -> Numbers:
        """Hostile actors for each friendly one, before an instant."""
        share: Numbers = (self._hostile(before) + parameters.usual_share * parameters.prior_friendly) / (
            np.searchsorted(self._friendly, before) + parameters.prior_friendly
        )
        return share


class Baselines:
    """What to expect of windows of one length, at each instant from what came before the window alone.

    Made of what actors did to targets, in order of both, then of time (milliseconds), and whether it was hostile.
    """

    def __init__(
        self, target: Ints, actor: Ints, at: Ints, hostile: NDArray[np.bool_], *, window: int, parameters: Parameters
    ) -> None:
        self.line = Line(at, parameters.history * 1000 + window)
        self.came = Comings(target[hostile], actor[hostile], at[hostile], window, self.line)
        self._friendly = Comings(target[~hostile], actor[~hostile], at[~hostile], window, self.line)
        self._window = window
        self._history = parameters.history * 1000
        self._parameters = parameters
        self._everybody = _Everybody(target, at, self.came, self._friendly, self.line)
        self._clip()
        self._everybody.count(self.came)

    def observed(self) -> Ints:
        """How many came in the window that ends with each coming, that one included."""
        return self.came.between(self.came.keys - self._window, self.came.keys)

    def expected(self, keys: Ints) -> Numbers:
        """How many are explained, of those who come in the windows that end at `keys`."""
        return np.maximum(self._by_its_days(keys), self._by_its_audience(keys))

    def _by_its_days(self, keys: Ints) -> Numbers:
        """What the target's own past brings."""
        start = keys - self._window
        before = self.line.at(start)
        hours = np.clip(before - self.line.begin, 0, self._history) / HOUR
        usual = self._everybody.an_hour(before, self._parameters) * self._parameters.prior_hours
        came = self.came.counted_between(start - self._history, start)
        expected: Numbers = (came + usual) / (hours + self._parameters.prior_hours) * self._window / HOUR
        return expected

    def _by_its_audience(self, keys: Ints) -> Numbers:
        """What the target's own share of hostile actors brings among those who come."""
        start = keys - self._window
        usual = self._everybody.share(self.line.at(start), self._parameters) * self._parameters.prior_friendly
        hostile = self.came.counted_between(start - self._history, start)
        friendly = self._friendly.between(start - self._history, start)
        expected: Numbers = (hostile + usual) / (friendly + self._parameters.prior_friendly)
        return expected * self._friendly.between(start, keys)

    def _clip(self) -> None:
        """Let what came in one cell of a window's length count up to a bound only, known when the cell is over."""
        keys = self.came.keys
        if not len(keys):
            return
        cell = keys // self._window
        opens = np.concatenate(([True], cell[1:] != cell[:-1]))
        number = np.cumsum(opens) - 1
        rank = np.arange(len(keys)) - np.flatnonzero(opens)[number]
        expected = self.expected((cell[opens] + 1) * self._window)
        self.came.counted = (rank < (_CELL[0] + _CELL[1] * expected)[number]).astype(np.float64)

    def dispersion(self, keys: Ints) -> Numbers:
        """Overdispersion of a target's hours within a day, from days that were over when the window ended."""
        counted = self.came.keys[self.came.counted > 0]
        target, day = self.line.target(counted), self.line.at(counted) // DAY
        days = int(day.max() - day.min()) + 2 if len(day) else 2
        first = int(day.min()) if len(day) else 0
        cell, number = np.unique(
            (target * days + day - first) * 24 + self.line.at(counted) % DAY // HOUR, return_counts=True
        )
        of_day, place = np.unique(cell // 24, return_inverse=True)
        total = np.bincount(place, number, len(of_day))
        squares = np.bincount(place, number.astype(np.float64) ** 2, len(of_day))
        # For Poisson hours of one mean, the sum of squares about it is 23 times that mean.
        beyond = squares - total**2 / 24 - total * 23 / 24
        mean_squares = total**2 / 24
        by_day_beyond = np.concatenate(([0.0], np.cumsum(np.bincount(of_day % days, beyond, days))))
        by_day_squares = np.concatenate(([0.0], np.cumsum(np.bincount(of_day % days, mean_squares, days))))
        today = np.clip(self.line.at(keys) // DAY - first, 0, days)
        weight = _DISPERSION_OF
        usual = (by_day_beyond[today] + self._parameters.dispersion * weight) / (by_day_squares[today] + weight)
        usual = np.clip(usual, *_DISPERSION)
        own = self.line.target(keys) * days
        start, end = np.searchsorted(of_day, own), np.searchsorted(of_day, own + today)
        sums = np.concatenate(([0.0], np.cumsum(beyond)))
        means = np.concatenate(([0.0], np.cumsum(mean_squares)))
        found = (sums[end] - sums[start] + usual * weight) / (means[end] - means[start] + weight)
        return np.clip(found, *_DISPERSION)


def tail(count: Numbers, mean: Numbers, dispersion: Numbers) -> Numbers:
    """Natural logarithm of the probability that a negative-binomial number is `count` or more.

    Arrays of one shape. mean > 0; variance = mean + dispersion · mean², dispersion > 0; count above the mean.
    """
    size = 1 / dispersion
    success = mean / (mean + size)
    gammas = np.array([lgamma(n + r) - lgamma(r) - lgamma(n + 1) for n, r in zip(count, size, strict=True)])
    first = gammas + size * np.log1p(-success) + count * np.log(success)
    total, term, number = np.ones_like(first), np.ones_like(first), count.astype(np.float64)
    while (term > 1e-9 * total).any():
        term = term * (number + size) / (number + 1) * success
        number += 1
        total += term
    return np.minimum(0.0, first + np.log(total))
