"""The log written to a folder, as its readers fetch it (C2SP tlog-tiles): checkpoint, tiles, entries and key.

Incremental: what is complete is written once and never again. Each file is written beside its place, made durable and
moved there; the checkpoint last, so that whatever a folder's checkpoint promises is in it, killed at any moment.
"""

import os
import secrets
from pathlib import Path

from rempart.ledger.key import signing_key
from rempart.ledger.models import SignedCheckpoint
from rempart.ledger.notes import note_of
from rempart.ledger.tree import DatabaseTiles
from rempart.tlog.tiles import encode_entries, entries_path, tile_path, tiles_of

CHECKPOINT = "checkpoint"
KEY = "log.vkey"


def export(folder: Path) -> SignedCheckpoint | None:
    """Write the log up to its last checkpoint, with the witnesses' lines; what the folder has is not written again.

    Returns the checkpoint written, or None for a ledger that has none yet. Raises Malformed when the ledger does not
    hold (a row that is not what its leaf says is never published), OSError when the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / KEY, f"{signing_key().vkey}\n".encode())
    checkpoint = SignedCheckpoint.objects.order_by("size").last()
    if checkpoint is None:
        return None
    tiles = DatabaseTiles()
    for place in tiles_of(checkpoint.size):
        path = folder / tile_path(place.level or 0, place.index, place.width)
        if not path.exists():
            _write(path, tiles.tile(place.level or 0, place.index, place.width))
        if place.level == 0:
            path = folder / entries_path(place.index, place.width)
            if not path.exists():
                _write(path, encode_entries(tiles.entries(place.index, place.width)))
    _write(folder / CHECKPOINT, note_of(checkpoint).encode())
    return checkpoint


def _write(path: Path, content: bytes) -> None:
    """Put a file in its place whole, or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with draft.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    draft.replace(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
