"""Worlds of random dials: so that what is learnt or judged on simulated waves does not lean on one choice of them.

A share's odds are drawn from a quarter to four times those of the default, a weight from a quarter to four times it,
amounts and counts from half to twice, all uniform in the logarithm; a pair of amounts moves together. When a wave
begins and its base rate, which a model is told, stay.
"""

import math
from typing import Any, TypeVar

import msgspec

from rempart.replay.dice import Dice
from rempart.replay.parameters import Amount, Count, Parameters, Share, Voice, Weight

_WIDE, _NARROW = 4.0, 2.0
_APART = 1 << 40  # from the seeds of waves, so that a world's dials say nothing of its draws

_PAIR = tuple[Amount, Amount]

S = TypeVar("S", bound=Parameters | Voice)


def random_parameters(seed: int) -> Parameters:
    """A world whose dials are drawn: the same for a seed on every machine."""
    default = Parameters()
    drawn = _drawn(Dice(seed + _APART), default)
    return msgspec.structs.replace(drawn, base_rate=default.base_rate, about=f"Random dials, seed {seed}.")


def _drawn(dice: Dice, dials: S) -> S:
    fields = msgspec.structs.fields(type(dials))
    return msgspec.structs.replace(
        dials, **{each.name: _dial(dice, each.type, getattr(dials, each.name)) for each in fields}
    )


def _dial(dice: Dice, of: Any, value: Any) -> Any:
    if isinstance(value, (Parameters, Voice)):
        return _drawn(dice, value)
    if isinstance(value, dict):
        return {key: _dial(dice, Weight, one) for key, one in value.items()}
    if of == Share and value < 1:
        odds = value / (1 - value) * _factor(dice, _WIDE)
        return odds / (1 + odds)
    if of in (Weight, Amount, Count, _PAIR):
        factor = _factor(dice, _WIDE if of == Weight else _NARROW)
        if of == _PAIR:
            return tuple(each * factor for each in value)
        return max(1, round(value * factor)) if of == Count else value * factor
    return value


def _factor(dice: Dice, most: float) -> float:
    return math.exp(dice.between(-1, 1) * math.log(most))
