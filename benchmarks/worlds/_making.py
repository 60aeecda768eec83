"""What every world is made with, whatever its theory: its words, pseudonyms, origins, and the wave at its end.

Not a world itself. Nothing here decides who speaks, when or how: each world has mechanisms of its own on purpose. The
draws and their order are part of what a seed means, and weights were learnt from those waves.
"""

import tomllib
from collections.abc import Iterable
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

from rempart.records import Origin, Testimony, Truth
from rempart.replay import Wave
from rempart.replay.arrivals import Kind

CARES: tuple[Kind, ...] = ("crude", "moderate", "careful", "adaptive")  # of crews, from careless to careful


def words_beside(module: str) -> dict[str, Any]:
    """The TOML file of the same name as `module`, the path of a world."""
    return tomllib.loads(Path(module).with_suffix(".toml").read_text(encoding="utf-8"))


def mark(dice: Random, digits: int) -> str:
    """A pseudonym of this many hexadecimal digits: an account, a network, a device, a community."""
    return f"{dice.getrandbits(4 * digits):0{digits}x}"


def sides_of(dice: Random, accounts: int) -> list[bool]:
    """For each account whether it is guilty, as half of them are; the odd one is."""
    sides = [number % 2 == 0 for number in range(accounts)]
    dice.shuffle(sides)
    return sides


def known_origin(network: str | None, device: str | None) -> Origin | None:
    """Where a testimony came from, as far as the platform kept it; None when it kept neither."""
    return Origin(network=network, device=device) if network or device else None


def wave_by_time(said: Iterable[tuple[Testimony, Kind]], truth: list[Truth]) -> Wave:
    """The wave of what was said, by time of receipt, then id."""
    return _wave(sorted(said, key=lambda pair: (pair[0].received_at, pair[0].id)), truth)


def numbered_wave(said: Iterable[tuple[Testimony, Kind]], truth: list[Truth], prefix: str) -> Wave:
    """The same for testimonies without ids yet: they are numbered by time of receipt after `prefix`."""
    ordered = sorted(said, key=lambda pair: pair[0].received_at)
    for place, (testimony, _) in enumerate(ordered):
        testimony.id = f"{prefix}-{place}"
    return _wave(ordered, truth)


def _wave(ordered: list[tuple[Testimony, Kind]], truth: list[Truth]) -> Wave:
    return Wave(list(map(itemgetter(0), ordered)), [], truth, list(map(itemgetter(1), ordered)))
