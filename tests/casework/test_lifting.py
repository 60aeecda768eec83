"""Lifting: at once, or announced where somebody who reported can be reached; what is lifted counts nowhere."""

from datetime import timedelta

import pytest

from rempart.casework import errors, selectors, services
from rempart.casework.models import Complainant, Decision, PlatformOrder
from rempart.casework.services.orders import UNDO_WINDOW
from rempart.casework.signals import decision_lifted, lift_announced, lift_cancelled
from rempart.correspondence.services import open_conversation
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference

DAY = timedelta(days=1)


@pytest.fixture
def restrained(judged, respondent, reviewer):
    """A case with no new contacts for 14 days, approved by the reviewer."""

    def make(*, reachable: bool) -> Decision:
        account = respondent()
        case = judged(account, credibility=0.1)
        if reachable:
            talk = open_conversation("complainant", about=reference(case), person="intake.reporter:ab12")
            Complainant.objects.create(case=case, reporter="ab12", conversation=talk, joined_at=now())
        judged(account, credibility=0.85)
        return services.approve_decision(
            case.decisions.get(state="proposed"), acting=reviewer, reason="They hold together."
        )

    return make


@pytest.fixture
def heard():
    """The signals sent since, by name."""
    names: list[str] = []

    def follow(name, signal):
        def receive(**_kwargs):
            names.append(name)

        signal.connect(receive, weak=False)
        return signal, receive

    following = [
        follow(name, signal)
        for name, signal in (("lifted", decision_lifted), ("announced", lift_announced), ("cancelled", lift_cancelled))
    ]
    yield names
    for signal, receive in following:
        signal.disconnect(receive)


def test_without_anybody_to_tell_a_lift_is_immediate(restrained, colleague, heard):
    decision = services.lift_decision(restrained(reachable=False), acting=colleague, reason="Somebody else.")
    assert not decision.in_force
    assert heard == ["lifted"]


def test_those_who_reported_hear_48_hours_before(restrained, colleague, heard):
    decision = services.lift_decision(restrained(reachable=True), acting=colleague, reason="Somebody else.")
    assert decision.in_force
    assert timedelta(hours=47) < decision.ended_at - now() <= timedelta(hours=48)
    assert heard == ["announced"]


def test_an_announced_lift_takes_effect_by_itself_and_is_recorded_once_at_its_moment(
    restrained, colleague, heard, clock
):
    decision = services.lift_decision(restrained(reachable=True), acting=colleague, reason="Somebody else.")
    clock.move(5 * DAY)
    assert not Decision.objects.in_force().exists()
    assert len(services.record_lifts()) == 1
    assert services.record_lifts() == []
    assert heard == ["announced", "lifted"]
    row = LedgerRow.objects.get(event="measure_lifted")
    assert row.effective_at == decision.ended_at


def test_the_platform_restores_when_an_announced_lift_takes_effect(restrained, colleague):
    decision = services.lift_decision(restrained(reachable=True), acting=colleague, reason="Somebody else.")
    assert PlatformOrder.objects.get(action="lift", due_at__gt=now()).due_at == decision.ended_at


def test_an_announced_lift_can_be_cancelled(restrained, colleague, reviewer, heard, events_of):
    decision = restrained(reachable=True)
    until = decision.ends_at
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    decision = services.cancel_announced_lift(decision, acting=reviewer, reason="It is him after all.")
    assert (decision.ended_at, decision.in_force) == (None, True)
    assert PlatformOrder.objects.get(action="lift").due_at == until
    assert heard == ["announced", "cancelled"]
    assert decision.case.state == "inquiry"
    assert decision.case.outcomes.get().undone_at is not None
    assert events_of(decision.measures.get()) == ["lift_announced", "lift_cancelled"]


def test_what_was_not_announced_cannot_be_cancelled(restrained, colleague, clock):
    decision = restrained(reachable=True)
    with pytest.raises(errors.NotAnnounced):
        services.cancel_announced_lift(decision, acting=colleague, reason="x")
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    clock.move(3 * DAY)
    with pytest.raises(errors.NotAnnounced):
        services.cancel_announced_lift(decision, acting=colleague, reason="x")


def test_an_upheld_appeal_restores_at_once(restrained, senior):
    decision = services.lift_decision(restrained(reachable=True), acting=senior, reason="Upheld.", at_once=True)
    assert not decision.in_force


def test_an_announced_lift_can_be_brought_forward(restrained, colleague, senior):
    decision = restrained(reachable=True)
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    assert not services.lift_decision(decision, acting=senior, reason="Upheld.", at_once=True).in_force


def test_an_announced_lift_never_outlasts_the_decision(restrained, colleague, clock):
    decision = restrained(reachable=True)
    clock.set(decision.ends_at - DAY)
    lifted = services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    assert lifted.ended_at == lifted.ends_at
    clock.move(2 * DAY)
    assert services.record_lapses() == []
    assert len(services.record_lifts()) == 1


def test_what_has_not_begun_is_lifted_at_once(judged, respondent, reviewer):
    decision = judged(respondent(), credibility=0.7, independent_sources=1.0).decisions.get()
    talk = open_conversation("complainant", about=reference(decision.case), person="intake.reporter:ab12")
    Complainant.objects.create(
        case=decision.case, reporter="ab12", conversation=talk, joined_at=decision.taken_at - DAY
    )
    services.lift_decision(decision, acting=reviewer, reason="Somebody else.")
    assert not Decision.objects.to_come_or_in_force().exists()


def test_the_case_is_answered_by_the_lift_of_all_that_stood(restrained, colleague):
    decision = services.lift_decision(restrained(reachable=False), acting=colleague, reason="Somebody else.")
    decision.case.refresh_from_db()
    outcome = decision.case.outcomes.get()
    assert (decision.case.state, outcome.kind, outcome.decision) == ("decided", "lifted", decision)


def test_what_was_lifted_is_no_part_of_the_history(restrained, colleague):
    kept, lifted = restrained(reachable=False), restrained(reachable=False)
    services.lift_decision(lifted, acting=colleague, reason="Somebody else.")
    assert kept in selectors.history_of(kept.case.account)
    assert lifted not in selectors.history_of(lifted.case.account)


def test_a_renewal_to_come_falls_with_what_it_renews(restrained, colleague, senior, clock):
    decision = restrained(reachable=False)
    decision.articles = ["contact"]
    decision.save(update_fields=["articles"])
    clock.move(10 * DAY)
    services.renew_decision(decision, acting=colleague, reason="Not yet understood.")
    services.lift_decision(decision, acting=senior, reason="Somebody else.")
    assert not Decision.objects.to_come_or_in_force().exists()
    clock.move(5 * DAY)
    assert not Decision.objects.in_force().exists()


def test_the_platform_waits_a_minute_for_a_reviewer(restrained):
    decision = restrained(reachable=False)
    # What the automatic decision had ordered goes on; the lift at its end is ordered for the new end.
    assert PlatformOrder.objects.get(action="lift").due_at == decision.ends_at
    services.lift_decision(decision, acting=decision.approved_by, reason="Somebody else.")
    assert PlatformOrder.objects.get(action="lift").due_at >= now() + UNDO_WINDOW - timedelta(seconds=5)


def test_a_lift_brought_forward_answers_the_case_once(restrained, colleague, senior):
    decision = restrained(reachable=True)
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    services.lift_decision(decision, acting=senior, reason="Upheld.", at_once=True)
    assert decision.case.outcomes.count() == 1


def test_a_final_decision_forgets_an_announced_lift(restrained, colleague, senior, heard):
    decision = restrained(reachable=True)
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    services.decide_final(
        decision.case, measures=["no_new_contacts"], articles=["first-word"], acting=senior, reasons="Vérifié."
    )
    decision.refresh_from_db()
    assert (decision.ended, decision.measures.get().lifted_at) == ("taken_over", None)
    assert heard == ["announced", "cancelled"]
    assert list(decision.case.outcomes.filter(undone_at=None).values_list("kind", flat=True)) == ["final_measure"]


def test_cancelling_brings_back_the_renewal_too(restrained, colleague, senior, clock):
    decision = restrained(reachable=True)
    Decision.objects.filter(pk=decision.pk).update(articles=["contact"])
    clock.set(decision.ends_at - DAY)
    renewal = services.renew_decision(decision, acting=colleague, reason="Not yet understood.")
    services.lift_decision(decision, acting=senior, reason="Somebody else.")
    services.cancel_announced_lift(decision, acting=senior, reason="After all.")
    clock.move(4 * DAY)
    renewal.refresh_from_db()
    assert renewal.in_force


def test_what_was_decided_meanwhile_takes_over_from_what_is_not_lifted_after_all(restrained, graver, colleague, clock):
    decision = restrained(reachable=True)
    lifted = services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    clock.move(timedelta(hours=47))
    later = graver(decision.case)
    assert later.begins_at > lifted.ended_at
    decision = services.cancel_announced_lift(decision, acting=colleague, reason="It is him after all.")
    assert (decision.ended, decision.ended_at) == ("taken_over", later.begins_at)


def test_what_takes_over_from_what_is_not_lifted_after_all_goes_on_with_its_90_days(
    restrained, graver, colleague, clock
):
    decision = restrained(reachable=True)
    services.lift_decision(decision, acting=colleague, reason="Somebody else.")
    clock.move(timedelta(hours=47))
    later = graver(decision.case)
    services.cancel_announced_lift(decision, acting=colleague, reason="It is him after all.")
    later.refresh_from_db()
    assert later.since == decision.since
