"""Every command of Rempart: each calls the room that does the work, which is imported only then."""

import os
import sys

import click

from rempart.cli import (  # noqa: F401 - they add their commands
    age,
    authority,
    dsa,
    evaluating,
    evidence,
    filters,
    ledger,
    listening,
    lookout,
    people,
    platforms,
    radar,
    replaying,
    report,
    rules,
    running,
    subjects,
    transparency,
)
from rempart.cli.ground import NothingGood, ReaderLeft, cli
from rempart.records import exits


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
        is_file = os.path.isfile(error.filename)
        click.echo(f"rempart: {error.filename}: {'is a file, not a folder' if is_file else 'no such file'}", err=True)
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
