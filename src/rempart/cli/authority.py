"""The commands for those who may ask: answers in figures, and the register of what they asked and were promised."""

import sys
from pathlib import Path

import click

from rempart.cli.ground import cli, said_plainly, set_up

_FORM = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@cli.group()
def authority() -> None:
    """Answer ministries, regulators, courts and researchers (docs/answers.md, docs/authority-desk.md)."""


@authority.command("answer")
@click.option("--hashtag", metavar="TAG", help="What the answer is about (default: the whole platform).")
@click.option("--from", "start", required=True, metavar="TIME", help="Where the period begins: a time, or a day.")
@click.option("--to", "end", required=True, metavar="TIME", help="Where it ends; that moment is not of it.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--request", metavar="REF", help="The registered request that it answers, by number or reference.")
def authority_answer(
    *, hashtag: str | None, start: str, end: str, out: Path, language: str, request: str | None
) -> None:
    """Write an answer in figures: answer.pdf to read, answer.json, and proofs/ to verify both."""
    from rempart.accountability.answers.commands import write_answer
    from rempart.accountability.dsa.commands import moment

    begins, ends = moment("--from", start), moment("--to", end)
    if begins >= ends:
        raise click.BadParameter("it ends before it begins", param_hint="--to")
    set_up()
    write_answer(hashtag, begins, ends, out, language=language, request=request)


@authority.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--key", default="", metavar="VKEY", help="The log's key as the platform publishes it.")
@click.option("--witness", "witnesses", metavar="VKEY", multiple=True, help="A witness that has to have cosigned.")
@click.option("--since", type=_FILE, metavar="FILE", help="A checkpoint kept from an answer before.")
@_FORM
def authority_check(folder: Path, key: str, witnesses: tuple[str, ...], since: Path | None, form: str) -> None:
    """Check an answer, anybody's, offline: exits 1 and names the first thing wrong."""
    from rempart.accountability.answers.commands import check_answer

    kept = since.read_text(encoding="utf-8") if since else ""
    sys.exit(check_answer(folder, form, key=key, witnesses=witnesses, since=kept))


_AS = click.option("--as", "email", required=True, metavar="EMAIL", help="Who does it: an authority liaison.")


@authority.command("add")
@click.argument("name", metavar="AUTHORITY")
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["ministry", "regulator", "court", "law_enforcement", "researcher", "other"]),
)
@click.option("--country", required=True, metavar="CODE", help="Two letters, such as FR; EU for the Union's bodies.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Of our answers.")
@click.option("--contact", required=True, metavar="TEXT", help="How we reach it by what we know ourselves.")
@_AS
def authority_add(*, name: str, kind: str, country: str, language: str, contact: str, email: str) -> None:
    """Enter somebody who may ask."""
    set_up()
    from rempart.accountability import commands
    from rempart.casework.errors import Refused

    with said_plainly(Refused, *commands.REFUSALS):
        commands.add(name, kind=kind, country=country, language=language, contact=contact, acting=email)
    click.echo("Entered.")


@authority.command("register")
@click.argument("name", metavar="AUTHORITY")
@click.argument("kind", metavar="KIND")
@click.option("--reference", required=True, metavar="TEXT", help="Their number or date.")
@click.option("--legal-basis", default="", metavar="TEXT", help="The article and the law.")
@click.option("--received", metavar="TIME", help="When it was received (default: now).")
@click.option("--deadline", metavar="TIME", help="The one that it sets; the clocks of the law run anyway.")
@click.option("--language", default="fr", show_default=True, metavar="CODE", help="The language of the request.")
@click.option("--territory", default="", metavar="TEXT", help="Where an order applies.")
@click.option("--hashtag", metavar="TAG")
@click.option("--from", "start", metavar="TIME", help="Where the period begins.")
@click.option("--to", "end", metavar="TIME", help="Where it ends.")
@click.option("--account", "accounts", multiple=True, metavar="SERVICE:HANDLE", help="An account that an order names.")
@click.option("--item", "items", multiple=True, metavar="URL", help="An exact address that an order names.")
@click.option("--words", default="", metavar="TEXT", help="What is asked, in a few words.")
@click.option("--emergency", is_flag=True, help="A European Production Order to be answered within 8 hours.")
@click.option("--enforcing-notified", is_flag=True, help="Another authority was notified and may object.")
@click.option("--document", type=_FILE, metavar="FILE", help="The document, kept sealed.")
@_AS
def authority_register(
    *, name: str, kind: str, email: str, received: str | None, deadline: str | None, start: str | None,
    end: str | None, items: tuple[str, ...], words: str, **given: object,
) -> None:  # fmt: skip
    """Register a request. KIND: order_to_act, order_to_inform, question, research, production_order,
    preservation_order."""
    set_up()
    from rempart.accountability import commands
    from rempart.accountability.dsa.commands import moment
    from rempart.casework.errors import Refused

    with said_plainly(Refused, *commands.REFUSALS):
        made = commands.register(
            name,
            kind=kind,
            acting=email,
            received_at=moment("--received", received),
            deadline=moment("--deadline", deadline),
            scope={"start": moment("--from", start), "end": moment("--to", end), "items": items, "words": words},
            **given,
        )
    click.echo(f"{made.number} is registered, to be answered by {made.due_at:%Y-%m-%d %H:%M %Z}.")
    click.echo("Somebody else makes sure that it is authentic.")


@authority.command("authenticate")
@click.argument("request", metavar="REF")
@click.option("--how", required=True, type=click.Choice(["called_back", "channel", "signature", "in_person"]))
@click.option("--because", required=True, metavar="TEXT", help="What was done to make sure, and who confirmed it.")
@_AS
def authority_authenticate(*, request: str, how: str, because: str, email: str) -> None:
    """Note that a request is authentic: somebody else than who registered it."""
    set_up()
    from rempart.accountability import commands
    from rempart.casework.errors import Refused

    with said_plainly(Refused, *commands.REFUSALS):
        done = commands.authenticate(request, how=how, because=because, acting=email)
    click.echo(f"{done.number} is authentic.")


@authority.command("acknowledge")
@click.argument("request", metavar="REF")
@click.option("--by", "sent_by", required=True, metavar="TEXT", help="By which way the receipt is handed over.")
@_AS
def authority_acknowledge(*, request: str, sent_by: str, email: str) -> None:
    """Acknowledge a request's receipt, and print the text to hand over."""
    set_up()
    from rempart.accountability import commands
    from rempart.casework.errors import Refused

    with said_plainly(Refused, *commands.REFUSALS):
        receipt = commands.acknowledge(request, sent_by=sent_by, acting=email)
    click.echo(receipt)


@authority.command("list")
@click.option("--all", "everything", is_flag=True, help="Those that are settled too.")
@_FORM
def authority_list(*, everything: bool, form: str) -> None:
    """List the requests in which something is to be done, the most urgent first."""
    set_up()
    from rempart.accountability import commands

    click.echo(commands.listed(everything=everything, form=form))


@authority.command("commitments")
@click.argument("name", metavar="AUTHORITY")
@_FORM
def authority_commitments(*, name: str, form: str) -> None:
    """List what was promised to an authority, and what became of it."""
    set_up()
    from rempart.accountability import commands

    with said_plainly(commands.NotDone):
        shown = commands.promised(name, form)
    click.echo(shown)


@authority.command("promise")
@click.argument("name", metavar="AUTHORITY")
@click.option("--words", required=True, metavar="TEXT", help="What was promised; later answers quote it.")
@click.option("--owner", required=True, metavar="EMAIL", help="Who sees to it.")
@click.option("--due", required=True, metavar="TIME", help="By when.")
@_AS
def authority_promise(*, name: str, words: str, owner: str, due: str, email: str) -> None:
    """Record what was promised to an authority."""
    set_up()
    from rempart.accountability import commands
    from rempart.accountability.dsa.commands import moment
    from rempart.casework.errors import Refused

    with said_plainly(Refused, *commands.REFUSALS):
        commands.promise(name, words=words, owner=owner, due=moment("--due", due), acting=email)
    click.echo("Recorded.")
