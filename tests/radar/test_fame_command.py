"""`rempart radar fame`: what it writes, its exit statuses, and what it says when an engine cannot be had."""

import json
import sys
from pathlib import Path

import pytest

from radar.small_platform import folder_of, rows_of, write
from rempart import cli
from rempart.radar import java
from rempart.records import exits

DAYS, RISES = 11, 8


@pytest.fixture(scope="module")
def counters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder_of(tmp_path_factory.mktemp("command") / "counters", range(DAYS), rises=RISES)


def fame(*words: object, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of the command."""
    monkeypatch.setattr(sys, "argv", ["rempart", "radar", "fame", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_alerts_are_written_as_the_contract_says(counters, tmp_path, monkeypatch):
    out = tmp_path / "alerts.jsonl"
    assert fame(counters, "--out", out, monkeypatch=monkeypatch) == exits.OK
    alerts = [json.loads(line) for line in out.read_bytes().splitlines()]
    needed = ("account_id", "alert_at", "tier", "score", "growth", "expected", "observed", "age_band", "priority")
    assert alerts != []
    assert all(set(needed) <= set(alert) for alert in alerts)
    assert [alert["alert_at"] for alert in alerts] == sorted(alert["alert_at"] for alert in alerts)


def test_what_is_not_there_is_named(tmp_path, monkeypatch, capsys):
    assert fame(tmp_path / "none.parquet", monkeypatch=monkeypatch) == exits.NO_INPUT
    assert "none.parquet: no such file" in capsys.readouterr().err


def test_nothing_good_is_a_status_of_its_own(tmp_path, monkeypatch, capsys):
    lines = tmp_path / "counters.jsonl"
    lines.write_text('{"account_id": "a"}\n{"account_id": "a", "at": "2026-01-05T00:00:00Z", "followers": -1}\n')
    assert fame(lines, monkeypatch=monkeypatch) == exits.DATA_ERROR
    rejects = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(row["line"], row["field"]) for row in rejects] == [(1, "at"), (2, "followers")]


def test_an_empty_table_is_no_error(tmp_path, monkeypatch):
    empty = tmp_path / "empty.jsonl"
    empty.write_text("")
    assert fame(empty, monkeypatch=monkeypatch) == exits.OK


@pytest.mark.parametrize(
    "words", [["--master", "spark://127.0.0.1:7077"], ["--until", "yesterday"], ["--engine", "other"]],
    ids=["a master without Spark", "no time", "no such engine"],
)  # fmt: skip
def test_wrong_usage(words, counters, monkeypatch):
    assert fame(counters, *words, monkeypatch=monkeypatch) == exits.USAGE


def test_rows_that_came_late_are_said(tmp_path, monkeypatch, capsys):
    counters = folder_of(tmp_path / "counters", range(3))
    assert fame(counters, "--state", tmp_path / "state", monkeypatch=monkeypatch) == exits.OK
    write(counters / "late.parquet", [rows_of(1)[0] | {"account_id": "late"}])
    assert fame(counters, "--state", tmp_path / "state", monkeypatch=monkeypatch) == exits.OK
    assert capsys.readouterr().err == "rempart: 1 row came too late: the tick of that time had been taken\n"


def test_a_platform_without_the_extra_is_told_its_name(counters, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pyspark", None)
    assert fame(counters, "--engine", "spark", monkeypatch=monkeypatch) == 1
    assert "pip install 'rempart[spark]'" in capsys.readouterr().err


def fake_java(home: Path, version: str) -> Path:
    """A folder whose `java` says that it is of this version."""
    program = home / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
    program.chmod(0o755)
    return home


def test_the_java_of_java_home_comes_first(tmp_path, monkeypatch):
    home = fake_java(tmp_path, "21.0.4")
    monkeypatch.setenv("JAVA_HOME", str(home))
    assert java.java_home() == home


def test_a_java_that_spark_cannot_run_on_is_passed_over(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path / "old", "11.0.2")))
    on_path = fake_java(tmp_path / "fit", "17.0.1")
    monkeypatch.setenv("PATH", f"{on_path / 'bin'}:/usr/bin:/bin")
    assert java.java_home() == on_path


def test_without_java_and_without_root_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(tmp_path, "1.8.0_292")))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(java, "_KEPT_IN", ())
    monkeypatch.setattr(java.os, "geteuid", lambda: 1000)
    with pytest.raises(java.NoJava, match=r"^Spark needs Java 17 .* openjdk-17-jre-headless\) and try again\.$"):
        java.java_home()
