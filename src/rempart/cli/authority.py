"""The commands for those who may ask: answers in figures, and the register of what they asked and were promised."""

import sys
from pathlib import Path

import click

from rempart.cli.ground import cli, set_up

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
