"""A public post, and the statement that reading makes of it."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from rempart.records.references import AccountReference, Service
from rempart.records.vocabulary import Conduct, MentionedEvidence, Stance

Instant = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1)]
Probability = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Ranges = list[tuple[int, int]]

LONGEST_TEXT = 64 * 1024


class Post(msgspec.Struct, kw_only=True):
    """A post as its service gave it. `text` is at most 64 KiB of UTF-8."""

    id: Text
    service: Service
    author: Text
    created_at: Instant
    text: str
    lang: str | None = None
    in_reply_to: str | None = None
    repost_of: str | None = None
    author_created_at: Instant | None = None
    extra: dict[str, Any] | UnsetType = UNSET

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_TEXT // 4 and len(self.text.encode()) > LONGEST_TEXT:
            raise ValueError("`text` is longer than 64 KiB")


class Statement(Post, kw_only=True):
    """What a post says: who is accused of what, where it happened, how old the target was; and where each was read.

    `spans` gives for each field the ranges (code points, end excluded) of `text` that it was read from.
    """

    stance: Stance
    stance_probability: Probability
    accused: list[AccountReference] = []
    concerns: list[AccountReference] = []
    conduct: list[Conduct] = []
    conduct_services: list[Service] = []
    met_on: list[Service] = []
    complainant_age: Count | None = None
    complainant_minor: bool | None = None
    evidence: list[MentionedEvidence] = []
    spans: dict[str, Ranges] = {}
