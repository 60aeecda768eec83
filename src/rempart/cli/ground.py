"""What commands stand on: where results go, errors said plainly, the database and the site set up."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rempart.records.lines import Rejects, Writer

if TYPE_CHECKING:
    from rempart.corroboration import Parameters


class NothingGood(Exception):
    """There were lines and none was good."""


class ReaderLeft(Exception):
    """The reader of our output has gone; click ends with 1 on a BrokenPipeError before we see it."""


@contextmanager
def results(out: str | None, rejects: str | None, *others: str | None) -> Iterator[tuple[Writer, Rejects]]:
    """Where a command writes its records and its rejects: files, or the standard streams. Raises click.UsageError.

    others: files that the command writes itself, once it has something to write: a folder that is not there is told
    before the work is done. Raises FileNotFoundError.
    """
    _ensure_apart(out, rejects, *others)
    for other in others:
        if other and not Path(other).parent.is_dir():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), other)
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
    written = ("out", "rejects", "plot")
    inputs = [value for name, value in parameters.items() if name not in written and isinstance(value, str)]
    files: list[Path] = [Path(name) for name in [*inputs, *parameters.get("files", ())] if name and name != "-"]
    for output in (Path(name) for name in outputs if name):
        if output.is_file() and any(file.is_file() and file.samefile(output) for file in files):
            raise click.UsageError(f"{output} is read from and written to: write elsewhere")
        files.append(output)


def with_results(command):
    """Give a command the options --out and --rejects."""
    command = click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")(command)
    return click.option("--out", metavar="FILE", help="Where results go (default: standard output).")(command)


def weights_in(path: str | None) -> "Parameters | None":
    """The weights of corroboration in a file; None without one. Raises click.UsageError, FileNotFoundError."""
    from rempart.corroboration import load_parameters

    if path is None:
        return None
    try:
        return load_parameters(path)
    except ValueError as error:
        raise click.UsageError(f"--parameters: {path}: {error}") from error


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
