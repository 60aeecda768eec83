"""The commands of the report: writing it for a period, and checking anybody's."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from rempart.accountability.report.inputs import Inputs, InputsRefused, read_file
from rempart.records import exits


def write_reports(starts_on: date, ends_on: date, out: Path, *, inputs: Path | None, service: str | None) -> None:
    """Write the report of each of our services, in folders of their own when there are several.

    Raises click.UsageError for a period that ends before it begins, or a service that is not ours.
    """
    from rempart.accountability.report import counting, files, tables
    from rempart.accountability.report.record import Window
    from rempart.casework.statements.dates import PARIS
    from rempart.intake.ours import own_services
    from rempart.ledger.clock import now
    from rempart.pages.labels import words_for

    if ends_on <= starts_on:
        raise click.UsageError(f"--to {ends_on} is not after --from {starts_on}")
    ours = own_services()
    if service is not None and service not in ours:
        raise click.UsageError(f"--service {service}: ours are {', '.join(ours)}")
    given = _inputs(inputs)
    wanted = [service] if service else ours
    for name in wanted:
        folder = out if len(wanted) == 1 else out / name
        counts = counting.count(Window(name, starts_on, ends_on))
        rows = tables.fill(counts, given, made_on=now().astimezone(PARIS).date(), service=words_for("service", name))
        files.write(rows, folder)
        marked = " It contains invented examples." if counts.invented else ""
        click.echo(f"{folder}: the report of {words_for('service', name)}, {starts_on} to {ends_on}.{marked}")
    if not given.provider:
        click.echo("The name of the provider and what Rempart cannot know are given with --inputs FILE.", err=True)


def _inputs(path: Path | None) -> Inputs:
    try:
        return read_file(path) if path is not None else Inputs()
    except InputsRefused as refused:
        raise click.ClickException(str(refused)) from refused


def check_report(path: Path, form: str) -> int:
    """Print every problem of a report, remarks last; return the exit status: 1 when a rule is broken."""
    from rempart.accountability.report.checking import check
    from rempart.accountability.report.reading import NotAReport, Problem

    try:
        problems = check(path)
    except NotAReport as error:
        raise click.ClickException(str(error)) from error
    broken: Sequence[Problem] = [one for one in problems if one.breaks]
    remarks = [one for one in problems if not one.breaks]
    if form == "json":
        click.echo(json.dumps([_told(one) for one in [*broken, *remarks]], ensure_ascii=False, indent=1))
    else:
        for one in [*broken, *remarks]:
            click.echo(_line(one))
        click.echo(f"{len(broken)} problems, {len(remarks)} remarks." if problems else "It keeps every rule.")
    return 1 if broken else exits.OK


def _told(problem: Any) -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(problem)


def _line(problem: Any) -> str:
    place = f"{problem.file}:{problem.row}" if problem.row else problem.file
    column = f" [{problem.column}]" if problem.column else ""
    return f"{place}{column} {problem.rule}: {problem.message}"
