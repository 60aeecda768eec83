"""Logistic regression with a ridge, fitted by Newton's method (iteratively reweighted least squares).

Columns are put on one scale first, so that the ridge weighs on all alike (le Cessie and van Houwelingen 1992).
"""

from typing import NamedTuple

import numpy as np

from rempart.replay.judging.metrics import Flags, Scores

_STEPS = 50
_SETTLED = 1e-8


class Logistic(NamedTuple):
    """`weights` and `bias` in log-odds for columns less `middle`, in units of `scale`; shape (columns,) each."""

    weights: Scores
    bias: float
    middle: Scores
    scale: Scores

    @classmethod
    def fitted(cls, rows: Scores, truth: Flags, *, ridge: float = 1.0) -> "Logistic":
        """Fit to `rows`, shape (n, columns), and their truth, shape (n,). Raises ValueError when there is no row."""
        if not len(rows):
            raise ValueError("`rows` is empty")
        middle, scale = rows.mean(axis=0), rows.std(axis=0)
        scale[scale == 0] = 1.0
        columns = np.column_stack([np.ones(len(rows)), (rows - middle) / scale])
        penalty = np.diag([1e-6, *[ridge] * rows.shape[1]])  # the bias is free but for what one class alone would do
        weights = np.zeros(columns.shape[1])
        for _ in range(_STEPS):
            said = _probability(columns @ weights)
            slope = columns.T @ (truth - said) - penalty @ weights
            curvature = (columns.T * (said * (1 - said))) @ columns + penalty
            step = np.linalg.solve(curvature, slope)
            weights += step
            if np.abs(step).max() < _SETTLED:
                break
        return cls(weights[1:], float(weights[0]), middle, scale)

    def probabilities(self, rows: Scores) -> Scores:
        """The probability of each row, shape (n,), in [0, 1]."""
        return _probability((rows - self.middle) / self.scale @ self.weights + self.bias)


def _probability(odds: Scores) -> Scores:
    return 1 / (1 + np.exp(-np.clip(odds, -500, 500)))
