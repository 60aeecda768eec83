import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from rempart.records import Action
from rempart.records.tables import write_parquet

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)


def actions() -> list[Action]:
    """Six raids of nine people on one account, which others speak to in their own time."""
    raids = [
        (raid * 25_000 + 2 * member, f"m{member}", f"post{raid}", "report") for raid in range(6) for member in range(9)
    ]
    others = [(number * 397, f"b{number % 60}", f"post{number % 6}", "comment") for number in range(300)]
    return [
        Action(id=f"a{n}", at=BEGIN + timedelta(seconds=at), actor=actor, object=post, target="maya", kind=kind)
        for n, (at, actor, post, kind) in enumerate(raids + others)
    ]


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("actions") / "actions.jsonl"
    path.write_bytes(b"".join(msgspec.json.encode(action) + b"\n" for action in actions()))
    return path


def pile_ons(*arguments, given: bytes = b""):
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", "radar", "pile-ons", *map(str, arguments)],
        input=given, capture_output=True, check=False,
    )  # fmt: skip


def rows(text: bytes):
    return [json.loads(line) for line in text.splitlines()]


def test_alerts_groups_and_communities_are_written(table, tmp_path):
    groups, communities = tmp_path / "groups.jsonl", tmp_path / "communities.jsonl"

    done = pile_ons(table, "--groups", groups, "--communities", communities)

    assert done.returncode == 0, done.stderr
    assert {
        "target",
        "started_at",
        "detected_at",
        "actors",
        "actions",
        "expected",
        "score",
        "groups",
        "examples",
    } <= set(rows(done.stdout)[0])
    (group,) = rows(groups.read_bytes())
    assert group["members"] == [f"m{member}" for member in range(9)]
    assert rows(communities.read_bytes()) == [
        {"actor": f"m{member}", "communities": [f"pile-on:{group['id']}"]} for member in range(9)
    ]


def test_a_group_kept_from_the_run_before_keeps_its_id(table, tmp_path):
    groups = tmp_path / "groups.jsonl"
    pile_ons(table, "--groups", groups)
    before = rows(groups.read_bytes())
    before[0]["id"] = "an-id-of-old"
    groups.write_text(json.dumps(before[0]) + "\n")

    pile_ons(table, "--groups", groups)

    assert rows(groups.read_bytes())[0]["id"] == "an-id-of-old"


def test_parquet_says_the_same(table, tmp_path):
    path = tmp_path / "actions.parquet"
    write_parquet(str(path), actions())

    assert rows(pile_ons(path).stdout) == rows(pile_ons(table).stdout)


def test_bad_lines_are_set_aside_by_field_and_the_rest_is_read(table):
    lines = b'{"id": "x", "actor": "y", "object": "z"}\n' + table.read_bytes() + b"nothing\n"

    done = pile_ons("-", given=lines)

    assert done.returncode == 0
    assert [reject["field"] for reject in rows(done.stderr)] == ["at", "line"]
    assert len(rows(done.stdout)) > 0


def test_nothing_good_and_no_file_have_the_statuses_of_the_contract(tmp_path):
    assert pile_ons("-", given=b"nothing\n").returncode == 65
    assert pile_ons("-").returncode == 0
    assert pile_ons(tmp_path / "none.jsonl").returncode == 66


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"], ids=["long ago", "far ahead"])
def test_a_time_that_no_action_has_is_set_aside(at):
    line = json.dumps({"id": "1", "at": at, "actor": "a", "object": "o"}).encode()
    done = pile_ons("-", given=line)
    assert (done.returncode, rows(done.stderr)[0]["field"]) == (65, "at")
