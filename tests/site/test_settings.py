"""The settings are safe by default, and stricter as soon as the site is served to anything but this machine."""

import json
import os
import subprocess
import sys

import pytest

NAMES = ["DEBUG", "ALLOWED_HOSTS", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "BEHIND_PROXY"]
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


def test_errors_are_never_shown():
    assert settings_with(DEBUG="1", DJANGO_DEBUG="1")["DEBUG"] is False


@pytest.mark.parametrize("name", ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "BEHIND_PROXY"])
def test_naming_a_host_demands_https(name):
    assert settings_with(REMPART_HOSTS="rempart.example.org")[name] is True


def test_headers_of_a_proxy_are_not_believed_where_there_is_none():
    assert settings_with()["BEHIND_PROXY"] is False
