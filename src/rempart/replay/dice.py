"""Random draws that give the same numbers on every machine and every Python: built on `random()` alone.

The standard library promises the sequence of `Random.random()` for a seed; it makes no such promise for `choice`,
`shuffle` or the distributions, whose algorithms have changed between versions.
"""

import math
import random
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

T = TypeVar("T")


class Dice:
    """A stream of draws from one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed).random  # noqa: S311 - invented data, no secret

    def chance(self, probability: float) -> bool:
        """True with this probability."""
        return self.random() < probability

    def pick(self, items: Sequence[T]) -> T:
        """One of the items, each as likely."""
        return items[int(self.random() * len(items))]

    def integer(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self.random() * (high - low + 1))

    def between(self, low: float, high: float) -> float:
        """A number from `low` up to `high`."""
        return low + self.random() * (high - low)

    def waiting(self, mean: float) -> float:
        """An exponential waiting time."""
        return -mean * math.log(1.0 - self.random())

    def heavy(self, least: float, index: float, most: float) -> float:
        """A Pareto draw of this tail index, from `least`, cut at `most`."""
        return float(min(least * (1.0 - self.random()) ** (-1.0 / index), most))

    def count(self, mean: float) -> int:
        """A geometric number of events with this mean (more spread than Poisson, as crowds are)."""
        if mean <= 0:
            return 0
        return int(math.log(1.0 - self.random()) / math.log(mean / (1.0 + mean)))

    def name(self, kind: str) -> str:
        """An opaque name of this kind: its letter and thirteen hexadecimal digits."""
        return f"{kind}{int(self.random() * (1 << 52)):013x}"

    def some(self, items: Sequence[T], number: int) -> list[T]:
        """`number` different items (all, if there are fewer), in the order drawn."""
        left = list(items)
        drawn: list[T] = []
        while left and len(drawn) < number:
            place = int(self.random() * len(left))
            drawn.append(left[place])
            left[place] = left[-1]
            left.pop()
        return drawn


class Weighted(Generic[T]):
    """Items to draw with given weights."""

    def __init__(self, weights: dict[T, float]) -> None:
        total = sum(weights.values())
        self._items = list(weights)
        self._bounds = [bound / total for bound in accumulate(weights.values())]

    def draw(self, dice: Dice) -> T:
        """One item."""
        return self._items[min(bisect_right(self._bounds, dice.random()), len(self._items) - 1)]
