"""A post becomes a statement: who is accused of what, where it happened, and where in the text each was read."""

from rempart.reading.reader import PostReader, hashtags

__all__ = ["PostReader", "hashtags"]
