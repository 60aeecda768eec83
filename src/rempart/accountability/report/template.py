"""The template of the harmonised report, read from template.yaml: sheets, columns, rows and categories. No Django."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec
import yaml

ColumnKind = Literal["text", "category", "other", "scope", "count", "hours", "context", "value"]
ValueKind = Literal["count", "hours", "share", "text", "day"]
Cell = str | int | float | None
"""A cell: words, a count, a median or a share; None is blank, which says that the row cannot apply."""

HERE = Path(__file__).parent
TOTAL = "TOTAL"
KEYWORD_OTHER = "KEYWORD_OTHER"
NOT_SPECIFIED_ORDER, NOT_SPECIFIED_NOTICE = (
    "STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER",
    "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
)
OTHER_VIOLATION = "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column; `of`: the key of the figure that words explain. The name keeps the spaces that the official one has."""

    key: str
    kind: ColumnKind
    name: str
    of: str = ""


class Sheet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sheet: its file's official name, its columns in order, the numbers of the categories that it has rows for."""

    number: int
    name: str
    file: str
    columns: tuple[Column, ...]
    applicability: str = ""
    categories: tuple[int, ...] = ()

    def keys(self, *kinds: ColumnKind) -> tuple[str, ...]:
        """The keys of the columns of these kinds, in order."""
        return tuple(one.key for one in self.columns if one.kind in kinds)


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A category of content, and its sub-categories by label (`9d`)."""

    number: int
    code: str
    description: str
    sub: dict[str, str] = {}


class Indicator(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row, or several: one for each scope. very_large: for very large platforms alone."""

    key: str
    indicator: str
    section: str = ""
    scopes: tuple[str, ...] = ()
    kind: ValueKind = "count"
    by_language: bool = False
    very_large: bool = False


class Scope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a scope of sheet 7 is called here, and what kind of value it has."""

    key: str
    kind: ValueKind


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of it."""

    sheets: tuple[Sheet, ...]
    appeals: tuple[Indicator, ...]
    scopes: dict[str, Scope]
    automated_section: str
    automated: tuple[Indicator, ...]
    people_section: str
    people: tuple[Indicator, ...]
    recipients: str
    identification: tuple[Indicator, ...]
    qualitative: tuple[Indicator, ...]
    longest_text: int
    states: tuple[str, ...]
    languages: tuple[str, ...]
    categories: tuple[Category, ...]

    def sheet(self, number: int) -> Sheet:
        """The sheet of this number, 1 to 11."""
        return self.sheets[number - 1]

    def of_sheet(self, number: int) -> Iterator[Category]:
        """The categories that a sheet has rows for, in order."""
        return (one for one in self.categories if one.number in self.sheet(number).categories)


@cache
def template() -> Template:
    """The template, read once."""
    return msgspec.convert(yaml.safe_load((HERE / "template.yaml").read_text()), Template)
