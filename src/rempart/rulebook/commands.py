"""What the commands `decide` and `rulebook` do, on files and on the standard streams."""

import sys
from collections.abc import Iterable

import click
import msgspec

from rempart.records import exits
from rempart.records.assessment import Assessment
from rempart.records.lines import BadLine, Reader, Rejects, Writer, lines_of, opened, to_record
from rempart.records.progress import progress
from rempart.rulebook.book import Rulebook, load, parse, shipped
from rempart.rulebook.matching import EvaluationFailed
from rempart.rulebook.show import as_text
from rempart.rulebook.source import RulebookErrors, text_of
from rempart.rulebook.words import Language


class Refused(click.ClickException):
    """A rulebook that is refused, told as `FILE:LINE:COL: message` lines; ends a command with EX_DATAERR."""

    exit_code = exits.DATA_ERROR

    def __init__(self, errors: RulebookErrors, *, on_error_stream: bool) -> None:
        super().__init__(str(errors))
        self._on_error_stream = on_error_stream

    def show(self, file: object = None) -> None:
        """Print the problems: they are the results of `check`, and errors elsewhere."""
        click.echo(self.message, err=self._on_error_stream)


def rulebook_named(name: str) -> Rulebook:
    """A shipped rulebook or that of a file. Raises FileNotFoundError, Refused."""
    try:
        return load(name)
    except RulebookErrors as errors:
        raise Refused(errors, on_error_stream=True) from errors


def decide(assessments: str, rulebook: Rulebook, writer: Writer, rejects: Rejects) -> Reader[Assessment]:
    """Write one decision for each assessment of a file, or of standard input for `-`; the reader has the counts."""

    def decided(raw: dict[str, object]) -> Iterable[Assessment]:
        assessment = to_record(raw, Assessment)
        try:
            writer.write(rulebook.decide(assessment))
        except EvaluationFailed as error:
            raise BadLine(str(error)) from error
        except OverflowError as error:
            raise BadLine("the decision would end after the year 9999", "as_of") from error
        return (assessment,)

    reader = Reader(Assessment, rejects, parse=decided)
    with opened(assessments) as stream:
        for _ in progress(reader.read(lines_of(stream)), what="decisions"):
            pass
    return reader


def check(file: str) -> None:
    """Print one line when a rulebook is good. Raises Refused, FileNotFoundError."""
    try:
        with opened(file) as stream:
            rulebook = parse(text_of(stream.read(), file), file)
    except RulebookErrors as errors:
        raise Refused(errors, on_error_stream=False) from errors
    count = len(rulebook.articles)
    articles = f"{count} article{'s' if count > 1 else ''}"
    click.echo(f"{file}: {rulebook.name} {rulebook.version}, {rulebook.use}, {articles}: good")


def show(name: str, language: Language) -> None:
    """Print a rulebook as the public would read it. Raises Refused, FileNotFoundError."""
    sys.stdout.write(as_text(rulebook_named(name), language))


def list_shipped(form: str) -> None:
    """Print the shipped rulebooks, as a table or as one JSON array."""
    rows: list[dict[str, str | int]] = [
        {"name": name, "version": book.version, "use": book.use, "articles": len(book.articles)}
        for name, book in ((name, load(name)) for name in shipped())
    ]
    if form == "json":
        click.echo(msgspec.json.encode(rows).decode())
        return
    heading: dict[str, str | int] = {"name": "NAME", "version": "VERSION", "use": "USE", "articles": "ARTICLES"}
    for row in [heading, *rows]:
        click.echo(f"{row['name']:<24}{row['version']:<14}{row['use']:<14}{row['articles']:>8}")
