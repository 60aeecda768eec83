"""A published log checked whole, offline: every entry, every tile, the root that its checkpoint signs, every earlier
checkpoint that somebody kept, every proof that somebody was given. The first thing that is wrong is named.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from rempart.tlog.checkpoint import SignedCheckpoint, open_checkpoint
from rempart.tlog.errors import AuditError, Malformed, TlogError
from rempart.tlog.hashing import HASH_SIZE, leaf_hash, subtree_root
from rempart.tlog.keys import VerifierKey
from rempart.tlog.note import decode
from rempart.tlog.proofs import SUFFIX, TlogProof
from rempart.tlog.tiles import ENTRIES, WIDTH, FolderTiles, MemoryTiles, parse_path, tile_width, tiles_of
from rempart.tlog.tree import root

CHECKPOINT = "checkpoint"
"""The name of the latest checkpoint below a log's prefix (C2SP tlog-tiles)."""


class Audit(msgspec.Struct, frozen=True):
    """What was found true of a log. published: its checkpoint; seen, proofs: how many others agree with it."""

    published: SignedCheckpoint
    seen: int
    proofs: int


def audit(
    folder: Path,
    *,
    log: VerifierKey,
    witnesses: Sequence[VerifierKey] = (),
    seen: Iterable[str] = (),
    proofs: Path | None = None,
) -> Audit:
    """Check the log published in a folder (`checkpoint`, `tile/…`, `tile/entries/…`).

    log: its key; witnesses: those who have to have cosigned the checkpoint; seen: other checkpoints of the same log,
    as notes: kept since the last audit, or held by witnesses; proofs: a folder of `.tlog-proof` files.
    Raises a TlogError that names the first file or entry that is wrong, or the checkpoint that the log went back on.
    Time grows with the log; memory holds one hash for 256 entries.
    """
    tiles = FolderTiles(folder)
    with _naming(CHECKPOINT):
        published = open_checkpoint(_read(folder / CHECKPOINT), log=log, witnesses=witnesses)
        size = published.checkpoint.size
    _ensure_tiles(tiles, size)
    _ensure_earlier_files(tiles, size)
    _ensure_promised(tiles, size, published, CHECKPOINT)
    checkpoints = 0
    for checkpoints, note in enumerate(seen, start=1):
        name = f"checkpoint {checkpoints} of those seen"
        with _naming(name):
            signed = open_checkpoint(note, log=log)
        _ensure_promised(tiles, size, signed, name)
    files = sorted(proofs.glob(f"*{SUFFIX}")) if proofs else []
    for file in files:
        _ensure_proof(tiles, size, file, log)
    return Audit(published, checkpoints, len(files))


def _ensure_tiles(tiles: FolderTiles, size: int) -> None:
    """Each leaf is the hash of its entry, and each hash above that of the tile below it."""
    above = MemoryTiles()
    for place in tiles_of(size):
        hashes = tiles.tile(place.level, place.index, place.width)
        if place.level:
            if hashes != above.tile(place.level, place.index, place.width):
                raise AuditError(f"{place.path} holds other hashes than those of the tiles below it.")
            continue
        leaves = list(map(leaf_hash, tiles.entries(place.index, place.width)))
        if hashes != b"".join(leaves):
            wrong = next(at for at, leaf in enumerate(leaves) if leaf != _leaf(hashes, at))
            raise AuditError(f"{place.path}: entry {place.index * WIDTH + wrong} is not the one that was hashed.")
        if place.width == WIDTH:
            above.append(subtree_root(hashes), level=1)


def _ensure_earlier_files(tiles: FolderTiles, size: int) -> None:
    """Partial tiles and bundles kept for the readers of earlier checkpoints say the same as those that grew of them.

    What lies beyond the checkpoint was written ahead of the next one: nobody was promised it yet.
    """
    for file in sorted((tiles.folder / "tile").glob("**/*.p/*")):
        try:
            place = parse_path(file.relative_to(tiles.folder).as_posix())
        except Malformed:
            continue  # under such a name nobody reads it
        width = tile_width(place.level, place.index, size)
        if place.width >= width:
            continue
        if place.level == ENTRIES:
            same = tiles.entries(place.index, place.width) == tiles.entries(place.index, width)[: place.width]
        else:
            hashes = tiles.tile(place.level, place.index, width)
            same = tiles.tile(place.level, place.index, place.width) == hashes[: place.width * HASH_SIZE]
        if not same:
            raise AuditError(f"{place.path} differs from what it became.")


def _ensure_promised(tiles: FolderTiles, size: int, signed: SignedCheckpoint, name: str) -> None:
    """The tree of a signed checkpoint is the one published, at its size."""
    promised = signed.checkpoint
    with _naming(name):
        if promised.size > size:
            raise AuditError(f"the log signed {promised.size} entries and publishes only {size}.")
        if root(tiles, promised.size) != promised.root:
            raise AuditError(f"the root signed for {promised.size} entries is not that of the entries published.")


def _ensure_proof(tiles: FolderTiles, size: int, file: Path, log: VerifierKey) -> None:
    """A proof that somebody was given holds, for the entry that is published at its index."""
    with _naming(file.name):
        proof = TlogProof.parse(_read(file))
        signed = open_checkpoint(proof.note, log=log)
        _ensure_promised(tiles, size, signed, "its checkpoint")
        index, offset = divmod(proof.index, WIDTH)
        width = tile_width(ENTRIES, index, size)
        if offset >= width:
            raise AuditError(f"entry {proof.index} is not published.")
        proof.verify(tiles.entries(index, width)[offset], log=log)


def _leaf(hashes: bytes, at: int) -> bytes:
    return hashes[at * HASH_SIZE : (at + 1) * HASH_SIZE]


def _read(file: Path) -> str:
    try:
        return decode(file.read_bytes(), "The file")
    except FileNotFoundError:
        raise AuditError("is missing.") from None


@contextmanager
def _naming(name: str) -> Iterator[None]:
    """Whatever does not hold inside is told under this name: a note does not know in which file it lies."""
    try:
        yield
    except TlogError as error:
        raise AuditError(f"{name}: {error}") from error
