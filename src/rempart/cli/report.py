"""The commands of the harmonised transparency report: write it, and check anybody's."""

import sys
from datetime import datetime
from pathlib import Path

import click

from rempart.cli.ground import cli, set_up

DAY = click.DateTime(["%Y-%m-%d"])


@cli.group()
def report() -> None:
    """Write the harmonised transparency report (DSA Arts 15 and 24), and check anybody's."""


@report.command("dsa")
@click.option("--from", "start", required=True, type=DAY, metavar="DATE", help="The first day of the period.")
@click.option("--to", "end", required=True, type=DAY, metavar="DATE", help="The last day of the period.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--inputs", metavar="FILE", type=click.Path(path_type=Path), help="What Rempart cannot know, in YAML.")
@click.option("--service", metavar="NAME", help="One of our services; by default each, in a folder of its own.")
def report_dsa(start: datetime, end: datetime, out: Path, inputs: Path | None, service: str | None) -> None:
    """Write the eleven sheets of a period as CSV and as one workbook; both days are in the period."""
    from rempart.accountability.report import commands

    set_up()
    commands.write_reports(start.date(), end.date(), out, inputs=inputs, service=service)


@report.command("check")
@click.argument("path", metavar="DIR_OR_FILE", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def report_check(path: Path, form: str) -> None:
    """Say every rule that a report breaks, by file, row and column; exit 1 when there is one.

    Anybody's report: a folder or a ZIP of CSV files, or a workbook. No database is needed.
    """
    from rempart.accountability.report import commands

    sys.exit(commands.check_report(path, form))


@report.command("inputs")
def report_inputs() -> None:
    """Print an example of the file for --inputs, to be filled in."""
    from rempart.accountability.report.inputs import EXAMPLE

    click.echo(EXAMPLE.read_text(), nl=False)
