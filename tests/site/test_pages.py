"""What is true of every page: signed in or not at all, no third party, nothing kept, nothing personal in a log."""

import io
import logging
import re

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from rempart.site.headers import HEADERS
from rempart.site.logs import WithoutAddresses, WithoutMessages


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_page_carries_each_security_header(db, client, name):
    assert client.get(reverse("staff:sign-in")).headers[name] == HEADERS[name]


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_style_sheet_carries_each_security_header(db, client, name):
    answer = client.get("/static/pages/rempart.css")
    assert answer.status_code == 200
    answer.close()
    assert answer.headers[name] == HEADERS[name]


def test_a_page_is_kept_by_no_cache(db, client):
    assert client.get(reverse("staff:sign-in")).headers["Cache-Control"] == "no-store"


def test_nothing_is_allowed_inline_or_from_elsewhere():
    assert not re.search(r"unsafe|https?:|\*", HEADERS["Content-Security-Policy"])


def test_an_unknown_host_is_refused(db, client):
    assert client.get(reverse("staff:sign-in"), headers={"host": "elsewhere.example"}).status_code == 400


def test_a_form_sent_from_elsewhere_is_refused(db):
    answer = Client(enforce_csrf_checks=True).post(
        reverse("staff:sign-in"), {"email": "a@example.org", "password": "b"}
    )
    assert answer.status_code == 403


def test_a_page_that_is_not_there_is_a_404(db, client, staff_member):
    client.force_login(staff_member())
    assert client.get("/no/such/page/").status_code == 404


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(db, client, staff_member):
    from rempart.staff.services import make_link

    client.post(reverse("staff:link", args=[make_link(staff_member())]))
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(("language", "heading"), [("fr", "fr"), ("en", "en"), ("de", "fr")])
def test_a_page_is_in_the_readers_language_and_french_otherwise(db, client, language, heading):
    answer = client.get(reverse("staff:sign-in"), headers={"accept-language": language})
    assert f'<html lang="{heading}"' in answer.content.decode()


def test_the_style_sheet_is_served(db, client):
    answer = client.get("/static/pages/rempart.css")
    answer.close()
    assert (answer.status_code, answer.headers["Content-Type"].split(";")[0]) == (200, "text/css")


# --- logs

NAME = "Lea"[::-1].title()  # not written in any line of code that a traceback shows


@pytest.fixture
def log():
    """What the site's log would say, as text."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(WithoutAddresses())
    handler.setFormatter(WithoutMessages("%(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_a_refused_link_does_not_put_its_token_in_the_log(db, client, log):
    client.get("/staff/link/a-token-that-opens/?and=more")
    said = log.getvalue()
    assert "link" in said
    assert "a-token-that-opens" not in said
    assert "more" not in said


def test_an_unknown_address_is_not_repeated_in_the_log(db, client, log, staff_member):
    client.force_login(staff_member())
    client.get("/people/leo.vrtx/")
    assert "404 GET (no such page)" in log.getvalue()
    assert "leo.vrtx" not in log.getvalue()


def test_an_error_is_logged_by_its_kind_and_place_without_what_it_says(log):
    def fail(said):
        raise ValueError(said)

    try:
        fail(f"she is called {NAME}")
    except ValueError:
        logging.getLogger("rempart.site").exception("something failed")
    said = log.getvalue()
    assert "ValueError" in said
    assert "in fail" in said
    assert NAME not in said


def test_a_database_error_is_logged_with_its_code_and_without_the_row(db, log):
    from django.db import IntegrityError, transaction

    from rempart.staff.models import StaffMember

    try:
        with transaction.atomic():
            StaffMember.objects.create(email=f"{NAME}@example.org", name=NAME, roles=["reader"])
    except IntegrityError:
        logging.getLogger("rempart.site").exception("something failed")
    said = log.getvalue()
    assert "SQLSTATE 23514" in said
    assert NAME not in said


def test_when_even_the_error_page_fails_a_bare_answer_is_given():
    from rempart.site.errors import server_error

    answer = server_error(RequestFactory().get("/"))  # which no middleware has prepared
    assert answer.status_code == 500
