"""Proportion: from the articles that match to the lightest measures that answer every risk they name.

Each matching article asks for its own measure against its own risks. A heavier measure that some other article needs
anyway may answer those risks too, by the table below; then the lighter one is dropped. A lighter measure never stands
in for a heavier one that an article asks for, so the set is found from the heaviest down, is unique, and none of its
measures can be dropped (proportionality: DSA Art. 14(4)).
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Literal

from rempart.records.vocabulary import MEASURES, Measure
from rempart.rulebook.article import APPROVALS, RISKS, Article, Judgement, Risk

WEIGHT: dict[Measure, int] = {measure: place for place, measure in enumerate(MEASURES)}

ANSWERS: dict[Measure, frozenset[Risk]] = {
    "watch": frozenset(),
    "no_recommendation": frozenset({"reach"}),
    "no_contact_with_minors": frozenset({"contact"}),
    "no_new_contacts": frozenset({"contact"}),
    "no_live": frozenset({"live"}),
    "no_monetisation": frozenset({"money"}),
    "read_only": frozenset({"contact", "live", "tampering"}),
    "suspend": frozenset(RISKS),
}
"""The risks that a measure answers for articles that ask for a lighter one. `watch` stops nothing by itself; an account
that is `read_only` can neither write, go live nor delete, but what it published is still shown and still earns."""


def answered(risk: Risk, asked: Measure, taken: Iterable[Measure]) -> bool:
    """Whether the measures `taken` answer the risk of an article that asks for the measure `asked`."""
    return any(measure == asked or (WEIGHT[measure] > WEIGHT[asked] and risk in ANSWERS[measure]) for measure in taken)


def lightest(requests: Iterable[tuple[Risk, Measure]]) -> list[Measure]:
    """The lightest set that answers every (risk, measure asked for), lightest measure first."""
    taken: list[Measure] = []
    for risk, asked in sorted(requests, key=lambda request: -WEIGHT[request[1]]):
        if not answered(risk, asked, taken):
            taken.append(asked)
    return sorted(taken, key=WEIGHT.__getitem__)


def measure_for(article: Article, *, adult: bool) -> Measure:
    """The measure that an article takes. Keeping a minor from other minors would cut them from their friends: they, and
    accounts of unknown age, lose the first word to new people instead."""
    if article.measure == "no_contact_with_minors" and not adult:
        return "no_new_contacts"
    return article.measure


def judge(articles: Sequence[Article], *, adult: bool) -> Judgement:
    """What the matching articles decide together.

    `adult` is whether the respondent is known to be 18 or over: anyone else needs two reviewers, whatever the articles
    say. The approval is the strictest of all that match. The decision is final when every measure taken rests on a
    final article, else preventive. Each measure may last as long as the longest article that takes it; the decision
    ends, and is reviewed, with the first. A measure that only a final article asks for, beside preventive ones, lasts
    no longer than they do: the final decision is then taken by itself.
    """
    if not articles:
        return Judgement()
    asked = [(article, measure_for(article, adult=adult)) for article in articles]
    measures = lightest((risk, measure) for article, measure in asked for risk in article.answers)
    resting = {taken: [article for article, measure in asked if measure == taken] for taken in measures}
    final = all(any(article.mode == "final" for article in on) for on in resting.values())
    mode: Literal["preventive", "final"] = "final" if final else "preventive"
    own = [[article for article in on if article.mode == mode] for on in resting.values()]
    counted = [on for on in own if on]
    because = {article.id for on in counted for article in on}
    approval = max((article.approval for article in articles), key=APPROVALS.index)
    reviews = [article.review_within for on in counted for article in on if article.review_within is not None]
    return Judgement(
        articles=tuple(article.id for article in articles),
        measures=tuple(measures),
        because=tuple(article.id for article in articles if article.id in because),
        final_pending=len(counted) < len(own),
        mode=mode,
        approval=approval if adult else "two_reviewers",
        lasts=_earliest(_longest(on) for on in counted),
        review_within=min(reviews, default=None),
    )


def _longest(articles: Iterable[Article]) -> timedelta | None:
    lasting = [article.lasts for article in articles]
    return None if None in lasting else max(lasts for lasts in lasting if lasts is not None)


def _earliest(ends: Iterable[timedelta | None]) -> timedelta | None:
    return min((end for end in ends if end is not None), default=None)
