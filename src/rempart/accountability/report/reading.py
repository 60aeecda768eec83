"""Anybody's report as it lies on the disk: a folder or a ZIP of CSV files, or a workbook. No Django.

Files are told by the part number in their name, as the official ones have it (`…CSV_Part_4_notices.csv`), or by the
number that a sheet's name begins with (`4_notices`); everything else in a folder is left alone.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

_PART = re.compile(r"part[_ -]?(\d{1,2})(?!\d)", re.IGNORECASE)
_LEADING = re.compile(r"(\d{1,2})(?!\d)")
MOST_BYTES = 50 * 1024 * 1024


class NotAReport(ValueError):
    """There is nothing to check there."""


@dataclass(frozen=True)
class Problem:
    """Something wrong: where, which rule it breaks, and what to do about it.

    row: counted from 1, the header's; 0 for the whole file. breaks: false for a remark that breaks no rule.
    """

    file: str
    row: int
    column: str
    rule: str
    message: str
    breaks: bool = True


@dataclass
class Found:
    """A sheet as it was found: all rows, the header first, every cell as text."""

    number: int
    file: str
    rows: list[list[str]]
    problems: list[Problem] = field(default_factory=list)


def read(path: Path) -> list[Found]:
    """The sheets of a report. Raises NotAReport, or OSError when it cannot be read."""
    if path.is_dir():
        tables = sorted(one for one in path.iterdir() if one.suffix.lower() == ".csv" and _number(one.name))
        if tables:
            return [_csv(one.name, one.read_bytes()) for one in tables]
        books = sorted(path.glob("*.xlsx"))
        if len(books) != 1:
            raise NotAReport(f"{path}: neither CSV files named after the parts of the report nor one workbook")
        return list(_workbook(books[0].name, books[0].read_bytes()))
    return read_content(path.name, path.read_bytes())


def read_content(name: str, content: bytes) -> list[Found]:
    """The sheets of a report in one file, by the ending of its name. Raises NotAReport."""
    if name.lower().endswith(".xlsx"):
        return list(_workbook(name, content))
    if name.lower().endswith(".zip"):
        return _archive(name, content)
    if name.lower().endswith(".csv") and _number(name):
        return [_csv(name, content)]
    raise NotAReport(f"{name}: neither a folder, a ZIP, a workbook nor a CSV file named after a part of the report")


def _archive(path: str, content: bytes) -> list[Found]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            inside = [one for one in archive.infolist() if one.filename.lower().endswith(".csv")]
            if sum(one.file_size for one in inside) > MOST_BYTES:
                raise NotAReport(f"{path}: too large for a report")
            names = {one.filename: one.filename.rpartition("/")[2] for one in inside}
            found = [_csv(name, archive.read(whole)) for whole, name in sorted(names.items()) if _number(name)]
    except zipfile.BadZipFile as error:
        raise NotAReport(f"{path}: no ZIP") from error
    if not found:
        raise NotAReport(f"{path}: no CSV file named after a part of the report")
    return found


def _number(name: str) -> int:
    found = _PART.search(name) or _LEADING.match(name)
    number = int(found[1]) if found else 0
    return number if 1 <= number <= 11 else 0


def _csv(name: str, content: bytes) -> Found:
    problems: list[Problem] = []
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        problems.append(Problem(name, line, "", "utf-8", "the file is not in UTF-8"))
        text = content.decode("latin-1")
    if re.search(r"(?<!\r)\n", re.sub(r'"[^"]*"', "", text)):
        problems.append(Problem(name, 0, "", "rfc-4180", "lines do not end with CR LF"))
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        rows.extend(reader)
    except csv.Error as error:
        problems.append(Problem(name, len(rows) + 1, "", "rfc-4180", f"quotes do not fit: {error}"))
    if rows and len(rows[0]) == 1 and ";" in rows[0][0]:
        problems.append(Problem(name, 1, "", "rfc-4180", "fields are separated by semicolons instead of commas"))
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    return Found(_number(name), name, rows, problems)


def _workbook(name: str, content: bytes) -> Iterator[Found]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise NotAReport(f"{name}: no workbook") from error
    for page in book.worksheets:
        number = _number(page.title)
        if number:
            rows = [[_as_text(cell) for cell in row] for row in page.iter_rows(values_only=True)]
            while rows and not any(rows[-1]):
                rows.pop()
            width = max((len(row) for row in rows[:1]), default=0)
            yield Found(number, f"{name} · {page.title}", [_of_width(row, width) for row in rows])
    book.close()


def _of_width(row: list[str], width: int) -> list[str]:
    """A row as wide as the header, unless something stands beyond it."""
    while len(row) > width and not row[-1]:
        row = row[:-1]
    return row + [""] * (width - len(row))


def _as_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
