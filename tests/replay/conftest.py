"""Builders of small waves and of rulebooks with articles of one line."""

from datetime import UTC, datetime, timedelta

import pytest

from rempart import records
from rempart.rulebook import Rulebook, parse

START = datetime(2026, 3, 4, 17, tzinfo=UTC)

_ARTICLE = """
  - id: {id}
    title: {{fr: Titre, en: Title}}
    text: {{fr: Texte., en: Text.}}
    scope: {{conduct_on: any, met_on: any}}
    when: {when}
    answers: {answers}
    measure: {measure}
    mode: {mode}
    approval: two_reviewers
    right_of_reply: true
    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
      keywords: [KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS]
"""
_ENDS = """    lasts: {lasts}
    renewable: 0
    review_within: 1d
"""
_ANSWERS = {
    "watch": "contact",
    "no_recommendation": "reach",
    "no_new_contacts": "contact",
    "no_live": "live",
    "suspend": "[contact, reach, live, money, tampering]",
}


@pytest.fixture
def received():
    """received("leo", hours=2, stance="relay"): a testimony about an account, that many hours after the beginning."""
    number = 0

    def build(handle: str, hours: float = 0, stance: str = "testimony", **fields) -> records.Testimony:
        nonlocal number
        number += 1
        about = fields.pop("about", records.AccountReference("tiktok", handle))
        return records.Testimony(
            **{
                "id": f"t{number}",
                "received_at": START + timedelta(hours=hours),
                "channel": "form",
                "about": about,
                "stance": stance,
                "conduct": ["nude_request"],
                "reporter": records.Reporter(id=f"r{number}"),
                **fields,
            }
        )

    return build


@pytest.fixture
def truth():
    """truth(leo=True, mia=False): who is guilty."""

    def build(**guilty: bool) -> list[records.Truth]:
        return [
            records.Truth(about=records.AccountReference("tiktok", handle), guilty=known)
            for handle, known in guilty.items()
        ]

    return build


@pytest.fixture(scope="session")
def book():
    """book(("accused", "testimonies >= 1", "suspend", "14d")): a rulebook to compare; no duration makes it final."""

    def build(*articles: tuple[str, str, str, str | None], name: str = "small") -> Rulebook:
        text = f"name: {name}\nversion: 2026-11-22\nlanguages: [fr, en]\nuse: replay_only\narticles:"
        for id, when, measure, lasts in articles:
            mode = "final" if lasts is None else "preventive"
            text += _ARTICLE.format(id=id, when=when, answers=_ANSWERS[measure], measure=measure, mode=mode)
            text += _ENDS.format(lasts=lasts) if lasts else ""
        return parse(text)

    return build
