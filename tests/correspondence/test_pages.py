"""The page behind a link: no cookie, no script, no way for its address to leave; and the administrator's page."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from rempart.correspondence.announcing import OPENED
from rempart.correspondence.delivering import deliver_due
from rempart.correspondence.links import token_for
from rempart.correspondence.models import Delivery, Endpoint
from rempart.correspondence.services import close_conversation, hear, invite_adult, revoke_links, say
from rempart.files.models import StoredFile
from rempart.files.services import custody_of, keep, lock_file
from rempart.ledger.clock import now

PNG = b"\x89PNG\r\n\x1a\n" + b"seen"


@pytest.fixture
def mine(conversation):
    """A conversation with a respondent."""
    return conversation()


@pytest.fixture
def page(client, mine):
    """Open the page of the conversation, by default as the person."""

    def fetch(name: str = "mailbox", holder: str = "self", **kwargs):
        mine.refresh_from_db()
        return client.get(reverse(f"correspondence:{name}", kwargs={"token": token_for(mine, holder)} | kwargs))

    return fetch


def address(conversation, name: str = "mailbox", holder: str = "self", **kwargs) -> str:
    conversation.refresh_from_db()
    return reverse(f"correspondence:{name}", kwargs={"token": token_for(conversation, holder)} | kwargs)


def test_the_page_shows_what_was_said(mine, page):
    say(mine, text={"fr": "Une précaution est prise.", "en": "A precaution was taken."})
    assert "Une précaution est prise." in page().content.decode()


def test_the_page_leaks_its_address_to_nobody(page):
    response = page()
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "noindex" in response.headers["X-Robots-Tag"]


def test_the_page_asks_nothing_of_anybody_else(page):
    elsewhere = re.findall(r'(?:src|href|action)="(?:https?:)?//([^"]+)"', page().content.decode())
    assert elsewhere == []


def test_the_page_sets_no_cookie_and_has_no_script(page):
    response = page()
    assert not response.cookies
    assert "<script" not in response.content.decode()


def test_a_message_is_sent_without_cookies_from_a_page_that_tells_no_referrer(mine):
    strict = Client(enforce_csrf_checks=True, headers={"Origin": "null"})
    response = strict.post(address(mine), {"text": "Je n'ai rien fait de tel."}, secure=True)
    assert response.status_code == 302
    assert mine.messages.get().words("fr")[0] == "Je n'ai rien fait de tel."


def test_files_are_sent_from_the_page(client, mine):
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = [SimpleUploadedFile("chat.png", PNG), SimpleUploadedFile("chat.txt", b"Salut")]
    client.post(address(mine), {"text": "Voici", "files": files})
    assert {file.media_type for file in mine.messages.get().files.all()} == {"image/png", "text/plain"}


def test_a_file_said_to_be_intimate_is_locked_from_the_page(client, mine):
    from django.core.files.uploadedfile import SimpleUploadedFile

    client.post(address(mine), {"files": SimpleUploadedFile("a.png", PNG), "intimate": "on"})
    assert StoredFile.objects.get().state == "locked"


def test_people_are_told_what_not_to_send_before_they_choose_a_file(page):
    shown = page().content.decode()
    assert shown.index("id_files_helptext") < shown.index('type="file"')


@pytest.mark.parametrize("size", [25 * 1024 * 1024 + 1, 45 * 1024 * 1024])
def test_a_file_that_is_too_large_is_refused_by_its_field(client, mine, size):
    from django.core.files.uploadedfile import SimpleUploadedFile

    response = client.post(address(mine), {"text": "Voici", "files": SimpleUploadedFile("a.txt", b"a" * size)})
    assert response.status_code == 422
    assert mine.messages.count() == 0


def test_files_that_are_too_large_together_are_refused(client, mine):
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = [SimpleUploadedFile(f"{n}.txt", b"a" * 15 * 1024 * 1024) for n in range(3)]
    assert client.post(address(mine), {"files": files}).status_code == 422
    assert StoredFile.objects.count() == 0


def test_no_file_is_written_to_a_disk_before_it_is_sealed(settings):
    assert settings.FILE_UPLOAD_HANDLERS == ["rempart.files.uploads.InMemory"]


def test_an_empty_message_is_refused_in_words(client, mine):
    response = client.post(address(mine), {"text": " "})
    assert response.status_code == 422


def test_opening_is_recorded_once_a_day(mine, page, events_of, clock):
    from datetime import timedelta

    page()
    page()
    assert events_of(mine).count("link_opened") == 1
    clock.move(timedelta(days=2))
    page()
    assert events_of(mine).count("link_opened") == 2


def test_whoever_opens_the_page_has_read_it(mine, page):
    said = say(mine, text="Bonjour")
    page()
    said.refresh_from_db()
    assert said.read_at is not None


def test_the_page_speaks_the_language_of_the_conversation(client, conversation):
    response = client.get(address(conversation(language="en")), headers={"Accept-Language": "fr"})
    assert '<html lang="en">' in response.content.decode()


def test_another_language_is_chosen_without_a_cookie(client, mine):
    client.post(address(mine), {"language": "en"})
    mine.refresh_from_db()
    assert mine.language == "en"
    assert '<html lang="en">' in client.get(address(mine)).content.decode()


@pytest.mark.parametrize("token", ["1.1.s.abc.def", "nothing", "1.1.s.tsdw2v.kmI0Q6nIO0DuWpCd5gZDlQ"])
def test_a_forged_link_opens_a_page_that_tells_nothing(client, mine, token):
    response = client.get(reverse("correspondence:mailbox", kwargs={"token": token}))
    assert response.status_code == 404
    assert response.headers["Referrer-Policy"] == "no-referrer"


def test_a_revoked_and_a_forged_link_look_the_same(client, mine):
    token = token_for(mine)
    revoke_links(mine, reason="sent to the wrong person")
    revoked = client.get(reverse("correspondence:mailbox", kwargs={"token": token})).content
    forged = client.get(reverse("correspondence:mailbox", kwargs={"token": token[:-1] + "A"})).content
    assert revoked == forged


def test_a_closed_conversation_is_still_read_and_takes_nothing(client, mine):
    say(mine, text="Au revoir")
    close_conversation(mine)
    shown = client.get(address(mine)).content.decode()
    assert "Au revoir" in shown
    assert "<textarea" not in shown
    assert client.post(address(mine), {"text": "Encore"}).status_code == 422


def test_no_name_of_the_team_is_shown_outside(mine, page, reviewer, clock):
    from datetime import timedelta

    say(mine, text="Bonjour", acting=reviewer)
    clock.move(timedelta(minutes=1))
    assert "Inès" not in page().content.decode()


def test_words_are_shown_as_words(mine, page):
    hear(mine, text="<script>alert(1)</script>")
    assert "<script>alert" not in page().content.decode()


def test_a_file_of_the_house_is_handed_over_and_recorded(mine, page):
    file = keep(b"%PDF-1.7 the reasons", name="motifs.pdf")
    say(mine, text="Voici les motifs", files=[file])
    response = page("attachment", pk=file.pk)
    assert response.content == b"%PDF-1.7 the reasons"
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert custody_of(file)[-1].event == "file_opened"


def test_what_the_person_sent_is_not_handed_back(mine, page):
    file = hear(mine, text="Voici", files=[("a.png", PNG)]).files.get()
    assert page("attachment", pk=file.pk).status_code == 404


def test_a_file_of_another_conversation_is_not_handed_over(conversation, mine, page):
    file = keep(b"For somebody else", name="a.txt")
    say(conversation(), text="Voici", files=[file])
    assert page("attachment", pk=file.pk).status_code == 404


def test_a_file_locked_after_it_was_sent_is_not_handed_over(mine, page):
    file = keep(PNG, name="a.png")
    say(mine, text="Voici", files=[file])
    lock_file(file, acting=None, reason="suspected")
    assert page("attachment", pk=file.pk).status_code == 404


FORMAL = re.compile(r"\b(?:vous|votre|vos)\b", re.IGNORECASE)


@pytest.mark.parametrize("name", ["mailbox", "adult", "mail"])
def test_a_child_is_spoken_to_as_one_speaks_to_a_child(client, conversation, name):
    mine = conversation(child_words=True)
    hear(mine, text="Je veux comprendre.")
    told = [client.get(address(mine, name)), client.post(address(mine, name), {"act": "in", "email": "nobody"})]
    invite_adult(mine)
    hear(mine, text="Je suis avec elle.", holder="adult")
    for response in (*told, client.get(address(mine, name))):
        shown = response.content.decode()
        assert FORMAL.findall(shown) == []
        assert '<html lang="fr">' in shown
    assert FORMAL.search(client.get(address(conversation(), name)).content.decode())


def test_the_adult_beside_a_child_is_spoken_to_as_an_adult(client, conversation):
    mine = conversation(child_words=True)
    invite_adult(mine)
    hear(mine, text="Je suis avec elle.", holder="adult")
    assert '<span class="strong">Vous</span>' in client.get(address(mine, holder="adult")).content.decode()


def test_the_person_lets_an_adult_in_and_is_given_their_link_once(client, mine):
    response = client.post(address(mine, "adult"), {"act": "in", "email": ""})
    link = re.search(r"http://localhost:8000(/m/[^<]+/)<", response.content.decode())[1]
    assert client.get(link).status_code == 200
    assert link not in client.get(address(mine, "adult")).content.decode()


def test_the_person_lets_the_adult_out_again(client, mine):
    invite_adult(mine)
    link = address(mine, holder="adult")
    client.post(address(mine, "adult"), {"act": "out"})
    assert client.get(link).status_code == 404


def test_an_adult_lets_nobody_in(client, mine):
    invite_adult(mine)
    assert client.get(address(mine, "adult", "adult")).status_code == 404


def test_who_wrote_is_told_to_each_side_in_its_own_words(client, conversation):
    mine = conversation(language="en")
    invite_adult(mine)
    hear(mine, text="I am her mother", holder="adult")
    assert "The adult you let in" in client.get(address(mine)).content.decode()
    assert '<span class="strong">You</span>' in client.get(address(mine, holder="adult")).content.decode()


def test_the_person_gives_an_address_and_takes_it_back(client, mine):
    from rempart.correspondence.services import email_of

    client.post(address(mine, "mail"), {"email": "leo@example.org"})
    mine.refresh_from_db()
    assert email_of(mine) == "leo@example.org"
    client.post(address(mine, "mail"), {"email": ""})
    mine.refresh_from_db()
    assert email_of(mine) == ""


def test_what_is_no_address_is_refused(client, mine):
    assert client.post(address(mine, "mail"), {"email": "nowhere"}).status_code == 422


def test_an_address_lies_open_in_no_table(client, mine):
    from django.db import connection

    client.post(address(mine, "mail"), {"email": "leo@example.org"})
    with connection.cursor() as cursor:
        for table in ("correspondence_conversation", "ledger_content"):
            cursor.execute(f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%leo@example.org%'")
            assert cursor.fetchone()[0] == 0


# --- the administrator


@pytest.fixture
def administrator(client, db, staff_member):
    """A browser that an administrator is signed in with."""
    client.force_login(staff_member("administrator"))
    return client


def test_the_secret_of_an_endpoint_is_shown_once(administrator, db):
    given = {"name": "Ours", "url": "https://platform.example/hook", "events": [OPENED]}
    response = administrator.post(reverse("correspondence:endpoints"), given)
    assert "whsec_" in response.content.decode()
    assert "whsec_" not in administrator.get(reverse("correspondence:endpoints")).content.decode()


def test_an_endpoint_that_cannot_be_is_refused_by_its_field(administrator, db):
    given = {"name": "Ours", "url": "http://10.0.0.1/", "events": [OPENED]}
    assert administrator.post(reverse("correspondence:endpoints"), given).status_code == 422
    assert Endpoint.objects.count() == 0


def test_an_endpoint_is_tested_from_the_page(administrator, endpoint, platform):
    administrator.post(reverse("correspondence:endpoint", args=[endpoint[0].pk]), {"act": "test"})
    assert len(platform.received) == 1


def test_the_page_of_what_did_not_arrive_shows_no_content(administrator, endpoint, platform, conversation):
    platform.answers = [500]
    say(conversation(account="leo.vrtx", email="leo@example.org"), text="un secret")
    deliver_due()
    shown = administrator.get(reverse("correspondence:endpoints")).content.decode()
    assert "HTTP 500" in shown
    for private in ("un secret", "leo.vrtx", "leo@example.org", "/m/"):
        assert private not in shown


def test_what_was_given_up_is_tried_again_from_the_page(administrator, endpoint, platform, conversation):
    platform.answers = [410]
    say(conversation(account="leo.vrtx"), text="Un")
    deliver_due()
    administrator.post(reverse("correspondence:retry", args=[Delivery.objects.get().pk]))
    assert Delivery.objects.get().next_at <= now()
