"""`rempart referral verify FILE`: what was checked of an archive, as a short table or as JSON."""

import json
import sys
from pathlib import Path
from typing import BinaryIO

import click

from rempart.casework.referrals.verifying import NotAReferral, Report, verify
from rempart.records import exits


def verify_file(name: str, form: str) -> int:
    """Check the archive of this name (`-` for standard input) and print what was found; the exit status.

    0 when everything is as it was written, 1 when something is not, 65 when it is no referral's archive.
    Raises FileNotFoundError and its like.
    """
    try:
        report = verify(_read(name, sys.stdin.buffer))
    except NotAReferral as error:
        click.echo(f"rempart: {name}: {error}", err=True)
        return exits.DATA_ERROR
    click.echo(as_json(report) if form == "json" else as_table(report))
    return exits.OK if report.holds else 1


def _read(name: str, standard_input: BinaryIO) -> bytes:
    return standard_input.read() if name == "-" else Path(name).read_bytes()


def as_table(report: Report) -> str:
    """The report, a line a subject."""
    lines = [(subject, said) for subject, said in report.checked.items()]
    if report.wrong:
        lines.append(("WRONG", report.wrong))
    else:
        lines.insert(0, ("referral", report.number))
    lines.append(("sha256", f"{report.sha256} (compare it with the one that the platform gave you)"))
    return "\n".join(f"{subject:<9}{said}" for subject, said in lines)


def as_json(report: Report) -> str:
    """The report as a JSON array: an object a subject, `holds` false for the one that is wrong."""
    rows = [{"subject": subject, "holds": True, "said": said} for subject, said in report.checked.items()]
    if report.wrong:
        rows.append({"subject": "wrong", "holds": False, "said": report.wrong})
    rows.append({"subject": "sha256", "holds": report.holds, "said": report.sha256})
    return json.dumps(rows, ensure_ascii=False)
