"""The settings are safe by default, and stricter as soon as the site is served to anything but this machine."""

import json
import os
import subprocess
import sys

import pytest

NAMES = ["DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "BEHIND_PROXY"]
NAMES += ["SECOND_FACTOR_REQUIRED", "SOCIALACCOUNT_PROVIDERS"]
PRINT = f"""
import json
from django.conf import settings
print(json.dumps({{name: getattr(settings, name, None) for name in {NAMES}}}))
"""


def settings_with(**environment: str) -> dict[str, object]:
    """The settings as a process reads them in this environment."""
    done = subprocess.run(
        [sys.executable, "-c", PRINT], env=os.environ | environment, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_this_machine_alone_is_served_by_default():
    assert settings_with()["ALLOWED_HOSTS"] == ["localhost", "127.0.0.1", "[::1]"]


@pytest.mark.parametrize(("said", "required"), [("", True), ("required", True), ("false", True), ("optional", False)])
def test_a_second_factor_is_required_unless_it_is_said_to_be_optional(said, required):
    assert settings_with(REMPART_SECOND_FACTOR=said)["SECOND_FACTOR_REQUIRED"] is required


def test_openid_connect_is_offered_once_its_service_is_named():
    assert settings_with()["SOCIALACCOUNT_PROVIDERS"] == {}
    named = settings_with(REMPART_OIDC_ISSUER="https://login.example.org", REMPART_OIDC_CLIENT_ID="rempart")
    app = named["SOCIALACCOUNT_PROVIDERS"]["openid_connect"]["APPS"][0]
    assert (app["client_id"], app["settings"]["server_url"]) == ("rempart", "https://login.example.org")


def test_errors_are_never_shown():
    assert settings_with(DEBUG="1", DJANGO_DEBUG="1")["DEBUG"] is False


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "BEHIND_PROXY"])
def test_naming_a_host_demands_https(name):
    assert settings_with(REMPART_HOSTS="rempart.example.org")[name] is True


def test_headers_of_a_proxy_are_not_believed_where_there_is_none():
    assert settings_with()["BEHIND_PROXY"] is False
