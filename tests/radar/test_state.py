"""The radar's state after kills at any point: yesterday's or today's, never a mixture; and who may use the folder."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from radar.small_platform import day, folder_of, remembered, told
from rempart.radar import state as state_module
from rempart.radar.fame import Parameters
from rempart.radar.state import ALERTS_KEPT, State, StateUnusable
from rempart.radar.ticking import TABLES
from rempart.records import FameAlert

SCHEMA = {"numbers": ibis.schema({"number": "int64"})}
TICKS = 12


class Killed(BaseException):
    """Stands for the end of the process."""


def alert(number: int) -> FameAlert:
    values: dict[str, Any] = dict.fromkeys(("score", "growth", "expected", "observed"), 1.0)
    return FameAlert(account_id=f"a{number}", alert_at=day(number), tier="watch", **values)


def take(state: State, number: int) -> None:
    """Take the tick of a day, whose table holds the day's number."""
    with state.draft() as draft:
        (draft / "numbers").mkdir()
        pq.write_table(pa.table({"number": [number]}), draft / "numbers" / "part.parquet")
        state.keep(draft, at=day(number), rows=1, alerts=[alert(number)])


def held_by(folder: Path) -> tuple[int, int, str]:
    """The day that a folder holds, as its name, its table and its alerts say."""
    state = State(folder, SCHEMA)
    with state.held():
        newest = state.newest()
        assert newest is not None
        (number,) = pq.read_table(state.table(newest.at, "numbers"))["number"].to_pylist()
        return (newest.at - day(0)).days, number, state.alerts(newest.at)[0].account_id


@pytest.mark.parametrize("step", range(1, 14))
def test_whoever_is_killed_between_two_steps_leaves_yesterday_or_today(tmp_path, monkeypatch, step):
    state = State(tmp_path, SCHEMA)
    with state.held():
        take(state, 0)
        steps = 0

        def counted(acts):
            def act(*given, **more):
                nonlocal steps
                steps += 1
                if steps == step:
                    raise Killed
                return acts(*given, **more)

            return act

        with monkeypatch.context() as patched:
            patched.setattr(state_module, "_to_disk", counted(state_module._to_disk))
            for name in ("rename", "replace", "write_bytes", "write_text"):
                patched.setattr(Path, name, counted(getattr(Path, name)))
            patched.setattr(state_module.shutil, "rmtree", lambda *_given, **_more: None)  # nobody cleans up
            with pytest.raises(Killed):
                take(state, 1)
    assert held_by(tmp_path) in {(0, 0, "a0"), (1, 1, "a1")}
    with state.held():
        if state.newest().at == day(0):
            take(state, 1)
    assert held_by(tmp_path) == (1, 1, "a1")
    assert len(list((tmp_path / "ticks").iterdir())) == 2


def command(counters: Path, state: Path, out: Path) -> list[str]:
    options = ["--state", str(state), "--out", str(out)]
    return [sys.executable, "-m", "rempart.cli", "radar", "fame", str(counters), *options]


def test_kill_9_at_any_point_of_a_tick_leaves_a_whole_state_and_the_same_end(tmp_path):
    counters = folder_of(tmp_path / "counters", range(TICKS), rises=TICKS - 4)
    whole = told(counters, state=tmp_path / "whole", parameters=Parameters())
    reference = State(tmp_path / "whole", TABLES)
    chance = random.Random(6)
    state = State(tmp_path / "state", TABLES)
    current = state.folder / "CURRENT"
    for _ in range(2):
        before = current.read_text() if current.exists() else ""
        process = subprocess.Popen(command(counters, state.folder, tmp_path / "killed.jsonl"))
        while process.poll() is None and (not current.exists() or current.read_text() == before):
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.1))
        process.send_signal(signal.SIGKILL)
        process.wait()
        newest = state.newest()
        assert newest is not None
        assert state.alerts(newest.at) == reference.alerts(newest.at)
        for name, schema in TABLES.items():
            assert pq.read_table(state.table(newest.at, name)).num_columns == len(schema)
    subprocess.run(command(counters, state.folder, tmp_path / "killed.jsonl"), check=True)
    lines = (tmp_path / "killed.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=FameAlert) for line in lines] == whole != []
    assert remembered(state.folder) == remembered(tmp_path / "whole")


def test_one_radar_at_a_time_works_on_a_folder(tmp_path):
    with State(tmp_path, SCHEMA).held(), pytest.raises(StateUnusable, match="Another radar works on"):  # noqa: SIM117
        with State(tmp_path, SCHEMA).held():
            pass


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "state").write_text("")
    with pytest.raises(StateUnusable, match="is no folder"), State(tmp_path / "state", SCHEMA).held():
        pass


def test_the_state_of_another_version_is_not_read(tmp_path):
    state = State(tmp_path, SCHEMA)
    with state.held():
        take(state, 0)
    other = State(tmp_path, {"numbers": ibis.schema({"number": "string"})})
    with pytest.raises(StateUnusable, match="another version"):
        other.newest()


def test_a_damaged_tick_is_named(tmp_path):
    state = State(tmp_path, SCHEMA)
    with state.held():
        take(state, 0)
    (state.table(day(0), "numbers").parent / "tick.json").write_text("{")
    with pytest.raises(StateUnusable, match="is damaged"):
        state.newest()


def test_only_the_newest_tick_keeps_its_tables(tmp_path):
    state = State(tmp_path, SCHEMA)
    with state.held():
        for number in range(3):
            take(state, number)
        assert [state.table(day(number), "numbers").exists() for number in range(3)] == [False, False, True]


def test_alerts_are_forgotten_after_ninety_days(tmp_path):
    state = State(tmp_path, SCHEMA)
    with state.held():
        take(state, 0)
        take(state, ALERTS_KEPT.days)
        assert state.alerts(day(0)) == [alert(0)]
        take(state, ALERTS_KEPT.days + 1)
    with state.held():
        assert state.alerts(day(0)) == []
        assert state.of(day(0)) is not None


def test_what_passed_is_gone_in_the_end(tmp_path):
    state = State(tmp_path, SCHEMA)
    with state.held():
        (state.scratch / "counted").write_text("")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["LOCK", "ticks"]
