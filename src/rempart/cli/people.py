"""The commands for members, their roles and links, keys of programs, and endpoints of platforms."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from rempart.cli.ground import cli, said_plainly, set_up

if TYPE_CHECKING:
    from rempart.staff.roles import Role


@cli.group()
def staff() -> None:
    """The people who work here."""


@staff.command("invite")
@click.argument("email")
@click.option("--name", default="", help="The name that colleagues see.")
@click.option("--role", "roles", multiple=True, default=["reviewer"], show_default=True, help="One or several.")
@click.option("--site", default="http://localhost:8000", show_default=True, help="The site's address.")
def staff_invite(email: str, name: str, roles: Sequence[str], site: str) -> None:
    """Add somebody who works here, with one or several roles (docs/roles.md): --role reviewer --role auditor.

    Prints a link that signs them in once, within 24 hours.
    """
    set_up()
    from rempart.staff.services import INVITATION_LASTS, AddressRefused, add_member, make_link

    with said_plainly(AddressRefused):
        member = add_member(email, name=name, roles=_roles(roles))
    click.echo(f"{site.rstrip('/')}/staff/link/{make_link(member, lasts=INVITATION_LASTS)}/")


@staff.command("list")
def staff_list() -> None:
    """List the people who work here, with their roles."""
    set_up()
    from rempart.staff.models import StaffMember

    for member in StaffMember.objects.filter(is_active=True).order_by("name"):
        click.echo(f"{member.email}\t{member.name}\t{' '.join(member.roles)}")


@staff.command("deactivate")
@click.argument("email")
@click.option("--reason", required=True, help="Why: kept in the ledger.")
def staff_deactivate(email: str, reason: str) -> None:
    """End somebody's access at once."""
    set_up()
    from rempart.staff.models import StaffMember
    from rempart.staff.services import ChangeRefused, deactivate, find_member

    with said_plainly(StaffMember.DoesNotExist, ChangeRefused):
        deactivate(find_member(email), acting=None, reason=reason)
    click.echo(f"{email} can no longer sign in.")


@staff.command("forget-second-factor")
@click.argument("email")
@click.option("--reason", required=True, help="Why: kept in the ledger.")
def staff_forget_second_factor(email: str, reason: str) -> None:
    """Delete the second factors of somebody who lost them: they add another when they next sign in."""
    set_up()
    from rempart.staff.models import StaffMember
    from rempart.staff.services import ChangeRefused, find_member, forget_second_factor

    with said_plainly(StaffMember.DoesNotExist, ChangeRefused):
        forget_second_factor(find_member(email), acting=None, reason=reason)
    click.echo(f"{email} adds a second factor when they next sign in.")


@staff.command("roles")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, help="One or several: they replace those held so far.")
@click.option("--reason", required=True, help="Why: kept in the ledger.")
def staff_roles(email: str, roles: Sequence[str], reason: str) -> None:
    """Give somebody other roles (docs/roles.md)."""
    set_up()
    from rempart.staff.models import StaffMember
    from rempart.staff.services import ChangeRefused, change_roles, find_member

    with said_plainly(StaffMember.DoesNotExist, ChangeRefused):
        member = change_roles(find_member(email), _roles(roles), acting=None, reason=reason)
    click.echo(f"{member.email} is now {', '.join(member.roles)}.")


def _roles(names: Sequence[str]) -> list["Role"]:
    from rempart.staff.roles import Role

    for name in names:
        if name not in Role.values:
            raise click.BadParameter(f"{name} is none of {', '.join(Role.values)}", param_hint="--role")
    return [Role(name) for name in names]


@staff.command("link")
@click.argument("email")
@click.option("--site", default="http://localhost:8000", show_default=True, help="The site's address.")
def staff_link(email: str, site: str) -> None:
    """Print a link that signs somebody in once, within a quarter of an hour."""
    set_up()
    from rempart.staff.models import StaffMember
    from rempart.staff.services import LinkRefused, find_member, make_link

    try:
        token = make_link(find_member(email))
    except (StaffMember.DoesNotExist, LinkRefused):
        raise click.ClickException(f"Nobody active here has the address {email}.") from None
    click.echo(f"{site.rstrip('/')}/staff/link/{token}/")


@staff.group("key")
def staff_key() -> None:
    """Keys by which other programs use the API."""


@staff_key.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="One or several, such as reports:write.")
@click.option("--days", default=365, show_default=True, help="How long it works, at most 365.")
@click.option("--per-minute", default=600, show_default=True, help="Requests that it may make in a minute.")
def staff_key_add(name: str, scopes: Sequence[str], days: int, per_minute: int) -> None:
    """Make a key and print it: it is shown this once."""
    set_up()
    from datetime import timedelta

    from rempart.staff.keys import KeyRefused, Scope, make_key

    for scope in scopes:
        if scope not in list(Scope):
            raise click.BadParameter(f"{scope} is none of {', '.join(Scope)}", param_hint="--scope")
    held = [Scope(scope) for scope in scopes]
    with said_plainly(KeyRefused):
        _key, secret = make_key(name, held, acting=None, lasts=timedelta(days=days), per_minute=per_minute)
    click.echo(secret)


@staff_key.command("list")
def staff_key_list() -> None:
    """List the keys: number, name, scopes, last day of use, end."""
    set_up()
    from rempart.staff.models import MachineKey

    for key in MachineKey.objects.all():
        used = f"last used {key.last_used_on}" if key.last_used_on else "never used"
        state = f"until {key.expires_at:%Y-%m-%d}" if key.works else "no longer works"
        click.echo(f"{key.pk}\t{key.name}\t{' '.join(key.scopes)}\t{used}\t{state}")


@staff_key.command("revoke")
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why: kept in the ledger.")
def staff_key_revoke(number: int, reason: str) -> None:
    """End a key at once; `rempart staff key list` tells its number."""
    set_up()
    from rempart.staff.keys import KeyRefused, revoke_key
    from rempart.staff.models import MachineKey

    with said_plainly(MachineKey.DoesNotExist, KeyRefused):
        revoke_key(MachineKey.objects.get(pk=number), acting=None, reason=reason)
    click.echo("The key no longer works.")


@cli.group()
def endpoint() -> None:
    """Where the platform is told of messages for its people (docs/correspondence.md)."""


@endpoint.command("add")
@click.argument("name")
@click.argument("url")
@click.option("--event", "events", multiple=True, help="What it hears of (default: messages; not team.alarm).")
@click.option("--service", "services", multiple=True, help="A service it speaks for (default: all).")
def endpoint_add(name: str, url: str, events: Sequence[str], services: Sequence[str]) -> None:
    """Add an endpoint and print the secret that its messages are signed with: it is shown this once."""
    set_up()
    from rempart.correspondence.announcing import EVENTS
    from rempart.correspondence.endpoints import add_endpoint
    from rempart.correspondence.errors import EndpointRefused

    with said_plainly(EndpointRefused):
        _endpoint, secret = add_endpoint(name, url, events=events or EVENTS, services=services, acting=None)
    click.echo(secret)


@endpoint.command("list")
def endpoint_list() -> None:
    """List the endpoints: name, address, what they are told of, for which services, on or off."""
    set_up()
    from rempart.correspondence.models import Endpoint

    for one in Endpoint.objects.all():
        state = "on" if one.active else "off"
        click.echo(f"{one.name}\t{one.url}\t{' '.join(one.events)}\t{' '.join(one.services) or 'all'}\t{state}")


@endpoint.command("test")
@click.argument("name")
def endpoint_test(name: str) -> None:
    """Send an endpoint a signed payload that tells nothing; exits 1 when it does not take it."""
    set_up()
    from rempart.correspondence.delivering import test_endpoint
    from rempart.correspondence.models import Endpoint

    with said_plainly(Endpoint.DoesNotExist):
        tested = test_endpoint(Endpoint.objects.get(name=name), acting=None)
    if tested.delivered_at is None:
        raise click.ClickException(f"{name} did not take it: {tested.last_error}")
    click.echo(f"{name} took it.")


@endpoint.command("rotate")
@click.argument("name")
def endpoint_rotate(name: str) -> None:
    """Give an endpoint a new secret and print it; for a day the one before signs too."""
    set_up()
    from rempart.correspondence.endpoints import rotate_secret
    from rempart.correspondence.models import Endpoint

    with said_plainly(Endpoint.DoesNotExist):
        secret = rotate_secret(Endpoint.objects.get(name=name), acting=None)
    click.echo(secret)
