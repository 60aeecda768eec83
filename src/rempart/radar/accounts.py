"""The accounts table, of which a tick needs a few rows: those of the accounts that stand out."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet

from rempart.radar.engines import quoted
from rempart.records import AccountRow
from rempart.records.lines import BadLine, Rejects, to_record
from rempart.records.progress import progress
from rempart.records.tables import is_parquet, read_table

_WRITTEN_AT_ONCE = 1 << 16
# What an alert may need to know of an account; its words are none of the radar's business.
_TEXTS = ("id", "service", "handle", "age_band", "country", "language")
_COLUMNS = pyarrow.schema([*((name, pyarrow.string()) for name in _TEXTS), ("declared_birthdate", pyarrow.date32())])


class AccountsTable:
    """Rows of an accounts table by id, read by the DuckDB `connection` as they are asked for; bad ones are rejected.

    path: JSONL, a Parquet file or a folder of them; None when no account is known. Raises FileNotFoundError.
    """

    def __init__(
        self, path: str | None, connection: duckdb.DuckDBPyConnection, *, scratch: Path, rejects: Rejects
    ) -> None:
        self._connection = connection
        self._rejects = rejects
        self._known: dict[str, AccountRow | None] = {}
        self._source = self._parquet(path, scratch) if path is not None else None

    def _parquet(self, path: str, scratch: Path) -> str:
        """The Parquet files of the table as DuckDB names them; lines are rewritten to one."""
        if is_parquet(path):
            place = Path(path)
            return quoted(place / "**" / "*.parquet") if place.is_dir() else quoted(place)
        written = scratch / "accounts.parquet"
        with pyarrow.parquet.ParquetWriter(written, _COLUMNS) as writer:
            rows = iter(progress(read_table(path, AccountRow, self._rejects), what="accounts"))
            while some := list(islice(rows, _WRITTEN_AT_ONCE)):
                values = {name: [getattr(row, name) for row in some] for name in _COLUMNS.names}
                writer.write_table(pyarrow.table(values, schema=_COLUMNS))
        return quoted(written)

    def of(self, ids: Iterable[str]) -> dict[str, AccountRow]:
        """The rows of these accounts, as far as they are known; the last one where an account has several."""
        wanted = list(dict.fromkeys(ids))
        if self._source is not None and (new := [one for one in wanted if one not in self._known]):
            self._known |= dict.fromkeys(new)
            for raw in self._rows(new):
                number = raw.pop("file_row_number") + 1
                try:
                    self._known[str(raw["id"])] = to_record(raw, AccountRow)
                except BadLine as bad:
                    self._rejects.add(number, str(bad), bad.field)
        return {one: row for one in wanted if (row := self._known.get(one))}

    def _rows(self, ids: list[str]) -> list[dict[str, Any]]:
        rows = f"read_parquet('{self._source}', union_by_name = true, file_row_number = true)"
        known = {name for name, *_ in self._connection.execute(f"DESCRIBE FROM {rows}").fetchall()}
        columns = ", ".join(name for name in (*_COLUMNS.names, "file_row_number") if name in known)
        found = self._connection.execute(
            f"SELECT {columns} FROM {rows} WHERE CAST(id AS VARCHAR) IN (SELECT unnest(?)) ORDER BY file_row_number",  # noqa: S608
            [ids],
        )
        names = [name for name, *_ in found.description or ()]
        return [{k: v for k, v in zip(names, row, strict=True) if v is not None} for row in found.fetchall()]
