"""How far a number would move on other accounts like these: the bootstrap (Efron 1979).

Accounts are drawn again with replacement, as many as there are. Every method is given the same draws, so that the
difference of two is judged account by account (a paired bootstrap): what is hard for both does not blur it. Accounts
that one crew struck are drawn as if they had nothing in common, so intervals are too narrow where crews are large.
"""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from rempart.replay.judging.metrics import Flags, Scores

TIMES = 1000
_AT_ONCE = 4_000_000  # numbers held at once, so that memory stays bounded

Interval = tuple[float, float]


def resampled_areas(scores: Mapping[str, Scores], truth: Flags, *, seed: int, times: int = TIMES) -> dict[str, Scores]:
    """The area under the curve of each method on the same draws of accounts: shape (times,) each.

    scores: by method, shape (n,) each; truth: shape (n,). NaN where a draw holds no guilty account, or no innocent one.
    The same seed gives the same draws.
    """
    found: dict[str, list[Scores]] = {method: [] for method in scores}
    for counts in _draws(len(truth), times, np.random.default_rng(seed)):
        for method, given in scores.items():
            found[method].append(areas_of_draws(given, truth, counts))
    return {method: np.concatenate(parts) if parts else np.full(times, np.nan) for method, parts in found.items()}


def areas_of_draws(scores: Scores, truth: Flags, counts: NDArray[np.int64]) -> Scores:
    """Areas under the curve when each account counts so many times: shape (draws,) for counts of shape (draws, n)."""
    order = np.argsort(scores, kind="stable")
    ordered, guilty = scores[order], truth[order]
    opens = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    drawn = counts[:, order]
    bad = np.add.reduceat(drawn * guilty, opens, axis=1).astype(np.float64)
    good = np.add.reduceat(drawn * ~guilty, opens, axis=1).astype(np.float64)
    below = np.cumsum(good, axis=1) - good / 2
    pairs = bad.sum(axis=1) * good.sum(axis=1)
    areas: Scores = np.full(len(counts), np.nan)
    np.divide((bad * below).sum(axis=1), pairs, out=areas, where=pairs > 0)
    return areas


def interval(values: Scores) -> Interval | None:
    """What holds the middle 95 % of resampled values, NaN left out; None when none is left."""
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    lower, upper = np.quantile(values, (0.025, 0.975)).tolist()
    return lower, upper


def _draws(size: int, times: int, random: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """How many times each account is drawn, shape (some, size), until `times` draws are made; none of no account."""
    if not size:
        return
    at_once = max(_AT_ONCE // size, 1)
    for start in range(0, times, at_once):
        drawn = random.integers(0, size, (min(at_once, times - start), size))
        rows = np.arange(len(drawn))[:, None] * size
        yield np.bincount((drawn + rows).ravel(), minlength=drawn.size).reshape(drawn.shape)
