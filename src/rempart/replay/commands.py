"""`rempart replay`: the same wave under several rulebooks, as a table for people or as one JSON array."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
import msgspec
from msgspec import UNSET

from rempart.corroboration.commands import TestimonyReader
from rempart.records import AccountRow, Truth
from rempart.records.lines import Rejects, lines_of, opened
from rempart.records.progress import progress
from rempart.records.tables import read_table
from rempart.replay.forward import run
from rempart.replay.outcome import Outcome
from rempart.rulebook import Rulebook


def replay(
    file: str,
    rulebooks: Sequence[Rulebook],
    rejects: Rejects,
    *,
    accounts: str | None,
    truth: str | None,
    prior: float,
) -> tuple[list[Outcome], TestimonyReader]:
    """Replay the testimonies or statements of a file, or of standard input for `-`; the reader says what was read.

    accounts and truth: tables, if any. Raises FileNotFoundError.
    """
    rows = list(read_table(accounts, AccountRow, rejects)) if accounts else None
    truths = list(read_table(truth, Truth, rejects)) if truth else None
    reader = TestimonyReader(rejects)
    with opened(file) as stream, _without_collecting():
        testimonies = reader.read(progress(lines_of(stream), what="lines"))
        replayed = run(testimonies, rulebooks, accounts=rows, prior=prior)
    for course in replayed.courses:
        if course.failures:
            name = course.rulebook.name
            click.echo(f"rempart: {name}: {course.failures} assessments cannot be judged: no match", err=True)
    return replayed.outcomes(truths), reader


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Hold garbage collection off: all of a wave stays in use, and looking for garbage takes a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


_HEADINGS = {
    "rulebook": "RULEBOOK",
    "accused": "ACCUSED",
    "measured": "MEASURED",
    "restrained": "RESTRAINED",
    "suspended": "SUSPENDED",
    "median_hours_to_first_measure": "MEDIAN HOURS",
    "testimonies_after_first": "AFTER FIRST",
    "protected": "PROTECTED",
    "wrongly_suspended": "WRONGLY SUSPENDED",
    "wrongly_restrained": "WRONGLY RESTRAINED",
    "wrong_days": "WRONG DAYS",
}
_SHARES = {"protected", "wrongly_suspended", "wrongly_restrained"}


def as_table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as aligned columns, one line for each rulebook; shares in percent."""
    columns = [
        [_HEADINGS[name], *(_cell(name, getattr(outcome, name)) for outcome in outcomes)]
        for name in Outcome.__struct_fields__
        if any(getattr(outcome, name) is not UNSET for outcome in outcomes) or not outcomes
    ]
    widths = [max(map(len, column)) for column in columns]
    lines = []
    for cells in zip(*columns, strict=True):
        first, *others = zip(cells, widths, strict=True)
        lines.append("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]))
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as one JSON array on a line, numbers unrounded."""
    return msgspec.json.encode(outcomes).decode()


def _cell(name: str, value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}" if name in _SHARES else f"{value:,.1f}"
    return value if isinstance(value, str) else f"{value:,}"
