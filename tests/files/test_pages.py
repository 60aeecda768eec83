"""Files leave the house as bytes that no browser interprets; locked ones by one page alone."""

import pytest
from django.urls import reverse

from rempart.files.models import StoredFile
from rempart.files.services import custody_of, keep


@pytest.fixture
def signed_in(client, staff_member):
    """A browser that a member with these roles is signed in with."""

    def sign_in(*roles: str):
        client.force_login(staff_member(*roles))
        return client

    return sign_in


@pytest.fixture
def locked(db, png):
    """A file that was locked when it came."""
    return keep(png, name="a.png", suspected_intimate=True)


def test_a_file_is_served_as_an_attachment(db, png, signed_in):
    file = keep(png, name='capture é".png')
    response = signed_in("reviewer").get(reverse("files:open", args=[file.pk]))
    assert response.content == png
    disposition = response.headers["Content-Disposition"]
    assert disposition == "attachment; filename=\"capture __.png\"; filename*=UTF-8''capture%20%C3%A9%22.png"


def test_no_browser_interprets_a_file(db, signed_in):
    file = keep(b"<script>alert(1)</script>", name="a.html")
    response = signed_in("reviewer").get(reverse("files:open", args=[file.pk]))
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert response.headers["Cache-Control"] == "no-store"


def test_an_image_is_shown_inline_where_the_desk_asks_for_it(db, png, signed_in):
    file = keep(png, name="a.png")
    response = signed_in("reviewer").get(reverse("files:image", args=[file.pk]))
    assert response.headers["Content-Disposition"].startswith("inline")


def test_what_is_no_image_is_never_shown_inline(db, signed_in):
    file = keep(b"%PDF-1.7", name="a.pdf")
    response = signed_in("reviewer").get(reverse("files:image", args=[file.pk]))
    assert response.headers["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("route", ["files:open", "files:image"])
@pytest.mark.parametrize("roles", [("reviewer",), ("reviewer", "child_safety")])
def test_a_locked_file_is_refused_where_cases_are_read(locked, signed_in, route, roles):
    assert signed_in(*roles).get(reverse(route, args=[locked.pk])).status_code == 403


def test_the_list_of_locked_files_shows_no_name_and_no_image(locked, signed_in):
    shown = signed_in("child_safety").get(reverse("files:locked")).content.decode()
    assert "<img" not in shown
    assert "a.png" not in shown


def test_a_locked_file_is_opened_for_a_reason(locked, signed_in, png):
    client = signed_in("child_safety")
    address = reverse("files:open-locked", args=[locked.pk])
    assert client.post(address).status_code == 422
    response = client.post(address, {"because": "Reported twice"})
    assert response.content == png
    assert response.headers["Content-Disposition"].startswith("inline")
    assert "Reported twice" in custody_of(locked)[-1].content.canonical


def test_a_locked_file_is_never_opened_by_following_a_link(locked, signed_in):
    assert signed_in("child_safety").get(reverse("files:open-locked", args=[locked.pk])).status_code == 405


def test_a_locked_file_is_reported_then_destroyed(locked, signed_in):
    client = signed_in("child_safety")
    destroy = reverse("files:destroy-locked", args=[locked.pk])
    assert client.post(destroy, {"reason": "over"}).status_code == 422
    client.post(reverse("files:report-locked", args=[locked.pk]), {"authority": "Pharos", "number": "P-1"})
    client.post(destroy, {"reason": "over"})
    assert StoredFile.objects.get().state == "destroyed"


def test_a_file_that_is_not_locked_has_no_such_page(db, png, signed_in):
    file = keep(png, name="a.png")
    assert signed_in("child_safety").get(reverse("files:locked-file", args=[file.pk])).status_code == 404


def test_the_custody_of_a_locked_file_names_who_opened_it(locked, signed_in):
    client = signed_in("child_safety")
    client.post(reverse("files:open-locked", args=[locked.pk]), {"because": "Reported twice"})
    shown = client.get(reverse("files:locked-file", args=[locked.pk])).content.decode()
    assert "Maud Arnaud" in shown
    assert "Reported twice" in shown
