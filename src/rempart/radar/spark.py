"""Spark as an engine: a quiet session in a Java machine of our own, on this machine alone or on a cluster.

What Java says goes to a file without a name, never to the terminal; nothing listens beyond this machine unless the
cluster is elsewhere; there is no web page. The Java machine is started once and ends with this process.
"""

import atexit
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlsplit

import ibis
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from rempart.radar.engines import SQL_TYPES, DuckDB, Engine, EngineFailed, quoted
from rempart.radar.java import java_home

LOOPBACK = "127.0.0.1"
MEMORY = "2g"  # of the driver, which does all the work where there is no cluster
_LONGEST_REASON = 300
_IBIS = ibis.pyspark  # Ibis knows the options of a dialect only once it was asked for its engine
_RULES = "org.apache.spark.sql.catalyst.optimizer"
_WRITE_STEPS_OUT = ("PushDownPredicates", "PushPredicateThroughNonJoin")


class Spark(Engine):
    """Spark. Files pass through `scratch`, which all of the cluster's machines see."""

    dialect = "pyspark"

    def __init__(self, session: SparkSession, *, beside: DuckDB, scratch: Path) -> None:
        self.beside = beside
        self.scratch = scratch
        self._session = session
        self._numbers = count()

    def load(self, name: str, folder: Path, schema: ibis.Schema) -> None:
        columns = ", ".join(f"{column} {SQL_TYPES[str(kind)]}" for column, kind in schema.items())
        with _said_shortly():
            self._session.read.schema(columns).parquet(folder.resolve().as_uri()).createOrReplaceTempView(name)

    def store(self, query: str, folder: Path) -> None:
        with _said_shortly():
            self._session.sql(query).write.parquet(folder.resolve().as_uri())

    def take(self, name: str, query: str, schema: ibis.Schema) -> None:
        folder = self.scratch / f"{name}-{next(self._numbers)}"
        for before in self.scratch.glob(f"{name}-*"):
            shutil.rmtree(before)
        copy = f"COPY ({query}) TO '{quoted(folder)}' (FORMAT parquet, FILE_SIZE_BYTES '64MB')"
        self.beside.session.execute(copy)
        self.load(name, folder, schema)


@contextmanager
def spark(*, beside: DuckDB, master: str | None, scratch: Path) -> Iterator[Spark]:
    """Spark until the block ends, on the cluster of `master` (`spark://host:7077`) or on this machine.

    Raises NoJava, EngineFailed.
    """
    settings = _settings(master, scratch)
    conf = SparkConf().setAll(list(settings.items()))
    with _said_shortly():
        context = SparkContext(conf=conf, gateway=_gateway(_is_here(master)))
    try:
        yield Spark(SparkSession(context), beside=beside, scratch=scratch)
    finally:
        context.stop()


def _settings(master: str | None, scratch: Path) -> dict[str, str]:
    settings = {
        "spark.master": master or "local[*]",
        "spark.app.name": "rempart radar",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.local.dir": str(scratch / "spark"),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        "spark.sql.session.timeZone": "UTC",
        # An overflow or a quotient by zero is an error, as in DuckDB, never a null.
        "spark.sql.ansi.enabled": "true",
        # An expression built of many steps: these would write each step into the next until the plan fills the memory.
        "spark.sql.constraintPropagation.enabled": "false",
        "spark.sql.optimizer.excludedRules": ",".join(f"{_RULES}.{rule}" for rule in _WRITE_STEPS_OUT),
    }
    if master is None:
        settings["spark.sql.shuffle.partitions"] = str(2 * (os.cpu_count() or 1))
    if _is_here(master):
        settings["spark.driver.host"] = settings["spark.driver.bindAddress"] = LOOPBACK
    return settings


def _is_here(master: str | None) -> bool:
    """Whether nobody on another machine takes part."""
    return master is None or urlsplit(master).hostname in (LOOPBACK, "localhost")


@contextmanager
def _said_shortly() -> Iterator[None]:
    """Turn Java's traces into one sentence."""
    try:
        yield
    except (Py4JError, PySparkException) as error:
        reasons = [line.strip() for line in str(error).splitlines() if line.strip()]
        causes = [line.removeprefix("Caused by: ") for line in reasons if line.startswith("Caused by: ")]
        told = (causes[-1:] or reasons[:1] or [type(error).__name__])[0]
        raise EngineFailed(f"Spark could not go on: {told[:_LONGEST_REASON]}") from error


@cache
def _gateway(loopback: bool) -> Any:
    """The Java machine beside this process, started with the first session. Raises NoJava, EngineFailed."""
    variables = {"JAVA_HOME": str(java_home())}
    if loopback:
        variables["SPARK_LOCAL_IP"] = LOOPBACK
    with _environment(variables), TemporaryFile() as log:
        try:
            conf = SparkConf().set("spark.driver.memory", MEMORY)
            gateway = launch_gateway(conf, {"stdout": log, "stderr": log})  # type: ignore[no-untyped-call]
        except PySparkException as error:
            log.seek(0)
            last = log.read().decode(errors="replace").strip().splitlines()[-1:]
            raise EngineFailed(f"Java did not start for Spark: {' '.join(last) or error}") from error
    atexit.register(_end, gateway)
    return gateway


def _end(gateway: Any) -> None:
    gateway.shutdown()
    gateway.proc.stdin.close()  # which it takes for the end of this process
    gateway.proc.wait()


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """These variables for what is started in the block."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
