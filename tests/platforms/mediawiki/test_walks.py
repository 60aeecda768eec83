"""From an approval to somebody who cannot write on a real wiki, and can again: through the outbox, a sysop beside."""

from datetime import timedelta

import pytest

from rempart.casework.services import approve_decision
from rempart.intake.models import Account
from rempart.platforms.models import Execution, PreservedCopy
from rempart.platforms.services import add_platform, carry_out_due

MONTH = timedelta(days=30)


@pytest.fixture
def account(db, town, respondent, settings):
    """Somebody of the wiki whom testimonies name, aged 16 or 17; the wiki is a platform of ours."""
    settings.REMPART_PLATFORM_SERVICES = {"web"}
    add_platform(
        "wiki",
        kind="mediawiki",
        service="web",
        address=town.wiki.address,
        secret=town.password,
        settings={"username": "Rempart@rempart"},
        acting=None,
    )
    reference = town.new_account()
    respondent(handle=reference.handle, service="web", age_band="16_17")
    return reference


@pytest.fixture
def decide(account, judged, reviewer, colleague):
    """Judge them; two people approve what is proposed: no new contacts."""

    def approve():
        proposal = judged(Account.objects.get(handle=account.handle), credibility=0.85).decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="ok")
        return approve_decision(proposal, acting=colleague, reason="ok")

    return approve


def test_who_is_restrained_writes_on_nobodys_page_and_does_again_once_it_lapsed(decide, town, account, clock):
    nova = town.person(account)
    decide()
    carry_out_due()
    during = nova.edit("User talk:Sysop")
    clock.move(MONTH)
    carry_out_due()
    assert (during, nova.edit("User talk:Sysop")) == ("blocked", "")


def test_it_is_done_and_seen_at_each_step_and_kept_before(decide, town, account, clock):
    town.person(account).edit("Sandbox", "Ce qui pourrait disparaître")
    decide()
    carry_out_due()
    clock.move(MONTH)
    carry_out_due()
    steps = Execution.objects.order_by("order__due_at")
    assert [one.state for one in steps] == ["done", "done"]
    assert all(one.seen_at for one in steps)
    assert {copy.name for copy in PreservedCopy.objects.all()} >= {"account.json", "edits-1.json"}


def test_a_block_by_a_sysop_is_never_taken_off_nor_written_over(decide, town, account, clock):
    town.sysop.do("block", user=f"#{account.id}", expiry="infinite", reason="Vandalism")
    decide()
    carry_out_due()
    clock.move(MONTH)
    carry_out_due()
    (block,) = town.sysop.get(list="blocks", bkusers=town.person(account).name)["query"]["blocks"]
    assert (block["by"], block["reason"]) == ("Sysop", "Vandalism")
