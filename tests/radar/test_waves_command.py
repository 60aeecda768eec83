"""`rempart radar waves`: tables and streams in, alerts out."""

import io
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from rempart.radar.waves import waves
from rempart.radar.waves.commands import WaveRun
from rempart.reading import PostReader
from rempart.records import Post, WaveAlert
from rempart.records.lines import Rejects, Writer
from rempart.records.tables import write_parquet

TEXTS = [
    "@leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans #balancetastar",
    "j'avais 13 ans quand @nox.riv m'envoyait des messages sexuels #balancetastar",
    "@leo.vrtx m'a menacée de publier mes photos nues, j'en avais 15 #balancetastar",
    "i was 14 when @kyl.sdm asked me for nudes on insta #balancetastar",
    "à 12 ans @leo.vrtx m'a envoyé une photo de son sexe #balancetastar",
]


def rows() -> list[Post]:
    return [
        Post(id=str(n), service="twitter", author=f"a{n}", created_at=f"2020-06-06T10:{n:02}:00Z", text=text)  # type: ignore[arg-type]
        for n, text in enumerate(TEXTS)
    ]


def lines(records) -> bytes:
    return b"".join(msgspec.json.encode(record) + b"\n" for record in records)


@pytest.fixture(scope="module")
def posts() -> list[Post]:
    return msgspec.json.decode(msgspec.json.encode(rows()), type=list[Post])


def told(file: Path, rejects: io.BytesIO | None = None) -> list[WaveAlert]:
    """The alerts that the command writes for a table."""
    out = io.BytesIO()
    writer = Writer(out)
    WaveRun(Rejects(rejects or io.BytesIO())).run(str(file), writer)
    writer.flush()
    return [msgspec.json.decode(line, type=WaveAlert) for line in out.getvalue().splitlines()]


def test_a_table_in_any_order_gives_what_the_stream_gives(posts, tmp_path: Path):
    mixed = list(posts)
    random.Random(4).shuffle(mixed)
    table = tmp_path / "posts.jsonl"
    table.write_bytes(lines(mixed))
    assert told(table) == list(waves(posts)) != []


def test_a_folder_of_parquet_gives_the_same(posts, tmp_path: Path):
    write_parquet(str(tmp_path / "a.parquet"), posts[:3])
    write_parquet(str(tmp_path / "b.parquet"), posts[3:])
    assert told(tmp_path) == list(waves(posts))


def test_statements_of_a_file_or_a_table_are_not_read_again(posts, tmp_path: Path):
    reader = PostReader()
    silent = [msgspec.structs.replace(reader.read(one), stance="other") for one in posts]
    (tmp_path / "read.jsonl").write_bytes(lines(silent))
    write_parquet(str(tmp_path / "read.parquet"), silent)
    assert told(tmp_path / "read.jsonl") == told(tmp_path / "read.parquet") == []


def test_bad_lines_are_set_aside_and_the_run_goes_on(posts, tmp_path: Path):
    table, rejects = tmp_path / "posts.jsonl", io.BytesIO()
    table.write_bytes(b'{"id": 3}\n' + lines(posts))
    assert len(told(table, rejects)) == 1
    assert msgspec.json.decode(rejects.getvalue())["line"] == 1


@pytest.mark.parametrize(
    ("argument", "given", "status"),
    [("-", b"nothing\n", 65), ("/not/there", b"", 66), ("-", b"", 0)],
    ids=["nothing-good", "no-file", "empty"],
)
def test_the_exit_status_is_the_contracts(argument, given, status):
    command = [sys.executable, "-m", "rempart.cli", "radar", "waves", argument]
    assert subprocess.run(command, input=given, capture_output=True, check=False).returncode == status
