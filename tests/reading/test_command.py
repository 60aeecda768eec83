"""`rempart read` as a Unix filter."""

import json
import subprocess
import sys

import pytest

GOOD = {
    "id": "1",
    "service": "twitter",
    "author": "a",
    "created_at": "2020-06-18T12:00:00Z",
    "text": "@leo.vrtx m'a demandé des nudes #balance",
}


def run(*arguments, given=b""):
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", "read", *arguments], input=given, capture_output=True, check=False
    )


def lines(*raws):
    return b"".join(json.dumps(raw).encode() + b"\n" for raw in raws)


def test_statements_come_out_in_the_order_of_the_posts():
    ran = run("-", "--default-service", "tiktok", given=lines(GOOD, {**GOOD, "id": "2", "text": "oui"}))
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == ["1", "2"]


def test_two_runs_give_the_same_bytes():
    given = lines(*({**GOOD, "id": str(number)} for number in range(50)))
    assert run("-", given=given).stdout == run("-", given=given).stdout


def test_a_bad_line_is_set_aside_and_the_run_goes_on(tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    ran = run("-", "--rejects", str(rejects), given=lines({**GOOD, "created_at": "hier"}, GOOD))
    assert (ran.returncode, len(ran.stdout.splitlines()), json.loads(rejects.read_text())["field"]) == (
        0,
        1,
        "created_at",
    )


@pytest.mark.parametrize(
    ("arguments", "given", "status"),
    [
        (["-"], b"", 0),
        (["-"], b"\x00\xff\xfe\n", 65),
        (["nulle-part.jsonl"], b"", 66),
        (["-", "--default-service", "nulle"], b"", 64),
    ],
)
def test_the_exit_status_is_the_contracts(arguments, given, status):
    assert run(*arguments, given=given).returncode == status


def test_a_hashtag_keeps_its_posts_alone():
    ran = run("-", "--hashtag", "Balance", given=lines(GOOD, {**GOOD, "id": "2", "text": "ailleurs"}))
    assert [json.loads(line)["id"] for line in ran.stdout.splitlines()] == ["1"]
