"""What people do on the desk: claims, notes, ready-made texts, exposure, second reviews, search."""

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings

from rempart import records
from rempart.casework import search, selectors, services
from rempart.casework.errors import (
    AlreadyJudged,
    ClaimedByAnother,
    Excluded,
    NameTaken,
    NotAllowed,
    ReasonMissing,
    SecondPersonNeeded,
    UnknownPlaceholder,
)
from rempart.casework.models import (
    Case,
    CaseText,
    Claim,
    Decision,
    Exposure,
    Independence,
    Mention,
    Note,
    Outcome,
    SecondReview,
)
from rempart.casework.priority import BEHIND
from rempart.casework.services import desk
from rempart.casework.services.desk import order
from rempart.corroboration import Together
from rempart.intake.models import Account, Post, Testimony
from rempart.intake.services import erase_contents
from rempart.ledger.clock import now
from rempart.privacy.retention import erasers

CREDIBLE = {"credibility": 0.9, "severity": 2}
SEVERE = {"credibility": 0.95, "severity": 4}


@pytest.fixture
def case(judged, respondent):
    """A case that waits for an approval; nothing is automatic for somebody of 16."""
    return judged(respondent("16_17", handle="leo.vrtx"), **CREDIBLE)


def proposal(case):
    """What waits for an approval on a case."""
    return case.decisions.get(state=Decision.State.PROPOSED)


@pytest.fixture
def senior(db, staff_member):
    """A senior reviewer."""
    return staff_member("senior_reviewer", name="Aïcha Benali")


@pytest.fixture
def said(db):
    """Have something said of an account: `said(account, "…")`."""
    made = iter(range(10_000))

    def say(account, text, *, service="tiktok", stance="testimony"):
        number = next(made)
        post = Post.objects.create(
            service=service, post_id=f"p{number}", source="example", author=f"author{number}", created_at=now(),
            text=text, stance=stance, stance_probability=1.0, read={}, stored_at=now(),
        )  # fmt: skip
        return Testimony.objects.create(
            uid=f"{service}:p{number}:{account}", account=account, post=post, received_at=now(), channel="public_post",
            stance=stance, conduct=[], conduct_services=[], met_on=[], reporter=f"r{number}", reporter_facts={},
            evidence=[],
        )  # fmt: skip

    return say


# --- the queue


def place_of(case):
    """The stored place of a case."""
    return Case.objects.values_list("queue_order", flat=True).get(pk=case.pk)


def test_the_queue_stands_in_the_order_of_harm(judged, respondent):
    mild = judged(respondent(), credibility=0.85, severity=2)
    worst = judged(respondent(), **SEVERE)
    idle = judged(respondent(), credibility=0.1, severity=1)
    assert list(selectors.queue()) == [worst, mild, idle]
    assert place_of(idle) < -BEHIND < place_of(mild)


def test_the_place_of_a_case_judged_without_its_score_does_not_tell_it(judged, respondent, monkeypatch):
    def gap() -> float:
        doubted = judged(respondent(), credibility=0.62, severity=2)
        believed = judged(respondent(), credibility=0.99, severity=2)
        return believed.queue_order - doubted.queue_order

    monkeypatch.setattr(order, "BLIND_IN", 10**90)
    assert gap() > 0.5
    monkeypatch.setattr(order, "BLIND_IN", 1)
    assert abs(gap()) < 0.01  # what the moments between the two make


def test_a_case_that_was_decided_goes_behind_those_that_wait(judged, respondent, reviewer):
    case = judged(respondent(), **CREDIBLE)
    decision = services.approve_decision(proposal(case), acting=reviewer, reason="They agree.")
    assert place_of(case) > -BEHIND  # to be looked at again
    services.confirm_decision(decision, acting=reviewer, reason="Still.")
    assert place_of(case) < -BEHIND


def test_a_declined_proposal_leaves_nothing_to_decide(case, reviewer):
    services.decline_decision(proposal(case), acting=reviewer, reason="Too vague.")
    assert place_of(case) < -BEHIND


def test_recorded_danger_brings_a_case_forward(case, reviewer):
    before = place_of(case)
    services.record_danger(case, acting=reviewer, reason="They are to meet tonight.")
    assert place_of(case) >= before + 3


def test_what_is_stored_is_what_is_told(judged, respondent):
    case = judged(respondent(), **SEVERE)
    found = selectors.cases().get(pk=case.pk)
    latest = selectors.latest_assessments([found])
    place = selectors.places_of([found], latest)[case.pk]
    from rempart.casework.priority import queue_order

    assert queue_order(place) == pytest.approx(place_of(case))


def test_time_passing_changes_no_place(judged, respondent, clock):
    cases = [judged(respondent("16_17"), credibility=0.85, severity=n) for n in (2, 3, 4)]
    before = [place_of(one) for one in cases]
    clock.move(timedelta(days=3))
    for one in cases:
        desk.place(one)
    assert [place_of(one) for one in cases] == before


# --- claims


def test_a_claim_keeps_others_from_acting_until_it_expires(case, reviewer, colleague, clock):
    desk.claim(case, acting=reviewer)
    with pytest.raises(ClaimedByAnother, match="Inès Caron"):
        services.approve_decision(proposal(case), acting=colleague, reason="They agree.")
    with pytest.raises(ClaimedByAnother):
        desk.claim(case, acting=colleague)
    clock.move(timedelta(minutes=16))
    services.approve_decision(proposal(case), acting=colleague, reason="They agree.")


def test_activity_renews_a_claim(case, reviewer, colleague, clock):
    desk.claim(case, acting=reviewer)
    for _ in range(3):
        clock.move(timedelta(minutes=10))
        assert desk.renew(case, acting=reviewer)
    assert desk.holder_of(case) == reviewer
    assert not desk.renew(case, acting=colleague)


def test_a_case_that_was_left_is_free(case, reviewer, colleague, events_of):
    desk.claim(case, acting=reviewer)
    assert desk.leave(case, acting=reviewer)
    desk.claim(case, acting=colleague)
    assert events_of(case)[-3:] == ["case_claimed", "case_left", "case_claimed"]


def test_a_second_approval_and_danger_wait_for_no_claim(judged, respondent, reviewer, colleague):
    case = judged(respondent(), **SEVERE)
    decision = services.approve_decision(proposal(case), acting=reviewer, reason="They agree.")
    desk.claim(case, acting=reviewer)
    services.approve_decision(decision, acting=colleague, reason="They do.")
    services.record_danger(case, acting=colleague, reason="Tonight.")
    with pytest.raises(ClaimedByAnother):
        services.lift_decision(decision, acting=colleague, reason="No.")


def test_only_a_senior_takes_over_and_says_why(case, reviewer, colleague, senior, events_of):
    desk.claim(case, acting=reviewer)
    with pytest.raises(NotAllowed):
        desk.take_over(case, acting=colleague, reason="I want it.")
    with pytest.raises(ReasonMissing):
        desk.take_over(case, acting=senior, reason=" ")
    desk.take_over(case, acting=senior, reason="Inès is off today.")
    assert desk.holder_of(case) == senior
    assert events_of(case)[-2:] == ["case_taken_over", "case_claimed"]


def test_who_declared_a_conflict_claims_nothing(case, reviewer):
    services.declare_conflict(case, acting=reviewer, reason="A cousin.")
    with pytest.raises(Excluded):
        desk.claim(case, acting=reviewer)


def test_the_next_case_is_the_first_that_one_can_do_something_about(judged, respondent, reviewer, colleague):
    first = judged(respondent(), **SEVERE)
    second = judged(respondent(), credibility=0.9, severity=3)
    third = judged(respondent(), **CREDIBLE)
    judged(respondent(), credibility=0.1, severity=1)  # nothing to decide
    services.declare_conflict(first, acting=reviewer, reason="A cousin.")
    desk.claim(second, acting=colleague)
    assert desk.claim_next(acting=reviewer) == third
    assert desk.claim_next(acting=reviewer, after=third) is None
    assert desk.holder_of(third) is None
    assert desk.claim_next(acting=colleague, after=second) == third
    assert desk.claim_next(acting=colleague, after=third) == first


def test_the_next_case_is_not_one_that_waits_for_a_second_person(judged, respondent, reviewer, colleague):
    case = judged(respondent(), **SEVERE)
    services.approve_decision(proposal(case), acting=reviewer, reason="They agree.")
    assert desk.claim_next(acting=reviewer) is None
    assert desk.claim_next(acting=colleague) == case


def test_after_enough_severe_content_lighter_cases_come_first_but_danger_before_all(judged, respondent, reviewer):
    severe = judged(respondent(), **SEVERE)
    mild = judged(respondent(), **CREDIBLE)
    assert desk.claim_next(acting=reviewer, gentle=True) == mild
    assert desk.claim_next(acting=reviewer, after=mild, gentle=True) == severe  # nothing lighter is left
    desk.leave(severe, acting=reviewer)
    services.record_danger(severe, acting=reviewer, reason="Tonight.")
    assert desk.claim_next(acting=reviewer, gentle=True) == severe


def test_who_may_not_review_is_given_no_case(case, staff_member):
    with pytest.raises(NotAllowed):
        desk.claim_next(acting=staff_member("reader"))


def _race(people, do):
    """Do something as each person at the same moment, each on a connection of their own; what it gave or raised."""
    ready = threading.Barrier(len(people))
    found = {}

    def run(person):
        ready.wait()
        try:
            found[person] = do(person)
        except ClaimedByAnother as refused:
            found[person] = refused
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return [found[person] for person in people]


def _committed(count):
    """Cases that wait for an approval, kept for everybody to see, under the rulebook that is shipped."""
    cases = []
    for number in range(count):
        account = Account.objects.create(service="tiktok", handle=f"raced.{number}", first_seen_at=now())
        said = records.Assessment(
            about=account.reference, as_of=now(), testimonies=6, relays=0, disputes=0, independent_sources=4.0,
            coordination=0.0, met_on=["tiktok"], **SEVERE,
        )  # fmt: skip
        cases.append(services.record_assessment(account, said, *services.rulebook_in_force()))
    return cases


def test_of_people_who_claim_at_once_one_gets_it(own_database, staff_member):
    (case,) = _committed(1)
    people = [staff_member("reviewer", name=f"Reviewer {n}") for n in range(6)]
    got = _race(people, lambda person: desk.claim(case, acting=person))
    assert [type(one) for one in got].count(Claim) == 1
    assert [type(one) for one in got].count(ClaimedByAnother) == 5
    assert Claim.objects.count() == 1


def test_people_who_ask_for_the_next_case_at_once_get_different_ones(own_database, staff_member):
    cases = _committed(4)
    people = [staff_member("reviewer", name=f"Reviewer {n}") for n in range(7)]
    got = _race(people, lambda person: desk.claim_next(acting=person))
    assert set(got) == {*cases, None}
    assert Claim.objects.values("member").distinct().count() == 4


# --- notes


def test_a_note_calls_those_whom_it_names(case, reviewer, colleague, staff_member):
    other = staff_member("reviewer", name="Paul Durand")
    staff_member("reader", name="Zoé Petit")
    written = desk.note(case, acting=reviewer, text="@Paul Lenoir, et @Zoe Petit : relis le 3e récit @Paul.")
    assert {one.member for one in written.mentions.all()} == {colleague}
    desk.note(case, acting=colleague, text="Merci @INÈS !")
    assert Mention.objects.filter(member=reviewer, seen_at=None).count() == 1
    assert desk.see_mentions(case, acting=reviewer) == 1
    assert not Mention.objects.filter(member=other).exists()


def test_who_does_not_judge_reads_and_writes_no_note(case, staff_member):
    with pytest.raises(NotAllowed):
        desk.note(case, acting=staff_member("auditor"), text="I saw.")


def test_an_empty_note_is_none(case, reviewer):
    with pytest.raises(ReasonMissing):
        desk.note(case, acting=reviewer, text="  ")


def test_what_a_note_says_stands_in_no_ledger_row(case, reviewer):
    from rempart.ledger.models import Content

    desk.note(case, acting=reviewer, text="Une tournure qui ne se lit nulle part.")
    assert not Content.objects.filter(canonical__contains="tournure").exists()


# --- ready-made texts


def test_a_macro_is_filled_for_a_case_in_both_languages(case, senior):
    texts = {"fr": "{handle} : {measures}.", "en": "{handle}: {measures}."}
    macro = desk.keep_macro("Contact", "reason", texts, acting=senior)
    found = selectors.cases().get(pk=case.pk)
    assert desk.fill(macro, found, "en") == "@leo.vrtx: cannot write first to anyone."
    assert desk.fill(macro, found, "fr").startswith("@leo.vrtx : ")


def test_a_placeholder_that_nothing_fills_is_refused(senior):
    with pytest.raises(UnknownPlaceholder, match=r"\{prenom\}"):
        desk.keep_macro("Contact", "reason", {"fr": "Bonjour {prenom}", "en": "Hello"}, acting=senior)


def test_a_placeholder_for_which_there_is_nothing_stays_to_be_seen(judged, respondent, senior):
    macro = desk.keep_macro("End", "reason", {"fr": "Jusqu'au {end}", "en": "Until {end}"}, acting=senior)
    idle = judged(respondent(), credibility=0.1, severity=1)
    assert desk.fill(macro, selectors.cases().get(pk=idle.pk), "en") == "Until {end}"


def test_two_macros_have_two_names_until_one_is_retired(senior):
    texts = {"fr": "Un texte", "en": "A text"}
    macro = desk.keep_macro("Contact", "reason", texts, acting=senior)
    with pytest.raises(NameTaken):
        desk.keep_macro("Contact", "reason", texts, acting=senior)
    desk.retire_macro(macro, acting=senior)
    desk.keep_macro("Contact", "reason", texts, acting=senior)


def test_only_seniors_keep_macros(db, reviewer):
    with pytest.raises(NotAllowed):
        desk.keep_macro("Contact", "reason", {"fr": "Un", "en": "One"}, acting=reviewer)


# --- exposure


def test_severe_texts_open_when_asked_for_and_count_once_a_day(judged, respondent, reviewer, clock):
    case = judged(respondent(), **SEVERE)
    assert not desk.texts_are_open(case, 4, member=reviewer)
    assert desk.exposed_today(reviewer) == 0
    for _ in range(2):
        desk.open_texts(case, 4, acting=reviewer)
    assert desk.texts_are_open(case, 4, member=reviewer)
    assert desk.exposed_today(reviewer) == 4
    clock.move(timedelta(days=1))
    assert desk.exposed_today(reviewer) == 0
    assert not desk.texts_are_open(case, 4, member=reviewer)


def test_without_warnings_severe_texts_open_at_once_and_count(judged, respondent, reviewer):
    desk.set_content_warnings(False, acting=reviewer)
    assert desk.texts_are_open(judged(respondent(), **SEVERE), 4, member=reviewer)
    assert desk.exposed_today(reviewer) == 4


def test_texts_that_are_not_severe_are_open_and_count_nothing(case, reviewer):
    assert desk.texts_are_open(case, 2, member=reviewer)
    assert desk.exposed_today(reviewer) == 0


def test_exposure_is_forgotten_after_thirty_days(judged, respondent, reviewer, clock):
    desk.open_texts(judged(respondent(), **SEVERE), 4, acting=reviewer)
    before = now()
    erasers()["exposure"](before)
    assert Exposure.objects.count() == 1
    clock.move(timedelta(days=31))
    erasers()["exposure"](now() - timedelta(days=30))
    assert Exposure.objects.count() == 0


# --- second reviews


def closed(case, member):
    """The outcome of a case that was answered, drawn for a second review."""
    with override_settings(REMPART_SECOND_REVIEWS=1.0), transaction.atomic():
        outcome = Outcome.objects.create(
            case=case, kind="no_action", decided_at=now(), decided_by=member, because="Too vague."
        )
        return desk.draw(outcome)


@pytest.mark.parametrize(("share", "drawn"), [(1.0, True), (0.0, False)])
def test_lots_are_drawn_for_outcomes(case, reviewer, share, drawn):
    with override_settings(REMPART_SECOND_REVIEWS=share):
        outcome = Outcome.objects.create(
            case=case, kind="no_action", decided_at=now(), decided_by=reviewer, because="Too vague."
        )
        assert (desk.draw(outcome) is not None) is drawn


def test_the_first_judge_does_not_judge_again(case, reviewer, colleague):
    review = closed(case, reviewer)
    with pytest.raises(SecondPersonNeeded):
        desk.begin_second_review(review, acting=reviewer)
    desk.begin_second_review(review, acting=colleague)
    judged = desk.judge_again(review, outcome="warned", acting=colleague, reason="A warning would do.")
    assert (judged.first, judged.second) == ("no_action", "warned")
    with pytest.raises(AlreadyJudged):
        desk.judge_again(review, outcome="no_action", acting=colleague, reason="On second thoughts.")


def test_whoever_had_a_part_in_the_case_does_not_judge_it_again(case, reviewer, colleague):
    services.decline_decision(proposal(case), acting=colleague, reason="Too vague.")
    with pytest.raises(SecondPersonNeeded):
        desk.begin_second_review(closed(case, reviewer), acting=colleague)


def test_one_person_at_a_time_judges_again(case, reviewer, colleague, staff_member):
    review = closed(case, reviewer)
    desk.begin_second_review(review, acting=colleague)
    with pytest.raises(AlreadyJudged):
        desk.begin_second_review(review, acting=staff_member("reviewer", name="Third"))


def test_a_case_to_be_judged_again_leaves_ones_lists_until_one_has(case, reviewer, colleague):
    review = desk.begin_second_review(closed(case, reviewer), acting=colleague)
    assert case not in selectors.queue(member=colleague)
    assert not search.search("leo.vrtx", member=colleague)
    assert desk.claim_next(acting=colleague) is None
    assert case in selectors.queue(member=reviewer)
    desk.judge_again(review, outcome="no_action", acting=colleague, reason="Too vague.")
    assert case in selectors.queue(member=colleague)


def test_a_second_review_changes_nothing_on_the_case(case, reviewer, colleague):
    review = desk.begin_second_review(closed(case, reviewer), acting=colleague)
    before = list(Decision.objects.values()), Case.objects.values().get(pk=case.pk)
    desk.judge_again(review, outcome="final_measure", acting=colleague, reason="It is clear.")
    assert (list(Decision.objects.values()), Case.objects.values().get(pk=case.pk)) == before
    assert SecondReview.objects.get().because == "It is clear."


# --- search


def found(text, member):
    """The handles of the cases that search finds."""
    return [one.case.account.handle for one in search.search(text, member=member)]


def test_any_part_of_a_handle_finds_its_case_whatever_its_signs(case, reviewer):
    for part in ("leo", "@Leo.Vrtx", "vrtx", "leovr", "ovr", "LÉO"):
        assert found(part, reviewer) == ["leo.vrtx"], part
    assert found("leoo", reviewer) == []


def test_words_are_found_in_both_languages_by_their_stems(said, judged, respondent, reviewer):
    french, english = respondent(handle="one"), respondent(handle="two")
    said(french, "Il m'a demandé des photos, j'étais au collège.")
    said(english, "He kept messaging her after the live.")
    judged(french, **CREDIBLE)
    judged(english, **CREDIBLE)
    assert found("demander photo", reviewer) == ["one"]
    assert found("COLLEGES", reviewer) == ["one"]
    assert found("messages", reviewer) == ["two"]
    assert found('"kept messaging"', reviewer) == ["two"]


def test_what_is_found_is_marked_where_it_stands_in_what_was_written(said, judged, respondent, reviewer):
    account = respondent(handle="one")
    said(account, "Œil pour œil… il a demandé des PHOTOS à ma sœur")
    judged(account, **CREDIBLE)
    (excerpt,) = search.search("photo sœur", member=reviewer)[0].excerpts
    assert [excerpt.text[start:end] for start, end in excerpt.spans] == ["PHOTOS", "sœur"]


def test_what_is_said_later_is_found_too(said, case, reviewer):
    from rempart.intake.signals import testimonies_changed

    said(case.account, "Une histoire de trampoline.")
    testimonies_changed.send(Post, accounts=[case.account_id])
    assert found("trampoline", reviewer) == ["leo.vrtx"]


def test_what_is_erased_is_no_longer_found(said, judged, respondent, reviewer):
    account = respondent(handle="one")
    testimony = said(account, "Une histoire de trampoline.")
    judged(account, **CREDIBLE)
    erase_contents([testimony.post_id])
    assert found("trampoline", reviewer) == []
    assert not CaseText.objects.filter(words__contains="trampoline").exists()


def test_what_counts_no_more_is_no_longer_found(said, judged, respondent, reviewer):
    from rempart.intake.services import set_aside

    account = respondent(handle="one")
    testimony = said(account, "Une histoire de trampoline.")
    judged(account, **CREDIBLE)
    set_aside([testimony], now())
    assert found("trampoline", reviewer) == []


def test_nothing_of_the_desk_stands_in_what_a_respondent_is_handed(said, judged, respondent, reviewer):
    from rempart.casework.subjects import export_cases
    from rempart.privacy.subjects import Subject

    account = respondent(handle="one")
    said(account, "Une histoire de trampoline.")
    case = judged(account, **CREDIBLE)
    desk.claim(case, acting=reviewer)
    desk.note(case, acting=reviewer, text="Voir le dossier du parapluie.")
    handed = json.dumps(export_cases(Subject(service="tiktok", handle="one", role="respondent")).data, default=str)
    assert "parapluie" not in handed
    assert "case_claimed" not in handed


def test_reasons_are_found_and_notes_by_those_who_read_them(case, reviewer, staff_member):
    services.decline_decision(proposal(case), acting=reviewer, reason="Des ouï-dire invérifiables.")
    desk.note(case, acting=reviewer, text="Voir le dossier du parapluie.")
    auditor = staff_member("auditor")
    assert found("invérifiable", auditor) == ["leo.vrtx"]
    assert found("parapluie", reviewer) == ["leo.vrtx"]
    assert found("parapluie", auditor) == []


def test_the_words_of_a_case_leave_with_it(said, case, reviewer):
    desk.note(case, acting=reviewer, text="Voir le dossier du parapluie.")
    case.decisions.all().delete()
    case.delete()
    assert (CaseText.objects.count(), Note.objects.count()) == (0, 0)


@pytest.mark.parametrize("text", ["", "   ", "'", "\\", "a & | !", "((", ":*", "%", "\x00", "—" * 150])
def test_odd_questions_are_answered(case, reviewer, text):
    assert search.search(text, member=reviewer) == []


# --- ties


def test_ties_are_kept_with_the_case_and_go_with_what_tied_them(book, respondent):
    from tests.casework.conftest import assessment_of

    account = respondent()
    version = services.store_rulebook(book)
    tie = Together("text", 0.97, ("a", "b"))
    case = services.record_assessment(account, assessment_of(account, **CREDIBLE), version, book, ties=[tie])
    assert selectors.ties_of(case) == [tie]
    services.record_assessment(account, assessment_of(account, **CREDIBLE), version, book)
    assert not Independence.objects.exists()
