"""The sweep over tables, and its command."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import ibis
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rempart import cli
from rempart.radar.age import sweep
from rempart.radar.age.screening import KEPT, TEXTS, could_say, keeps
from rempart.radar.age.simulator import accounts
from rempart.radar.age.sweep import run
from rempart.radar.engines import compiled
from rempart.records import exits
from rempart.records.lines import Rejects

AS_OF = date(2026, 11, 23)
ROWS = [one.row for one in accounts(150, seed=11, half="development")]
FIELDS = ("id", "service", "handle", "bio", "posts", "age_band", "country", "language")


def swept(path: Path, **more: object) -> tuple[list[bytes], list[dict[str, object]]]:
    """The estimates of a table as lines, and what was rejected."""
    rejects = io.BytesIO()
    lines = [msgspec.json.encode(one) for one in run(str(path), rejects=Rejects(rejects), as_of=AS_OF, **more)]
    return lines, [json.loads(line) for line in rejects.getvalue().splitlines()]


def as_lines(path: Path, rows: list[dict[str, object]]) -> Path:
    """Write rows as JSON lines."""
    path.write_text("".join(json.dumps(row, ensure_ascii=False, default=str) + "\n" for row in rows), encoding="utf-8")
    return path


def as_parquet(path: Path, rows: list[dict[str, object]], schema: pa.Schema | None = None) -> Path:
    """Write rows as Parquet."""
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)
    return path


@pytest.fixture
def rows() -> list[dict[str, object]]:
    """Invented accounts."""
    return [{name: getattr(row, name) for name in FIELDS} for row in ROWS]


def test_lines_and_parquet_give_the_same_in_the_order_of_the_table(tmp_path, rows):
    lines, rejected = swept(as_lines(tmp_path / "a.jsonl", rows))
    folder = tmp_path / "parquet"
    folder.mkdir()
    as_parquet(folder / "1.parquet", rows[:70])
    as_parquet(folder / "2.parquet", rows[70:])
    assert swept(folder) == (lines, rejected)
    assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in rows]


def test_pieces_do_not_change_the_answers(tmp_path, rows, monkeypatch):
    table = as_parquet(tmp_path / "a.parquet", rows)
    whole = swept(table)
    monkeypatch.setitem(sweep.PIECE, "duckdb", 17)
    assert swept(table) == whole


def test_bad_rows_are_rejected_by_field_and_the_run_goes_on(tmp_path, rows):
    bad = [
        {"id": "", "service": "tiktok", "handle": "a", "age_band": None},
        {"id": "x", "service": "nowhere", "handle": "a"},
        {"id": "x", "service": "tiktok", "handle": None},
        {"id": "x", "service": "tiktok", "handle": "a", "age_band": "old"},
    ]
    told = ["id", "service", "handle", "age_band"]
    good = rows[:3]
    for path in (as_lines(tmp_path / "a.jsonl", [*bad, *good]), as_parquet(tmp_path / "a.parquet", [*bad, *good])):
        lines, rejected = swept(path)
        assert len(lines) == len(good)
        assert [one["field"] for one in rejected] == told
        assert [one["line"] for one in rejected] == [1, 2, 3, 4]


def test_posts_may_come_with_their_dates(tmp_path):
    post = {"text": "demain j'ai 12 ans", "created_at": datetime(2024, 11, 23, tzinfo=UTC)}
    row = {"id": "1", "service": "tiktok", "handle": "a", "posts": [post]}
    lines = as_lines(tmp_path / "a.jsonl", [row | {"posts": [post | {"created_at": "2024-11-23T00:00:00Z"}]}])
    assert swept(lines) == swept(as_parquet(tmp_path / "a.parquet", [row]))
    assert json.loads(swept(lines)[0][0])["estimated_age"] == pytest.approx(14.0, abs=0.1)


def test_a_null_among_the_posts_hides_no_other(tmp_path):
    row = {"id": "1", "service": "tiktok", "handle": "a", "posts": ["bonjour", None, "j'ai 10 ans"]}
    [line], _ = swept(as_parquet(tmp_path / "a.parquet", [row]))
    assert json.loads(line)["probability_under_13"] > 0.5


def test_duckdb_keeps_what_python_s_expressions_keep(rows):
    texts = pa.table(
        {
            "number": range(len(rows)),
            "bio": pa.array([row["bio"] for row in rows], pa.string()),
            "posts": ["\n".join(row["posts"]) for row in rows],
        }
    )
    with duckdb.connect() as session:
        session.register("texts", texts)
        query = compiled(could_say(ibis.table(TEXTS, name="texts"), AS_OF.year), KEPT, "duckdb")
        kept = {number for (number,) in session.execute(query).fetchall()}
    assert kept == {place for place, row in enumerate(rows) if keeps(row["bio"], row["posts"], AS_OF.year)}


def test_the_command_writes_one_line_an_account(tmp_path, rows, monkeypatch):
    out = tmp_path / "out.jsonl"
    table = as_lines(tmp_path / "a.jsonl", rows)
    assert age(table, "--as-of", "2026-11-23", "--out", out, monkeypatch=monkeypatch) == exits.OK
    assert out.read_bytes().splitlines() == swept(table)[0]


def test_an_empty_table_is_no_error_and_one_of_bad_rows_is(tmp_path, monkeypatch):
    empty, bad = tmp_path / "empty.jsonl", as_lines(tmp_path / "bad.jsonl", [{"id": 3}])
    empty.touch()
    assert age(empty, "--out", tmp_path / "o", monkeypatch=monkeypatch) == exits.OK
    assert age(bad, "--out", tmp_path / "o", "--rejects", tmp_path / "r", monkeypatch=monkeypatch) == exits.DATA_ERROR


def age(*words: object, monkeypatch: pytest.MonkeyPatch) -> int:
    """The exit status of the command."""
    monkeypatch.setattr(sys, "argv", ["rempart", "radar", "age", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return int(ended.value.code or 0)


def test_another_run_writes_the_same_bytes(tmp_path):
    row = {
        "id": "held_out-299",
        "service": "tiktok",
        "handle": "invented_299",
        "bio": "RP • OC Ella, 10",
        "posts": [
            "Ella is 10 and wants a phone, thoughts?",
            "people think i'm 10, i'm 54",
            "i have 10 years of experience and still get nervous",
        ],
        "age_band": "18_plus",
        "country": "US",
        "language": "en",
    }
    command = [
        sys.executable,
        "-c",
        "from rempart.cli import main; main()",
        "radar",
        "age",
        str(as_lines(tmp_path / "a.jsonl", [row])),
    ]
    runs = {
        subprocess.run(
            [*command, "--as-of", "2026-11-23"],
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("0", "3")
    }
    assert len(runs) == 1
