"""Tables: a JSON Lines file, a Parquet file or a folder of them, read and written as records."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from rempart.records.lines import BadLine, Reader, Rejects, lines_of, opened, to_record

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
    for number, raw in enumerate(_parquet_rows(Path(path)), start=1):
        try:
            # A column that is null in a row says the same as one that is absent.
            yield _from_python({key: value for key, value in raw.items() if value is not None}, kind)
        except BadLine as bad:
            rejects.add(number, str(bad), bad.field)


def write_parquet(path: str, records: Iterable[msgspec.Struct]) -> int:
    """Write records to one Parquet file and return how many. Nested values keep their structure."""
    import pyarrow
    import pyarrow.parquet

    rows = [msgspec.to_builtins(record, builtin_types=(datetime, date)) for record in records]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return len(rows)


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet

    files = sorted(path.rglob("*.parquet")) if path.is_dir() else [path]
    for file in files:
        for batch in pyarrow.parquet.ParquetFile(file).iter_batches(_BATCH):
            yield from batch.to_pylist()


def _from_python(raw: dict[str, Any], kind: type[T]) -> T:
    try:
        plain = msgspec.to_builtins(raw)
    except (TypeError, UnicodeError) as error:
        raise BadLine(str(error)) from error
    return to_record(plain, kind)
