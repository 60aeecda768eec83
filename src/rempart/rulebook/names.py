"""The flat names that a rule may read, their types, and where each is found.

A rule looks at a view: the whole assessment, or the numbers of one conduct service. What belongs to the account or to
the whole assessment is the same in every view. What is not known never counts against anybody: an unknown reach is 0,
an unknown monetisation false, an unknown country empty; an unknown age is `unknown`, never `18_plus`.
"""

from collections.abc import Callable
from typing import Literal, get_args

import msgspec

from rempart.records.accounts import AccountFacts, AgeBand
from rempart.records.assessment import Assessment, ServiceView
from rempart.records.references import SERVICES
from rempart.records.vocabulary import CHANNELS, CONDUCTS, Channel

Value = float | str | bool | tuple[str, ...]
Kind = Literal["number", "text", "list", "truth"]

NOTHING_KNOWN = AccountFacts()


class Name(msgspec.Struct, frozen=True):
    """A name that rules may read: its type, what it means, and how it is read."""

    name: str
    kind: Kind
    meaning: str
    read: Callable[[Assessment, ServiceView], Value]


def _account(assessment: Assessment) -> AccountFacts:
    return assessment.account or NOTHING_KNOWN


def _hours(assessment: Assessment) -> float:
    if assessment.first_at is None:
        return 0.0
    return max(0.0, (assessment.as_of - assessment.first_at).total_seconds() / 3600)


def _by_channel(channel: Channel) -> Name:
    return Name(
        f"by_channel.{channel}",
        "number",
        f"testimonies that came by the channel `{channel}`",
        lambda _, view: view.by_channel.get(channel, 0),
    )


_ALL = (
    Name("credibility", "number", "probability, 0 to 1, that the conduct happened", lambda _, view: view.credibility),
    Name(
        "independent_sources",
        "number",
        "effective number of independent first-hand sources",
        lambda _, view: view.independent_sources,
    ),
    Name(
        "coordination",
        "number",
        "probability, 0 to 1, that a coordinated campaign is part of what was received",
        lambda _, view: view.coordination,
    ),
    Name("severity", "number", "how grave the worst conduct named is, 0 to 4", lambda _, view: view.severity),
    Name("testimonies", "number", "testimonies of people it happened to", lambda _, view: view.testimonies),
    Name("relays", "number", "testimonies about what happened to somebody else", lambda _, view: view.relays),
    Name("disputes", "number", "posts and reports that dispute it", lambda _, view: view.disputes),
    Name(
        "complainant_minors",
        "number",
        "testimonies and relays that concern a minor",
        lambda _, view: view.complainant_minors,
    ),
    Name("verified_evidence", "number", "pieces of evidence found genuine", lambda _, view: view.verified_evidence),
    Name("refuted_evidence", "number", "pieces of evidence found false", lambda _, view: view.refuted_evidence),
    *(_by_channel(channel) for channel in CHANNELS),
    Name("conduct", "list", "kinds of conduct named", lambda _, view: tuple(view.conduct)),
    Name("met_on", "list", "services where contact began", lambda _, view: tuple(view.met_on)),
    Name(
        "hours_since_first",
        "number",
        "hours from the first testimony or relay to the assessment; 0 when there is none",
        lambda assessment, _: _hours(assessment),
    ),
    Name(
        "account_reach",
        "number",
        "followers or usual views of the account; 0 when unknown",
        lambda assessment, _: _account(assessment).reach or 0,
    ),
    Name(
        "account_age_band",
        "text",
        "`under_13`, `13_15`, `16_17`, `18_plus` or `unknown`",
        lambda assessment, _: _account(assessment).age_band or "unknown",
    ),
    Name(
        "account_monetised",
        "truth",
        "whether the account earns money on the service; false when unknown",
        lambda assessment, _: _account(assessment).monetised or False,
    ),
    Name(
        "account_country",
        "text",
        "country code of the account; empty when unknown",
        lambda assessment, _: _account(assessment).country or "",
    ),
)

NAMES: dict[str, Name] = {name.name: name for name in _ALL}

# The words that a name can be or hold, where they are few: any other would compile, and never match.
WORDS: dict[str, tuple[str, ...]] = {
    "conduct": CONDUCTS,
    "met_on": SERVICES,
    "account_age_band": (*get_args(AgeBand), "unknown"),
}


def is_adult(assessment: Assessment) -> bool:
    """Whether the respondent is known to be 18 or over; an unknown age protects as a minor's does."""
    return assessment.account is not None and assessment.account.age_band == "18_plus"
