"""What numbers show before people tell: sudden fame, waves, pile-ons."""

import click

from rempart.cli.ground import NothingGood, cli, results, with_results


@cli.group()
def radar() -> None:
    """See sudden fame, waves and pile-ons begin."""


@radar.command()
@click.argument("posts", metavar="POSTS")
@click.option("--default-service", metavar="SERVICE", help="Where an @handle lives when no service is said.")
@with_results
def waves(*, posts: str, default_service: str | None, out: str | None, rejects: str | None) -> None:
    """Tell the waves of testimonies that begin in a table of posts or statements (or - ), one alert a wave."""
    from rempart.radar.waves.commands import WaveRun
    from rempart.records.references import SERVICES

    if default_service is not None and default_service not in SERVICES:
        raise click.UsageError(f"--default-service: {default_service} is none of {', '.join(SERVICES)}")
    with results(out, rejects) as (writer, rejected):
        run = WaveRun(rejected)
        run.run(posts, writer, default_service=default_service)
    if run.late:
        click.echo(f"rempart: {run.late} posts came too late to count", err=True)
    if run.nothing_good:
        raise NothingGood
