"""What holds on a platform compared with what should: found, put right where that is safe, else told to a person."""

from datetime import timedelta

import pytest

from platforms.memory import passing
from rempart.casework.services import approve_decision, lift_decision, renew_decision
from rempart.intake.services import follow_rename
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.platforms.connector import Ability, PermanentFailure, Support
from rempart.platforms.errors import AlreadySettled
from rempart.platforms.models import Drift, Execution
from rempart.platforms.services import carry_out_due, reconcile, retry_execution, settle_drift
from rempart.records import AccountReference

MINUTE, MONTH = timedelta(minutes=1), timedelta(days=30)
CONTACT = "no_new_contacts"
HANDLE = "leo.vrtx"


@pytest.fixture
def decision(memory, judged, respondent, reviewer, colleague):
    """A measure in force on the platform."""
    case = judged(respondent(handle=HANDLE, age_band="16_17"), credibility=0.85)
    proposal = case.decisions.get(state="proposed")
    approve_decision(proposal, acting=reviewer, reason="ok")
    taken = approve_decision(proposal, acting=colleague, reason="ok")
    carry_out_due()
    return taken


def later(clock, by=5 * MINUTE):
    """Some minutes pass, and what is in force is compared."""
    clock.move(by)
    carry_out_due()
    reconcile()


def drifts():
    """The differences that are open."""
    return sorted(Drift.objects.filter(settled_at=None).values_list("kind", flat=True))


def told(decision):
    """What the ledger says of differences."""
    rows = LedgerRow.objects.filter(subject=reference(decision.measures.get()), event__startswith="drift_")
    return list(rows.order_by("pk").values_list("event", flat=True))


def test_nothing_differs_where_all_is_as_it_should_be(decision, memory, clock):
    later(clock)
    assert drifts() == []
    assert [change.action for change in memory.log] == ["apply"]


@pytest.mark.parametrize("tells", [True, False])
def test_what_was_lost_is_put_back_once(decision, memory, clock, tells):
    memory.tells = tells
    memory.release(HANDLE, by="rempart")
    later(clock)
    assert memory.in_force(HANDLE) == {CONTACT}
    assert drifts() == ["lost"]


def test_what_is_back_in_force_settles_itself(decision, memory, clock):
    memory.release(HANDLE, by="rempart")
    later(clock)
    later(clock)
    assert drifts() == []
    assert told(decision) == ["drift_found", "drift_settled"]


def test_what_is_lost_twice_waits_for_a_person(decision, memory, clock):
    for _ in range(4):
        memory.release(HANDLE, by="rempart")
        later(clock)
    assert memory.in_force(HANDLE) == set()
    assert drifts() == ["lost"]


def test_a_person_puts_it_back(decision, memory, clock, reviewer):
    for _ in range(2):
        memory.release(HANDLE, by="rempart")
        later(clock)
    settle_drift(Drift.objects.get(settled_at=None), acting=reviewer, reason="It was a slip.", apply_again=True)
    carry_out_due()
    later(clock)
    assert memory.in_force(HANDLE) == {CONTACT}
    assert drifts() == []


def test_a_person_leaves_it_and_it_is_not_found_again(decision, memory, clock, reviewer):
    for _ in range(2):
        memory.release(HANDLE, by="rempart")
        later(clock)
    drift = Drift.objects.get(settled_at=None)
    settle_drift(drift, acting=reviewer, reason="Their staff knows better.")
    later(clock)
    assert drifts() == []
    with pytest.raises(AlreadySettled):
        settle_drift(drift, acting=reviewer, reason="Again.")


def test_what_lingers_is_lifted_again(decision, memory, clock):
    before = list(memory.sanctions[HANDLE])
    clock.move(MONTH)
    carry_out_due()
    memory.sanctions[HANDLE] = before  # the platform brought it back
    reconcile()
    assert memory.in_force(HANDLE) == set()
    later(clock)
    assert drifts() == []
    assert told(decision) == ["drift_found", "drift_settled"]


@pytest.mark.parametrize("tells", [True, False])
def test_what_the_platforms_staff_did_meanwhile_is_noted_and_left(decision, memory, clock, tells):
    memory.tells = tells
    memory.restrict(HANDLE, "suspend")
    later(clock)
    assert drifts() == ["foreign"]
    clock.move(MONTH)
    carry_out_due()
    reconcile()
    assert memory.in_force(HANDLE) == {"suspend"}


def test_what_their_staff_ended_settles_itself(decision, memory, clock):
    memory.restrict(HANDLE, "suspend")
    later(clock)
    memory.release(HANDLE)
    later(clock)
    assert drifts() == []
    assert memory.in_force(HANDLE) == {CONTACT}


def test_an_account_that_went_away_is_found(decision, memory, clock):
    memory.gone.add(HANDLE)
    later(clock)
    assert drifts() == ["gone"]
    memory.gone.clear()
    later(clock)
    assert drifts() == []


def test_what_ends_takes_its_differences_with_it(decision, memory, clock, reviewer):
    memory.gone.add(HANDLE)
    later(clock)
    lift_decision(decision, acting=reviewer, reason="It was a mistake.", at_once=True)
    memory.gone.clear()
    later(clock, MINUTE)
    later(clock, MINUTE)
    assert drifts() == []


@pytest.fixture
def ends_by_itself(memory):
    """The platform takes everything off by itself at its end."""
    memory.abilities = {one: Ability(support=Support.NATIVE, how={}, ends_by_itself=True) for one in memory.abilities}


@pytest.mark.usefixtures("ends_by_itself")
def test_a_platform_that_ends_measures_itself_is_told_when_they_go_on(decision, memory, senior, staff_member, clock):
    clock.set(decision.ends_at - timedelta(hours=2))
    renewal = renew_decision(decision, acting=senior, reason="still needed")
    renewal = approve_decision(renewal, acting=staff_member("senior_reviewer"), reason="ok")
    reconcile()
    clock.set(decision.ends_at + timedelta(hours=1))
    assert memory.in_force(HANDLE) == {CONTACT}
    clock.set(renewal.ends_at + MINUTE)
    assert memory.in_force(HANDLE) == set()


def test_a_platform_that_does_not_answer_is_left_for_the_next_time(decision, memory, clock):
    memory.trouble = passing("observe")
    later(clock)
    assert drifts() == []
    assert memory.platform.__class__.objects.get().failures == 1


def test_those_longest_unseen_are_compared_first(memory, judged, respondent, clock):
    for number in range(3):
        judged(respondent(handle=f"star{number}"))
    carry_out_due()
    clock.move(MINUTE)
    assert reconcile(limit=2) == 2
    seen = set(Execution.objects.order_by("-checked_at").values_list("pk", flat=True)[:2])
    clock.move(MINUTE)
    assert reconcile(limit=1) == 1
    newest = Execution.objects.filter(order__action="apply").order_by("-checked_at").first()
    assert newest.pk not in seen


def test_a_person_tries_again_what_failed(memory, judged, respondent, reviewer):
    memory.gone.add(HANDLE)
    judged(respondent(handle=HANDLE))
    carry_out_due()
    failed = Execution.objects.get(order__action="apply")
    assert failed.state == "failed"
    memory.gone.clear()
    retry_execution(failed, acting=reviewer, reason="The account is back.")
    carry_out_due()
    assert memory.in_force(HANDLE) == {CONTACT}


@pytest.fixture
def restrained(judged, respondent, reviewer, colleague):
    """Put the same measure in force on so many other accounts."""

    def restrain(number):
        for one in range(number):
            proposal = judged(respondent(handle=f"sam.{one}", age_band="16_17"), credibility=0.85).decisions.get()
            approve_decision(proposal, acting=reviewer, reason="ok")
            approve_decision(proposal, acting=colleague, reason="ok")
        carry_out_due()

    return restrain


def observed(memory, clock, trouble):
    """How many accounts are looked at in the next round, in which the platform has this trouble."""
    clock.move(5 * MINUTE)
    before = memory.calls.count("observe")
    memory.trouble = trouble
    reconcile()
    return memory.calls.count("observe") - before


def test_an_answer_that_nobody_foresaw_about_one_account_keeps_no_other_from_being_looked_at(
    decision, restrained, memory, clock
):
    restrained(2)
    answers = iter([KeyError("state")])

    def trouble(call):
        if call == "observe" and (error := next(answers, None)):
            raise error

    assert observed(memory, clock, trouble) == 3


def test_who_cannot_be_compared_goes_to_the_end_of_the_line(decision, restrained, memory, clock):
    restrained(7)

    def refuses(call):
        raise PermanentFailure("no")

    since = now() + MINUTE
    assert [observed(memory, clock, refuses) for _ in range(2)] == [5, 5]
    assert Execution.objects.filter(order__action="apply", checked_at__gte=since).count() == 8


def test_nothing_is_put_back_under_a_handle_that_is_another_account_s_now(decision, memory, clock):
    follow_rename(AccountReference("tiktok", HANDLE, "99"))
    memory.release(HANDLE, by="rempart")
    later(clock)
    assert memory.in_force(HANDLE) == set()
    assert drifts() == ["gone"]
