"""The commands of the ledger: verify, prove, check, export, audit, key, and being a witness.

Those that take `--tiles`, a folder or a file work offline: no database, no settings, no secret.
"""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from rempart.cli.ground import cli, said_plainly, set_up

if TYPE_CHECKING:
    from rempart.tlog.keys import VerifierKey

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_KEY = click.option("--key", metavar="VKEY", help="The log's key, or a file with it (default: the folder's log.vkey).")
_WITNESSES = click.option(
    "--witness", "witnesses", metavar="VKEY", multiple=True, help="A witness that has to have cosigned. Repeatable."
)


@cli.group()
def ledger() -> None:
    """The record of everything done, as a log that anybody can verify (docs/verifying.md)."""


@ledger.command()
@click.option("--tiles", metavar="DIR", type=FOLDER, help="Verify an exported log instead, offline.")
@_KEY
def verify(tiles: Path | None, key: str | None) -> None:
    """Recompute the whole ledger, and name the first bad row if there is one.

    Rows that still wait for their place get it first. With --tiles: every entry, tile and root of an exported log.
    """
    if tiles is not None:
        _audit(tiles, key=key)
        return
    set_up()
    from rempart.ledger.sequencer import sequence_pending
    from rempart.ledger.verification import verify as verify_ledger

    sequence_pending()
    report = verify_ledger()
    click.echo(f"{report.rows} rows, head {report.head.hex()}" if report.holds else f"First bad row: {report.bad}")
    sys.exit(0 if report.holds else 1)


@ledger.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@_KEY
@_WITNESSES
@click.option("--since", metavar="FILE", type=FILE, multiple=True, help="A checkpoint kept from before. Repeatable.")
@click.option("--proofs", metavar="DIR", type=FOLDER, help="Proofs (*.tlog-proof) that somebody was given.")
def audit(
    folder: Path, key: str | None, witnesses: tuple[str, ...], since: tuple[Path, ...], proofs: Path | None
) -> None:
    """Check a whole published log, offline: entries, tiles, root, signatures, and what it said before."""
    _audit(folder, key=key, witnesses=witnesses, since=since, proofs=proofs)


def _audit(
    folder: Path, *, key: str | None, witnesses: tuple[str, ...] = (), since: tuple[Path, ...] = (),
    proofs: Path | None = None,
) -> None:  # fmt: skip
    from rempart.tlog.auditing import audit as audit_log
    from rempart.tlog.errors import TlogError

    with said_plainly(TlogError):
        found = audit_log(
            folder,
            log=_log_key(key, folder),
            witnesses=[_verifier(witness) for witness in witnesses],
            seen=[file.read_text(encoding="utf-8") for file in since],
            proofs=proofs,
        )
    checkpoint = found.published.checkpoint
    click.echo(f"{checkpoint.size} rows, head {checkpoint.root.hex()}")
    click.echo(f"signed by {checkpoint.origin}")
    for each in found.published.cosignatures:
        click.echo(f"cosigned by {each.key.name}")
    if since:
        click.echo(f"continues {found.seen} checkpoints kept from before")
    if proofs:
        click.echo(f"{found.proofs} proofs hold")


@ledger.command()
@click.argument("row", required=False, type=click.IntRange(min=1))
@click.option("--subject", metavar="REF", help="Every row about something, as the ledger names it (room.model:12).")
@click.option("--tiles", metavar="DIR", type=FOLDER, help="Prove a leaf of an exported log instead, offline.")
@click.option("--leaf", type=click.IntRange(min=0), help="With --tiles: the leaf's number, from 0.")
@click.option("--out", metavar="FILE", type=click.File("wb"), default="-", help="Default: standard output.")
def prove(row: int | None, subject: str | None, tiles: Path | None, leaf: int | None, out: BinaryIO) -> None:
    """Prove that rows are in the ledger, opened with what they say: for those alone who may read them.

    With --tiles and --leaf: the proof of one leaf (C2SP tlog-proof), which opens nothing.
    """
    if (tiles is None) != (leaf is None) or [row, subject, leaf].count(None) != 2:
        raise click.UsageError("give a row's number, or --subject, or --tiles with --leaf")
    if tiles is not None and leaf is not None:
        _prove_leaf(tiles, leaf, out)
        return
    set_up()
    from rempart.ledger.log import checkpoint_now
    from rempart.ledger.models import LedgerRow
    from rempart.ledger.proving import record_of

    under = checkpoint_now()
    rows = LedgerRow.objects.filter(pk=row) if row else LedgerRow.objects.filter(subject=subject).order_by("pk")
    record = record_of([(one, None) for one in rows], under=under)
    if record.broken:
        raise click.ClickException(record.broken)
    if record.file is None:
        raise click.ClickException("no such row")
    out.write(record.file.text)


def _prove_leaf(tiles: Path, leaf: int, out: BinaryIO) -> None:
    from rempart.tlog.checkpoint import read_checkpoint
    from rempart.tlog.errors import TlogError
    from rempart.tlog.proofs import TlogProof
    from rempart.tlog.tiles import FolderTiles
    from rempart.tlog.tree import prove_inclusion

    note = (tiles / "checkpoint").read_text(encoding="utf-8")
    with said_plainly(TlogError):
        hashes = prove_inclusion(FolderTiles(tiles), leaf, read_checkpoint(note).size)
        out.write(TlogProof(leaf, tuple(hashes), note).text.encode())


@ledger.command()
@click.argument("file", metavar="FILE", type=FILE)
@click.option("--key", metavar="VKEY", help="The log's key, or a file with it (default: the one in the file).")
@_WITNESSES
def check(file: Path, key: str | None, witnesses: tuple[str, ...]) -> None:
    """Check a proof file that somebody was given, offline: what it shows is in the ledger, word for word.

    Without --key it is checked against the key that it holds itself: compare that with the one the platform publishes.
    """
    from rempart.ledger import proof_file
    from rempart.tlog.errors import TlogError

    with said_plainly(proof_file.Broken, TlogError):
        found = proof_file.read(file.read_bytes())
        rows = proof_file.check(
            found, log=_verifier(key or found.log), witnesses=[_verifier(witness) for witness in witnesses]
        )
    for row in rows:
        click.echo(f"leaf {row.leaf} of {row.size}: {row.event}, recorded {_moment(row.recorded_at)}")
        click.echo("    with the document in the file, word for word" if row.documented else "    the row alone")
        for name, at in row.cosigned:
            click.echo(f"    cosigned by {name}, {_moment(at)}")
    click.echo(f"signed by {found.log}" + ("" if key else " (as the file says: compare it with the published key)"))


@ledger.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path) -> None:
    """Write the log to a folder, which anybody can verify and any web server can serve.

    Again, only what is new is written. The folder says nothing of who did what, or about whom.
    """
    set_up()
    from rempart.ledger.log import checkpoint_now
    from rempart.ledger.log import export as export_log
    from rempart.tlog.errors import TlogError

    checkpoint_now()
    with said_plainly(TlogError):
        checkpoint = export_log(folder)
    if checkpoint is None:
        click.echo("no rows yet")
    else:
        click.echo(f"{checkpoint.size} rows, head {bytes(checkpoint.root).hex()}")


@ledger.command("key")
def show_key() -> None:
    """Print the key that the ledger's checkpoints are verified with."""
    set_up()
    from rempart.ledger.log import public_key

    click.echo(public_key())


@ledger.command()
@click.option("--key", "key_file", metavar="FILE", required=True, help="The witness's secret key.")
@click.option("--name", help="Make the key if there is none, under this name (example.org/witness).")
@click.option("--log", "logs", metavar="VKEY", multiple=True, required=True, help="A log to witness. Repeatable.")
@click.option(
    "--state", metavar="DIR", required=True, help="Where what was cosigned is kept. Never restore an old copy."
)
@click.option("--listen", metavar="HOST:PORT", default="127.0.0.1:8090", show_default=True)
def witness(key_file: str, name: str | None, logs: tuple[str, ...], state: str, listen: str) -> None:
    """Be a witness: cosign the checkpoints of logs (C2SP tlog-witness), and refuse any that rewrites its past.

    Needs neither a database nor settings. It speaks plain HTTP: put a proxy in front of it.
    """
    from rempart.ledger.witnessing.server import key_of, witness_server
    from rempart.tlog.errors import TlogError

    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise click.UsageError("--listen: give an address and a port, like 127.0.0.1:8090")
    with said_plainly(TlogError):
        try:
            key = key_of(Path(key_file), name=name)
        except FileNotFoundError:
            raise click.UsageError(f"--key: {key_file} is missing; with --name it is made") from None
        server = witness_server(
            host.strip("[]"), int(port), key=key, logs=[_verifier(log) for log in logs], state=Path(state)
        )
    click.echo(f"{key.vkey} http://{host}:{server.server_port}")
    sys.stdout.flush()
    with server:
        server.serve_forever()


def _log_key(key: str | None, folder: Path) -> "VerifierKey":
    """The key given, else the one in the folder."""
    if key is not None:
        return _verifier(key)
    file = folder / "log.vkey"
    if not file.exists():
        raise click.UsageError(f"--key: {file} is missing: say by which key the log signs")
    click.echo("the key is the one in the folder: compare it with the one that you know", err=True)
    return _verifier(str(file))


def _verifier(text: str) -> "VerifierKey":
    """A key from its text, or from a file that holds it. Raises Malformed."""
    from rempart.tlog.keys import VerifierKey

    is_file = "+" not in text and Path(text).is_file()
    return VerifierKey.parse(Path(text).read_text(encoding="utf-8").strip() if is_file else text)


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
