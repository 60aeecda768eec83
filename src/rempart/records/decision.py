"""What a rulebook requires of an assessment, and the truth of a simulated wave."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from rempart.records.assessment import Assessment
from rempart.records.post import Instant, Text
from rempart.records.references import AccountReference
from rempart.records.vocabulary import Approval, Measure, Mode


class Reasons(msgspec.Struct, kw_only=True, frozen=True):
    """The same reasons in both languages, in words that the person concerned will read."""

    fr: str
    en: str


class Decision(msgspec.Struct, kw_only=True):
    """The articles that match an assessment and the lightest set of measures that answers every risk they name.

    `mode` is `none` when no article matches: then there is no measure, approval or end. `review_at` is the latest
    moment at which a person must look at a preventive measure again, before `ends_at`.
    """

    about: AccountReference
    at: Instant
    rulebook: Text
    version: str
    articles: list[str] = []
    measures: list[Measure] = []
    mode: Mode = "none"
    approval: Approval | None = None
    ends_at: Instant | None = None
    review_at: Instant | None = None
    reasons: Reasons
    assessment: Assessment
    extra: dict[str, Any] | UnsetType = UNSET


class Truth(msgspec.Struct, kw_only=True):
    """Whether the account of a simulated wave did what it is accused of. Exists in simulations only.

    `campaign`: whether a coordinated campaign is part of what was said of it; `attack`: the kind of attack, if any.
    """

    about: AccountReference
    guilty: bool
    campaign: bool | UnsetType = UNSET
    attack: str | UnsetType = UNSET
    extra: dict[str, Any] | UnsetType = UNSET
