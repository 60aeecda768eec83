"""Builders of assessments and rulebooks for the tests of this room."""

import textwrap
from datetime import UTC, datetime

import pytest
from hypothesis import strategies as st

from rempart.records import AccountFacts, AccountReference, Assessment, ServiceView
from rempart.records.vocabulary import CONDUCTS

NUMBERS = {
    "testimonies": 4,
    "relays": 1,
    "disputes": 0,
    "credibility": 0.9,
    "independent_sources": 3.2,
    "coordination": 0.05,
    "severity": 3,
    "conduct": ["nude_request"],
    "met_on": ["tiktok"],
    "complainant_minors": 2,
    "by_channel": {"public_post": 5},
}
SERVICES = ("tiktok", "snapchat", "instagram")
DRAWN = {
    "testimonies": st.integers(0, 5),
    "relays": st.integers(0, 5),
    "disputes": st.integers(0, 5),
    "credibility": st.floats(0, 1),
    "independent_sources": st.floats(0, 6),
    "coordination": st.floats(0, 1),
    "severity": st.integers(0, 4),
    "conduct": st.lists(st.sampled_from(CONDUCTS), unique=True, max_size=4),
    "met_on": st.lists(st.sampled_from(SERVICES), unique=True),
    "complainant_minors": st.integers(0, 4),
    "by_channel": st.dictionaries(st.sampled_from(["form", "trusted_flagger"]), st.integers(0, 3)),
    "verified_evidence": st.integers(0, 4),
    "refuted_evidence": st.integers(0, 2),
}
FACTS = st.builds(
    AccountFacts,
    reach=st.none() | st.integers(0, 10**6),
    monetised=st.none() | st.booleans(),
    age_band=st.sampled_from([None, "13_15", "16_17", "18_plus"]),
)
st.register_type_strategy(
    Assessment,
    st.builds(
        Assessment,
        about=st.builds(AccountReference, st.sampled_from(SERVICES), st.just("leo.vrtx")),
        as_of=st.just(datetime(2020, 6, 18, 10, tzinfo=UTC)),
        first_at=st.none() | st.just(datetime(2020, 6, 17, 18, tzinfo=UTC)),
        account=st.none() | FACTS,
        **DRAWN,
    ),
)

ARTICLE = """
  - id: {id}
    title: {{fr: Un titre, en: A title}}
    text: {{fr: Un texte, en: A text}}
    scope:
      conduct_on: {conduct_on}
      met_on: {met_on}
    when: {when}
    answers: {answers}
    measure: {measure}
    mode: {mode}
    approval: {approval}
    lasts: {lasts}
    renewable: {renewable}
    review_within: {review_within}
    right_of_reply: {right_of_reply}
    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
"""
USUAL = {
    "conduct_on": "any",
    "met_on": "any",
    "when": "severity >= 2",
    "answers": "contact",
    "measure": "no_contact_with_minors",
    "mode": "preventive",
    "approval": "one_reviewer",
    "lasts": "14d",
    "renewable": "2",
    "review_within": "7d",
    "right_of_reply": "true",
}


@pytest.fixture(scope="session")
def assessment():
    """A credible account of several people, an adult unless told otherwise."""

    def build(*, age="18_plus", about="tiktok", by_service=None, account=None, **numbers) -> Assessment:
        return Assessment(
            about=AccountReference(about, "leo.vrtx"),
            as_of=datetime(2020, 6, 18, 10, tzinfo=UTC),
            by_service={name: ServiceView(**{**NUMBERS, **view}) for name, view in (by_service or {}).items()},
            account=account or AccountFacts(age_band=age),
            **{**NUMBERS, **numbers},
        )

    return build


@pytest.fixture(scope="session")
def book():
    """The text of a rulebook, from what is unusual about its articles."""

    def build(*articles: dict[str, str], use: str = "live", without: tuple[str, ...] = ()) -> str:
        text = f"name: tried\nversion: 2026-11-22\nlanguages: [fr, en]\nuse: {use}\n\narticles:"
        for number, article in enumerate(articles or ({},), start=1):
            text += textwrap.dedent(ARTICLE.format(**{"id": f"a{number}", **USUAL, **article})).replace("\n", "\n  ")
        return "\n".join(
            line for line in text.splitlines() if line.strip() and line.strip().split(":")[0] not in without
        )

    return build
