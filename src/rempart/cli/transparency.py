"""The commands for the figures that are made public."""

from datetime import datetime

import click

from rempart.cli.ground import cli, said_plainly, set_up


@cli.group()
def transparency() -> None:
    """The figures on the public page (docs/public-page.md)."""


@transparency.command("publish")
def transparency_publish() -> None:
    """Publish the months that are over, as the worker does each hour; those that are published stay as they are."""
    set_up()
    from rempart.accountability.services.publishing import publish_due

    for one in publish_due():
        click.echo(f"published: from {one.starts_on} to {one.ends_on}")


@transparency.command("revise")
@click.argument("month", type=click.DateTime(["%Y-%m"]), metavar="YEAR-MONTH")
@click.option("--because", required=True, metavar="WORDS", help="What was wrong: everybody reads it.")
@click.option("--by", required=True, metavar="EMAIL", help="Who corrects: an authority liaison.")
def transparency_revise(month: datetime, because: str, by: str) -> None:
    """Correct a published month: counted again within 30 days of its end, the same numbers with a remark later."""
    set_up()
    from rempart.accountability.services.publishing import revise
    from rempart.casework.errors import Refused
    from rempart.staff.models import StaffMember

    member = StaffMember.objects.filter(email=by, is_active=True).first()
    if member is None:
        raise click.UsageError(f"--by: nobody works here as {by}")
    with said_plainly(Refused):
        done = revise(month.date(), acting=member, reason=because)
    click.echo(f"published: from {done.starts_on} to {done.ends_on}, revision {done.revision}")
