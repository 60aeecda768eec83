"""What is past its time leaves, and nothing that is still needed."""

from datetime import timedelta

import pytest

from rempart.casework import services
from rempart.casework.models import Case, WaveReplay
from rempart.intake.models import Account, Post, Testimony, Wave
from rempart.ledger.clock import now
from rempart.ledger.models import Content, LedgerRow
from rempart.ledger.sequencer import sequence_pending
from rempart.ledger.verification import verify
from rempart.privacy.retention import apply_retention

DAY = timedelta(days=1)


@pytest.fixture
def spoken_of(respondent):
    """Make an account that a post spoke of now."""

    def make(**options) -> Account:
        account = respondent(**options)
        post = Post.objects.create(
            service="bluesky",
            post_id=f"about-{account.pk}",
            source="bluesky",
            author="lea.example",
            created_at=now(),
            text="hello",
            stance="testimony",
            stance_probability=1.0,
            read={},
            stored_at=now(),
        )
        Testimony.objects.create(
            uid=f"t{account.pk}",
            account=account,
            post=post,
            received_at=now(),
            channel="public_post",
            stance="testimony",
            conduct=[],
            conduct_services=[],
            met_on=[],
            reporter="r",
            reporter_facts={},
            evidence=[],
        )
        return account

    return make


def test_accused_people_who_are_not_on_the_platform_leave_after_30_days(spoken_of, clock):
    spoken_of(service="snapchat")
    clock.move(29 * DAY)
    apply_retention()
    assert Account.objects.exists()
    clock.move(2 * DAY)
    apply_retention()
    assert not Account.objects.exists()
    assert Post.objects.get().text == ""


def test_what_a_case_rests_on_stays(spoken_of, judged, clock):
    judged(spoken_of(), credibility=0.7)
    clock.move(60 * DAY)
    apply_retention()
    assert Testimony.objects.exists()
    assert Post.objects.get().text == "hello"


def test_a_case_leaves_a_year_after_its_closing_and_the_ledger_still_verifies(spoken_of, judged, reviewer, clock):
    case = judged(spoken_of(), credibility=0.1)
    services.close_case(case, acting=reviewer, reason="Nothing in it.")
    clock.move(366 * DAY)
    apply_retention()
    assert not Case.objects.exists()
    assert not Account.objects.exists()
    subject = f"casework.case:{case.pk}"
    assert LedgerRow.objects.filter(subject=subject, event="case_closed").exists()
    assert not Content.objects.filter(row__subject=subject, row__event="case_closed").exists()
    sequence_pending()
    assert verify().holds


def test_a_case_on_which_nothing_happens_leaves_after_a_year(spoken_of, judged, clock):
    judged(spoken_of(), credibility=0.7)
    clock.move(3 * DAY + 366 * DAY)
    apply_retention()
    assert not Case.objects.exists()


def test_a_case_with_a_final_decision_in_force_stays(spoken_of, judged, reviewer, staff_member, clock):
    case = judged(spoken_of(age_band="16_17"), credibility=0.98, severity=4, verified_evidence=3)
    final = case.decisions.get()
    services.approve_decision(final, acting=reviewer, reason="a")
    services.approve_decision(final, acting=staff_member("senior_reviewer"), reason="b")
    clock.move(1000 * DAY)
    apply_retention()
    assert Case.objects.exists()


def test_a_replay_leaves(db, clock):
    wave = Wave.objects.create(hashtag="balancetontiktokeur", opened_at=now())
    WaveReplay.objects.create(wave=wave, computed_at=now(), rows=[], first_measures={})
    clock.move(181 * DAY)
    apply_retention()
    assert not WaveReplay.objects.exists()
