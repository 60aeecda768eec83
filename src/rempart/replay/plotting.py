"""The trade-off curve as a PNG."""

from collections.abc import Sequence
from typing import Any

from rempart.replay.sweeping import Step, Sweep
from rempart.replay.tradeoff import Field, Panel, trade_off
from rempart.replay.typeset import png

_TITLES: dict[Field, str] = {
    "protected": "Accused with reason, and restrained",
    "wrongly_restrained": "Innocent, and restrained",
    "wrong_days_restrained": "Days that innocent accounts were restrained",
    "testimonies_after_first": "Testimonies while nothing was done",
}
_SHARES = {"protected", "wrongly_restrained"}


class NothingToWeigh(ValueError):
    """The truth names no guilty or no innocent account: there is no curve between protection and its price."""

    def __init__(self) -> None:
        super().__init__("the truth names no guilty or no innocent account: there is no trade-off to draw")


def plot(asked: Sweep, steps: Sequence[Step]) -> bytes:
    """The PNG of the steps of a sweep, the value that the rulebook has ringed. Raises NothingToWeigh."""
    drawing = trade_off(steps)
    if drawing is None:
        raise NothingToWeigh
    book = asked.rulebook
    ends = steps[0].written, steps[-1].written
    name = f"{asked.parameter.path}, from {ends[0]} to {ends[1]}"
    said = {
        "title": name,
        "about": f"Rulebook {book.name} {book.version}, replayed on {steps[0].outcome.accused:,} accused accounts",
        "curve": _words(drawing.curve, ends, f"{_TITLES['wrongly_restrained']} (the price)"),
        "panels": [_words(panel, ends, asked.parameter.name) for panel in drawing.panels],
        "note": f"Ringed: {_present(steps)}, the value that the rulebook has. Measured against the truth given.",
    }
    return png("rempart.replay", "curve.typ", said)


def _present(steps: Sequence[Step]) -> str:
    return next(step.written for step in steps if step.is_present)


def _words(panel: Panel, ends: tuple[str, str], across: str) -> dict[str, Any]:
    """A panel as the template takes it, its numbers written."""
    first, last = ends if panel.across is None else [f"{end:.0%}" for end in panel.across_ends]
    low, high = (f"{end:.0%}" if panel.up in _SHARES else f"{end:,.0f}" for end in panel.up_ends)
    return {
        "title": _TITLES[panel.up],
        "width": panel.width,
        "height": panel.height,
        "dots": [{"x": dot.x, "y": dot.y} for dot in panel.dots],
        "present": {"x": panel.present.x, "y": panel.present.y},
        "labels": [{"x": label.x, "y": label.y, "text": label.text, "anchor": label.anchor} for label in panel.labels],
        "first": first,
        "last": last,
        "low": low,
        "high": high,
        "across": across,
    }
