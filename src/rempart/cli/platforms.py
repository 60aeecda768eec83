"""The commands for platforms of one's own: set one up, try it, compare it, and see what became of the orders."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from rempart.cli.ground import cli, said_plainly, set_up

_form = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@cli.group()
def platform() -> None:
    """Platforms of one's own, where measures are applied, verified and lifted (docs/platforms.md)."""


@platform.command("add")
@click.argument("name")
@click.argument("address")
@click.option("--kind", required=True, help="matrix, atproto, mastodon, webhook, mediawiki; nats is listened to only.")
@click.option("--service", help="The service whose accounts it has, where the kind does not say it.")
@click.option("--host", "hosts", multiple=True, help="A server whose accounts are ours (default: all of the service).")
@click.option("--set", "settings", multiple=True, metavar="NAME=VALUE", help="A setting of its connector.")
@click.option("--secret-from", type=click.File("r"), help="A file that holds its secret, or - for standard input.")
@click.option("--secret-in", metavar="VARIABLE", help="The environment variable that holds its secret.")
def platform_add(  # noqa: PLR0917 - click gives them by name
    name: str,
    address: str,
    kind: str,
    service: str | None,
    hosts: Sequence[str],
    settings: Sequence[str],
    secret_from: IO[str] | None,
    secret_in: str | None,
) -> None:
    """Set up a platform: orders for its accounts are carried out from now on.

    Its secret is read from a file, from standard input or from the environment, never from the command line, which
    other users of the machine can see.
    """
    set_up()
    from rempart.platforms.errors import PlatformRefused
    from rempart.platforms.services import add_platform

    with said_plainly(PlatformRefused):
        added = add_platform(
            name,
            kind=kind,
            service=service or {"atproto": "bluesky"}.get(kind, kind),
            address=address,
            hosts=hosts,
            settings=dict(map(_setting, settings)),
            secret=_secret(secret_from, secret_in),
            acting=None,
        )
    click.echo(f"{added.name} is set up. `rempart platform check {added.name}` tries it.")


def _setting(text: str) -> tuple[str, Any]:
    name, given, value = text.partition("=")
    if not given or not name:
        raise click.BadParameter(f"{text} is not NAME=VALUE", param_hint="--set")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _secret(file: IO[str] | None, variable: str | None) -> str:
    if file is not None and variable is not None:
        raise click.UsageError("give the secret in one place: --secret-from or --secret-in")
    if variable is not None:
        if variable not in os.environ:
            raise click.BadParameter(f"{variable} is not set", param_hint="--secret-in")
        return os.environ[variable].strip()
    return file.read().strip() if file is not None else ""


@platform.command("list")
@_form
def platform_list(form: str) -> None:
    """List the platforms: where they are, what they cover, whether they answer, what waits and what failed."""
    set_up()
    from rempart.platforms.listing import overview

    _print(overview(), form)


@platform.command("check")
@click.argument("name")
@click.option("--account", default="", help="An account to ask about (default: a name that nobody has).")
def platform_check(name: str, account: str) -> None:
    """Try a platform with a question that changes nothing; exits 1 when it does not answer as it should."""
    set_up()
    from rempart.platforms.connector import PlatformFailure
    from rempart.platforms.services.checking import check_connection

    with said_plainly(PlatformFailure, ValueError):
        found = check_connection(_platform(name), handle=account)
    click.echo(f"{name} answers." if found is None else f"{name} answers, and has {found.reference}.")


@platform.command("reconcile")
@click.argument("name", required=False)
@click.option("--limit", default=1000, show_default=True, help="How many accounts to compare, longest unseen first.")
def platform_reconcile(name: str | None, limit: int) -> None:
    """Carry out what is due, then compare what should be in force with what is; prints what differs.

    What is asked for people looked after and about ages is carried out and put back too, on all platforms.
    """
    set_up()
    from rempart.platforms.listing import open_differences
    from rempart.platforms.services import carry_out_due, holding, reconcile
    from rempart.platforms.services.books import books

    platform = _platform(name) if name else None
    done = carry_out_due(limit=limit) + sum(holding.do_due(book, limit=limit) for book in books())
    compared = reconcile(platform, limit=limit) + sum(holding.check_of(book, limit=limit) for book in books())
    click.echo(f"{done} carried out, {compared} compared", err=True)
    _print(open_differences(), "table")


@platform.command("synapse-files")
@click.argument("name")
@click.option("--rempart", required=True, metavar="URL", help="The address at which the homeserver reaches Rempart.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The folder to write them to.")
def platform_synapse_files(name: str, rempart: str, out: Path) -> None:
    """Write what a Matrix homeserver needs to ask us before invitations and to hand over what is said in its rooms.

    They hold tokens: only their owner may read them.
    """
    set_up()
    from rempart.platforms.connector import PermanentFailure
    from rempart.platforms.matrix.files import write

    with said_plainly(PermanentFailure):
        for path in write(_platform(name), rempart, out):
            click.echo(path)


@platform.command("orders")
@click.option("--state", type=click.Choice(["waits", "done", "failed", "dropped"]), help="Only those that stand so.")
@click.option("--limit", default=100, show_default=True, help="How many, the newest first.")
@_form
def platform_orders(state: str | None, limit: int, form: str) -> None:
    """List what became of orders: due, done, seen, and what stands in the way."""
    set_up()
    from rempart.platforms.listing import newest_orders

    _print(newest_orders(state=state, limit=limit), form)


def _platform(name: str) -> Any:
    from rempart.platforms.models import Platform

    found = Platform.objects.filter(name=name).first()
    if found is None:
        raise click.ClickException(f"There is no platform called {name}: `rempart platform list` lists them.")
    return found


def _print(rows: Iterable[Mapping[str, Any]], form: str) -> None:
    """Rows as JSON, or as columns apart by tabs under their names."""
    rows = list(rows)
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, default=_plain))
    elif rows:
        click.echo("\t".join(rows[0]))
        for row in rows:
            click.echo("\t".join(_cell(value) for value in row.values()))


def _plain(value: datetime) -> str:
    return value.isoformat()


def _cell(value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case list():
            return " ".join(map(str, value))
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds")
        case _:
            return str(value)
