"""Why an article matches an assessment or does not: each term of its condition, with the numbers that it reads."""

from functools import lru_cache

import msgspec

from rempart.records.assessment import Assessment, ServiceView
from rempart.rulebook.article import Article, ScopedService
from rempart.rulebook.expression import Expression, NotATruthValue
from rempart.rulebook.matching import values_of

Read = float | str | bool | list[str]


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """One of the conditions that `&&` joins: its text, whether it holds (None: it failed), and what it read by name."""

    text: str
    holds: bool | None
    read: dict[str, Read]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """How an article looks at an assessment.

    `view` is the conduct service whose numbers were looked at, None for the whole assessment. `scope_holds` is False
    where nothing said lies in the article's scope: on no service that it names, or contact did not begin where it must.
    """

    article: str
    matches: bool
    view: str | None
    scope_holds: bool
    terms: tuple[Term, ...]


def explain(article: Article, assessment: Assessment) -> Explanation:
    """Why an article matches or not. Of several services in its scope, one under which it matches, else the first.

    Where the scope names services of which nothing is said, the terms are those of the whole assessment.
    """
    looked = [_explained(article, assessment, view, name) for name, view in _views(article, assessment)]
    return next((one for one in looked if one.matches), looked[0])


def _views(article: Article, assessment: Assessment) -> list[tuple[str | None, ServiceView]]:
    if article.conduct_on is None:
        return [(None, assessment)]
    named = dict.fromkeys(_service(one, assessment) for one in article.conduct_on)
    found = [(name, assessment.by_service[name]) for name in named if name in assessment.by_service]
    return [*found] or [(None, assessment)]


def _explained(article: Article, assessment: Assessment, view: ServiceView, name: str | None) -> Explanation:
    terms = tuple(_term(one, assessment, view) for one in _terms(article.when))
    inside = (name is not None) == (article.conduct_on is not None)
    met = article.met_on is None or any(_service(one, assessment) in view.met_on for one in article.met_on)
    return Explanation(
        article=article.id,
        matches=inside and met and all(term.holds for term in terms),
        view=name,
        scope_holds=inside and met,
        terms=terms,
    )


def _term(term: Expression, assessment: Assessment, view: ServiceView) -> Term:
    values = values_of(sorted(term.names), assessment, view)
    holds: bool | None
    try:
        holds = term.holds(values)
    except NotATruthValue:
        holds = None
    read = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return Term(text=" ".join(term.source.split()), holds=holds, read=read)


def _service(named: ScopedService, assessment: Assessment) -> str:
    return assessment.about.service if named == "own" else named


@lru_cache(maxsize=512)
def _terms(when: str) -> tuple[Expression, ...]:
    return tuple(Expression(when).terms())
