"""The commands that load, serve and keep the house: import, demo, serve, worker, doctor, database."""

import os
import sys

import click

from rempart.cli.ground import NothingGood, cli, results, said_plainly, set_up


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
@click.option("--platform", type=click.Choice(["matrix", "atproto"]), help="Show a measure on a real server instead.")
@click.option("--language", type=click.Choice(["fr", "en"]), help="With --platform (default: that of the terminal).")
@click.option("--keep", is_flag=True, help="With --platform: leave the folder that it worked in.")
def demo(no_serve: bool, port: int, platform: str | None, language: str | None, keep: bool) -> None:
    """Take the example wave through the whole house, say what came of it, and serve the desk.

    With --platform: start a real server, and show an account that can write there, then cannot, then can again. It
    works in a folder of its own, removed at the end, and ends with status 0 only if every step was seen.
    """
    if platform:
        _demo_on(platform, language or _language_of_terminal(), keep=keep)
        return
    from rempart.site.serving import PortTaken, ensure_free, serve

    # Everybody in it is invented: nobody needs a second factor, nor protection from who watches the ledger grow, and
    # ages are shown with a test wallet.
    os.environ.setdefault("REMPART_SECOND_FACTOR", "optional")
    os.environ.setdefault("REMPART_LEDGER_MINUTES", "0")
    os.environ.setdefault("REMPART_TEST_WALLET", "1")
    with said_plainly(PortTaken):
        if not no_serve:
            ensure_free("127.0.0.1", port)
        set_up()
        from rempart import demo as example

        with said_plainly(example.LeftOver):
            wave, loaded = example.load()
        for line in example.told(wave, loaded=loaded):
            click.echo(line)
        if not no_serve:
            click.echo("\nThis demonstration asks nobody for a second factor; `rempart serve` asks everybody for one.")
            click.echo(f"The desk, signed in once: {example.sign_in_address(port)}")
            for whose, address in example.outside_addresses(port):
                click.echo(f"And {whose}: {address}")
            serve(port, with_worker=True)


def _demo_on(platform: str, language: str, *, keep: bool) -> None:
    from rempart.platforms.servers import NotInstallable, server_class
    from rempart.platforms.trial.home import SERVERS, SERVICES, throw_away_home

    with said_plainly(NotInstallable):
        server_class(SERVERS[platform]).install()
    with throw_away_home(SERVICES[platform], keep=keep) as home:
        set_up()
        from django.utils import translation

        from rempart.platforms.servers import DidNotStart
        from rempart.platforms.trial.places import PLACES
        from rempart.platforms.trial.showing import NotSeen, show

        with said_plainly(DidNotStart, NotSeen), translation.override(language):
            show(PLACES[platform](home / "server"), language=language, tell=click.echo)
            if keep:
                click.echo(home)


def _language_of_terminal() -> str:
    said = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "fr" if said.startswith("fr") else "en"


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
    """Do what is queued and what falls due: lapses, retention, the ledger's tree."""
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
