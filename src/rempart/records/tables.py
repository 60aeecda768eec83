"""Tables: a JSON Lines file, a Parquet file or a folder of them, read and written as records."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rempart.records.lines import WHOLE_LINE, BadLine, Reader, Rejects, lines_of, opened, to_record

T = TypeVar("T", bound=msgspec.Struct)

_BATCH = 8192


def is_parquet(path: str) -> bool:
    """Whether `path` is a Parquet file or a folder (of Parquet files); standard input never is."""
    if path == "-":
        return False
    place = Path(path)
    if place.is_dir():
        return True
    with place.open("rb") as stream:
        return stream.read(4) == b"PAR1"


def read_table(path: str, kind: type[T], rejects: Rejects) -> Iterator[T]:
    """The rows of a table as records of type `kind`; bad rows go to the rejects, counted from 1.

    Raises FileNotFoundError when there is no such file.
    """
    if not is_parquet(path):
        with opened(path) as stream:
            yield from Reader(kind, rejects).read(lines_of(stream))
        return
    import pyarrow

    number = 0
    try:
        for number, raw in enumerate(_parquet_rows(Path(path)), start=1):
            try:
                yield _from_python(raw, kind)
            except BadLine as bad:
                rejects.add(number, str(bad), bad.field)
    except pyarrow.ArrowException as error:
        rejects.add(number + 1, f"not a Parquet file, or a damaged one: {error}", WHOLE_LINE)


def write_parquet(path: str, records: Iterable[msgspec.Struct]) -> int:
    """Write records to one Parquet file and return how many.

    Nested values keep their structure; `extra`, whose fields may be of any type, is written as JSON text.
    """
    import pyarrow
    import pyarrow.parquet

    rows = [_to_python(record) for record in records]
    # Arrow takes the columns from the first row alone: a field that is unset there must not vanish from the others.
    columns = dict.fromkeys(name for row in rows for name in row)
    table = pyarrow.table({name: [row.get(name) for row in rows] for name in columns})
    pyarrow.parquet.write_table(table, path)
    return len(rows)


def _to_python(record: msgspec.Struct) -> dict[str, Any]:
    row: dict[str, Any] = msgspec.to_builtins(record, builtin_types=(datetime, date))
    if "extra" in row:
        row["extra"] = msgspec.json.encode(row["extra"]).decode()
    return _pruned(row) or {}


def _pruned(value: Any) -> Any:
    """`value` without nulls and empty objects inside objects, of which Parquet makes nothing or too much.

    A table gives each row the fields of all others, null where the row has none: null says the same as absent. And an
    object without fields has no column to be written to. None when nothing is left.
    """
    if isinstance(value, dict):
        return {key: kept for key, item in value.items() if (kept := _pruned(item)) is not None} or None
    if isinstance(value, list | tuple):
        return [item if (kept := _pruned(item)) is None else kept for item in value]
    return value


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet

    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    for file in files:
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(_BATCH):
            yield from _in_microseconds(batch).to_pylist()


def _in_microseconds(batch: Any) -> Any:
    """`batch` with its nanosecond times cut to what Python's can hold."""
    import pyarrow

    for place, column in enumerate(batch.schema):
        if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
            shorter = batch.column(place).cast(pyarrow.timestamp("us", column.type.tz), safe=False)
            batch = batch.set_column(place, column.name, shorter)
    return batch


def _from_python(raw: dict[str, Any], kind: type[T]) -> T:
    try:
        plain: dict[str, Any] = msgspec.to_builtins(_pruned(raw) or {})
    except (TypeError, UnicodeError) as error:
        raise BadLine(str(error)) from error
    if isinstance(plain.get("extra"), str):
        with suppress(msgspec.DecodeError):
            plain["extra"] = msgspec.json.decode(plain["extra"])
    return to_record(plain, kind)
