"""Where webhooks may go, and that their secrets do not lie open."""

import pytest
from django.db import connection

from rempart.correspondence import webhooks
from rempart.correspondence.endpoints import add_endpoint
from rempart.correspondence.errors import EndpointRefused
from rempart.correspondence.webhooks import ensure_usable, new_secret, send


@pytest.mark.parametrize(
    "url",
    [
        "http://platform.example/hook",
        "ftp://platform.example/hook",
        "platform.example/hook",
        "https://",
        "https://10.0.0.7/hook",
        "https://192.168.1.4/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/hook",
        "https://[::ffff:10.0.0.7]/hook",
        "https://user:password@platform.example/hook",
        "https://platform.example/hook#part",
        "http://10.0.0.7/hook",
    ],
)
def test_an_address_that_is_not_safe_is_refused(url):
    with pytest.raises(EndpointRefused) as refused:
        ensure_usable(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize("url", ["https://platform.example/hook", "http://localhost:9999/hook", "https://8.8.8.8/"])
def test_an_address_that_is_safe_is_taken(url):
    ensure_usable(url)


def test_a_private_address_is_taken_when_the_setting_says_so(settings):
    settings.REMPART_PRIVATE_ENDPOINTS = True
    ensure_usable("https://10.0.0.7/hook")


def test_a_name_that_leads_into_the_private_network_is_not_followed(monkeypatch):
    inside = [(2, 1, 6, "", ("10.0.0.7", 443))]
    monkeypatch.setattr(webhooks.socket, "getaddrinfo", lambda *_args, **_kwargs: inside)
    outcome = send("https://platform.example/hook", "msg_1", 1, b"{}", [new_secret()])
    assert outcome.error == "the address is inside a private network"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"events": ["nothing"]}, "events"),
        ({"events": []}, "events"),
        ({"name": " "}, "name"),
        ({"name": "One"}, "name"),
    ],
)
def test_an_endpoint_is_refused_by_its_field(db, given, field):
    add_endpoint("One", "https://platform.example/hook", acting=None)
    with pytest.raises(EndpointRefused) as refused:
        add_endpoint(**({"name": "Two", "url": "https://platform.example/hook", "acting": None} | given))
    assert refused.value.field == field


def test_a_secret_does_not_lie_open_in_the_database(db):
    endpoint, secret = add_endpoint("One", "https://platform.example/hook", acting=None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text FROM correspondence_endpoint t WHERE id = %s", [endpoint.pk])
        assert secret not in cursor.fetchone()[0]
        cursor.execute(
            "SELECT position(convert_to(%s, 'UTF8') IN sealed_secret) FROM correspondence_endpoint", [secret]
        )
        assert cursor.fetchone()[0] == 0
