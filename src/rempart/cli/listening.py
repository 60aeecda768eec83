"""The commands that take in what platforms say: listen, and the watch-list of hashtags."""

import click

from rempart.cli.ground import cli, said_plainly, set_up


@cli.command()
@click.argument("name")
def listen(name: str) -> None:
    """Take in what the platform called NAME says, from where it was left, until told to end."""
    set_up()
    from rempart.platforms.commands import listen_until_told
    from rempart.platforms.connector import PermanentFailure
    from rempart.platforms.listening import CannotListen

    with said_plainly(CannotListen, PermanentFailure):
        listen_until_told(name)


@cli.group()
def watch() -> None:
    """The hashtags whose posts are taken in as they are heard."""


@watch.command("add")
@click.argument("tag")
@click.option("--default-service", default="", metavar="SERVICE", help="Where an @handle lives (default: as its post).")
def watch_add(tag: str, default_service: str) -> None:
    """Listen for TAG from now on."""
    set_up()
    from rempart.intake.services import EmptyHashtag, NotAHashtag, watch_tag

    with said_plainly(EmptyHashtag, NotAHashtag):
        click.echo(f"{watch_tag(tag, default_service=default_service)} is listened for.")


@watch.command("remove")
@click.argument("tag")
def watch_remove(tag: str) -> None:
    """Stop listening for TAG; what came in stays."""
    set_up()
    from rempart.intake.services import EmptyHashtag, NotWatched, unwatch_tag

    with said_plainly(EmptyHashtag, NotWatched):
        unwatch_tag(tag)
    click.echo("It is no longer listened for.")


@watch.command("list")
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
def watch_list(shape: str) -> None:
    """Print the hashtags that are listened for, with since when, and how many posts of them came in."""
    set_up()
    import json

    from rempart.intake.selectors import watched_tags

    rows = watched_tags()
    if shape == "json":
        columns = ("hashtag", "default_service", "since", "posts", "counted")
        click.echo(json.dumps([{name: getattr(row, name) for name in columns} for row in rows], default=str))
        return
    for row in rows:
        click.echo(f"{row}  since {row.since:%Y-%m-%d %H:%M} UTC  {row.posts} posts kept, {row.counted} only counted")
