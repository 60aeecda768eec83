"""Those who reported: heard of receipt, measure and outcome; never too early, never too much; free to withdraw."""

import re
from datetime import timedelta

import pytest

from rempart import records
from rempart.casework.complainants.words import LANGUAGES, message, page, words
from rempart.ledger.clock import now

MINUTE = timedelta(minutes=1)


@pytest.fixture
def reported(book, settings):
    """Hand over a report: `reported("star.1", reporter="lea", danger=True)`; returns its Report."""
    from rempart.intake.services import HandedReport, receive_report

    numbers = iter(range(1000))

    def hand_over(handle="star", *, reporter="lea", service="tiktok", text="Il m'a demandé des nudes.", **more):
        return receive_report(
            HandedReport(
                number=more.pop("number", f"r{next(numbers)}"),
                about=records.AccountReference(service, handle),
                text=text,
                conduct=["nude_request"],
                reporter=records.Reporter(id=reporter),
                **more,
            )
        )

    return hand_over


@pytest.fixture
def tick(clock):
    """Let time pass, then do what is due."""
    from rempart.casework.services.times import do_what_is_due

    def pass_time(by=MINUTE):
        clock.move(by)
        do_what_is_due()

    return pass_time


def said_to(report):
    """The kinds of what was said to the author of a report, in order."""
    return [one.kind for one in report.conversation.messages.order_by("sent_at", "pk")]


def last_words(report, language="en"):
    """The last thing said to the author of a report."""
    return report.conversation.messages.order_by("sent_at", "pk").last().text[language]


@pytest.fixture
def measured(reported, judged, reviewer, colleague):
    """A report, and a measure approved on its account: `measured(sources=4.0)`; returns the report and the decision.

    The age of the account's owner is not known, so that nothing is automatic.
    """
    from rempart.casework.services import approve_decision

    def measure(sources=4.0, **more):
        report = reported(**more)
        case = judged(report.testimony.account, credibility=0.85, severity=2, independent_sources=sources)
        waiting = case.decisions.get(state="proposed")
        approve_decision(waiting, acting=colleague, reason="Concordant.")
        return report, approve_decision(waiting, acting=reviewer, reason="Concordant.")

    return measure


# --- reporting


def test_a_report_is_acknowledged_and_opens_the_case_of_its_account(reported):
    report = reported()
    assert said_to(report) == ["receipt"]
    assert report.testimony.account.case.complainants.get().conversation == report.conversation


def test_somebody_who_reports_twice_is_one_complainant_with_one_conversation(reported):
    first, again = reported(), reported(text="Il recommence.")
    assert first.conversation == again.conversation
    assert first.testimony.account.case.complainants.count() == 1
    assert said_to(first) == ["receipt", "receipt"]


def test_who_reports_again_is_written_to_as_the_newest_report_says(reported):
    def spoken_to(**more):
        conversation = reported(**more).conversation
        conversation.refresh_from_db()
        return conversation.language, conversation.child_words

    assert spoken_to() == ("fr", False)
    assert spoken_to(language="en", minor=True) == ("en", True)
    assert spoken_to() == ("en", True)
    assert spoken_to(language="fr", minor=False) == ("fr", False)


def test_who_says_only_in_a_second_report_that_they_are_a_child_reads_a_childs_words_at_once(reported):
    reported(language="fr")
    again = reported(minor=True)
    assert last_words(again, "fr") == message("receipt_again", child=True)["fr"]


def test_an_account_of_another_service_opens_no_case_and_its_reporter_is_told_where_to_turn(reported):
    report = reported(service="snapchat")
    assert not hasattr(report.testimony.account, "case")
    assert "on another service" in last_words(report)


def test_authors_of_public_posts_are_never_written_to(judged, respondent, reviewer, tick):
    from rempart.casework.services import approve_decision
    from rempart.correspondence.models import Conversation

    case = judged(respondent(), credibility=0.85)
    approve_decision(case.decisions.get(state="proposed"), acting=reviewer, reason="Concordant.")
    tick()
    assert not case.complainants.exists()
    assert not Conversation.objects.filter(kind="complainant").exists()


@pytest.fixture
def calls_for_help(db):
    """The keys of the cases on which somebody's call for help waits on the calendar, within the next two hours."""
    from rempart.casework.calendar import falls_due

    def find():
        return [one.case.pk for one in falls_due(now(), now() + timedelta(hours=2)) if one.kind == "danger_said"]

    return find


def test_a_report_that_speaks_of_danger_stands_before_the_team_within_the_hour(reported, calls_for_help):
    report = reported(danger=True)
    assert calls_for_help() == [report.testimony.account.case.pk]
    assert "112" in last_words(report)


def test_a_danger_that_somebody_looked_at_no_longer_waits_until_it_is_said_again(reported, reviewer, calls_for_help):
    from rempart.casework.services.complainants import say_danger, see_danger

    complainant = reported(danger=True).conversation.complainant
    see_danger(complainant, acting=reviewer)
    assert calls_for_help() == []
    complainant.refresh_from_db()
    say_danger(complainant)
    assert calls_for_help() == [complainant.case_id]


# --- being told


def test_a_measure_is_told_once_it_began_and_can_no_longer_be_undone(measured, tick):
    report, _decision = measured()
    tick(timedelta(seconds=30))
    assert said_to(report) == ["receipt"]
    tick()
    assert said_to(report) == ["receipt", "measure"]
    tick()
    assert said_to(report) == ["receipt", "measure"]


def test_nobody_hears_of_a_measure_with_few_sources_before_it_begins(measured, tick):
    report, decision = measured(sources=1.0)
    until = decision.begins_at - now()
    assert until >= timedelta(hours=5)
    tick(until - MINUTE)
    assert said_to(report) == ["receipt"]
    tick(2 * MINUTE)
    assert said_to(report) == ["receipt", "measure"]


def test_a_measure_that_was_undone_within_the_minute_is_told_to_nobody(measured, tick, reviewer):
    from rempart.casework.services.undoing import undo

    report, decision = measured()
    undo(decision.case, acting=reviewer)
    tick(2 * MINUTE)
    assert not report.conversation.messages.filter(once=f"measure:{decision.pk}").exists()


def test_whoever_reports_afterwards_does_not_learn_what_holds_already(measured, reported, tick):
    _first, _decision = measured()
    tick(2 * MINUTE)
    late = reported(reporter="curious")
    tick(2 * MINUTE)
    assert said_to(late) == ["receipt"]


def test_what_concerns_the_other_persons_money_is_not_told():
    told = message("measure_preventive", measures=["no_monetisation"], child=False)
    assert "cannot tell you everything" in told["en"]
    assert not re.search(r"pay|money|argent|vers", told["en"] + told["fr"])


def test_a_lapse_is_told_at_once_with_what_one_can_do(measured, tick):
    report, decision = measured()
    tick(2 * MINUTE)
    tick(decision.ends_at - now() + timedelta(seconds=1))
    assert said_to(report)[-1] == "lapse"
    assert "block this account" in last_words(report)


def test_a_lift_is_told_two_days_before_and_when_it_happens(measured, tick, reviewer):
    from rempart.casework.services import lift_decision

    report, decision = measured()
    tick(2 * MINUTE)
    lift_decision(decision, acting=reviewer, reason="Not enough.")
    decision.refresh_from_db()
    assert decision.in_force
    tick(2 * MINUTE)
    assert said_to(report)[-1] == "notice_before_lift"
    tick(timedelta(hours=48))
    assert said_to(report)[-1] == "lapse"
    assert "decided to end what we had done" in last_words(report)


def test_a_lift_that_is_cancelled_is_told_to_those_who_heard_of_it(measured, tick, reviewer):
    from rempart.casework.services import lift_decision
    from rempart.casework.services.lifting import cancel_announced_lift

    report, decision = measured()
    tick(2 * MINUTE)
    lift_decision(decision, acting=reviewer, reason="Not enough.")
    tick(2 * MINUTE)
    cancel_announced_lift(decision, acting=reviewer, reason="Something new.")
    tick(2 * MINUTE)
    assert "goes on after all" in last_words(report)


def test_a_lift_is_not_announced_for_somebody_who_reported_after_the_measure(measured, reported, clock):
    from rempart.casework.services.complainants import must_announce
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured()
    assert must_announce(decision.case)
    clock.move(MINUTE)
    reported(reporter="late")
    withdraw(report.conversation)
    assert not must_announce(decision.case)


def test_a_refusal_to_act_is_told_and_can_be_complained_about(reported, judged, reviewer, tick):
    from rempart.casework.services import take_no_action
    from rempart.casework.services.appealing import file_appeal

    report = reported()
    case = judged(report.testimony.account, credibility=0.2)
    outcome = take_no_action(case, acting=reviewer, reason="Nothing can be established.")
    outcome = case.outcomes.last()
    tick(2 * MINUTE)
    assert said_to(report)[-1] == "outcome"
    appeal = file_appeal(
        case, by="complainant", conversation=report.conversation, grounds="I have the messages.", outcome=outcome
    )
    assert appeal.state == "filed"


# --- what a member writes to them


@pytest.mark.parametrize("words", ["C'est un prédateur.", "He is guilty.", "Les autres victimes aussi."])
def test_before_anything_is_final_nothing_written_to_them_speaks_of_guilt(reported, reviewer, words):
    from rempart.casework.services.complainants import write_to_complainant
    from rempart.casework.statements.wording import FindingOfGuilt

    with pytest.raises(FindingOfGuilt):
        write_to_complainant(reported().conversation.complainant, text=words, acting=reviewer)


def test_what_is_written_to_one_holds_no_words_of_another_and_may_hold_their_own(reported, reviewer):
    from rempart.casework.services.complainants import write_to_complainant
    from rempart.casework.services.disclosing import LeadsToSomebody

    lea, zoe = reported(), reported(reporter="zoe", text="Il est venu devant chez moi à vélo.")
    answer = "Vous dites : « Il m'a demandé des nudes. » Quand était-ce ?"
    assert write_to_complainant(lea.conversation.complainant, text=answer, acting=reviewer)
    with pytest.raises(LeadsToSomebody):
        write_to_complainant(
            zoe.conversation.complainant, text="« Il m'a demandé des nudes », vous aussi ?", acting=reviewer
        )


def test_an_answer_to_their_complaint_neither_speaks_of_guilt_nor_copies_another(
    reported, judged, reviewer, staff_member, tick
):
    from rempart.casework.services import take_no_action
    from rempart.casework.services.appealing import answer_appeal, file_appeal
    from rempart.casework.services.disclosing import LeadsToSomebody
    from rempart.casework.statements.wording import FindingOfGuilt

    report = reported()
    reported(reporter="zoe", text="Il est venu devant chez moi à vélo.")
    case = judged(report.testimony.account, credibility=0.1)
    outcome = take_no_action(case, acting=reviewer, reason="Nothing to go by.")
    tick()
    appeal = file_appeal(case, by="complainant", conversation=report.conversation, grounds="Regardez.", outcome=outcome)
    senior = staff_member("senior_reviewer")
    for said, refused in (("Il est coupable.", FindingOfGuilt), ("Il est venu devant chez moi.", LeadsToSomebody)):
        with pytest.raises(refused):
            answer_appeal(appeal, upheld=True, acting=senior, reasons=said)


# --- withdrawing


def test_whoever_withdraws_leaves_the_assessment_and_is_told_what_stays(reported):
    from rempart.casework.services.withdrawing import withdraw
    from rempart.intake.models import Testimony
    from rempart.intake.selectors import records_about

    report = reported()
    account = report.testimony.account
    assert withdraw(report.conversation) == 1
    assert records_about([account]) == []
    kept = Testimony.everything.get(report=report)
    assert (kept.text, kept.conduct) == (None, [])
    report.conversation.refresh_from_db()
    assert report.conversation.closed_at is not None
    assert said_to(report)[-1] == "withdrawal"
    assert withdraw(report.conversation) == 0


def test_what_an_authority_asked_to_keep_is_sealed_when_it_is_withdrawn(reported, staff_member):
    from rempart.casework.services.holds import place_hold
    from rempart.casework.services.withdrawing import withdraw

    report = reported()
    case = report.testimony.account.case
    liaison = staff_member("authority_liaison")
    place_hold(case, acting=liaison, reason="Asked by the court.", review_at=now() + timedelta(days=30))
    withdraw(report.conversation)
    assert case.held_copies.count() == 1


def test_whoever_withdrew_is_told_nothing_more(measured, tick):
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured()
    tick(2 * MINUTE)
    withdraw(report.conversation)
    tick(decision.ends_at - now() + MINUTE)
    assert said_to(report)[-1] == "withdrawal"


def test_whoever_withdrew_can_report_again(reported):
    from rempart.casework.services.complainants import reachable
    from rempart.casework.services.withdrawing import withdraw

    report = reported()
    withdraw(report.conversation)
    again = reported(text="I changed my mind.")
    assert [one.conversation for one in reachable(again.testimony.account.case)] == [report.conversation]


def test_what_was_decided_while_a_report_stood_is_looked_at_again_once_it_is_taken_back(measured, tick):
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured()
    tick(2 * MINUTE)
    withdraw(report.conversation)
    report.conversation.refresh_from_db()
    withdraw(report.conversation)
    again = decision.case.reconsiderations.get()
    assert (again.because, again.decision, again.state) == ("less", decision, "waits")
    assert again.due_at == again.asked_at + timedelta(hours=72)


def test_what_was_decided_before_a_report_came_does_not_rest_on_it(measured, reported, tick):
    from rempart.casework.services.withdrawing import withdraw

    _report, decision = measured()
    tick()
    withdraw(reported(reporter="sam").conversation)
    assert not decision.case.reconsiderations.exists()


@pytest.mark.parametrize("keep", [True, False])
def test_the_person_concerned_does_not_hear_that_it_was_looked_at_again(measured, reviewer, tick, keep):
    from rempart.casework.services.reconsidering import answer_reconsideration
    from rempart.casework.services.respondents import tell_respondents
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured()
    tick(2 * MINUTE)
    tell_respondents()
    withdraw(report.conversation)
    talk = decision.case.respondent_side.conversation
    heard = talk.messages.count()
    again = answer_reconsideration(
        decision.case.reconsiderations.get(), keep=keep, acting=reviewer, reasons="Others say the same."
    )
    assert (again.state, talk.messages.count()) == ("kept" if keep else "lifted", heard)
    tick(2 * MINUTE)
    tell_respondents()
    # What is lifted is told as every lift, and as no more than that.
    assert talk.messages.count() == heard + (not keep)
    assert "Others say" not in talk.messages.order_by("pk").last().text["en"]


def test_what_has_not_begun_is_looked_at_too_when_its_report_is_taken_back(measured, reviewer):
    from rempart.casework.services.reconsidering import answer_reconsideration
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured(sources=1.0)
    withdraw(report.conversation)
    answer_reconsideration(
        decision.case.reconsiderations.get(), keep=False, acting=reviewer, reasons="Nobody says it any more."
    )
    decision.refresh_from_db()
    assert decision.ended == "lifted"
    assert not decision.in_force
    assert not decision.to_come


def test_the_page_of_the_case_says_that_the_person_hears_nothing_and_takes_one_reason(measured, client, reviewer):
    from rempart.casework.services.withdrawing import withdraw

    report, decision = measured()
    withdraw(report.conversation)
    again = decision.case.reconsiderations.get()
    client.force_login(reviewer)
    shown = client.get(f"/cases/{decision.case_id}/", headers={"accept-language": "en"}).content.decode()
    assert "The person is not told that it was looked at again" in shown
    assert "The person reads" not in shown
    client.post(f"/reconsiderations/{again.pk}/", {"answer": "keep", "reason": "Others say the same."})
    again.refresh_from_db()
    assert (again.state, again.answered_because) == ("kept", "Others say the same.")


def test_a_reply_that_comes_meanwhile_is_answered(measured, reviewer, tick):
    from rempart.casework.errors import NothingToReconsider
    from rempart.casework.services.reconsidering import answer_reconsideration
    from rempart.casework.services.respondents import tell_respondents
    from rempart.casework.services.withdrawing import withdraw
    from rempart.correspondence.services import hear

    report, decision = measured()
    tick(2 * MINUTE)
    tell_respondents()
    withdraw(report.conversation)
    talk = decision.case.respondent_side.conversation
    quiet = decision.case.reconsiderations.get()
    hear(talk, text="Ce n'est pas vrai.")
    again = decision.case.reconsiderations.get(state="waits")
    assert again.because == "reply"
    # What was being written for the team alone does not reach the person.
    with pytest.raises(NothingToReconsider):
        answer_reconsideration(quiet, keep=True, acting=reviewer, reasons="Fewer people say so.")
    answer_reconsideration(again, keep=True, acting=reviewer, reasons="Others say the same.")
    assert "Others say the same." in talk.messages.order_by("pk").last().text["en"]


# --- words

TEXTS = {
    f"{name}-{language}-{'child' if child else 'plain'}": text
    for name in words()["messages"]
    for child in (False, True)
    for language, text in message(name, measures=["no_live"], day=now(), reason="Because.", child=child).items()
}
PAGES = {
    f"{name}-{language}-{'child' if child else 'plain'}": text
    for language in LANGUAGES
    for child in (False, True)
    for name, text in page(language, child).items()
}
EVERYTHING = TEXTS | PAGES
NEVER = re.compile(
    r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*|innocent\w*|accus\w*|offen[cs]\w*|infraction\w*|"
    r"respondent|complainant|suspect\w*|credib\w*|crédib\w*|score\w*)\b",
    re.IGNORECASE,
)


def test_nothing_says_a_word_that_hurts_or_that_nobody_understands():
    assert [name for name, text in EVERYTHING.items() if NEVER.search(text)] == []


def is_long(text):
    """Whether a sentence has more than 28 words, or all of them more than 18 on average."""
    lengths = [len(one.split()) for one in re.split(r"[.!?:;]\s|\n", text) if one.strip()]
    return max(lengths) > 28 or sum(lengths) / len(lengths) > 18


def test_every_sentence_is_short_enough_for_a_child():
    assert [name for name, text in EVERYTHING.items() if is_long(text)] == []


def tells_a_number(text):
    """Whether a digit is left once numbers to call, ages, lengths of time and days are taken out."""
    left = re.sub(r"\b(112|114)\b|18\s?ans|under 18|30\s?jours|30 days", "", text)
    return bool(re.search(r"\d", re.sub(r"\b\d{1,2}(er)?\s\w+( \d{4})?", "", left)))


def test_no_message_tells_a_number_of_people_nor_an_hour():
    assert [name for name, text in TEXTS.items() if tells_a_number(text)] == []


def test_a_child_is_never_spoken_to_as_to_several_people():
    french = {name: text for name, text in EVERYTHING.items() if name.endswith("-fr-child")}
    assert [name for name, text in french.items() if re.search(r"\b(vous|votre|vos)\b", text, re.IGNORECASE)] == []


def test_everything_is_in_both_languages():
    for part in ("messages", "page"):
        assert all({*LANGUAGES} <= set(texts) <= {*LANGUAGES, "fr_child"} for texts in words()[part].values())
