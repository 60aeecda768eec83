"""Appeals about an age: somebody who decided nothing looks; who has no papers names somebody who vouches for them."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from age.conftest import WORDS
from rempart.age.errors import AppealFirst, DecidedBefore, NotAsWished, SafetyFirst, TooManyAppeals, WrongState
from rempart.age.models import AgeOrder, Assurance, Challenge, ChallengeAppeal, Method, ProtectionCase
from rempart.age.services import orders
from rempart.age.services.appealing import (
    answer_appeal,
    appeal,
    check_voucher,
    email_of,
    grounds_of,
    name_of,
    name_voucher,
    refuse_voucher,
    vouch,
)
from rempart.age.services.assurances import assure
from rempart.age.services.challenges import look_at_due
from rempart.age.services.deciding import decide, second
from rempart.age.services.evidence import erase_past
from rempart.age.services.reports import decide_matter, report_account
from rempart.ledger.clock import now
from rempart.staff.roles import Role

State, DAY = Challenge.State, timedelta(days=1)


def holding():
    return sorted(one.kind for one in AgeOrder.objects.all() if one.wanted)


def named(challenge, capacity="school"):
    return name_voucher(
        challenge, capacity=capacity, name="Mme Roy, école des Tilleuls", email="direction@tilleuls.example"
    )


def test_an_appeal_is_due_in_seven_days_and_what_they_wrote_is_sealed(restricted):
    made = appeal(restricted(), text="J’ai 14 ans, c’était l’âge de ma sœur.")
    assert made.due_at - made.made_at == 7 * DAY
    assert b"soeur" not in bytes(made.sealed)
    assert grounds_of(made) == "J’ai 14 ans, c’était l’âge de ma sœur."


def test_while_it_waits_nobody_decides_anything_else(restricted, decider, clock):
    challenge = restricted()
    appeal(challenge)
    clock.move(31 * DAY)
    with pytest.raises(AppealFirst):
        decide(challenge, "erase", acting=decider, reason="sans appel", words=WORDS)


def test_appealing_takes_back_a_decision_that_waits_for_its_second_person(challenged, decider, other_decider):
    challenge = challenged(step="restrict")
    decision = decide(challenge, "restrict", acting=decider, reason="CM2", words=WORDS)
    appeal(challenge)
    with pytest.raises(WrongState):
        second(decision, acting=other_decider, reason="je lis pareil")


def test_appealing_against_the_question_itself_brings_it_to_people(challenged):
    challenge = challenged(step="prove")
    appeal(challenge, text="Pourquoi moi ?")
    challenge.refresh_from_db()
    assert challenge.state == State.DECIDING


def test_an_appeal_made_at_the_last_moment_keeps_what_holds_until_it_is_due(challenged, clock):
    challenge = challenged()
    clock.move(20 * DAY)
    look_at_due()
    made = appeal(challenge)
    challenge.refresh_from_db()
    assert challenge.ends_at == AgeOrder.objects.get().ends_at >= made.due_at


@pytest.mark.parametrize("who", ["decider", "other_decider"])
def test_whoever_decided_does_not_answer_the_appeal(restricted, request, who):
    made = appeal(restricted())
    with pytest.raises(DecidedBefore):
        answer_appeal(made, "overturned", acting=request.getfixturevalue(who), reason="je me suis trompé")


def test_whoever_had_the_account_asked_does_not_answer_the_appeal(challenged, decider):
    challenge = challenged(because="person", acting=decider, note="CM2, dans sa vidéo")
    with pytest.raises(DecidedBefore):
        answer_appeal(appeal(challenge), "upheld", acting=decider, reason="non", words=WORDS)


def test_whoever_answered_an_appeal_does_not_answer_the_next(restricted, third_decider):
    challenge = restricted()
    answer_appeal(appeal(challenge), "upheld", acting=third_decider, reason="CM2", words=WORDS)
    with pytest.raises(DecidedBefore):
        answer_appeal(appeal(challenge), "upheld", acting=third_decider, reason="CM2", words=WORDS)


@pytest.mark.parametrize("who", ["decider", "third_decider"], ids=["decided", "answered"])
def test_nor_one_about_what_the_account_is_asked_later(restricted, challenged, request, clock, who):
    third = request.getfixturevalue("third_decider")
    answer_appeal(appeal(restricted("lou", number="7")), "upheld", acting=third, reason="CM2", words=WORDS)
    clock.move(100 * DAY)
    look_at_due()
    made = appeal(challenged("lou.renamed", number="7", step="prove"))
    with pytest.raises(DecidedBefore):
        answer_appeal(made, "upheld", acting=request.getfixturevalue(who), reason="CM2", words=WORDS)


def test_nor_whoever_decided_what_reports_of_the_account_came_to(challenged, decider):
    challenge = challenged("lou", step="prove")
    matter = report_account(challenge.reference, reason="said_so").matter
    decide_matter(matter, outcome="asked", because="CM2", step="prove", acting=decider)
    with pytest.raises(DecidedBefore):
        answer_appeal(appeal(challenge), "upheld", acting=decider, reason="CM2", words=WORDS)


@pytest.mark.parametrize("who", ["decider", "third_decider"], ids=["decided", "answered"])
def test_the_database_refuses_a_judge_who_decided_or_answered_before(restricted, third_decider, request, who):
    challenge = restricted()
    answer_appeal(appeal(challenge), "upheld", acting=third_decider, reason="CM2", words=WORDS)
    made, member = appeal(challenge), request.getfixturevalue(who)
    said = {"decided_by": member, "decided_at": now(), "outcome": "upheld", "reason": "x"}
    with pytest.raises(IntegrityError, match="decided about this account before"), transaction.atomic():
        ChallengeAppeal.objects.filter(pk=made.pk).update(**said)


def test_overturned_everything_is_lifted_at_once_and_counts_as_shown(restricted, third_decider):
    challenge = restricted()
    answer_appeal(appeal(challenge), "overturned", acting=third_decider, reason="sa sœur")
    challenge.refresh_from_db()
    assert (challenge.state, holding()) == (State.CLEARED, [])
    assert Assurance.objects.get().method == Method.PERSON


def test_how_long_it_took_to_restore_is_counted_once_the_platform_did_it(restricted, third_decider, clock):
    challenge = restricted()
    order = challenge.orders.get(kind="restrict")
    orders.carried_out(order, now())
    made = answer_appeal(appeal(challenge), "overturned", acting=third_decider, reason="sa sœur")
    before = ChallengeAppeal.objects.get(pk=made.pk).restored_at
    clock.move(timedelta(minutes=2))
    orders.lifted(order, now())
    made.refresh_from_db()
    assert before is None
    assert made.restored_at - made.decided_at >= timedelta(minutes=2)


def test_what_no_platform_carried_out_is_restored_in_the_same_instant(restricted, third_decider):
    made = answer_appeal(appeal(restricted()), "overturned", acting=third_decider, reason="sa sœur")
    made.refresh_from_db()
    assert made.restored_at - made.decided_at < timedelta(seconds=5)


def test_upheld_it_stays_they_are_told_why_and_can_still_show_it(restricted, third_decider):
    challenge = restricted()
    answer_appeal(appeal(challenge), "upheld", acting=third_decider, reason="CM2", words=WORDS)
    challenge.refresh_from_db()
    assert (challenge.state, holding()) == (State.RESTRICTED, ["restrict"])
    assert WORDS["en"] in challenge.conversation.messages.last().text["en"]


def test_showing_an_age_settles_an_appeal_without_anybody(restricted):
    challenge = restricted()
    made = appeal(challenge)
    expires = now() + DAY
    assure(challenge.subject, over=13, met=True, method=Method.MDOC, confidence="strict", expires_at=expires)
    made.refresh_from_db()
    assert (made.outcome, made.decided_by) == ("settled", None)


def test_one_appeal_waits_at_a_time_and_there_are_three_of_one_question(restricted, staff_member):
    challenge = restricted()
    for name in ("Salomé Petit", "Ada Roux", "Ilan Morel"):
        made = appeal(challenge, text="un")
        assert appeal(challenge, text="deux").pk == made.pk
        acting = staff_member(Role.REVIEWER, name=name)
        answer_appeal(made, "upheld", acting=acting, reason="CM2", words=WORDS)
    with pytest.raises(TooManyAppeals):
        appeal(challenge)


def test_nothing_is_appealed_that_does_not_stand(challenged, decider):
    challenge = challenged()
    decide(challenge, "clear", acting=decider, reason="une blague")
    with pytest.raises(WrongState):
        appeal(challenge)


# Without papers.


def test_nobody_is_written_to_before_a_member_checked_the_address(challenged, decider):
    voucher = named(challenged(step="prove"))
    before = voucher.conversation
    with pytest.raises(WrongState):
        vouch(voucher, holds=True)
    voucher = check_voucher(voucher, acting=decider, how="adresse du site de l’école")
    assert (before, voucher.conversation.kind) == (None, "voucher")


def test_the_invitation_tells_nothing_but_the_account_and_the_one_question(challenged, decider):
    challenge = challenged("lou.dessine", step="prove")
    voucher = check_voucher(named(challenge), acting=decider, how="site de l’école")
    text = voucher.conversation.messages.get().text["fr"]
    assert "lou.dessine" in text
    assert "13 ans" in text
    assert "CM2" not in text


def test_name_and_address_are_sealed_and_erased_thirty_days_after_the_decision(
    challenged, third_decider, decider, clock
):
    voucher = named(challenged(step="prove"))
    sealed = bytes(voucher.sealed_name) + bytes(voucher.sealed_email)
    assert (b"Roy" in sealed, email_of(voucher)) == (False, "direction@tilleuls.example")
    answer_appeal(voucher.appeal, "overturned", acting=third_decider, reason="l’école le dit")
    clock.move(31 * DAY)
    erase_past(now() - 30 * DAY)
    voucher.refresh_from_db()
    assert (name_of(voucher), email_of(voucher)) == ("", "")


def test_what_they_say_decides_nothing_by_itself(challenged, decider):
    challenge = challenged(step="prove")
    vouch(check_voucher(named(challenge), acting=decider, how="site"), holds=True)
    challenge.refresh_from_db()
    assert (challenge.state, Assurance.objects.count()) == (State.DECIDING, 0)


def test_a_person_then_decides_and_it_counts_as_vouched(challenged, decider, third_decider):
    voucher = vouch(check_voucher(named(challenged(step="prove")), acting=decider, how="site"), holds=True)
    answer_appeal(voucher.appeal, "overturned", acting=third_decider, reason="l’école le dit")
    kept = Assurance.objects.values_list("over", "met", "method", "confidence").get()
    assert kept == (13, True, "vouched", "standard")


def test_they_answer_once(challenged, decider):
    voucher = vouch(check_voucher(named(challenged(step="prove")), acting=decider, how="site"), holds=None)
    with pytest.raises(WrongState):
        vouch(voucher, holds=True)


def test_an_address_that_is_nobodys_is_refused_and_the_owner_may_name_somebody_else(challenged, decider):
    challenge = challenged(step="prove")
    refuse_voucher(named(challenge), acting=decider, reason="adresse privée")
    assert "somebody else" in challenge.conversation.messages.last().text["en"]
    assert named(challenge, "doctor").conversation is None


@pytest.mark.parametrize(
    "said",
    [{"name": " "}, {"email": "direction"}, {"capacity": "school"}],
    ids=["no name", "no address", "named already"],
)
def test_somebody_who_cannot_be_asked_is_refused_by_the_field(challenged, said):
    challenge = challenged(step="prove")
    named(challenge)
    given = {"capacity": "doctor", "name": "Dr Martin", "email": "cabinet@martin.example"} | said
    with pytest.raises(NotAsWished):
        name_voucher(challenge, **given)


def test_child_safety_comes_before_closing_even_after_an_appeal(restricted, third_decider, decider, clock):
    challenge = restricted("lou.dessine")
    answer_appeal(appeal(challenge), "upheld", acting=third_decider, reason="CM2", words=WORDS)
    ProtectionCase.objects.create(service="tiktok", handle="lou.dessine", signs=["hurt"], due_at=now() + 60 * DAY)
    clock.move(31 * DAY)
    with pytest.raises(SafetyFirst):
        decide(challenge, "erase", acting=decider, reason="sans appel", words=WORDS)
