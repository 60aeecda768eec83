"""Invented waves with their truth, so that a policy team can stress a rulebook before a real one comes.

How testimonies arise here: people who were harmed follow one another within hours of a first post (each one who speaks
brings others: a self-exciting process), often from accounts made for the occasion, in the words of the hashtag; being
fans of the same star they share communities. Others relay them. Some reports are false or mistaken, alone; brigades of
three degrees of care pile up on innocent accounts; fans dispute whatever is said. A guilty account may have a single
testimony and an innocent one a hundred: numbers alone decide nothing. Every handle and every word is invented.
"""

from collections.abc import Iterator
from typing import NamedTuple

from rempart.records import AccountRow, Testimony, Truth
from rempart.replay.arrivals import Plan
from rempart.replay.dice import Dice
from rempart.replay.speakers import Speakers
from rempart.replay.stars import Parameters, Star, make_star


class Wave(NamedTuple):
    """A simulated wave: testimonies by time, one row and one truth for each account accused."""

    testimonies: list[Testimony]
    accounts: list[AccountRow]
    truth: list[Truth]


def simulate(*, accounts: int, seed: int, parameters: Parameters | None = None) -> Wave:
    """An invented wave about this many accounts: the same for a seed on every machine.

    Every account receives at least one testimony or relay. Raises ValueError when `accounts` is negative.
    """
    stars, testimonies = stream(accounts=accounts, seed=seed, parameters=parameters)
    return Wave(list(testimonies), [star.row for star in stars], [star.truth for star in stars])


def stream(*, accounts: int, seed: int, parameters: Parameters | None = None) -> tuple[list[Star], Iterator[Testimony]]:
    """The same wave, its testimonies made one at a time, oldest first, so that a large one never fills the memory.

    Raises ValueError when `accounts` is negative.
    """
    if accounts < 0:
        raise ValueError("`accounts` is negative")
    parameters = parameters or Parameters()
    dice = Dice(seed)
    stars = [make_star(dice, number, parameters) for number in range(accounts)]
    plan = Plan(dice, parameters)
    for number, star in enumerate(stars):
        plan.add(number, star)
    return stars, Speakers(Dice(seed + 1), parameters, stars, plan).testimonies()
