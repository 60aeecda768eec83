"""The tables that the radar reads and the alerts that it writes."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.accounts import AgeBand
from rempart.records.post import Count, Instant, Probability, Text
from rempart.records.references import AccountReference


class Counters(msgspec.Struct, kw_only=True):
    """An account's counters at one hour or day. `followers` is a level, not an increment."""

    account_id: Text
    at: Instant
    followers: Count
    views: Count | None = None
    mentions: Count | None = None
    extra: dict[str, Any] | UnsetType = UNSET


class FamePoint(msgspec.Struct, frozen=True):
    """One judged day of an account: followers gained, what was expected of the day, and the end of the usual band."""

    at: Instant
    gained: float
    expected: float
    upper: float


class FameAlert(msgspec.Struct, kw_only=True):
    """Sudden fame: `watch` is early and cheap to be wrong, `support` means that a person should reach out.

    `because` are codes of what was seen; `recent` are the days that led to it, the oldest first.
    """

    account_id: Text
    alert_at: Instant
    tier: Literal["watch", "support"]
    score: float
    growth: float
    expected: float
    observed: float
    age_band: AgeBand | None = None
    priority: int = 0
    because: list[str] = []
    recent: list[FamePoint] = []
    extra: dict[str, Any] | UnsetType = UNSET


class WavePoint(msgspec.Struct, frozen=True):
    """One hour of a wave: its distinct authors, and those of them who testify. `at` is when the hour began."""

    at: Instant
    authors: Count
    testimonies: Count


class WaveAlert(msgspec.Struct, kw_only=True):
    """A wave of posts under one tag, or around one repeated phrase (`kind`, then `tag` holds the phrase).

    `posts`, `authors` and `testimonies` are those of the trailing window: original posts, their distinct authors, and
    how many of these testify. `score` is minus the decimal logarithm of how probable so many are under an ordinary tag.
    `signal` says what was surprising: the testimonies, or the number of authors alone. `public` is false for what may
    be a pile-on on a named person: never to be shown outside the desk. `expected` is what `signal` counts, as it would
    be expected of an ordinary tag. `recent`: the hours before the detection, oldest first.
    """

    tag: Text
    started_at: Instant
    detected_at: Instant
    posts: Count
    authors: Count
    testimonies: Count
    score: float
    examples: list[str] = []
    kind: Literal["tag", "phrase"] = "tag"
    signal: Literal["testimonies", "count"] = "testimonies"
    public: bool = True
    accused: list[AccountReference] = []
    expected: float = 0.0
    recent: list[WavePoint] = []
    extra: dict[str, Any] | UnsetType = UNSET


Step = Literal["none", "ask", "prove", "restrict"]


class AgeEvidence(msgspec.Struct, kw_only=True):
    """The words from which an age was read; `source` is `bio` or `posts[i]`."""

    text: str
    span: tuple[int, int]
    source: str


class AgeEstimate(msgspec.Struct, kw_only=True):
    """What an account's own words say of its owner's age, and the lightest step that it calls for.

    `safeguarding` is true where they also suggest that somebody harms or exploits its owner: that comes first.
    """

    id: Text
    probability_under_13: Probability
    estimated_age: float | None = None
    interval: tuple[float, float] | None = None
    evidence: list[AgeEvidence] = []
    step: Step = "none"
    safeguarding: bool | UnsetType = UNSET
    safeguarding_evidence: list[AgeEvidence] | UnsetType = UNSET
    extra: dict[str, Any] | UnsetType = UNSET
