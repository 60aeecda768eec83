"""Signing in by OpenID Connect, with a real sign-in service of the tests' own on a local port."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from rempart.ledger.models import Content, LedgerRow
from rempart.staff import services
from serving import Answers, serving

CLAIMS = {
    "sub": "248289761001",
    "email": "maud@example.org",
    "email_verified": True,
    "phone_number": "+33 1 99 00 00 00",
}


@dataclass
class Service:
    """A sign-in service: what it says of whoever comes, and where it is."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: dict(CLAIMS))


@pytest.fixture
def service(settings) -> Iterator[Service]:
    """A sign-in service that says of everybody what `claims` holds."""
    this = Service()

    class Handler(Answers):
        def do_GET(self) -> None:
            if self.path.endswith("/openid-configuration"):
                ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
                found = {f"{name}_endpoint": f"{this.address}/{path}" for name, path in ends.items()}
                self.answer(200, {"issuer": this.address, "jwks_uri": f"{this.address}/keys", **found})
            else:
                self.answer(200, this.claims)

        def do_POST(self) -> None:
            self.answer(200, {"access_token": "given", "token_type": "Bearer"})

    with serving(Handler) as this.address:
        app = {"provider_id": "staff", "name": "Ours", "client_id": "rempart", "secret": "kept"}
        app["settings"] = {"server_url": this.address}
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        settings.SECOND_FACTOR_REQUIRED = True
        yield this


def come_back(client, **also):
    """Go to the service and come back as it sends people back."""
    there = client.get(reverse("openid_connect_login", args=["staff"]), {"process": "login", "next": "/cases/"})
    asked = parse_qs(urlsplit(there.headers["Location"]).query)
    back = {"state": asked["state"][0], "code": "granted"} | also
    return client.get(reverse("openid_connect_callback", args=["staff"]), back)


def test_the_sign_in_page_offers_it(client, service, db):
    assert "Ours" in client.get(reverse("staff:sign-in")).content.decode()


def test_an_invited_member_is_found_by_the_verified_address(client, service, member, signed_in):
    assert come_back(client).headers["Location"] == "/cases/"
    assert signed_in(client)
    row = LedgerRow.objects.get(event="signed_in")
    assert Content.objects.get(row=row).canonical == '{"by":["openid_connect"]}'


def test_the_service_answers_for_the_second_factor(client, service, member):
    come_back(client)
    assert client.get("/staff/account/").status_code == 200


def test_nothing_else_that_the_service_tells_is_kept(client, service, member):
    come_back(client)
    client.logout()
    come_back(client)
    assert SocialAccount.objects.get().extra_data == {}


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@example.org"},
        {"email_verified": False},
        {"email": None},
    ],
    ids=["nobody invited", "address not verified", "no address"],
)
def test_nobody_else_gets_in(client, service, member, signed_in, claims):
    service.claims |= claims
    assert come_back(client).headers["Location"] == reverse("staff:sign-in")
    assert not signed_in(client)
    assert not SocialAccount.objects.exists()


def test_a_deactivated_member_does_not_get_in(client, service, member, signed_in):
    come_back(client)
    client.logout()
    services.deactivate(member, acting=None, reason="Left.")
    come_back(client)
    assert not signed_in(client)


def test_an_address_given_to_somebody_else_opens_nothing(client, service, member, signed_in):
    come_back(client)
    client.logout()
    service.claims["sub"] = "another person"
    come_back(client)
    assert not signed_in(client)


def test_who_cancels_there_comes_back_to_a_sentence(client, service, member):
    answer = come_back(client, error="access_denied")
    assert answer.headers["Location"] == reverse("staff:sign-in")


def test_an_answer_nobody_asked_for_signs_nobody_in(client, service, member, signed_in):
    client.get(reverse("openid_connect_callback", args=["staff"]), {"state": "guessed", "code": "granted"})
    assert not signed_in(client)


def test_a_service_that_does_not_answer_is_told_in_a_sentence(client, service, db, settings):
    settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"][0]["settings"] = {"server_url": "http://127.0.0.1:9"}
    answer = client.get(reverse("openid_connect_login", args=["staff"]), {"process": "login"})
    assert answer.headers["Location"] == reverse("staff:sign-in")
