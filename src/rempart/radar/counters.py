"""Counters as they are given, any table, sorted into instants: which there are, and the rows of each.

DuckDB reads them, whichever engine ticks. Lines of JSON and CSV are written to Parquet first; Parquet is read where it
lies, and of a folder only the files that hold the instant. A row belongs to the end of the hour that it falls in: no
tick sees what came after it. A table's times without a zone are UTC.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow
import pyarrow.parquet

from rempart.radar.engines import quoted
from rempart.radar.fame.tables import TODAY
from rempart.records import Counters
from rempart.records.lines import Rejects
from rempart.records.progress import progress
from rempart.records.tables import is_parquet, read_table

_COLUMNS = ("account_id", "at", "followers", "views", "mentions")
_NEEDED = ("account_id", "at", "followers")
_NAMED = {"at": "seen"}  # a word of SQL
_HOUR = timedelta(hours=1)
_WRITTEN_AT_ONCE = 1 << 16
_COMPARED_AT_ONCE = 8_000_000
_FLOATS = {"FLOAT", "DOUBLE"}
# What may be wrong with a row, in the order in which it is told: the field, when, and what to say.
_FAULTS = (
    ("account_id", "account_id IS NULL", "Object missing required field `account_id`"),
    ("account_id", "account_id = ''", "Expected `str` of length >= 1"),
    ("at", "seen IS NULL", "Expected a time between 1970 and 2200, or a day"),
    ("followers", "followers IS NULL", "Expected `int`"),
    ("followers", "followers < 0", "Expected `int` >= 0"),
    ("views", "views < 0", "Expected `int` >= 0"),
    ("mentions", "mentions < 0", "Expected `int` >= 0"),
)
_BAD = " OR ".join(f"coalesce({when}, false)" for _, when, _ in _FAULTS)
_GOOD = f"NOT ({_BAD})"


@dataclass
class Instant:
    """The rows of one instant: how many, good or bad, and the files that hold them.

    pure: all rows of these files are good and of this instant.
    """

    rows: int = 0
    files: set[Path] = field(default_factory=set)
    pure: bool = True


class CountersTable:
    """The counters of a table, read by the DuckDB `connection`; `scratch` is a folder for what must be rewritten.

    `good` is how many rows were found good, so far; the others go to the rejects, counted from 1.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, *, scratch: Path, rejects: Rejects) -> None:
        self._connection = connection
        self._scratch = scratch
        self._rejects = rejects
        self._known: dict[Path, dict[str, str]] = {}
        self.good = 0

    def instants(self, path: str, taken: Callable[[datetime], bool]) -> dict[datetime, Instant]:
        """What a table holds, by instant, oldest first. `taken` tells for which a file need not be read again.

        Raises FileNotFoundError.
        """
        files, first_line = self._parquet(path)
        found: dict[datetime, Instant] = defaultdict(Instant)
        before = 0
        for file in progress(files, what="files", total=len(files)):
            rows = pyarrow.parquet.read_metadata(file).num_rows
            only = _only_instant(file)
            counts = {only: (rows, rows)} if only and taken(only) else self._counts(file, before + first_line)
            for at, (many, good) in counts.items():
                found[at].rows += many
                found[at].files.add(file)
                found[at].pure &= good == rows
            before += rows
        return dict(sorted(found.items()))

    def of(self, instant: Instant, at: datetime) -> str:
        """The query for the rows of an instant, as TODAY: one row an account, the latest where there are several."""
        rows = self._rows(instant.files)
        if not instant.pure:
            rows = f"SELECT * FROM ({rows}) WHERE {_GOOD} AND {_ends(at)}"  # noqa: S608
        today = ", ".join(TODAY)
        if not self._repeated(rows, instant.rows):
            return f"SELECT {today} FROM ({rows})"  # noqa: S608
        latest = "max(struct_pack(seen, followers, views := coalesce(views, -1), mentions := coalesce(mentions, -1)))"
        return (
            "SELECT account_id, l.followers, nullif(l.views, -1) AS views, nullif(l.mentions, -1) AS mentions"  # noqa: S608
            f" FROM (SELECT account_id, {latest} AS l FROM ({rows}) GROUP BY account_id)"
        )

    def _repeated(self, rows: str, many: int) -> bool:
        """Whether an account has several rows: whether any hash of an account comes twice, that is."""
        parts = many // _COMPARED_AT_ONCE + 1
        hashes = f"SELECT hash(account_id) AS h FROM ({rows})"  # noqa: S608
        for part in range(parts):
            some = hashes if parts == 1 else f"SELECT h FROM ({hashes}) WHERE h % {parts} = {part}"  # noqa: S608
            found = self._connection.execute(some).fetchnumpy()["h"]
            found.sort()
            if np.any(found[1:] == found[:-1]):
                return True
        return False

    def _parquet(self, path: str) -> tuple[list[Path], int]:
        """The Parquet files of a table, and the number of its first row."""
        place = Path(path)
        if is_parquet(path):
            return (sorted(place.rglob("*.parquet")) if place.is_dir() else [place]), 1
        written = self._scratch / "given.parquet"
        if place.suffix == ".csv":
            lines = f"read_csv('{quoted(place)}', all_varchar = true, null_padding = true, strict_mode = false)"
            self._connection.execute(f"COPY (FROM {lines}) TO '{quoted(written)}' (FORMAT parquet)")
            return [written], 2  # the first line is the header
        columns = ibis.schema(dict.fromkeys(_COLUMNS, "int64") | {"account_id": "string", "at": "timestamp('UTC')"})
        with pyarrow.parquet.ParquetWriter(written, columns.to_pyarrow()) as writer:
            rows = iter(progress(read_table(path, Counters, self._rejects), what="rows"))
            while some := list(islice(rows, _WRITTEN_AT_ONCE)):
                values = {name: [getattr(row, name) for row in some] for name in _COLUMNS}
                writer.write_table(pyarrow.table(values, schema=columns.to_pyarrow()))
        return [written], 1

    def _counts(self, file: Path, first: int) -> dict[datetime, tuple[int, int]]:
        """How many rows of a file belong to each instant, and how many of them are good.

        Its bad rows go to the rejects, numbered from `first`.
        """
        columns = self._columns_of(file)
        if missing := [name for name in _NEEDED if name not in columns]:
            self._rejects.add(first, f"Object missing required field `{missing[0]}`", missing[0])
            return {}
        rows = self._rows({file})
        counts = self._connection.execute(
            f"SELECT {_END} AS ends, count(*), count(*) FILTER ({_BAD}) FROM ({rows}) GROUP BY ends"  # noqa: S608
        ).fetchall()
        good = sum(many - bad for _, many, bad in counts)
        self.good += good
        if any(bad for _, _, bad in counts):
            self._reject(rows, first)
        return {ends.replace(tzinfo=UTC): (many, many - bad) for ends, many, bad in counts if ends is not None}

    def _reject(self, rows: str, first: int) -> None:
        fault = " ".join(f"WHEN {when} THEN {place}" for place, (_, when, _) in enumerate(_FAULTS))
        bad = self._connection.execute(
            f"SELECT file_row_number, CASE {fault} END FROM ({rows}) WHERE {_BAD} ORDER BY 1"  # noqa: S608
        )
        while some := bad.fetchmany(_WRITTEN_AT_ONCE):
            for number, place in some:
                name, _, said = _FAULTS[place]
                self._rejects.add(first + number, said, name)

    def _rows(self, files: set[Path]) -> str:
        """The query for the rows of files, good and bad, as the types of TODAY with `at`; null is what is no value."""
        alike: dict[tuple[tuple[str, str], ...], list[Path]] = defaultdict(list)
        for file in sorted(files):
            alike[tuple(sorted(self._columns_of(file).items()))].append(file)
        queries = []
        for columns, some in alike.items():
            kinds = dict(columns)
            values = ", ".join(f"{_value(name, kinds.get(name))} AS {_NAMED.get(name, name)}" for name in _COLUMNS)
            names = ", ".join(f"'{quoted(file)}'" for file in some)
            queries.append(f"SELECT {values}, file_row_number FROM read_parquet([{names}], file_row_number = true)")  # noqa: S608
        return " UNION ALL ".join(queries)

    def _columns_of(self, file: Path) -> dict[str, str]:
        """The columns of a file that we know, with DuckDB's names of their types."""
        if file not in self._known:
            described = self._connection.execute(f"DESCRIBE FROM read_parquet('{quoted(file)}')").fetchall()
            self._known[file] = {name: kind for name, kind, *_ in described if name in _COLUMNS}
        return self._known[file]


# The end of the hour of a row, and the rows of one such hour by their times, which Parquet's statistics can rule out.
_END = "date_trunc('hour', seen + INTERVAL 3599999999 MICROSECOND)"


def _ends(at: datetime) -> str:
    last = at.astimezone(UTC).replace(tzinfo=None)
    return f"seen > TIMESTAMP '{last - _HOUR}' AND seen <= TIMESTAMP '{last}'"


def _value(name: str, kind: str | None) -> str:
    """A column as its type in TODAY, null where it holds no such value. kind: DuckDB's name of its type, if any."""
    column = f'"{name}"'
    if kind is None:
        return "NULL"
    if name == "account_id":
        return "NULL" if kind in _FLOATS else f"CAST({column} AS VARCHAR)"
    if name != "at":
        # 10.0 is ten: columns of counts with gaps are often written as floats.
        whole = f"CASE WHEN {column} = floor({column}) THEN {column} END" if kind in _FLOATS else column
        return f"TRY_CAST({whole} AS BIGINT)"
    if kind not in ("VARCHAR", "DATE") and not kind.startswith("TIMESTAMP"):
        return "NULL"
    moment = f"TRY_CAST({column} AS TIMESTAMPTZ)" if kind == "VARCHAR" else column
    moment = f"make_timestamp(epoch_us({moment}))"
    return f"CASE WHEN {moment} BETWEEN TIMESTAMP '1970-01-01' AND TIMESTAMP '2199-12-31' THEN {moment} END"


def _only_instant(file: Path) -> datetime | None:
    """The instant to which all of a file's rows belong, as far as its statistics tell."""
    groups = pyarrow.parquet.read_metadata(file)
    moments: set[Any] = set()
    for number in range(groups.num_row_groups):
        group = groups.row_group(number)
        columns = (group.column(place) for place in range(group.num_columns))
        statistics = next((column.statistics for column in columns if column.path_in_schema == "at"), None)
        if statistics is None or not statistics.has_min_max or statistics.null_count:
            return None
        moments |= {statistics.min, statistics.max}
    moment = moments.pop() if len(moments) == 1 else None
    if isinstance(moment, date) and not isinstance(moment, datetime):
        moment = datetime.combine(moment, time())
    if not isinstance(moment, datetime):
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    ends = (moment - timedelta(microseconds=1)).replace(minute=0, second=0, microsecond=0) + _HOUR
    return ends.astimezone(UTC)
