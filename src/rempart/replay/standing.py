"""Where one account stands under one rulebook as time goes on: what was decided, what is in force, what may fire.

An article fires at most once by itself on an account: while its measure is in force it is not renewed, and after a
lapse acting again would need a second person. An article that comes to match while a heavier measure already answers
its risks has nothing to add; it may fire later, once that measure has lapsed.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from rempart.records import AccountReference, Assessment, Measure
from rempart.records.vocabulary import Mode
from rempart.rulebook import Article, Judgement, Rulebook
from rempart.rulebook.names import is_adult
from rempart.rulebook.proportion import answered, judge, measure_for

NEVER = datetime.min.replace(tzinfo=UTC)
FOREVER = datetime.max.replace(tzinfo=UTC)


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
    """One account under one rulebook, told of every action in order of time.

    `restrained_until`: while a moment is before, some measure except `watch` is in force. `quiet_until`: while a moment
    is before, no article can add anything, whatever is received.
    """

    __slots__ = ("actions", "fired", "quiet_until", "restrained_until")

    def __init__(self) -> None:
        self.actions: list[Action] = []
        self.fired: set[str] = set()
        self.quiet_until = NEVER
        self.restrained_until = NEVER

    @property
    def ever_restrained(self) -> bool:
        """Whether any measure except `watch` was ever taken."""
        return self.restrained_until > NEVER

    @property
    def suspended(self) -> bool:
        """Whether `suspend` was ever taken."""
        return any("suspend" in action.measures for action in self.actions)

    def add(self, action: Action, rulebook: Rulebook, *, adult: bool) -> None:
        """Record what was just decided."""
        self.actions.append(action)
        self.fired.update(action.articles)
        if action.restrains:
            self.restrained_until = max(self.restrained_until, action.ends_at or FOREVER)
        unfired = [article for article in rulebook.articles if article.id not in self.fired]
        if not unfired:
            self.quiet_until = FOREVER
        elif not self._adding(unfired, action.at, adult=adult):
            ends = (taken.ends_at or FOREVER for taken in self.actions if taken.in_force(action.at))
            self.quiet_until = min(ends, default=NEVER)

    def absorb(self, other: "Standing") -> None:
        """Take over what was decided on another account that turns out to be the same."""
        self.actions = sorted([*self.actions, *other.actions], key=lambda action: action.at)
        self.fired |= other.fired
        self.restrained_until = max(self.restrained_until, other.restrained_until)
        self.quiet_until = NEVER

    def still_needed(self, judgement: Judgement, rulebook: Rulebook, assessment: Assessment) -> Judgement:
        """What is left of a judgement once the articles that have fired, and those already answered, are set aside."""
        fresh = [rulebook.article(id) for id in judgement.articles if id not in self.fired]
        if not fresh:
            return Judgement()
        adult = is_adult(assessment)
        return judge(self._adding(fresh, assessment.as_of, adult=adult), adult=adult)

    def _adding(self, articles: Iterable[Article], moment: datetime, *, adult: bool) -> list[Article]:
        """Those that ask for something which the measures in force do not answer."""
        taken = [measure for action in self.actions if action.in_force(moment) for measure in action.measures]
        return [
            article
            for article in articles
            if not all(answered(risk, measure_for(article, adult=adult), taken) for risk in article.answers)
        ]


def act(rulebook: Rulebook, standing: Standing | None, assessment: Assessment) -> Action | None:
    """What a rulebook does at `assessment.as_of`, if anything; `standing` is None where nothing was decided yet.

    Raises EvaluationFailed.
    """
    judgement = rulebook.judge(assessment)
    if standing is not None and judgement.articles:
        judgement = standing.still_needed(judgement, rulebook, assessment)
    if not judgement.measures:
        return None
    at = assessment.as_of
    return Action(
        about=assessment.about,
        at=at,
        articles=judgement.articles,
        measures=judgement.measures,
        mode=judgement.mode,
        ends_at=later(at, judgement.lasts) if judgement.lasts is not None else None,
    )


def later(moment: datetime, by: timedelta) -> datetime:
    """The moment that comes `by` later, or the last one that can be written."""
    try:
        return moment + by
    except OverflowError:
        return FOREVER
