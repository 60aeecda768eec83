"""The figures of a rulebook that can be tried otherwise, and the same rulebook with another figure in their place.

A parameter is a number that an article's condition compares with a constant (`credibility >= 0.85`), or one of its
lengths of time (`lasts`, `review_within`). It is changed in the text itself, so a variant is read, type-checked and
held to the limits like any rulebook: what could not be put in force cannot be tried.
"""

import difflib
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import cast

import msgspec
import yaml

from rempart.rulebook.book import Rulebook, parse
from rempart.rulebook.names import NAMES
from rempart.rulebook.reading import Entry, read_book
from rempart.rulebook.source import Source

DURATIONS = ("lasts", "review_within")

Setting = Decimal | timedelta


class UnknownParameter(ValueError):
    """A parameter that the rulebook does not have, or not once; the message says which and why."""


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of an article: `name` is a number of its condition or a length of time, `value` what it is now.

    `sign` is how the condition compares the number with it; None for a length of time.
    """

    article: str
    name: str
    sign: str | None
    value: Setting

    @property
    def path(self) -> str:
        """How commands name it: `article.name`."""
        return f"{self.article}.{self.name}"

    @property
    def is_duration(self) -> bool:
        """Whether it is a length of time."""
        return isinstance(self.value, timedelta)


def parameters(book: Rulebook) -> list[Parameter]:
    """Every figure of a rulebook that can be tried otherwise, in the order of its text."""
    found = []
    for entry in _entries(book):
        names = [*sorted(name for name in entry.program.names if NAMES[name].kind == "number"), *DURATIONS]
        for name in names:
            try:
                found.append(_parameter(entry, name))
            except UnknownParameter:
                continue
    return found


def parameter(book: Rulebook, path: str) -> Parameter:
    """The figure that `article.name` names. Raises UnknownParameter, saying what is wrong."""
    entry, name = _named(book, path)
    return _parameter(entry, name)


def variants(book: Rulebook, varied: Parameter, values: Iterable[Setting]) -> list[Rulebook]:
    """The rulebook once for each value of a parameter, otherwise word for word the same.

    Raises UnknownParameter, and RulebookErrors where a value breaks a limit that live rulebooks are held to.
    """
    entry, name = _named(book, varied.path)
    _parameter(entry, name)
    source = Source(book.source, book.file)
    return [parse(_rewritten(source, entry, name, written(value)), book.file) for value in values]


def written(value: Setting) -> str:
    """A value as a rulebook writes it: `0.85`, `36h`, `14d`."""
    if isinstance(value, timedelta):
        hours = round(value / timedelta(hours=1))
        return f"{hours // 24}d" if hours % 24 == 0 else f"{hours}h"
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def _entries(book: Rulebook) -> list[Entry]:
    return read_book(Source(book.source, book.file)).entries


def _named(book: Rulebook, path: str) -> tuple[Entry, str]:
    """The article and the name of a path; ids and names may both hold dots, so the longest id counts."""
    entries = [entry for entry in _entries(book) if path.startswith(f"{entry.article.id}.")]
    if not entries:
        ids = [article.id for article in book.articles]
        said = path.partition(".")[0]
        close = difflib.get_close_matches(said, ids, n=1)
        hint = f"; did you mean `{close[0]}`?" if close else f": it has {', '.join(ids)}"
        raise UnknownParameter(f"`{book.name}` has no article `{said}`{hint}")
    entry = max(entries, key=lambda one: len(one.article.id))
    return entry, path.removeprefix(f"{entry.article.id}.")


def _parameter(entry: Entry, name: str) -> Parameter:
    article = entry.article
    if name in DURATIONS:
        length = getattr(article, name)
        if length is None:
            raise UnknownParameter(f"article `{article.id}` has no `{name}`")
        return Parameter(article=article.id, name=name, sign=None, value=length)
    known = NAMES.get(name)
    if known is None or known.kind != "number":
        close = difflib.get_close_matches(name, [*entry.program.names, *DURATIONS], n=1)
        hint = f"; did you mean `{close[0]}`?" if close else f" nor one of {', '.join(DURATIONS)}"
        raise UnknownParameter(f"`{name}` is no number that conditions read{hint}")
    uses = entry.program.comparisons(name)
    if not uses:
        raise UnknownParameter(f"the condition of article `{article.id}` does not read `{name}`")
    if len(uses) > 1:
        raise UnknownParameter(f"the condition of article `{article.id}` reads `{name}` {len(uses)} times, not once")
    (comparison,) = uses
    if comparison is None:
        raise UnknownParameter(f"article `{article.id}` does not compare `{name}` with a number alone")
    figure = "".join(article.when[comparison.start : comparison.end].split())
    return Parameter(article=article.id, name=name, sign=comparison.sign, value=Decimal(figure))


def _rewritten(source: Source, entry: Entry, name: str, figure: str) -> str:
    """The text with another figure in the place of a parameter's."""
    if name in DURATIONS:
        return source.with_scalar(cast(yaml.ScalarNode, entry.nodes[name]), figure)
    (comparison,) = entry.program.comparisons(name)
    if comparison is None:
        raise UnknownParameter(f"article `{entry.article.id}` does not compare `{name}` with a number alone")
    try:
        return source.with_words(cast(yaml.ScalarNode, entry.nodes["when"]), comparison.start, comparison.end, figure)
    except ValueError as error:
        raise UnknownParameter(f"article `{entry.article.id}`: {error}: write it as digits") from error
