"""A decision as the data of its statement of reasons: every element of DSA Art. 17(3), before any sentence.

The layout of `build`'s result, schema 1 (times are RFC 3339 in UTC):

    schema, number, mode, adult, guilt_list
    restrictions      [{measure, kind: visibility | monetary | provision | account, articles,
                       means: {"fr", "en", "waits"}}]                                               (a)
    territorial_scope ["AT", …]                                                                     (a)
    begins_at, ends_at, review_due, seconds                                                         (a)
    facts             {conduct, months, services, agreed, origin: notices | own_initiative | both,
                       notifier: null}                                                              (b)
    automation        {detection, estimate, decision: automatic | one_reviewer | two_reviewers}     (c)
    ground            {kind: contract | law, rulebook, version, digest,
                       articles: [{id, title, text, category, keywords}]}                           (d), (e)
    explanation       {"fr", "en"} written by the team for a final decision, or null                (d), (e)
    redress           {reply_until, complaint_until, free, out_of_court, court, data_protection}    (f)
    held              {amount, currency, as_of} or null; absent unless earnings are held by a precaution
    transparency      the fields of the DSA Transparency Database that the decision alone determines

`means` is there where the platform cannot do exactly that: what it does instead, in words; `waits` when that is more
than what was decided and two people have not agreed to it yet.
`transparency` uses that database's own names and values (schema of July 2025). A trusted flagger's notice is declared
there as a notice: where few spoke, saying more would say who.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from rempart.casework.statements.dates import PARIS
from rempart.casework.statements.sentences import read
from rempart.records.vocabulary import Approval, Measure
from rempart.rulebook import Article
from rempart.rulebook.saying import adult_only_keywords, guilt_version

SCHEMA = 1
Kind = Literal["visibility", "monetary", "provision", "account"]
KINDS: dict[Measure, Kind] = {
    "no_recommendation": "visibility",
    "no_contact_with_minors": "provision",
    "no_new_contacts": "provision",
    "no_live": "provision",
    "no_monetisation": "monetary",
    "read_only": "provision",
    "suspend": "account",
}
"""What each measure restricts, in the words of Art. 17(1). Being watched restricts nothing and needs no statement."""

EEA = (
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI"),
    *("LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
)
"""Where measures apply, in the codes of the Transparency Database: on the whole service."""

LAST_DECLARED_DAY = "2038-01-01"
"""The last day that the Transparency Database can hold."""
_NO_CATEGORY = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"
_WHY = {
    "preventive": "What was described falls under this rule if it is true. The measure is a precaution and no finding.",
    "final": "What was looked into falls under this rule.",
}

OWN_INITIATIVE = frozenset({"public_post"})
COMPLAINT_OPEN = timedelta(days=183)
"""At least six months from being told (Art. 20(1)), whatever the months."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the respondent is told of the facts: `services.disclosing` decides it. Months are written `2020-06`."""

    conduct: tuple[str, ...] = ()
    months: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    agreed: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Held:
    """Earnings that the platform set aside, as it reported them."""

    amount: Decimal
    currency: str
    as_of: datetime


@dataclass(frozen=True, kw_only=True)
class Redress:
    """Where one can turn, and until when."""

    reply_until: datetime
    complaint_until: datetime
    body_name: str
    body_url: str
    country: str | None = None


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """All that a statement is made from. `measures` gives, for each, the articles that it rests on."""

    number: str
    mode: Literal["preventive", "final"]
    measures: Mapping[Measure, Sequence[str]]
    articles: Sequence[Article]
    rulebook: str
    version: str
    digest: str
    begins_at: datetime
    ends_at: datetime | None
    review_due: datetime | None
    told: Told
    channels: frozenset[str]
    approval: Approval
    adult: bool
    redress: Redress
    means: Mapping[Measure, Mapping[str, Any]] = field(default_factory=dict)
    explanation: Mapping[str, str] | None = None
    held: Held | None = field(default=None)


class NothingRestricted(ValueError):
    """The decision restricts nothing that anybody would notice: there is nothing to state."""


def build(grounds: Grounds) -> dict[str, Any]:
    """The fields of the statement, as the module's docstring lays them out.

    Raises NothingRestricted when no measure restricts anything.
    """
    restrictions = [
        {"measure": measure, "kind": KINDS[measure], "articles": list(articles)}
        | ({"means": dict(grounds.means[measure])} if measure in grounds.means else {})
        for measure, articles in grounds.measures.items()
        if measure in KINDS
    ]
    if not restrictions:
        raise NothingRestricted
    by_people = bool(grounds.channels - OWN_INITIATIVE)
    by_reading = bool(grounds.channels & OWN_INITIATIVE)
    origin = "both" if by_people and by_reading else "notices" if by_people else "own_initiative"
    fields: dict[str, Any] = {
        "schema": SCHEMA,
        "number": grounds.number,
        "mode": grounds.mode,
        "adult": grounds.adult,
        "guilt_list": guilt_version(),
        "restrictions": restrictions,
        "territorial_scope": list(EEA),
        "begins_at": _time(grounds.begins_at),
        "ends_at": _time(grounds.ends_at),
        "review_due": _time(grounds.review_due),
        "seconds": int((grounds.ends_at - grounds.begins_at).total_seconds()) if grounds.ends_at else None,
        "facts": {
            **{name: list(said) for name, said in asdict(grounds.told).items()},
            "origin": origin,
            "notifier": None,
        },
        "automation": {"detection": by_reading, "estimate": True, "decision": grounds.approval},
        "ground": {
            "kind": _ground_of(grounds.articles),
            "rulebook": grounds.rulebook,
            "version": grounds.version,
            "digest": grounds.digest,
            "articles": [_article(article, adult=grounds.adult) for article in grounds.articles],
        },
        "explanation": dict(grounds.explanation) if grounds.explanation else None,
        "redress": _redress(grounds.redress),
    }
    if grounds.mode == "preventive" and "no_monetisation" in grounds.measures:
        held = grounds.held
        fields["held"] = (
            {"amount": str(held.amount), "currency": held.currency, "as_of": _time(held.as_of)} if held else None
        )
    fields["transparency"] = _transparency(fields, grounds)
    return fields


def _time(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None


def _ground_of(articles: Sequence[Article]) -> Literal["contract", "law"]:
    illegal = any(one.legal and one.legal.ground == "DECISION_GROUND_ILLEGAL_CONTENT" for one in articles)
    return "law" if illegal else "contract"


def _article(article: Article, *, adult: bool) -> dict[str, Any]:
    keywords = article.legal.keywords if article.legal else ()
    return {
        "id": article.id,
        "title": dict(article.title),
        "text": dict(article.text),
        "category": article.legal.category if article.legal else None,
        "keywords": [word for word in keywords if adult or word not in adult_only_keywords()],
    }


def _redress(redress: Redress) -> dict[str, Any]:
    authorities = read("redress.yaml")["data_protection"]
    country = redress.country
    return {
        "reply_until": _time(redress.reply_until),
        "complaint_until": _time(redress.complaint_until),
        "free": True,
        "out_of_court": {"name": redress.body_name, "url": redress.body_url},
        "court": country if country in _COURTS else "default",
        "data_protection": authorities.get(country, authorities["default"]),
    }


_COURTS = {"FR"}


def _transparency(fields: Mapping[str, Any], grounds: Grounds) -> dict[str, Any]:
    """What the Transparency Database asks for, as far as the decision tells; whoever submits adds the rest.

    No date of the account's own is known here, and one would help to single it out: `content_date` is the day from
    which the account is restricted.
    """
    kinds = {one["kind"] for one in fields["restrictions"]}
    for_good = grounds.ends_at is None and grounds.mode == "final"
    noun = "TERMINATION" if for_good else "SUSPENSION"
    categories = list(dict.fromkeys(one.legal.category for one in grounds.articles if one.legal)) or [_NO_CATEGORY]
    keywords = sorted({word for one in fields["ground"]["articles"] for word in one["keywords"]})
    law = fields["ground"]["kind"] == "law"
    branch = "illegal_content" if law else "incompatible_content"
    titles = ", ".join(one.title["en"] for one in grounds.articles)
    words = " ".join(f"{one.title['en']}. {one.text['en']}" for one in grounds.articles)
    why = _WHY[grounds.mode]
    of_notice = fields["facts"]["origin"] != "own_initiative"
    declared: dict[str, Any] = {
        "puid": grounds.number,
        "decision_ground": f"DECISION_GROUND_{branch.upper()}",
        f"{branch}_{'legal_ground' if law else 'ground'}": _cut(titles, 500),
        f"{branch}_explanation": f"{_cut(words, 1999 - len(why))} {why}",
        "category": categories[0],
        "category_addition": categories[1:],
        "category_specification": keywords,
        "content_type": ["CONTENT_TYPE_OTHER"],
        "content_type_other": "Account",
        "content_date": _day(grounds.begins_at),
        "application_date": _day(grounds.begins_at),
        "territorial_scope": fields["territorial_scope"],
        "source_type": "SOURCE_ARTICLE_16" if of_notice else "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if fields["automation"]["detection"] else "No",
        "automated_decision": "AUTOMATED_DECISION_FULLY"
        if grounds.approval == "automatic"
        else "AUTOMATED_DECISION_PARTIALLY",
    }
    if "KEYWORD_OTHER" in keywords:
        declared["category_specification_other"] = _cut(titles, 500)
    # An end that the database cannot hold is left out, which it reads as "no end"; the facts declared say it.
    end = _day(grounds.ends_at) if grounds.ends_at else None
    end = end if end is None or end <= LAST_DECLARED_DAY else None
    if "visibility" in kinds:
        declared |= {
            "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"],
            "end_date_visibility_restriction": end,
        }
    if "monetary" in kinds:
        declared |= {"decision_monetary": f"DECISION_MONETARY_{noun}", "end_date_monetary_restriction": end}
    if "provision" in kinds:
        declared |= {
            "decision_provision": f"DECISION_PROVISION_PARTIAL_{noun}",
            "end_date_service_restriction": end,
        }
    if "account" in kinds:
        declared |= {
            "decision_account": "DECISION_ACCOUNT_TERMINATED" if for_good else "DECISION_ACCOUNT_SUSPENDED",
            "end_date_account_restriction": end,
        }
    return declared


def _cut(text: str, most: int) -> str:
    """A text of `most` characters at most, cut between words."""
    return text if len(text) <= most else f"{text[: most - 1].rsplit(' ', 1)[0].rstrip(' .,;:')}…"


def _day(at: datetime) -> str:
    return at.astimezone(PARIS).date().isoformat()
