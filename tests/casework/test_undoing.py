"""Undoing within a minute: everything is as before, the platform never heard of it, and the ledger knows both."""

from datetime import timedelta

import pytest

from rempart.casework import errors, services
from rempart.casework.models import Case, Decision, MeasureTaken, PlatformOrder
from rempart.casework.services import appealing, respondents
from rempart.casework.services.moving import move
from rempart.casework.signals import act_undone
from rempart.casework.states import Move, State
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow

DAY = timedelta(days=1)
SECONDS = timedelta(seconds=1)


@pytest.fixture
def case(judged, respondent):
    """A case with an automatic measure in force and a proposal."""
    return judged(respondent(), credibility=0.85)


def picture(case):
    """All that undoing gives back."""
    orders = PlatformOrder.objects.filter(measure__decision__case=case)
    return [
        list(rows.order_by("pk"))
        for rows in (
            Case.objects.filter(pk=case.pk).values("pk", "state", "danger_at", "danger_by", "closed_at", "closed_by"),
            Decision.objects.filter(case=case).exclude(state="undone").values(),
            MeasureTaken.objects.filter(decision__case=case).exclude(decision__state="undone").values(),
        )
    ] + [set(orders.values_list("measure", "action", "due_at"))]


def proposal(case):
    return case.decisions.get(state="proposed")


def standing(case):
    return case.decisions.in_force().get()


ACTS = {
    "approve": lambda case, who: services.approve_decision(proposal(case), acting=who, reason="a"),
    "decline": lambda case, who: services.decline_decision(proposal(case), acting=who, reason="a"),
    "confirm": lambda case, who: services.confirm_decision(standing(case), acting=who, reason="a"),
    "lift": lambda case, who: services.lift_decision(standing(case), acting=who, reason="a"),
    "danger": lambda case, who: services.record_danger(case, acting=who, reason="a"),
    "final": lambda case, who: services.decide_final(
        case, measures=["no_new_contacts"], articles=["first-word"], acting=who, reasons="Vérifié."
    ),
}


@pytest.mark.parametrize("act", ACTS)
def test_what_was_done_is_undone(case, reviewer, act, clock, events_of):
    clock.move(timedelta(hours=1))
    before = picture(case)
    ACTS[act](case, reviewer)
    assert picture(case) != before
    clock.move(50 * SECONDS)
    services.undo(case, acting=reviewer)
    assert picture(case) == before
    assert "act_undone" in events_of(case)


@pytest.mark.parametrize("act", ["begin_inquiry", "no_action", "warn", "close", "final"])
def test_an_answer_is_undone(judged, respondent, reviewer, act):
    case = judged(respondent(age_band="16_17"), credibility=0.85)
    services.decline_decision(proposal(case), acting=reviewer, reason="a")
    before = picture(case)
    {
        "begin_inquiry": lambda: services.begin_inquiry(case, acting=reviewer, reason="a"),
        "no_action": lambda: services.take_no_action(case, acting=reviewer, reason="a"),
        "warn": lambda: services.warn(case, acting=reviewer, text="a"),
        "close": lambda: services.close_case(case, acting=reviewer, reason="a"),
        "final": lambda: services.decide_final(
            case, measures=["no_new_contacts"], articles=["contact"], acting=reviewer, reasons="Vérifié."
        ),
    }[act]()
    assert picture(case) != before
    services.undo(case, acting=reviewer)
    assert picture(case) == before
    assert not case.outcomes.filter(undone_at=None).exists()


@pytest.mark.parametrize("act", ["begin_inquiry", "lift"])
def test_a_case_opened_again_is_closed_as_it_was(case, reviewer, colleague, clock, act):
    final = ACTS["final"](case, reviewer)
    services.close_case(case, acting=reviewer, reason="a")
    clock.move(DAY)
    before = picture(case)
    do, about = {
        "begin_inquiry": (services.begin_inquiry, case),
        "lift": (services.lift_decision, final),
    }[act]
    do(about, acting=colleague, reason="b")
    assert picture(case) != before
    services.undo(case, acting=colleague)
    assert picture(case) == before


def test_what_was_taken_in_between_stays(judged, respondent, reviewer):
    case = judged(respondent(), credibility=0.4)
    move(case, Move.APPEAL, State.APPEALED)
    services.lift_decision(standing(case), acting=reviewer, reason="a")
    judged(case.account, credibility=0.7, testimonies=9)
    taken = standing(case)
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=reviewer)
    assert standing(case) == taken


def test_an_appeal_brings_a_case_back_to_where_it_stood_before_what_was_undone(
    judged, respondent, reviewer, colleague, clock
):
    case = judged(respondent(), credibility=0.7)
    clock.move(timedelta(hours=1))
    respondents.respondent_link(case)
    talk = respondents.side_of(case).conversation
    appeal = appealing.file_appeal(
        case, by="respondent", conversation=talk, grounds="Non.", decision=case.decisions.get()
    )
    services.lift_decision(standing(case), acting=reviewer, reason="a")
    services.undo(case, acting=reviewer)
    assert standing(case).in_force
    appealing.withdraw_appeal(appeal)
    case.refresh_from_db()
    assert case.state == State.INQUIRY


def test_the_name_of_somebody_who_keeps_out_by_now_is_not_written_again(case, reviewer, colleague):
    services.confirm_decision(standing(case), acting=reviewer, reason="a")
    services.confirm_decision(standing(case), acting=colleague, reason="b")
    services.declare_conflict(case, acting=reviewer, reason="My cousin.")
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=colleague)


def test_a_renewal_is_undone_and_can_be_asked_again(case, reviewer, colleague, clock):
    decision = services.approve_decision(proposal(case), acting=reviewer, reason="a")
    decision.articles = ["contact"]
    decision.save(update_fields=["articles"])
    clock.move(10 * DAY)
    before = picture(case)
    services.renew_decision(decision, acting=colleague, reason="b")
    services.undo(case, acting=colleague)
    assert picture(case) == before
    assert services.renew_decision(decision, acting=colleague, reason="b").to_come


def test_the_lift_of_what_had_not_begun_is_undone(judged, respondent, reviewer, clock):
    account = respondent()
    judged(account, credibility=0.7)
    case = judged(account, credibility=0.85, independent_sources=2.0)
    clock.move(timedelta(hours=1))
    delayed = services.approve_decision(proposal(case), acting=reviewer, reason="a")
    clock.move(timedelta(hours=1))
    before = picture(case)
    services.lift_decision(delayed, acting=reviewer, reason="b")
    services.undo(case, acting=reviewer)
    assert picture(case) == before


def test_a_minute_later_it_is_too_late(case, reviewer, clock):
    services.decline_decision(proposal(case), acting=reviewer, reason="a")
    clock.move(61 * SECONDS)
    assert services.undoable(case, reviewer) is None
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=reviewer)


def test_nobody_undoes_what_somebody_else_did(case, reviewer, colleague):
    services.decline_decision(proposal(case), acting=reviewer, reason="a")
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=colleague)


def test_only_the_last_act_is_undone_and_only_once(case, reviewer):
    services.confirm_decision(standing(case), acting=reviewer, reason="a")
    services.decline_decision(proposal(case), acting=reviewer, reason="b")
    services.undo(case, acting=reviewer)
    assert standing(case).confirmed_at is not None
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=reviewer)


def test_what_something_happened_to_since_is_not_undone(case, reviewer, colleague):
    services.approve_decision(proposal(case), acting=reviewer, reason="a")
    Decision.objects.filter(pk=standing(case).pk).update(approved_because="Meanwhile.")
    with pytest.raises(errors.CannotUndo):
        services.undo(case, acting=reviewer)


def test_the_platform_takes_off_at_once_what_was_undone(judged, respondent, reviewer, colleague, clock):
    case = judged(respondent(age_band="16_17"), credibility=0.85)
    services.approve_decision(proposal(case), acting=reviewer, reason="a")
    services.approve_decision(proposal(case), acting=colleague, reason="b")
    clock.move(59 * SECONDS)
    services.undo(case, acting=colleague)
    orders = PlatformOrder.objects.filter(measure__decision__case=case).order_by("due_at", "pk")
    assert [(one.action, one.due_at <= now()) for one in orders] == [("apply", True), ("lift", True)]
    assert proposal(case).approved_by == reviewer


def test_the_platform_never_hears_of_a_lift_that_was_undone(case, reviewer, clock):
    services.lift_decision(standing(case), acting=reviewer, reason="a")
    clock.move(59 * SECONDS)
    services.undo(case, acting=reviewer)
    lifts = PlatformOrder.objects.filter(measure__decision__case=case, action="lift")
    assert [one.due_at for one in lifts] == [standing(case).ends_at]


def test_an_assessment_in_between_is_given_way(judged, case, reviewer):
    services.approve_decision(proposal(case), acting=reviewer, reason="a")
    judged(case.account, credibility=0.93, severity=3, testimonies=9)
    newer = proposal(case)
    services.undo(case, acting=reviewer)
    newer.refresh_from_db()
    assert newer.state == "replaced"
    assert proposal(case).articles == ["attention", "first-word", "contact"]


def test_those_who_were_to_tell_hear_of_it(case, reviewer):
    heard = []

    def receive(case, kind, decisions, acting, **_kwargs):
        heard.append((case, kind, [one.state for one in decisions], acting))

    act_undone.connect(receive)
    try:
        ACTS["final"](case, reviewer)
        services.undo(case, acting=reviewer)
    finally:
        act_undone.disconnect(receive)
    assert heard == [(case, "decide_final", ["taken", "proposed", "undone"], reviewer)]


def test_what_can_no_longer_be_undone_is_forgotten(case, reviewer, clock):
    services.decline_decision(proposal(case), acting=reviewer, reason="a")
    assert services.forget_acts() == 0
    clock.move(61 * SECONDS)
    assert services.forget_acts() == 1


def test_nothing_of_it_leaves_the_ledger(case, reviewer):
    rows = LedgerRow.objects.count()
    services.decline_decision(proposal(case), acting=reviewer, reason="a")
    services.undo(case, acting=reviewer)
    assert LedgerRow.objects.count() >= rows + 2


def test_what_is_done_undone_and_done_again_at_once_is_ordered_each_time(judged, respondent, reviewer, colleague):
    case = judged(respondent(age_band="16_17"), credibility=0.85)
    for acting in (reviewer, colleague):
        services.approve_decision(proposal(case), acting=acting, reason="a")
    services.undo(case, acting=colleague)
    services.approve_decision(proposal(case), acting=colleague, reason="a")
    due = PlatformOrder.objects.filter(measure__decision__case=case, due_at__lte=now() + SECONDS)
    assert list(due.order_by("due_at", "pk").values_list("action", flat=True)) == ["apply", "lift", "apply"]
