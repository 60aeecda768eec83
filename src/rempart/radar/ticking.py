"""The fame radar over a table of counters: a tick for each instant in order, from the state that the last one left.

Counters that come once their instant was ticked are late: `followers` is a level, so the account's next row tells what
the missing one would have, and the tick is not taken again. Within one run the order of rows and files does not matter.
"""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import ibis
import pyarrow.parquet
from ibis import ir

from rempart.radar.accounts import AccountsTable
from rempart.radar.counters import TODAY, CountersTable
from rempart.radar.engines import Engine, engine
from rempart.radar.fame import POPULATION, SCORED, STATE, Parameters, alerts, observe, stand_out
from rempart.radar.fame.population import count, settle, surprises, tide
from rempart.radar.fame.ticking import hours, weekday
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
        self._queries: dict[str, str] = {}

    def tick(self, at: datetime, counters: str, *, rows: int) -> list[FameAlert]:
        """Take the tick of `at` with the counters that a query of DuckDB gives; its alerts."""
        # Tables of accounts are the engine's; those of the platform are small, and DuckDB's whatever the engine.
        large, small, p = self._engine, self._engine.beside, self._parameters
        instant = f"SELECT {hours(at)} AS hour"
        hour = large.take("instant", instant, _INSTANT).hour.as_scalar()
        slot = weekday(small.take("instant", instant, _INSTANT).hour.as_scalar())
        today = large.take("today", counters, TODAY)
        with self._state.draft() as draft:
            # Each step is stored before the next one reads it, so that nothing is joined or computed twice.
            tables = {
                "accounts_before": _Table(self._newest("accounts"), STATE),
                "population_before": _Table(self._newest("population"), POPULATION),
                "accounts": _Table(draft / "accounts", STATE),
                "counted": _Table(self._state.scratch / "counted", POPULATION),
                "known": _Table(self._state.scratch / "known", POPULATION),
                "odd": _Table(self._state.scratch / "odd", POPULATION),
                "population": _Table(draft / "population", POPULATION),
            }

            def step(name: str, engine: Engine, expression: Callable[..., ir.Table], *sources: str) -> None:
                query = self._query(name, tables[name].schema, engine, expression, {s: tables[s] for s in sources})
                shutil.rmtree(tables[name].folder, ignore_errors=True)
                engine.store(query, tables[name].folder)

            step("accounts", large, lambda a, b: observe(a, b, today, hour, p), "accounts_before", "population_before")
            step("counted", large, lambda a: count(a, p), "accounts")
            step("known", small, lambda c, b: tide(c, b, slot=slot, parameters=p), "counted", "population_before")
            step("odd", large, lambda a, k: surprises(a, k, p), "accounts", "known")
            step("population", small, lambda o, k, b: settle(o, k, b, p), "odd", "known", "population_before")
            sources = {name: tables[name] for name in ("accounts", "population")}
            query = self._query("scored", SCORED, large, lambda a, b: stand_out(a, b, hour, p), sources)
            scored = large.fetch(query)
            told = alerts(scored, self._accounts.of(row["account_id"] for row in scored), p)
            self._state.keep(draft, at=at, rows=rows, alerts=told)
        return told

    def _query(
        self,
        name: str,
        schema: ibis.Schema,
        engine: Engine,
        expression: Callable[..., ir.Table],
        sources: Mapping[str, "_Table"],
    ) -> str:
        """The query of a step, compiled once, over its sources as they lie now."""
        loaded = [engine.load(source, table.folder, table.schema) for source, table in sources.items()]
        if name not in self._queries:
            self._queries[name] = engine.compile(expression(*loaded), schema)
        return self._queries[name]

    def _newest(self, name: str) -> Path:
        """The folder of a table as the newest tick left it; before the first one, of an empty table."""
        if newest := self._state.newest():
            return self._state.table(newest.at, name)
        folder = self._state.scratch / "nothing" / name
        if not folder.exists():
            folder.mkdir(parents=True)
            pyarrow.parquet.write_table(TABLES[name].to_pyarrow().empty_table(), folder / "part.parquet")
        return folder


class _Table(NamedTuple):
    """A table of a tick: where it lies, and its columns."""

    folder: Path
    schema: ibis.Schema
