"""An evaluation as people read it, tables of aligned columns, and as programs do, one JSON array."""

from collections.abc import Sequence
from itertools import groupby
from math import isnan

import msgspec

from rempart.replay.judging.metrics import Bin
from rempart.replay.judging.resampling import Interval
from rempart.replay.judging.table import Row
from rempart.replay.layout import aligned

_NOTHING = "–"
_HEADINGS = (
    "METHOD", "AUC", "95 %", "RECALL 1 %", "RECALL 5 %", "BRIER", "INNOCENT > .95", "GUILTY > .95", "WE ARE AHEAD BY",
)  # fmt: skip


def as_json(rows: Sequence[Row]) -> str:
    """The rows as one JSON array on a line, numbers unrounded."""
    return msgspec.json.encode(rows).decode()


def as_text(rows: Sequence[Row], *, threshold: float) -> str:
    """The rows as tables: all accounts, each attack, how soon, and what was said against what was true.

    threshold: the credibility that `protected`, `alarmed` and `median_hours` are about.
    """
    parts = []
    for attack, those in groupby(rows, key=lambda row: row.attack):
        parts += [methods_text(_title(attack), list(those)), ""]
    times: list[tuple[str, ...]] = [("CREDIBILITY ABOVE", "GUILTY EVER", "INNOCENT EVER", "MEDIAN HOURS")]
    times += [_times(row, threshold) for row in rows if row.protected is not None or row.alarmed is not None]
    parts += [*aligned(times), ""]
    ours = rows[0]
    parts += aligned([("SAID", "ACCOUNTS", "MEAN SAID", "TRUE", "95 %"), *map(_bin, ours.calibration or [])])
    if ours.coordination_auc is not None:
        parts += ["", f"Campaigns told by coordination: AUC {_number(ours.coordination_auc)}"]
    return "\n".join(parts)


def methods_text(title: str, rows: Sequence[Row]) -> str:
    """Methods on the same accounts, one line each under a title that counts these accounts."""
    counted = f"{title}: {rows[0].accounts} accounts, of which guilty {rows[0].guilty}"
    return "\n".join([counted, *aligned([_HEADINGS, *map(_cells, rows)])])


def _title(attack: str | None) -> str:
    return {None: "All accounts", "none": "No attack"}.get(attack, f"Attack {attack}")


def _cells(row: Row) -> tuple[str, ...]:
    ahead = _NOTHING if row.ahead_interval is None else f"{row.ahead:+.3f} {_interval(row.ahead_interval, '+.3f')}"
    return (
        row.method,
        _number(row.auc),
        _interval(row.auc_interval),
        _percent(row.recall_at_1_percent),
        _percent(row.recall_at_5_percent),
        _number(row.brier),
        _percent(row.innocent_above_95),
        _percent(row.guilty_above_95),
        f"{ahead} BEHIND" if row.behind else ahead,
    )


def _times(row: Row, threshold: float) -> tuple[str, ...]:
    hours = _NOTHING if row.median_hours is None else f"{row.median_hours:.1f}"
    return f"{threshold:g}, {_title(row.attack).lower()}", _percent(row.protected), _percent(row.alarmed), hours


def _bin(one: Bin) -> tuple[str, ...]:
    said = f"{one.least:.1f} to {one.most:.1f}"
    return said, str(one.accounts), f"{one.said:.2f}", f"{one.true:.2f}", _interval((one.lower, one.upper), ".2f")


def _number(value: float | None) -> str:
    return _NOTHING if value is None or isnan(value) else f"{value:.3f}"


def _percent(value: float | None) -> str:
    return _NOTHING if value is None or isnan(value) else f"{value:.1%}"


def _interval(bounds: Interval | None, form: str = ".3f") -> str:
    return _NOTHING if bounds is None else f"[{bounds[0]:{form}}, {bounds[1]:{form}}]"
