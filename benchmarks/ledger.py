"""Ledger rows a second from eight writers, against the chain that most ledgers use; then the tree as it grows.

The peer keeps its chain's head in a row that every writer locks, links to and updates in its own transaction: each
waits for the one before it to commit. Rempart's writers append and leave the tree to the sequencer, which runs at the
same time and signs a checkpoint each second; the time counted ends when the last row is under a checkpoint. Both write
one ledger row with a content in each transaction, durably, through the same Django connection to the same server: first
alone, then beside one row of other work.
"""

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
os.environ["REMPART_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)

from rempart.database.embedded import EmbeddedServer  # noqa: E402
from rempart.site.setting_up import set_up  # noqa: E402

WRITERS = (1, 2, 4, 8)
SECONDS = 3.0
SIZES = (10_000, 50_000, 250_000)
TABLES = """
CREATE TABLE bench_work (id bigserial PRIMARY KEY, said text);
CREATE TABLE bench_head (id int PRIMARY KEY, index bigint, hash bytea);
CREATE TABLE bench_row (
    index bigint PRIMARY KEY, event text, subject text, recorded_at timestamptz, canonical text, salt bytea,
    previous bytea, hash bytea
);
INSERT INTO bench_head VALUES (1, 0, decode(repeat('00', 32), 'hex'));
"""
CONTENT = {"reason": "three independent testimonies name the same conduct", "articles": ["nexus", "contact"]}


def append() -> None:
    """Rempart's way."""
    from rempart import ledger
    from rempart.ledger import Event

    ledger.append(Event.STAFF_ADDED, subject="bench:1", content=CONTENT)


def append_in_chain() -> None:
    """The peer's way: link to the head under its lock, which holds until this transaction commits."""
    import hashlib
    import secrets

    from django.db import connection

    from rempart.ledger.canonical import canonical_json, commitment
    from rempart.ledger.clock import now

    salt, text, moment = secrets.token_bytes(32), canonical_json(CONTENT), now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT index, hash FROM bench_head FOR UPDATE")
        index, previous = cursor.fetchone()
        body = canonical_json([index + 1, bytes(previous).hex(), "staff_added", moment, commitment(salt, text).hex()])
        digest = hashlib.sha256(body.encode()).digest()
        cursor.execute(
            "INSERT INTO bench_row VALUES (%s, 'staff_added', 'bench:1', %s, %s, %s, %s, %s)",
            [index + 1, moment, text, salt, previous, digest],
        )
        cursor.execute("UPDATE bench_head SET index = %s, hash = %s", [index + 1, digest])


def write(way: Callable[[], None], counts, number: int, alone: bool) -> None:
    """One writer: as many transactions as fit into the time."""
    from django.db import connection, transaction

    ends, done = time.monotonic() + SECONDS, 0
    while time.monotonic() < ends:
        with transaction.atomic(), connection.cursor() as cursor:
            if not alone:
                cursor.execute("INSERT INTO bench_work (said) VALUES ('other work')")
            way()
        done += 1
    counts[number] = done
    connection.close()


def sequence(stop) -> None:
    """The sequencer beside the writers, as the worker runs it, until told to stop and all is under a checkpoint."""
    from django.db import connection

    from rempart.ledger.sequencer import sequence_pending

    while not stop.wait(1.0):
        sequence_pending()
    sequence_pending()
    connection.close()


def rows_a_second(way: Callable[[], None], writers: int, *, alone: bool) -> float:
    """Rows a second that this many writers append together; alone: in transactions of nothing else."""
    from django.db import connections

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    counts, stop = fork.Array("l", writers), fork.Event()
    processes = [fork.Process(target=write, args=(way, counts, number, alone)) for number in range(writers)]
    sequencer = fork.Process(target=sequence, args=(stop,))
    begun = time.monotonic()
    for process in [*processes, sequencer]:
        process.start()
    for process in processes:
        process.join()
    stop.set()
    sequencer.join()
    return sum(counts) / (time.monotonic() - begun)


def add_many(rows: int) -> None:
    """Append this many rows with their contents at once, by COPY."""
    from django.db import connection, transaction

    from rempart.ledger import canonical
    from rempart.ledger.clock import now
    from rempart.ledger.models import LedgerRow

    first = (LedgerRow.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
    moment, text = now(), canonical.canonical_json(CONTENT)
    with transaction.atomic(), connection.cursor() as cursor:
        columns = "id, event, subject, acting, effective_at, recorded_at, commitment, nonce"
        with cursor.copy(f"COPY ledger_ledgerrow ({columns}) FROM STDIN") as copy:
            for row in range(first, first + rows):
                commitment = canonical.commitment(row.to_bytes(32), text)
                nonce = row.to_bytes(canonical.NONCE_SIZE)
                copy.write_row((row, "staff_added", f"bench:{row}", "", moment, moment, commitment, nonce))
        with cursor.copy("COPY ledger_content (row_id, salt, canonical) FROM STDIN") as copy:
            for row in range(first, first + rows):
                copy.write_row((row, row.to_bytes(32), text))
        cursor.execute("INSERT INTO ledger_pending SELECT generate_series(%s, %s)", [first, first + rows - 1])


@dataclass
class Grown:
    """What was measured of a ledger of `size` rows: rates in rows a second, times in milliseconds, memory in MB."""

    size: int
    sequenced: float
    checkpoint: float
    proof: float
    growth: float
    verified: float
    memory: float


def growth(rows: int) -> Grown:
    """Add this many rows, and measure the tree over all."""
    from rempart.ledger import log
    from rempart.ledger.models import LedgerRow
    from rempart.ledger.sequencer import sequence_pending
    from rempart.ledger.verification import verify

    add_many(rows)
    sequenced = rows / seconds(sequence_pending)
    size = log.size()
    some = list(LedgerRow.objects.filter(link__index__in=range(0, size, size // 200)))
    add_many(1)
    checkpoint = seconds(sequence_pending)
    proof = seconds(lambda: [log.prove(row) for row in some]) / len(some)
    grown = seconds(lambda: [log.prove_growth(old, size) for old in range(1, size, size // 200)]) / 200
    begun = time.monotonic()
    report = verify()
    assert report.holds, report.bad
    verified = report.rows / (time.monotonic() - begun)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Grown(report.rows, sequenced, 1000 * checkpoint, 1000 * proof, 1000 * grown, verified, memory)


def seconds(work: Callable[[], object]) -> float:
    """How long this takes."""
    begun = time.monotonic()
    work()
    return time.monotonic() - begun


def main() -> None:
    """Print both tables."""
    server = EmbeddedServer(HOME)
    try:
        set_up()
        from django.db import connections

        from rempart.ledger.models import SignedCheckpoint

        with connections["owner"].cursor() as cursor:
            cursor.execute(TABLES)
        connections.close_all()
        for alone, what in ((True, "alone"), (False, "with one row of other work")):
            print(f"Ledger rows a second, each in a durable transaction of its own, {what}")
            print("   writers      Rempart   head in chain   ratio")
            for writers in WRITERS:
                ours, theirs = (rows_a_second(way, writers, alone=alone) for way in (append, append_in_chain))
                print(f"{writers:>10} {ours:>12,.0f} {theirs:>15,.0f} {ours / theirs:>7.1f}")
        print(f"{SignedCheckpoint.objects.count()} checkpoints were signed meanwhile, about one a second")
        print("\nThe tree as the ledger grows: rows a second, then milliseconds")
        print("      rows  sequenced   verified  checkpoint   proof  growth    MB")
        for rows in SIZES:
            grown = growth(rows)
            print(
                f"{grown.size:>10,} {grown.sequenced:>10,.0f} {grown.verified:>10,.0f} {grown.checkpoint:>11.1f}"
                f" {grown.proof:>7.2f} {grown.growth:>7.2f} {grown.memory:>5.0f}"
            )
    finally:
        server.remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
