"""The tables that the radar reads and the alerts that it writes."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.accounts import AgeBand
from rempart.records.post import Count, Instant, Probability, Text


class Counters(msgspec.Struct, kw_only=True):
    """An account's counters at one hour or day. `followers` is a level, not an increment."""

    account_id: Text
    at: Instant
    followers: Count
    views: Count | None = None
    mentions: Count | None = None
    extra: dict[str, Any] | UnsetType = UNSET


class FameAlert(msgspec.Struct, kw_only=True):
    """Sudden fame: `watch` is early and cheap to be wrong, `support` means that a person should reach out."""

    account_id: Text
    alert_at: Instant
    tier: Literal["watch", "support"]
    score: float
    growth: float
    expected: float
    observed: float
    age_band: AgeBand | None = None
    priority: int = 0
    extra: dict[str, Any] | UnsetType = UNSET


class WaveAlert(msgspec.Struct, kw_only=True):
    """A wave of posts under one tag."""

    tag: Text
    started_at: Instant
    detected_at: Instant
    posts: Count
    authors: Count
    testimonies: Count
    score: float
    examples: list[str] = []
    extra: dict[str, Any] | UnsetType = UNSET


class AgeEvidence(msgspec.Struct, kw_only=True):
    """The words from which an age was read; `source` is `bio` or `posts[i]`."""

    text: str
    span: tuple[int, int]
    source: str


class AgeEstimate(msgspec.Struct, kw_only=True):
    """What an account's own words say of its owner's age, and the lightest step that it calls for."""

    id: Text
    probability_under_13: Probability
    estimated_age: float | None = None
    interval: tuple[float, float] | None = None
    evidence: list[AgeEvidence] = []
    step: Literal["none", "ask", "prove", "restrict"] = "none"
    extra: dict[str, Any] | UnsetType = UNSET
