"""What was said of the accounts whose truth is known, in columns: one entry a testimony, one number an account."""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from rempart.records import Testimony, Truth
from rempart.replay.judging.metrics import Flags, Scores
from rempart.replay.truths import Truths
from rempart.text.near_duplicates import find_copies

Numbers = NDArray[np.int64]


class Heard:
    """The testimonies about accounts that the truth names, oldest first.

    `truths`: the accounts of which anything was said; `guilty`, shape (accounts,). `testimonies` and, each of shape
    (testimonies,): `owner`, the number of the account; `accuses`, true for testimonies and relays; `reporter`,
    `device`, `network` and `text`, numbers that two testimonies share when they share that thing (near-copies share a
    text), a number of its own where it is unknown. `unheard` counts accounts of which nothing was said, `unknown`
    testimonies about accounts that the truth does not name: neither can be judged. `truths` learns the names that
    testimonies give together.
    """

    def __init__(self, testimonies: Iterable[Testimony], truths: Truths) -> None:
        testimonies = list(testimonies)
        truths.learn(testimony.about for testimony in testimonies)
        placed = [(truths.place(testimony.about), testimony) for testimony in testimonies]
        known = [(place, testimony) for place, testimony in placed if place is not None]
        known.sort(key=lambda pair: (pair[1].received_at, pair[1].id))
        places, self.owner = np.unique(np.array([place for place, _ in known], np.int64), return_inverse=True)
        self.places: list[int] = places.tolist()
        self.truths: list[Truth] = [truths.lines[place] for place in self.places]
        self.guilty: Flags = np.array([truth.guilty for truth in self.truths], np.bool_)
        self.testimonies: list[Testimony] = [testimony for _, testimony in known]
        self.unheard = len(truths.lines) - len(self.truths)
        self.unknown = len(placed) - len(known)

        heard = self.testimonies
        self.accuses: Flags = np.array([one.stance != "dispute" for one in heard], np.bool_)
        self.reporter = numbered([one.reporter.id for one in heard])
        self.device = numbered([one.origin.device if one.origin else None for one in heard])
        self.network = numbered([one.origin.network if one.origin else None for one in heard])
        self.text: Numbers = find_copies([one.text for one in heard]).first

    def total(self, values: NDArray[np.float64] | Flags) -> Scores:
        """The sum over each account of a value for each testimony, shape (testimonies,): shape (accounts,)."""
        return np.bincount(self.owner, values, minlength=len(self.truths)).astype(np.float64)

    def distinct(self, things: Numbers, among: Flags) -> Scores:
        """How many different things an account has among some of its testimonies: shape (accounts,)."""
        pairs = np.unique(np.stack([self.owner[among], things[among]]), axis=1)
        return np.bincount(pairs[0], minlength=len(self.truths)).astype(np.float64)


def numbered(things: Sequence[Hashable]) -> Numbers:
    """A number for each thing: the same for equal ones, one of its own for None."""
    numbers: dict[Hashable, int] = {}
    return np.array(
        [numbers.setdefault((place,) if thing is None else thing, len(numbers)) for place, thing in enumerate(things)],
        np.int64,
    )
