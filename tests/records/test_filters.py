"""`read`, `corroborate`, `decide` and `replay` as Unix filters: real processes, on files and on standard input."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from rempart.examples import WAVE
from rempart.records import exits

REJECT = {"line", "error", "field"}
# What each takes, and the field that a line of another kind lacks first.
FILTERS = {
    "read": ["read", "--default-service", "tiktok"],
    "corroborate": ["corroborate"],
    "decide": ["decide", "--rulebook", "rempart"],
    "replay": ["replay", "--rulebook", "rempart", "--rulebook", "count-three", "--format", "json"],
}


@dataclass(frozen=True)
class Ended:
    """A process that ended."""

    status: int
    out: bytes
    err: bytes

    @property
    def rejects(self) -> list[dict[str, object]]:
        """The rejects on standard error, among the other things said there."""
        lines = [json.loads(line) for line in self.err.splitlines() if line.startswith(b"{")]
        return [line for line in lines if line.keys() == REJECT]


def run(*arguments: str | Path, given: bytes = b"", seed: str = "0", before: Sequence[str] = ()) -> Ended:
    """Run a command to its end, `before` it another that starts it; `seed` changes the order of Python's sets."""
    command = [*before, sys.executable, "-m", "rempart.cli", *map(str, arguments)]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    ended = subprocess.run(command, input=given, capture_output=True, env=environment, timeout=60, check=False)
    assert b"Traceback" not in ended.stderr, ended.stderr.decode()
    return Ended(ended.returncode, ended.stdout, ended.stderr)


@pytest.fixture(scope="module")
def good(tmp_path_factory) -> dict[str, Path]:
    """A good input for each filter: the first posts of the example wave, read, corroborated."""
    folder = tmp_path_factory.mktemp("filters")
    posts = b"".join((WAVE / "x.jsonl").read_bytes().splitlines(keepends=True)[:80])
    inputs = {"read": posts}
    statements = run(*FILTERS["read"], "-", given=posts)
    assert statements.status == exits.OK, statements.err
    inputs["corroborate"] = inputs["replay"] = statements.out
    assessments = run("corroborate", "-", given=statements.out)
    assert assessments.status == exits.OK, assessments.err
    inputs["decide"] = assessments.out
    files = {}
    for name, data in inputs.items():
        assert data.count(b"\n") >= 5
        files[name] = folder / f"{name}.jsonl"
        files[name].write_bytes(data)
    return files


@pytest.fixture(scope="module")
def expected(good) -> dict[str, bytes]:
    """What each filter writes of its good input."""
    return {name: run(*FILTERS[name], good[name], seed="1").out for name in FILTERS}


each_filter = pytest.mark.parametrize("name", FILTERS)


@each_filter
def test_a_file_and_standard_input_give_the_same_bytes_whatever_the_order_of_sets(name, good, expected):
    ended = run(*FILTERS[name], "-", given=good[name].read_bytes(), seed="2")
    assert ended.status == exits.OK
    assert ended.out == expected[name]
    assert ended.out.endswith(b"\n")
    assert ended.rejects == []


@each_filter
def test_bad_lines_are_set_aside_and_the_others_give_what_they_gave(name, good, expected, tmp_path):
    lines = good[name].read_bytes().splitlines(keepends=True)
    long = b'{"text": "' + b"a" * 10_000_000 + b'"}\n'
    bad = [b"not json\n", b'{"id": "\xff"}\n', b"{}\n", b"\x00\x01\x02\n", long]
    mixed = lines[0] + b"".join(bad) + b"".join(lines[1:])
    rejects = tmp_path / "rejects.jsonl"
    ended = run(*FILTERS[name], "-", "--rejects", rejects, given=mixed)
    rows = [json.loads(line) for line in rejects.read_text().splitlines()]
    assert ended.status == exits.OK
    assert ended.out == expected[name]
    assert [row["line"] for row in rows] == [2, 3, 4, 5, 6]
    assert all(row.keys() == REJECT and row["field"] and row["error"] for row in rows)


@each_filter
def test_no_good_line_ends_with_a_data_error(name):
    ended = run(*FILTERS[name], "-", given=b'{"id": 1}\nnot json\n\x00\xff\xfe\n')
    assert ended.status == exits.DATA_ERROR
    assert ended.out == b""
    assert [reject["line"] for reject in ended.rejects] == [1, 2, 3]


@each_filter
def test_a_binary_file_ends_with_a_data_error(name, tmp_path):
    binary = tmp_path / "picture.png"
    binary.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40)
    ended = run(*FILTERS[name], binary)
    assert ended.status == exits.DATA_ERROR
    assert {reject["field"] for reject in ended.rejects} == {"line"}


@each_filter
@pytest.mark.parametrize("given", [b"", b"\n\n"], ids=["empty", "blank"])
def test_empty_input_is_no_error(name, given):
    ended = run(*FILTERS[name], "-", given=given)
    assert ended.status == exits.OK
    assert ended.rejects == []


@each_filter
def test_a_file_that_is_not_there_is_named(name, tmp_path):
    ended = run(*FILTERS[name], tmp_path / "nowhere.jsonl")
    assert ended.status == exits.NO_INPUT
    assert b"nowhere.jsonl" in ended.err


@each_filter
def test_a_file_inside_a_file_is_not_there(name, good):
    ended = run(*FILTERS[name], good[name] / "inside.jsonl")
    assert ended.status == exits.NO_INPUT
    assert b"inside.jsonl" in ended.err


@each_filter
def test_a_folder_is_no_file(name, tmp_path):
    ended = run(*FILTERS[name], tmp_path)
    assert ended.status == exits.NO_INPUT
    assert tmp_path.name.encode() in ended.err


@each_filter
@pytest.mark.parametrize("wrong", [["-", "--nonsense"], []], ids=["option", "no file"])
def test_wrong_usage_is_told_from_wrong_data(name, wrong):
    ended = run(*FILTERS[name], *wrong)
    assert ended.status == exits.USAGE
    assert ended.out == b""
    assert ended.err


@each_filter
def test_results_go_where_they_are_asked_for(name, good, expected, tmp_path):
    out = tmp_path / "out"
    ended = run(*FILTERS[name], good[name], "--out", out)
    assert ended.status == exits.OK
    assert ended.out == b""
    assert out.read_bytes() == expected[name]


@each_filter
def test_results_are_not_written_over_what_is_read(name, good, tmp_path):
    file = tmp_path / "input.jsonl"
    file.write_bytes(good[name].read_bytes())
    ended = run(*FILTERS[name], file, "--out", file)
    assert ended.status == exits.USAGE
    assert file.read_bytes() == good[name].read_bytes()


@each_filter
def test_a_disk_that_takes_no_more_is_told_in_a_sentence(name, good, tmp_path):
    # To a process that may not write a byte, every disk is full.
    no_byte = ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh"]
    ended = run(*FILTERS[name], good[name], "--out", tmp_path / "results", before=no_byte)
    assert ended.status == exits.IO_ERROR
    assert b"too large" in ended.err


def test_a_file_that_one_may_not_read_is_named(tmp_path):
    file = tmp_path / "closed.jsonl"
    file.touch(mode=0)
    # Root may read every file, unless it gives that up.
    humble = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    ended = run(*FILTERS["read"], file, before=humble)
    assert ended.status == exits.NO_INPUT
    assert b"closed.jsonl" in ended.err


def test_the_filters_join_in_one_pipe(good, expected):
    """As a person would type it, with the shell between them."""
    rempart = f"{sys.executable} -m rempart.cli"
    typed = f"{rempart} {' '.join(FILTERS['read'])} - | {rempart} corroborate - | {rempart} decide - --rulebook rempart"
    piped = subprocess.run(
        ["bash", "-o", "pipefail", "-c", typed], input=good["read"].read_bytes(), capture_output=True, check=True
    )
    assert piped.stdout == expected["decide"]


def test_a_reader_that_leaves_early_is_no_error(good):
    many = good["read"].read_bytes() * 60
    rempart = [sys.executable, "-m", "rempart.cli", *FILTERS["read"], "-"]
    typed = f"{' '.join(rempart)} | head -n 1"
    piped = subprocess.run(["bash", "-o", "pipefail", "-c", typed], input=many, capture_output=True, check=True)
    assert piped.stdout.count(b"\n") == 1
    assert piped.stderr == b""


POST = {
    "id": "1",
    "service": "twitter",
    "author": "noemie_lbt",
    "created_at": "2026-06-17T18:04:00+02:00",
    "text": "bon je me lance",
}
BAD = {
    "text": POST | {"text": "a" * 10_000_000},
    "author": {name: value for name, value in POST.items() if name != "author"},
    "created_at": POST | {"created_at": "le 17 juin"},
    "service": POST | {"service": "myspace"},
}


def test_read_names_the_field_at_fault_in_every_shape():
    lines = [json.dumps(post).encode() for post in BAD.values()]
    lines.append(json.dumps(POST).encode().replace(b"noemie", b"no\xe9mie"))
    tweet = json.loads((WAVE / "x.jsonl").read_text().split("\n", 1)[0])["data"]
    lines.append(json.dumps(tweet | {"created_at": "Wed Jun 17 16:04:06 +0000 2026"}).encode())
    event = json.loads((WAVE / "bluesky.jsonl").read_text().split("\n", 1)[0])
    del event["commit"]["record"]["text"]
    lines.append(json.dumps(event).encode())
    status = json.loads((WAVE / "mastodon.jsonl").read_text().split("\n", 1)[0])
    lines.append(json.dumps(status | {"account": None}).encode())
    ended = run("read", "-", given=b"\n".join([*lines, json.dumps(POST).encode()]))
    assert ended.status == exits.OK
    assert ended.out.count(b"\n") == 1
    fields = [*BAD, "author", "created_at", "commit.record.text", "account"]
    assert [(reject["line"], reject["field"]) for reject in ended.rejects] == [*enumerate(fields, start=1)]
