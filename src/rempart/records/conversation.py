"""A conversation read from a chat export or a screenshot."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.post import Instant
from rempart.records.references import Service


class Message(msgspec.Struct, kw_only=True):
    """One message; `at` is in UTC.

    `at` is null where the source does not give the day, the year and the time, as a picture of a conversation seldom
    does: no instant is made up. `shown_time` is then what stands there instead (« Hier 21:14 »); it is left out
    elsewhere.
    """

    sender: str
    at: Instant | None
    text: str | None = None
    media: bool = False
    shown_time: str | UnsetType = UNSET


class Conversation(msgspec.Struct, kw_only=True):
    """Messages oldest first, without system notices; `limits` says what this export cannot tell."""

    service: Service
    format: str
    owner: str | None = None
    participants: list[str] = []
    messages: list[Message] = []
    limits: list[str] = []
    extra: dict[str, Any] | UnsetType = UNSET
