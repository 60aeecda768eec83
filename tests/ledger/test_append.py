"""A row is appended in the transaction that does what it records."""

import pytest
from django.db import connection

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.models import Content, LedgerRow


def test_a_row_keeps_what_happened_and_commits_to_its_content(db):
    row = ledger.append(Event.STAFF_ADDED, subject="staff.staffmember:1", content={"role": "reviewer"})
    assert LedgerRow.objects.get().event == "staff_added"
    assert Content.objects.get(row=row).canonical == '{"role":"reviewer"}'
    assert len(row.commitment) == 32


def test_nothing_is_appended_outside_a_transaction(own_database):
    with pytest.raises(ledger.OutsideTransaction):
        ledger.append(Event.STAFF_ADDED, subject="nobody")


def test_the_application_connects_under_a_role_that_owns_nothing(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == ("rempart_app", 0)
