"""What is written to the team: somebody hears of it, people alone read it, and each conversation is nobody else's."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from rempart.care.errors import NotAllowed, NotSafe, Silent
from rempart.care.models import Asked, Guardian
from rempart.care.services import asking, files, mandates, people, postvention, writing
from rempart.correspondence.endpoints import add_endpoint
from rempart.correspondence.links import token_for
from rempart.correspondence.models import Delivery
from rempart.correspondence.services import hear

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_english():
    """Tests say in which language they read."""
    with override("en"):
        yield


@pytest.fixture
def minor(looked_after):
    return looked_after("zoe.pixel", age_band="13_15", country="FR", language="en")


@pytest.fixture
def mother(minor):
    """A guardian who was told."""
    files.say_whether_safe(minor, True)
    guardian = people.name_guardian(minor, name="Anne Pixel", reach="anne@example.org")
    people.tell_guardian(guardian)
    return Guardian.objects.select_related("conversation").get()


@pytest.fixture
def agent(minor, carer):
    """A mandate that was checked."""
    mandate = mandates.give_mandate(minor, name="Sam Agent", reach="sam@example.org", scope=["press"])
    mandates.check_mandate(mandate, acting=carer)
    mandate.refresh_from_db()
    return mandate


@pytest.fixture
def desk(carer):
    client = Client(headers={"accept-language": "en"})
    client.force_login(carer)
    return client


def calls(wish):
    return Delivery.objects.filter(key__startswith=f"care.asked:{wish.pk}:")


def test_whoever_writes_is_announced_to_the_team_and_stands_on_the_desk(minor, desk, mail_server):
    hear(minor.conversation, text="I cannot sleep.")
    wish = Asked.objects.get()
    assert (wish.kind, wish.voice, wish.rings) == ("message", "young", 1)
    assert [one.channel for one in calls(wish)] == ["mail"]
    page = desk.get(reverse("care:team")).content.decode().split('id="due"')[0]
    assert "wrote to the team" in page
    assert "cannot sleep" not in page


def test_a_message_wakes_nobody_up_and_one_that_nobody_answers_does(minor, platform, clock):
    add_endpoint("Pagers", platform.url, events=["team.alarm"], acting=None)
    hear(minor.conversation, text="Thank you.")
    wish = Asked.objects.get()
    assert not calls(wish).filter(channel="webhook").exists()
    clock.move(60 * MINUTE)
    asking.ring_due()
    assert calls(wish).filter(channel="webhook").exists()


def test_messages_that_follow_one_another_are_announced_once_and_a_later_one_again(minor, clock):
    for text in ("One.", "Two.", "Three."):
        hear(minor.conversation, text=text)
    assert Asked.objects.get().rings == 1
    clock.move(16 * MINUTE)
    hear(minor.conversation, text="Is anybody there?")
    assert Asked.objects.get().rings == 2


def test_an_answer_settles_it(minor, carer):
    hear(minor.conversation, text="I cannot sleep.")
    writing.answer(minor.conversation, text="I am here.", acting=carer)
    wish = Asked.objects.get()
    assert (wish.outcome, wish.settled_by) == ("answered", carer)


def test_what_a_guardian_and_an_agent_write_is_read_and_answered_from_the_desk(minor, mother, agent, desk):
    hear(mother.conversation, text="She does not eat.")
    hear(agent.conversation, text="When may we film?")
    assert {one.voice for one in Asked.objects.filter(settled_at=None)} == {"guardian", "agent"}
    page = desk.get(reverse("care:file", args=[minor.pk])).content.decode()
    assert "She does not eat." in page
    assert "When may we film?" in page
    for conversation in (mother.conversation, agent.conversation):
        given = {"do": "write", "of": conversation.pk, "text": "We call you."}
        desk.post(reverse("care:file", args=[minor.pk]), given)
        assert conversation.messages.filter(text={"en": "We call you."}).exists()
    assert not Asked.objects.filter(settled_at=None).exists()


def test_of_two_guardians_who_wrote_both_are_answered(minor, mother, carer):
    father = people.name_guardian(minor, name="Paul Pixel", reach="paul@example.org")
    people.tell_guardian(father)
    father.refresh_from_db()
    for one in (mother, father):
        hear(one.conversation, text="How is she?")
    writing.answer(mother.conversation, text="Ask her.", acting=carer)
    assert Asked.objects.filter(settled_at=None).exists()
    writing.answer(father.conversation, text="Ask her.", acting=carer)
    assert not Asked.objects.filter(settled_at=None).exists()


def test_nobody_writes_into_the_conversations_of_another_file(minor, looked_after, desk):
    other = looked_after()
    given = {"do": "write", "of": other.conversation.pk, "text": "Hello."}
    assert desk.post(reverse("care:file", args=[minor.pk]), given).status_code == 404


def test_a_reviewer_answers_nobody(minor, staff_member):
    with pytest.raises(NotAllowed):
        writing.answer(minor.conversation, text="Hello.", acting=staff_member("senior_reviewer"))


def test_a_guardian_is_not_written_to_once_they_say_not_now(minor, mother, carer, desk):
    files.say_whether_safe(minor, None)
    minor.refresh_from_db()
    with pytest.raises(NotSafe):
        writing.answer(mother.conversation, text="Hello.", acting=carer)
    page = desk.get(reverse("care:file", args=[minor.pk])).content.decode()
    assert f'name="of" value="{mother.conversation.pk}"' not in page
    assert "They say: not now" in page


def test_after_a_death_a_family_that_writes_is_heard_and_an_answer_waits_to_be_let_go(minor, mother, carer):
    death = postvention.declare_death(minor.reference, source="family", acting=carer)
    hear(mother.conversation, text="Please write no more to her account.")
    assert Asked.objects.get(settled_at=None).voice == "guardian"
    message = writing.answer(mother.conversation, text="We stopped. We are sorry.", acting=carer)
    assert message in postvention.waiting_messages(death)
    with pytest.raises(Silent):
        writing.answer(minor.conversation, text="Hello.", acting=carer)


def test_the_page_says_that_it_arrived_and_what_to_do_when_it_cannot_wait(minor):
    address = reverse("care:young", args=[token_for(minor.conversation)])
    page = Client().post(address, {"text": "I cannot sleep."}, follow=True).content.decode()
    assert "has arrived. Nobody has answered it yet" in page
    assert "does not always read at once" in page


# --- what they send


@pytest.fixture
def sent(minor):
    """The number of a file that they sent."""
    hear(minor.conversation, text="Look.", files=[("chat.txt", b"who wrote to me, and what")])
    return minor.conversation.messages.get().files.get().pk


def test_a_file_that_they_send_is_opened_by_the_care_team(minor, sent, desk):
    address = reverse("care:attachment", args=[minor.pk, sent])
    assert address in desk.get(reverse("care:file", args=[minor.pk])).content.decode()
    assert desk.get(address).content == b"who wrote to me, and what"


def test_whoever_reads_cases_does_not_open_what_was_sent_to_the_care_team(minor, sent, staff_member):
    visitor = Client()
    for role in ("reader", "reviewer", "senior_reviewer", "auditor", "authority_liaison", "child_safety"):
        visitor.force_login(staff_member(role))
        for address in (reverse("files:open", args=[sent]), reverse("care:attachment", args=[minor.pk, sent])):
            assert visitor.get(address).status_code == 403, (role, address)


def test_a_file_is_opened_from_its_own_persons_page_alone(sent, looked_after, desk):
    assert desk.get(reverse("care:attachment", args=[looked_after().pk, sent])).status_code == 404


# --- nothing is promised that is not kept


def test_the_page_says_that_the_alert_went_out_only_once_it_has(minor, carer, mail_server, settings):
    from rempart.correspondence.delivering import deliver_due

    address = reverse("care:young-now", args=[token_for(minor.conversation)])
    settings.REMPART_SMTP_URL = mail_server.url
    page = Client().post(address, follow=True).content.decode()
    assert "We do not know yet whether the alert has reached anybody" in page
    deliver_due(alarms=True)
    page = Client().get(address).content.decode()
    assert "has gone out to the team" in page
    assert "Nobody has said" in page


def test_where_nothing_can_ring_neither_the_page_nor_the_desk_says_that_it_does(minor, desk, settings):
    address, team = reverse("care:young-now", args=[token_for(minor.conversation)]), reverse("care:team")
    settings.REMPART_SMTP_URL = ""
    assert "nothing rings there" in Client().get(address).content.decode()
    assert "Nothing rings" in desk.get(team).content.decode()
    settings.REMPART_SMTP_URL = "smtp://localhost:2525"
    assert "An alert goes to the team" in Client().get(address).content.decode()
    assert "Nothing rings" not in desk.get(team).content.decode()
