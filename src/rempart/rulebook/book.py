"""A rulebook at work: read once, it judges and decides; and the rulebooks that are shipped."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from rempart.records.assessment import Assessment
from rempart.records.decision import Decision
from rempart.rulebook import proportion
from rempart.rulebook.article import Article, Judgement
from rempart.rulebook.limits import check_limits
from rempart.rulebook.matching import REMEMBERED, Matcher
from rempart.rulebook.names import is_adult
from rempart.rulebook.reading import Use, read_book
from rempart.rulebook.reasons import Wording, reasons, wordings
from rempart.rulebook.source import RulebookErrors, Source, text_of

_SUFFIX = ".yaml"


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
        self._matcher = Matcher(book.entries)
        self._judgements: dict[tuple[int, bool], Judgement] = {}
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
        key = (self._matcher.matching(assessment), is_adult(assessment))
        judgement = self._judgements.get(key)
        if judgement is None:
            if len(self._judgements) >= REMEMBERED:
                self._judgements.clear()
            matched = [article for at, article in enumerate(self.articles) if key[0] >> at & 1]
            judgement = proportion.judge(matched, adult=key[1])
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
