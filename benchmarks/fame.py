"""How long a tick of the fame radar takes and how much memory it holds, from ten thousand accounts to five million.

Counters are made by DuckDB: every account grows at a pace of its own, with noise; one in a thousand rises. Each size
runs in a process of its own, whose greatest memory the system tells; its last three ticks are timed, from Parquet to
Parquet, once the accounts are old enough to be judged. Beside it run Spark on the same machine, and river's moving mean
and variance, account by account, which is the least that any detector over many streams does.

    python benchmarks/fame.py [ACCOUNTS…]
"""

import hashlib
import json
import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
LARGEST_ON_SPARK = 100_000
LARGEST_ON_RIVER = 100_000
DAYS = 10
TIMED = 3
BEGINS = datetime(2026, 1, 5, tzinfo=UTC)


def make(folder: Path, accounts: int) -> None:
    """Write the counters of DAYS days."""
    import duckdb

    with duckdb.connect(config={"memory_limit": "2GB", "temp_directory": str(folder / "spilled")}) as session:
        session.execute("SET preserve_insertion_order = false")
        session.execute("SET enable_progress_bar = false")
        # The rows of a day come in no order, as from a service that is asked by many machines.
        session.execute(
            f"""CREATE TABLE accounts AS
                SELECT format('1{{:09d}}', (i * 2654435761) % {accounts}) AS account_id,
                       exp(hash(i) % 1000 / 1000 * 7 - 1) AS usual, hash(i + 7) % 1000 = 1 AS rises
                FROM range({accounts}) t(i)"""  # noqa: S608
        )
        for day in range(DAYS):
            noise = f"(hash(account_id || '-{day}') % 1000 / 1000 - 0.5)"
            rise = f"CASE WHEN rises AND {day} > 7 THEN usual * 30 * ({day} - 7) ELSE 0 END"
            session.execute(
                f"""COPY (SELECT account_id, TIMESTAMP '{BEGINS + timedelta(days=day):%Y-%m-%d}' AS "at",
                                 (1000 + usual * ({day + 1} + {noise}) + {rise})::BIGINT AS followers,
                                 (usual * 50 * (1 + {noise}))::BIGINT AS views,
                                 (hash(account_id) % 10)::BIGINT AS mentions
                          FROM accounts)
                    TO '{folder}/{day:02}.parquet' (FORMAT parquet, COMPRESSION zstd)"""  # noqa: S608
            )


def run(counters: Path, engine: str) -> None:
    """Tick through the counters, and print the seconds of the last ticks and the greatest memory in MB."""
    import msgspec

    from rempart.radar import ticking
    from rempart.records.lines import Rejects

    begun: list[float] = []
    progress = ticking.progress

    def timed(instants, **more):
        for at in progress(instants, **more):
            begun.append(time.perf_counter())
            yield at
        begun.append(time.perf_counter())

    ticking.progress = timed
    told = list(ticking.run(str(counters), rejects=Rejects(sys.stderr.buffer), name=engine))
    ticks = [later - earlier for earlier, later in pairwise(begun)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    digest = hashlib.sha256(msgspec.json.encode(told)).hexdigest()
    print(json.dumps({"seconds": median(ticks[-TIMED:]), "memory": memory, "alerts": len(told), "digest": digest}))


def river(counters: Path) -> float:
    """Seconds for one day of river's exponentially weighted mean and variance, and the score, account by account."""
    import pyarrow.parquet as pq
    from river import stats

    state: dict[str, tuple[stats.EWMean, stats.EWVar]] = {}
    levels: dict[str, int] = {}
    seconds = 0.0
    for day in range(TIMED):
        rows = pq.read_table(counters / f"{day:02}.parquet", columns=["account_id", "followers"])
        ids, followers = rows["account_id"].to_pylist(), rows["followers"].to_pylist()
        begun = time.perf_counter()
        scores = []
        for account, level in zip(ids, followers, strict=True):
            mean, variance = state.setdefault(account, (stats.EWMean(0.08), stats.EWVar(0.08)))
            gain = level - levels.get(account, level)
            scores.append((gain - mean.get()) / (variance.get() + 1.0) ** 0.5)
            mean.update(gain)
            variance.update(gain)
            levels[account] = level
        seconds = time.perf_counter() - begun
    return seconds


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] == ["--run"]:
        run(Path(sys.argv[2]), sys.argv[3])
        return
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    print(f"A tick of the fame radar, {os.cpu_count()} cores (the median of the last {TIMED} ticks of {DAYS})")
    print(f"{'accounts':>10}  {'engine':8} {'seconds':>8} {'accounts/s':>12} {'memory MB':>10} {'alerts':>8}")
    for accounts in sizes:
        with TemporaryDirectory(prefix="rempart-bench-") as name:
            folder = Path(name)
            made = subprocess.Popen([sys.executable, "-c", _MAKING, __file__, name, str(accounts)])
            assert made.wait() == 0
            digests = set()
            for engine in ("duckdb", "spark") if accounts <= LARGEST_ON_SPARK else ("duckdb",):
                command = [sys.executable, __file__, "--run", name, engine]
                found = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
                seconds, rate = found["seconds"], accounts / found["seconds"]
                # Spark's memory is Java's, which this process does not see.
                memory = f"{found['memory']:,.0f}" if engine == "duckdb" else "–"
                digests.add(found["digest"])
                print(f"{accounts:10,}  {engine:8} {seconds:8.2f} {rate:12,.0f} {memory:>10} {found['alerts']:8,}")
            assert len(digests) == 1, "the engines' alerts differ"
            if accounts <= LARGEST_ON_RIVER:
                seconds = river(folder)
                print(f"{accounts:10,}  {'river':8} {seconds:8.2f} {accounts / seconds:12,.0f}")


_MAKING = """
import runpy, sys
from pathlib import Path
runpy.run_path(sys.argv[1])["make"](Path(sys.argv[2]), int(sys.argv[3]))
"""

if __name__ == "__main__":
    main()
