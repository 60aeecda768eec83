"""What follows from an assessment, without anybody doing anything yet."""

from datetime import timedelta

import pytest

from rempart.casework.models import AssessmentRecord, Case, Decision, PlatformOrder
from rempart.casework.services import lift_decision, record_lapses
from rempart.ledger.clock import now

DAY = timedelta(days=1)


def measures(decision: Decision) -> set[str]:
    return {taken.measure for taken in decision.measures.all()}


def test_an_automatic_article_takes_its_measure_at_once(judged, respondent):
    case = judged(respondent(), credibility=0.7)
    decision = case.decisions.get(state="taken")
    assert decision.in_force
    assert measures(decision) == {"no_new_contacts"}


def test_the_measure_ends_when_the_article_says(judged, respondent):
    decision = judged(respondent(), credibility=0.7).decisions.get(state="taken")
    assert decision.ends_at - decision.begins_at == timedelta(hours=72)


def test_what_a_reviewer_must_approve_is_only_proposed(judged, respondent):
    case = judged(respondent(), credibility=0.85)
    proposal = case.decisions.get(state="proposed")
    assert measures(proposal) >= {"no_new_contacts"}
    assert proposal.approval == "one_reviewer"


@pytest.mark.parametrize("age_band", ["under_13", "13_15", "16_17", None])
def test_nothing_is_automatic_on_a_minor_or_an_unknown_age(judged, respondent, age_band):
    case = judged(respondent(age_band=age_band), credibility=0.85)
    assert not case.decisions.filter(state="taken").exists()
    assert case.decisions.get(state="proposed").approval == "two_reviewers"


def test_a_minor_is_not_cut_from_their_friends(judged, respondent):
    proposal = judged(respondent(age_band="13_15"), credibility=0.85).decisions.get(state="proposed")
    assert measures(proposal) == {"no_new_contacts"}


def test_assessing_again_with_nothing_new_changes_nothing(judged, respondent, events_of):
    account = respondent()
    case = judged(account, credibility=0.85)
    before = (Decision.objects.count(), AssessmentRecord.objects.count(), events_of(case))
    from rempart.casework.models import RulebookVersion
    from rempart.casework.services import book_of, record_assessment

    version = RulebookVersion.objects.get()
    import msgspec

    from rempart import records

    same = msgspec.convert(case.assessments.first().assessment, records.Assessment)
    record_assessment(account, same, version, book_of(version))
    assert (Decision.objects.count(), AssessmentRecord.objects.count(), events_of(case)) == before


def test_the_database_is_told_to_a_platform_in_the_same_transaction(judged, respondent):
    decision = judged(respondent(), credibility=0.7).decisions.get(state="taken")
    order = PlatformOrder.objects.get(action="apply")
    assert (order.action, order.measure.decision, order.due_at) == ("apply", decision, decision.begins_at)


def test_few_sources_delay_the_beginning_at_random(judged, respondent):
    waits = set()
    for _ in range(5):
        decision = judged(respondent(), credibility=0.7, independent_sources=1.5).decisions.get(state="taken")
        waits.add(decision.begins_at - decision.taken_at)
    assert all(timedelta(hours=6) <= wait <= timedelta(hours=48) for wait in waits)
    assert len(waits) > 1


def test_a_delayed_measure_is_not_in_force_before_it_begins(judged, respondent, clock):
    decision = judged(respondent(), credibility=0.7, independent_sources=1.5).decisions.get(state="taken")
    assert not decision.in_force
    assert decision.to_come
    clock.set(decision.begins_at)
    assert decision.in_force


def test_after_a_lapse_the_same_article_never_fires_by_itself_again(judged, respondent, clock):
    account = respondent()
    case = judged(account, credibility=0.7)
    clock.move(4 * DAY)
    judged(account, credibility=0.75)
    assert case.decisions.filter(state="taken").count() == 1
    assert not case.decisions.in_force().exists()


def test_after_a_lapse_another_article_may_fire(judged, respondent, clock):
    account = respondent()
    case = judged(account, credibility=0.7)
    clock.move(4 * DAY)
    judged(account, credibility=0.85)
    assert case.decisions.get(state="proposed").articles == ["contact"]


def test_after_a_lift_the_same_article_never_fires_by_itself_again(judged, respondent, reviewer):
    account = respondent()
    case = judged(account, credibility=0.7)
    lift_decision(case.decisions.in_force().get(), acting=reviewer, reason="We were mistaken.")
    judged(account, credibility=0.75, testimonies=9)
    assert not case.decisions.in_force().exists()


def test_a_proposal_whose_ground_is_gone_is_withdrawn(judged, respondent, events_of):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.85)
    proposal = case.decisions.get()
    judged(account, credibility=0.2, disputes=3)
    proposal.refresh_from_db()
    assert proposal.state == "replaced"
    assert events_of(proposal)[-1] == "decision_replaced"


def test_what_a_person_approves_outlasts_what_was_automatic(judged, respondent):
    proposal = judged(respondent(), credibility=0.85).decisions.get(state="proposed")
    assert {"first-word", "contact"} <= set(proposal.articles)
    assert proposal.lasts == 14 * DAY


def test_a_graver_picture_replaces_the_proposal(judged, respondent):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.85)
    judged(account, credibility=0.93, severity=3)
    assert measures(case.decisions.get(state="proposed")) == {"no_new_contacts", "no_live"}
    assert case.decisions.filter(state="replaced").count() == 1


def test_established_facts_are_proposed_as_final_and_need_two(judged, respondent):
    case = judged(respondent(age_band="16_17"), credibility=0.98, severity=4, verified_evidence=3)
    assert [decision.mode for decision in case.decisions.filter(state="proposed")] == ["final"]
    assert case.decisions.get(state="proposed").approval == "two_reviewers"


def test_one_case_an_account(judged, respondent):
    account = respondent()
    judged(account, credibility=0.7)
    judged(account, credibility=0.2)
    assert Case.objects.get().account == account


def test_the_reasons_name_the_true_end(judged, respondent):
    decision = judged(respondent(), credibility=0.7, independent_sources=1.0).decisions.get(state="taken")
    assert f"{decision.ends_at.day} " in decision.reasons["fr"].split("\n")[0]


def test_a_lapse_is_recorded_once_at_its_end(judged, respondent, clock, events_of):
    case = judged(respondent(), credibility=0.7)
    decision = case.decisions.get(state="taken")
    clock.move(10 * DAY)
    record_lapses()
    record_lapses()
    assert events_of(decision).count("decision_lapsed") == 1
    from rempart.ledger.models import LedgerRow

    row = LedgerRow.objects.get(event="decision_lapsed")
    assert row.effective_at == decision.ends_at
    assert row.recorded_at >= now() - timedelta(minutes=1)


def test_a_lapse_orders_the_platform_to_restore(judged, respondent, clock):
    case = judged(respondent(), credibility=0.7)
    clock.move(10 * DAY)
    record_lapses(case)
    assert PlatformOrder.objects.filter(action="lift").get().due_at == case.decisions.get().ends_at


def test_a_lapsed_measure_is_not_in_force_though_nothing_ran(judged, respondent, clock):
    case = judged(respondent(), credibility=0.7)
    decision = case.decisions.get()
    clock.set(decision.ends_at - timedelta(seconds=1))
    assert decision.in_force
    clock.set(decision.ends_at)
    assert not decision.in_force
    assert not case.decisions.in_force().exists()
