"""From a table of counters to alerts, on DuckDB: order, late rows, bad rows, and what is told again."""

import io
import json
import random
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from radar.small_platform import CROWD, QUICK, RISES, STARS, day, folder_of, remembered, rows_of, told, write
from rempart.radar.ticking import Summary, run
from rempart.records.lines import Rejects

DAYS = RISES + 3


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The alerts of the small platform, as lines."""
    return lines(told(folder_of(tmp_path_factory.mktemp("usual"), range(DAYS))))


def lines(alerts: list[Any]) -> list[bytes]:
    return [msgspec.json.encode(alert) for alert in alerts]


def test_those_who_rise_are_told_and_nobody_else(usual):
    named = {json.loads(line)["account_id"] for line in usual}
    assert named == {f"a{number:03}" for number in range(CROWD, CROWD + STARS)}


def test_no_alert_is_earlier_than_the_rise(usual):
    assert min(json.loads(line)["alert_at"] for line in usual) >= f"{day(RISES):%Y-%m-%d}"


def test_the_order_of_rows_and_their_files_change_nothing(usual, tmp_path):
    rows = [row for number in range(DAYS) for row in rows_of(number)]
    random.Random(4).shuffle(rows)
    one = write(tmp_path / "one.parquet", rows)
    many = tmp_path / "many"
    for part in range(3):
        write(many / f"deeper/{part}.parquet", rows[part::3])
    assert lines(told(one)) == usual == lines(told(many))


def test_lines_tell_the_same_as_parquet(usual, tmp_path):
    path = tmp_path / "counters.jsonl"
    rows = [row for number in range(DAYS) for row in rows_of(number)]
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    assert lines(told(path)) == usual


def test_comma_separated_values_tell_the_same(usual, tmp_path):
    path = tmp_path / "counters.csv"
    rows = [row for number in range(DAYS) for row in rows_of(number)]
    text = [",".join(rows[0]), *(f"{r['account_id']},{r['at']:%Y-%m-%d},{r['followers']},{r['views']}" for r in rows)]
    path.write_text("\n".join(text) + "\n")
    assert lines(told(path)) == usual


@pytest.mark.parametrize(
    "written", [lambda at: at.date(), lambda at: at.replace(tzinfo=None), lambda at: at.isoformat()],
    ids=["a day", "without a zone", "a text"],
)  # fmt: skip
def test_times_may_be_written_in_other_ways(usual, tmp_path, written):
    for number in range(DAYS):
        write(tmp_path / f"{number}.parquet", [row | {"at": written(row["at"])} for row in rows_of(number)])
    assert lines(told(tmp_path)) == usual


def test_of_several_rows_in_an_hour_the_latest_counts(usual, tmp_path):
    folder_of(tmp_path, range(DAYS))
    before = [row | {"at": row["at"] - timedelta(minutes=20), "followers": 1} for row in rows_of(RISES)]
    write(tmp_path / "before.parquet", before)
    assert lines(told(tmp_path)) == usual


def test_no_tick_sees_what_came_after_it(tmp_path):
    """Counters of a quarter past belong to the next full hour, which the alert bears."""
    for number in range(DAYS):
        rows = [row | {"at": row["at"] + timedelta(minutes=15)} for row in rows_of(number)]
        write(tmp_path / f"{number}.parquet", rows)
    assert {(alert.alert_at.hour, alert.alert_at.minute) for alert in told(tmp_path)} == {(1, 0)}


def test_bad_rows_are_set_aside_by_field_and_the_others_count(usual, tmp_path):
    folder_of(tmp_path, range(DAYS))
    good = rows_of(0)[0]
    bad = [
        good | {"account_id": None},
        good | {"account_id": ""},
        good | {"at": None},
        good | {"followers": None},
        good | {"followers": -3},
        good | {"views": -1},
    ]
    write(tmp_path / "2026-01-05.parquet", [*rows_of(0), *bad])
    rejects = io.BytesIO()
    alerts = list(run(str(tmp_path), rejects=Rejects(rejects), parameters=QUICK))
    fields = [(row["line"], row["field"]) for row in map(json.loads, rejects.getvalue().splitlines())]
    names = ["account_id", "account_id", "at", "followers", "followers", "views"]
    assert fields == [(CROWD + STARS + 1 + place, name) for place, name in enumerate(names)]
    assert lines(alerts) == usual


def test_a_file_without_followers_is_set_aside(tmp_path):
    write(tmp_path / "counters.parquet", [{"account_id": "a", "at": day(0)}])
    rejects, summary = io.BytesIO(), Summary()
    assert list(run(str(tmp_path), rejects=Rejects(rejects), summary=summary)) == []
    assert json.loads(rejects.getvalue())["field"] == "followers"
    assert summary.good == 0


def test_day_by_day_gives_what_all_at_once_does(usual, tmp_path):
    counters, state = tmp_path / "counters", tmp_path / "state"
    alerts = []
    for number in range(DAYS):
        folder_of(counters, [number])
        alerts += told(counters, state=state)
    assert lines(alerts) == usual


def test_alerts_of_ticks_gone_by_are_told_again_on_request(usual, tmp_path):
    counters, state = folder_of(tmp_path / "counters", range(DAYS)), tmp_path / "state"
    told(counters, state=state)
    assert told(counters, state=state) == []
    assert lines(told(counters, state=state, retell=True)) == usual


def test_rows_that_come_after_their_tick_are_counted_and_change_nothing(tmp_path):
    counters, state = folder_of(tmp_path / "counters", range(3)), tmp_path / "state"
    told(counters, state=state)
    before = remembered(state)
    write(counters / "late.parquet", [{"account_id": "late", "at": day(1), "followers": 5, "views": None}])
    summary = Summary()
    told(counters, state=state, summary=summary)
    assert (summary.late, summary.ticks) == (1, 0)
    assert remembered(state) == before


def test_an_account_that_missed_a_tick_is_judged_at_its_next(tmp_path):
    """The level tells at the next tick what the row that came too late would have told."""
    folder_of(tmp_path, range(DAYS))
    star = f"a{CROWD:03}"
    write(tmp_path / f"{day(RISES):%Y-%m-%d}.parquet", [row for row in rows_of(RISES) if row["account_id"] != star])
    assert any(alert.account_id == star and alert.alert_at > day(RISES) for alert in told(tmp_path))


def test_until_stops_before_later_counters(usual, tmp_path):
    folder_of(tmp_path, range(DAYS))
    early = [line for line in usual if json.loads(line)["alert_at"] <= f"{day(RISES + 1).isoformat()}"]
    assert lines(told(tmp_path, until=day(RISES + 1))) == early


def test_the_age_of_an_account_comes_from_the_accounts_table(tmp_path):
    folder_of(tmp_path / "counters", range(DAYS))
    star = f"a{CROWD:03}"
    row = {"id": star, "service": "tiktok", "handle": "ines.moves", "age_band": "under_13", "posts": []}
    accounts = tmp_path / "accounts.jsonl"
    accounts.write_bytes(msgspec.json.encode(row) + b"\n")
    from_lines = told(tmp_path / "counters", accounts=str(accounts))
    from_parquet = told(
        tmp_path / "counters", accounts=str(write(tmp_path / "accounts.parquet", [row | {"posts": None}]))
    )
    assert from_lines == from_parquet
    assert {alert.age_band for alert in from_lines if alert.account_id == star} == {"under_13"}
