"""Appeals: who may make one and until when, who may judge it, and what an answer does."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from rempart.casework import errors, services
from rempart.casework.models import Complainant, Outcome, PlatformOrder, RespondentSide
from rempart.casework.periods import end_of_months
from rempart.casework.services import appealing
from rempart.casework.services.disclosing import LeadsToSomebody
from rempart.casework.services.reconsidering import answer_reconsideration
from rempart.casework.services.respondents import tell
from rempart.casework.services.times import do_what_is_due
from rempart.casework.services.undoing import undoable
from rempart.casework.statements.wording import FindingOfGuilt
from rempart.correspondence.services import hear, open_conversation
from rempart.ledger.clock import now

PARIS = ZoneInfo("Europe/Paris")
REASONS = {"fr": "Nous avons tout relu.", "en": "We read everything again."}
GROUNDS = "Ce n'est pas moi sur ces messages."


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.fixture
def senior(staff_member):
    """Somebody who may countersign and took no part in anything yet."""
    return staff_member("senior_reviewer", name="Maud Arnaud")


@pytest.fixture
def restricted(judged, respondent, reviewer, colleague):
    """A case whose respondent is restricted by a preventive decision that the reviewer approved (two for a minor)."""

    def make(**account):
        case = judged(respondent(**account), credibility=0.85)
        for acting in (reviewer, colleague) if account else (reviewer,):
            services.approve_decision(case.decisions.get(state="proposed"), acting=acting, reason="several voices")
        case.refresh_from_db()
        return case

    return make


def decision_of(case):
    """The decision that a person took: what was automatic before it was taken over."""
    return case.decisions.exclude(approval="automatic").filter(state="taken").latest("begins_at", "pk")


def side_of(case, clock):
    """The respondent's conversation, once they were told."""
    clock.move(timedelta(minutes=2))
    tell(case)
    return RespondentSide.objects.get(case=case).conversation


def somebody_who_reported(case, name="r1", **conversation):
    opened = open_conversation(
        "complainant", about=f"casework.case:{case.pk}", person=f"intake.reporter:{name}", **conversation
    )
    return Complainant.objects.create(case=case, reporter=name, conversation=opened, joined_at=now()).conversation


def appeal_of(case, clock, **changes):
    decision = changes.pop("decision", None) or decision_of(case)
    told = {"by": "respondent", "conversation": side_of(case, clock), "grounds": GROUNDS, "decision": decision}
    return appealing.file_appeal(case, **(told | changes))


def texts(conversation):
    return [message.text for message in conversation.messages.order_by("pk")]


# --- who may appeal what, and until when


def test_a_restriction_can_be_appealed_from_being_told_until_six_months_after(restricted, clock):
    clock.set(datetime(2026, 3, 10, 9, tzinfo=PARIS))
    case = restricted()
    decision = decision_of(case)
    may = appealing.may_appeal(case, "respondent", decision)
    assert may
    assert may.until == datetime(2026, 9, 10, 23, 59, 59, 999999, tzinfo=PARIS)
    clock.set(may.until - timedelta(seconds=1))
    assert appealing.may_appeal(case, "respondent", decision)
    clock.set(may.until + timedelta(seconds=1))
    assert not appealing.may_appeal(case, "respondent", decision)


def test_a_restriction_that_has_not_begun_was_not_told_and_cannot_be_appealed(judged, respondent, reviewer, clock):
    case = judged(respondent(), credibility=0.85, independent_sources=1.0)
    decision = services.approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="one voice")
    assert decision.begins_at > now()
    assert not appealing.may_appeal(case, "respondent", decision)
    clock.set(decision.begins_at)
    assert appealing.may_appeal(case, "respondent", decision)


def test_being_watched_restricts_nothing_and_cannot_be_appealed(judged, respondent):
    case = judged(respondent(), credibility=0.4)
    watched = case.decisions.get(state="taken")
    assert not appealing.may_appeal(case, "respondent", watched)


def test_a_restriction_can_be_appealed_after_it_lapsed_and_the_case_was_closed(restricted, reviewer, senior, clock):
    case = restricted()
    side_of(case, clock)
    clock.move(days(20))
    do_what_is_due()
    case.refresh_from_db()
    services.close_case(case, acting=reviewer, reason="nothing more")
    appeal = appeal_of(case, clock)
    case.refresh_from_db()
    assert (case.state, appeal.state_before) == ("appealed", "closed")
    appealing.answer_appeal(appeal, upheld=False, acting=senior, reasons=REASONS)
    case.refresh_from_db()
    assert case.state == "decided"


def test_nobody_appeals_for_another_side(restricted, clock):
    case = restricted()
    decision = decision_of(case)
    reporter = somebody_who_reported(case)
    with pytest.raises(ValueError, match="not this side's"):
        appealing.file_appeal(case, by="respondent", conversation=reporter, grounds=GROUNDS, decision=decision)
    with pytest.raises(errors.CannotAppeal):
        appealing.file_appeal(case, by="complainant", conversation=reporter, grounds=GROUNDS, decision=decision)


def test_a_conversation_about_another_case_appeals_nothing_here(restricted, clock):
    mine, other = restricted(), restricted()
    with pytest.raises(ValueError, match="something else"):
        appeal_of(mine, clock, conversation=side_of(other, clock))


@pytest.mark.parametrize("grounds", ["", "   "])
def test_an_appeal_says_why(restricted, clock, grounds):
    with pytest.raises(errors.GroundsMissing):
        appeal_of(restricted(), clock, grounds=grounds)


def test_one_appeal_waits_at_a_time_and_an_answered_one_is_not_made_again(restricted, senior, clock):
    case = restricted()
    first = appeal_of(case, clock)
    with pytest.raises(errors.AlreadyAppealed):
        appeal_of(case, clock)
    appealing.answer_appeal(first, upheld=False, acting=senior, reasons=REASONS)
    with pytest.raises(errors.AlreadyAppealed):
        appeal_of(case, clock)


def test_a_withdrawn_appeal_can_be_made_again_and_the_case_is_where_it_stood(restricted, clock):
    case = restricted()
    before = case.state
    appealing.withdraw_appeal(appeal_of(case, clock))
    case.refresh_from_db()
    assert case.state == before
    assert appeal_of(case, clock).state == "filed"


# --- by when it is answered


def test_an_appeal_is_due_in_three_days_while_a_precaution_restricts_the_person(restricted, clock):
    appeal = appeal_of(restricted(), clock)
    assert appeal.due_at - appeal.filed_at == timedelta(hours=72)


def test_an_appeal_is_due_in_fourteen_days_once_nothing_preventive_restricts_the_person(restricted, clock):
    case = restricted()
    side_of(case, clock)
    clock.move(days(20))
    appeal = appeal_of(case, clock)
    assert appeal.due_at - appeal.filed_at == days(14)


def test_whoever_appeals_hears_at_once_that_it_was_received_and_by_when(restricted, clock):
    appeal = appeal_of(restricted(), clock)
    received = texts(appeal.conversation)[-1]
    assert "gratuit" in received["fr"]
    assert "free of charge" in received["en"]


def test_a_minor_hears_it_in_their_own_words(judged, respondent, reviewer, colleague, clock):
    case = judged(respondent(age_band="13_15"), credibility=0.85)
    for acting in (reviewer, colleague):
        services.approve_decision(case.decisions.get(state="proposed"), acting=acting, reason="voices")
    appeal = appeal_of(case, clock)
    assert "ton appel" in texts(appeal.conversation)[-1]["fr"]


# --- who judges


def test_nobody_judges_a_decision_that_they_approved(restricted, reviewer, clock, staff_member):
    case = restricted()
    appeal = appeal_of(case, clock)
    reviewer.roles = ["senior_reviewer"]
    reviewer.save()
    assert appealing.first_deciders(appeal) == {reviewer.pk}
    with pytest.raises(errors.OwnDecision):
        appealing.answer_appeal(appeal, upheld=False, acting=reviewer, reasons=REASONS)


def test_a_reviewer_without_the_permission_to_countersign_does_not_judge(restricted, colleague, clock):
    with pytest.raises(errors.NotAllowed):
        appealing.answer_appeal(appeal_of(restricted(), clock), upheld=False, acting=colleague, reasons=REASONS)


def test_whoever_declared_a_conflict_of_interest_does_not_judge(restricted, senior, clock):
    case = restricted()
    services.declare_conflict(case, acting=senior, reason="my cousin")
    with pytest.raises(errors.Excluded):
        appealing.answer_appeal(appeal_of(case, clock), upheld=False, acting=senior, reasons=REASONS)


@pytest.mark.parametrize("part", ["confirm", "renew", "keep after a reply"])
def test_whoever_kept_or_renewed_it_does_not_judge(restricted, senior, clock, part):
    case = restricted(age_band="16_17")
    decision = decision_of(case)
    if part == "confirm":
        services.confirm_decision(decision, acting=senior, reason="looked")
    elif part == "renew":
        services.renew_decision(decision, acting=senior, reason="still needed")
    else:
        hear(side_of(case, clock), text="Ce n'est pas vrai.")
        answer_reconsideration(case.reconsiderations.get(), keep=True, acting=senior, reasons=REASONS)
    with pytest.raises(errors.OwnDecision):
        appealing.answer_appeal(appeal_of(case, clock, decision=decision), upheld=True, acting=senior, reasons=REASONS)


def test_whoever_judged_takes_no_other_part_in_the_decision(restricted, senior, clock):
    case = restricted()
    decision = decision_of(case)
    appealing.answer_appeal(appeal_of(case, clock), upheld=False, acting=senior, reasons=REASONS)
    for act in (services.confirm_decision, services.renew_decision):
        with pytest.raises(errors.JudgedTheAppeal):
            act(decision, acting=senior, reason="again")
    assert not services.may_renew(decision, acting=senior)


def refused_by(name: str):
    return pytest.raises(IntegrityError, match=name)


def sql(statement: str, *values) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


JUDGE = """UPDATE casework_appeal SET state = 'rejected', decided_at = now(), decided_because = '{"fr": "non"}',
           decided_by_id = %s WHERE id = %s"""


def raises(constraint: str):
    return pytest.raises(Exception, match=constraint)


def test_the_database_refuses_a_first_decider_as_judge_even_by_sql(restricted, reviewer, clock):
    appeal = appeal_of(restricted(), clock)
    with raises("took part in what appeal"):
        sql(JUDGE, reviewer.pk, appeal.pk)
    with raises("took part in what appeal"):
        sql(
            """INSERT INTO casework_appeal (case_id, by, conversation_id, decision_id, filed_at, grounds, due_at, state,
               state_before, decided_at, decided_by_id, decided_because)
               SELECT case_id, by, conversation_id, decision_id, filed_at, grounds, due_at, 'upheld', state_before,
               now(), %s, '{"fr": "oui"}' FROM casework_appeal WHERE id = %s""",
            reviewer.pk,
            appeal.pk,
        )


def test_the_database_refuses_to_turn_an_appeal_on_something_else_to_judge_it(restricted, judged, reviewer, clock):
    appeal = appeal_of(restricted(), clock)
    other = decision_of(restricted())
    with raises("never changes"):
        sql("UPDATE casework_appeal SET decision_id = %s WHERE id = %s", other.pk, appeal.pk)


def test_the_database_refuses_that_a_judge_becomes_a_decider(restricted, senior, clock):
    case = restricted()
    appeal = appealing.answer_appeal(appeal_of(case, clock), upheld=False, acting=senior, reasons=REASONS)
    for part in ("confirmed", "approved", "seconded"):
        with raises("judged an appeal"):
            sql(
                f"UPDATE casework_decision SET {part}_by_id = %s, {part}_at = now(), {part}_because = 'x' "
                "WHERE id = %s",
                senior.pk,
                appeal.decision_id,
            )


def test_the_database_refuses_a_judge_with_a_conflict_of_interest(restricted, senior, clock):
    case = restricted()
    appeal = appeal_of(case, clock)
    services.declare_conflict(case, acting=senior, reason="my cousin")
    with raises("conflict of interest"):
        sql(JUDGE, senior.pk, appeal.pk)


def test_the_database_refuses_an_answer_by_nobody_or_without_reasons(restricted, senior, clock):
    appeal = appeal_of(restricted(), clock)
    with refused_by("an_appeal_is_answered_by_a_person_with_reasons"):
        sql(JUDGE, None, appeal.pk)
    with refused_by("an_appeal_is_answered_by_a_person_with_reasons"):
        sql(JUDGE.replace('{"fr": "non"}', "{}"), senior.pk, appeal.pk)


def test_an_answer_is_given_once(restricted, senior, staff_member, clock):
    appeal = appealing.answer_appeal(appeal_of(restricted(), clock), upheld=False, acting=senior, reasons=REASONS)
    with pytest.raises(errors.AppealNotWaiting):
        appealing.answer_appeal(appeal, upheld=True, acting=senior, reasons=REASONS)
    with raises("was answered or withdrawn already"):
        sql("UPDATE casework_appeal SET state = 'upheld' WHERE id = %s", appeal.pk)


# --- what an answer does


def test_an_appeal_that_is_upheld_gives_everything_back_at_once(restricted, senior, clock):
    case = restricted()
    somebody_who_reported(case)
    appeal = appealing.answer_appeal(appeal_of(case, clock), upheld=True, acting=senior, reasons=REASONS)
    decision = appeal.decision
    decision.refresh_from_db()
    case.refresh_from_db()
    assert not decision.in_force
    assert decision.ended == "lifted"
    assert PlatformOrder.objects.get(measure__decision__case=case, action="lift").due_at <= now()
    assert case.outcomes.last().kind == "lifted"
    assert "accepté" in texts(appeal.conversation)[-1]["fr"]


def test_an_upheld_appeal_also_gives_back_a_renewal_and_what_took_the_measure_over(
    restricted, senior, staff_member, clock
):
    case = restricted(age_band="16_17")
    decision = decision_of(case)
    clock.move(days(8))
    other = staff_member("reviewer")
    renewal = services.renew_decision(decision, acting=other, reason="still needed")
    services.approve_decision(renewal, acting=staff_member("reviewer"), reason="indeed")
    clock.move(days(8))
    assert renewal.renews == decision
    appealing.answer_appeal(appeal_of(case, clock, decision=decision), upheld=True, acting=senior, reasons=REASONS)
    assert not case.decisions.to_come_or_in_force().exists()


def test_what_an_upheld_appeal_gave_back_does_not_fire_again_by_itself(restricted, judged, senior, clock):
    case = restricted()
    appealing.answer_appeal(appeal_of(case, clock), upheld=True, acting=senior, reasons=REASONS)
    clock.move(days(1))
    judged(case.account, credibility=0.86, testimonies=9)
    assert not case.decisions.filter(state="proposed", articles__contains=["contact"]).exists()


def test_an_answer_cannot_be_undone_within_the_minute(restricted, senior, clock):
    case = restricted()
    appealing.answer_appeal(appeal_of(case, clock), upheld=True, acting=senior, reasons=REASONS)
    assert undoable(case, senior) is None


def test_a_rejected_appeal_says_why_who_else_can_look_and_leaves_the_measure(restricted, senior, clock):
    case = restricted()
    appeal = appealing.answer_appeal(appeal_of(case, clock), upheld=False, acting=senior, reasons=REASONS)
    said = texts(appeal.conversation)[-1]
    assert REASONS["en"] in said["en"]
    assert "Article 21" in said["en"]
    assert "tribunal" in said["fr"]
    assert appeal.decision.in_force


def test_the_answer_is_in_the_persons_language_at_least(restricted, senior, clock):
    appeal = appeal_of(restricted(), clock)
    appeal.conversation.language = "fr"
    with pytest.raises(errors.WrongLanguage):
        appealing.answer_appeal(appeal, upheld=False, acting=senior, reasons={"en": "No."})
    with pytest.raises(errors.ReasonMissing):
        appealing.answer_appeal(appeal, upheld=False, acting=senior, reasons={"fr": " "})


def test_an_answer_about_a_precaution_does_not_speak_of_guilt(restricted, senior, clock):
    with pytest.raises(FindingOfGuilt):
        appealing.answer_appeal(
            appeal_of(restricted(), clock), upheld=False, acting=senior, reasons={"fr": "Vous êtes coupable."}
        )


@pytest.mark.parametrize("upheld", [False, True])
def test_an_answer_to_the_person_concerned_leads_to_nobody_who_spoke(restricted, senior, clock, upheld):
    appeal = appeal_of(restricted(), clock)
    with pytest.raises(LeadsToSomebody):
        appealing.answer_appeal(appeal, upheld=upheld, acting=senior, reasons="C'est @lea.martin qui l'a dit.")
    appeal.refresh_from_db()
    assert appeal.state == "filed"


def test_the_words_after_a_reply_lead_to_nobody_who_spoke(restricted, colleague, clock):
    case = restricted()
    hear(side_of(case, clock), text="Ce n'est pas vrai.")
    with pytest.raises(LeadsToSomebody):
        answer_reconsideration(
            case.reconsiderations.get(), keep=True, acting=colleague, reasons="@lea.martin le maintient."
        )


# --- those who reported


@pytest.fixture
def declined(judged, respondent, reviewer):
    """A case whose proposal the reviewer declined, and the conversation with somebody who reported."""
    case = judged(respondent(), credibility=0.85)
    reporter = somebody_who_reported(case)
    decision = services.decline_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="too little")
    return case, reporter, decision


def complain(case, reporter, **target):
    return appealing.file_appeal(case, by="complainant", conversation=reporter, grounds="Ça continue.", **target)


def test_a_declined_proposal_can_be_complained_about_and_is_proposed_again(declined, judged, senior, clock):
    case, reporter, decision = declined
    appeal = complain(case, reporter, decision=decision)
    assert appeal.due_at - appeal.filed_at == days(14)
    appeal = appealing.answer_appeal(appeal, upheld=True, acting=senior, reasons=REASONS)
    case.refresh_from_db()
    again = case.decisions.get(state="proposed")
    assert case.state == "inquiry"
    assert appeal.reopened == again
    measures = decision.measures.values_list("measure", flat=True)
    assert sorted(one.measure for one in again.measures.all()) == sorted(measures)
    judged(case.account, credibility=0.86)
    again.refresh_from_db()
    assert again.state == "proposed"


def test_whoever_declined_does_not_judge_the_complaint(declined, reviewer):
    case, reporter, decision = declined
    reviewer.roles = ["senior_reviewer"]
    reviewer.save()
    with pytest.raises(errors.OwnDecision):
        appealing.answer_appeal(
            complain(case, reporter, decision=decision), upheld=True, acting=reviewer, reasons=REASONS
        )


def test_an_outcome_without_action_can_be_complained_about(judged, respondent, reviewer, senior):
    case = judged(respondent(), credibility=0.1)
    reporter = somebody_who_reported(case)
    services.take_no_action(case, acting=reviewer, reason="nothing against the rules")
    outcome = Outcome.objects.get(case=case)
    appeal = complain(case, reporter, outcome=outcome)
    assert appealing.first_deciders(appeal) == {reviewer.pk}
    appealing.answer_appeal(appeal, upheld=True, acting=senior, reasons=REASONS)
    case.refresh_from_db()
    assert case.state == "inquiry"


def test_a_lift_can_be_complained_about(restricted, colleague, senior, clock):
    case = restricted()
    decision = services.lift_decision(decision_of(case), acting=colleague, reason="explained")
    reporter = somebody_who_reported(case)
    appeal = complain(case, reporter, decision=decision)
    assert colleague.pk in appealing.first_deciders(appeal)
    appealing.answer_appeal(appeal, upheld=True, acting=senior, reasons=REASONS)
    assert case.decisions.get(state="proposed").articles == decision.articles


def test_while_another_appeal_waits_the_case_stays_with_it(restricted, senior, colleague, clock):
    case = restricted()
    mine = appeal_of(case, clock)
    lifted = services.lift_decision(decision_of(case), acting=colleague, reason="explained")
    theirs = complain(case, somebody_who_reported(case), decision=lifted)
    appealing.answer_appeal(mine, upheld=False, acting=senior, reasons=REASONS)
    case.refresh_from_db()
    assert case.state == "appealed"
    appealing.withdraw_appeal(theirs)
    case.refresh_from_db()
    assert case.state == "decided"


def test_imminent_danger_begins_what_was_taken_last_though_it_was_proposed_first(  # noqa: PLR0917
    judged, respondent, reviewer, colleague, senior, clock
):
    account = respondent(age_band="16_17")
    case = judged(account, credibility=0.85, independent_sources=1.0)
    reporter = somebody_who_reported(case)
    declined = services.decline_decision(case.decisions.get(), acting=reviewer, reason="too little")
    appealing.answer_appeal(
        complain(case, reporter, decision=declined), upheld=True, acting=senior, reasons="Nous reprenons."
    )
    account.age_band = "18_plus"
    account.save()
    clock.move(timedelta(minutes=1))
    judged(account, credibility=0.86, independent_sources=1.0)
    again = case.decisions.get(state="proposed")
    for person in (reviewer, colleague):
        clock.move(timedelta(minutes=1))
        services.approve_decision(again, acting=person, reason="Looked at again.")
    assert case.decisions.filter(state="taken").count() == 2
    services.record_danger(case, acting=reviewer, reason="A meeting is planned tonight.")
    assert case.decisions.to_come_or_in_force().get() == again
    assert case.decisions.in_force().exists()


# --- after a reply


def test_a_reply_in_time_has_the_precaution_looked_at_again_within_three_days(restricted, clock):
    case = restricted()
    hear(side_of(case, clock), text="Ce n'est pas vrai.")
    waiting = case.reconsiderations.get()
    assert waiting.due_at - waiting.asked_at == timedelta(hours=72)
    hear(RespondentSide.objects.get(case=case).conversation, text="Et encore ceci.")
    assert case.reconsiderations.count() == 1


def test_a_reply_after_the_time_for_it_asks_for_nothing(restricted, clock):
    case = restricted()
    conversation = side_of(case, clock)
    clock.set(RespondentSide.objects.get(case=case).reply_until + timedelta(minutes=1))
    hear(conversation, text="Trop tard ?")
    assert not case.reconsiderations.exists()


def test_it_is_due_before_the_measure_ends(restricted, clock):
    case = restricted()
    conversation = side_of(case, clock)
    ends = decision_of(case).ends_at
    clock.set(ends - timedelta(hours=10))
    hear(conversation, text="Ce n'est pas vrai.")
    assert case.reconsiderations.get().due_at == ends


def test_keeping_it_is_its_review_and_the_person_reads_why(restricted, colleague, clock):
    case = restricted()
    conversation = side_of(case, clock)
    hear(conversation, text="Ce n'est pas vrai.")
    answer_reconsideration(case.reconsiderations.get(), keep=True, acting=colleague, reasons=REASONS)
    assert decision_of(case).confirmed_by == colleague
    assert REASONS["fr"] in texts(conversation)[-1]["fr"]


def test_lifting_it_ends_it(restricted, colleague, clock):
    case = restricted()
    hear(side_of(case, clock), text="Ce n'est pas vrai.")
    waiting = case.reconsiderations.get()
    answer_reconsideration(waiting, keep=False, acting=colleague, reasons=REASONS)
    assert not decision_of(case).in_force
    with pytest.raises(errors.NothingToReconsider):
        answer_reconsideration(waiting, keep=True, acting=colleague, reasons=REASONS)


def test_a_reconsideration_is_over_when_the_measure_lapses(restricted, clock):
    case = restricted()
    hear(side_of(case, clock), text="Ce n'est pas vrai.")
    ends = decision_of(case).ends_at
    clock.set(ends + days(2))
    do_what_is_due()
    waiting = case.reconsiderations.get()
    assert (waiting.state, waiting.answered_at) == ("over", ends)


# --- the period of six months (Regulation 1182/71, Art. 3)


@pytest.mark.parametrize(
    ("told", "last"),
    [
        (datetime(2026, 8, 31, 12, tzinfo=PARIS), (2027, 3, 1)),  # 28 February 2027 is a Sunday
        (datetime(2027, 8, 31, 12, tzinfo=PARIS), (2028, 2, 29)),
        (datetime(2028, 2, 29, 12, tzinfo=PARIS), (2028, 8, 29)),
        (datetime(2026, 12, 31, 23, 59, tzinfo=PARIS), (2027, 6, 30)),
        (datetime(2026, 4, 10, 12, tzinfo=PARIS), (2026, 10, 12)),  # 10 October 2026 is a Saturday
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), (2026, 9, 29)),
        (datetime(2026, 6, 30, 22, 30, tzinfo=UTC), (2027, 1, 1)),  # already 1 July in Paris
    ],
)
def test_six_months_end_with_the_day_of_the_same_number(told, last):
    end = end_of_months(told, 6, PARIS)
    assert (end.year, end.month, end.day) == last
    assert end.astimezone(PARIS).time().isoformat() == "23:59:59.999999"


def test_a_moment_without_zone_starts_no_period():
    with pytest.raises(ValueError, match="time zone"):
        end_of_months(datetime(2026, 1, 1), 6, PARIS)
