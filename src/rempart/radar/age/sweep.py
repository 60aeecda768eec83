"""The sweep: a table of accounts in, what each one's own words say of its owner's age out.

A table is taken in pieces, so that memory stays bounded. Of each piece the engine keeps, by one expression
(screening.py), the accounts that could say something; Python reads those. The others, nearly all, get what was
declared of them. So the answers do not depend on the engine, and come in the order of the table.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_args

import ibis
import msgspec
import pyarrow
import pyarrow.compute
import pyarrow.parquet

from rempart.radar.age.parameters import Parameters
from rempart.radar.age.reader import DEFAULTS, AgeReader
from rempart.radar.age.screening import KEPT, TEXTS, could_say
from rempart.radar.engines import Engine, compiled, engine
from rempart.records import AccountRow
from rempart.records.accounts import AgeBand
from rempart.records.lines import WHOLE_LINE, BadLine, Reader, Rejects, lines_of, opened, to_record
from rempart.records.progress import progress
from rempart.records.radar import AgeEstimate
from rempart.records.references import SERVICES
from rempart.records.tables import is_parquet

PIECE = {"duckdb": 50_000, "spark": 400_000}  # accounts: each piece is a job of the engine's
_BANDS = frozenset(get_args(AgeBand))
_TEXT = pyarrow.string()


class Summary:
    """What a run did: `good` accounts, `read`: those looked at closer."""

    def __init__(self) -> None:
        self.good = self.read = 0


class _Piece(NamedTuple):
    """Accounts in a row: those that the engine is to look through (`texts`: TEXTS), and what is known of each.

    rows: the rows of some accounts, by their numbers within the piece, read in full, or what is wrong with them.
    ids, births, bands: of accounts that need not be read in full unless the engine keeps them.
    plain: whether a row is right as it stands; the others are read in full, to say what is wrong. first: its number in
    the table.
    """

    texts: pyarrow.Table
    rows: Callable[[list[int]], list[AccountRow | BadLine]]
    ids: list[str]
    births: list[date | None]
    bands: list[str | None]
    plain: list[bool]
    first: int


def run(
    accounts: str,
    *,
    rejects: Rejects,
    as_of: date | None = None,
    name: str = "duckdb",
    master: str | None = None,
    parameters: Parameters = DEFAULTS,
    summary: Summary | None = None,
) -> Iterator[AgeEstimate]:
    """The estimates of a table of accounts, in its order.

    accounts: a JSONL or Parquet file, a folder of Parquet files, or `-`. as_of: today by default. name, master: the
    engine's. Raises FileNotFoundError, EngineMissing, EngineFailed, NoJava.
    """
    day = as_of or datetime.now(UTC).date()
    summary = summary or Summary()
    reader = AgeReader(day, parameters)
    pieces = (
        _of_parquet(accounts, PIECE[name], rejects)
        if is_parquet(accounts)
        else _of_lines(accounts, PIECE[name], rejects)
    )
    with TemporaryDirectory(prefix="rempart-age-") as folder, engine(name, master=master, scratch=Path(folder)) as runs:
        screen = _Screen(runs, Path(folder), day.year)
        yield from progress(_judged(pieces, screen, reader, rejects, summary), what="accounts")


def _judged(
    pieces: Iterator[_Piece], screen: "_Screen", reader: AgeReader, rejects: Rejects, summary: Summary
) -> Iterator[AgeEstimate]:
    for piece in pieces:
        closer = screen.kept(piece.texts)
        numbers = [number for number, plain in enumerate(piece.plain) if number in closer or not plain]
        rows = dict(zip(numbers, piece.rows(numbers), strict=True))
        for number, account in enumerate(piece.ids):
            row = rows.get(number)
            if row is None:
                summary.good += 1
                yield reader.silent(account, piece.births[number], piece.bands[number])
            elif isinstance(row, BadLine):
                rejects.add(piece.first + number, str(row), row.field)
            else:
                summary.good += 1
                summary.read += 1
                yield reader.read(row)


class _Screen:
    """Asks the engine which rows of a piece could say something."""

    def __init__(self, runs: Engine, scratch: Path, year: int) -> None:
        self._engine = runs
        self._kept = scratch / "kept"
        self._query = compiled(could_say(ibis.table(TEXTS, name="texts"), year), KEPT, runs.dialect)

    def kept(self, texts: pyarrow.Table) -> frozenset[int]:
        """The numbers of the rows that it keeps."""
        session = self._engine.beside.session
        session.register("given", texts)
        self._engine.take("texts", f"SELECT {', '.join(TEXTS)} FROM given", TEXTS)  # noqa: S608 - names of our own
        rmtree(self._kept, ignore_errors=True)
        self._engine.store(self._query, self._kept)
        numbers = pyarrow.parquet.read_table(self._kept, columns=["number"])["number"].to_pylist()
        session.unregister("given")
        return frozenset(numbers)


def _of_lines(accounts: str, many: int, rejects: Rejects) -> Iterator[_Piece]:
    """Pieces of a JSONL file or of standard input: each line is read in full, and a bad one is rejected at once."""
    with opened(accounts) as stream:
        rows = Reader(AccountRow, rejects).read(lines_of(stream))
        while some := list(islice(rows, many)):
            yield _Piece(
                texts=pyarrow.table(
                    {
                        "number": range(len(some)),
                        "bio": pyarrow.array([row.bio for row in some], _TEXT),
                        "posts": pyarrow.array([_joined(row) for row in some], _TEXT),
                    }
                ),
                rows=partial(_those, some),
                ids=[row.id for row in some],
                births=[row.declared_birthdate for row in some],
                bands=[row.age_band for row in some],
                plain=[True] * len(some),
                first=1,
            )


def _joined(row: AccountRow) -> str:
    return "\n".join(post if isinstance(post, str) else post.text for post in row.posts or ())


def _of_parquet(accounts: str, many: int, rejects: Rejects) -> Iterator[_Piece]:
    """Pieces of Parquet files, read column by column: only what the engine keeps becomes rows."""
    place = Path(accounts)
    files = sorted(place.rglob("*.parquet")) if place.is_dir() else [place]
    first = 1
    try:
        for file in files:
            parquet = pyarrow.parquet.ParquetFile(file)
            for batch in parquet.iter_batches(many):
                yield _piece(pyarrow.Table.from_batches([batch]), first)
                first += batch.num_rows
    except pyarrow.ArrowException as error:
        rejects.add(first, f"not a Parquet file, or a damaged one: {error}", WHOLE_LINE)


def _piece(table: pyarrow.Table, first: int) -> _Piece:
    """A piece of a Parquet file. What is not of the type that it should be is read row by row."""
    names = set(table.column_names)
    count = table.num_rows

    def of_type(name: str, *kinds: Callable[[Any], bool]) -> bool:
        return name in names and any(kind(table.schema.field(name).type) for kind in kinds)

    types = pyarrow.types
    texts = (types.is_string, types.is_large_string)
    usual = (
        all(of_type(name, *texts) for name in ("id", "service", "handle"))
        and all(
            name not in names or of_type(name, *kinds)
            for name, kinds in {
                "bio": (*texts, types.is_null),
                "age_band": (*texts, types.is_null),
                "declared_birthdate": (types.is_date32, types.is_null),
                "country": (*texts, types.is_null),
                "language": (*texts, types.is_null),
                "created_at": (_instant, types.is_null),
                "reach": (types.is_integer, types.is_null),
                "monetised": (types.is_boolean, types.is_null),
                "posts": (_list_of_texts, types.is_null),
            }.items()
        )
        and "extra" not in names
    )
    if not usual:
        return _row_by_row(table, first)
    compute = pyarrow.compute
    right = compute.and_(
        compute.and_(
            compute.greater(compute.utf8_length(table["id"]), 0),
            compute.is_in(table["service"], pyarrow.array(SERVICES)),
        ),
        compute.match_substring_regex(table["handle"], "^@?[A-Za-z0-9_]"),
    )
    if "reach" in names and not types.is_null(table.schema.field("reach").type):
        right = compute.and_(right, compute.fill_null(compute.greater_equal(table["reach"], 0), True))
    bands = _values(table, "age_band")
    plain = [bool(one) and (band is None or band in _BANDS) for one, band in zip(right.to_pylist(), bands, strict=True)]
    posts = table["posts"] if of_type("posts", _list_of_texts) else None
    joined = compute.binary_join(_without_nulls(posts), "\n") if posts is not None else pyarrow.nulls(count, _TEXT)
    return _Piece(
        texts=pyarrow.table(
            {
                "number": range(count),
                "bio": table["bio"].cast(_TEXT) if of_type("bio", *texts) else pyarrow.nulls(count, _TEXT),
                "posts": joined,
            }
        ),
        rows=partial(_rows, table),
        ids=_values(table, "id"),
        births=_values(table, "declared_birthdate"),
        bands=bands,
        plain=plain,
        first=first,
    )


def _row_by_row(table: pyarrow.Table, first: int) -> _Piece:
    """A piece of which every row is read in full, since a column is not of the type that it should be."""
    rows = _rows(table, list(range(table.num_rows)))
    good = [one if isinstance(one, AccountRow) else None for one in rows]
    return _Piece(
        texts=pyarrow.table(
            {
                "number": range(len(rows)),
                "bio": pyarrow.array([one.bio if one else None for one in good], _TEXT),
                "posts": pyarrow.array([_joined(one) if one else None for one in good], _TEXT),
            }
        ),
        rows=partial(_those, rows),
        ids=[one.id if one else "" for one in good],
        births=[one.declared_birthdate if one else None for one in good],
        bands=[one.age_band if one else None for one in good],
        plain=[one is not None for one in good],
        first=first,
    )


def _those(rows: Sequence[AccountRow | BadLine], numbers: list[int]) -> list[AccountRow | BadLine]:
    return [rows[number] for number in numbers]


def _rows(table: pyarrow.Table, numbers: list[int]) -> list[AccountRow | BadLine]:
    """Rows of a table in full, and what is wrong with those that are bad."""
    return [_record(raw) for raw in table.take(numbers).to_pylist()] if numbers else []


def _record(raw: dict[str, Any]) -> AccountRow | BadLine:
    raw = {name: value for name, value in raw.items() if value is not None}
    if isinstance(posts := raw.get("posts"), list):
        raw["posts"] = [post for post in posts if post is not None]
    try:
        return to_record(msgspec.to_builtins(raw), AccountRow)
    except BadLine as bad:
        return bad
    except (TypeError, UnicodeError) as error:
        return BadLine(str(error))


def _values(table: pyarrow.Table, name: str) -> list[Any]:
    return table[name].to_pylist() if name in table.column_names else [None] * table.num_rows


def _instant(kind: Any) -> bool:
    return bool(pyarrow.types.is_timestamp(kind) and kind.tz is not None)


def _list_of_texts(kind: Any) -> bool:
    return bool(pyarrow.types.is_list(kind) and pyarrow.types.is_string(kind.value_type))


def _without_nulls(posts: pyarrow.ChunkedArray) -> pyarrow.ChunkedArray:
    """Lists of texts without the null ones, which would make the whole list null."""
    if not any(chunk.flatten().null_count for chunk in posts.chunks):
        return posts
    kept = [[post for post in some if post is not None] if some is not None else None for some in posts.to_pylist()]
    return pyarrow.chunked_array([pyarrow.array(kept, pyarrow.list_(_TEXT))])
