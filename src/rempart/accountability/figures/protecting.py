"""Figures fit to be given out: small counts withheld, and with them whatever sum or difference would give them away.

`sums_of` lists what holds among the numbers. Beside the divisions that `model.py` describes, some numbers count sets of
which one lies within the other (those restrained at the end are among those restrained): what lies between them is a
number too, that nobody publishes and everybody could compute. It is protected like the others.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from rempart.accountability.figures.model import ACTED, Figures
from rempart.privacy.suppression import Published, Sum, differences, protect

LEAST_MEASURED = 5
"""Fewer measured times give no median; fewer than twice as many no ninetieth percentile."""

# Each a set and one that lies within it.
_WITHIN = (
    ("measures.at_end", "accounts.by_standing.restrained"),
    ("measures.restrained", "measures.at_end"),
    ("measures.restrained", "measures.newly"),
    ("measures.newly", "speed.accounts"),
    ("measures.waiting", "accounts.by_standing.waits"),
    ("measures.declined", "accounts.by_standing.declined"),
    ("lifted.total", "measures.restrained - measures.at_end"),
)
# What somebody asks first, shown before anything else where not everything can be.
_PRECIOUS = frozenset(
    {
        *("received.total", "received.posts", "accounts.concerned", "accounts.acted"),
        *("accounts.not_acted", "measures.restrained", "measures.newly"),
        *("measures.decisions", "speed.accounts", "lifted.total", "appeals.filed", "appeals.answered", "cases"),
    }
)
_NO_COUNTS = ("_at", "_hours", ".since", ".until")


def numbers_of(figures: Figures) -> dict[str, int | None]:
    """Every count of figures by its path, such as `received.by_channel.form` or `rulebooks.0.decisions`."""
    return dict(_numbers(msgspec.to_builtins(figures, str_keys=True), ""))


def _numbers(said: Any, path: str) -> Iterator[tuple[str, int | None]]:
    for name, value in said.items() if isinstance(said, dict) else enumerate(said):
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, dict | list) and name != "window":
            yield from _numbers(value, here)
        elif (value is None and not here.endswith(_NO_COUNTS)) or (type(value) is int and here != "withheld"):
            yield here, value


def sums_of(counts: dict[str, int]) -> tuple[list[Sum], dict[str, int]]:
    """What holds among the counts of figures: the sums, and the counts in them that are not published."""

    def under(prefix: str) -> tuple[str, ...]:
        return tuple(name for name in counts if name.startswith(f"{prefix}.") and "." not in name[len(prefix) + 1 :])

    acted = tuple(f"accounts.by_standing.{name}" for name in ACTED)
    used = tuple(name for name in counts if name.startswith("rulebooks."))
    sums = [
        Sum(
            "received.total",
            tuple(
                under(f"received.{way}")
                for way in ("by_channel", "by_stance", "by_complainant", "by_use", "over_time")
                if under(f"received.{way}")
            ),
        ),
        Sum("received.posts", (under("received.posts_by_stance"),)),
        Sum("accounts.concerned", (("accounts.acted", "accounts.not_acted"),)),
        Sum("accounts.acted", (acted,)),
        Sum("accounts.not_acted", (tuple(name for name in under("accounts.by_standing") if name not in acted),)),
        Sum("measures.decisions", (under("measures.by_approval"), *([used] if used else []))),
        Sum("speed.accounts", (under("speed.by_time"),)),
        Sum("lifted.total", (under("lifted.by_reason"),)),
        Sum("appeals.filed", (under("appeals.by_state"), under("appeals.by_author"))),
        Sum("appeals.answered", (("appeals.upheld", "appeals.rejected"),)),
        Sum("outcomes_total", (under("outcomes"),)),
    ]
    unsaid: dict[str, int] = {}
    for action in ("apply", "lift"):
        unsaid[f"carried.by_action.{action}"] = sum(counts[name] for name in under(f"carried.by_action.{action}"))
        sums.append(Sum(f"carried.by_action.{action}", (under(f"carried.by_action.{action}"),)))
    sums.append(Sum("carried.orders", (tuple(unsaid),)))
    pairs = [
        *_WITHIN,
        *((name, name.replace(".taken.", ".in_force.")) for name in counts if name.startswith("measures.taken.")),
    ]
    known = {**counts, **unsaid}
    for pair in pairs:
        # In a window that begins late, a set may be of more than the window and not lie within the other.
        whole, part = pair if known[pair[0]] >= known[pair[1]] else pair[::-1]
        name = f"{whole} - {part}"
        known[name] = unsaid[name] = known[whole] - known[part]
        sums.append(Sum(whole, ((part, name),)))
    return sums, unsaid


def protected(figures: Figures, *, earlier: Iterable[Published] = ()) -> Figures:
    """Figures without small counts, and without what would give them away by a sum or a difference.

    earlier: what was given out before; a number of this window that gives a small count by subtraction from one of a
    window inside or around it is withheld too (`suppression.differences`).
    """
    counts = {name: number or 0 for name, number in numbers_of(figures).items()}
    sums, unsaid = sums_of(counts)
    told = differences(figures.window.start, figures.as_of, counts, earlier)
    kept = protect({**counts, **unsaid}, sums, unsaid=unsaid.keys(), guarded=told, precious=_PRECIOUS)
    said = msgspec.to_builtins(figures, str_keys=True)
    for name, number in kept.items():
        _put(said, name.split("."), number)
    said["withheld"] = sum(number is None for number in kept.values())
    for speed, number in (("speed", figures.speed.accounts), ("appeals", figures.appeals.answered)):
        if (number or 0) < LEAST_MEASURED:
            said[speed]["median_hours"] = None
        if speed == "speed" and (number or 0) < 2 * LEAST_MEASURED:
            said[speed]["p90_hours"] = None
    for name in ("first_at", "last_at"):
        at = getattr(figures.received, name)
        said["received"][name] = at and kept["received.total"] and at.replace(minute=0, second=0, microsecond=0)
    return msgspec.convert(said, Figures, strict=False)


def _put(said: Any, path: list[str], number: int | None) -> None:
    for name in path[:-1]:
        said = said[int(name)] if isinstance(said, list) else said[name]
    said[path[-1]] = number
