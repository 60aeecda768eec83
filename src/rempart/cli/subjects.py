"""The commands for files handed to authorities and for what is held about one person."""

import os
import sys
from pathlib import Path

import click

from rempart.cli.ground import cli, said_plainly, set_up


@cli.group()
def referral() -> None:
    """Files for authorities."""


@referral.command("verify")
@click.argument("file", metavar="FILE")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def referral_verify(file: str, form: str) -> None:
    """Check a file for an authority: hashes, custody, ledger, document. Exits 1 and names the first thing wrong."""
    from rempart.casework.referrals.commands import verify_file

    sys.exit(verify_file(file, form))


@cli.group()
def privacy() -> None:
    """What is kept about people, and for how long."""


@privacy.command("check")
def privacy_check() -> None:
    """Check that the register gives every personal column its purpose, basis, recipients and retention."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.site.settings")
    django.setup()  # the code is enough: no database
    from rempart.privacy.register import problems, register

    found = problems()
    for problem in found:
        click.echo(problem)
    if found:
        sys.exit(1)
    click.echo(f"{len(register().personal)} personal columns, every one with its row")


@privacy.command("export")
@click.option("--subject", required=True, metavar="SERVICE:HANDLE", help="Whose data, such as tiktok:leo.vrtx.")
@click.option("--as", "role", type=click.Choice(["respondent", "author"]), default="respondent", show_default=True)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder, or a file named *.zip.")
def privacy_export(subject: str, role: str, language: str, out: Path) -> None:
    """Hand somebody what is held about them: as the respondent of cases, or as the author of what they said."""
    set_up()
    from rempart.privacy import subjects

    try:
        who = subjects.parse_subject(subject, role)
    except ValueError as error:
        raise click.UsageError(f"--subject: {error}") from error
    with said_plainly(FileExistsError):
        subjects.write_export(subjects.export_subject(who, language=language), out)
    click.echo(f"written to {out}")


@privacy.command("erase")
@click.option("--subject", metavar="SERVICE:HANDLE", help="Somebody's data (default: what is past its retention).")
@click.option("--as", "role", type=click.Choice(["respondent", "author"]), default="respondent", show_default=True)
@click.option("--reason", default="", help="Why: kept in the ledger; nothing personal.")
@click.option("--yes", "really", is_flag=True, help="Do it; without it, only say what would be erased and what stays.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def privacy_erase(subject: str | None, role: str, reason: str, really: bool, form: str) -> None:
    """Delete now what is past its retention, as the worker does each hour; or what is held about one person."""
    from rempart.privacy import subjects

    try:
        who = subjects.parse_subject(subject, role) if subject else None
    except ValueError as error:
        raise click.UsageError(f"--subject: {error}") from error
    if who is not None and not reason.strip():
        raise click.UsageError("--reason: say why")
    set_up()
    if who is None:
        from rempart.privacy.retention import apply_retention

        for name, count in apply_retention().items():
            click.echo(f"{name}: {count} erased")
        return
    for line in subjects.told(subjects.erase_subject(who, because=reason.strip(), really=really), form, really=really):
        click.echo(line)
