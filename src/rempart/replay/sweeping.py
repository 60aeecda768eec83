"""One figure of a rulebook tried at several values on one wave whose truth is known: what each would protect and cost.

All variants are judged from the same assessments, in one pass over the testimonies.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec

from rempart.corroboration import Accounts
from rempart.records import Testimony, Truth
from rempart.replay.forward import run
from rempart.replay.outcome import Outcome
from rempart.rulebook import Parameter, Rulebook, RulebookErrors, parameter, variants, written
from rempart.rulebook.varying import Setting

USUAL = 9
MOST = 50
"""How many values are tried when nobody says, and at most."""

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_FINEST = Decimal("0.0001")
_GREATEST = {"credibility": 1, "coordination": 1, "severity": 4}  # every number that conditions read begins at 0
_LENGTH = re.compile(r"([1-9][0-9]{0,4})(h|d)")
_COUNT = re.compile(r"[0-9]{1,9}")


Fault = Literal["spelling", "count", "value", "range", "order", "limit"]


class BadSweep(ValueError):
    """A sweep that cannot be run; the message says which part of it is wrong, and why.

    `fault`: how the sweep is written, the number of values, an end of them that is no such figure or that the figure
    never reaches, their order, or a limit that a rulebook is held to. `said` is the value that is wrong, as it was
    written, where there is one.
    """

    def __init__(self, fault: Fault, message: str, *, said: str | None = None) -> None:
        super().__init__(message)
        self.fault: Fault = fault
        self.said = said


class Sweep(msgspec.Struct, frozen=True, kw_only=True):
    """Values to try for one parameter, the one that the rulebook has among them, from low to high.

    variants: the rulebook with each of them.
    """

    rulebook: Rulebook
    parameter: Parameter
    values: tuple[Setting, ...]
    variants: tuple[Rulebook, ...]


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What one value would have come to. `value` is a number, in days for a length of time; `written` as in a rulebook.

    `is_present` is whether it is the value that the rulebook has.
    """

    article: str
    parameter: str
    value: float
    written: str
    is_present: bool
    outcome: Outcome


def sweep_of(book: Rulebook, spec: str) -> Sweep:
    """The sweep that `ARTICLE.PARAM=a..b[/n]` asks for: n values from a to b, evenly spaced, and the present one.

    Lengths of time are whole days when both ends are, else whole hours.

    Raises BadSweep, UnknownParameter.
    """
    path, equals, spread = spec.partition("=")
    if not equals or "." not in path or ".." not in spread:
        raise BadSweep("spelling", f"`{spec}` is not ARTICLE.PARAM=a..b or ARTICLE.PARAM=a..b/n")
    ends, slash, count = spread.partition("/")
    first, _dots, last = ends.partition("..")
    if slash and not _COUNT.fullmatch(count):
        raise BadSweep("spelling", f"`{count}` is no number of values")
    return sweep_between(book, path.strip(), first.strip(), last.strip(), int(count) if slash else USUAL)


def sweep_between(book: Rulebook, path: str, first: str, last: str, count: int = USUAL) -> Sweep:
    """The sweep of `article.param` over `count` values from `first` to `last`, written as in a rulebook.

    Raises BadSweep (also where a value breaks a limit that the rulebook is held to), UnknownParameter.
    """
    varied = parameter(book, path)
    if not 2 <= count <= MOST:
        raise BadSweep("count", f"{count} values: from 2 to {MOST} are tried")
    if varied.is_duration:
        unit = _DAY if first.endswith("d") and last.endswith("d") else _HOUR
        values: list[Setting] = list(_lengths(varied, _length(varied, first), _length(varied, last), count, unit))
    else:
        values = list(_numbers(varied, _number(varied, first), _number(varied, last), count))
    tried = tuple(sorted({*values, varied.value}))
    return Sweep(rulebook=book, parameter=varied, values=tried, variants=_variants(book, varied, tried))


def sweep(
    testimonies: Iterable[Testimony],
    asked: Sweep,
    *,
    truth: Iterable[Truth],
    accounts: Accounts | None = None,
    prior: float = 0.5,
    heard: Callable[[int], None] | None = None,
) -> list[Step]:
    """What each value would have come to, from the lowest to the highest. Parameters as for `replay.run`.

    Raises ValueError as `run` does.
    """
    outcomes = run(testimonies, asked.variants, accounts=accounts, prior=prior, heard=heard).outcomes(truth)
    return steps(asked, outcomes)


def steps(asked: Sweep, outcomes: Iterable[Outcome]) -> list[Step]:
    """The outcomes of the variants of a sweep, each with its value."""
    return [
        Step(
            article=asked.parameter.article,
            parameter=asked.parameter.name,
            value=value / _DAY if isinstance(value, timedelta) else float(value),
            written=written(value),
            is_present=value == asked.parameter.value,
            outcome=outcome,
        )
        for value, outcome in zip(asked.values, outcomes, strict=True)
    ]


def as_rows(swept: Iterable[Step]) -> list[dict[str, Any]]:
    """The steps as flat objects: the value tried, beside the fields of its outcome."""
    rows = []
    for step in swept:
        row = msgspec.to_builtins(step)
        outcome = row.pop("outcome")
        rows.append({**row, **outcome})
    return rows


def steps_of(rows: Iterable[Mapping[str, Any]]) -> list[Step]:
    """The steps that `as_rows` wrote. Raises msgspec.ValidationError."""
    return [msgspec.convert({**row, "outcome": row}, Step) for row in rows]


def _variants(book: Rulebook, varied: Parameter, values: Iterable[Setting]) -> tuple[Rulebook, ...]:
    """The rulebook at each value. Raises BadSweep for one that no rulebook of its kind may have."""
    found: list[Rulebook] = []
    for value in values:
        try:
            found += variants(book, varied, [value])
        except RulebookErrors as errors:
            said = errors.problems[0].message
            raise BadSweep(
                "limit", f"`{varied.path}` cannot be {written(value)}: {said}", said=written(value)
            ) from errors
    return tuple(found)


def _numbers(varied: Parameter, first: Decimal, last: Decimal, count: int) -> Iterable[Decimal]:
    if first >= last:
        raise BadSweep("order", f"`{varied.path}`: {first} is not below {last}")
    if last - first < _FINEST:
        raise BadSweep("order", f"`{varied.path}`: from {first} to {last} is less than {_FINEST}")
    return ((first + (last - first) * place / (count - 1)).quantize(_FINEST).normalize() for place in range(count))


def _lengths(varied: Parameter, first: timedelta, last: timedelta, count: int, unit: timedelta) -> Iterable[timedelta]:
    if first >= last:
        raise BadSweep("order", f"`{varied.path}`: {written(first)} is not shorter than {written(last)}")
    return (unit * round((first + (last - first) * place / (count - 1)) / unit) for place in range(count))


def _number(varied: Parameter, said: str) -> Decimal:
    try:
        value = Decimal(said)
    except InvalidOperation as error:
        raise BadSweep("value", f"`{varied.path}`: `{said}` is no number", said=said) from error
    if not value.is_finite() or abs(value) > Decimal(10**12):
        raise BadSweep("value", f"`{varied.path}`: `{said}` is no number that a condition can hold", said=said)
    greatest = _GREATEST.get(varied.name)
    if value < 0 or (greatest is not None and value > greatest):
        limits = "is below 0" if greatest is None else f"is not between 0 and {greatest}"
        raise BadSweep("range", f"`{varied.path}`: {said} {limits}", said=said)
    return value


def _length(varied: Parameter, said: str) -> timedelta:
    found = _LENGTH.fullmatch(said)
    if found is None:
        raise BadSweep("value", f"`{varied.path}`: `{said}` is no length of time such as 72h or 14d", said=said)
    return timedelta(hours=int(found[1])) if found[2] == "h" else timedelta(days=int(found[1]))
