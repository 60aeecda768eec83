"""Counters of a small invented platform: a crowd that grows steadily, and a few accounts that rise all of a sudden."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.radar.fame import Parameters
from rempart.radar.state import State
from rempart.radar.ticking import TABLES, run
from rempart.records import FameAlert
from rempart.records.lines import Rejects

CROWD, STARS = 120, 4
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)
RISES = 4  # the first day of the rise
# Learnt from few days, so that few ticks are enough.
QUICK = Parameters(first_week=2, history=2)


def day(number: int) -> datetime:
    """The instant of a day's counters."""
    return BEGINS + timedelta(days=number)


def rows_of(number: int, *, rises: int = RISES) -> list[dict[str, Any]]:
    """The counters of one day, of accounts of which a few rise from the day `rises` on."""
    rows = []
    for account in range(CROWD + STARS):
        usual = 5 + account % 40
        followers = 1000 + usual * number + (account * 7 + number * 3) % 5
        if account >= CROWD and number >= rises:
            followers += 400 * 2 ** (number - rises)
        rows.append(
            {
                "account_id": f"a{account:03}",
                "at": day(number),
                "followers": followers,
                "views": 50 * usual * (number + 1),
            }
        )
    return rows


def write(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """Write rows as Parquet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(list(rows)), path)
    return path


def folder_of(folder: Path, days: Iterable[int], *, rises: int = RISES) -> Path:
    """Write a file of counters for each of these days."""
    for number in days:
        write(folder / f"{day(number):%Y-%m-%d}.parquet", rows_of(number, rises=rises))
    return folder


def told(counters: Path, **more: Any) -> list[FameAlert]:
    """The alerts of a run over counters of which no row is rejected."""
    rejects = io.BytesIO()
    alerts = list(run(str(counters), rejects=Rejects(rejects), **{"parameters": QUICK} | more))
    assert rejects.getvalue() == b""
    return alerts


def remembered(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of the tables that a state folder holds, in an order of their own."""
    state = State(folder, TABLES)
    newest = state.newest()
    assert newest is not None
    rows = {}
    for name, schema in TABLES.items():
        columns = pq.read_table(state.table(newest.at, name)).select(list(schema))
        rows[name] = sorted((tuple(row.values()) for row in columns.to_pylist()), key=repr)
    return rows
