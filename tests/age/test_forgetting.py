"""What the gate, reports and sweeps kept goes when its time is over, or at the word of whoever it is about."""

from datetime import date, timedelta

import pytest

from rempart.age.models import AgeMatter, Attempt, ClosedYoung, ProtectionCase, UnderAgeReport
from rempart.age.services import comebacks, gate, reports, safeguarding
from rempart.age.subjects import erase_asked, export_asked
from rempart.correspondence.models import Conversation
from rempart.ledger.models import Content
from rempart.privacy.retention import apply_retention
from rempart.privacy.subjects import Subject
from rempart.records import AccountReference

pytestmark = pytest.mark.django_db
LOU = AccountReference("tiktok", "lou.dessine", "7001")
SUBJECT = Subject(service="tiktok", handle="lou.dessine", role="respondent")


@pytest.fixture
def known(settings, decider):
    """A sign-up that became an account, which was reported and decided about."""
    settings.REMPART_AGE_RETURN = ["https://app.example"]
    attempt = gate.make_attempt(service="tiktok", number="s-1", return_to="https://app.example", device="d").attempt
    gate.bind(gate.answer(attempt, date(2000, 1, 1)), LOU)
    report = reports.report_account(LOU, reason="other", text="elle a dix ans", email="maud@example.org")
    reports.decide_matter(report.matter, outcome="nothing", because="elle a vingt ans", acting=decider)


@pytest.mark.parametrize(
    ("days", "left"),
    [(29, {Attempt, AgeMatter}), (31, {AgeMatter}), (181, set())],
    ids=["a month not over", "a month", "half a year"],
)
def test_each_goes_when_its_time_is_over(known, clock, days, left):
    clock.move(timedelta(days=days))
    apply_retention()
    assert {one for one in (Attempt, AgeMatter) if one.objects.exists()} == left


def test_a_report_leaves_with_its_page_and_what_the_ledger_said_of_it(known, clock):
    clock.move(timedelta(days=181))
    apply_retention()
    assert not UnderAgeReport.objects.exists()
    assert not Conversation.objects.filter(kind="age_reporter").exists()
    assert not Content.objects.filter(row__event__in=["age_reported", "age_matter_decided"]).exists()


def test_a_closed_account_is_forgotten_after_half_a_year(db, clock):
    comebacks.remember(LOU)
    comebacks.look_for(AccountReference("tiktok", "lou_dessine2"))
    clock.move(timedelta(days=181))
    apply_retention()
    assert not ClosedYoung.objects.exists()


def test_their_copy_tells_what_was_decided_and_nothing_of_who_reported(known):
    told = str(export_asked(SUBJECT).data)
    assert "nothing to ask" in told or "rien à demander" in told
    assert "dix ans" not in told
    assert "maud" not in told


def test_at_their_word_it_goes_but_for_what_is_not_decided(known):
    reports.report_account(LOU, reason="other")
    (done,) = erase_asked(SUBJECT, True, "asked")
    assert (done.erased, done.stays, AgeMatter.objects.count()) == (2, 1, 1)


def test_what_officers_look_at_is_neither_erased_nor_told(known, staff_member):
    safeguarding.look_first(LOU, sign="said")
    (done,) = erase_asked(SUBJECT, True, "asked")
    assert (done.stays, ProtectionCase.objects.count()) == (0, 1)
    assert export_asked(SUBJECT) is None
