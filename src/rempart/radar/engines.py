"""The two engines that run the radar's expressions, DuckDB on one machine and Spark on many, and how tables get there.

An expression is given to either as Ibis; tables go in and out as Parquet, each column cast to the type that its schema
says (an engine's own sum may be wider), so that one engine goes on where the other left off.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import ibis
from ibis import ir

ENGINES = ("duckdb", "spark")
# The names of these types that both engines know.
SQL_TYPES = {"string": "STRING", "int32": "INT", "int64": "BIGINT", "float32": "FLOAT", "float64": "DOUBLE"}
# What DuckDB may hold before it goes to disk: five million accounts fit, and the process stays below 1 GB.
MEMORY = "640MB"


# Nearly all columns of the accounts differ from row to row: looking for repetitions first would cost a tenth of a tick.
_WRITING = "COMPRESSION snappy, DICTIONARY_SIZE_LIMIT 1"


class EngineMissing(Exception):
    """An engine cannot be had here; the message is one sentence that says what to do."""


class EngineFailed(Exception):
    """An engine gave up; the message is one sentence that says why."""


def compiled(table: ir.Table, schema: ibis.Schema, dialect: str) -> str:
    """An engine's SQL for a table, with the columns and types of `schema`, in the dialect that Ibis has for it."""
    columns = ", ".join(f"CAST(t.{name} AS {SQL_TYPES[str(kind)]}) AS {name}" for name, kind in schema.items())
    return f"SELECT {columns} FROM ({ibis.to_sql(table, dialect=dialect)}) AS t"  # noqa: S608 - names of our own schemas


class Engine(ABC):
    """Where expressions run. Tables have names, by which compiled queries find them.

    `beside` is a DuckDB in this process: it reads what is given, and works on what is small. DuckDB is its own.
    """

    dialect: ClassVar[str]
    beside: "DuckDB"

    @abstractmethod
    def load(self, name: str, folder: Path, schema: ibis.Schema) -> None:
        """Give the table that lies in a folder of Parquet files this name, until another is given it."""

    @abstractmethod
    def store(self, query: str, folder: Path) -> None:
        """Write what a query gives to a new folder of Parquet files."""

    @abstractmethod
    def take(self, name: str, query: str, schema: ibis.Schema) -> None:
        """Give what a query on `beside` gives this name."""


class DuckDB(Engine):
    """DuckDB in this process."""

    dialect = "duckdb"

    def __init__(self, session: duckdb.DuckDBPyConnection) -> None:
        self.session = session
        self.beside = self

    def load(self, name: str, folder: Path, schema: ibis.Schema) -> None:
        self.take(name, f"SELECT {', '.join(schema)} FROM read_parquet('{quoted(folder)}/*.parquet')", schema)  # noqa: S608

    def store(self, query: str, folder: Path) -> None:
        folder.mkdir()
        self.session.execute(f"COPY ({query}) TO '{quoted(folder)}/part.parquet' (FORMAT parquet, {_WRITING})")

    def rows(self, folder: Path) -> list[dict[str, Any]]:
        """The rows of a table that lies in a folder of Parquet files, when they are few."""
        found = self.session.execute(f"FROM read_parquet('{quoted(folder)}/*.parquet')")
        names = [name for name, *_ in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def take(self, name: str, query: str, schema: ibis.Schema) -> None:
        self.session.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


@contextmanager
def engine(name: str, *, scratch: Path, master: str | None = None) -> Iterator[Engine]:
    """An engine, until the block ends.

    name: one of ENGINES. scratch: a folder for what passes, which all of a cluster's machines see.
    master: of a Spark cluster (`spark://host:7077`); by default Spark runs on this machine alone.
    Raises EngineMissing, EngineFailed, NoJava.
    """
    with duckdb.connect() as session:
        _bound(session, scratch)
        beside = DuckDB(session)
        if name == "duckdb":
            yield beside
        else:
            with _spark()(beside=beside, master=master, scratch=scratch) as spark:
                yield spark


def _spark() -> Callable[..., AbstractContextManager[Engine]]:
    try:
        import pyspark  # noqa: F401
    except ImportError as error:
        raise EngineMissing(
            "Spark is an extra of Rempart: install it by `pip install 'rempart[spark]'`, or take the engine duckdb."
        ) from error
    from rempart.radar.spark import spark

    return spark


def _bound(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    """Give a DuckDB its bounds: so much memory, a folder for what is beyond, UTC, rows in any order, no bar."""
    connection.execute(f"SET memory_limit = '{MEMORY}'")
    connection.execute(f"SET temp_directory = '{quoted(scratch / 'spilled')}'")
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")


def quoted(path: Path) -> str:
    """A path as it stands between the quotation marks of an engine's SQL."""
    return str(path).replace("'", "''")
