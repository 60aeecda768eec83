"""Spark gives what DuckDB gives, byte for byte: on this machine, on a cluster, and on one that loses a worker."""

import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from radar.small_platform import RISES, day, folder_of, remembered, told, write
from rempart.platforms.servers.processes import Leashed, free_port
from rempart.radar.age.simulator import accounts
from rempart.radar.age.sweep import run
from rempart.radar.java import java_home
from rempart.records import AccountRow
from rempart.records.lines import Rejects

DAYS = RISES + 2
SHARED = RISES  # what a state of DuckDB holds before Spark goes on from it


@pytest.fixture(scope="module", autouse=True)
def short_lived() -> Iterator[None]:
    """Spare Java the work that pays only after minutes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto")
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Counters, the state that DuckDB left half-way, and what it told and remembered in the end."""
    folder = tmp_path_factory.mktemp("spark")
    folder_of(folder / "counters", range(SHARED))
    told(folder / "counters", state=folder / "half-way")
    folder_of(folder / "counters", range(DAYS))
    shutil.copytree(folder / "half-way", folder / "duckdb")
    return folder


@pytest.fixture(scope="module")
def expected(world: Path) -> list[bytes]:
    """The alerts of DuckDB, of which there are some that Spark must find by itself."""
    told_by_duckdb = lines(world, state=world / "duckdb")
    assert told_by_duckdb != lines(world, state=world / "half-way", until=day(SHARED - 1))
    return told_by_duckdb


def lines(world: Path, **more: object) -> list[bytes]:
    """The alerts of all days, as lines."""
    return [msgspec.json.encode(alert) for alert in told(world / "counters", retell=True, **more)]


@pytest.fixture
def state(world: Path, tmp_path: Path) -> Path:
    """A state that DuckDB left half-way."""
    return shutil.copytree(world / "half-way", tmp_path / "state")


class Cluster:
    """A standalone master and its two workers, on the loopback interface."""

    def __init__(self, folder: Path) -> None:
        import pyspark

        self._folder = folder
        self._spark_class = Path(pyspark.__file__).parent / "bin" / "spark-class"
        port, page = free_port(), free_port()
        self.master = f"spark://127.0.0.1:{port}"
        options = ["--host", "127.0.0.1", "--port", str(port), "--webui-port", str(page)]
        self.processes = [self._start("master", "master.Master", *options)]
        self._wait(self.processes[0], "I have been elected leader")
        for number in range(2):
            work = folder / f"work-{number}"
            resources = ["--cores", "1", "--memory", "1g", "--work-dir", str(work), "--webui-port", str(free_port())]
            self.processes.append(
                self._start(f"worker-{number}", "worker.Worker", "--host", "127.0.0.1", *resources, self.master)
            )
        for worker in self.processes[1:]:
            self._wait(worker, "Successfully registered with master")

    def _start(self, name: str, kind: str, *options: str) -> Leashed:
        environment = os.environ | {"JAVA_HOME": str(java_home()), "SPARK_LOCAL_IP": "127.0.0.1"}
        environment |= {"SPARK_DAEMON_MEMORY": "256m"}
        command = [self._spark_class, f"org.apache.spark.deploy.{kind}", *options]
        return Leashed(command, log=self._folder / f"{name}.log", environment=environment, folder=self._folder)

    def _wait(self, process: Leashed, word: str) -> None:
        process.wait_until(lambda: word in process.log.read_text(errors="replace"))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("cluster"))
    yield made
    for process in reversed(made.processes):
        process.kill()


def test_on_this_machine_alone(world, expected, state):
    assert lines(world, name="spark", state=state) == expected
    assert remembered(state) == remembered(world / "duckdb")


def test_on_a_cluster_from_a_state_of_duckdb(world, expected, state, cluster):
    assert lines(world, name="spark", master=cluster.master, state=state) == expected
    assert remembered(state) == remembered(world / "duckdb")


def test_a_worker_killed_in_the_middle_of_a_job_changes_nothing(world, expected, state, cluster):
    killed = threading.Event()

    def kill() -> None:
        # Spark writes there while the job runs, and moves what is whole out of it.
        while not any(state.glob("ticks/draft-*/accounts/_temporary")):
            time.sleep(0.005)
        cluster.processes.pop().kill()
        killed.set()

    threading.Thread(target=kill, daemon=True).start()
    assert lines(world, name="spark", master=cluster.master, state=state) == expected
    assert killed.is_set()
    assert remembered(state) == remembered(world / "duckdb")


def test_from_nothing_and_without_a_word_on_the_terminal(tmp_path, capfd):
    counters = folder_of(tmp_path / "counters", range(1))
    told(counters, name="spark", state=tmp_path / "spark")
    told(counters, name="duckdb", state=tmp_path / "duckdb")
    assert remembered(tmp_path / "spark") == remembered(tmp_path / "duckdb")
    assert capfd.readouterr() == ("", "")


def test_the_sweep_of_stated_ages_gives_the_same(tmp_path):
    table = tmp_path / "accounts.parquet"
    rows = [one.row for half in ("development", "held_out") for one in accounts(60, seed=5, half=half)]
    odd = "𝟏𝟏 ans, J’ai 1️⃣1️⃣ ANS, İ'M 11, j\u2019ai onzé anſ, \u212aid of 2014"
    rows.append(AccountRow(id="odd", service="tiktok", handle="odd", bio=odd, posts=[odd.lower(), "", "\n"]))
    write(table, [{name: getattr(row, name) for name in ("id", "service", "handle", "bio", "posts")} for row in rows])

    def swept(name: str) -> list[bytes]:
        found = run(str(table), rejects=Rejects(sys.stderr.buffer), as_of=date(2026, 11, 23), name=name)
        return [msgspec.json.encode(one) for one in found]

    assert swept("spark") == swept("duckdb")


def test_what_spark_can_not_do_is_one_sentence(tmp_path):
    from rempart.radar.engines import EngineFailed

    counters = folder_of(tmp_path / "counters", range(1))
    with pytest.raises(EngineFailed, match=r"^Spark could not go on: [^\n]+$"):
        told(counters, name="spark", master="no-such-master")
