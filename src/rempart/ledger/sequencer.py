"""The sequencer: gives appended rows their places in the chain, in batches, one sequencer at a time.

Writers never wait for each other: they append, and whoever holds the advisory lock links what has been committed since.
A row's place is therefore the order in which it was seen, not begun; `recorded_at` says when it was appended.
"""

from django.db import connection, transaction

from rempart.ledger import canonical, witness

LOCK = 0x7265_6D70_6172_7401  # "rempart", 1
BATCH = 5000
COLUMNS = ("event", "subject", "acting", "effective_at", "recorded_at", "commitment")

# Rows that have a place already, or are missing, cannot be linked: verification speaks of them.
_WAITING = """
SELECT p.row_id, r.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_link l WHERE l.row_id = p.row_id),
       r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment
FROM (SELECT row_id FROM ledger_pending WHERE row_id > %s ORDER BY row_id LIMIT %s) p
LEFT JOIN ledger_ledgerrow r ON r.id = p.row_id
ORDER BY p.row_id
"""
_LINK = """
WITH placed AS (
    INSERT INTO ledger_link (index, row_id, previous, hash)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[], %s::bytea[]) RETURNING row_id
)
DELETE FROM ledger_pending WHERE row_id IN (SELECT row_id FROM placed)
"""


def sequence_pending() -> int:
    """Link every committed row that has no place yet, after any sequencer already at work. Returns how many."""
    total, after = 0, 0
    while batch := _sequence_batch(after):
        linked, after = batch
        total += linked
    return total


@transaction.atomic
def _sequence_batch(after: int) -> tuple[int, int] | None:
    """Link the next rows that wait; how many, and the row after which to look next, or None when none waits.

    A batch begins at the first waiting row again, not after the last one linked: rows committed meanwhile may have
    lower numbers, and must not come after what their writer appended later. Only leading rows that cannot be linked
    are left behind.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM ledger_pending WHERE row_id > %s)", [after])
        if not cursor.fetchone()[0]:
            return None
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_WAITING, [after, BATCH])
        waiting = cursor.fetchall()
        if not waiting:
            return None
        index, previous = head()
        links = []
        for row, can_be_linked, *columns in waiting:
            if not can_be_linked:
                after = after if links else row
            else:
                index += 1
                digest = canonical.link_hash(
                    index=index, previous=previous, row=row, **dict(zip(COLUMNS, columns, strict=True))
                )
                links.append((index, row, previous, digest))
                previous = digest
        if links:
            cursor.execute(_LINK, [list(column) for column in zip(*links, strict=True)])
            transaction.on_commit(lambda: witness.remember(index, previous))
    return len(links), after


def head() -> tuple[int, bytes]:
    """The last place in the chain and its hash; (0, zeros) when nothing is linked yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, hash FROM ledger_link ORDER BY index DESC LIMIT 1")
        found = cursor.fetchone()
    return (found[0], bytes(found[1])) if found else (0, canonical.GENESIS)
