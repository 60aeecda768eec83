"""Verification holds over what was appended, and names the first row that somebody changed, whoever it was."""

import random

import psycopg
import pytest
from django.db import transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.models import Content, LedgerRow, Link, SignedCheckpoint
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify
from rempart.tlog.hashing import EMPTY_ROOT

ROWS = 12


@pytest.fixture
def few(own_database):
    """Twelve rows in the tree, about six subjects, and the owner's way into the database."""
    with transaction.atomic():
        for number in range(ROWS):
            ledger.append(Event.STAFF_ADDED, subject=f"thing:{number % 6}", content={"number": number})
    sequence_pending()
    assert verify().holds
    return own_database


def tamper(database, statement, parameters=()):
    """What a superuser can do: switch every trigger and constraint off, then change what they like."""
    with psycopg.connect(database.owner_url, autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")
        done = superuser.execute(statement, parameters)
        assert done.rowcount


def row_at(place: int) -> int:
    return Link.objects.get(index=place).row_id


def test_an_untouched_ledger_verifies(few):
    report = verify()
    assert (report.rows, report.head, report.bad) == (ROWS, bytes(SignedCheckpoint.objects.get().root), None)


def test_an_empty_ledger_verifies(own_database):
    report = verify()
    assert (report.rows, report.head, report.bad) == (0, EMPTY_ROOT, None)


@pytest.mark.parametrize(
    "column",
    ["event", "subject", "acting", "effective_at", "recorded_at", "commitment", "nonce"],
)
def test_a_change_in_any_column_is_found(few, column):
    changed = {
        "event": "'content_erased'",
        "subject": "'thing:9'",
        "acting": "'staff.staffmember:1'",
        "effective_at": "effective_at + interval '1 microsecond'",
        "recorded_at": "recorded_at - interval '1 microsecond'",
        "commitment": "set_byte(commitment, 31, get_byte(commitment, 31) # 1)",
        "nonce": "set_byte(nonce, 15, get_byte(nonce, 15) # 1)",
    }
    row = row_at(5)
    tamper(few, f"UPDATE ledger_ledgerrow SET {column} = {changed[column]} WHERE id = %s", [row])
    assert (verify().bad.row, verify().bad.place) == (row, 5)


@pytest.mark.parametrize("seed", range(12))
def test_a_change_of_any_single_byte_is_found(few, seed):
    """Any byte of any hash, commitment, salt or content, one at random each time."""
    chance = random.Random(seed)
    table, column, key = [
        ("ledger_link", "hash", "row_id"),
        ("ledger_ledgerrow", "nonce", "id"),
        ("ledger_ledgerrow", "commitment", "id"),
        ("ledger_content", "salt", "row_id"),
    ][seed % 4]
    place, byte, bit = chance.randrange(ROWS), chance.randrange(16), 1 << chance.randrange(8)
    tamper(
        few,
        f"UPDATE {table} SET {column} = set_byte({column}, {byte}, get_byte({column}, {byte}) # {bit})"
        f" WHERE {key} = %s",
        [row_at(place)],
    )
    assert verify().bad.place == place


def test_a_changed_content_is_found(few):
    tamper(few, "UPDATE ledger_content SET canonical = '{\"number\":41}' WHERE row_id = %s", [row_at(4)])
    assert verify().bad.place == 4
    assert "content was changed" in str(verify().bad)


def test_a_content_in_another_spelling_is_found(few):
    tamper(few, "UPDATE ledger_content SET canonical = '{\"number\": 3}' WHERE row_id = %s", [row_at(4)])
    assert verify().bad.place == 4


def test_a_content_deleted_without_an_erasure_is_found(few):
    row = row_at(4)
    tamper(few, "DELETE FROM ledger_content WHERE row_id = %s", [row])
    assert verify().bad.row == row


def test_a_deleted_row_is_found(few):
    row = row_at(7)
    tamper(few, "DELETE FROM ledger_ledgerrow WHERE id = %s", [row])
    assert (verify().bad.row, verify().bad.place) == (row, 7)


def test_a_row_deleted_with_its_link_is_found(few):
    tamper(few, "DELETE FROM ledger_link WHERE index = 7")
    assert verify().bad.place == 7


def test_a_tree_whose_gap_was_closed_is_found(few):
    tamper(few, "DELETE FROM ledger_link WHERE index = 7")
    tamper(few, "UPDATE ledger_link SET index = index + 100 WHERE index > 7")
    tamper(few, "UPDATE ledger_link SET index = index - 101 WHERE index > 100")
    assert verify().bad.place == 11


def test_two_rows_that_changed_places_are_found(few):
    first, second = row_at(3), row_at(9)
    tamper(few, "UPDATE ledger_link SET row_id = -1 WHERE index = 3")
    tamper(few, "UPDATE ledger_link SET row_id = %s WHERE index = 9", [first])
    tamper(few, "UPDATE ledger_link SET row_id = %s WHERE index = 3", [second])
    assert (verify().bad.row, verify().bad.place) == (second, 3)


def test_two_leaves_that_changed_places_with_their_rows_are_found_by_the_checkpoint(few):
    tamper(few, "UPDATE ledger_link SET index = 112 - index WHERE index IN (3, 9)")
    tamper(few, "UPDATE ledger_link SET index = index - 100 WHERE index > 100")
    assert (verify().bad.row, verify().bad.place) == (None, ROWS - 1)
    assert "not those that checkpoint 1 was signed over" in str(verify().bad)


def test_an_inserted_row_is_found(few):
    tamper(
        few,
        "INSERT INTO ledger_ledgerrow (event, subject, acting, effective_at, recorded_at, commitment, nonce)"
        " SELECT event, subject, acting, effective_at, recorded_at, commitment, nonce FROM ledger_ledgerrow LIMIT 1",
    )
    sequence_pending()
    assert verify().bad.row == LedgerRow.objects.latest("pk").pk


def test_a_leaf_inserted_among_others_is_found(few):
    tamper(few, "UPDATE ledger_link SET index = index + 100 WHERE index > 5")
    tamper(few, "UPDATE ledger_link SET index = index - 99 WHERE index > 100")
    inserted = "SELECT 6, -6, hash FROM ledger_link WHERE index = 5"
    tamper(few, f"INSERT INTO ledger_link (index, row_id, hash) {inserted}")
    assert verify().bad.place == 6


def test_a_ledger_cut_at_its_end_is_found(few):
    rows = [row_at(place) for place in (10, 11)]
    for statement in (
        "DELETE FROM ledger_link WHERE row_id = ANY(%s)",
        "DELETE FROM ledger_content WHERE row_id = ANY(%s)",
        "DELETE FROM ledger_ledgerrow WHERE id = ANY(%s)",
    ):
        tamper(few, statement, [rows])
    assert verify().bad.place == 10


def test_a_tree_rewritten_to_its_end_is_found(few):
    """Somebody who knows how hashes are made changes a row and computes every later hash again."""
    row = row_at(2)
    tamper(few, "UPDATE ledger_ledgerrow SET subject = 'thing:9' WHERE id = %s", [row])
    tamper(few, "INSERT INTO ledger_pending SELECT row_id FROM ledger_link ORDER BY row_id")
    tamper(few, "DELETE FROM ledger_link")
    sequence_pending()
    assert verify().bad.place == ROWS - 1
    assert "not those that checkpoint 1 was signed over" in str(verify().bad)


def test_a_tree_rewritten_with_its_checkpoints_is_not_signed_and_found(few, caplog):
    """They also take the checkpoints away, so that the sequencer would sign the new tree."""
    row = row_at(2)
    tamper(few, "UPDATE ledger_ledgerrow SET subject = 'thing:9' WHERE id = %s", [row])
    tamper(few, "INSERT INTO ledger_pending SELECT row_id FROM ledger_link ORDER BY row_id")
    tamper(few, "DELETE FROM ledger_link")
    tamper(few, "DELETE FROM ledger_signedcheckpoint")
    sequence_pending()
    assert not SignedCheckpoint.objects.exists()
    assert "no checkpoint is signed" in caplog.text
    assert verify().bad.place == ROWS - 1
    assert "rewritten since this machine last saw it" in str(verify().bad)


def test_even_somebody_with_the_key_cannot_sign_another_history_unseen(few, monkeypatch):
    """They make the sequencer sign the rewritten tree, in another home folder; this one remembers."""
    row = row_at(2)
    tamper(few, "UPDATE ledger_ledgerrow SET subject = 'thing:9' WHERE id = %s", [row])
    tamper(few, "INSERT INTO ledger_pending SELECT row_id FROM ledger_link ORDER BY row_id")
    tamper(few, "DELETE FROM ledger_link")
    tamper(few, "DELETE FROM ledger_signedcheckpoint")
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr("rempart.ledger.seen.remembered", lambda: None)
        sequence_pending()
    assert SignedCheckpoint.objects.get().size == ROWS
    assert "rewritten since this machine last saw it" in str(verify().bad)


def test_a_row_deleted_before_it_had_a_place_is_found(few):
    with transaction.atomic():
        row = ledger.append(Event.STAFF_ADDED, subject="thing:1").pk
    tamper(few, "DELETE FROM ledger_ledgerrow WHERE id = %s", [row])
    sequence_pending()
    assert verify().bad.row == row


def test_erasing_a_subject_leaves_every_proof(few):
    before = SignedCheckpoint.objects.get()
    assert ledger.erase("thing:2", because="asked for by the person") == 2
    sequence_pending()
    report = verify()
    assert (report.rows, report.holds) == (ROWS + 1, True)
    assert SignedCheckpoint.objects.order_by("size").first() == before
    assert sorted(Content.objects.filter(row__subject="thing:2").values_list("canonical", flat=True)) == [
        '{"because":"asked for by the person"}'
    ]


def test_erasing_one_subject_leaves_the_contents_of_others(few):
    ledger.erase("thing:2", because="asked for")
    assert Content.objects.exclude(row__subject="thing:2").count() == ROWS - 2


def test_what_is_appended_after_an_erasure_may_not_be_deleted_in_its_name(few):
    ledger.erase("thing:2", because="asked for")
    with transaction.atomic():
        row = ledger.append(Event.STAFF_ADDED, subject="thing:2", content={"number": 99}).pk
    sequence_pending()
    tamper(few, "DELETE FROM ledger_content WHERE row_id = %s", [row])
    assert verify().bad.row == row
