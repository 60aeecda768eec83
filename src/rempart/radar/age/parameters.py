"""What the sweep believes before it reads anything: every number of the method, in one place, each with its reason.

Shares are of accounts or of statements. `sure` of a kind of statement is the share of such statements, among accounts
of which nothing else is known, that tell their owner's age: the others are quoted, joked, old, or about somebody
else.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0)]

BANDS = ("under_13", "13_15", "16_17", "18_plus")
FROM = (0, 13, 16, 18)  # the first year of age of each band


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The defaults are meant for any platform; one that knows its own shares gives them."""

    # who is there, whatever they declared: shares of the four bands
    population: tuple[Share, Share, Share, Share] = (0.12, 0.12, 0.08, 0.68)
    # … and by what they declared. Children lie upwards: to say « over 18 » is weak evidence of it.
    declared_under_13: tuple[Share, Share, Share, Share] = (0.93, 0.05, 0.01, 0.01)
    declared_13_15: tuple[Share, Share, Share, Share] = (0.26, 0.64, 0.05, 0.05)
    declared_16_17: tuple[Share, Share, Share, Share] = (0.12, 0.20, 0.56, 0.12)
    declared_18_plus: tuple[Share, Share, Share, Share] = (0.08, 0.09, 0.07, 0.76)
    # Among the under-13s, the share of each year of age from 5 to 12: the closer to the limit the more.
    under_13: tuple[Share, ...] = (0.01, 0.02, 0.04, 0.07, 0.12, 0.18, 0.25, 0.31)
    told_true: Share = 0.7  # a declared birth date whose band is right is itself right
    adults_halve: Positive = 14.0  # from 25 on, years in which the share of an age halves

    # how old a text without a date may be
    posts_now: Share = 0.9  # a post without a date is of the day of the sweep …
    bio_now: Share = 0.85  # … and so is what a bio says; the others are older:
    posts_age: Positive = 4.0  # mean months since a post was written
    bio_age: Positive = 9.0  # mean months since a bio was last changed

    # school years: shares of pupils who are a year ahead, on time, one and two years behind
    ahead: Share = 0.02
    on_time: Share = 0.92
    behind: Share = 0.05
    far_behind: Share = 0.01

    # the n-th statement of the same kind counts with this power: people repeat themselves, and so do their jokes
    repeated: Share = 0.4

    # the step to propose, by the probability of being under 13
    flagged: Share = 0.5
    ask_from: Share = 0.35  # ask the account's owner how old they are
    prove_from: Share = 0.7  # ask for a proof of age
    restrict_from: Share = 0.97  # propose to a person to restrict: never done by itself …
    restrict_signs: int = 2  # … and only where the owner told it in so many places

    def __post_init__(self) -> None:
        """Raises ValueError when shares do not add up to one or thresholds are not in order."""
        for name in ("population", *(f"declared_{band}" for band in BANDS), "under_13"):
            if abs(sum(getattr(self, name)) - 1) > 1e-9:
                raise ValueError(f"{name}: shares do not add up to 1")
        if not self.ask_from < self.prove_from < self.restrict_from:
            raise ValueError("ask_from < prove_from < restrict_from")
