"""A row is appended in the transaction that does what it records, and by nobody changed after."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.models import Content, LedgerRow


def append(**more):
    return ledger.append(Event.STAFF_ADDED, **{"subject": "staff.staffmember:1", "content": {"role": "reader"}} | more)


def test_a_row_commits_to_its_content(db):
    row = append()
    assert LedgerRow.objects.get().event == "staff_added"
    assert Content.objects.get(row=row).canonical == '{"role":"reader"}'
    assert len(row.commitment) == 32


def test_the_same_content_twice_gives_two_commitments(db):
    assert append().commitment != append().commitment


def test_a_row_without_content_commits_to_nothing(db):
    assert append(content=None).commitment is None
    assert not Content.objects.exists()


def test_a_row_names_who_acted_and_on_what(db, staff_member):
    maud, karim = staff_member(), staff_member(name="Karim Benali")
    append(subject=karim, acting=maud)
    row = LedgerRow.objects.get()
    assert (row.subject, row.acting) == (f"staff.staffmember:{karim.pk}", f"staff.staffmember:{maud.pk}")


def test_a_row_says_when_it_took_effect_and_when_it_was_recorded(db, clock):
    lapsed = clock.now() - timedelta(days=3)
    append(effective_at=lapsed)
    row = LedgerRow.objects.get()
    assert row.effective_at == lapsed
    assert row.recorded_at > lapsed


def test_nothing_is_appended_outside_a_transaction(own_database):
    with pytest.raises(ledger.OutsideTransaction):
        append()


def test_a_row_goes_with_the_transaction_that_fails(own_database):
    with transaction.atomic():
        append()
        transaction.set_rollback(True)
    assert not LedgerRow.objects.exists()


def test_an_unsaved_subject_is_refused(db):
    from rempart.staff.models import StaffMember

    with pytest.raises(ValueError, match="save it first"):
        append(subject=StaffMember())


def test_an_unknown_event_is_refused(db):
    with pytest.raises(ValueError, match="not a valid Event"):
        ledger.append("something", subject="a")


def test_dates_and_amounts_are_written_in_one_way(db):
    append(content={"until": datetime(2026, 1, 2, 3, tzinfo=UTC), "day": date(2026, 1, 2), "sum": Decimal("1.10")})
    assert Content.objects.get().canonical == '{"day":"2026-01-02","sum":"1.10","until":"2026-01-02T03:00:00.000000Z"}'


@pytest.mark.parametrize("content", [{"at": datetime(2026, 1, 1)}, {"x": float("nan")}, {"x": object()}])
def test_a_content_that_cannot_be_written_in_one_way_is_refused(db, content):
    with pytest.raises((ValueError, TypeError)):
        append(content=content)


def test_the_application_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == ("rempart_app", 0)


TABLES = ["ledger_ledgerrow", "ledger_link", "ledger_content", "ledger_signedcheckpoint"]
CHANGES = ["UPDATE {} SET {}={}", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
COLUMN = {
    "ledger_ledgerrow": "id",
    "ledger_link": "row_id",
    "ledger_content": "row_id",
    "ledger_signedcheckpoint": "number",
}


@pytest.fixture
def sequenced(own_database):
    from rempart.ledger.sequencer import sequence_pending

    with transaction.atomic():
        append()
    sequence_pending()
    return own_database


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_the_application_may_not_change_what_was_appended(sequenced, table, change):
    with pytest.raises(DatabaseError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute(change.format(table, COLUMN[table], COLUMN[table]))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("table", TABLES)
def test_even_the_owner_is_refused_by_a_trigger(sequenced, table, change):
    with psycopg.connect(sequenced.owner_url) as owner, pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner.execute(change.format(table, COLUMN[table], COLUMN[table]))


def test_the_application_cannot_switch_the_triggers_off(sequenced):
    with pytest.raises(DatabaseError, match="must be owner"), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_ledgerrow DISABLE TRIGGER ALL")
