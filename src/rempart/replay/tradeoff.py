"""The trade-off curve of a sweep as shapes with coordinates: what each value protects, against what it costs.

The curve itself has the price across (innocent accounts restrained) and the protection up (guilty accounts restrained);
four small panels show the numbers that it is made of, by value. Whoever draws writes the words and numbers in their
own language: a panel only says which field of an outcome it shows, and between which ends.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import Literal

import msgspec

from rempart.replay.sweeping import Step

Field = Literal["protected", "wrongly_restrained", "wrong_days_restrained", "testimonies_after_first"]
PRICE: Field = "wrongly_restrained"
GAIN: Field = "protected"
BY_VALUE: tuple[Field, ...] = ("protected", "wrongly_restrained", "wrong_days_restrained", "testimonies_after_first")

_EDGE = 9.0  # room for the ring around a dot, inside the frame
_LETTER, _LINE = 6.6, 14.0  # what a letter and a line of a label take
_ALONG = 60  # points of each stretch of the line that a label is held against
_SHARES = {"protected", "wrongly_restrained"}
_FINEST_SHARE = 0.05  # how finely the ends of the curve are chosen


class Dot(msgspec.Struct, frozen=True):
    """A point of a panel, in its units, y downwards."""

    x: float
    y: float


class Label(msgspec.Struct, frozen=True):
    """The values that stand at a dot, and where they are written: `anchor` is the end of the text that is at x."""

    x: float
    y: float
    text: str
    anchor: Literal["start", "end"]


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the outcomes upwards, against another field (the curve) or against the value (`across` is None).

    dots: one a step, `present` that of the value that the rulebook has. across_ends, up_ends: what the ends of the
    frame, from (left, bottom) to (right, top), stand for.
    """

    up: Field
    across: Field | None
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    dots: tuple[Dot, ...]
    present: Dot
    labels: tuple[Label, ...] = ()
    across_ends: tuple[float, float]
    up_ends: tuple[float, float]

    @property
    def line(self) -> str:
        """The dots as SVG's `points` has them."""
        return " ".join(f"{dot.x:g},{dot.y:g}" for dot in self.dots)


class TradeOff(msgspec.Struct, frozen=True, kw_only=True):
    """The curve, and its numbers by value."""

    curve: Panel
    panels: tuple[Panel, ...]


def trade_off(steps: Sequence[Step], *, width: float = 534, small: float = 245) -> TradeOff | None:
    """The drawing of a sweep; the curve is `width` wide, each panel `small`.

    None when the truth names no guilty or no innocent account: then there is nothing to weigh.
    """
    if not steps or any(not isinstance(_read(step, field), float) for step in steps for field in (GAIN, PRICE)):
        return None
    return TradeOff(
        curve=_panel(steps, up=GAIN, across=PRICE, width=width, height=width * 0.5),
        panels=tuple(_panel(steps, up=field, across=None, width=small, height=small * 0.5) for field in BY_VALUE),
    )


def _panel(steps: Sequence[Step], *, up: Field, across: Field | None, width: float, height: float) -> Panel:
    ups = [_read(step, up) or 0.0 for step in steps]
    acrosses = [step.value if across is None else _read(step, across) or 0.0 for step in steps]
    left, right, top, bottom = _EDGE, width - _EDGE, _EDGE, height - _EDGE
    across_ends = (acrosses[0], acrosses[-1]) if across is None else _close_ends(acrosses)
    up_ends = _close_ends(ups) if across is not None else _ends_from_nothing(ups, is_share=up in _SHARES)
    place_x, place_y = _scale(across_ends, left, right), _scale(up_ends, bottom, top)
    dots = tuple(Dot(place_x(x), place_y(y)) for x, y in zip(acrosses, ups, strict=True))
    return Panel(
        up=up,
        across=across,
        width=width,
        height=height,
        left=left,
        right=right,
        top=top,
        bottom=bottom,
        dots=dots,
        present=next(dot for step, dot in zip(steps, dots, strict=True) if step.is_present),
        labels=_labels(steps, dots, right=right) if across is not None else (),
        across_ends=across_ends,
        up_ends=up_ends,
    )


def _read(step: Step, field: Field) -> float | None:
    value = getattr(step.outcome, field)
    return float(value) if isinstance(value, int | float) else None


def _close_ends(shares: Sequence[float]) -> tuple[float, float]:
    """Multiples of five percent around the shares, five percent apart at least: small differences must be seen."""
    low = math.floor(round(min(shares) / _FINEST_SHARE, 6))
    high = max(math.ceil(round(max(shares) / _FINEST_SHARE, 6)), low + 1)
    if high * _FINEST_SHARE > 1:
        low, high = low - 1, high - 1
    return round(low * _FINEST_SHARE, 2), round(high * _FINEST_SHARE, 2)


def _ends_from_nothing(values: Sequence[float], *, is_share: bool) -> tuple[float, float]:
    most = max(values)
    if is_share:
        return 0.0, max(_FINEST_SHARE, _close_ends([0.0, most])[1])
    magnitude = 10.0 ** math.floor(math.log10(most)) if most > 0 else 1.0
    return 0.0, max(1.0, math.ceil(most / magnitude) * magnitude)


def _scale(ends: tuple[float, float], first: float, last: float) -> Callable[[float], float]:
    low, high = ends
    if high == low:
        return lambda _value: round((first + last) / 2, 2)
    return lambda value: round(first + (value - low) / (high - low) * (last - first), 2)


def _labels(steps: Sequence[Step], dots: Sequence[Dot], *, right: float) -> tuple[Label, ...]:
    """The values at each dot, the present one first; one that would touch another is left out: the table has it."""
    groups = []
    for dot, members in groupby(zip(dots, steps, strict=True), key=lambda pair: pair[0]):
        there = [step for _dot, step in members]
        text = there[0].written if len(there) == 1 else f"{there[0].written}–{there[-1].written}"
        groups.append((dot, text, any(step.is_present for step in there)))
    groups.sort(key=lambda group: not group[2])
    labels: list[Label] = []
    for dot, text, _present in groups:
        places = [label for label in _around(dot, text) if _has_room(label, dot, dots, labels, right=right)]
        if places:
            labels.append(min(places, key=lambda label: _crossings(label, dots)))
    return tuple(labels)


def _around(dot: Dot, text: str) -> Iterator[Label]:
    """Where the text may stand beside a dot: above before below, to the right before to the left."""
    for y in (dot.y - _EDGE, dot.y + _EDGE + _LINE * 0.7):
        yield Label(dot.x + _EDGE, y, text, "start")
        yield Label(dot.x - _EDGE, y, text, "end")


def _has_room(label: Label, own: Dot, dots: Sequence[Dot], others: Iterable[Label], *, right: float) -> bool:
    """Whether it stays inside the frame, and touches neither another label nor the dot of another value."""
    first, last = _reach(label)
    inside = first >= 0 and last <= right and label.y >= _LINE
    return (
        inside
        and not any(_touch(label, other) for other in others)
        and not any(_covers(label, dot, around=_EDGE / 2) for dot in dots if dot != own)
    )


def _crossings(label: Label, dots: Sequence[Dot]) -> int:
    """How much of the line runs behind the text, in points of it."""
    along = [
        Dot(one.x + (other.x - one.x) * part / _ALONG, one.y + (other.y - one.y) * part / _ALONG)
        for one, other in pairwise(dots)
        for part in range(_ALONG + 1)
    ]
    return sum(_covers(label, dot, around=1) for dot in along)


def _covers(label: Label, dot: Dot, *, around: float) -> bool:
    first, last = _reach(label)
    return first - around <= dot.x <= last + around and label.y - _LINE * 0.8 - around <= dot.y <= label.y + around


def _touch(one: Label, other: Label) -> bool:
    (first, last), (start, end) = _reach(one), _reach(other)
    return abs(one.y - other.y) < _LINE and first < end and start < last


def _reach(label: Label) -> tuple[float, float]:
    length = len(label.text) * _LETTER
    return (label.x, label.x + length) if label.anchor == "start" else (label.x - length, label.x)
