"""What the homeserver's administrator adds to Synapse so that it asks and tells us: a module and a registration."""

import os
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.matrix.antispam import CALLBACKS
from rempart.platforms.matrix.settings import antispam_token, application_token, homeserver_token, matrix_settings
from rempart.platforms.models import Platform

INVITATIONS = ("user_may_invite", "user_may_send_3pid_invite")
"""What may be refused to everybody while we cannot be reached. What is said and who joins never is."""


def module(platform: Platform, rempart: str) -> dict[str, Any]:
    """An entry of `modules` in homeserver.yaml (the module is the package `synapse-http-antispam`).

    rempart: the address at which the homeserver reaches us. Raises PermanentFailure when a setting is wrong.
    """
    refuse = matrix_settings(platform).unreachable == "refuse"
    return {
        "module": "synapse_http_antispam.HTTPAntispam",
        "config": {
            "base_url": f"{rempart.rstrip('/')}/platforms/{platform.name}/antispam",
            "authorization": antispam_token(platform.name),
            "do_ping": True,
            "enabled_callbacks": list(CALLBACKS),
            "fail_open": {name: not (refuse and name in INVITATIONS) for name in CALLBACKS},
        },
    }


def registration(platform: Platform, rempart: str) -> dict[str, Any]:
    """The registration of an application service, for `app_service_config_files`: it hears the rooms of the settings.

    It acts for no account: the namespace of users is empty, and it never asks the homeserver for anything.
    """
    return {
        "id": f"rempart-{platform.name}",
        "url": f"{rempart.rstrip('/')}/platforms/{platform.name}",
        "as_token": application_token(platform.name),
        "hs_token": homeserver_token(platform.name),
        "sender_localpart": f"rempart-{platform.name}",
        "rate_limited": False,
        "namespaces": {
            "users": [],
            "aliases": [{"regex": room, "exclusive": False} for room in _rooms(platform, "#")],
            "rooms": [{"regex": room, "exclusive": False} for room in _rooms(platform, "!")],
        },
    }


def write(platform: Platform, rempart: str, folder: Path) -> list[Path]:
    """Write both, readable by their owner alone, and return where. Raises PermanentFailure when a setting is wrong."""
    if platform.kind != "matrix":
        raise PermanentFailure(gettext_noop("this platform is no Matrix homeserver"))
    texts = {
        "homeserver-modules.yaml": {"modules": [module(platform, rempart)]},
        "application-service.yaml": registration(platform, rempart),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in texts.items():
        descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            yaml.safe_dump(content, file, sort_keys=False)
    return [folder / name for name in texts]


def _rooms(platform: Platform, sign: str) -> list[str]:
    return [room for room in matrix_settings(platform).rooms if room.startswith(sign)]
