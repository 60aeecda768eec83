"""What is past its retention is deleted, and nothing before."""

from datetime import timedelta

import pytest

from rempart.ledger.clock import now
from rempart.ledger.models import Content, LedgerRow
from rempart.privacy.register import register
from rempart.privacy.retention import apply_retention, erasers
from rempart.staff import services
from rempart.staff.models import SignInAttempt, SignInLink


@pytest.fixture
def attempt(db):
    return SignInAttempt.objects.create(key="0" * 64, at=now())


def test_nothing_is_deleted_before_its_time(attempt, clock):
    clock.move(timedelta(hours=23))
    apply_retention()
    assert SignInAttempt.objects.exists()


def test_what_is_past_its_retention_is_deleted(attempt, clock):
    clock.move(timedelta(hours=25))
    assert apply_retention()["sign_in_attempt"] == 1
    assert not SignInAttempt.objects.exists()


def test_what_was_deleted_is_counted_in_the_ledger(attempt, clock):
    clock.move(timedelta(hours=25))
    apply_retention()
    row = LedgerRow.objects.get(event="retention_applied")
    assert (row.subject, Content.objects.get(row=row).canonical) == (
        "privacy.retention:sign_in_attempt",
        '{"days":1,"erased":1}',
    )


def test_links_are_kept_for_as_long_as_the_register_says(staff_member, db, clock):
    services.make_link(staff_member())
    clock.move(timedelta(days=register().retentions["sign_in_link"].days, minutes=14))
    apply_retention()
    assert SignInLink.objects.exists()
    clock.move(timedelta(minutes=2))
    apply_retention()
    assert not SignInLink.objects.exists()


def test_a_retention_that_fails_leaves_the_others_done(attempt, clock, monkeypatch):
    from rempart.staff import retention

    def fail(before):
        raise RuntimeError

    monkeypatch.setattr(retention, "ERASERS", {"session": fail, "sign_in_attempt": retention.erase_attempts})
    clock.move(timedelta(hours=25))
    with pytest.raises(RuntimeError):
        apply_retention()
    assert not SignInAttempt.objects.exists()


def test_rooms_tell_how_to_erase_without_importing_privacy():
    assert {"sign_in_attempt", "sign_in_link", "session"} <= erasers().keys()
