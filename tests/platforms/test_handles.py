"""A handle changed between testimony and measure: the measure follows the account, and spares who took the handle."""

import pytest

from rempart.casework.services import approve_decision
from rempart.intake.models import Account
from rempart.intake.services import follow_rename
from rempart.platforms.models import Execution
from rempart.platforms.services import carry_out_due
from rempart.records import AccountReference

CONTACT = "no_new_contacts"


@pytest.fixture
def approved(judged, reviewer, colleague):
    """Judge an account and approve what is proposed, without carrying anything out."""

    def approve(account):
        proposal = judged(account, credibility=0.85).decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="ok")
        return approve_decision(proposal, acting=colleague, reason="ok")

    return approve


def test_a_measure_follows_the_account_to_its_new_handle(memory, respondent, approved):
    star = respondent(handle="leo.vrtx", age_band="16_17")
    Account.objects.filter(pk=star.pk).update(platform_id="77")
    follow_rename(AccountReference("tiktok", "leo.new", "77"))
    follow_rename(AccountReference("tiktok", "leo.vrtx", "99"))
    star.refresh_from_db()
    approved(star)
    carry_out_due()
    assert CONTACT in memory.in_force("leo.new", ours=True)
    assert not memory.in_force("leo.vrtx")


def test_nothing_is_done_to_who_took_the_handle_of_somebody_whose_number_is_not_known(memory, respondent, approved):
    star = respondent(handle="leo.vrtx", age_band="16_17")
    follow_rename(AccountReference("tiktok", "leo.vrtx", "99"))
    star.refresh_from_db()
    approved(star)
    carry_out_due()
    assert not memory.in_force("leo.vrtx")
    assert Execution.objects.filter(order__action="apply", state="failed").exists()
