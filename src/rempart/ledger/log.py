"""The ledger as a transparency log: its checkpoints, its tiles, proofs that a row is in it, and rows opened.

What the rooms on the right use of the tree: they neither know how it lies in the tables nor hold its key.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from rempart.ledger import canonical
from rempart.ledger.exporting import export
from rempart.ledger.key import signing_key
from rempart.ledger.models import Content, LedgerRow, Link, SignedCheckpoint
from rempart.ledger.notes import note_of
from rempart.ledger.opened import OpenedRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.tree import DatabaseTiles, size
from rempart.tlog import note, tree
from rempart.tlog.proofs import TlogProof

__all__ = [
    "DatabaseTiles",
    "NotInTheLog",
    "checkpoint_now",
    "export",
    "latest_checkpoint",
    "note_of",
    "open_row",
    "prove",
    "prove_growth",
    "prove_places",
    "public_key",
    "sign_text",
    "size",
]


class NotInTheLog(Exception):
    """A row that the last checkpoint does not cover yet: it will, about a second after it was committed."""


def latest_checkpoint() -> SignedCheckpoint | None:
    """The last checkpoint signed; None while the ledger has no row."""
    return SignedCheckpoint.objects.order_by("size").last()


def checkpoint_now() -> SignedCheckpoint | None:
    """Give every row committed so far its leaf, and the checkpoint that covers them; None while there is no row.

    A tree that does not grow from the last checkpoint is not signed: the one returned is then the last that was.
    """
    sequence_pending()
    return latest_checkpoint()


def public_key() -> str:
    """The key that checkpoints and notes of this ledger are verified with (C2SP vkey)."""
    return signing_key().vkey


def prove(row: LedgerRow, *, under: SignedCheckpoint | None = None) -> str:
    """The proof (a C2SP tlog-proof file) that a row is in the log under a checkpoint, the last one unless said.

    The file holds the checkpoint with its cosignatures; whoever verifies it brings the entry: `open_row(row)`.
    Raises NotInTheLog.
    """
    checkpoint = under or latest_checkpoint()
    link = Link.objects.filter(row=row).first()
    if checkpoint is None or link is None or link.index >= checkpoint.size:
        raise NotInTheLog(f"Row {row.pk} is not under a checkpoint yet.")
    [hashes] = prove_places([link.index], checkpoint.size)
    return TlogProof(link.index, tuple(hashes), note_of(checkpoint)).text


def prove_places(places: Iterable[int], size: int) -> list[list[bytes]]:
    """For each of these places, the proof (RFC 9162 §2.1.3.1) that its leaf is in the log of `size` rows.

    size: at most the last checkpoint's. Raises Malformed for a place that it does not cover.
    """
    tiles = DatabaseTiles()
    return [tree.prove_inclusion(tiles, place, size) for place in places]


def prove_growth(old: int, new: int) -> list[bytes]:
    """The proof (RFC 9162 §2.1.4.1) that the log of `new` rows begins with the log of `old` rows.

    Both no larger than the last checkpoint. Raises Malformed otherwise.
    """
    return tree.prove_consistency(DatabaseTiles(), old, new)


def open_row(row: LedgerRow) -> dict[str, Any]:
    """What the row's entry is computed over, with its content while it is there: an OpenedRow, as JSON holds it.

    For those alone who may read it: it names whom the row is about.
    """
    content: Content | None = getattr(row, "content", None)
    opened = OpenedRow(
        row=row.pk,
        event=row.event,
        subject=row.subject,
        acting=row.acting,
        effective_at=row.effective_at,
        recorded_at=row.recorded_at,
        commitment=bytes(row.commitment).hex() if row.commitment is not None else None,
        nonce=bytes(row.nonce).hex(),
        salt=bytes(content.salt).hex() if content else None,
        content=content.canonical if content else None,
    )
    times = {name: canonical.time_text(getattr(row, name)) for name in ("effective_at", "recorded_at")}
    return {**msgspec.to_builtins(opened), **times}


def sign_text(text: str) -> str:
    """A note (C2SP signed-note) of this text, signed by the ledger's key.

    text: lines, the last one ended. Raises ValueError for a text that could be taken for one of the ledger's own
    checkpoints.
    """
    key = signing_key()
    if text.partition("\n")[0] == key.name:
        raise ValueError("a text that begins with the ledger's name would be a checkpoint")
    return note.sign(text, key)
