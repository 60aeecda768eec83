"""`rempart replay`: the same wave under several rulebooks, or under one with a figure at several values.

Tables for people, or one JSON array.
"""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
import msgspec
from msgspec import UNSET

from rempart.corroboration.commands import TestimonyReader
from rempart.records import AccountRow
from rempart.records.lines import Rejects, lines_of, opened
from rempart.records.progress import progress
from rempart.records.tables import read_table
from rempart.replay.forward import Replayed, run
from rempart.replay.layout import aligned
from rempart.replay.outcome import Outcome
from rempart.replay.sweeping import Step, Sweep, as_rows, steps
from rempart.replay.truths import read_truth
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

    accounts and truth: tables, if any. Raises FileNotFoundError, and NoTruth when no line of the truth is good.
    """
    truths = read_truth(truth, rejects) if truth else None
    replayed, reader = _run(file, rulebooks, rejects, accounts=accounts, prior=prior)
    for course in replayed.courses:
        if course.failures:
            name = course.rulebook.name
            click.echo(f"rempart: {name}: {course.failures} assessments cannot be judged: no match", err=True)
    return replayed.outcomes(truths), reader


def sweep(
    file: str, asked: Sweep, rejects: Rejects, *, accounts: str | None, truth: str, prior: float
) -> tuple[list[Step], TestimonyReader]:
    """Replay a file once under every variant of a sweep. Parameters and errors as for `replay`."""
    truths = read_truth(truth, rejects)
    replayed, reader = _run(file, asked.variants, rejects, accounts=accounts, prior=prior)
    if failures := max(course.failures for course in replayed.courses):
        click.echo(f"rempart: {asked.rulebook.name}: {failures} assessments cannot be judged: no match", err=True)
    return steps(asked, replayed.outcomes(truths)), reader


def _run(
    file: str, rulebooks: Sequence[Rulebook], rejects: Rejects, *, accounts: str | None, prior: float
) -> tuple[Replayed, TestimonyReader]:
    rows = list(read_table(accounts, AccountRow, rejects)) if accounts else None
    reader = TestimonyReader(rejects)
    with opened(file) as stream, _without_collecting():
        testimonies = reader.read(progress(lines_of(stream), what="lines"))
        return run(testimonies, rulebooks, accounts=rows, prior=prior), reader


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
    "wrong_days_restrained": "WRONG DAYS RESTRAINED",
}
_SHARES = {"protected", "wrongly_suspended", "wrongly_restrained"}


def as_table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as aligned columns, one line for each rulebook; shares in percent."""
    return _table(_columns(outcomes))


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as one JSON array on a line, numbers unrounded."""
    return msgspec.json.encode(outcomes).decode()


def sweep_as_table(swept: Sequence[Step]) -> str:
    """The steps of a sweep as aligned columns, from the lowest value to the highest; `*` marks the present one."""
    heading = f"{swept[0].article}.{swept[0].parameter}"
    values = [heading, *(f"{step.written} *" if step.is_present else step.written for step in swept)]
    _rulebook, *columns = _columns([step.outcome for step in swept])
    return _table([values, *columns])


def sweep_as_json(swept: Sequence[Step]) -> str:
    """The steps as one JSON array on a line, numbers unrounded."""
    return msgspec.json.encode(as_rows(swept)).decode()


def _columns(outcomes: Sequence[Outcome]) -> list[list[str]]:
    return [
        [_HEADINGS[name], *(_cell(name, getattr(outcome, name)) for outcome in outcomes)]
        for name in Outcome.__struct_fields__
        if any(getattr(outcome, name) is not UNSET for outcome in outcomes) or not outcomes
    ]


def _table(columns: list[list[str]]) -> str:
    return "\n".join(aligned(list(zip(*columns, strict=True))))


def _cell(name: str, value: str | float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.1%}" if name in _SHARES else f"{value:,.1f}"
    return value if isinstance(value, str) else f"{value:,}"
