"""The commands that check, show, list and draft rulebooks."""

import click

from rempart.cli.ground import cli, said_plainly, set_up


@cli.group()
def rulebook() -> None:
    """Check, show and list rulebooks."""


@rulebook.command("check")
@click.argument("file", metavar="FILE")
def rulebook_check(file: str) -> None:
    """Say what is wrong with a rulebook, by file, line and column; exit 65 when it is refused."""
    from rempart.rulebook import commands

    commands.check(file)


@rulebook.command("show")
@click.argument("name", metavar="NAME_OR_FILE")
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def rulebook_show(name: str, lang: str) -> None:
    """Print a rulebook as the public would read it."""
    from rempart.rulebook import commands

    commands.show(name, lang)


@rulebook.command("list")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def rulebook_list(form: str) -> None:
    """List the rulebooks that are shipped."""
    from rempart.rulebook import commands

    commands.list_shipped(form)


@rulebook.command("draft")
@click.argument("file", metavar="FILE")
@click.option("--as", "email", required=True, metavar="EMAIL", help="Who drafts it: a policy owner.")
@click.option("--because", required=True, metavar="TEXT", help="Why the rules should change.")
def rulebook_draft(file: str, email: str, because: str) -> None:
    """Keep a new version as a draft; on the desk, a second policy owner sees its effect and puts it in force."""
    from rempart.rulebook import commands

    book = commands.rulebook_named(file)
    set_up()
    from rempart.casework.errors import Refused
    from rempart.casework.services.rulemaking import draft_rulebook
    from rempart.staff.models import StaffMember
    from rempart.staff.services import find_member

    with said_plainly(StaffMember.DoesNotExist, Refused):
        draft_rulebook(book.source, acting=find_member(email), reason=because)
    click.echo(f"{book.name} {book.version} is a draft.")
