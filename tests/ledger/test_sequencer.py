"""Eight writers at once lose nothing, and every row gets one leaf in one tree."""

import multiprocessing
import threading
import time

import psycopg
from django.db import connections, transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.models import LedgerRow, Link, Pending
from rempart.ledger.sequencer import LOCK, sequence_pending
from rempart.ledger.verification import verify

WRITERS, EACH = 8, 40


def append(subject="thing:1"):
    with transaction.atomic():
        return ledger.append(Event.STAFF_ADDED, subject=subject, content={"said": "something"}).pk


def _write(writer):
    connections.close_all()  # not the parent's
    for number in range(EACH):
        append(f"writer:{writer}.{number}")
    connections.close_all()


def _sequence(stop):
    connections.close_all()
    while not stop.is_set():
        sequence_pending()
    connections.close_all()


def test_eight_processes_that_write_while_two_sequence_lose_nothing(own_database):
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    stop = fork.Event()
    sequencers = [fork.Process(target=_sequence, args=(stop,)) for _ in range(2)]
    writers = [fork.Process(target=_write, args=(number,)) for number in range(WRITERS)]
    for process in sequencers + writers:
        process.start()
    for process in writers:
        process.join(60)
    stop.set()
    for process in sequencers:
        process.join(60)
    assert [process.exitcode for process in writers + sequencers] == [0] * (WRITERS + 2)
    sequence_pending()
    report = verify()
    assert (report.rows, report.bad) == (WRITERS * EACH, None)
    subjects = LedgerRow.objects.order_by("link__index").values_list("subject", flat=True)
    for writer in range(WRITERS):
        own = [subject for subject in subjects if subject.startswith(f"writer:{writer}.")]
        assert own == [f"writer:{writer}.{number}" for number in range(EACH)]


def test_a_row_committed_late_gets_a_later_place(own_database):
    """The transaction that began first commits last: its row follows, and nothing is passed over."""
    with psycopg.connect(own_database.application_url) as slow:
        early = slow.execute(
            "WITH a AS (INSERT INTO ledger_ledgerrow (event, subject, acting, effective_at, recorded_at, nonce)"
            " VALUES ('staff_added', 'thing:0', '', now(), now(), decode(repeat('07', 16), 'hex')) RETURNING id)"
            " INSERT INTO ledger_pending SELECT id FROM a RETURNING row_id"
        ).fetchone()[0]
        late = append()
        sequence_pending()
        assert list(Link.objects.values_list("row_id", flat=True)) == [late]
        slow.commit()
    sequence_pending()
    assert list(Link.objects.order_by("index").values_list("row_id", flat=True)) == [late, early]
    assert verify().holds


def test_sequencing_again_changes_nothing(own_database):
    append()
    sequence_pending()
    assert sequence_pending() == 0
    assert (Link.objects.count(), Pending.objects.count()) == (1, 0)


def test_more_rows_than_a_batch_are_all_linked(own_database, monkeypatch):
    from rempart.ledger import sequencer

    monkeypatch.setattr(sequencer, "BATCH", 3)
    for _number in range(10):
        append()
    assert sequence_pending() == 10
    assert verify().holds


def test_a_row_committed_between_two_batches_comes_before_what_its_writer_appended_later(own_database, monkeypatch):
    from rempart.ledger import sequencer

    monkeypatch.setattr(sequencer, "BATCH", 1)
    with psycopg.connect(own_database.application_url) as slow:
        early = slow.execute(
            "WITH a AS (INSERT INTO ledger_ledgerrow (event, subject, acting, effective_at, recorded_at, nonce)"
            " VALUES ('staff_added', 'thing:0', '', now(), now(), decode(repeat('07', 16), 'hex')) RETURNING id)"
            " INSERT INTO ledger_pending SELECT id FROM a RETURNING row_id"
        ).fetchone()[0]
        first = append()
        _linked, _waiting, after = sequencer._sequence_batch(0)
        slow.commit()
        later = append()
        sequencer._sequence_batch(after)
    sequence_pending()
    assert list(Link.objects.order_by("index").values_list("row_id", flat=True)) == [first, early, later]


def test_rows_that_cannot_be_linked_do_not_keep_others_waiting(own_database, monkeypatch):
    from rempart.ledger import sequencer

    monkeypatch.setattr(sequencer, "BATCH", 2)
    rows = [append() for _number in range(9)]
    with psycopg.connect(own_database.owner_url) as superuser:
        superuser.execute("SET session_replication_role = replica")
        gone = [rows[0], rows[1], rows[2], rows[5]]
        superuser.execute("DELETE FROM ledger_content WHERE row_id = ANY(%s)", [gone])
        superuser.execute("DELETE FROM ledger_ledgerrow WHERE id = ANY(%s)", [gone])
    assert sequence_pending() == 5
    assert verify().bad.row == rows[0]


def test_a_writer_never_waits_for_the_sequencer(own_database):
    with psycopg.connect(own_database.application_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])  # a sequencer that takes its time
        appended = threading.Thread(target=lambda: (append(), connections.close_all()))
        appended.start()
        appended.join(5)
        assert LedgerRow.objects.count() == 1


def test_a_sequencer_waits_for_the_one_at_work(own_database):
    append()
    with psycopg.connect(own_database.application_url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        sequencing = threading.Thread(target=lambda: (sequence_pending(), connections.close_all()))
        sequencing.start()
        time.sleep(0.3)
        assert Link.objects.count() == 0
    sequencing.join(5)
    assert Link.objects.count() == 1
