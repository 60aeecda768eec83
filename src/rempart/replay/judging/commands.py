"""`rempart evaluate corroborate`: a file of testimonies judged against a file of truth."""

import click

from rempart.corroboration import Parameters
from rempart.corroboration.commands import TestimonyReader
from rempart.records import Truth
from rempart.records.lines import Rejects, lines_of, opened
from rempart.records.progress import progress
from rempart.records.tables import read_table
from rempart.replay.judging.evaluating import Evaluation, evaluate


class NothingToJudge(Exception):
    """One of the files has lines and none is good."""


def evaluate_files(
    testimonies: str,
    truth: str,
    rejects: Rejects,
    *,
    prior: float,
    parameters: Parameters | None,
    threshold: float,
    seed: int,
) -> tuple[Evaluation, TestimonyReader]:
    """Judge the testimonies or statements of a file against a truth table; the reader says what was read.

    The other parameters are those of `evaluate`. Raises FileNotFoundError, and NothingToJudge.
    """
    truths = list(read_table(truth, Truth, rejects))
    bad_truths = rejects.count
    if bad_truths and not truths:
        raise NothingToJudge
    reader = TestimonyReader(rejects)
    with opened(testimonies) as stream:
        received = list(reader.read(progress(lines_of(stream), what="lines")))
    if reader.good == 0 and rejects.count > bad_truths:
        raise NothingToJudge
    return evaluate(received, truths, prior=prior, parameters=parameters, threshold=threshold, seed=seed), reader


def tell_left_out(evaluation: Evaluation, reader: TestimonyReader) -> None:
    """Say on standard error what was not judged, and why."""
    for number, one, several in (
        (reader.dropped, "statement makes no testimony", "statements make no testimony"),
        (evaluation.unheard, "account of the truth is in no testimony", "accounts of the truth are in no testimony"),
        (
            evaluation.unknown,
            "testimony is about an account without a truth",
            "testimonies are about accounts without a truth",
        ),
    ):
        if number:
            click.echo(f"rempart: {number} {one if number == 1 else several}: not judged", err=True)
