"""Verification: recomputes the whole ledger and names the first row that is not as it was appended.

It trusts neither the application nor whoever rules the database: leaves, places, commitments of the contents still
present, the erasure behind every content that is gone, every tile, every signed checkpoint, and the last one that this
machine saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from rempart.ledger import canonical, seen, tree
from rempart.ledger.events import Event
from rempart.ledger.key import keys_by_name
from rempart.tlog.checkpoint import Checkpoint
from rempart.tlog.frontier import Frontier
from rempart.tlog.hashing import leaf_hash, subtree_root
from rempart.tlog.note import sign
from rempart.tlog.tiles import WIDTH, tile_path

CHUNK = 10_000

_LEAVES = """
SELECT l.index, l.row_id, l.hash, r.id, c.salt, c.canonical,
       r.nonce, r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment
FROM ledger_link l
LEFT JOIN ledger_ledgerrow r ON r.id = l.row_id
LEFT JOIN ledger_content c ON c.row_id = r.id
WHERE l.index > %s ORDER BY l.index LIMIT %s
"""
_TILES = "SELECT index, hashes, root FROM ledger_tile WHERE level = %s AND index > %s ORDER BY index LIMIT %s"
_CHECKPOINTS = "SELECT number, size, root, note FROM ledger_signedcheckpoint WHERE number > %s ORDER BY number LIMIT %s"

_UNLINKED = """
SELECT r.id FROM ledger_ledgerrow r
LEFT JOIN ledger_link l ON l.row_id = r.id LEFT JOIN ledger_pending p ON p.row_id = r.id
WHERE l.row_id IS NULL AND p.row_id IS NULL ORDER BY r.id LIMIT 1
"""
_PENDING_WITHOUT_ROW = """
SELECT p.row_id FROM ledger_pending p LEFT JOIN ledger_ledgerrow r ON r.id = p.row_id
WHERE r.id IS NULL ORDER BY 1 LIMIT 1
"""
_CONTENT_GONE = """
SELECT r.id FROM ledger_ledgerrow r LEFT JOIN ledger_content c ON c.row_id = r.id
WHERE r.commitment IS NOT NULL AND c.row_id IS NULL AND NOT EXISTS (
    SELECT 1 FROM ledger_ledgerrow e WHERE e.subject = r.subject AND e.event = %s AND e.id > r.id
) ORDER BY r.id LIMIT 1
"""
# Each in one statement, hence at one moment: a sequencer may well be at work.
_TILE_TOO_MANY = """
SELECT level, index FROM ledger_tile
WHERE (index + 1)::numeric * 256::numeric ^ (level + 1) > (SELECT coalesce(max(index) + 1, 0) FROM ledger_link)
ORDER BY level, index LIMIT 1
"""
_CHECKPOINT_TOO_LARGE = """
SELECT number FROM ledger_signedcheckpoint
WHERE size > (SELECT coalesce(max(index) + 1, 0) FROM ledger_link) ORDER BY number LIMIT 1
"""


@dataclass(frozen=True)
class BadRow:
    """The first row found wrong: its number, its place (None when it has none) and what is wrong.

    What is wrong with a tile or a checkpoint has no row; its place is the first leaf of the tile, or the checkpoint's
    last.
    """

    row: int | None
    place: int | None
    wrong: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row is not None else "no row"
        return f"{where}, place {self.place}: {self.wrong}" if self.place is not None else f"{where}: {self.wrong}"


@dataclass(frozen=True)
class Report:
    """What verification found: rows in the tree, its root, and the first bad row if there is one."""

    rows: int
    head: bytes
    bad: BadRow | None

    @property
    def holds(self) -> bool:
        """Whether every row is as it was appended."""
        return self.bad is None


class _Bad(Exception):
    """The walk ends here."""

    def __init__(self, row: int | None, place: int | None, wrong: str) -> None:
        super().__init__(wrong)
        self.bad = BadRow(row, place, wrong)


def verify() -> Report:
    """Recompute the ledger. Reads only. Rows that still wait for their leaf are left for the sequencer."""
    walk = _Walk()
    try:
        for leaf in _leaves():
            walk.take(leaf)
        walk.end()
        _ensure_nothing_beside()
    except _Bad as found:
        return Report(walk.frontier.size, walk.frontier.root(), found.bad)
    return Report(walk.frontier.size, walk.frontier.root(), None)


class _Walk:
    """One way through the leaves in their order, with the tiles and checkpoints that they make."""

    def __init__(self) -> None:
        self.frontier = Frontier()
        self._seen = seen.remembered()
        self._signed = _signed()
        self._levels: list[_Level] = []
        self._checkpoints = _Checkpoints()

    def take(self, leaf: tuple[Any, ...]) -> None:
        """Check the next leaf, and what it completes. Raises _Bad."""
        index, row, stored, found, salt, content, nonce, *columns = leaf
        place = self.frontier.size
        if index > place:
            raise _Bad(None, place, "the row at this place is missing")
        if index < place:
            raise _Bad(row, index, "a place that no row can have")
        if found is None:
            raise _Bad(row, place, "the row is missing")
        stored = bytes(stored)
        wrong = _wrong_in_row(row, stored, nonce, columns) or _wrong_in_content(salt, content, columns[-1])
        if wrong:
            raise _Bad(row, place, wrong)
        self.frontier.append(stored)
        self._fill(0, stored)
        self._meet_checkpoint()

    def _fill(self, number: int, digest: bytes) -> None:
        if number == len(self._levels):
            self._levels.append(_Level(number))
        level = self._levels[number]
        level.hashes.append(digest)
        if len(level.hashes) == WIDTH:
            self._fill(number + 1, level.complete(demanded=self.frontier.size <= self._signed))

    def _meet_checkpoint(self) -> None:
        size = self.frontier.size
        while (checkpoint := self._checkpoints.next) and checkpoint[1] <= size:
            self._checkpoints.check(self.frontier)
        if self._seen and self._seen[0] == size and self._seen[1] != self.frontier.root():
            raise _Bad(None, size - 1, "the ledger was rewritten since this machine last saw it")

    def end(self) -> None:
        """Check that nothing speaks of rows beyond the last. Raises _Bad."""
        size = self.frontier.size
        if self._seen and self._seen[0] > size:
            raise _Bad(None, size, f"the ledger is cut: this machine saw {self._seen[0]} rows")
        if self._seen and self._seen[0] > self._checkpoints.size:
            raise _Bad(None, self._seen[0] - 1, "the checkpoint that this machine saw last is missing")
        with connection.cursor() as cursor:
            cursor.execute(_CHECKPOINT_TOO_LARGE)
            if found := cursor.fetchone():
                raise _Bad(None, size, f"the ledger is cut: checkpoint {found[0]} is over more rows")
            cursor.execute(_TILE_TOO_MANY)
            if found := cursor.fetchone():
                raise _Bad(None, size, f"a tile that no row fills: level {found[0]}, index {found[1]}")


class _Level:
    """The tiles of a level: those that the leaves make, held against those that were written."""

    def __init__(self, number: int) -> None:
        self.number, self.done = number, 0
        self.hashes: list[bytes] = []
        self._written = _chunks(_TILES, [number], key=0)

    def complete(self, *, demanded: bool) -> bytes:
        """The root of the tile that is full; a checkpoint over it demands that it was written. Raises _Bad."""
        hashes, index = b"".join(self.hashes), self.done
        self.hashes, self.done = [], index + 1
        digest = subtree_root(hashes)
        found = next(self._written, None)
        if found is not None and (found[0], bytes(found[1]), bytes(found[2])) == (index, hashes, digest):
            return digest
        if found is not None or demanded:
            missing = found is None or found[0] > index
            what = "is missing" if missing else "is not what its rows give"
            first = index * WIDTH ** (self.number + 1)
            raise _Bad(None, first, f"{tile_path(self.number, index)} {what}")
        return digest


class _Checkpoints:
    """The signed checkpoints in their order, each met when the leaves have come to its size."""

    def __init__(self) -> None:
        self._keys = keys_by_name()
        self._stored = _chunks(_CHECKPOINTS, [], key=0)
        self._number = self.size = 0
        self.next = next(self._stored, None)

    def check(self, frontier: Frontier) -> None:
        """Check the next checkpoint against the tree at its size, and go on to the one after. Raises _Bad."""
        number, size, root, note = self.next
        place = size - 1
        if number != self._number + 1:
            raise _Bad(None, place, f"checkpoint {self._number + 1} is missing")
        if size <= self.size or size < frontier.size:
            raise _Bad(None, place, f"checkpoint {number} is out of order")
        if wrong := self._wrong(number, size, bytes(root), note, frontier):
            raise _Bad(None, place, wrong)
        self._number, self.size = number, size
        self.next = next(self._stored, None)

    def _wrong(self, number: int, size: int, root: bytes, note: str, frontier: Frontier) -> str | None:
        # Ed25519 signs the same text in the same way each time: the whole note is compared, not the signature alone.
        key = self._keys.get(note.partition("\n")[0])
        if key is None or sign(Checkpoint(key.name, size, root).text, key) != note:
            return f"checkpoint {number} is not the one that was signed"
        if frontier.root() != root:
            return f"the rows up to here are not those that checkpoint {number} was signed over"
        return None


def _leaves() -> Iterator[tuple[Any, ...]]:
    return _chunks(_LEAVES, [], key=0)


def _chunks(query: str, parameters: list[Any], *, key: int) -> Iterator[tuple[Any, ...]]:
    """What a query gives that is asked for rows after a key and at most so many, in the order of that key."""
    last = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, [*parameters, last, CHUNK])
            chunk = cursor.fetchall()
        yield from chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1][key]


def _signed() -> int:
    """The size of the last checkpoint stored."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(size), 0) FROM ledger_signedcheckpoint")
        size: int = cursor.fetchone()[0]
    return size


def _wrong_in_row(row: int, stored: bytes, nonce: Any, columns: list[Any]) -> str | None:
    try:
        entry = tree.entry_of(row, nonce, columns)
    except ValueError as error:
        return f"it was changed: {error}"
    return None if leaf_hash(entry) == stored else "it was changed: its hash does not match"


def _wrong_in_content(salt: Any, content: str | None, committed: Any) -> str | None:
    if content is None:
        return None
    if committed is None:
        return "a content was added to it"
    if canonical.commitment(bytes(salt), content) != bytes(committed):
        return "its content was changed: the commitment does not match"
    return None


def _ensure_nothing_beside() -> None:
    """Check that every row has or awaits its leaf, and every content that is gone was erased. Raises _Bad."""
    with connection.cursor() as cursor:
        for query, parameters, wrong in (
            (_UNLINKED, [], "it was inserted behind the ledger's back: it neither has nor awaits a place"),
            (_PENDING_WITHOUT_ROW, [], "it was appended and is missing"),
            (_CONTENT_GONE, [Event.CONTENT_ERASED.value], "its content is gone and no erasure says why"),
        ):
            cursor.execute(query, parameters)
            if found := cursor.fetchone():
                raise _Bad(found[0], None, wrong)
