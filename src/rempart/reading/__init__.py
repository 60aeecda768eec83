"""A post becomes a statement: who is accused of what, where it happened, and where in the text each was read."""

from rempart.reading.reader import PostReader

__all__ = ["PostReader"]
