"""Every command of Rempart: each calls the room that does the work, which is imported only then."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.records import exits
from rempart.records.lines import Rejects, Writer

if TYPE_CHECKING:
    from rempart.staff.roles import Role


class NothingGood(Exception):
    """There were lines and none was good."""


class ReaderLeft(Exception):
    """The reader of our output has gone; click ends with 1 on a BrokenPipeError before we see it."""


@contextmanager
def results(out: str | None, rejects: str | None) -> Iterator[tuple[Writer, Rejects]]:
    """Where a command writes its records and its rejects: files, or the standard streams. Raises click.UsageError."""
    _ensure_apart(out, rejects)
    with (
        Path(out).open("wb") if out else nullcontext(sys.stdout.buffer) as out_stream,
        Path(rejects).open("wb") if rejects else nullcontext(sys.stderr.buffer) as rejects_stream,
    ):
        writer = Writer(out_stream)
        try:
            yield writer, Rejects(rejects_stream)
            writer.flush()
        except BrokenPipeError as error:
            raise ReaderLeft from error


def _ensure_apart(*outputs: str | None) -> None:
    """No output is also an input, nor are two outputs one file: opening it would empty it before it is read."""
    parameters = click.get_current_context().params
    inputs = [value for name, value in parameters.items() if name not in ("out", "rejects") and isinstance(value, str)]
    files: list[Path] = [Path(name) for name in [*inputs, *parameters.get("files", ())] if name and name != "-"]
    for output in (Path(name) for name in outputs if name):
        if output.is_file() and any(file.is_file() and file.samefile(output) for file in files):
            raise click.UsageError(f"{output} is read from and written to: write elsewhere")
        files.append(output)


def with_results(command):
    """Give a command the options --out and --rejects."""
    command = click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")(command)
    return click.option("--out", metavar="FILE", help="Where results go (default: standard output).")(command)


@contextmanager
def said_plainly(*errors: type[Exception]) -> Iterator[None]:
    """Turn errors that somebody can do something about into one sentence and exit status 1."""
    try:
        yield
    except errors as error:
        raise click.ClickException(str(error)) from error


def set_up(*, django: bool = True) -> str:
    """Start the database and, unless told not to, Django on up-to-date tables; return the owner's address."""
    from rempart.database.account import NoAccount
    from rempart.database.addresses import ensure_running
    from rempart.database.embedded import CannotStart
    from rempart.database.home import HomeUnusable

    with said_plainly(NoAccount, CannotStart, HomeUnusable):
        address = ensure_running().owner_url
        if django:
            from django.db import OperationalError

            from rempart.site.setting_up import set_up as set_up_site

            with said_plainly(OperationalError):
                set_up_site()
        return address


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="rempart")
def cli() -> None:
    """Rempart: from testimonies to proportionate, reasoned and reversible measures."""


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--default-service", metavar="SERVICE", help="Where an @handle lives when no service is said.")
@click.option("--hashtag", metavar="TAG", help="Keep the posts that carry this tag, and the replies below them.")
@with_results
def read(file: str, default_service: str | None, hashtag: str | None, out: str | None, rejects: str | None) -> None:
    """Read the posts of a file (or - ), native exports too: who is accused of what, and where the text says so."""
    from rempart.reading import commands
    from rempart.records.references import SERVICES

    if default_service is not None and default_service not in SERVICES:
        raise click.UsageError(f"--default-service: {default_service} is none of {', '.join(SERVICES)}")
    with results(out, rejects) as (writer, rejected):
        reader = commands.read(file, writer, rejected, default_service=default_service, hashtag=hashtag)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.argument("file", metavar="FILE")
@click.option("--prior", default=0.5, show_default=True, help="Probability that an accused account did it, unseen.")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for reach, age band and the like.")
@click.option("--as-of", metavar="TIME", help="Ignore what was received later (default: the newest testimony).")
@click.option("--timeline", is_flag=True, help="A row at each instant for each account whose assessment changes.")
@click.option("--parameters", metavar="FILE", help="The weights of the model (default: those shipped).")
@with_results
def corroborate(
    *, file: str, prior: float, accounts: str | None, as_of: str | None, timeline: bool, parameters: str | None,
    out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """Assess every account that the testimonies or statements of a file (or - ) are about."""
    import msgspec

    from rempart.corroboration import commands, load_parameters
    from rempart.records.post import Instant

    if timeline and as_of:
        raise click.UsageError("--as-of and --timeline exclude each other")
    try:
        moment = msgspec.convert(as_of, Instant) if as_of else None
        weights = load_parameters(parameters) if parameters else None
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    if not 0 < prior < 1:
        raise click.UsageError("--prior is not between 0 and 1")
    with results(out, rejects) as (writer, rejected):
        reader = commands.corroborate(
            file, writer, rejected,
            prior=prior, accounts=accounts, as_of=moment, whole_timeline=timeline, parameters=weights,
        )  # fmt: skip
    if reader.dropped:
        noun = "statement makes" if reader.dropped == 1 else "statements make"
        click.echo(f"rempart: {reader.dropped} {noun} no testimony", err=True)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.argument("assessments", metavar="ASSESSMENTS")
@click.option("--rulebook", default="rempart", show_default=True, metavar="NAME_OR_FILE", help="Shipped, or a file.")
@with_results
def decide(assessments: str, rulebook: str, out: str | None, rejects: str | None) -> None:
    """Decide on each assessment of a file (or - ) by a rulebook; one decision a line."""
    from rempart.rulebook import commands

    with results(out, rejects) as (writer, rejected):
        reader = commands.decide(assessments, commands.rulebook_named(rulebook), writer, rejected)
    if reader.nothing_good:
        raise NothingGood


@cli.command()
@click.argument("testimonies", metavar="TESTIMONIES")
@click.option("--rulebook", "rulebooks", multiple=True, metavar="NAME_OR_FILE", help="Repeat it (default: all).")
@click.option("--accounts", metavar="ACCOUNTS", help="The accounts table, for reach, age band and the like.")
@click.option("--truth", metavar="FILE", help="The truth of a simulated wave: who was protected, who was wronged.")
@click.option("--prior", default=0.5, show_default=True, help="Probability that an accused account did it, unseen.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@with_results
def replay(
    *, testimonies: str, rulebooks: tuple[str, ...], accounts: str | None, truth: str | None, prior: float, form: str,
    out: str | None, rejects: str | None,
) -> None:  # fmt: skip
    """Compare what several rulebooks would have done about the testimonies or statements of a file (or - )."""
    import msgspec

    from rempart.replay import commands
    from rempart.rulebook import shipped
    from rempart.rulebook.commands import rulebook_named

    if not 0 < prior < 1:
        raise click.UsageError("--prior is not between 0 and 1")
    books = [rulebook_named(name) for name in rulebooks or shipped()]
    with results(out, rejects) as (writer, rejected):
        outcomes, reader = commands.replay(
            testimonies, books, rejected, accounts=accounts, truth=truth, prior=prior
        )  # fmt: skip
        if reader.nothing_good:
            raise NothingGood
        writer.write(msgspec.Raw((commands.as_json if form == "json" else commands.as_table)(outcomes)))
    if reader.dropped:
        noun = "statement makes" if reader.dropped == 1 else "statements make"
        click.echo(f"rempart: {reader.dropped} {noun} no testimony", err=True)


@cli.command()
@click.option("--accounts", required=True, type=click.IntRange(min=0), help="How many accounts are accused.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same wave, on any machine.")
@click.option("--posts", type=click.IntRange(min=0), help="Write this many raw posts, as services export them.")
@click.option("--base-rate", type=click.FloatRange(0, 1), help="Share of accounts that did it (default: 0.5).")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def simulate(accounts: int, seed: int, posts: int | None, base_rate: float | None, out: Path) -> None:
    """Write an invented wave with its truth: testimonies.jsonl (or posts.jsonl), accounts.jsonl and truth.jsonl."""
    from rempart.replay.writing import write_posts, write_wave

    if posts is None:
        write_wave(out, accounts=accounts, seed=seed, base_rate=base_rate)
    else:
        write_posts(out, accounts=accounts, posts=posts, seed=seed, base_rate=base_rate)


@cli.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@click.option("--hashtag", required=True, metavar="TAG", help="The wave that the posts belong to.")
@click.option("--default-service", default="tiktok", show_default=True, help="Where an @handle lives.")
@click.option("--accounts", metavar="FILE", help="What the platform knows of its accounts (a table).")
@click.option("--source", metavar="NAME", help="Where the posts come from, if not from their services themselves.")
@click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")
def import_(
    *, files: tuple[str, ...], hashtag: str, default_service: str, accounts: str | None, source: str | None,
    rejects: str | None,
) -> None:  # fmt: skip
    """Store the posts of a wave, all of them or none; again, only what is new."""
    from rempart.records.references import SERVICES

    if default_service not in SERVICES:
        raise click.UsageError(f"--default-service: {default_service} is none of {', '.join(SERVICES)}")
    set_up()
    from rempart.intake import commands, services, sources

    with said_plainly(services.EmptyHashtag, sources.UnknownSource), results(None, rejects) as (_writer, rejected):
        try:
            done = commands.import_files(
                files,
                hashtag=hashtag,
                default_service=default_service,
                accounts=accounts,
                source=source,
                rejects=rejected,
            )
        except services.NoGoodLine as error:
            raise NothingGood from error
    for line in commands.told(done):
        click.echo(line)


@cli.command()
@click.option("--no-serve", is_flag=True, help="Load the example, say what came of it, and stop.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
def demo(no_serve: bool, port: int) -> None:
    """Take the example wave through the whole house, say what came of it, and serve the desk."""
    from rempart.site.serving import PortTaken, ensure_free, serve

    os.environ.setdefault("REMPART_SECOND_FACTOR", "optional")  # everybody in it is invented
    with said_plainly(PortTaken):
        if not no_serve:
            ensure_free("127.0.0.1", port)
        set_up()
        from rempart import demo as example

        wave, loaded = example.load()
        for line in example.told(wave, loaded=loaded):
            click.echo(line)
        if not no_serve:
            click.echo("\nThis demonstration asks nobody for a second factor; `rempart serve` asks everybody for one.")
            click.echo(f"The desk, signed in once: {example.sign_in_address(port)}")
            for whose, address in example.outside_addresses(port):
                click.echo(f"And {whose}: {address}")
            serve(port, with_worker=True)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--bind", "host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--worker", "with_worker", is_flag=True, help="Run the worker as well.")
def serve(port: int, host: str, with_worker: bool) -> None:
    """Serve the site, with its database started and up to date."""
    from rempart.site.serving import PortTaken, ensure_free
    from rempart.site.serving import serve as serve_site

    with said_plainly(PortTaken):
        ensure_free(host, port)
        set_up()
        serve_site(port, host=host, with_worker=with_worker)


@cli.command()
@click.option("--until-idle", is_flag=True, help="Stop when nothing is left to do.")
def worker(until_idle: bool) -> None:
    """Do what is queued and what falls due: lapses, retention, the ledger's chain."""
    set_up()
    from rempart.site.working import work

    work(until_idle=until_idle)


@cli.command()
def doctor() -> None:
    """Check that everything Rempart stands on is there."""
    from rempart.site.doctor import examine

    findings = []
    for finding in examine():
        click.echo(finding)
        findings.append(finding.good)
    if not all(findings):
        sys.exit(1)


@cli.group()
def database() -> None:
    """The database: its address, its migrations, its end."""


@database.command("url")
def database_url() -> None:
    """Print the owner's address, with the embedded server started if need be."""
    click.echo(set_up(django=False))


@database.command("stop")
def database_stop() -> None:
    """Stop the embedded server."""
    from rempart.database.embedded import EmbeddedServer

    click.echo("stopped" if EmbeddedServer().stop() else "not running")


@database.command("migrate")
def database_migrate() -> None:
    """Bring the tables up to date, as the owner."""
    set_up()


@cli.group()
def ledger() -> None:
    """The record of everything done."""


@ledger.command("verify")
def ledger_verify() -> None:
    """Give every row its place, recompute the whole ledger, and name the first bad row if there is one."""
    set_up()
    from rempart.ledger.sequencer import sequence_pending
    from rempart.ledger.verification import verify

    sequence_pending()
    report = verify()
    click.echo(f"{report.rows} rows, head {report.head.hex()}" if report.holds else f"First bad row: {report.bad}")
    sys.exit(0 if report.holds else 1)


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
@click.option("--event", "events", multiple=True, help="What it is told of (default: everything).")
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


def _say_no_more() -> None:
    """Drop what standard output still holds back: it cannot be written, not even at interpreter exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main() -> None:
    """Run a command.

    Exits 64 for wrong usage, 65 when no line was good, 66 for a file that is not there or not to be read, 74 when
    the results cannot be written.
    """
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = exits.USAGE if isinstance(error, click.UsageError) else error.exit_code
    except NothingGood:
        status = exits.DATA_ERROR
    except (FileNotFoundError, NotADirectoryError) as error:
        click.echo(f"rempart: {error.filename}: no such file", err=True)
        status = exits.NO_INPUT
    except IsADirectoryError as error:
        click.echo(f"rempart: {error.filename}: is a folder, not a file", err=True)
        status = exits.NO_INPUT
    except PermissionError as error:
        click.echo(f"rempart: {error.filename}: permission denied", err=True)
        status = exits.NO_INPUT
    except ReaderLeft:
        _say_no_more()
        status = exits.OK
    except OSError as error:
        # A full disk, most often.
        click.echo(f"rempart: {error.filename or 'cannot be written'}: {error.strerror or error}", err=True)
        _say_no_more()
        status = exits.IO_ERROR
    except (click.Abort, KeyboardInterrupt):
        status = 130
    sys.exit(status if isinstance(status, int) else exits.OK)


if __name__ == "__main__":
    main()
