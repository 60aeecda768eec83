"""The report as files: one CSV a sheet (RFC 4180, UTF-8, official names), all of them in one archive, and one XLSX.

The same tables always give the same CSV files and archive, byte for byte, so that a digest of them can be published.
"""

import csv
import io
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from rempart.accountability.report.tables import Row, Tables
from rempart.accountability.report.template import Cell, Sheet, template

WORKBOOK = "transparency-report.xlsx"
Place = tuple[int, int, int]
"""A cell: number of its sheet, of its row (the first below the header is 0), of its column from 0."""

_CHANGED = PatternFill("solid", fgColor="FFE7A3")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE, _NARROW = 44, 16


def as_csv(sheet: Sheet, rows: list[Row]) -> bytes:
    """A sheet as CSV: comma, double quotes where needed, CRLF, no byte-order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([one.name for one in sheet.columns])
    writer.writerows([_as_text(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _UNPRINTABLE.sub("", str(cell))


def csv_files(tables: Tables) -> Iterator[tuple[str, bytes]]:
    """Each file's official name and its content."""
    for sheet, rows in zip(template().sheets, tables, strict=True):
        yield sheet.file, as_csv(sheet, rows)


def as_archive(tables: Tables) -> bytes:
    """The CSV files in one ZIP, with no time in it."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in csv_files(tables):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()


def as_workbook(tables: Tables, changed: Collection[Place] = ()) -> bytes:
    """All sheets in one XLSX; cells that a corrected version changed are highlighted."""
    book = Workbook(write_only=True)
    changed = set(changed)
    for sheet, rows in zip(template().sheets, tables, strict=True):
        page = book.create_sheet(sheet.name)
        page.freeze_panes = "A2"
        for index, column in enumerate(sheet.columns):
            letter = _letter(index)
            page.column_dimensions[letter].width = _NARROW if column.kind in ("count", "hours", "value") else _WIDE
        page.append([_header(page, one.name) for one in sheet.columns])
        for number, row in enumerate(rows):
            page.append([_cell(page, cell, (sheet.number, number, place) in changed) for place, cell in enumerate(row)])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _letter(index: int) -> str:
    return (chr(ord("A") + index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)


def _header(page: object, words: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=words)
    cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    return cell


def _cell(page: object, value: Cell, is_changed: bool) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=_UNPRINTABLE.sub("", value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # words that begin with an equals sign are no formula
    if is_changed:
        cell.fill = _CHANGED
    return cell


def write(tables: Tables, folder: Path) -> None:
    """Write the CSV files and the workbook into a folder, which is made; files of the same names are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in csv_files(tables):
        (folder / name).write_bytes(content)
    (folder / WORKBOOK).write_bytes(as_workbook(tables))
