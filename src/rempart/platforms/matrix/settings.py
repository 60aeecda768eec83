"""What an administrator sets for a homeserver, and the tokens that are made from our own key instead of being set.

The platform's secret is the access token of an administrator of the homeserver, of an account made for Rempart alone.
"""

import re
from typing import Literal

import msgspec
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from rempart.platforms.connector import PermanentFailure
from rempart.platforms.models import Platform
from rempart.platforms.settings import settings_of

AGE_SOURCES = ("user_type", "account_data", "profile")


class MatrixSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Settings of a homeserver; each has a default.

    age: where the homeserver says how old an account's owner is: `user_type` (Synapse's own field, which administrators
    alone write), `account_data:TYPE` (its `age_band`) or `profile:FIELD`; the value is one of under_13, 13_15, 16_17,
    18_plus. Empty: it says it nowhere, and everybody is protected as a minor.
    small_room: up to how many people a room counts as a conversation between them (invited ones included).
    unreachable: what Synapse answers while it cannot reach us: `refuse` (nobody invites anybody) or `allow`.
    staff_lists: rooms in which the homeserver's own moderators keep their policy list (`m.policy.rule.user`).
    rooms: regular expressions of the rooms that are listened to, by id or alias.
    preserved_messages: how many of an account's newest messages are kept before a measure.
    """

    age: str = ""
    small_room: int = msgspec.field(default=10)
    unreachable: Literal["refuse", "allow"] = "refuse"
    staff_lists: list[str] = []
    rooms: list[str] = []
    preserved_messages: int = 1_000

    def __post_init__(self) -> None:
        source, colon, name = self.age.partition(":")
        if self.age and not (source in AGE_SOURCES and (source == "user_type") != bool(colon and name)):
            raise ValueError("`age` is user_type, account_data:TYPE or profile:FIELD")
        if not 2 <= self.small_room <= 100:
            raise ValueError("`small_room` is between 2 and 100")
        if not 0 <= self.preserved_messages <= 100_000:
            raise ValueError("`preserved_messages` is between 0 and 100000")
        for room in self.rooms:
            if room[:1] not in {"!", "#"}:
                raise ValueError("`rooms` are ids (!…) or aliases (#…)")
            try:
                re.compile(room)
            except re.error as error:
                # Synapse would not start with it.
                raise ValueError(f"`rooms` are regular expressions: {error}") from error


def matrix_settings(platform: Platform) -> MatrixSettings:
    """The platform's settings. Raises PermanentFailure, naming what is wrong."""
    if len(platform.hosts) != 1:
        raise PermanentFailure(gettext_noop("hosts: name the homeserver's one server name, as its accounts end"))
    return settings_of(platform, MatrixSettings)


def antispam_token(name: str) -> str:
    """What Synapse shows when it asks whether somebody may do something; `name` is the platform's."""
    return salted_hmac("rempart.platforms.matrix.antispam", name, algorithm="sha256").hexdigest()


def homeserver_token(name: str) -> str:
    """`hs_token`: what the homeserver shows when it hands events over."""
    return salted_hmac("rempart.platforms.matrix.homeserver", name, algorithm="sha256").hexdigest()


def application_token(name: str) -> str:
    """`as_token`: what an application service shows to the homeserver; ours never asks it for anything."""
    return salted_hmac("rempart.platforms.matrix.application", name, algorithm="sha256").hexdigest()
