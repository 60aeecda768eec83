"""Whoever an order concerns is told by us under the DSA, by the authority under Regulation (EU) 2023/1543."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from rempart.accountability import errors
from rempart.accountability.models import Concerned
from rempart.accountability.services import telling
from rempart.accountability.services.requests import add_concerned, carry_out
from rempart.casework.calendar import falls_due
from rempart.casework.errors import AlreadyDone
from rempart.casework.statements.wording import FindingOfGuilt
from rempart.correspondence.services import hear
from rempart.ledger.clock import now
from rempart.records.references import AccountReference

DAY = timedelta(days=1)
REASONS = {"fr": "Le tribunal demande de retirer une vidéo.", "en": "The court asks that a video be removed."}


@pytest.fixture
def order(acknowledged):
    """An order to act about an account of ours, acknowledged."""
    return acknowledged("order_to_act", accounts=["tiktok:leo.vrtx"], territory="France")


def test_the_person_reads_who_asks_on_which_right_why_what_was_done_and_what_they_can_do(order, liaison):
    carry_out(order, words="the video was removed", acting=liaison)
    person = telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    page = Client().get(telling.link_of(person).replace("http://localhost:8000", "")).content.decode()
    for said in (
        *("Tribunal judiciaire de Villeneuve", "art. 60-1", "France", REASONS["fr"], "the video was removed"),
        *("contester l’injonction devant les tribunaux", "ne dit pas que vous avez fait quelque chose de mal"),
    ):
        assert said in page


def test_a_message_exists_in_both_languages(order, liaison):
    person = telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    message = person.conversation.messages.get()
    assert set(message.text) == {"fr", "en"}
    assert REASONS["en"] in message.text["en"]


def test_somebody_is_told_once(order, liaison):
    telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    with pytest.raises(AlreadyDone):
        telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)


def test_words_that_find_somebody_guilty_are_not_sent(order, liaison):
    with pytest.raises(FindingOfGuilt):
        telling.tell_person(order.concerned.get(), reasons="Vous êtes coupable.", acting=liaison)
    assert order.concerned.get().told_at is None


@pytest.mark.parametrize("kind", ["production_order", "preservation_order"])
def test_under_the_regulation_on_electronic_evidence_the_authority_tells(acknowledged, liaison, kind):
    request = acknowledged(kind, accounts=["tiktok:leo.vrtx"])
    with pytest.raises(errors.AuthorityTells):
        telling.tell_person(request.concerned.get(), reasons=REASONS, acting=liaison)
    with pytest.raises(errors.AuthorityTells):
        telling.silence_request(request, until=now() + DAY, because="x", acting=liaison)


def test_the_database_refuses_that_we_tell_instead_of_the_authority(acknowledged, liaison):
    person = acknowledged("production_order", accounts=["tiktok:leo.vrtx"]).concerned.get()
    with pytest.raises(DatabaseError, match="not for us to tell"), transaction.atomic():
        Concerned.objects.filter(pk=person.pk).update(told_at=now(), told_by=liaison)


def test_nobody_is_told_before_the_authority_said(order, liaison, clock):
    telling.silence_request(order, until=now() + 5 * DAY, because="An inquiry is under way.", acting=liaison)
    with pytest.raises(errors.SilenceStands):
        telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    with pytest.raises(DatabaseError, match="not for us to tell"), transaction.atomic():
        order.concerned.update(told_at=now(), told_by=liaison)
    clock.move(5 * DAY)
    assert telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison).told_at is not None


def test_the_end_of_the_silence_stands_in_the_calendar_until_they_are_told(order, liaison, clock):
    telling.silence_request(order, until=now() + 5 * DAY, because="An inquiry is under way.", acting=liaison)

    def waits():
        return [line for line in falls_due(None, now() + 30 * DAY, liaison) if line.kind == "person_to_tell"]

    assert len(waits()) == 1
    clock.move(6 * DAY)
    assert waits()[0].late
    telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    assert waits() == []


def test_silence_has_a_reason_and_ends_in_the_future(order, liaison):
    with pytest.raises(errors.FieldRefused):
        telling.silence_request(order, until=now() - DAY, because="x", acting=liaison)


def test_an_account_elsewhere_cannot_be_written_to(acknowledged, liaison):
    request = acknowledged("order_to_inform", accounts=["snapchat:leo.vrtx"])
    assert not telling.untold(request).exists()
    with pytest.raises(errors.Unreachable):
        telling.tell_person(request.concerned.get(), reasons=REASONS, acting=liaison)


def test_whose_item_it_is_can_be_noted_where_the_order_names_an_address_alone(acknowledged, liaison):
    request = acknowledged("order_to_act", items=["https://tiktok.example/v/1"])
    assert not telling.untold(request).exists()
    add_concerned(request, AccountReference("tiktok", "leo.vrtx"), acting=liaison)
    assert telling.untold(request).count() == 1


def test_a_question_concerns_nobody_in_particular(acknowledged, liaison):
    with pytest.raises(errors.NotThatKind):
        add_concerned(acknowledged("question"), AccountReference("tiktok", "leo.vrtx"), acting=liaison)


def test_the_person_answers_and_is_answered(order, liaison):
    person = telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    hear(person.conversation, text="Cette vidéo n'est pas à moi.")
    person.conversation.refresh_from_db()
    assert person.conversation.waits_for_answer
    telling.write_to_person(person, text="Nous transmettons au tribunal.", acting=liaison)
    person.conversation.refresh_from_db()
    assert not person.conversation.waits_for_answer


def test_reviewers_of_their_case_do_not_see_what_they_were_told(order, liaison, respondent, judged, reviewer):
    case = judged(respondent(handle="leo.vrtx"), credibility=0.9)
    telling.tell_person(order.concerned.get(), reasons=REASONS, acting=liaison)
    client = Client()
    client.force_login(reviewer)
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert not any(words in page for words in REASONS.values())
