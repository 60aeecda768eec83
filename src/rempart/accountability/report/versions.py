"""Corrected versions of a published report: which cells differ, and the mark that the regulation asks for. No Django.

A corrected version is marked, dated, says why, and its changes are highlighted; every version stays public.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from rempart.accountability.report.tables import Row, Tables
from rempart.accountability.report.template import Cell, Sheet, template

QUALITATIVE = 11


class Change(NamedTuple):
    """A cell that differs. row: counted from 0 below the header, in the new version; -1 for one that is gone."""

    sheet: int
    row: int
    column: int
    named: str
    before: Cell
    after: Cell


def changed_cells(before: Tables, after: Tables) -> Iterator[Change]:
    """The cells that differ, rows matched by what names them (category, scope, indicator), not by where they stand."""
    for sheet, old_rows, new_rows in zip(template().sheets, before, after, strict=True):
        naming, figures = _columns(sheet)
        old = _by_name(old_rows, naming)
        new = _by_name(new_rows, naming)
        for name, (place, row) in new.items():
            known = old.get(name)
            for column in figures:
                was = known[1][column] if known else None
                if was != row[column]:
                    yield Change(sheet.number, place, column, " · ".join(name[:-1]), was, row[column])
        for name, (_place, row) in old.items():
            if name not in new:
                for column in figures:
                    if row[column] not in (None, 0):
                        yield Change(sheet.number, -1, column, " · ".join(name[:-1]), row[column], None)


def _columns(sheet: Sheet) -> tuple[list[int], list[int]]:
    """The places of the columns that name a row, and of those that tell something of it."""
    told = [place for place, one in enumerate(sheet.columns) if one.kind in ("count", "hours", "value", "context")]
    naming = [
        place
        for place, one in enumerate(sheet.columns)
        if place not in told and one.key not in ("applicability", "service", "period")
    ]
    return naming, told


def _by_name(rows: Sequence[Row], naming: Sequence[int]) -> dict[tuple[str, ...], tuple[int, Row]]:
    """Rows by their words; a sub-category belongs to the category above it, equal names are told apart by number."""
    named: dict[tuple[str, ...], tuple[int, Row]] = {}
    parent = ""
    for place, row in enumerate(rows):
        words = tuple(str(row[column]) for column in naming if row[column] is not None)
        if words and words[0].startswith("STATEMENT_CATEGORY"):
            parent = words[0]
        name = (parent, *words) if words and words[0].startswith("KEYWORD") else words
        same = 0
        while (*name, str(same)) in named:
            same += 1
        named[*name, str(same)] = (place, row)
    return named


def marked(tables: Tables, version: int, day: date, because: str, changes: int) -> Tables:
    """The tables of a corrected version with the mark that it is one, before the first text of the last sheet."""
    mark = f"Version {version} of {day.isoformat()} corrects the version before ({changes} cells differ): {because} "
    sheet = template().sheet(QUALITATIVE)
    value = next(place for place, one in enumerate(sheet.columns) if one.key == "value")
    first, *rest = tables[QUALITATIVE - 1]
    first = [*first]
    first[value] = (mark + str(first[value] or ""))[: template().longest_text]
    return [*tables[: QUALITATIVE - 1], [first, *rest]]


def as_csv(changes: Sequence[Change]) -> bytes:
    """The changes as a CSV file (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["Sheet", "Row", "Column", "Before", "After"])
    for one in changes:
        sheet = template().sheet(one.sheet)
        values = ["" if value is None else value for value in (one.before, one.after)]
        writer.writerow([sheet.name, one.named, sheet.columns[one.column].name.strip(), *values])
    return text.getvalue().encode()
