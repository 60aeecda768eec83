"""How two rulebooks would treat the same account: what each requires of one assessment, and why they part."""

from collections.abc import Collection
from datetime import timedelta
from typing import Literal, NamedTuple

import msgspec

from rempart.records.assessment import Assessment
from rempart.records.vocabulary import Approval, Measure, Mode
from rempart.rulebook import proportion
from rempart.rulebook.article import Article, Judgement
from rempart.rulebook.book import Rulebook
from rempart.rulebook.explaining import Explanation, explain
from rempart.rulebook.names import is_adult

Direction = Literal["stricter", "lighter", "otherwise"]
Kind = Literal["begins_to_match", "no_longer_matches", "new", "gone", "asks_otherwise"]

_ASKED = ("measure", "mode", "approval", "lasts", "answers")


class Treatment(msgspec.Struct, frozen=True, kw_only=True):
    """What a rulebook requires; `lasts` is None without an end, and where nothing is required."""

    articles: tuple[str, ...]
    measures: tuple[Measure, ...]
    mode: Mode
    approval: Approval | None
    lasts: timedelta | None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """An article by which the rulebooks part, with how each looks at the assessment (None where it has no such one)."""

    article: str
    title: dict[str, str]
    kind: Kind
    before: Explanation | None
    after: Explanation | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """An account that two rulebooks treat differently.

    `direction` is how the second treats it beside the first: by the heaviest measure on which they differ, then by how
    long the same measures last; `otherwise` when only the mode or the approval is another.
    """

    direction: Direction
    before: Treatment
    after: Treatment
    because: tuple[Why, ...]


def difference(
    before: Rulebook, after: Rulebook, assessment: Assessment, *, spent: Collection[str] = ()
) -> Difference | None:
    """How two rulebooks part on an assessment; None when both ask for the same measures, as long, by as many people.

    spent: articles, by id, that may not fire again on this account. Raises EvaluationFailed.
    """
    first, second = sides = [_Side(book, _treatment(book, assessment, spent)) for book in (before, after)]
    direction = _direction(first.treatment, second.treatment)
    if direction is None:
        return None
    titles = {article.id: article.title for side in sides for article in side.book.articles}
    found = (_why(id, title, first, second, assessment) for id, title in titles.items())
    return Difference(
        direction=direction,
        before=first.treatment,
        after=second.treatment,
        because=tuple(why for why in found if why is not None),
    )


class _Side(NamedTuple):
    """One of the two rulebooks, with what it requires."""

    book: Rulebook
    treatment: Treatment

    def article(self, id: str) -> Article | None:
        return next((article for article in self.book.articles if article.id == id), None)

    def matches(self, id: str) -> bool:
        return id in self.treatment.articles


def _treatment(book: Rulebook, assessment: Assessment, spent: Collection[str]) -> Treatment:
    judgement: Judgement = book.judge(assessment)
    if any(id in spent for id in judgement.articles):
        left = [book.article(id) for id in judgement.articles if id not in spent]
        judgement = proportion.judge(left, adult=is_adult(assessment))
    return Treatment(
        articles=judgement.articles,
        measures=judgement.measures,
        mode=judgement.mode,
        approval=judgement.approval,
        lasts=judgement.lasts,
    )


def _direction(before: Treatment, after: Treatment) -> Direction | None:
    weights = [
        sorted((proportion.WEIGHT[measure] for measure in one.measures), reverse=True) for one in (before, after)
    ]
    if weights[0] != weights[1]:
        return "stricter" if weights[1] > weights[0] else "lighter"
    if not before.measures:
        return None
    lengths = [one.lasts or timedelta.max for one in (before, after)]
    if lengths[0] != lengths[1]:
        return "stricter" if lengths[1] > lengths[0] else "lighter"
    return None if (before.mode, before.approval) == (after.mode, after.approval) else "otherwise"


def _why(id: str, title: dict[str, str], first: _Side, second: _Side, assessment: Assessment) -> Why | None:
    old, new = first.article(id), second.article(id)
    kind: Kind
    if not first.matches(id) and not second.matches(id):
        return None
    if not first.matches(id):
        kind = "begins_to_match" if old is not None else "new"
    elif not second.matches(id):
        kind = "no_longer_matches" if new is not None else "gone"
    elif any(getattr(old, name) != getattr(new, name) for name in _ASKED):
        kind = "asks_otherwise"
    else:
        return None
    return Why(
        article=id,
        title=title,
        kind=kind,
        before=explain(old, assessment) if old is not None else None,
        after=explain(new, assessment) if new is not None else None,
    )
