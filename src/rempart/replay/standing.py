"""Where one account stands under one rulebook as time goes on: what was decided, what is in force, what may fire.

An article fires at most once by itself on an account: while its measure is in force it is not renewed, and after a
lapse acting again would need a second person. An article that comes to match while a heavier measure already answers
its risks has nothing to add; it may fire later, once that measure has lapsed.
"""

from datetime import datetime

import msgspec

from rempart.records import AccountReference, Assessment, Measure
from rempart.records.vocabulary import Mode
from rempart.rulebook import Judgement, Rulebook
from rempart.rulebook.names import is_adult
from rempart.rulebook.proportion import answered, judge, measure_for


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Measures that a rulebook takes on an account from `at` until `ends_at` (None: they are final and last)."""

    about: AccountReference
    at: datetime
    articles: tuple[str, ...]
    measures: tuple[Measure, ...]
    mode: Mode
    ends_at: datetime | None

    def in_force(self, moment: datetime) -> bool:
        """Whether the measures bind at that moment: begins ≤ now < ends."""
        return self.at <= moment and (self.ends_at is None or moment < self.ends_at)

    @property
    def restrains(self) -> bool:
        """Whether any of the measures does more than watch."""
        return self.measures != ("watch",)


class Standing:
    """One account under one rulebook."""

    __slots__ = ("actions", "fired")

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.fired: set[str] = set()

    def restrained(self, moment: datetime) -> bool:
        """Whether any measure except `watch` is in force."""
        return any(action.restrains and action.in_force(moment) for action in self.actions)

    @property
    def ever_restrained(self) -> bool:
        """Whether any measure except `watch` was ever taken."""
        return any(action.restrains for action in self.actions)

    @property
    def suspended(self) -> bool:
        """Whether `suspend` was ever taken."""
        return any("suspend" in action.measures for action in self.actions)

    def absorb(self, other: "Standing") -> None:
        """Take over what was decided on another account that turns out to be the same."""
        self.actions = sorted([*self.actions, *other.actions], key=lambda action: action.at)
        self.fired |= other.fired

    def add(self, action: Action) -> None:
        """Record what was just decided."""
        self.actions.append(action)
        self.fired.update(action.articles)

    def still_needed(self, judgement: Judgement, rulebook: Rulebook, assessment: Assessment) -> Judgement:
        """What is left of a judgement once the articles that have fired, and those already answered, are set aside."""
        fresh = [rulebook.article(id) for id in judgement.articles if id not in self.fired]
        if not fresh:
            return Judgement()
        moment, adult = assessment.as_of, is_adult(assessment)
        taken = [measure for action in self.actions if action.in_force(moment) for measure in action.measures]
        needed = [
            article
            for article in fresh
            if not all(answered(risk, measure_for(article, adult=adult), taken) for risk in article.answers)
        ]
        return judge(needed, adult=adult)


def act(rulebook: Rulebook, standing: Standing | None, assessment: Assessment) -> Action | None:
    """What a rulebook does at `assessment.as_of`, if anything, on an account that stands so (None: unmeasured).

    Raises EvaluationFailed.
    """
    judgement = rulebook.judge(assessment)
    if standing is not None and judgement.articles:
        judgement = standing.still_needed(judgement, rulebook, assessment)
    if not judgement.measures:
        return None
    return Action(
        about=assessment.about,
        at=assessment.as_of,
        articles=judgement.articles,
        measures=judgement.measures,
        mode=judgement.mode,
        ends_at=assessment.as_of + judgement.lasts if judgement.lasts is not None else None,
    )
