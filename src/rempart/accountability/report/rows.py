"""Which row of sheets 3 to 6 a line of anybody's report is: category, sub-category, scope; and which lack. No Django.

A category is written as its code, its label (`Category 9`, `9d`) or the words that describe it. "Other" stands once in
each category, so it belongs to the category that was named last for the same scope.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from rempart.accountability.report.template import KEYWORD_OTHER, TOTAL, Sheet, template

Wrong = tuple[int, str, str, str]
"""Row (0: the whole sheet), key of the column, rule, what is wrong."""


@dataclass(frozen=True)
class CategoryRow:
    """A row: `keyword` is empty for a whole category, `category` is TOTAL for all of them."""

    row: int
    scope: str
    category: str
    keyword: str = ""
    other: str = ""


@cache
def _names() -> dict[str, tuple[str, str]]:
    """Category and sub-category by whatever they are written as."""
    names = {TOTAL.casefold(): (TOTAL, "")}
    for one in template().categories:
        for name in (one.code, f"Category {one.number}", one.description):
            names[name.casefold()] = (one.code, "")
        for label, keyword in one.sub.items():
            for name in (label, f"Sub-category {label}", *([] if keyword == KEYWORD_OTHER else [keyword])):
                names[name.casefold()] = (one.code, keyword)
    return names


def rows_of(sheet: Sheet, cells: Iterable[tuple[int, tuple[str, str, str]]]) -> tuple[list[CategoryRow], list[Wrong]]:
    """The rows of a sheet and what is wrong with them. cells: row number, then category, description and scope."""
    allowed = {TOTAL, *(one.code for one in template().of_sheet(sheet.number))}
    rows: list[CategoryRow] = []
    wrong: list[Wrong] = []
    last: dict[str, str] = {}
    for number, (written, other, where) in cells:
        scope = TOTAL if where.casefold() in ("", TOTAL.casefold()) else where
        if written == KEYWORD_OTHER:
            found: tuple[str, str] | None = (last.get(scope, ""), KEYWORD_OTHER)
        else:
            found = _names().get(written.casefold())
        if found is None:
            wrong.append((number, "category", "category", f"there is no category {written[:60]!r}"))
            continue
        category, keyword = found
        if category not in allowed:
            words = f"{category or written} is no category of this sheet"
            wrong.append((number, "category", "place" if not category else "category", words))
            continue
        if keyword and category != last.get(scope):
            wrong.append((number, "category", "place", f"{written} stands outside {category}"))
        if not keyword:
            last[scope] = category
        rows.append(CategoryRow(number, scope, category, keyword, other))
    return rows, [*wrong, *_repeated(rows), *_missing(sheet, rows)]


def _repeated(rows: Sequence[CategoryRow]) -> Iterator[Wrong]:
    others = Counter((one.scope, one.category) for one in rows if one.keyword == KEYWORD_OTHER)
    seen: set[tuple[str, ...]] = set()
    for one in rows:
        several = one.keyword == KEYWORD_OTHER and others[one.scope, one.category] > 1
        if several and not one.other:
            yield one.row, "other", "other", 'there are several rows "Other", and this one has no description'
            continue
        name = (one.scope, one.category, one.keyword, one.other.casefold() if several else "")
        if name in seen:
            written = one.keyword or one.category
            if several:
                yield one.row, "other", "other", f"{one.other[:60]!r} describes two rows"
            else:
                yield one.row, "category", "twice", f"{written} of {one.category} is there twice for {one.scope}"
        seen.add(name)


def _missing(sheet: Sheet, rows: Sequence[CategoryRow]) -> Iterator[Wrong]:
    there = {(one.scope, one.category, one.keyword) for one in rows}
    scopes = dict.fromkeys([TOTAL, *(one.scope for one in rows)])
    for scope in scopes:
        said = "" if scope == TOTAL else f" for {scope}"
        if (scope, TOTAL, "") not in there:
            yield 0, "category", "missing-row", f"the row {TOTAL} is not there{said}"
        broken_down = any(one.keyword for one in rows if one.scope == scope)
        for category in template().of_sheet(sheet.number):
            if (scope, category.code, "") not in there:
                yield 0, "category", "missing-row", f"{category.code} is not there{said}"
            for label, keyword in category.sub.items() if broken_down else ():
                if (scope, category.code, keyword) not in there:
                    yield 0, "category", "missing-row", f"{keyword} ({label}) is not there{said}"
