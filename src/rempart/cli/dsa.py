"""The commands for the DSA Transparency Database."""

import json
import sys

import click

from rempart.cli.ground import NothingGood, cli, results, set_up, with_results

_form = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@cli.group()
def dsa() -> None:
    """Statements of reasons for the DSA Transparency Database (docs/dsa.md)."""


@dsa.command("statements")
@click.option("--from", "since", metavar="TIME", help="Those made since then (default: all).")
@click.option("--to", "until", metavar="TIME", help="Those made before then.")
@with_results
def dsa_statements(since: str | None, until: str | None, out: str | None, rejects: str | None) -> None:
    """Write the statements of reasons as the database's API takes them, one JSON object a line. Nothing is sent."""
    from rempart.accountability.dsa import commands

    period = {"since": commands.moment("--from", since), "until": commands.moment("--to", until)}
    set_up()
    with results(out, rejects) as (writer, rejected):
        written = commands.write_statements(writer, rejected, **period)
    if rejected.count and not written:
        raise NothingGood


@dsa.command("check")
@click.argument("file", metavar="FILE")
@_form
def dsa_check(file: str, form: str) -> None:
    """Check statements of reasons, anybody's: a JSON object a line. Exits 1 when one would be refused, and says why."""
    from rempart.accountability.dsa import commands

    sys.exit(commands.check_file(file, form))


@dsa.command("send")
def dsa_send() -> None:
    """Send now all that waits, as the worker does each minute with what is due. Exits 1 when something is left."""
    set_up()
    from rempart.accountability.dsa import commands

    sys.exit(commands.send_now())


@dsa.command("list")
@click.option("--state", type=click.Choice(["waits", "taken", "refused"]), help="Only those that stand so.")
@click.option("--limit", default=100, show_default=True, help="How many, the newest first.")
@_form
def dsa_list(state: str | None, limit: int, form: str) -> None:
    """List what was declared and what became of it."""
    set_up()
    from rempart.accountability.dsa import commands

    rows = list(commands.rows(state, limit))
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif rows:
        for cells in (rows[0], *(row.values() for row in rows)):
            click.echo("\t".join(str(cell) or "–" for cell in cells))
