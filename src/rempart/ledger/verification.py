"""Verification: recomputes the whole ledger and names the first row that is not as it was appended.

It trusts neither the application nor whoever rules the database: hashes, places, commitments of the contents still
present, the erasure behind every content that is gone, and the last head that this machine saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from rempart.ledger import canonical, witness
from rempart.ledger.events import Event
from rempart.ledger.sequencer import COLUMNS

CHUNK = 10_000

_CHAIN = """
SELECT l.index, l.row_id, l.previous, l.hash,
       r.id, r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment, c.salt, c.canonical
FROM ledger_link l
LEFT JOIN ledger_ledgerrow r ON r.id = l.row_id
LEFT JOIN ledger_content c ON c.row_id = r.id
WHERE l.index > %s ORDER BY l.index LIMIT %s
"""
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


@dataclass(frozen=True)
class BadRow:
    """The first row found wrong: its number, its place in the chain (None when it has none) and what is wrong."""

    row: int | None
    place: int | None
    wrong: str

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row is not None else "no row"
        return f"{where}, place {self.place}: {self.wrong}" if self.place is not None else f"{where}: {self.wrong}"


@dataclass(frozen=True)
class Report:
    """What verification found: rows in the chain, the head's hash, and the first bad row if there is one."""

    rows: int
    head: bytes
    bad: BadRow | None

    @property
    def holds(self) -> bool:
        """Whether every row is as it was appended."""
        return self.bad is None


def verify() -> Report:
    """Recompute the ledger. Reads only. Rows that still wait for a place are left for the sequencer."""
    rows, head = 0, canonical.GENESIS
    seen = witness.remembered()
    for link in _links():
        bad = _check(link, place=rows + 1, previous=head)
        if bad is None and seen and seen[0] == rows + 1 and bytes(link["hash"]) != seen[1]:
            bad = BadRow(link["row"], rows + 1, "the chain was rewritten since this machine last saw it")
        if bad:
            return Report(rows, head, bad)
        rows, head = rows + 1, bytes(link["hash"])
    return Report(rows, head, _after_the_chain(rows, seen))


def _links() -> Iterator[dict[str, Any]]:
    names = [
        "index",
        "row",
        "previous",
        "hash",
        "found",
        "event",
        "subject",
        "acting",
        "effective_at",
        "recorded_at",
        "commitment",
        "salt",
        "canonical",
    ]
    last = -(2**63)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_CHAIN, [last, CHUNK])
            chunk = cursor.fetchall()
        yield from (dict(zip(names, values, strict=True)) for values in chunk)
        if len(chunk) < CHUNK:
            return
        last = chunk[-1][0]


def _check(link: dict[str, Any], *, place: int, previous: bytes) -> BadRow | None:
    """What is wrong with a link that should be at `place`, if anything."""
    row = link["row"]
    if link["index"] > place:
        return BadRow(None, place, "the row at this place is missing")
    if link["index"] < place:
        return BadRow(row, link["index"], "a place that no row can have")
    wrong = (
        "the row is missing"
        if link["found"] is None
        else "it does not follow the row before it"
        if bytes(link["previous"]) != previous
        else _wrong_in_row(link, previous)
    )
    return BadRow(row, place, wrong) if wrong else None


def _wrong_in_row(link: dict[str, Any], previous: bytes) -> str | None:
    columns = {name: link[name] for name in COLUMNS}
    if canonical.link_hash(index=link["index"], previous=previous, row=link["row"], **columns) != bytes(link["hash"]):
        return "it was changed: its hash does not match"
    if link["canonical"] is None:
        return None
    if link["commitment"] is None:
        return "a content was added to it"
    if canonical.commitment(bytes(link["salt"]), link["canonical"]) != bytes(link["commitment"]):
        return "its content was changed: the commitment does not match"
    return None


def _after_the_chain(rows: int, seen: tuple[int, bytes] | None) -> BadRow | None:
    if seen and seen[0] > rows:
        return BadRow(None, rows + 1, f"the chain is cut: this machine saw {seen[0]} rows")
    with connection.cursor() as cursor:
        for query, parameters, wrong in (
            (_UNLINKED, [], "it was inserted behind the ledger's back: it neither has nor awaits a place"),
            (_PENDING_WITHOUT_ROW, [], "it was appended and is missing"),
            (_CONTENT_GONE, [Event.CONTENT_ERASED.value], "its content is gone and no erasure says why"),
        ):
            cursor.execute(query, parameters)
            if found := cursor.fetchone():
                return BadRow(found[0], None, wrong)
    return None
