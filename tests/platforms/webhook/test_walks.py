"""From an approval to the account that is restrained on the little platform, and restored: through the outbox."""

from datetime import timedelta

import pytest

from platforms.webhook.little import ABILITIES
from rempart.casework.services import approve_decision
from rempart.ledger.clock import now
from rempart.platforms.models import Drift, Execution, PreservedCopy
from rempart.platforms.services import add_platform, carry_out_due, reconcile
from rempart.records import AccountReference

MINUTE, MONTH = timedelta(minutes=1), timedelta(days=30)
MEASURE = "no_new_contacts"


@pytest.fixture
def mine(db, little):
    """The little platform, set up for the accounts of TikTok."""
    return add_platform(
        "mine",
        kind="webhook",
        service="tiktok",
        address=little.address,
        secret=little.secret,
        settings={"abilities": ABILITIES},
        acting=None,
    )


@pytest.fixture
def star(mine, little, respondent) -> AccountReference:
    """Somebody of the platform whom testimonies name, aged 16 or 17."""
    reference = little.new_account()
    respondent(handle=reference.handle, age_band="16_17")
    return reference


@pytest.fixture
def decide(star, judged, reviewer, colleague):
    """Judge them; two people approve what is proposed."""
    from rempart.intake.models import Account

    def approve():
        proposal = judged(Account.objects.get(handle=star.handle), credibility=0.85).decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="ok")
        return approve_decision(proposal, acting=colleague, reason="ok")

    return approve


def test_who_is_restrained_cannot_write_first_and_can_again_once_it_lapsed(decide, little, star, clock):
    decide()
    carry_out_due()
    during = little.may_write_first(star)
    clock.move(MONTH)
    carry_out_due()
    assert (during, little.may_write_first(star)) == (False, True)


def test_what_was_done_was_seen_there_and_what_could_be_lost_was_kept_before(decide, little, star):
    decide()
    carry_out_due()
    applied = Execution.objects.get(order__action="apply")
    assert applied.seen_at is not None
    assert {copy.name for copy in PreservedCopy.objects.all()} == {"profile.json", "post-0.txt", "post-1.txt"}
    commands = [command for command, _uid in little.commands]
    assert commands.index("account.preserve") < commands.index("measure.apply")


def test_a_platform_that_is_down_is_asked_again_once_it_is_back(decide, little, star, clock):
    little.broken = (503, {}, b"")
    decide()
    carry_out_due()
    waits = Execution.objects.get(order__action="apply").state
    little.broken = None
    clock.move(5 * MINUTE)
    carry_out_due()
    assert (waits, little.may_write_first(star)) == ("waits", False)


def test_done_without_a_word_it_is_asked_for_again_by_the_same_number_and_done_once(decide, little, star, clock):
    little.falls_over_after = {"measure.apply"}
    decide()
    carry_out_due()
    clock.move(5 * MINUTE)
    carry_out_due()
    numbers = [uid for command, uid in little.commands if command == "measure.apply"]
    assert len(numbers) == 2
    assert len(set(numbers)) == 1
    assert len(little.accounts[0].restrictions) == 1


def test_what_the_platforms_staff_did_meanwhile_stays_when_ours_ends(decide, little, star, clock):
    decide()
    carry_out_due()
    little.restrict_as_staff(star)
    clock.move(MONTH)
    carry_out_due()
    assert [one["by"] for one in little.accounts[0].in_force().values()] == ["safety desk"]


def test_what_somebody_took_off_there_is_noticed(decide, little, star, clock):
    decide()
    carry_out_due()
    little.accounts[0].restrictions.clear()
    clock.move(MINUTE)
    reconcile()
    assert Drift.objects.filter(kind="lost").exists()


def test_a_platform_that_cannot_after_all_is_shown_to_a_person(decide, little, star):
    little.cannot = frozenset({MEASURE})
    decide()
    carry_out_due()
    failed = Execution.objects.get(order__action="apply")
    assert failed.state == "failed"
    assert "correct the abilities" in failed.problem


def test_a_wrong_secret_is_shown_to_a_person_and_kept_out_of_sight(decide, little, star):
    little.secret = "whsec_" + "A" * 44
    decide()
    carry_out_due()
    failed = Execution.objects.get(order__action="apply")
    assert failed.state == "failed"
    assert "refuses our credentials" in failed.problem
    assert "whsec_" not in failed.problem


def test_the_order_says_until_when(decide, little, star):
    decision = decide()
    carry_out_due()
    (one,) = little.accounts[0].restrictions.values()
    assert one["until"] is not None
    assert one["until"][:16] == decision.ends_at.isoformat()[:16]
    assert decision.ends_at > now()
