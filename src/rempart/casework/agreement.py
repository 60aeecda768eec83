"""How often two people judge alike, beyond chance: Cohen's kappa with its confidence interval.

κ = (pₒ − pₑ) / (1 − pₑ), where pₒ is the share of cases that both judged alike and pₑ the share that would be by
chance, were each to judge as often as they do but at random (Cohen, "A coefficient of agreement for nominal scales",
Educational and Psychological Measurement 20, 1960). Its standard error is the large-sample one of Fleiss, Cohen and
Everitt ("Large sample standard errors of kappa and weighted kappa", Psychological Bulletin 72, 1969); the interval is
cut to [−1, 1].
"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from math import sqrt

NORMAL_95 = 1.959963984540054
ENOUGH = 30  # below it the large-sample error says little


@dataclass(frozen=True)
class Agreement:
    """Of `n` pairs of judgements, the share alike, and kappa with its 95 % interval.

    `kappa`, `low` and `high` are None where nothing can be said: no pair, or all of them in one and the same category.
    """

    n: int
    alike: float
    kappa: float | None
    error: float | None
    low: float | None
    high: float | None

    @property
    def enough(self) -> bool:
        """Whether there are enough pairs for the interval to mean something."""
        return self.n >= ENOUGH


def agreement(pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement:
    """The agreement of pairs of judgements (first, second) of the same things."""
    counts = Counter(pairs)
    n = counts.total()
    if n == 0:
        return Agreement(0, 0.0, None, None, None, None)
    cells = {pair: count / n for pair, count in counts.items()}
    categories = {category for pair in cells for category in pair}
    first = {one: sum(share for (a, _), share in cells.items() if a == one) for one in categories}
    second = {one: sum(share for (_, b), share in cells.items() if b == one) for one in categories}
    observed = sum(cells.get((one, one), 0.0) for one in categories)
    expected = sum(first[one] * second[one] for one in categories)
    if expected >= 1.0:
        return Agreement(n, observed, None, None, None, None)
    kappa = (observed - expected) / (1.0 - expected)
    left = 1.0 - kappa
    on = sum(cells.get((one, one), 0.0) * (1.0 - (first[one] + second[one]) * left) ** 2 for one in categories)
    off = left**2 * sum(share * (second[a] + first[b]) ** 2 for (a, b), share in cells.items() if a != b)
    rest = (kappa - expected * left) ** 2
    error = sqrt(max(0.0, on + off - rest) / n) / (1.0 - expected)
    low, high = kappa - NORMAL_95 * error, kappa + NORMAL_95 * error
    return Agreement(n, observed, kappa, error, max(-1.0, low), min(1.0, high))


def agreement_on(category: Hashable, pairs: Iterable[tuple[Hashable, Hashable]]) -> Agreement:
    """The agreement on one category against all others together."""
    return agreement((first == category, second == category) for first, second in pairs)
