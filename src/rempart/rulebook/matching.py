"""Which articles match an assessment, without running every condition each time.

A condition is split into the terms that `&&` joins, and the terms of all articles are gathered by the names that they
read. For each such set of names, the answer of all its terms is one bit an article, remembered under the values read;
a number that terms only compare with constants is remembered by the interval between those constants. An article
matches when no term says no: the bits of each set, ANDed. This is exact: CEL itself gave every answer remembered, and
its `&&` is false when any term is, whatever fails beside it. What is remembered is bounded.
"""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from rempart.records.assessment import Assessment, ServiceView
from rempart.rulebook.article import ScopedService
from rempart.rulebook.expression import Expression, NotATruthValue
from rempart.rulebook.names import NAMES, Value
from rempart.rulebook.reading import Entry

REMEMBERED = 1 << 16


class EvaluationFailed(ValueError):
    """An article's condition failed on an assessment: that is neither a match nor a refusal to match."""

    def __init__(self, article: str, reason: str) -> None:
        super().__init__(f"article `{article}` cannot be evaluated: {reason}")
        self.article = article


class Matcher:
    """Matches the articles of one rulebook. Masks have one bit an article, by its place."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        scopes = dict.fromkeys(entry.article.conduct_on for entry in entries)
        self._groups = [
            (scope, _Group(entries, [at for at, entry in enumerate(entries) if entry.article.conduct_on == scope]))
            for scope in scopes
        ]

    def matching(self, assessment: Assessment) -> int:
        """The mask of the articles that match. Raises EvaluationFailed."""
        matched = 0
        for scope, group in self._groups:
            if scope is None:
                matched |= group.matching(assessment, assessment)
                continue
            for service in dict.fromkeys(assessment.about.service if named == "own" else named for named in scope):
                view = assessment.by_service.get(service)
                if view is not None:
                    matched |= group.matching(assessment, view)
        return matched


class _Group:
    """The articles of one `conduct_on`, which look at the same views."""

    def __init__(self, entries: Sequence[Entry], places: list[int]) -> None:
        self._entries = entries
        self._all = sum(1 << at for at in places)
        self._width = len(entries)
        terms: dict[tuple[str, ...], list[tuple[int, Expression]]] = {}
        for at in places:
            for term in entries[at].program.terms():
                terms.setdefault(tuple(sorted(term.names)), []).append((at, term))
        # Sets that many articles read are looked at first: they rule out most.
        ordered = sorted(terms.items(), key=lambda item: -len(item[1]))
        self._axes = [_Axis(names, at_terms, self._width) for names, at_terms in ordered]
        self._scoped = [(at, scope) for at in places if (scope := entries[at].article.met_on) is not None]
        self._met: dict[tuple[str, ...], int] = {}

    def matching(self, assessment: Assessment, view: ServiceView) -> int:
        """The mask of the articles that match one view."""
        everything = self._all
        mask = everything | everything << self._width
        if self._scoped:
            mask &= self._where_met(assessment, view)
        for axis in self._axes:
            if not mask & everything:
                return 0
            bounds = axis.bounds
            if bounds is not None:
                key: Any = bisect_right(bounds, axis.read(assessment, view))
            else:
                key = axis.key(assessment, view)
            known = axis.remembered.get(key)
            mask &= axis.learn(key, assessment, view) if known is None else known
        matched = mask & everything
        if failed := matched & ~(mask >> self._width):
            self._explain(failed, assessment, view)
        return matched

    def _where_met(self, assessment: Assessment, view: ServiceView) -> int:
        key = (assessment.about.service, *view.met_on)
        mask = self._met.get(key)
        if mask is None:
            mask = (1 << 2 * self._width) - 1
            for at, scope in self._scoped:
                if not _met(scope, assessment, view):
                    mask &= ~(1 << at)
            _remember(self._met, key, mask)
        return mask

    def _explain(self, failed: int, assessment: Assessment, view: ServiceView) -> None:
        for at, entry in enumerate(self._entries):
            if failed >> at & 1:
                try:
                    entry.program.holds(values_of(sorted(entry.program.names), assessment, view))
                except NotATruthValue as error:
                    raise EvaluationFailed(entry.article.id, str(error)) from error


class _Axis:
    """The terms that read the same names, of all articles of a group.

    An answer is two masks, one above the other: the articles that no term here rules out, and those of which no term
    here failed. `bounds` is given where a single number is read and every term only compares it with constants.
    """

    def __init__(self, names: tuple[str, ...], terms: list[tuple[int, Expression]], width: int) -> None:
        self._names = names
        self._terms = terms
        self._width = width
        self._reads = [(NAMES[name].read, _common_bounds(name, terms)) for name in names]
        alone = len(names) == 1
        self.bounds: list[float] | None = self._reads[0][1] if alone else None
        self.read: Any = self._reads[0][0] if alone else None
        self.remembered: dict[Any, int] = {}

    def key(self, assessment: Assessment, view: ServiceView) -> Any:
        """What the terms can tell apart of an assessment."""
        if self.read is not None:
            return self.read(assessment, view)
        return tuple(
            read(assessment, view) if bounds is None else bisect_right(bounds, _number(read(assessment, view)))
            for read, bounds in self._reads
        )

    def learn(self, key: Any, assessment: Assessment, view: ServiceView) -> int:
        """The answer for a key that is not known yet."""
        values = values_of(self._names, assessment, view)
        mask = (1 << 2 * self._width) - 1
        for at, term in self._terms:
            try:
                if not term.holds(values):
                    mask &= ~(1 << at)
            except NotATruthValue:
                mask &= ~(1 << at + self._width)
        _remember(self.remembered, key, mask)
        return mask


def _common_bounds(name: str, terms: list[tuple[int, Expression]]) -> list[float] | None:
    if any(name not in term.bounds for _, term in terms):
        return None
    return sorted({bound for _, term in terms for bound in term.bounds[name]})


def _remember(memory: dict[Any, int], key: Any, mask: int) -> None:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = mask


def _met(scope: tuple[ScopedService, ...], assessment: Assessment, view: ServiceView) -> bool:
    return any((assessment.about.service if named == "own" else named) in view.met_on for named in scope)


def values_of(names: Sequence[str], assessment: Assessment, view: ServiceView) -> dict[str, Value]:
    """The values of names as CEL takes them: numbers as doubles, lists as lists."""
    return {name: _for_cel(name, NAMES[name].read(assessment, view)) for name in names}


def _for_cel(name: str, value: Value) -> Any:
    if NAMES[name].kind == "number":
        return _number(value)
    return list(value) if isinstance(value, tuple) else value


def _number(value: Value) -> float:
    if isinstance(value, (str, tuple)):
        raise TypeError(f"{value!r} is no number")
    return float(value)
