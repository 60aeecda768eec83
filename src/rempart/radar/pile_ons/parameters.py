"""Every number of the search for pile-ons and for groups that act together, with what it means."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Times in seconds. Raises ValueError when one of them makes no sense."""

    # Surprise
    windows: tuple[int, ...] = (3600, 86400)
    """Trailing windows in which distinct hostile actors are counted."""
    at_least: int = 8
    """Fewer distinct hostile actors than this in a window are never a pile-on."""
    times_expected: float = 3.0
    """Nor are fewer than so many times what was expected."""
    history: int = 28 * 86400
    """How far back a target's own baseline goes."""
    false_discoveries: float = 0.05
    """Share of false alerts to expect among a day's, over all targets and looks (online, see `surprise`)."""
    prior_hours: float = 24.0
    """How many hours of its own a target needs to weigh as much as what is usual for all."""
    usual_an_hour: float = 0.05
    """Hostile actors an hour at a target of which nothing is known, while nothing is known of the others."""
    usual_share: float = 0.05
    """Hostile actors for each friendly one, likewise."""
    prior_friendly: float = 50.0
    """How many friendly actors a target needs for its own share to weigh as much as everybody's."""
    dispersion: float = 1.0
    """Overdispersion (variance = mean + dispersion · mean²) while nothing is known."""
    quiet: int = 6 * 3600
    """A pile-on is over when nobody hostile has come for so long."""

    # Groups
    within: int = 60
    """Two actions on one object so close are a co-action."""
    neighbours: int = 32
    """An action is compared with so many that follow it: in a crowd, only its nearest count."""
    crowd: int = 64
    """Where more others than this act on an object within the minute, only what is hostile counts."""
    objects_at_least: int = 2
    """Distinct objects on which two actors must have acted together to be linked."""
    members_at_least: int = 3
    """Actors that make a group."""
    nulls: int = 20
    """How often the clocks are shifted to learn what chance does."""
    shift_from: int = 15 * 60
    """A clock is shifted by at least so much, forwards or backwards: far more than `within`."""
    shift_to: int = 2 * 3600
    """And by at most so much: the day's rhythm stays."""
    q: float = 0.05
    """False-discovery rate of links, and of groups."""
    share_of_minutes: float = 0.5
    """Least share of members among those who act on an object in a minute that is the group's own."""
    apart: float = 4.0
    """And the odds ratio of that share against theirs of all that is done to the same target: in a crowd of everybody,
    it is 1."""
    apart_if_hostile: float = 2.0
    """The same where what they do is mostly hostile: crowds of fans are not."""
    alone: float = 19.0
    """Where it is, odds of so much in favour of members are enough whatever their share of all: at an account of which
    hardly anybody else knows, there is no crowd to compare with."""
    hostile_at_least: float = 0.2
    """Share of hostile actions among what members do together from which on theirs is a community of a pile-on: fans
    who meet under every post are none."""

    # Copies
    alike: float = 0.6
    """Estimated Jaccard index of two comments' pairs of words from which they are copies."""

    def __post_init__(self) -> None:
        if not self.windows or min(self.windows) <= 0:
            raise ValueError("windows: at least one, all above 0")
        if not 0 < self.q < 1 or not 0 < self.false_discoveries < 1:
            raise ValueError("q and false_discoveries: between 0 and 1")
        if not self.within < self.shift_from < self.shift_to:
            raise ValueError("within < shift_from < shift_to")
        if self.nulls < 1 or self.neighbours < 1:
            raise ValueError("nulls and neighbours: at least 1")
