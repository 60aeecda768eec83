"""What numbers show before people tell: sudden fame, waves, pile-ons."""

from datetime import datetime
from pathlib import Path

import click

from rempart.cli.ground import NothingGood, cli, results, said_plainly, with_results


@cli.group()
def radar() -> None:
    """See sudden fame, waves and pile-ons begin, and who may be too young."""


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


@radar.command()
@click.argument("counters", metavar="COUNTERS")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table: the youngest come first.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--master", metavar="URL", help="Of a Spark cluster, spark://host:7077 (default: this machine).")
@click.option("--state", metavar="DIR", help="What the radar remembers: the next run goes on from there.")
@click.option("--until", metavar="TIME", help="Stop before counters later than this.")
@with_results
def fame(
    *, counters: str, accounts: str | None, engine: str, master: str | None, state: str | None, until: str | None,
    out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """See sudden fame in a table of counters: whom to watch, and whom a person should reach out to.

    COUNTERS is a JSONL, CSV or Parquet file, a folder of Parquet files, or - .
    """
    import msgspec

    from rempart.radar.engines import EngineFailed, EngineMissing
    from rempart.radar.java import NoJava
    from rempart.radar.state import StateUnusable
    from rempart.radar.ticking import Summary, run
    from rempart.records.post import Instant

    if master and engine != "spark":
        raise click.UsageError("--master goes with --engine spark")
    try:
        last = msgspec.convert(until, Instant) if until else None
    except msgspec.ValidationError as error:
        raise click.UsageError(f"--until: {error}") from error
    summary = Summary()
    with results(out, rejects) as (writer, rejected), said_plainly(EngineMissing, EngineFailed, NoJava, StateUnusable):
        for alert in run(
            counters, rejects=rejected, accounts=accounts, name=engine, master=master,
            state=Path(state) if state else None, until=last, retell=True, summary=summary,
        ):  # fmt: skip
            writer.write(alert)
    if summary.late:
        rows = "1 row" if summary.late == 1 else f"{summary.late} rows"
        click.echo(f"rempart: {rows} came too late: the tick of that time had been taken", err=True)
    if rejected.count and not summary.good:
        raise NothingGood


@radar.command("pile-ons")
@click.argument("actions", metavar="ACTIONS")
@click.option("--groups", metavar="FILE", help="Keeps the groups that act together: what grew since has the same id.")
@click.option("--communities", metavar="FILE", help="Where each member's groups go, as a reporter's communities.")
@with_results
def pile_ons(
    *, actions: str, groups: str | None, communities: str | None, out: str | None, rejects: str | None
) -> None:
    """Tell whom many turn on at once in a table of comments and reports (or - ), and which of them act together."""
    from rempart.radar.pile_ons import commands

    with results(out, rejects) as (writer, rejected):
        nothing_good = commands.pile_ons(actions, writer, rejected, groups=groups, communities=communities)
    if nothing_good:
        raise NothingGood


@radar.command()
@click.argument("accounts", metavar="ACCOUNTS")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day of the sweep (default: today)."
)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--master", metavar="URL", help="Of a Spark cluster, spark://host:7077 (default: this machine).")
@with_results
def age(
    *, accounts: str, as_of: datetime | None, engine: str, master: str | None, out: str | None, rejects: str | None
) -> None:
    """Tell from what accounts publish themselves who may be under 13, and the lightest step that it calls for.

    ACCOUNTS is a JSONL or Parquet file, a folder of Parquet files, or - . It holds public texts only: the sweep reads
    nothing that its owner did not publish.
    """
    from rempart.radar.age.sweep import Summary, run
    from rempart.radar.engines import EngineFailed, EngineMissing
    from rempart.radar.java import NoJava

    if master and engine != "spark":
        raise click.UsageError("--master goes with --engine spark")
    summary = Summary()
    with results(out, rejects) as (writer, rejected), said_plainly(EngineMissing, EngineFailed, NoJava):
        day = as_of.date() if as_of else None
        for estimate in run(accounts, rejects=rejected, as_of=day, name=engine, master=master, summary=summary):
            writer.write(estimate)
    if rejected.count and not summary.good:
        raise NothingGood
