"""The sequencer: gives appended rows their leaves in the tree, in batches, and signs a checkpoint over them.

Writers never wait for each other: they append, and whoever holds the advisory lock takes what has been committed since.
A row's place is therefore the order in which it was seen, not begun; `recorded_at` says when it was appended.
Links first, each batch in a transaction of its own, then the tiles that they fill and the checkpoint in another: killed
between any two, the next run goes on from there.
"""

import logging

from django.db import connection, transaction

from rempart.ledger import seen, tree
from rempart.ledger.clock import now
from rempart.ledger.key import signing_key
from rempart.ledger.models import SignedCheckpoint
from rempart.tlog.checkpoint import Checkpoint
from rempart.tlog.errors import TlogError
from rempart.tlog.hashing import leaf_hash
from rempart.tlog.note import sign
from rempart.tlog.tree import prove_consistency, root, verify_consistency

logger = logging.getLogger("rempart.ledger")
LOCK = 0x7265_6D70_6172_7401  # "rempart", 1
BATCH = 5000

# Rows that have a leaf already, or are missing, cannot be linked: verification speaks of them.
_WAITING = """
SELECT p.row_id, r.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM ledger_link l WHERE l.row_id = p.row_id),
       r.nonce, r.event, r.subject, r.acting, r.effective_at, r.recorded_at, r.commitment
FROM (SELECT row_id FROM ledger_pending WHERE row_id > %s ORDER BY row_id LIMIT %s) p
LEFT JOIN ledger_ledgerrow r ON r.id = p.row_id
ORDER BY p.row_id
"""
_LINK = """
WITH placed AS (
    INSERT INTO ledger_link (index, row_id, hash)
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) RETURNING row_id
)
DELETE FROM ledger_pending WHERE row_id IN (SELECT row_id FROM placed)
"""
_SIZES = """
SELECT coalesce((SELECT max(index) + 1 FROM ledger_link), 0),
       coalesce((SELECT max(size) FROM ledger_signedcheckpoint), 0)
"""


def sequence_pending() -> int:
    """Link every row that was committed before, after any sequencer already at work, and sign a checkpoint over them.

    Returns how many were linked. A tree that does not grow from what was signed before is never signed: the log says
    so, the last checkpoint stays the last, and verification names what is wrong.
    """
    total = after = 0
    waiting = BATCH
    while waiting == BATCH:  # a smaller batch had all that was there; what came meanwhile is the next run's
        linked, waiting, after = _sequence_batch(after)
        total += linked
    try:
        _sign()
    except TlogError as error:
        logger.critical("no checkpoint is signed, since the ledger does not hold: %s (rempart ledger verify)", error)
    return total


@transaction.atomic
def _sequence_batch(after: int) -> tuple[int, int, int]:
    """Link the next rows that wait; how many were linked, how many waited, and the row after which to look next.

    A batch begins at the first waiting row again, not after the last one linked: rows committed meanwhile may have
    lower numbers, and must not come after what their writer appended later. Only leading rows that cannot be linked
    are left behind.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM ledger_pending WHERE row_id > %s)", [after])
        if not cursor.fetchone()[0]:
            return 0, 0, after
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        cursor.execute(_WAITING, [after, BATCH])
        waiting = cursor.fetchall()
        index = tree.size()
        links: list[tuple[int, int, bytes]] = []
        for row, can_be_linked, nonce, *columns in waiting:
            if can_be_linked:
                links.append((index + len(links), row, leaf_hash(tree.entry_of(row, nonce, columns))))
            elif not links:
                after = row
        if links:
            cursor.execute(_LINK, [list(column) for column in zip(*links, strict=True)])
    return len(links), len(waiting), after


@transaction.atomic
def _sign() -> None:
    """Complete the tiles and sign a checkpoint over all links, unless the last one is over them already.

    Raises TlogError when hashes are missing, or when the tree does not grow from the last checkpoint or from the last
    one that this machine saw.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        size, signed = cursor.fetchone()
        if size == signed:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    size, last = tree.size(), SignedCheckpoint.objects.order_by("size").last()
    if last is not None and last.size == size:
        return
    tree.complete(size)
    tiles = tree.DatabaseTiles()
    new_root = root(tiles, size)
    known = {(last.size, bytes(last.root))} if last is not None else set()
    if remembered := seen.remembered():
        known.add(remembered)
    for old, old_root in known:
        verify_consistency(
            old=old, new=size, old_root=old_root, new_root=new_root, proof=prove_consistency(tiles, old, size)
        )
    key = signing_key()
    SignedCheckpoint.objects.create(
        number=last.number + 1 if last is not None else 1,
        size=size,
        root=new_root,
        note=sign(Checkpoint(key.name, size, new_root).text, key),
        made_at=now(),
    )
    transaction.on_commit(lambda: seen.remember(size, new_root))
