"""A rulebook at work: which articles match an assessment, and what they decide together.

Rules mostly compare numbers with constants. Two assessments whose numbers fall between the same constants match the
same articles, so answers are remembered under those intervals (and the other facts read, as they are): exact, and far
cheaper than running every condition again. What is remembered is bounded.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rempart.records.assessment import Assessment, ServiceView
from rempart.records.decision import Decision
from rempart.rulebook import proportion
from rempart.rulebook.article import Article, Judgement, ScopedService
from rempart.rulebook.expression import NotATruthValue
from rempart.rulebook.limits import check_limits
from rempart.rulebook.names import NAMES, Value, is_adult
from rempart.rulebook.reading import Entry, Use, read_book
from rempart.rulebook.reasons import Wording, reasons, wordings
from rempart.rulebook.source import RulebookErrors, Source, text_of

REMEMBERED = 1 << 16

_SUFFIX = ".yaml"


class EvaluationFailed(ValueError):
    """An article's condition failed on an assessment; it counts as no match and no answer."""

    def __init__(self, article: str, reason: str) -> None:
        super().__init__(f"article `{article}` cannot be evaluated: {reason}")
        self.article = article


class Rulebook:
    """Articles that decide. Made by `load` or `parse`; pickles as its source, so worker processes can be given it."""

    def __init__(self, source: str, *, file: str = "<rulebook>") -> None:
        """Read, type-check and, when it is `live`, hold a rulebook to the limits. Raises RulebookErrors."""
        parsed = Source(source, file)
        book = read_book(parsed)
        if book.use == "live":
            check_limits(parsed, book)
        if parsed.problems:
            raise RulebookErrors(parsed.problems)
        self.source = source
        self.file = file
        self.name = book.name
        self.version = book.version
        self.use: Use = book.use
        self.languages = book.languages
        self.articles: tuple[Article, ...] = tuple(entry.article for entry in book.entries)
        self._by_id = {article.id: article for article in self.articles}
        scopes = dict.fromkeys(article.conduct_on for article in self.articles)
        self._groups = [
            _Group(scope, [(at, entry) for at, entry in enumerate(book.entries) if entry.article.conduct_on == scope])
            for scope in scopes
        ]
        self._judgements: dict[tuple[tuple[int, ...], bool], Judgement] = {}
        self._wordings: dict[Judgement, tuple[Wording, Wording]] = {}

    def __reduce__(self) -> tuple[Callable[..., "Rulebook"], tuple[str, str]]:
        return parse, (self.source, self.file)

    def __repr__(self) -> str:
        return f"<Rulebook {self.name} {self.version}>"

    def article(self, id: str) -> Article:
        """The article of that id. Raises KeyError."""
        return self._by_id[id]

    def judge(self, assessment: Assessment) -> Judgement:
        """What the rulebook decides, without words and dates. Raises EvaluationFailed."""
        matched: tuple[int, ...] = ()
        for group in self._groups:
            more = group.matching(assessment)
            if more:
                matched = tuple(sorted({*matched, *more})) if matched else more
        key = (matched, is_adult(assessment))
        judgement = self._judgements.get(key)
        if judgement is None:
            if len(self._judgements) >= REMEMBERED:
                self._judgements.clear()
            judgement = proportion.judge([self.articles[at] for at in matched], adult=key[1])
            self._judgements[key] = judgement
        return judgement

    def decide(self, assessment: Assessment, *, at: datetime | None = None) -> Decision:
        """The decision on an assessment, with its reasons in French and English. Raises EvaluationFailed.

        `at` is when the decision is taken, from which its end and review are counted; by default `assessment.as_of`.
        """
        judgement = self.judge(assessment)
        at = at or assessment.as_of
        ends_at = at + judgement.lasts if judgement.lasts is not None else None
        review_at = at + judgement.review_within if judgement.review_within is not None else None
        return Decision(
            about=assessment.about,
            at=at,
            rulebook=self.name,
            version=self.version,
            articles=list(judgement.articles),
            measures=list(judgement.measures),
            mode=judgement.mode,
            approval=judgement.approval,
            ends_at=ends_at,
            review_at=review_at,
            reasons=reasons(self._wording(judgement), ends_at=ends_at, review_at=review_at),
            assessment=assessment,
        )

    def _wording(self, judgement: Judgement) -> tuple[Wording, Wording]:
        wording = self._wordings.get(judgement)
        if wording is None:
            if len(self._wordings) >= REMEMBERED:
                self._wordings.clear()
            wording = wordings(judgement, (self._by_id[id] for id in judgement.because))
            self._wordings[judgement] = wording
        return wording


class _Group:
    """The articles of one `conduct_on`, which look at the same views."""

    def __init__(self, scope: tuple[ScopedService, ...] | None, entries: list[tuple[int, Entry]]) -> None:
        self._scope = scope
        self._entries = entries
        self._scoped_met_on = any(entry.article.met_on is not None for _, entry in entries)
        programs = [entry.program for _, entry in entries]
        names = sorted({name for program in programs for name in program.names})
        self._reads = [(name, NAMES[name].read) for name in names]
        # A number is known by its interval only where every article compares it with constants and no more.
        self._bounds: list[list[float] | None] = [
            sorted({bound for program in programs for bound in program.bounds.get(name, ())})
            if all(name in program.bounds for program in programs if name in program.names)
            else None
            for name in names
        ]
        self._plan = list(zip([read for _, read in self._reads], self._bounds, strict=True))
        self._remembered: dict[tuple[Value, ...], tuple[int, ...]] = {}

    def matching(self, assessment: Assessment) -> tuple[int, ...]:
        """The places of the articles that match, in order."""
        if self._scope is None:
            return self._matching_view(assessment, assessment)
        own = assessment.about.service
        matched: set[int] = set()
        for service in dict.fromkeys(own if named == "own" else named for named in self._scope):
            view = assessment.by_service.get(service)
            if view is not None:
                matched.update(self._matching_view(assessment, view))
        return tuple(sorted(matched))

    def _matching_view(self, assessment: Assessment, view: ServiceView) -> tuple[int, ...]:
        key: list[Value] = [
            read(assessment, view) if bounds is None else bisect_right(bounds, read(assessment, view))
            for read, bounds in self._plan
        ]
        if self._scoped_met_on:
            key += (assessment.about.service, *view.met_on)
        place = tuple(key)
        matched = self._remembered.get(place)
        if matched is None:
            matched = self._evaluate(assessment, view)
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[place] = matched
        return matched

    def _evaluate(self, assessment: Assessment, view: ServiceView) -> tuple[int, ...]:
        values = {name: _for_cel(read(assessment, view)) for name, read in self._reads}
        matched = []
        for at, entry in self._entries:
            if not _met(entry.article.met_on, assessment, view):
                continue
            try:
                if entry.program.holds(values):
                    matched.append(at)
            except NotATruthValue as error:
                raise EvaluationFailed(entry.article.id, str(error)) from error
        return tuple(matched)


def _met(met_on: tuple[ScopedService, ...] | None, assessment: Assessment, view: ServiceView) -> bool:
    if met_on is None:
        return True
    return any((assessment.about.service if named == "own" else named) in view.met_on for named in met_on)


def _for_cel(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def parse(source: str, file: str = "<rulebook>") -> Rulebook:
    """The rulebook that a text holds; `file` is how problems name it. Raises RulebookErrors."""
    return Rulebook(source, file=file)


def shipped() -> list[str]:
    """The names of the rulebooks that come with Rempart; ours, the only live one, first."""
    names = sorted(entry.name.removesuffix(_SUFFIX) for entry in _library().iterdir() if entry.name.endswith(_SUFFIX))
    return sorted(names, key=lambda name: name != "rempart")


def load(name_or_path: str) -> Rulebook:
    """A shipped rulebook by its name, or the one in a file.

    Raises FileNotFoundError when there is neither, RulebookErrors (a list of Problem(file, line, column, message))
    when what is there is refused.
    """
    if name_or_path in shipped():
        return _load_shipped(name_or_path)
    path = Path(name_or_path)
    return parse(text_of(path.read_bytes(), name_or_path), name_or_path)


@cache
def _load_shipped(name: str) -> Rulebook:
    file = name + _SUFFIX
    return parse(text_of(_library().joinpath(file).read_bytes(), file), file)


def _library() -> Any:
    return files("rempart.rulebook") / "library"
