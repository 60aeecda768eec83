"""`rempart radar waves`: tables and streams in, alerts out."""

import json
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from rempart.reading import PostReader
from rempart.records import Post, WaveAlert
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


def waves(*arguments: object, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "rempart.cli", "radar", "waves", *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, check=False)


def alerts(output: bytes) -> list[WaveAlert]:
    return [msgspec.json.decode(line, type=WaveAlert) for line in output.splitlines()]


def test_a_table_in_any_order_gives_what_the_stream_gives(posts, tmp_path: Path):
    mixed = list(posts)
    random.Random(4).shuffle(mixed)
    table = tmp_path / "posts.jsonl"
    table.write_bytes(lines(mixed))
    out = tmp_path / "alerts.jsonl"
    done = waves(table, "--out", out)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    [alert] = alerts(out.read_bytes())
    assert alert.tag == "balancetastar"
    assert [alert] == alerts(waves("-", given=lines(posts)).stdout)


def test_a_folder_of_parquet_and_statements_give_the_same(posts, tmp_path: Path):
    folder = tmp_path / "posts"
    folder.mkdir()
    write_parquet(str(folder / "a.parquet"), posts[:3])
    write_parquet(str(folder / "b.parquet"), posts[3:])
    reader = PostReader()
    read = lines(reader.read(one) for one in posts)
    assert waves(folder).stdout == waves("-", given=read).stdout != b""


def test_bad_lines_are_set_aside_and_the_run_goes_on(posts, tmp_path: Path):
    rejects = tmp_path / "rejects.jsonl"
    done = waves("-", "--rejects", rejects, given=b'{"id": 3}\n' + lines(posts))
    assert (done.returncode, len(alerts(done.stdout))) == (0, 1)
    assert json.loads(rejects.read_bytes())["line"] == 1


@pytest.mark.parametrize(
    ("arguments", "given", "status"),
    [(["-"], b"", 0), (["-"], b"nothing\n", 65), (["/not/there"], b"", 66), (["-", "--default-service", "x"], b"", 64)],
    ids=["empty", "nothing-good", "no-file", "wrong-use"],
)
def test_the_exit_status_is_the_contracts(arguments, given, status):
    assert waves(*arguments, given=given).returncode == status
