"""A member with a password, and the ways to sign in as them."""

import time

import pytest
from django.urls import reverse

PASSWORD = "une phrase que personne ne devine"


@pytest.fixture
def member(db):
    """Maud, a reviewer with a password."""
    from rempart.staff import services
    from rempart.staff.roles import Role

    added = services.add_member("Maud@Example.org", name="Maud Arnaud", roles=[Role.REVIEWER])
    services.set_password(added, PASSWORD)
    return added


@pytest.fixture
def administrator(db):
    """Ada, who administers, and so does somebody else."""
    from rempart.staff import services
    from rempart.staff.roles import Role

    services.add_member("other@example.org", name="Other", roles=[Role.ADMINISTRATOR])
    return services.add_member("ada@example.org", name="Ada", roles=[Role.ADMINISTRATOR])


@pytest.fixture
def sign_in():
    """Send the sign-in form: `sign_in(client)`."""

    def send(client, password=PASSWORD, email="maud@example.org", **more):
        return client.post(reverse("staff:sign-in"), {"email": email, "password": password}, **more)

    return send


@pytest.fixture
def signed_in():
    """Whether this client is signed in."""
    return lambda client: "_auth_user_id" in client.session


@pytest.fixture
def authenticator():
    """Give a member an authenticator application: `code = authenticator(member)`; `code()` is what it shows.

    `code(1)` is what it shows half a minute later: each is good once.
    """
    from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

    def give(to, secret=""):
        secret = secret or generate_totp_secret()
        if to is not None:
            TOTP.activate(to, secret)
        return lambda ahead=0: format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))

    return give
