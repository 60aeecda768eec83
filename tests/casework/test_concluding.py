"""Final decisions and the other answers to a case: who may, with which measures, and what becomes of what stands."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart.casework import errors, services
from rempart.casework.models import Decision, MeasureTaken, PlatformOrder
from rempart.casework.services.disclosing import LeadsToSomebody
from rempart.casework.states import Move, State
from rempart.ledger.clock import now

DAY = timedelta(days=1)
WORDS = {"fr": "Les messages ont été vérifiés.", "en": "The messages were verified."}


@pytest.fixture
def precaution(judged, respondent, reviewer):
    """An adult whose account may not write first, as a precaution."""
    case = judged(respondent(), credibility=0.85)
    services.approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="They hold together.")
    case.refresh_from_db()
    return case


def final(case, acting, **changes):
    given = {"measures": ["no_new_contacts"], "articles": ["first-word"], "reasons": WORDS} | changes
    return services.decide_final(case, acting=acting, **given)


def test_a_final_decision_takes_over_without_a_gap_and_without_a_second_order(precaution, reviewer, clock):
    clock.move(timedelta(hours=1))
    before = precaution.decisions.in_force().get()
    decision = final(precaution, reviewer, lasts=30 * DAY)
    before.refresh_from_db()
    assert before.ended_at == decision.begins_at
    assert decision.in_force
    assert PlatformOrder.objects.filter(action="apply").count() == 1
    assert PlatformOrder.objects.get(action="lift").due_at == decision.ends_at


def test_a_final_decision_has_its_own_reasons_and_decides_the_case(precaution, reviewer):
    decision = final(precaution, reviewer)
    precaution.refresh_from_db()
    assert (decision.mode, decision.reasons, decision.approved_by) == ("final", WORDS, reviewer)
    assert (precaution.state, precaution.outcomes.get().kind) == ("decided", "final_measure")


def test_one_text_stands_for_both_languages(precaution, reviewer):
    assert final(precaution, reviewer, reasons="Vérifié.").reasons == {"fr": "Vérifié.", "en": "Vérifié."}


def test_keeping_after_review_decides_nothing(precaution, colleague):
    kept = services.confirm_decision(precaution.decisions.in_force().get(), acting=colleague, reason="Seen.")
    precaution.refresh_from_db()
    assert (kept.mode, precaution.state, precaution.outcomes.count()) == ("preventive", "inquiry", 0)


def test_a_final_decision_is_not_kept_after_review(precaution, reviewer, colleague):
    with pytest.raises(errors.NotPreventive):
        services.confirm_decision(final(precaution, reviewer), acting=colleague, reason="Seen.")


@pytest.mark.parametrize(
    ("measures", "articles", "refusal"),
    [
        (["suspend"], ["first-word"], errors.MeasureNotAllowed),
        ([], ["first-word"], errors.MeasureNotAllowed),
        (["no_new_contacts"], ["established"], errors.ArticleNotMatched),
        (["no_new_contacts"], ["nothing-like-it"], errors.ArticleNotMatched),
        (["no_new_contacts"], [], errors.ArticleNotMatched),
    ],
)
def test_only_what_the_articles_allow_is_decided(precaution, reviewer, measures, articles, refusal):
    with pytest.raises(refusal):
        final(precaution, reviewer, measures=measures, articles=articles)


def test_a_lighter_measure_than_the_article_asks_for_may_be_chosen(precaution, reviewer):
    decision = final(precaution, reviewer, measures=["no_recommendation"])
    assert [one.measure for one in decision.measures.all()] == ["no_recommendation"]


def test_a_heavier_one_needs_an_article_that_what_is_known_meets(judged, respondent, reviewer, senior):
    account = respondent()
    numbers = {"credibility": 0.98, "severity": 4, "verified_evidence": 3}
    case = judged(account, **numbers)
    decision = final(case, reviewer, measures=["suspend"], articles=["established"])
    assert (decision.state, decision.four_eyes) == ("proposed", ["rulebook"])
    assert services.approve_decision(decision, acting=senior, reason="I agree.").in_force


def test_reasons_that_could_lead_to_somebody_are_refused(precaution, reviewer):
    with pytest.raises(LeadsToSomebody):
        final(precaution, reviewer, reasons="Trois personnes le disent le 17 juin à 16 h.")


def test_what_was_decided_is_not_proposed_again_until_something_else_applies(judged, precaution, reviewer):
    account = precaution.account
    final(precaution, reviewer, measures=["no_recommendation"])
    judged(account, credibility=0.86, testimonies=9)
    precaution.refresh_from_db()
    assert precaution.state == "decided"
    assert not precaution.decisions.filter(state="proposed").exists()
    judged(account, credibility=0.93, severity=3, testimonies=10)
    precaution.refresh_from_db()
    assert precaution.state == "inquiry"
    assert "live" in precaution.decisions.get(state="proposed").articles


def test_a_reviewers_own_proposal_is_not_replaced_by_a_new_testimony(judged, respondent, reviewer):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.85)
    mine = final(case, reviewer, articles=["contact"])
    judged(account, credibility=0.93, severity=3, testimonies=9)
    mine.refresh_from_db()
    assert mine.state == "proposed"


def test_proposing_the_same_twice_is_refused(judged, respondent, reviewer):
    case = judged(respondent(age_band="16_17"), credibility=0.85)
    final(case, reviewer, articles=["contact"])
    with pytest.raises(errors.AlreadyDone):
        final(case, reviewer, articles=["contact"])


@pytest.mark.parametrize("length", [timedelta(0), timedelta(days=-1)])
def test_a_final_decision_lasts_for_some_time(precaution, reviewer, length):
    with pytest.raises(ValueError, match="positive time"):
        final(precaution, reviewer, lasts=length)


def test_no_action_and_a_warning_answer_a_case_once_nothing_stands(precaution, reviewer):
    for act in (
        lambda: services.take_no_action(precaution, acting=reviewer, reason="Nothing in it."),
        lambda: services.warn(precaution, acting=reviewer, text="Prenez garde."),
        lambda: services.close_case(precaution, acting=reviewer, reason="Nothing in it."),
    ):
        with pytest.raises(errors.StillInForce):
            act()
    services.lift_decision(precaution.decisions.in_force().get(), acting=reviewer, reason="Too much.")
    services.warn(precaution, acting=reviewer, text={"fr": "Prenez garde.", "en": "Take care."})
    services.take_no_action(precaution, acting=reviewer, reason="Nothing in it.")
    assert list(precaution.outcomes.values_list("kind", flat=True)) == ["lifted", "warned", "no_action"]
    assert precaution.outcomes.get(kind="warned").words == {"fr": "Prenez garde.", "en": "Take care."}


def test_a_case_is_closed_while_a_final_measure_goes_on(precaution, reviewer):
    decision = final(precaution, reviewer)
    assert services.close_case(precaution, acting=reviewer, reason="Settled.").state == "closed"
    assert decision.in_force


def test_lifting_a_final_measure_answers_a_closed_case_anew(precaution, reviewer, colleague):
    decision = final(precaution, reviewer)
    services.close_case(precaution, acting=reviewer, reason="Settled.")
    services.lift_decision(decision, acting=colleague, reason="Forged.")
    precaution.refresh_from_db()
    assert (precaution.state, precaution.outcomes.last().kind) == ("decided", "lifted")


def test_a_closed_case_is_opened_again_by_a_person(judged, respondent, reviewer, events_of):
    case = judged(respondent(), credibility=0.1)
    services.close_case(case, acting=reviewer, reason="Nothing in it.")
    assert services.begin_inquiry(case, acting=reviewer, reason="A new message.").state == "inquiry"
    assert events_of(case)[-1] == "case_reopened"
    with pytest.raises(errors.AlreadyDone):
        services.begin_inquiry(case, acting=reviewer, reason="Again.")


def test_nothing_is_decided_while_an_appeal_waits(precaution, reviewer):
    from rempart.casework.services.moving import move

    move(precaution, Move.APPEAL, State.APPEALED)
    for act in (
        lambda: final(precaution, reviewer),
        lambda: services.take_no_action(precaution, acting=reviewer, reason="x"),
        lambda: services.warn(precaution, acting=reviewer, text="x"),
        lambda: services.close_case(precaution, acting=reviewer, reason="x"),
        lambda: services.begin_inquiry(precaution, acting=reviewer, reason="x"),
    ):
        with pytest.raises(errors.AppealPending):
            act()


def test_a_reader_decides_nothing(precaution, staff_member):
    reader = staff_member("reader")
    decision = precaution.decisions.in_force().get()
    for act in (
        lambda: final(precaution, reader),
        lambda: services.take_no_action(precaution, acting=reader, reason="x"),
        lambda: services.warn(precaution, acting=reader, text="x"),
        lambda: services.begin_inquiry(precaution, acting=reader, reason="x"),
        lambda: services.cancel_announced_lift(decision, acting=reader, reason="x"),
        lambda: services.undo(precaution, acting=reader),
    ):
        with pytest.raises(errors.NotAllowed):
            act()


def test_whoever_keeps_out_can_do_nothing(precaution, judged, colleague):
    decision = precaution.decisions.in_force().get()
    services.declare_conflict(precaution, acting=colleague, reason="My cousin.")
    for act in (
        lambda: final(precaution, colleague),
        lambda: services.take_no_action(precaution, acting=colleague, reason="x"),
        lambda: services.warn(precaution, acting=colleague, text="x"),
        lambda: services.begin_inquiry(precaution, acting=colleague, reason="x"),
        lambda: services.close_case(precaution, acting=colleague, reason="x"),
        lambda: services.record_danger(precaution, acting=colleague, reason="x"),
        lambda: services.confirm_decision(decision, acting=colleague, reason="x"),
        lambda: services.lift_decision(decision, acting=colleague, reason="x"),
        lambda: services.renew_decision(decision, acting=colleague, reason="x"),
        lambda: services.cancel_announced_lift(decision, acting=colleague, reason="x"),
        lambda: services.undo(precaution, acting=colleague),
    ):
        with pytest.raises(errors.Excluded):
            act()


NAMED = [
    (Decision, column) for column in ("proposed_by", "approved_by", "seconded_by", "declined_by", "confirmed_by")
] + [(MeasureTaken, "lifted_by")]


@pytest.mark.parametrize(("table", "column"), NAMED)
def test_the_database_writes_no_excluded_name_on_a_decision(precaution, colleague, table, column):
    services.declare_conflict(precaution, acting=colleague, reason="My cousin.")
    decision = precaution.decisions.in_force().get()
    rows = Decision.objects.filter(pk=decision.pk) if table is Decision else decision.measures.all()
    with pytest.raises(IntegrityError, match="declared a conflict"), transaction.atomic():
        rows.update(**{column: colleague})


def test_an_approval_that_waits_is_taken_back_with_the_conflict(judged, respondent, reviewer, colleague, senior):
    case = judged(respondent(age_band="16_17"), credibility=0.85)
    proposal = case.decisions.get()
    services.approve_decision(proposal, acting=reviewer, reason="I believe it.")
    services.declare_conflict(case, acting=reviewer, reason="My cousin.")
    proposal.refresh_from_db()
    assert proposal.approved_by is None
    services.approve_decision(proposal, acting=colleague, reason="So do I.")
    assert services.approve_decision(proposal, acting=senior, reason="So do I.").in_force


def test_the_database_has_people_take_final_decisions(precaution, reviewer):
    decision = final(precaution, reviewer)
    with pytest.raises(IntegrityError, match="people_take_final_decisions"), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(
            approved_by=None, approved_at=None, approved_because="", approval="automatic"
        )


def test_the_database_lets_nobody_renew_what_they_approved(precaution, reviewer):
    decision = precaution.decisions.in_force().get()
    with pytest.raises(IntegrityError, match="approved by another person"), transaction.atomic():
        Decision.objects.create(
            case=precaution,
            assessment=decision.assessment,
            rulebook=decision.rulebook,
            mode="preventive",
            articles=["contact"],
            reasons={},
            approval="one_reviewer",
            renews=decision,
            state="proposed",
            proposed_at=now(),
            approved_at=now(),
            approved_by=reviewer,
            approved_because="Mine.",
        )
