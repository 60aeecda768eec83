"""What a text tells of its owner's age: one sign for each place that tells something.

A sign is a set of ages, in years, at the time of writing (or at the day of the sweep where it is `fixed`, as for a
birth year), how sure it is that they are the owner's, and where it stands.
"""

from datetime import date
from typing import NamedTuple

# From, to (excluded), and how well these ages fit, the best being 1.
Ages = tuple[tuple[float, float, float], ...]
OLDEST = 100.0


class Sign(NamedTuple):
    """One place that tells something. `kind`: signs of one kind repeat one another. `start`, `end`: folded text.

    primary: whether it is worth looking at by itself; the others only weigh where there is a primary one.
    explicit: the owner says it of themselves, in so many words.
    """

    kind: str
    ages: Ages
    sure: float
    start: int
    end: int
    primary: bool = True
    explicit: bool = False
    fixed: bool = False


class Told(NamedTuple):
    """A sign where it was found: `span` in code points of the text, `source` `bio` or `posts[i]`."""

    sign: Sign
    text: str
    span: tuple[int, int]
    source: str
    written: date | None


def at_age(low: float, high: float) -> Ages:
    """All ages from `low` to `high` (excluded) alike."""
    return ((max(low, 0.0), high, 1.0),)


def from_age(low: float) -> Ages:
    """`low` or older."""
    return ((low, OLDEST, 1.0),)
