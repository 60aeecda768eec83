"""Judging corroboration where the truth is known: metrics, their intervals, and the baselines beside it."""

from rempart.replay.judging.evaluating import Evaluation, evaluate
from rempart.replay.judging.table import Row, Scored, side_by_side

__all__ = ["Evaluation", "Row", "Scored", "evaluate", "side_by_side"]
