"""Into which single row of the report something goes: a notice, an account, an order, a decision. No Django.

The order of conduct.yaml decides where several would fit: the more specific wins, so nothing is counted twice.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
import yaml

from rempart.accountability.report.template import (
    HERE,
    KEYWORD_OTHER,
    NOT_SPECIFIED_NOTICE,
    NOT_SPECIFIED_ORDER,
    OTHER_VIOLATION,
    template,
)


class Place(NamedTuple):
    """A row: category, sub-category (empty where there is none), and the description of a sub-category "Other"."""

    category: str
    keyword: str = ""
    other: str = ""


UNSAID = Place(NOT_SPECIFIED_NOTICE)
NO_GROUND = Place(NOT_SPECIFIED_ORDER)
UNTITLED = "Rule that names no sub-category"


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    category: int
    keyword: str
    other: str = ""
    conduct: str = ""
    minor: bool = False
    article: str = ""
    law: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        return Place(template().categories[self.category - 1].code, self.keyword, self.other)


@cache
def _lines(part: str) -> tuple[_Line, ...]:
    return msgspec.convert(yaml.safe_load((HERE / "conduct.yaml").read_text())[part], tuple[_Line, ...])


@cache
def _of_notice(conduct: frozenset[str], minor: bool) -> tuple[int, Place]:
    for rank, line in enumerate(_lines("notices")):
        if line.conduct in conduct and (minor or not line.minor):
            return rank, line.place
    return len(_lines("notices")), UNSAID


def of_notice(conduct: Iterable[str], *, minor: bool | None) -> tuple[int, Place]:
    """The place of what a notice says, and its rank: the smaller, the more specific.

    conduct: as in the contracts. minor: whether whoever was harmed was under 18; None when not said.
    """
    return _of_notice(frozenset(conduct), minor is True)


def of_order(words: str) -> Place:
    """The place of an order by the articles that its legal basis and scope name; not specified when none is known."""
    folded = words.casefold()
    for line in _lines("orders"):
        found = re.search(rf"(?<![\d-]){re.escape(line.article)}(?![\d-])", folded)
        if found and any(law in folded for law in line.law):
            return line.place
    return NO_GROUND


@cache
def _keywords(category: str) -> tuple[str, ...]:
    return next((tuple(one.sub.values()) for one in template().categories if one.code == category), ())


def of_decision(category: str, keywords: Sequence[str], *, title: str) -> Place:
    """The place of a decision, by the category and keywords that its statement of reasons declares.

    title: of its article, which describes the row where only the sub-category "Other" fits. A category that only
    notices and orders have is one of the terms and conditions here.
    """
    if category in (NOT_SPECIFIED_NOTICE, NOT_SPECIFIED_ORDER):
        category = OTHER_VIOLATION
    known = _keywords(category)
    fitting = [one for one in known if one in keywords and one != KEYWORD_OTHER]
    if fitting:
        return Place(category, fitting[0])
    return Place(category, KEYWORD_OTHER, title or UNTITLED) if known else Place(category)


def described(declared: Mapping[str, Any]) -> str:
    """The words of the ground that a statement declares: those of its articles' titles."""
    return str(declared.get("incompatible_content_ground") or declared.get("illegal_content_legal_ground") or "")[:300]
