"""The command that replays: rulebooks side by side, one figure at several values, a draft beside the rules in force."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from rempart.cli.ground import NothingGood, cli, results, said_plainly, set_up, with_results


@cli.command()
@click.argument("testimonies", metavar="TESTIMONIES", required=False)
@click.option("--rulebook", "rulebooks", multiple=True, metavar="NAME_OR_FILE", help="Repeat it (default: all).")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for reach, age band and the like.")
@click.option("--truth", metavar="FILE", help="The truth of a simulated wave: who was protected, who was wronged.")
@click.option("--prior", default=0.5, show_default=True, help="Probability that an accused account did it, unseen.")
@click.option("--sweep", metavar="ARTICLE.PARAM=a..b[/n]", help="Try a figure of one rulebook at n values.")
@click.option("--plot", metavar="FILE.png", help="With --sweep: draw what each value protects, and costs.")
@click.option("--shadow", metavar="DRAFT", help="Whom a draft would treat otherwise, of the cases that are open.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@with_results
def replay(
    *, testimonies: str | None, rulebooks: tuple[str, ...], accounts: str | None, truth: str | None, prior: float,
    sweep: str | None, plot: str | None, shadow: str | None, form: str, out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """Compare what several rulebooks would have done about the testimonies or statements of a file (or - ).

    With --sweep: one rulebook, a figure of which is tried at several values. With --shadow, without a file: a draft
    beside the rules in force, on the open cases of the database; nothing is decided, sent or kept.
    """
    if not 0 < prior < 1:
        raise click.UsageError("--prior is not between 0 and 1")
    if shadow is not None:
        if testimonies or rulebooks or accounts or truth or sweep or plot or rejects:
            raise click.UsageError("--shadow looks at the open cases: it goes with --format and --out alone")
        _shadow(shadow, form, out)
        return
    if testimonies is None:
        raise click.UsageError("Missing argument 'TESTIMONIES'.")
    if [testimonies, accounts, truth].count("-") > 1:
        raise click.UsageError("of TESTIMONIES, --accounts and --truth, one can be standard input")
    wave = {"accounts": accounts, "truth": truth, "prior": prior}
    if sweep is not None:
        _sweep(testimonies, rulebooks, sweep, form, out, rejects=rejects, plot=plot, **wave)
    elif plot is not None:
        raise click.UsageError("--plot draws what --sweep found: give both")
    else:
        _compare(testimonies, rulebooks, form, out, rejects, **wave)


def _compare(
    testimonies: str, rulebooks: tuple[str, ...], form: str, out: str | None, rejects: str | None, **wave: Any
) -> None:
    import msgspec

    from rempart.replay import commands
    from rempart.rulebook import shipped
    from rempart.rulebook.commands import rulebook_named

    books = [rulebook_named(name) for name in rulebooks or shipped()]
    with results(out, rejects) as (writer, rejected):
        with _some_truth():
            outcomes, reader = commands.replay(testimonies, books, rejected, **wave)
        if reader.nothing_good:
            raise NothingGood
        writer.write(msgspec.Raw((commands.as_json if form == "json" else commands.as_table)(outcomes)))
    _tell_dropped(reader.dropped)


def _sweep(
    testimonies: str, rulebooks: tuple[str, ...], spec: str, form: str, out: str | None,
    *, rejects: str | None, plot: str | None, **wave: Any,
) -> None:  # fmt: skip
    import msgspec

    from rempart.replay import BadSweep, commands, sweep_of
    from rempart.replay.plotting import NothingToWeigh
    from rempart.replay.plotting import plot as draw
    from rempart.rulebook import UnknownParameter
    from rempart.rulebook.commands import rulebook_named

    if not wave["truth"]:
        raise click.UsageError("--sweep needs --truth: what a value costs is only known where the truth is")
    if len(rulebooks) != 1:
        raise click.UsageError("--sweep tries a figure of one rulebook: give --rulebook once")
    if plot is not None and Path(plot).suffix.lower() != ".png":
        raise click.UsageError(f"--plot writes a PNG: {plot} does not end in .png")
    try:
        asked = sweep_of(rulebook_named(rulebooks[0]), spec)
    except (BadSweep, UnknownParameter) as error:
        raise click.UsageError(f"--sweep: {error}") from error
    with results(out, rejects, plot) as (writer, rejected):
        with _some_truth():
            swept, reader = commands.sweep(testimonies, asked, rejected, **wave)
        if reader.nothing_good:
            raise NothingGood
        writer.write(msgspec.Raw((commands.sweep_as_json if form == "json" else commands.sweep_as_table)(swept)))
    if plot is not None:
        with said_plainly(NothingToWeigh):
            Path(plot).write_bytes(draw(asked, swept))
    _tell_dropped(reader.dropped)


def _shadow(draft: str, form: str, out: str | None) -> None:
    from rempart.rulebook.commands import rulebook_named

    book = rulebook_named(draft)
    set_up()
    import msgspec

    from rempart.casework import commands

    with results(out, None) as (writer, _rejected):
        compared = commands.compare(book)
        write = commands.as_json if form == "json" else commands.as_table
        writer.write(msgspec.Raw(write(compared)))


@contextmanager
def _some_truth() -> Iterator[None]:
    """A truth file none of whose lines is good ends the command as any such file does."""
    from rempart.replay.truths import NoTruth

    try:
        yield
    except NoTruth as error:
        raise NothingGood from error


def _tell_dropped(dropped: int) -> None:
    if dropped:
        noun = "statement makes" if dropped == 1 else "statements make"
        click.echo(f"rempart: {dropped} {noun} no testimony", err=True)
