"""The commands for what people attach as evidence."""

from pathlib import Path

import click

from rempart.cli.ground import NothingGood, cli, results


@cli.group()
def evidence() -> None:
    """Read what people attach as evidence."""


@evidence.command()
@click.argument("path", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--tz", "zone", default="Europe/Paris", show_default=True, help="Where times without a zone were read.")
@click.option("--out", metavar="FILE", help="Where results go (default: standard output).")
def read(path: Path, zone: str, out: str | None) -> None:
    """Read the conversations of a chat export: a file, a folder as unpacked, or a zip; one a line."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    from rempart.reading.conversations import Unreadable, read_conversations

    try:
        clock = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise click.UsageError(f"--tz: {zone} is no time zone, such as Europe/Paris") from error
    found = False
    with results(out, None) as (writer, _):
        try:
            for conversation in read_conversations(path, clock):
                writer.write(conversation)
                found = True
        except Unreadable as error:
            click.echo(f"rempart: {path}: {error}", err=True)
            raise NothingGood from error
    if not found:
        click.echo(f"rempart: {path}: no chat export that is known; docs/evidence.md lists them", err=True)
        raise NothingGood
