"""The commands that judge what Rempart believes against a truth that is known."""

from pathlib import Path

import click

from rempart.cli.ground import NothingGood, cli, results, weights_in, with_results


@cli.group()
def evaluate() -> None:
    """Judge what Rempart believes, where the truth is known."""


@evaluate.command()
@click.argument("testimonies", metavar="TESTIMONIES")
@click.argument("truth", metavar="TRUTH")
@click.option("--prior", default=0.5, show_default=True, help="Probability that an accused account did it, unseen.")
@click.option("--parameters", metavar="FILE", help="The weights of the model (default: those shipped).")
@click.option("--threshold", default=0.8, show_default=True, help="Credibility above which an account is acted on.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(min=0), help="Of the bootstrap.")
@click.option("--plot", metavar="FILE.png", help="Draw what was said against what was true.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@with_results
def corroborate(
    *, testimonies: str, truth: str, prior: float, parameters: str | None, threshold: float, seed: int,
    plot: str | None, form: str, out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """Judge the credibilities of a file's testimonies or statements (or - ) against a truth file, beside baselines."""
    import msgspec

    from rempart.replay.judging import commands
    from rempart.replay.judging.report import as_json, as_text
    from rempart.replay.truths import NoTruth

    if not 0 < prior < 1:
        raise click.UsageError("--prior is not between 0 and 1")
    if not 0 <= threshold < 1:
        raise click.UsageError("--threshold is not between 0 and 1")
    if plot is not None and Path(plot).suffix.lower() != ".png":
        raise click.UsageError(f"--plot writes a PNG: {plot} does not end in .png")
    if testimonies == truth == "-":
        raise click.UsageError("TESTIMONIES and TRUTH cannot both be standard input")
    weights = weights_in(parameters)
    with results(out, rejects, plot) as (writer, rejected):
        try:
            evaluation, reader = commands.evaluate_files(
                testimonies, truth, rejected, prior=prior, parameters=weights, threshold=threshold, seed=seed
            )
        except (NoTruth, commands.NothingToJudge) as error:
            raise NothingGood from error
        rows = evaluation.rows
        writer.write(msgspec.Raw((as_json(rows) if form == "json" else as_text(rows, threshold=threshold)).encode()))
    if plot is not None:
        from rempart.replay.judging.plot import calibration_png

        Path(plot).write_bytes(calibration_png(rows[0]))
    commands.tell_left_out(evaluation, reader)
