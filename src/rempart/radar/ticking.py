"""The fame radar over a table of counters: a tick for each instant in order, from the state that the last one left.

Counters that come once their instant was ticked are late: `followers` is a level, so the account's next row tells what
the missing one would have, and the tick is not taken again. Within one run the order of rows and files does not matter.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import ibis
import pyarrow.parquet
from ibis import ir

from rempart.radar.accounts import AccountsTable
from rempart.radar.counters import TODAY, CountersTable
from rempart.radar.engines import Engine, engine
from rempart.radar.fame import POPULATION, SCORED, STATE, Parameters, alerts, measure, observe, stand_out
from rempart.radar.fame.ticking import hours
from rempart.radar.state import State
from rempart.records import FameAlert
from rempart.records.lines import Rejects
from rempart.records.progress import progress

_INSTANT = ibis.schema({"hour": "int32"})
TABLES = {"accounts": STATE, "population": POPULATION}


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
        connection = stack.enter_context(runs.reader(kept.scratch))
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
            yield from ticker.tick(at, connection, table.of(instants[at], at), rows=instants[at].rows)
            summary.ticks += 1


class _Ticker:
    """Takes one tick after the other, each from the state that is kept to the one that will be."""

    def __init__(self, runs: Engine, state: State, accounts: AccountsTable, parameters: Parameters) -> None:
        self._engine = runs
        self._state = state
        self._accounts = accounts
        self._parameters = parameters
        self._queries: dict[str, str] = {}

    def tick(self, at: datetime, reader: duckdb.DuckDBPyConnection, query: str, *, rows: int) -> list[FameAlert]:
        """Take the tick of `at` with the counters that `query` gives on `reader`; its alerts."""
        runs, parameters = self._engine, self._parameters
        accounts, population = (self._newest(name) for name in TABLES)
        today = runs.take("today", reader, query, TODAY)
        hour = runs.take("instant", reader, f"SELECT {hours(at)} AS hour", _INSTANT).hour.as_scalar()
        with self._state.draft() as draft:
            # Each step is stored before the next one reads it, so that nothing is joined or computed twice.
            query = self._compiled("after", STATE, lambda: observe(accounts, population, today, hour, parameters))
            runs.store(query, draft / "accounts")
            after = runs.load("after", draft / "accounts", STATE)
            query = self._compiled("weighed", POPULATION, lambda: measure(after, population, hour, parameters))
            runs.store(query, draft / "population")
            weighed = runs.load("weighed", draft / "population", POPULATION)
            query = self._compiled("scored", SCORED, lambda: stand_out(after, weighed, hour, parameters))
            scored = runs.fetch(query)
            told = alerts(scored, self._accounts.of(row["account_id"] for row in scored), parameters)
            self._state.keep(draft, at=at, rows=rows, alerts=told)
        return told

    def _compiled(self, name: str, schema: ibis.Schema, expression: Callable[[], ir.Table]) -> str:
        """The query of a step, the same at every tick."""
        if name not in self._queries:
            self._queries[name] = self._engine.compile(expression(), schema)
        return self._queries[name]

    def _newest(self, name: str) -> ir.Table:
        """A table as the newest tick left it; before the first one, an empty table."""
        newest = self._state.newest()
        folder = self._state.table(newest.at, name) if newest else self._state.scratch / "nothing" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            nothing = TABLES[name].to_pyarrow().empty_table()
            pyarrow.parquet.write_table(nothing, folder / "part.parquet")
        return self._engine.load(name, folder, TABLES[name])
