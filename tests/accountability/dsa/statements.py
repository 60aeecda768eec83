"""Statements of reasons for tests: one that is taken, and decisions of every kind that Rempart can take."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from rempart.casework.statements import fields
from rempart.pages.labels import SERVICE
from rempart.records.vocabulary import CHANNELS, CONDUCTS
from rempart.rulebook import load, shipped
from rempart.rulebook.article import Article, Legal
from rempart.rulebook.dsa import CATEGORIES, GROUNDS, KEYWORDS

BOOKS = {name: load(name) for name in shipped()}
ARTICLES = [(name, article) for name, book in BOOKS.items() for article in book.articles]
GOOD: dict[str, Any] = {
    "decision_account": "DECISION_ACCOUNT_SUSPENDED",
    "end_date_account_restriction": "2026-12-07",
    "category": "STATEMENT_CATEGORY_PROTECTION_OF_MINORS",
    "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
    "incompatible_content_ground": "Contact",
    "incompatible_content_explanation": "The account has no contact with minors.",
    "content_type": ["CONTENT_TYPE_OTHER"],
    "content_type_other": "Account",
    "content_date": "2026-11-23",
    "application_date": "2026-11-23",
    "territorial_scope": ["FR"],
    "decision_facts": "A precaution.",
    "source_type": "SOURCE_ARTICLE_16",
    "automated_detection": "No",
    "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    "puid": "rempart-1-00000000",
}
"""A statement that the database takes."""


def changed(**changes: Any) -> dict[str, Any]:
    """The good statement with other values; `...` leaves a field out."""
    return {name: value for name, value in (GOOD | changes).items() if value is not ...}


LETTERS = st.characters(exclude_categories=["Cs", "Cc", "Nd"], exclude_characters="@#/:")
TEXT = st.text(LETTERS, min_size=1, max_size=900)
LEGALS = st.one_of(
    st.none(),
    st.builds(
        Legal,
        ground=st.sampled_from(sorted(GROUNDS)),
        category=st.sampled_from(sorted(CATEGORIES)),
        keywords=st.lists(st.sampled_from(sorted(KEYWORDS)), max_size=4, unique=True).map(tuple),
    ),
)


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """An article shipped, or one that somebody else may write: any ground, category, keywords, length of words."""
    article = draw(st.sampled_from(ARTICLES))[1]
    if draw(st.booleans()):
        return article
    words = {"title": {"fr": "Titre", "en": draw(TEXT)}, "text": {"fr": "Texte", "en": draw(TEXT) * 3}}
    kept = {name: getattr(article, name) for name in article.__struct_fields__}
    return Article(**(kept | words | {"legal": draw(LEGALS)}))


@st.composite
def decisions(draw: st.DrawFn) -> fields.Grounds:
    """A decision as a statement is made from it: any measure, mode, age, ground, duration, approval and channel."""
    chosen = draw(st.lists(articles(), min_size=1, max_size=4))
    mode = draw(st.sampled_from(["preventive", "final"]))
    measures = draw(st.lists(st.sampled_from(sorted(fields.KINDS)), min_size=1, unique=True))
    begins = draw(st.datetimes(datetime(2020, 1, 2), datetime(2037, 12, 1), timezones=st.just(UTC)))
    longest = timedelta(days=90) if mode == "preventive" else timedelta(days=9000)
    ends = begins + draw(st.timedeltas(timedelta(minutes=1), longest))
    ends = None if mode == "final" and draw(st.booleans()) else ends
    return fields.Grounds(
        number=f"rempart-{draw(st.integers(1, 10**12))}",
        mode=mode,
        measures={one: [chosen[0].id] for one in measures} | draw(st.sampled_from([{}, {"watch": [chosen[0].id]}])),
        articles=chosen,
        rulebook="rempart",
        version="2026-11-22",
        digest="0" * 64,
        begins_at=begins,
        ends_at=ends,
        review_due=begins + (ends - begins) / 2 if mode == "preventive" and ends else None,
        told=fields.Told(
            conduct=tuple(draw(st.lists(st.sampled_from(CONDUCTS), unique=True))),
            months=("2020-06",),
            services=tuple(draw(st.lists(st.sampled_from(sorted(set(SERVICE) - {"unknown"})), unique=True))),
            agreed=({"fr": "Écrit par @lea.b", "en": "Written by @lea.b"},),
        ),
        channels=frozenset(draw(st.lists(st.sampled_from(CHANNELS), unique=True))),
        approval=draw(st.sampled_from(["automatic", "one_reviewer", "two_reviewers"])),
        adult=draw(st.booleans()),
        redress=fields.Redress(
            reply_until=begins + timedelta(days=14),
            complaint_until=begins + timedelta(days=184),
            body_name="",
            body_url="https://example.org/disputes",
        ),
        explanation={"fr": "@leo.vrtx a écrit à lea@example.org.", "en": "@leo.vrtx wrote to lea@example.org."},
        held=fields.Held(amount=Decimal("12.5"), currency="EUR", as_of=begins),
    )
