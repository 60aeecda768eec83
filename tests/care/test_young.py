"""The young person's page: help first, a human one button away, everything on it theirs to change."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils.translation import override

from rempart.care.models import Asked, CareFile, Guardian
from rempart.care.services import asking, files, mandates, people, postvention
from rempart.care.services.welcome import welcome
from rempart.correspondence.links import link_for, token_for
from rempart.correspondence.models import Conversation, Delivery
from rempart.correspondence.services import revoke_links
from rempart.ledger.models import Content, LedgerRow
from rempart.records.references import AccountReference

NEVER = re.compile(
    r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*|suspect\w*)\b",
    re.IGNORECASE,
)
DAY = timedelta(days=1)
PAGES = ("young", "young-now", "young-call", "young-adult", "young-pause", "young-stop", "young-erase", "young-renew")


@pytest.fixture(autouse=True)
def in_french():
    """Tests say in which language they read."""
    with override("fr"):
        yield


@pytest.fixture
def opened(client):
    """The text of a page of theirs: `opened(file, "young-now")`; `language` to read it in."""

    def read(file: CareFile, name: str = "young", *more, language: str = "fr", status: int = 200) -> str:
        conversation = file.conversation
        Conversation.objects.filter(pk=conversation.pk).update(language=language)
        answer = client.get(reverse(f"care:{name}", args=[token_for(conversation), *more]))
        assert answer.status_code == status
        return said_on(answer)

    return read


@pytest.fixture
def press(client):
    """Press a button of theirs: `press(file, "young-now")`; follows where it leads."""

    def post(file: CareFile, page: str, /, *more, **given) -> str:
        address = reverse(f"care:{page}", args=[token_for(file.conversation), *more])
        return said_on(client.post(address, given, follow=True))

    return post


def said_on(answer) -> str:
    """What stands between the tags, and in labels and titles."""
    page = answer.content.decode()
    labels = " ".join(re.findall(r'(?:aria-label|title)="([^"]*)"', page))
    return " ".join((re.sub(r"<[^>]+>", " ", page) + labels).split()).replace("&#x27;", "'")


@pytest.fixture
def minor(looked_after):
    """A 14-year-old in France to whom support is offered."""
    return looked_after(age_band="13_15", country="FR")


# --- the welcome


def test_the_welcome_goes_out_once_with_the_link_and_is_noted(minor, carer):
    message = welcome(minor, acting=carer)
    assert welcome(minor, acting=carer) == message
    assert set(message.text) == {"fr", "en"}
    assert "3018" in message.text["fr"]
    assert minor.steps.get(kind="welcome").done_by == carer
    assert minor.steps.filter(kind="day_1").exists()


def test_the_welcome_leaves_by_the_ways_that_reach_them(minor, carer):
    from rempart.correspondence.services import give_email

    give_email(minor.conversation, "zoe@example.org")
    minor.conversation.refresh_from_db()
    message = welcome(minor, acting=carer)
    assert [(one.channel, one.holder) for one in Delivery.objects.filter(message=message)] == [("mail", "self")]


def test_no_welcome_after_a_death(minor, carer, other_carer):
    from rempart.care.errors import Silent

    postvention.declare_death(minor.reference, source="family", acting=other_carer)
    with pytest.raises(Silent):
        welcome(minor, acting=carer)


def test_whoever_is_not_of_the_care_team_sends_no_welcome(minor, reviewer):
    from rempart.care.errors import NotAllowed

    with pytest.raises(NotAllowed):
        welcome(minor, acting=reviewer)


# --- the page


def test_help_stands_before_anything_else(opened, minor):
    text = opened(minor)
    places = [
        text.index(word) for word in ("Quitter cette page", "3114", "119", "3018", "Je ne vais pas bien", "Bonjour")
    ]
    assert places == sorted(places)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_kept_by_nobody_asks_for_no_cookie_and_has_a_title_that_says_nothing(minor, client, name):
    answer = client.get(reverse(f"care:{name}", args=[token_for(minor.conversation)]))
    if answer.status_code == 302:  # no way to send a new link
        assert name == "young-renew"
        return
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    page = answer.content.decode()
    assert "<title>Ma page</title>" in page
    assert "style=" not in page
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)


def test_an_adult_is_told_vous_and_nobody_asks_about_their_parents(opened, looked_after):
    text = opened(looked_after(age_band="18_plus", country="FR"))
    assert "Vous n’avez rien fait de mal" in text
    assert "parent" not in text.lower()
    assert "119" not in text


def test_the_numbers_are_those_of_their_country(opened, looked_after):
    text = opened(looked_after(age_band="16_17", country="GB", language="en"), language="en")
    assert "0800 1111" in text
    assert "3018" not in text


def test_the_law_is_shown_in_france_under_sixteen_and_not_elsewhere(opened, looked_after):
    assert "Caisse des dépôts" in opened(looked_after(age_band="13_15", country="FR"))
    assert "Caisse des dépôts" not in opened(looked_after(age_band="16_17", country="FR"))
    assert "Caisse des dépôts" not in opened(looked_after(age_band="13_15", country="CH"))


def test_looking_changes_nothing(minor, opened):
    before = LedgerRow.objects.exclude(event="link_opened").count()
    for name in PAGES[:-1]:
        opened(minor, name)
    assert LedgerRow.objects.exclude(event="link_opened").count() == before
    assert not Asked.objects.exists()


def test_they_write_and_the_team_reads(minor, press):
    assert "Je dors mal." in press(minor, "young", text="Je dors mal.")
    assert minor.conversation.messages.get().text == {"fr": "Je dors mal."}


# --- « I am not well »


def test_whom_to_call_stands_on_the_very_screen_and_the_button_below(minor, opened):
    text = opened(minor, "young-now")
    places = [text.index(word) for word in ("3114", "119", "Parler à quelqu’un de l’équipe", "Ce qui se passe")]
    assert places == sorted(places)


def test_pressing_calls_a_human_and_says_so_without_judging(minor, press):
    text = press(minor, "young-now")
    wish = Asked.objects.get()
    assert (wish.kind, wish.voice, wish.rings) == ("not_well", "young", 1)
    assert "Personne n’a encore dit" in text
    assert "3114" in text
    minor.refresh_from_db()
    assert minor.state == "offered"


def test_the_page_says_once_somebody_sees_to_it(minor, press, opened, carer):
    press(minor, "young-now")
    asking.acknowledge(Asked.objects.get(), acting=carer)
    text = opened(minor)
    assert "l’a vu et s’en occupe" in text
    assert "Nour" not in text


def test_a_human_can_be_called_whatever_was_said_before(minor, press, carer, other_carer):
    files.decline(minor)
    press(minor, "young-now")
    postvention.declare_death(minor.reference, source="friend", acting=other_carer)  # by mistake
    press(minor, "young-now")
    assert Asked.objects.get().rings == 2


def test_nothing_of_what_they_write_there_is_in_the_ledger(minor, press):
    press(minor, "young-now")
    press(minor, "young", text="Je n’en peux plus.")
    assert not Content.objects.filter(canonical__contains="peux plus").exists()


# --- a call


def test_a_call_is_asked_for_changed_and_taken_back(minor, press):
    press(minor, "young-call", phone="06 12 34 56 78", when="evening", spoken="en")
    wish = Asked.objects.get(kind="call")
    assert (asking.phone_of(wish), wish.suits, wish.language) == ("06 12 34 56 78", "evening", "en")
    press(minor, "young-call", act="take_back")
    wish.refresh_from_db()
    assert wish.outcome == "taken_back"
    assert asking.phone_of(wish) == ""


def test_what_is_no_number_is_said_in_their_words(minor, client):
    address = reverse("care:young-call", args=[token_for(minor.conversation)])
    answer = client.post(address, {"phone": "ma mère", "when": "any", "spoken": "fr"})
    assert answer.status_code == 422
    assert "Vérifie." in said_on(answer)
    assert not Asked.objects.exists()


# --- a parent


def test_nobody_is_told_before_they_answer(minor, opened):
    assert "Tant que tu n’as pas dit oui, on ne le fait pas" in opened(minor)
    assert minor.safe_to_tell_guardian == "unknown"


def test_yes_with_an_address_tells_that_person_and_no_other(minor, press):
    text = press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    guardian = Guardian.objects.get()
    assert (guardian.told_at is not None, guardian.sees) == (True, False)
    assert "Ma mère a reçu un message" in text
    assert Delivery.objects.get(message__conversation=guardian.conversation).channel == "mail"


def test_yes_without_an_address_is_enough_for_the_team(minor, press):
    press(minor, "young-adult", answer="yes")
    minor.refresh_from_db()
    assert minor.safe_to_tell_guardian == "yes"
    assert not Guardian.objects.exists()


def test_not_now_is_kept_as_an_answer(minor, press):
    text = press(minor, "young-adult", answer="no")
    minor.refresh_from_db()
    assert minor.safe_to_tell_guardian == "later"
    assert "Tu as dit « pas maintenant »" in text


def test_half_an_answer_is_asked_again(minor, client):
    address = reverse("care:young-adult", args=[token_for(minor.conversation)])
    assert client.post(address, {"answer": "yes", "email": "mere@example.org"}).status_code == 422
    assert client.post(address, {}).status_code == 422
    minor.refresh_from_db()
    assert minor.safe_to_tell_guardian == "unknown"


def test_not_safe_shuts_the_guardians_page_at_once(minor, press, client):
    press(minor, "young-adult", answer="yes", name="mon père", email="pere@example.org", sees="on")
    theirs = reverse("care:guardian", args=[token_for(Guardian.objects.get().conversation)])
    assert client.get(theirs).status_code == 200
    text = press(minor, "young-adult", answer="unsafe")
    assert "Tu as dit que ce n’est pas sûr" in text
    assert client.get(theirs).status_code == 404


def test_what_a_guardian_sees_is_theirs_to_change(minor, press):
    press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    assert "Cette personne voit tes réglages" in press(minor, "young-sees", sees="yes")
    assert Guardian.objects.get().sees
    assert "ne voit pas tes réglages" in press(minor, "young-sees", sees="no")


# --- yes, no, a pause, the end


def test_they_say_yes_no_and_yes_after_all(minor, press):
    assert "Tu as dit oui" in press(minor, "young-answer", answer="yes")
    text = press(minor, "young-stop")
    assert "Tu as dit non, et c’est très bien" in text
    assert "3018" in text
    assert "Tu as dit oui" in press(minor, "young-answer", answer="yes")


def test_a_pause_ends_by_itself_or_at_their_word(minor, press, opened, clock):
    assert "C’est en pause" in press(minor, "young-pause", how_long="week")
    clock.move(8 * DAY)
    minor.refresh_from_db()
    assert "Beaucoup de gens regardent" in opened(minor)
    assert "reprendra quand tu le diras" in press(minor, "young-pause", how_long="open")
    assert "Beaucoup de gens regardent" in press(minor, "young-answer", answer="resume")


def test_whoever_waits_for_an_answer_is_told_before_erasing(minor, press, opened):
    assert "ne pourra plus te répondre" not in opened(minor, "young-erase")
    press(minor, "young-now")
    assert "ne pourra plus te répondre" in opened(minor, "young-erase")


def test_erasing_leaves_nothing_but_whom_to_call(minor, press, client):
    address = reverse("care:young", args=[token_for(minor.conversation)])
    press(minor, "young", text="Je dors mal.")
    text = press(minor, "young-erase")
    assert "Il n’y a plus rien ici" in text
    assert "3018" in text
    assert not CareFile.objects.exists()
    assert not Conversation.objects.exists()
    assert client.get(address).status_code == 404


# --- mentors and agents


@pytest.fixture
def introduced(minor, carer, other_carer):
    """A mentor proposed to them."""
    mentor = people.add_mentor(
        name="Ines B.",
        reach="ines@example.org",
        words={"fr": "J’ai eu un million d’abonnés à 15 ans.", "en": "I had a million followers at 15."},
        languages=["fr"],
        acting=carer,
    )
    people.check_mentor(mentor, acting=other_carer)
    return people.invite_mentor(minor, mentor, acting=carer)


def test_a_mentor_is_accepted_and_left_again(minor, introduced, opened, press):
    assert "Ines B. a vécu la même chose" in opened(minor)
    assert "Tu as dit oui à Ines B." in press(minor, "young-mentor", introduced.pk, answer="yes")
    assert "Ines B." not in press(minor, "young-mentor", introduced.pk, answer="stop")


def test_a_mentor_is_refused(minor, introduced, press):
    assert "Ines B." not in press(minor, "young-mentor", introduced.pk, answer="no")
    introduced.refresh_from_db()
    assert introduced.declined_at is not None


def test_an_agent_is_shown_with_what_they_may_settle_and_stopped_at_once(minor, opened, press, client, carer):
    mandate = mandates.give_mandate(minor, name="Lou Agence", reach="lou@example.org", scope=["press"])
    link = mandates.check_mandate(mandate, acting=carer)
    text = opened(minor)
    assert "Lou Agence" in text
    assert "les questions des journalistes" in text
    assert "Arrêter avec Lou Agence ?" in opened(minor, "young-agent", mandate.pk)
    assert "Lou Agence" not in press(minor, "young-agent", mandate.pk)
    assert client.get(urlsplit(link).path).status_code == 404


def test_nobody_elses_mentor_or_agent_is_answered_for(minor, looked_after, introduced, press):
    mandate = mandates.give_mandate(minor, name="Lou Agence", reach="lou@example.org", scope=["press"])
    other = looked_after(age_band="13_15")
    press(other, "young-mentor", introduced.pk, answer="no")
    press(other, "young-agent", mandate.pk)
    introduced.refresh_from_db()
    mandate.refresh_from_db()
    assert introduced.declined_at is None
    assert mandate.revoked_at is None


# --- links


def test_a_link_that_is_over_shows_whom_to_call_and_a_way_to_a_new_one(minor, client, clock):
    address = reverse("care:young", args=[token_for(minor.conversation)])
    clock.move(400 * DAY)
    answer = client.get(address)
    text = said_on(answer)
    assert answer.status_code == 404
    assert "3018" in text
    assert "Recevoir un nouveau lien" in text
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_new_link_arrives_where_they_are_reached_once_a_day_and_tells_the_asker_nothing(minor, client):
    token = token_for(minor.conversation)
    revoke_links(minor.conversation, reason="test")
    forged = token[:-4] + "AAAA"
    answers = {said_on(client.post(reverse("care:new-link", args=[one]))) for one in (token, token, forged, "nothing")}
    assert len(answers) == 1
    assert [message.author for message in minor.conversation.messages.all()] == ["system"]


def test_a_link_of_another_kind_opens_nothing_here(minor, client, press):
    press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    theirs, hers = token_for(minor.conversation), token_for(Guardian.objects.get().conversation)
    assert client.get(reverse("care:young", args=[hers])).status_code == 404
    assert client.get(reverse("care:guardian", args=[theirs])).status_code == 404


def test_they_change_their_link_where_a_new_one_can_arrive(minor, press, client):
    from rempart.correspondence.services import give_email

    give_email(minor.conversation, "zoe@example.org")
    minor.conversation.refresh_from_db()
    address = reverse("care:young", args=[token_for(minor.conversation)])
    press(minor, "young-renew")
    assert client.get(address).status_code == 404
    assert Delivery.objects.filter(channel="mail").count() == 1


# --- every state, both languages, no word that hurts


@pytest.fixture
def lived_through(looked_after, opened, press, carer, other_carer):
    """Every page of somebody of this age, from the offer to silence: `lived_through("13_15", "en")`."""

    def read(band: str | None, language: str) -> list[str]:
        file = looked_after(age_band=band, country="FR")
        names = [name for name in PAGES[:-1] if band != "18_plus" or name != "young-adult"]
        pages = [opened(file, name, language=language) for name in names]
        welcome(file, acting=carer)
        if band != "18_plus":
            press(file, "young-adult", answer="yes", name="ma mère", email="mere@example.org", sees="on")
        mandates.give_mandate(file, name="Lou Agence", reach="lou@example.org", scope=["press", "schedule"])
        press(file, "young-now")
        press(file, "young-call", phone="06 12 34 56 78", when="noon", spoken="fr")
        pages += [opened(file, name, language=language) for name in names]
        for act in (files.accept, files.pause, files.decline, files.accept):
            act(file)
            pages.append(opened(file, language=language))
        files.end(file, acting=carer, reason="It did what it was for.")
        pages.append(opened(file, language=language))
        postvention.declare_death(file.reference, source="family", acting=other_carer)
        return [*pages, opened(file, language=language)]

    return read


@pytest.mark.parametrize(
    ("band", "language"),
    [("under_13", "en"), ("13_15", "fr"), ("13_15", "en"), ("16_17", "fr"), ("18_plus", "fr"), (None, "en")],
    ids=str,
)
def test_no_page_in_any_state_says_a_word_that_hurts(lived_through, band, language):
    pages = lived_through(band, language)
    assert [NEVER.search(page)[0] for page in pages if NEVER.search(page)] == []
    assert all("{" not in page for page in pages)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_somebody_who_lost_a_friend_is_not_told_of_fame(looked_after, opened, carer, other_carer, language):
    died = postvention.declare_death(AccountReference("tiktok", "un.ami", None), source="family", acting=carer)
    postvention.confirm_death(died, acting=other_carer)
    peer = postvention.offer_to_peer(died, AccountReference("tiktok", "lila.m", None), acting=carer)
    text = opened(peer.file, language=language)
    assert {"fr": "On pense à toi", "en": "We are thinking of you"}[language] in text
    assert "regardent" not in text
    assert "looking at your account" not in text
    assert not NEVER.search(text)


# --- the guardian


def test_a_guardian_sees_what_helps_and_never_what_is_written_to_the_team(minor, press, client):
    press(minor, "young", text="Je dors mal.")
    press(minor, "young-now")
    press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    text = said_on(client.get(reverse("care:guardian", args=[token_for(Guardian.objects.get().conversation)])))
    assert "Ce qui aide" in text
    assert "L’agrément avant de tourner" in text
    assert "ne vous sont pas montrés" in text
    assert "Je dors mal" not in text
    assert "pas bien" not in text
    assert not NEVER.search(text)


def test_a_guardian_asks_for_a_call_of_their_own(minor, press, client):
    press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    address = reverse("care:guardian-call", args=[token_for(Guardian.objects.get().conversation)])
    text = said_on(client.post(address, {"phone": "+33 6 12 34 56 78", "when": "any", "spoken": "fr"}, follow=True))
    assert "Vous avez demandé un appel" in text
    assert Asked.objects.get().voice == "guardian"


def test_a_guardian_stops_an_agent_whom_they_see(minor, press, client):
    press(minor, "young-adult", answer="yes", name="ma mère", email="mere@example.org")
    guardian = Guardian.objects.get()
    hidden = mandates.give_mandate(minor, name="Lou Agence", reach="lou@example.org", scope=["press"])
    given = mandates.give_mandate(minor, name="Max Agence", reach="max@example.org", scope=["press"], by="guardian")
    token = token_for(guardian.conversation)
    text = said_on(client.get(reverse("care:guardian", args=[token])))
    assert "Max Agence" in text
    assert "Lou Agence" not in text
    for mandate in (hidden, given):
        client.post(reverse("care:guardian-agent", args=[token, mandate.pk]))
    hidden.refresh_from_db()
    given.refresh_from_db()
    assert hidden.revoked_at is None
    assert given.revoked_by == "guardian"


def test_messages_carry_a_link_to_this_page(minor):
    assert re.search(r"/y/[^/]+/$", link_for(minor.conversation))
