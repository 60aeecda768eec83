"""A conversation read from a chat export or a screenshot."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.post import Instant
from rempart.records.references import Service


class Message(msgspec.Struct, kw_only=True):
    """One message; `at` is in UTC."""

    sender: str
    at: Instant
    text: str | None = None
    media: bool = False


class Conversation(msgspec.Struct, kw_only=True):
    """Messages oldest first, without system notices; `limits` says what this export cannot tell."""

    service: Service
    format: str
    owner: str | None = None
    participants: list[str] = []
    messages: list[Message] = []
    limits: list[str] = []
    extra: dict[str, Any] | UnsetType = UNSET
