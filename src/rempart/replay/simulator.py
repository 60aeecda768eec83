"""Invented waves with their truth, so that a policy team can stress a rulebook before a real one comes.

How testimonies arise here: people who were harmed follow one another within hours of a first post (each one who speaks
brings others: a self-exciting process), often from accounts made for the occasion, in the words of the hashtag; being
fans of the same star they share communities, and some organise openly. Others relay them. Some reports are false or
mistaken, alone; crews of four degrees of care pile up on innocent accounts, the last of them knowing how they may be
found; others protect an account that did it, by denying in mass, by poisoning records or by drowning the case in
fakes; fans dispute whatever is said. A guilty account may have a single testimony and an innocent one a hundred:
numbers alone decide nothing. Every handle and every word is invented.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rempart.records import AccountRow, Testimony, Truth
from rempart.replay.arrivals import Kind, Plan
from rempart.replay.dice import Dice
from rempart.replay.parameters import Parameters
from rempart.replay.speakers import Speakers
from rempart.replay.stars import Star, make_star


class Wave(NamedTuple):
    """A simulated wave: testimonies by time, one row and one truth for each account accused.

    `kinds`: as what each testimony was said, in their order; a wave from elsewhere may not tell.
    """

    testimonies: list[Testimony]
    accounts: list[AccountRow]
    truth: list[Truth]
    kinds: Sequence[Kind] = ()


def simulate(*, accounts: int, seed: int, parameters: Parameters | None = None) -> Wave:
    """An invented wave about this many accounts: the same for a seed on every machine.

    Every account receives at least one testimony or relay. Raises ValueError when `accounts` is negative.
    """
    stars, plan, speakers = _prepared(accounts, seed, parameters or Parameters())
    testimonies = list(speakers.testimonies())
    kinds = [arrival.kind for arrival in plan.arrivals]
    return Wave(testimonies, [star.row for star in stars], [star.truth for star in stars], kinds)


def stream(*, accounts: int, seed: int, parameters: Parameters | None = None) -> tuple[list[Star], Iterator[Testimony]]:
    """The same wave, its testimonies made one at a time, oldest first, so that a large one never fills the memory.

    Raises ValueError when `accounts` is negative.
    """
    stars, _, speakers = _prepared(accounts, seed, parameters or Parameters())
    return stars, speakers.testimonies()


def _prepared(accounts: int, seed: int, parameters: Parameters) -> tuple[list[Star], Plan, Speakers]:
    if accounts < 0:
        raise ValueError("`accounts` is negative")
    dice = Dice(seed)
    stars = [make_star(dice, number, parameters) for number in range(accounts)]
    plan = Plan(dice, parameters)
    for number, star in enumerate(stars):
        plan.add(number, star)
    return stars, plan, Speakers(Dice(seed + 1), parameters, stars, plan)
