"""The commands that work as Unix filters on files and standard streams, and the simulator."""

from pathlib import Path

import click

from rempart.cli.ground import NothingGood, cli, results, weights_in, with_results


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--default-service", metavar="SERVICE", help="Where an @handle lives when no service is said.")
@click.option("--hashtag", metavar="TAG", help="Keep the posts that carry this tag, and the replies below them.")
@with_results
def read(file: str, default_service: str | None, hashtag: str | None, out: str | None, rejects: str | None) -> None:
    """Read the posts of a file (or - ), native exports too: who is accused of what, and where the text says so."""
    from rempart.reading import commands
    from rempart.records.references import SERVICES

    if default_service is not None and default_service not in SERVICES:
        raise click.UsageError(f"--default-service: {default_service} is none of {', '.join(SERVICES)}")
    with results(out, rejects) as (writer, rejected):
        reader = commands.read(file, writer, rejected, default_service=default_service, hashtag=hashtag)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--prior", default=0.5, show_default=True, help="Probability that an accused account did it, unseen.")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for reach, age band and the like.")
@click.option("--as-of", metavar="TIME", help="Ignore what was received later (default: the newest testimony).")
@click.option("--timeline", is_flag=True, help="A row at each instant for each account whose assessment changes.")
@click.option("--parameters", metavar="FILE", help="The weights of the model (default: those shipped).")
@with_results
def corroborate(
    *, file: str, prior: float, accounts: str | None, as_of: str | None, timeline: bool, parameters: str | None,
    out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """Assess every account that the testimonies or statements of a file (or - ) are about."""
    import msgspec

    from rempart.corroboration import commands
    from rempart.records.post import Instant

    if timeline and as_of:
        raise click.UsageError("--as-of and --timeline exclude each other")
    try:
        moment = msgspec.convert(as_of, Instant) if as_of else None
    except ValueError as error:
        raise click.UsageError(f"--as-of: {error}") from error
    weights = weights_in(parameters)
    if not 0 < prior < 1:
        raise click.UsageError("--prior is not between 0 and 1")
    with results(out, rejects) as (writer, rejected):
        reader = commands.corroborate(
            file, writer, rejected,
            prior=prior, accounts=accounts, as_of=moment, whole_timeline=timeline, parameters=weights,
        )  # fmt: skip
    if reader.dropped:
        noun = "statement makes" if reader.dropped == 1 else "statements make"
        click.echo(f"rempart: {reader.dropped} {noun} no testimony", err=True)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.argument("assessments", metavar="ASSESSMENTS")
@click.option("--rulebook", default="rempart", show_default=True, metavar="NAME_OR_FILE", help="Shipped, or a file.")
@with_results
def decide(assessments: str, rulebook: str, out: str | None, rejects: str | None) -> None:
    """Decide on each assessment of a file (or - ) by a rulebook; one decision a line."""
    from rempart.rulebook import commands

    with results(out, rejects) as (writer, rejected):
        reader = commands.decide(assessments, commands.rulebook_named(rulebook), writer, rejected)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.option("--accounts", required=True, type=click.IntRange(min=0), help="How many accounts are accused.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same wave, on any machine.")
@click.option("--posts", type=click.IntRange(min=0), help="Write this many raw posts, as services export them.")
@click.option("--base-rate", type=click.FloatRange(0, 1), help="Share of accounts that did it (default: 0.5).")
@click.option("--scenario", metavar="NAME", help="One of the named waves of docs/replay.md, such as adaptive-brigade.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def simulate(
    *, accounts: int, seed: int, posts: int | None, base_rate: float | None, scenario: str | None, out: Path
) -> None:
    """Write an invented wave with its truth: testimonies.jsonl (or posts.jsonl), accounts.jsonl and truth.jsonl."""
    from rempart.replay import SCENARIOS
    from rempart.replay.writing import write_posts, write_wave

    if scenario is not None and scenario not in SCENARIOS:
        raise click.UsageError(f"--scenario: {scenario} is none of {', '.join(SCENARIOS)}")
    if scenario is not None and posts is not None:
        raise click.UsageError("--scenario and --posts exclude each other")
    if posts is None:
        parameters = SCENARIOS[scenario] if scenario is not None else None
        write_wave(out, accounts=accounts, seed=seed, base_rate=base_rate, parameters=parameters)
    else:
        write_posts(out, accounts=accounts, posts=posts, seed=seed, base_rate=base_rate)
