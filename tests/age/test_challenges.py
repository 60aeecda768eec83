"""Challenges: an account is asked once, with time to answer; people close it, two of them; wrong ones leave nothing."""

from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction

from age.conftest import WORDS
from past import ago
from rempart.age import steps
from rempart.age.errors import (
    AlreadyShown,
    NotAllowed,
    ReasonMissing,
    SafetyFirst,
    SamePerson,
    TimeToAnswer,
    TooSoon,
    WrongState,
)
from rempart.age.models import AgeDecision, AgeOrder, Assurance, Challenge, Method, ProtectionCase
from rempart.age.services import evidence, leaving
from rempart.age.services.assurances import assure
from rempart.age.services.challenges import answer_age, look_at_due, open_challenge
from rempart.age.services.deciding import decide, refuse, second
from rempart.age.services.evidence import Evidence, Span
from rempart.casework.statements.wording import FindingOfGuilt
from rempart.correspondence.models import Conversation
from rempart.ledger.clock import now
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.staff.roles import Role

State, Kind = Challenge.State, AgeOrder.Kind
DAY = timedelta(days=1)


def holding():
    """What should hold now, by kind."""
    return sorted(one.kind for one in AgeOrder.objects.all() if one.wanted)


def shown(challenge, *, met=True, over=13, method=Method.MDOC, confidence="strict"):
    assure(challenge.subject, over=over, met=met, method=method, confidence=confidence, expires_at=now() + 90 * DAY)
    challenge.refresh_from_db()
    return challenge


def events(thing):
    return list(LedgerRow.objects.filter(subject=reference(thing)).order_by("pk").values_list("event", flat=True))


# What the data file says.


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda data: data["steps"].pop(), "once each"),
        (lambda data: data["steps"].reverse(), "once each"),
        (lambda data: data["steps"][0].update(answer_days=0), "whole number"),
        (lambda data: data["steps"][0].update(meanwhile="restrict"), "private"),
        (lambda data: data["steps"][0]["title"].update(fr=" "), "empty"),
        (lambda data: data["steps"][0].pop("text"), "text"),
        (lambda data: data["restricted"].update(keeps_days=90), "longer"),
    ],
    ids=["missing", "order", "days", "meanwhile", "words", "text", "kept"],
)
def test_a_file_of_steps_that_cannot_be_applied_is_refused_and_says_why(change, why):
    import yaml

    from rempart.age.steps import files

    data = yaml.safe_load(files("rempart.age").joinpath("steps.yaml").read_text(encoding="utf-8"))
    change(data)
    with pytest.raises(ImproperlyConfigured, match=why):
        steps.read(data)


# Opened.


def test_an_account_that_is_asked_is_private_until_people_had_time_to_decide(challenged):
    challenge = challenged()
    order = AgeOrder.objects.get()
    assert (order.kind, order.ends_at) == (Kind.PRIVATE, challenge.ends_at)
    assert (challenge.due_at - challenge.opened_at, challenge.ends_at - challenge.opened_at) == (14 * DAY, 21 * DAY)


def test_the_owner_is_told_why_and_until_when_without_a_word_about_who_reported(challenged):
    challenge = challenged("lou.dessine", because="report", reports=7777)
    text = challenge.conversation.messages.get().text
    assert "Nous ne disons jamais qui" in text["fr"]
    assert "younger" in text["en"]
    assert "7777" not in text["fr"] + text["en"]


def test_an_account_is_asked_once_at_a_time(challenged):
    first = challenged("lou.dessine")
    second_time = challenged("lou.dessine", probability=0.7)
    assert (first.pk, Challenge.objects.count(), AgeOrder.objects.count()) == (second_time.pk, 1, 1)


def test_asking_by_the_number_finds_the_account_that_changed_its_handle(challenged):
    assert challenged("lou.dessine", number="7").pk == challenged("lou.peint", number="7").pk


def test_a_heavier_step_takes_the_place_of_one_that_was_not_answered_with_time_of_its_own(challenged, clock):
    challenge = challenged("lou.dessine")
    clock.move(10 * DAY)
    challenge = challenged("lou.dessine", step="prove", probability=0.95)
    assert (challenge.step, challenge.probability) == ("prove", 0.95)
    assert challenge.due_at - challenge.opened_at >= 24 * DAY
    assert AgeOrder.objects.get().ends_at == challenge.ends_at


def test_what_it_rests_on_is_sealed_and_counted_once(challenged):
    said = Evidence(source="bio", text="j’ai 11 ans", spans=(Span(begin=5, end=11, says="11"),))
    challenged("lou.dessine", evidence=[said])
    challenge = challenged("lou.dessine", evidence=[said, Evidence(source="post", text="vivement la 6e")])
    assert [one.source for one in evidence.of(challenge)] == ["bio", "post"]
    assert b"11 ans" not in bytes(challenge.evidence)


def test_nothing_is_asked_while_child_safety_looks_at_the_account(challenged):
    ProtectionCase.objects.create(service="tiktok", handle="lou.dessine", signs=["hurt"], due_at=now() + DAY)
    with pytest.raises(SafetyFirst):
        challenged("lou.dessine")


def test_nothing_is_asked_of_somebody_whose_age_was_shown(challenged):
    shown(challenged("lou.dessine"))
    with pytest.raises(AlreadyShown):
        challenged("lou.dessine", step="prove")


def test_a_member_who_opens_one_says_why_and_may(db, decider, staff_member):
    from rempart.records import AccountReference

    account = AccountReference("tiktok", "lou.dessine")
    with pytest.raises(ReasonMissing):
        open_challenge(account, because="person", step="ask", acting=decider)
    with pytest.raises(NotAllowed):
        open_challenge(account, because="person", step="ask", note="CM2", acting=staff_member(Role.CARE))


# Answered.


def test_saying_that_one_is_old_enough_lifts_everything_at_once(challenged):
    challenge = answer_age(challenged(), years=14)
    assert (challenge.state, holding()) == (State.PROVED, [])


def test_what_is_kept_of_the_age_they_say_is_one_bit(challenged):
    answer_age(challenged(), years=14)
    kept = Assurance.objects.values("over", "met", "method", "confidence").get()
    assert kept == {"over": 13, "met": True, "method": "stated", "confidence": "asserted"}


def test_saying_that_one_is_younger_brings_it_to_people_and_restricts_nothing(challenged):
    challenge = answer_age(challenged(), years=11)
    assert (challenge.state, holding()) == (State.DECIDING, [Kind.PRIVATE])


def test_the_age_is_said_once(challenged):
    challenge = answer_age(challenged(), years=11)
    with pytest.raises(WrongState):
        answer_age(challenge, years=14)


def test_who_said_their_age_before_is_asked_to_show_it_the_next_time(challenged, clock):
    answer_age(challenged("lou.dessine"), years=14)
    clock.move(400 * DAY)
    assert challenged("lou.dessine").step == "prove"


def test_saying_so_does_not_answer_where_it_is_to_be_shown(challenged):
    challenge = shown(challenged(step="prove"), method=Method.STATED, confidence="asserted")
    assert challenge.state == State.OPEN


@pytest.mark.parametrize("step", ["ask", "prove", "restrict"])
def test_showing_it_lifts_everything_at_once(challenged, step):
    challenge = shown(challenged(step=step))
    assert (challenge.state, holding()) == (State.PROVED, [])


def test_showing_a_higher_age_answers_and_a_lower_one_does_not(challenged):
    states = [shown(challenged(), over=18).state]
    sixteen = challenged()
    Challenge.objects.filter(pk=sixteen.pk).update(over=16)
    states.append(shown(sixteen, over=13).state)
    assert states == [State.PROVED, State.OPEN]


def test_no_answer_in_time_is_for_people_and_lifts_by_itself_if_nobody_decides(challenged, clock):
    challenge = challenged()
    clock.move(14 * DAY)
    look_at_due()
    challenge.refresh_from_db()
    at_first = (challenge.state, holding())
    clock.move(7 * DAY)
    held = holding()
    look_at_due()
    challenge.refresh_from_db()
    assert (at_first, held, challenge.state) == ((State.DECIDING, [Kind.PRIVATE]), [], State.LAPSED)


# Decided.


def test_one_person_lifts_it_and_the_owner_is_not_asked_again(challenged, decider):
    challenge = challenged("lou.dessine")
    decide(challenge, "clear", acting=decider, reason="une blague")
    challenge.refresh_from_db()
    assert (challenge.state, holding()) == (State.CLEARED, [])
    with pytest.raises(AlreadyShown):
        challenged("lou.dessine")


def test_closing_an_account_takes_two_people_each_with_a_reason(challenged, decider, other_decider):
    challenge = challenged(step="restrict")
    decision = decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS)
    after_one = holding()
    with pytest.raises(SamePerson):
        second(decision, acting=decider, reason="moi aussi")
    with pytest.raises(ReasonMissing):
        second(decision, acting=other_decider, reason=" ")
    second(decision, acting=other_decider, reason="je lis pareil")
    assert (after_one, holding()) == ([Kind.PRIVATE], [Kind.RESTRICT])


def test_the_database_refuses_one_person_alone(challenged, decider):
    challenge = challenged(step="restrict")
    decision = decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS)
    for change in ({"in_force_at": now()}, {"second_by": decider, "in_force_at": now()}):
        with pytest.raises(IntegrityError), transaction.atomic():
            AgeDecision.objects.filter(pk=decision.pk).update(**change)


def test_a_second_person_who_disagrees_leaves_it_private_and_open_to_another_decision(
    challenged, decider, other_decider
):
    challenge = challenged(step="restrict")
    refuse(
        decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS),
        acting=other_decider,
        reason="c’est sa sœur",
    )
    decide(challenge, "clear", acting=other_decider, reason="c’est sa sœur")
    challenge.refresh_from_db()
    assert (challenge.state, holding()) == (State.CLEARED, [])


def test_nobody_is_closed_before_their_time_to_answer_is_over(challenged, decider):
    with pytest.raises(WrongState):
        decide(challenged(step="prove"), "restrict", acting=decider, reason="CM2", words=WORDS)


def test_two_people_close_no_account_whose_owner_still_has_time_to_answer(challenged, decider):
    with ago(-1):  # asked two weeks ago tomorrow
        challenge = challenged(step="restrict")
    with pytest.raises(TimeToAnswer):
        decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS)
    decide(challenge, "clear", acting=decider, reason="c’est sa sœur")


def test_the_statement_of_reasons_says_why_the_rule_and_how_to_appeal_in_both_languages(restricted):
    text = restricted().conversation.messages.last().text
    assert WORDS["fr"] in text["fr"]
    assert "Avoir l’âge" in text["fr"]
    assert "seven days" in text["en"]
    assert "No program" not in text["en"]  # the sweep noticed it, and that is said


def test_words_of_guilt_are_refused(challenged, decider):
    with pytest.raises(FindingOfGuilt):
        decide(
            challenged(step="restrict"),
            "restrict",
            acting=decider,
            reason="x",
            words={"fr": "Tu es coupable.", "en": "You are at fault."},
        )


def test_nothing_is_restricted_once_child_safety_looks_at_the_account(challenged, decider):
    challenge = challenged("lou.dessine", step="restrict")
    ProtectionCase.objects.create(service="tiktok", handle="lou.dessine", signs=["hurt"], due_at=now() + DAY)
    with pytest.raises(SafetyFirst):
        decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS)


def test_a_closed_account_opens_by_itself_when_nobody_decides(restricted, clock):
    challenge = restricted()
    clock.move(90 * DAY)
    look_at_due()
    challenge.refresh_from_db()
    assert (challenge.state, holding()) == (State.LAPSED, [])


def test_showing_it_opens_a_closed_account_at_once(restricted):
    challenge = shown(restricted(), method=Method.GUARDIAN, confidence="standard")
    assert (challenge.state, holding()) == (State.PROVED, [])


def test_nothing_is_erased_before_thirty_days(restricted, decider, clock):
    challenge = restricted()
    clock.move(30 * DAY - timedelta(minutes=1))
    with pytest.raises(TooSoon):
        decide(challenge, "erase", acting=decider, reason="sans appel", words=WORDS)


def test_erasing_takes_two_people_and_leaves_nothing_of_what_it_rested_on(restricted, decider, other_decider, clock):
    challenge = restricted(evidence=[Evidence(source="bio", text="j’ai 11 ans")])
    clock.move(30 * DAY)
    decision = decide(challenge, "erase", acting=decider, reason="sans appel", words=WORDS)
    before = AgeOrder.objects.filter(kind=Kind.ERASE).exists()
    second(decision, acting=other_decider, reason="sans appel")
    challenge.refresh_from_db()
    assert (before, challenge.state, challenge.evidence) == (False, State.ERASED, None)
    assert holding() == [Kind.ERASE, Kind.RESTRICT]


def test_what_somebody_wrongly_asked_could_see_is_kept_thirty_days_and_then_erased(challenged, decider, clock):
    challenge = challenged(evidence=[Evidence(source="bio", text="j’ai 11 ans")])
    decide(challenge, "clear", acting=decider, reason="une blague")
    kept = evidence.erase_past(now() - 30 * DAY)
    clock.move(31 * DAY)
    erased = evidence.erase_past(now() - 30 * DAY)
    challenge.refresh_from_db()
    assert (kept, erased, challenge.evidence) == (0, 1, None)


def test_every_step_of_it_is_in_the_ledger(restricted):
    challenge = restricted()
    assert events(challenge) == ["age_challenged"]
    assert events(challenge.decisions.get()) == ["age_decided", "age_seconded"]


def test_what_is_over_leaves_after_its_time_with_everything_said_about_it(challenged, restricted, decider, clock):
    over = challenged()
    decide(over, "clear", acting=decider, reason="une blague")
    stands = restricted()
    clock.move(60 * DAY)
    gone = leaving.erase_challenges(now() - 30 * DAY)
    assert (gone, list(Challenge.objects.all())) == (1, [stands])
    assert not Conversation.objects.filter(about=reference(over)).exists()


def test_they_are_handed_what_was_asked_and_why_without_who_decided(restricted):
    restricted("lou.dessine", evidence=[Evidence(source="bio", text="j’ai 11 ans")])
    handed = leaving.export_of("tiktok", "lou.dessine")
    assert handed[0]["rests_on"] == [{"source": "bio", "text": "j’ai 11 ans"}]
    assert handed[0]["decisions"][0]["words"] == WORDS
    assert "Nour Haddad" not in str(handed)


def test_at_their_word_what_is_over_is_erased_and_what_stands_stays(challenged, decider):
    decide(challenged("lou.dessine", number="7"), "clear", acting=decider, reason="une blague")
    challenged("zoe.danse")
    erased = [leaving.erase_of("tiktok", one, because="asked") for one in ("#7", "zoe.danse")]
    assert erased == [(1, 0), (0, 1)]
