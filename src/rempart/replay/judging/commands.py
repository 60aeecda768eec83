"""`rempart evaluate corroborate`: a file of testimonies judged against a file of truth."""

import click

from rempart.corroboration import Parameters
from rempart.corroboration.commands import TestimonyReader
from rempart.records.lines import Rejects, lines_of, opened
from rempart.records.progress import progress
from rempart.replay.judging.evaluating import Evaluation, evaluate
from rempart.replay.truths import read_truth


class NothingToJudge(Exception):
    """The testimonies have lines and none is good."""


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

    The other parameters are those of `evaluate`. Raises FileNotFoundError, NoTruth and NothingToJudge.
    """
    truths = read_truth(truth, rejects)
    bad_truths = rejects.count
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
