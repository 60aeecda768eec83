"""What people do on a case: who may, with which reason, and what the ledger says of it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart.casework import errors, services
from rempart.casework.models import AssessmentRecord, Case, Decision, PlatformOrder
from rempart.casework.services import taking
from rempart.ledger.clock import now

DAY = timedelta(days=1)
MINUTE = timedelta(seconds=61)
HOUR = timedelta(hours=1)


@pytest.fixture
def proposal(judged, respondent):
    """A proposal that one reviewer approves: no contact with minors, for 14 days."""
    return judged(respondent(), credibility=0.85, severity=2).decisions.get(state="proposed")


@pytest.fixture
def about_a_minor(judged, respondent):
    """A proposal that two reviewers approve."""
    return judged(respondent(age_band="16_17"), credibility=0.85).decisions.get(state="proposed")


@pytest.fixture
def when(monkeypatch):
    """Say how long what few sources told is delayed, rather than chance."""
    return lambda delay: monkeypatch.setattr(taking, "random_delay", lambda: delay)


def test_one_approval_takes_what_needs_one(proposal, reviewer, events_of):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    assert taken.in_force
    assert events_of(proposal)[-2:] == ["decision_approved", "decision_taken"]


def test_what_it_takes_over_ends_when_it_begins(proposal, reviewer, events_of):
    before = proposal.case.decisions.get(state="taken")
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    before.refresh_from_db()
    assert before.ended_at == taken.begins_at
    assert not before.in_force
    assert events_of(before)[-1] == "decision_taken_over"


def test_what_it_was_to_take_over_goes_on_when_it_is_lifted_before_it_begins(judged, respondent, reviewer, events_of):
    account = respondent()
    before = judged(account, credibility=0.7).decisions.get(state="taken")
    proposal = judged(account, credibility=0.85, independent_sources=2.0).decisions.get(state="proposed")
    delayed = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    assert delayed.to_come
    services.lift_decision(delayed, acting=reviewer, reason="The only source took it back.")
    before.refresh_from_db()
    assert before.ended_at is None
    assert PlatformOrder.objects.get(measure__decision=before, action="lift").due_at == before.ends_at
    assert events_of(before)[-1] == "decision_goes_on"


def test_what_goes_on_is_taken_over_by_what_was_decided_since(proposal, graver, reviewer, clock, when):
    before = proposal.case.decisions.get(state="taken")
    when(6 * HOUR)
    AssessmentRecord.objects.filter(pk=proposal.assessment_id).update(independent_sources=2.0)
    delayed = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    clock.move(5 * HOUR)
    last = graver(proposal.case)
    services.lift_decision(delayed, acting=reviewer, reason="The only source took it back.")
    before.refresh_from_db()
    assert (before.ended, before.ended_at) == ("taken_over", last.begins_at)


def test_two_reviewers_means_two_people(about_a_minor, reviewer, colleague):
    services.approve_decision(about_a_minor, acting=reviewer, reason="I believe it.")
    with pytest.raises(errors.SecondPersonNeeded):
        services.approve_decision(about_a_minor, acting=reviewer, reason="I still do.")
    assert services.approve_decision(about_a_minor, acting=colleague, reason="So do I.").in_force


def test_one_of_two_approvals_restricts_nothing(about_a_minor, reviewer):
    services.approve_decision(about_a_minor, acting=reviewer, reason="I believe it.")
    assert not about_a_minor.case.decisions.to_come_or_in_force().exists()


def test_the_database_refuses_to_take_without_the_second(about_a_minor, reviewer):
    services.approve_decision(about_a_minor, acting=reviewer, reason="I believe it.")
    moment = about_a_minor.proposed_at
    with pytest.raises(IntegrityError, match="two people decide on a minor"), transaction.atomic():
        Decision.objects.filter(pk=about_a_minor.pk).update(
            state="taken",
            taken_at=moment,
            begins_at=moment,
            since=moment,
            review_due=moment + DAY,
            ends_at=moment + 2 * DAY,
        )


def test_the_database_refuses_the_same_person_twice(about_a_minor, reviewer):
    services.approve_decision(about_a_minor, acting=reviewer, reason="I believe it.")
    with pytest.raises(IntegrityError, match="the_second_is_another_person"), transaction.atomic():
        Decision.objects.filter(pk=about_a_minor.pk).update(
            seconded_by=reviewer, seconded_because="Again.", seconded_at=about_a_minor.proposed_at
        )


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"ends_at": None}, "preventive_has_end_and_review"),
        ({"review_due": None}, "preventive_has_end_and_review"),
        ({"review_due": 20}, "review_before_end"),
        ({"ends_at": 91}, "preventive_at_most_90_days_in_all"),
        ({"ended_at": 1}, "what_ended_says_how"),
    ],
)
def test_the_database_refuses_what_must_never_be(proposal, reviewer, change, refusal):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    values = {
        name: taken.begins_at + value * DAY if isinstance(value, int) else value for name, value in change.items()
    }
    with pytest.raises(IntegrityError, match=refusal), transaction.atomic():
        Decision.objects.filter(pk=taken.pk).update(**values)


def test_the_database_refuses_two_preventive_decisions_at_a_time(proposal, reviewer):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    before = proposal.case.decisions.exclude(pk=taken.pk).get()
    with pytest.raises(IntegrityError, match="one_preventive_decision_at_a_time"), transaction.atomic():
        Decision.objects.filter(pk=before.pk).update(ended_at=None, ended="")


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_everything_needs_a_reason(proposal, reviewer, reason):
    case = proposal.case
    taken = case.decisions.get(state="taken")
    for act in (
        lambda: services.approve_decision(proposal, acting=reviewer, reason=reason),
        lambda: services.decline_decision(proposal, acting=reviewer, reason=reason),
        lambda: services.confirm_decision(taken, acting=reviewer, reason=reason),
        lambda: services.lift_decision(taken, acting=reviewer, reason=reason),
        lambda: services.renew_decision(taken, acting=reviewer, reason=reason),
        lambda: services.record_danger(case, acting=reviewer, reason=reason),
        lambda: services.close_case(case, acting=reviewer, reason=reason),
    ):
        with pytest.raises(errors.ReasonMissing):
            act()


def test_a_reader_may_do_nothing(proposal, staff_member):
    reader = staff_member("reader")
    case = proposal.case
    taken = case.decisions.get(state="taken")
    for act in (
        lambda: services.approve_decision(proposal, acting=reader, reason="x"),
        lambda: services.decline_decision(proposal, acting=reader, reason="x"),
        lambda: services.confirm_decision(taken, acting=reader, reason="x"),
        lambda: services.lift_decision(taken, acting=reader, reason="x"),
        lambda: services.renew_decision(taken, acting=reader, reason="x"),
        lambda: services.record_danger(case, acting=reader, reason="x"),
        lambda: services.close_case(case, acting=reader, reason="x"),
    ):
        with pytest.raises(errors.NotAllowed):
            act()


def test_a_declined_proposal_does_not_come_back_until_somebody_speaks(judged, respondent, reviewer):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.85)
    services.decline_decision(case.decisions.get(), acting=reviewer, reason="A misunderstanding.")
    judged(account, credibility=0.86)
    assert not case.decisions.filter(state="proposed").exists()
    judged(account, credibility=0.86, testimonies=6)
    assert case.decisions.filter(state="proposed").exists()


def test_a_declined_decision_cannot_be_approved(proposal, reviewer, colleague):
    services.decline_decision(proposal, acting=reviewer, reason="A misunderstanding.")
    with pytest.raises(errors.NotProposed):
        services.approve_decision(proposal, acting=colleague, reason="I disagree.")


def test_a_lift_ends_the_measure_and_orders_the_platform_to_restore(proposal, reviewer, events_of):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    measure = taken.measures.get()
    services.lift_measure(measure, acting=reviewer, reason="It was somebody else.")
    measure.refresh_from_db()
    assert not measure.in_force
    assert PlatformOrder.objects.get(measure__measure=measure.measure, action="lift").due_at < now() + MINUTE
    assert events_of(measure) == ["measure_lifted"]


def test_the_decision_ends_with_its_last_measure(judged, respondent, reviewer, colleague):
    case = judged(respondent(age_band="16_17"), credibility=0.93, severity=3)
    proposal = case.decisions.get()
    services.approve_decision(proposal, acting=reviewer, reason="a")
    taken = services.approve_decision(proposal, acting=colleague, reason="b")
    first, last = taken.measures.all()
    services.lift_measure(first, acting=reviewer, reason="Too much.")
    taken.refresh_from_db()
    assert taken.in_force
    assert {one.measure for one in taken.measures.all() if one.in_force} == {last.measure}
    services.lift_measure(last, acting=reviewer, reason="It was somebody else.")
    taken.refresh_from_db()
    assert not taken.in_force
    assert taken.ended == "lifted"


def test_what_lapsed_cannot_be_lifted(proposal, reviewer, clock):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    clock.move(15 * DAY)
    with pytest.raises(errors.NotInForce):
        services.lift_decision(taken, acting=reviewer, reason="Too late.")


def test_a_confirmation_keeps_the_end(proposal, reviewer, colleague, events_of):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    confirmed = services.confirm_decision(taken, acting=colleague, reason="Looked again.")
    assert confirmed.ends_at == taken.ends_at
    assert events_of(taken)[-1] == "decision_confirmed"


def test_what_has_not_begun_can_be_lifted_and_never_begins(judged, respondent, reviewer, clock):
    decision = judged(respondent(), credibility=0.7, independent_sources=1.0).decisions.get()
    services.lift_decision(decision, acting=reviewer, reason="It was somebody else.")
    clock.move(3 * DAY)
    decision.refresh_from_db()
    assert not decision.in_force


def test_imminent_danger_makes_what_was_delayed_begin_at_once(judged, respondent, reviewer, events_of):
    case = judged(respondent(), credibility=0.7, independent_sources=1.0)
    decision = case.decisions.get()
    assert decision.to_come
    services.record_danger(case, acting=reviewer, reason="A meeting is planned tonight.")
    decision.refresh_from_db()
    assert decision.in_force
    assert events_of(case)[-1] == "danger_recorded"


@pytest.fixture
def renewed(proposal, senior, colleague, clock):
    """A decision about to end and its renewal to come."""
    lasting = services.approve_decision(proposal, acting=senior, reason="a")
    only_contact(lasting)
    clock.set(lasting.ends_at - 7 * HOUR)
    return lasting, services.renew_decision(lasting, acting=colleague, reason="Not yet understood.")


def test_imminent_danger_leaves_no_renewal_beside_what_begins(renewed, graver, reviewer, when):
    lasting, renewal = renewed
    when(48 * HOUR)
    delayed = graver(lasting.case)
    services.record_danger(lasting.case, acting=reviewer, reason="A meeting is planned tonight.")
    assert Decision.objects.to_come_or_in_force().get() == delayed
    renewal.refresh_from_db()
    assert renewal.ended == "taken_over"


def test_what_imminent_danger_brings_forward_goes_on_with_the_90_days_of_what_it_ends(renewed, graver, reviewer, when):
    lasting, _renewal = renewed
    when(48 * HOUR)
    delayed = graver(lasting.case)
    services.record_danger(lasting.case, acting=reviewer, reason="A meeting is planned tonight.")
    delayed.refresh_from_db()
    assert delayed.since == lasting.since


def test_after_imminent_danger_nothing_is_delayed(judged, respondent, reviewer):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.3)
    services.record_danger(case, acting=reviewer, reason="A meeting is planned tonight.")
    judged(account, credibility=0.85, independent_sources=1.0)
    assert not services.needs_delay(Decision.objects.get(state="proposed"))


def test_only_somebody_who_did_not_approve_renews(proposal, reviewer, colleague):
    taken = services.approve_decision(proposal, acting=reviewer, reason="They hold together.")
    assert not services.may_renew(taken, acting=reviewer)
    with pytest.raises(errors.SecondPersonNeeded):
        services.renew_decision(taken, acting=reviewer, reason="Once more.")


def test_a_renewal_follows_without_a_gap(judged, respondent, reviewer, colleague, clock):
    case = judged(respondent(), credibility=0.85)
    lasting = services.approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="a")
    only_contact(lasting)
    clock.move(10 * DAY)
    renewal = services.renew_decision(lasting, acting=colleague, reason="Not yet understood.")
    assert renewal.begins_at == lasting.ends_at


def test_a_renewal_stands_in_the_ledger(proposal, reviewer, colleague, clock, events_of):
    lasting = services.approve_decision(proposal, acting=reviewer, reason="a")
    only_contact(lasting)
    assert events_of(services.renew_decision(lasting, acting=colleague, reason="b"))[-1] == "decision_renewed"


def test_renewals_stay_within_90_days_and_their_number(judged, respondent, reviewer, colleague, clock):
    case = judged(respondent(), credibility=0.85)
    lasting = services.approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="a")
    only_contact(lasting)
    people = [colleague, reviewer]
    for number in range(3):
        clock.set(lasting.ends_at - DAY)
        lasting = services.renew_decision(lasting, acting=people[number % 2], reason="Not yet understood.")
    clock.set(lasting.ends_at - timedelta(hours=1))
    with pytest.raises(errors.NotRenewable):
        services.renew_decision(lasting, acting=people[1], reason="Once more.")
    assert lasting.ends_at <= lasting.since + 90 * DAY


def only_contact(decision: Decision) -> None:
    """Keep of a decision the article that may be renewed."""
    decision.articles = ["contact"]
    decision.save(update_fields=["articles"])


def test_a_case_with_something_in_force_is_not_closed(proposal, reviewer):
    with pytest.raises(errors.StillInForce):
        services.close_case(proposal.case, acting=reviewer, reason="Done.")


def test_a_closed_case_is_reopened_by_something_new(judged, respondent, reviewer, events_of):
    account = respondent()
    case = judged(account, credibility=0.1)
    services.close_case(case, acting=reviewer, reason="Nothing in it.")
    judged(account, credibility=0.7)
    case = Case.objects.get()
    assert case.state == "inquiry"
    assert "case_reopened" in events_of(case)


def test_a_final_decision_needs_two_and_settles_the_case(judged, respondent, reviewer, senior):
    case = judged(respondent(age_band="16_17"), credibility=0.98, severity=4, verified_evidence=3)
    proposal = case.decisions.get(state="proposed")
    services.approve_decision(proposal, acting=reviewer, reason="Established.")
    taken = services.approve_decision(proposal, acting=senior, reason="Established.")
    case.refresh_from_db()
    assert (taken.mode, taken.ends_at, case.state) == ("final", None, "decided")


def test_lifting_a_final_decision_answers_the_case_otherwise(judged, respondent, reviewer, senior):
    case = judged(respondent(age_band="16_17"), credibility=0.98, severity=4, verified_evidence=3)
    proposal = case.decisions.get(state="proposed")
    services.approve_decision(proposal, acting=reviewer, reason="Established.")
    taken = services.approve_decision(proposal, acting=senior, reason="Established.")
    services.lift_decision(taken, acting=senior, reason="The evidence was forged.")
    case.refresh_from_db()
    assert case.state == "decided"


def test_a_lapse_does_not_restore_what_a_final_decision_keeps(judged, respondent, reviewer, senior, clock):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.93, severity=3)
    preventive = case.decisions.get()
    services.approve_decision(preventive, acting=reviewer, reason="a")
    services.approve_decision(preventive, acting=senior, reason="b")
    clock.move(DAY)
    judged(account, credibility=0.98, severity=4, verified_evidence=3)
    final = case.decisions.get(state="proposed", mode="final")
    services.approve_decision(final, acting=reviewer, reason="a")
    services.approve_decision(final, acting=senior, reason="b")
    preventive.refresh_from_db()
    assert preventive.ended == "taken_over"
    clock.move(20 * DAY)
    services.record_lapses()
    lifted = PlatformOrder.objects.filter(action="lift").values_list("measure__measure", flat=True)
    assert set(lifted) == {"no_new_contacts", "no_live"}
    assert case.decisions.in_force().get().measures.get().measure == "suspend"


def test_established_facts_beside_preventive_measures_are_proposed_once_these_are_taken(
    judged, respondent, reviewer, colleague
):
    account = respondent(age_band="16_17")
    numbers = {"credibility": 0.98, "severity": 3}
    case = judged(account, **numbers)
    preventive = case.decisions.get()
    services.approve_decision(preventive, acting=reviewer, reason="a")
    services.approve_decision(preventive, acting=colleague, reason="b")
    judged(account, **numbers, verified_evidence=2)
    assert case.decisions.get(state="proposed").mode == "final"
    assert case.decisions.in_force().get().mode == "preventive"
