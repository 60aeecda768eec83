"""Ledger rows a second from eight writers, against the chain that most ledgers use; then sequencing and verifying.

The peer keeps its chain's head in a row that every writer locks, links to and updates in its own transaction: each
waits for the one before it to commit. Rempart's writers append and leave the linking to the sequencer, which runs at
the same time; the time counted ends when the last row has its place. Both write one row of other work and one ledger
row with a content in each transaction, through the same Django connection, to the same server, durably.
"""

import multiprocessing
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
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


def write(way: Callable[[], None], counts, number: int) -> None:
    """One writer: as many transactions as fit into the time."""
    from django.db import connection, transaction

    ends, done = time.monotonic() + SECONDS, 0
    while time.monotonic() < ends:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_work (said) VALUES ('other work')")
            way()
        done += 1
    counts[number] = done
    connection.close()


def sequence(stop) -> None:
    """The sequencer beside the writers, as the worker runs it, until told to stop and nothing waits."""
    from django.db import connection

    from rempart.ledger.sequencer import sequence_pending

    while not stop.wait(1.0):
        sequence_pending()
    sequence_pending()
    connection.close()


def rows_a_second(way: Callable[[], None], writers: int) -> float:
    """Rows a second that this many writers append together."""
    from django.db import connections

    connections.close_all()
    fork = multiprocessing.get_context("fork")
    counts, stop = fork.Array("l", writers), fork.Event()
    processes = [fork.Process(target=write, args=(way, counts, number)) for number in range(writers)]
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
        with cursor.copy(
            "COPY ledger_ledgerrow (id, event, subject, acting, effective_at, recorded_at, commitment) FROM STDIN"
        ) as copy:
            for row in range(first, first + rows):
                commitment = canonical.commitment(row.to_bytes(32), text)
                copy.write_row((row, "staff_added", f"bench:{row}", "", moment, moment, commitment))
        with cursor.copy("COPY ledger_content (row_id, salt, canonical) FROM STDIN") as copy:
            for row in range(first, first + rows):
                copy.write_row((row, row.to_bytes(32), text))
        cursor.execute("INSERT INTO ledger_pending SELECT generate_series(%s, %s)", [first, first + rows - 1])


def growth(rows: int) -> tuple[float, float, float]:
    """Rows sequenced and rows verified a second when this many more rows wait; peak memory so far in MB."""
    from rempart.ledger.sequencer import sequence_pending
    from rempart.ledger.verification import verify

    add_many(rows)
    begun = time.monotonic()
    sequence_pending()
    sequenced = rows / (time.monotonic() - begun)
    begun = time.monotonic()
    report = verify()
    assert report.holds, report.bad
    verified = report.rows / (time.monotonic() - begun)
    return sequenced, verified, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print both tables."""
    server = EmbeddedServer(HOME)
    try:
        set_up()
        from django.db import connections

        with connections["owner"].cursor() as cursor:
            cursor.execute(TABLES)
        connections.close_all()
        print("Ledger rows a second, each in a durable transaction of its own with one row of other work")
        print(f"{'writers':>10} {'Rempart':>12} {'head in chain':>15} {'ratio':>7}")
        for writers in WRITERS:
            ours, theirs = rows_a_second(append, writers), rows_a_second(append_in_chain, writers)
            print(f"{writers:>10} {ours:>12,.0f} {theirs:>15,.0f} {ours / theirs:>7.1f}")
        print("\nThe sequencer and verification, as the ledger grows")
        print(f"{'more rows':>10} {'sequenced/s':>12} {'verified/s':>15} {'MB':>7}")
        for rows in SIZES:
            sequenced, verified, memory = growth(rows)
            print(f"{rows:>10,} {sequenced:>12,.0f} {verified:>15,.0f} {memory:>7.0f}")
    finally:
        server.remove()
        shutil.rmtree(HOME, ignore_errors=True)


if __name__ == "__main__":
    main()
