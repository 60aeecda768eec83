"""The commands of the lookout: alerts that a batch of the radar wrote are taken in, and how the radar stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from rempart.cli.ground import NothingGood, cli, results, set_up


@cli.group()
def lookout() -> None:
    """Alerts of the radar on the desk: sudden fame, waves, pile-ons (docs/lookout.md)."""


@lookout.command("import")
@click.argument("kind", type=click.Choice(["fame", "waves", "pile-ons", "groups"]))
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--service", metavar="SERVICE", help="Whose accounts they are (default: the platform's first).")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for the handles of fame's alerts.")
@click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")
def lookout_import(
    kind: str, files: Sequence[str], service: str | None, accounts: str | None, rejects: str | None
) -> None:
    """Take in what `rempart radar` wrote (or - ); each alert once, however often it comes."""
    from rempart.records.references import SERVICES

    if service is not None and service not in SERVICES:
        raise click.UsageError(f"--service: {service} is none of {', '.join(SERVICES)}")
    set_up()
    from rempart.lookout.commands import NoGoodLine, import_alerts

    with results(None, rejects) as (_writer, rejected):
        try:
            done = import_alerts(kind, files, rejected, service=service, accounts=accounts)
        except NoGoodLine as error:
            raise NothingGood from error
    if kind == "groups":
        click.echo(f"{done.new} people are seen to act with others", err=True)
        return
    said = [f"{done.new} new", f"{done.raised} on the desk", f"{done.waiting} waiting", f"{done.known} known before"]
    if done.refused:
        said.append(f"{done.refused} whose account has no name")
    click.echo(", ".join(said), err=True)


@lookout.command("status")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def lookout_status(form: str) -> None:
    """Say how the radar stands: alerts against their budget, what proved false, when each kind last looked."""
    set_up()
    import msgspec

    from rempart.lookout.commands import status

    found = status()
    if form == "json":
        click.echo(msgspec.json.encode([found]).decode())
        return
    for one in found["budget"]:
        click.echo(f"{_name(one):<14} {one['raised']} of {one['a_day']} in 24 hours, {one['waiting']} waiting")
    for one in found["kinds"]:
        judged = f"{one['false']} of {one['judged']} judged were false" if one["judged"] else "none judged"
        looked = f"{one['looked_at']:%Y-%m-%d %H:%M} UTC" if one["looked_at"] else "never"
        click.echo(f"{_name(one):<14} {judged}; last looked: {looked}")
    live = found["live"]
    click.echo(f"live           {live['posts']} posts taken in, {live['waiting']} since the last checkpoint")


@lookout.command("set")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE...")
def lookout_set(values: Sequence[str]) -> None:
    """Change settings: support_a_day, watch_a_day, waves_a_day, pile_ons_a_day, false_alarms, false_waves_a_month,
    open_waves.
    """
    given = dict(map(_setting, values))
    set_up()
    from django.core.exceptions import ValidationError

    from rempart.lookout.services import SETTABLE, change_settings

    if unknown := sorted(given.keys() - set(SETTABLE)):
        raise click.UsageError(f"no setting is called {', '.join(unknown)}; there are {', '.join(SETTABLE)}")
    try:
        change_settings(acting=None, **given)
    except ValidationError as error:
        raise click.UsageError("; ".join(_told(error))) from error


def _name(one: Mapping[str, str]) -> str:
    return f"{one['kind']} {one['tier']}".strip()


def _setting(text: str) -> tuple[str, Any]:
    name, given, value = text.partition("=")
    if not given or not name:
        raise click.UsageError(f"{text} is not NAME=VALUE")
    return name, value


def _told(error: Any) -> Sequence[str]:
    by_field: Mapping[str, Sequence[str]] = getattr(error, "message_dict", {"": error.messages})
    return [f"{field}: {' '.join(said)}" if field else " ".join(said) for field, said in by_field.items()]
