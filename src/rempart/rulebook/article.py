"""What an article of a rulebook is once it has been read: plain data, without positions or programs."""

from datetime import timedelta
from typing import Literal, get_args

import msgspec

from rempart.records.references import Service
from rempart.records.vocabulary import Approval, Measure, Mode

Risk = Literal["contact", "reach", "live", "money", "tampering"]
RISKS: tuple[Risk, ...] = get_args(Risk)

ScopedService = Service | Literal["own"]
"""A service by its name, or `own`: the service that the account in question is on."""

APPROVALS: tuple[Approval, ...] = get_args(Approval)  # least strict first

LONGEST_PREVENTIVE = timedelta(days=90)
"""No preventive measure lasts longer, all renewals included."""


class Legal(msgspec.Struct, frozen=True):
    """What a statement of reasons declares to the DSA Transparency Database, in that database's own values."""

    ground: str
    category: str
    keywords: tuple[str, ...] = ()


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """One article. `conduct_on` and `met_on` are None for `any`; `lasts` is None when a measure has no end.

    `title` and `text` give the words for each language of the rulebook. `renewals` is how many times a second person
    may renew the measure for as long again.
    """

    id: str
    title: dict[str, str]
    text: dict[str, str]
    conduct_on: tuple[ScopedService, ...] | None
    met_on: tuple[ScopedService, ...] | None
    when: str
    answers: tuple[Risk, ...]
    measure: Measure
    mode: Literal["preventive", "final"]
    approval: Approval
    lasts: timedelta | None
    renewals: int
    review_within: timedelta | None
    right_of_reply: bool
    legal: Legal | None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """A decision without its words and dates: what replay needs of it. `mode` is `none` when no article matches.

    `articles` are all that match; `because` those that the measures rest on, in the decision's own mode.
    `final_pending` is whether a preventive decision takes a measure that only a final article asks for.
    """

    articles: tuple[str, ...] = ()
    because: tuple[str, ...] = ()
    final_pending: bool = False
    measures: tuple[Measure, ...] = ()
    mode: Mode = "none"
    approval: Approval | None = None
    lasts: timedelta | None = None
    review_within: timedelta | None = None
