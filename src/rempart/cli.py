"""Every command of Rempart: each calls the room that does the work, which is imported only then."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import BinaryIO

import click

from rempart.records import exits
from rempart.records.lines import Rejects, Writer
from rempart.records.references import SERVICES


class NothingGood(Exception):
    """There were lines and none was good."""


@contextmanager
def results(out: str | None, rejects: str | None) -> Iterator[tuple[Writer, Rejects]]:
    """Where a command writes its records and its rejects: files, or the standard streams."""
    with (
        Path(out).open("wb") if out else nullcontext(sys.stdout.buffer) as out_stream,
        Path(rejects).open("wb") if rejects else nullcontext(sys.stderr.buffer) as rejects_stream,
    ):
        writer = Writer(out_stream)
        yield writer, Rejects(rejects_stream)
        writer.flush()


def with_results(command):
    """Give a command the options --out and --rejects."""
    command = click.option("--rejects", metavar="FILE", help="Where bad lines go (default: standard error).")(command)
    return click.option("--out", metavar="FILE", help="Where results go (default: standard output).")(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="rempart")
def cli() -> None:
    """Rempart: from testimonies to proportionate, reasoned and reversible measures."""


@cli.command()
@click.option("--accounts", required=True, type=click.IntRange(min=0), help="How many accounts are accused.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same wave, on any machine.")
@click.option("--out", required=True, metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def simulate(accounts: int, seed: int, out: Path) -> None:
    """Write an invented wave with its truth: testimonies.jsonl, accounts.jsonl and truth.jsonl."""
    from rempart.replay.writing import write_wave

    write_wave(out, accounts=accounts, seed=seed)


def main() -> None:
    """Run a command; exit 64 for wrong usage, 65 when no line was good, 66 for a file that is not there."""
    try:
        status = cli.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        status = exits.USAGE if isinstance(error, click.UsageError) else error.exit_code
    except NothingGood:
        status = exits.DATA_ERROR
    except FileNotFoundError as error:
        click.echo(f"rempart: {error.filename}: no such file", err=True)
        status = exits.NO_INPUT
    except BrokenPipeError:
        # The reader of our output has gone: nothing more to say, not even at interpreter exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = exits.OK
    except (click.Abort, KeyboardInterrupt):
        status = 130
    sys.exit(status if isinstance(status, int) else exits.OK)


if __name__ == "__main__":
    main()
