"""The desk's page of the Transparency Database."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def page(client, liaison):
    """The page as the authority liaison reads it."""

    def read(**query):
        client.force_login(liaison)
        answer = client.get(reverse("accountability:submissions"), query, headers={"accept-language": "en"})
        assert answer.status_code == 200
        return answer.content.decode()

    return read


@pytest.fixture
def act(client, liaison):
    """Do something on the page: what it says then."""

    def do(submission, name, **sent):
        client.force_login(liaison)
        address = reverse("accountability:submission-act", args=[submission.pk, name])
        answer = client.post(address, sent, headers={"accept-language": "en"}, follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    return do


@pytest.fixture
def sent(stated, api):
    """The submission of a statement about @leo.vrtx, sent: `sent()`; refused: `sent(refused=True)`."""
    from rempart.accountability.models import Submission
    from rempart.accountability.services.submitting import enlist, send_due

    def make(*, refused=False):
        stated(handle="leo.vrtx")
        enlist()
        one = Submission.objects.get(state="waits")
        api.refusing = {one.puid} if refused else set()
        send_due()
        one.refresh_from_db()
        return one

    return make


def test_without_a_token_the_page_says_that_nothing_is_sent(page, settings):
    settings.REMPART_DSA_TOKEN = ""
    assert "REMPART_DSA_TOKEN" in page()


def test_what_stands_in_the_way_is_said(page, api, waiting):
    from rempart.accountability.services.submitting import send_due

    waiting(2)
    api.trouble = [429]
    send_due()
    said = page()
    assert "asks us to slow down" in said
    assert "2 wait" in said


def test_what_was_refused_is_shown_with_its_field_and_declared_again(page, act, api, sent):
    one = sent(refused=True)
    said = page()
    assert one.puid in said
    assert "<code>decision_facts</code> The decision facts field is not to our liking." in said
    assert "it is sent within a minute" in act(one, "again")
    one.refresh_from_db()
    assert one.state == "waits"
    assert "no longer waits for a person" in act(one, "again")


def test_what_was_taken_is_shown_with_its_number_and_found_by_its_identifier(page, sent):
    one = sent()
    assert one.uuid in page()
    assert one.uuid in page(puid=one.puid[:9])
    assert one.uuid not in page(puid="rempart-x")


def test_what_was_sent_wrong_is_corrected(page, act, sent):
    one = sent()
    assert "Please say what was wrong" in act(one, "correct", because="")
    assert "name nobody" in act(one, "correct", because="It was leo.vrtx")
    assert "it is sent within a minute" in act(one, "correct", because="The end was a day too late.")
    assert f"replaced by {one.puid}-2" in page()


def test_nothing_else_can_be_done(act, client, liaison, sent):
    one = sent()
    client.force_login(liaison)
    assert client.post(reverse("accountability:submission-act", args=[one.pk, "delete"])).status_code == 404


def test_nobody_else_opens_the_page(client, staff_member):
    client.force_login(staff_member("reviewer", "administrator", "policy_owner"))
    assert client.get(reverse("accountability:submissions")).status_code == 403


def test_the_page_is_in_french_too(client, liaison):
    client.force_login(liaison)
    assert client.get(reverse("accountability:submissions"), headers={"accept-language": "fr"}).status_code == 200
