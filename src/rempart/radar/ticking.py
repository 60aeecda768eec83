"""The fame radar over a table of counters: a tick for each instant in order, from the state that the last one left.

Counters that come once their instant was ticked are late: `followers` is a level, so the account's next row tells what
the missing one would have, and the tick is not taken again. Within one run the order of rows and files does not matter.
"""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.parquet

from rempart.radar.accounts import AccountsTable
from rempart.radar.counters import CountersTable
from rempart.radar.engines import DuckDB, Engine, compiled, engine
from rempart.radar.fame import SCHEMAS, STEPS, TABLES, Parameters, alerts, hours, steps
from rempart.radar.state import State
from rempart.records import FameAlert
from rempart.records.lines import Rejects
from rempart.records.progress import progress

# The tables of accounts are the engine's; what is known of the platform, and the few accounts whose day is unusual, are
# DuckDB's whatever the engine.
_LARGE = ("accounts", "counted", "unusual")


@dataclass
class Summary:
    """What a run did: ticks taken now, rows that came too late for theirs, good rows."""

    ticks: int = 0
    late: int = 0
    good: int = 0


def run(
    counters: str,
    *,
    rejects: Rejects,
    accounts: str | None = None,
    name: str = "duckdb",
    master: str | None = None,
    state: Path | None = None,
    until: datetime | None = None,
    parameters: Parameters | None = None,
    retell: bool = False,
    summary: Summary | None = None,
) -> Iterator[FameAlert]:
    """The alerts of a table of counters, in order.

    counters: a JSONL, CSV or Parquet file, a folder of Parquet files, or `-`. accounts: the accounts table, for ages.
    name, master: the engine's. state: the folder that remembers; by default nothing is remembered.
    until: no tick after it. retell: tell the alerts of ticks that were taken before again, in their place.
    Raises FileNotFoundError, StateUnusable, EngineMissing, EngineFailed, NoJava.
    """
    summary = summary or Summary()
    with ExitStack() as stack:
        folder = state or Path(stack.enter_context(TemporaryDirectory(prefix="rempart-radar-")))
        kept = State(folder.resolve(), TABLES)
        stack.enter_context(kept.held())
        runs = stack.enter_context(engine(name, master=master, scratch=kept.scratch))
        connection = runs.beside.session
        known = AccountsTable(accounts, connection, scratch=kept.scratch, rejects=rejects)
        table = CountersTable(connection, scratch=kept.scratch, rejects=rejects)
        newest = kept.newest()
        instants = table.instants(counters, taken=lambda at: newest is not None and at <= newest.at)
        summary.good = table.good
        ticker = _Ticker(runs, kept, known, parameters or Parameters())
        for at in progress(instants, what="ticks", total=len(instants)):
            if until is not None and at > until:
                break
            if newest is not None and at <= newest.at:
                before = kept.of(at)
                summary.late += max(0, instants[at].rows - (before.rows if before else 0))
                yield from kept.alerts(at) if retell else ()
                continue
            yield from ticker.tick(at, table.of(instants[at], at), rows=instants[at].rows)
            summary.ticks += 1


class _Ticker:
    """Takes one tick after the other, each from the state that is kept to the one that will be."""

    def __init__(self, runs: Engine, state: State, accounts: AccountsTable, parameters: Parameters) -> None:
        self._engine = runs
        self._state = state
        self._accounts = accounts
        self._parameters = parameters

    def tick(self, at: datetime, counters: str, *, rows: int) -> list[FameAlert]:
        """Take the tick of `at` with the counters that a query of DuckDB gives; its alerts."""
        large, small = self._engine, self._engine.beside
        queries = _queries(large.dialect, self._parameters)
        for either in {large, small}:
            either.take("instant", f"SELECT {hours(at)} AS hour", SCHEMAS["instant"])
        large.take("today", counters, SCHEMAS["today"])
        with self._state.draft() as draft:
            folders = {name: (draft if name in TABLES else self._state.scratch) / name for name in STEPS}
            folders |= {f"{name}_before": self._newest(name) for name in TABLES}
            # Each step is stored before the next one reads it, so that nothing is joined or computed twice.
            for name, sources in STEPS.items():
                runs = large if name in _LARGE else small
                for source in sources:
                    runs.load(source, folders[source], SCHEMAS[source])
                shutil.rmtree(folders[name], ignore_errors=True)
                runs.store(queries[name], folders[name])
            scored = small.rows(folders["scored"])
            told = alerts(scored, self._accounts.of(row["account_id"] for row in scored), self._parameters)
            self._state.keep(draft, at=at, rows=rows, alerts=told)
        return told

    def _newest(self, name: str) -> Path:
        """The folder of a table as the newest tick left it; before the first one, of an empty table."""
        if newest := self._state.newest():
            return self._state.table(newest.at, name)
        folder = self._state.scratch / "nothing" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            pyarrow.parquet.write_table(TABLES[name].to_pyarrow().empty_table(), folder / "part.parquet")
        return folder


@cache
def _queries(large: str, parameters: Parameters) -> dict[str, str]:
    """The SQL of each step of a tick, the same for all ticks: to compile it takes longer than a small tick.

    large: the dialect of the engine that works on the accounts.
    """
    return {
        name: compiled(table, SCHEMAS[name], large if name in _LARGE else DuckDB.dialect)
        for name, table in steps(parameters).items()
    }
