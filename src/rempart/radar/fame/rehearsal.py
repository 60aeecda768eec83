"""The radar run over a simulated population in memory, and what its alerts were worth."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa

from rempart.radar.engines import compiled
from rempart.radar.fame.alerting import alerts
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.simulator import Simulation
from rempart.radar.fame.tables import TODAY
from rempart.radar.fame.ticking import SCHEMAS, TABLES, hours, steps
from rempart.records import FameAlert

FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)


def account(number: int) -> str:
    """The id of a simulation's account."""
    return f"account-{number:07d}"


def days_of(simulation: Simulation) -> Iterator[tuple[datetime, pa.Table]]:
    """A simulation's counters, a table a day."""
    ids = np.array([account(number) for number in range(len(simulation.followers))])
    for day in range(simulation.followers.shape[1]):
        told = simulation.followers[:, day] >= 0
        columns = {"account_id": pa.array(ids[told]), "followers": simulation.followers[told, day]}
        for name in ("views", "mentions"):
            counts = getattr(simulation, name)
            columns[name] = pa.nulls(int(told.sum()), pa.int64()) if counts is None else counts[told, day]
        yield FIRST_DAY + timedelta(days=day), pa.table(columns, schema=TODAY.to_pyarrow())


@cache
def _queries(parameters: Parameters) -> list[str]:
    """The steps of a tick as DuckDB's SQL, each of which makes a table that the next ones read."""
    return [
        f"CREATE OR REPLACE TABLE {name} AS {compiled(step, SCHEMAS[name], 'duckdb')}"
        for name, step in steps(parameters).items()
    ]


def rehearse(counters: Iterable[tuple[datetime, pa.Table]], parameters: Parameters | None = None) -> list[FameAlert]:
    """The alerts of a radar that begins with nothing. counters: the rows of each instant, in order."""
    parameters = parameters or Parameters()
    told: list[FameAlert] = []
    with duckdb.connect(config={"threads": 2}) as engine:
        for name, schema in TABLES.items():
            engine.register("nothing", schema.to_pyarrow().empty_table())
            engine.execute(f"CREATE TABLE {name} AS FROM nothing")
        for instant, rows in counters:
            engine.register("rows", rows)
            engine.execute("CREATE OR REPLACE TABLE today AS FROM rows")
            engine.execute(f"CREATE OR REPLACE TABLE instant AS SELECT {hours(instant)}::INT AS hour")
            for name in TABLES:
                engine.execute(f"DROP TABLE IF EXISTS {name}_before")
                engine.execute(f"ALTER TABLE {name} RENAME TO {name}_before")
            for query in _queries(parameters):
                engine.execute(query)
            told += alerts(engine.sql("FROM scored").to_arrow_table().to_pylist(), {}, parameters)
    return told


@dataclass(frozen=True)
class Worth:
    """What alerts were worth: shares of the stars, and the alerts that were not the first of a star's rise, by kind."""

    stars: int
    found: int
    early: int  # found at least one day before the first day of half the best day's gain
    alerts: int
    false: Counter[str]

    @property
    def recall(self) -> float:
        """Share of the stars found."""
        return self.found / max(self.stars, 1)

    @property
    def precision(self) -> float:
        """Share of the alerts that found a star; a second alert for the same rise is a false one."""
        return self.found / max(self.alerts, 1)

    @property
    def lead(self) -> float:
        """Share of the stars found that were found early."""
        return self.early / max(self.found, 1)


def worth(simulation: Simulation, told: Iterable[tuple[int, int]]) -> Worth:
    """What alerts were worth; told: (account, day) in order of time."""
    stars = {star.account: star for star in simulation.stars}
    found: set[int] = set()
    false: Counter[str] = Counter()
    early = count = 0
    for number, day in told:
        count += 1
        star = stars.get(number)
        if star is not None and day >= star.began and number not in found:
            found.add(number)
            early += day < star.half_peak
        else:
            false["repeated" if number in found else simulation.kinds[number] or "ordinary"] += 1
    return Worth(len(stars), len(found), early, count, false)


def told_of(given: Iterable[FameAlert], tier: str = "support") -> list[tuple[int, int]]:
    """Alerts of a tier as (account, day) pairs for `worth`."""
    return [(int(a.account_id[8:]), (a.alert_at - FIRST_DAY).days) for a in given if a.tier == tier]
