"""The Merkle tree as it lies in the tables: its tiles read, and completed as it grows.

A level's hashes come from the links (level 0) or from the roots of the level's tiles below; 256 of them make a tile,
written once. A tile that is not complete yet is read from what it will be made of.
"""

from functools import lru_cache
from typing import Any

from django.db import connection

from rempart.ledger import canonical
from rempart.tlog.errors import Malformed
from rempart.tlog.hashing import HASH_SIZE, leaf_hash, subtree_root
from rempart.tlog.tiles import WIDTH, tile_path

STEP = 256
"""Tiles completed at a time."""
COLUMNS = ("event", "subject", "acting", "effective_at", "recorded_at", "commitment")

_LEAVES = "SELECT count(*), string_agg(hash, '' ORDER BY index) FROM ledger_link WHERE index >= %s AND index < %s"
_ROOTS = (
    "SELECT count(*), string_agg(root, '' ORDER BY index) FROM ledger_tile"
    " WHERE level = %s AND index >= %s AND index < %s"
)
_ENTRIES = """
SELECT l.hash, r.nonce, r.id, r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment
FROM ledger_link l JOIN ledger_ledgerrow r ON r.id = l.row_id WHERE l.index >= %s AND l.index < %s ORDER BY l.index
"""


class DatabaseTiles:
    """The ledger's tiles, as rempart.tlog reads them. Any tree no larger than the last checkpoint can be read.

    For one proof or a few in a row: it remembers what it read last, and is not shared between threads.
    """

    def __init__(self) -> None:
        self._read = lru_cache(maxsize=64)(_tile)

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The first `width` (1–256) hashes of a tile, width·32 bytes. Raises Malformed when they are not there."""
        return self._read(level, index, width)

    def entries(self, index: int, width: int) -> list[bytes]:
        """The entries (32 bytes each) of the first `width` leaves under a tile of level 0, computed from their rows.

        Raises Malformed when one is missing, or is not what its leaf says: a changed row is not published.
        """
        first = index * WIDTH
        with connection.cursor() as cursor:
            cursor.execute(_ENTRIES, [first, first + width])
            found = cursor.fetchall()
        entries = []
        for place, (leaf, nonce, row, *columns) in enumerate(found, start=first):
            entries.append(entry_of(row, nonce, columns))
            if leaf_hash(entries[-1]) != bytes(leaf):
                raise Malformed(f"The row of leaf {place} is not the one that the leaf was made of.")
        if len(entries) != width:
            raise Malformed(f"Leaves {first} to {first + width - 1}: {len(entries)} rows where {width} were expected.")
        return entries


def entry_of(row: int, nonce: Any, columns: list[Any]) -> bytes:
    """The entry of a row as read from the database: its number, its nonce and the COLUMNS in their order."""
    told = dict(zip(COLUMNS, columns, strict=True))
    if told["commitment"] is not None:
        told["commitment"] = bytes(told["commitment"])
    return canonical.row_entry(bytes(nonce), row=row, **told)


def _tile(level: int, index: int, width: int) -> bytes:
    if width < WIDTH:
        return _hashes(level, index * WIDTH, index * WIDTH + width)
    with connection.cursor() as cursor:
        cursor.execute("SELECT hashes FROM ledger_tile WHERE level = %s AND index = %s", [level, index])
        found = cursor.fetchone()
    if not found:
        raise Malformed(f"{tile_path(level, index)} is missing.")
    return bytes(found[0])


def size() -> int:
    """How many rows have their leaf."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(index) + 1 FROM ledger_link")
        return cursor.fetchone()[0] or 0


def complete(size: int) -> None:
    """Write every tile that a tree of `size` leaves fills and that is not there yet. The caller holds the lock.

    Raises Malformed when hashes are missing that a tile is made of.
    """
    level, full = 0, size // WIDTH
    while full:
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(index) + 1 FROM ledger_tile WHERE level = %s", [level])
            written = cursor.fetchone()[0] or 0
        for first in range(written, full, STEP):
            _write(level, first, min(first + STEP, full))
        level, full = level + 1, full // WIDTH


def _write(level: int, first: int, end: int) -> None:
    """Write the tiles from `first` to before `end` of a level."""
    hashes = _hashes(level, first * WIDTH, end * WIDTH)
    length = WIDTH * HASH_SIZE
    tiles = [hashes[begins : begins + length] for begins in range(0, len(hashes), length)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_tile (level, index, hashes, root)"
            " SELECT %s, * FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[])",
            [level, list(range(first, end)), tiles, [subtree_root(tile) for tile in tiles]],
        )


def _hashes(level: int, start: int, end: int) -> bytes:
    """The hashes from `start` to before `end` of a level, side by side. Raises Malformed when one is missing."""
    with connection.cursor() as cursor:
        if level == 0:
            cursor.execute(_LEAVES, [start, end])
        else:
            cursor.execute(_ROOTS, [level - 1, start, end])
        count, hashes = cursor.fetchone()
    if count != end - start:
        raise Malformed(f"Hashes {start} to {end - 1} of level {level}: {count} where {end - start} were expected.")
    return bytes(hashes)
