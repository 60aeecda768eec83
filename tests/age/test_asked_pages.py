"""The page of somebody who is asked how old they are, and of whoever vouches for them: no script, no cookie."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client

from rempart.age.models import Assurance, Challenge, ChallengeAppeal, Voucher
from rempart.age.services.appealing import answer_appeal, appeal, check_voucher, grounds_of, name_voucher
from rempart.correspondence.links import link_for

State = Challenge.State


def path(conversation):
    return urlsplit(link_for(conversation)).path


@pytest.fixture
def lou(challenged):
    return challenged("lou.dessine")


@pytest.fixture
def page(client):
    """What the page of a conversation says, in one line."""

    def read(conversation, more=""):
        answer = client.get(path(conversation) + more)
        assert answer.status_code == 200
        return re.sub(r"\s+", " ", answer.content.decode())

    return read


@pytest.mark.parametrize("step", ["ask", "prove", "restrict"])
def test_it_says_what_is_asked_until_when_and_what_holds_meanwhile(challenged, page, step):
    read = page(challenged(step=step).conversation)
    assert "13 ans" in read
    assert "privé" in read
    assert "Rien n’est effacé" in read


def test_it_speaks_english_when_they_choose_it(lou, client, page):
    client.post(path(lou.conversation), {"language": "en"})
    assert "We ask how old you are" in page(lou.conversation)


def test_helplines_stand_on_every_page(lou, page):
    for more in ("", "say/", "appeal/", "vouch/"):
        assert 'class="dial"' in page(lou.conversation, more)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_never_says_that_they_lied_nor_counts_down(challenged, restricted, client, page, language):
    for challenge in (challenged(), challenged(step="prove"), restricted()):
        client.post(path(challenge.conversation), {"language": language})
        read = re.sub(r"<[^>]*>", " ", page(challenge.conversation)).lower()
        assert not re.search(r"\bmenti|mensonge|\blie[ds]?\b|\bfalse|\bfaux|plus que|hours left|coupable|guilty", read)


def test_the_question_proposes_no_answer(lou, page):
    field = re.search(r"<input[^>]*name=\"years\"[^>]*>", page(lou.conversation, "say/"))[0]
    assert not re.search(r"value=|placeholder=|13", field)


def test_saying_their_age_needs_neither_script_nor_cookie(lou):
    strict = Client(enforce_csrf_checks=True)
    strict.post(path(lou.conversation) + "say/", {"years": "14"})
    lou.refresh_from_db()
    assert lou.state == State.PROVED


def test_the_question_is_not_there_a_second_time(lou, client):
    client.post(path(lou.conversation) + "say/", {"years": "11"})
    again = client.get(path(lou.conversation) + "say/")
    client.post(path(lou.conversation) + "say/", {"years": "14"})
    lou.refresh_from_db()
    assert (again.status_code, lou.state, Assurance.objects.count()) == (302, State.DECIDING, 1)


@pytest.mark.parametrize("years", ["", "treize", "-1", "999"])
def test_what_is_no_age_is_asked_again_and_counts_for_nothing(lou, client, years):
    answer = client.post(path(lou.conversation) + "say/", {"years": years})
    lou.refresh_from_db()
    assert (answer.status_code, lou.answered_at) == (422, None)


def test_an_appeal_needs_one_button(lou, client, page):
    client.post(path(lou.conversation) + "appeal/", {"text": ""})
    lou.refresh_from_db()
    assert lou.state == State.DECIDING
    assert "quelqu’un d’autre regarde" in page(lou.conversation)


def test_what_they_write_reaches_whoever_looks(lou, client):
    client.post(path(lou.conversation) + "appeal/", {"text": "C’est l’âge de ma sœur."})
    assert grounds_of(ChallengeAppeal.objects.get()) == "C’est l’âge de ma sœur."


def test_they_name_somebody_and_see_what_becomes_of_it(lou, client, page, decider):
    given = {"capacity": "school", "name": "Mme Roy", "email": "direction@tilleuls.example"}
    client.post(path(lou.conversation) + "vouch/", given)
    before = page(lou.conversation)
    check_voucher(Voucher.objects.get(), acting=decider, how="site de l’école")
    assert "nous vérifions l’adresse" in before
    assert "nous lui avons écrit" in page(lou.conversation)


def test_what_is_wrong_with_an_address_is_said_beside_it(lou, client):
    answer = client.post(path(lou.conversation) + "vouch/", {"capacity": "school", "name": "x", "email": "x"})
    assert (answer.status_code, Voucher.objects.count()) == (422, 0)


def test_once_it_is_over_there_is_nothing_to_do(restricted, third_decider, page, client):
    challenge = restricted()
    answer_appeal(appeal(challenge), "overturned", acting=third_decider, reason="sa sœur")
    read = page(challenge.conversation)
    assert "Pardon pour le dérangement" in read
    assert "/appeal/" not in read
    assert client.get(path(challenge.conversation) + "appeal/").status_code == 302


def test_it_reads_as_over_the_moment_it_ends(lou, page, clock):
    clock.move(timedelta(days=21))
    assert "ton compte est comme avant" in page(lou.conversation)


def test_a_closed_account_reads_until_when_all_is_kept_and_that_it_is_no_punishment(restricted, page):
    read = page(restricted().conversation)
    assert "Ce n’est pas une punition" in read
    assert "est gardé au moins jusqu’au" in read


def test_another_conversations_link_opens_nothing_here(lou, decider, client):
    voucher = name_voucher(lou, capacity="doctor", name="Dr Martin", email="cabinet@martin.example")
    voucher = check_voucher(voucher, acting=decider, how="annuaire")
    token = path(voucher.conversation).split("/")[2]
    assert client.get(f"/a/{token}/").status_code == 404


@pytest.mark.parametrize(("said", "kept"), [("yes", True), ("no", False), ("cannot", None)])
def test_whoever_vouches_presses_one_button_once(lou, decider, said, kept):
    voucher = name_voucher(lou, capacity="school", name="Mme Roy", email="direction@tilleuls.example")
    voucher = check_voucher(voucher, acting=decider, how="site")
    strict = Client(enforce_csrf_checks=True)
    strict.post(path(voucher.conversation), {"answer": said})
    strict.post(path(voucher.conversation), {"answer": "yes"})
    voucher.refresh_from_db()
    assert (voucher.answered_at is not None, voucher.holds) == (True, kept)
    assert "Merci" in strict.get(path(voucher.conversation)).content.decode()
