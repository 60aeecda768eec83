"""Tables: the same records from JSON Lines, a Parquet file or a folder of them."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rempart.records import (
    AccountReference,
    AccountRow,
    Assessment,
    Counters,
    Evidence,
    Factor,
    Post,
    Reporter,
    ServiceView,
    Statement,
    Testimony,
    Truth,
)
from rempart.records.lines import Rejects
from rempart.records.tables import is_parquet, read_table, write_parquet

AT = datetime(2026, 6, 17, 16, 4, 0, 250_000, tzinfo=UTC)
BORN = date(2012, 5, 4)
LEO = AccountReference("tiktok", "leo.vrtx")
NUMBERS: dict[str, Any] = {
    "testimonies": 3, "relays": 1, "disputes": 0, "credibility": 0.9, "independent_sources": 2.5,
    "coordination": 0.01, "severity": 3,
}  # fmt: skip

RECORDS = {
    "posts": [
        Post(id="1", service="twitter", author="a", created_at=AT, text="bon"),
        Post(id="2", service="bluesky", author="b", created_at=AT, text="", lang="fr", extra={"likes": 3}),
        Post(id="3", service="mastodon", author="c", created_at=AT, text="é", extra={"likes": "many", "n": None}),
    ],
    "statements": [
        Statement(
            id="1", service="twitter", author="a", created_at=AT, text="leo", stance="testimony",
            stance_probability=0.9, accused=[LEO], concerns=[LEO], conduct=["nude_request"],
            spans={"accused": [(0, 3)]},
        ),
        Statement(
            id="2", service="twitter", author="a", created_at=AT, text="bon", stance="other", stance_probability=1.0,
        ),
    ],
    "testimonies": [
        Testimony(
            id="1", received_at=AT, channel="form", about=LEO, stance="testimony",
            reporter=Reporter(id="r", followers=3, communities=["x"]),
            evidence=[Evidence(kind="audio", verified=False)],
        ),
        Testimony(id="2", received_at=AT, channel="sealed", about=LEO, stance="relay", reporter=Reporter(id="s")),
    ],
    "assessments": [
        Assessment(
            about=LEO, as_of=AT, **NUMBERS, by_channel={"form": 2}, because=[Factor(factor="prior", weight=0.0)],
            by_service={"snapchat": ServiceView(**NUMBERS, by_channel={"sealed": 1})},
        ),
        Assessment(about=LEO, as_of=AT, **NUMBERS, by_service={"unknown": ServiceView(**NUMBERS)}),
        Assessment(about=LEO, as_of=AT, **NUMBERS),
    ],
    "accounts": [
        AccountRow(id="1", service="tiktok", handle="leo.vrtx", posts=["un", "deux"], declared_birthdate=BORN),
        AccountRow(id="2", service="tiktok", handle="kylo.brnt", created_at=AT, monetised=False),
    ],
    "counters": [Counters(account_id="1", at=AT, followers=10), Counters(account_id="1", at=AT, followers=12, views=3)],
    "truth": [Truth(about=LEO, guilty=True)],
}  # fmt: skip


def read(path: Path, kind: type[msgspec.Struct]) -> tuple[list[Any], list[dict[str, Any]]]:
    rejects = io.BytesIO()
    rows = list(read_table(str(path), kind, Rejects(rejects)))
    return rows, [json.loads(line) for line in rejects.getvalue().splitlines()]


@pytest.mark.parametrize("name", RECORDS)
def test_what_is_written_to_parquet_is_read_again(name, tmp_path):
    path, records = tmp_path / "table.parquet", RECORDS[name]
    assert write_parquet(str(path), records) == len(records)
    assert read(path, type(records[0])) == (records, [])


@pytest.mark.parametrize("name", RECORDS)
def test_no_records_make_an_empty_table(name, tmp_path):
    path = tmp_path / "table.parquet"
    assert write_parquet(str(path), []) == 0
    assert read(path, type(RECORDS[name][0])) == ([], [])


@pytest.mark.parametrize("name", RECORDS)
def test_json_lines_and_parquet_say_the_same(name, tmp_path):
    records = RECORDS[name]
    lines, parquet = tmp_path / "table.jsonl", tmp_path / "table.parquet"
    lines.write_bytes(b"".join(msgspec.json.encode(record) + b"\n" for record in records))
    write_parquet(str(parquet), records)
    assert read(lines, type(records[0])) == read(parquet, type(records[0]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.builds(
            Post,
            id=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
            service=st.sampled_from(["twitter", "bluesky", "mastodon"]),
            author=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
            created_at=st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
            text=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
            lang=st.none() | st.just("fr"),
            extra=st.just(msgspec.UNSET) | st.dictionaries(st.text("abé.", max_size=3), st.integers() | st.none()),
        ),
        max_size=6,
    )
)
def test_any_posts_survive_parquet(tmp_path, posts):
    path = tmp_path / "posts.parquet"
    write_parquet(str(path), posts)
    assert read(path, Post) == (posts, [])


def test_a_folder_is_read_file_by_file_in_order(tmp_path):
    for name, post in (("b/part-1.parquet", RECORDS["posts"][1]), ("a/part-0.parquet", RECORDS["posts"][0])):
        (tmp_path / name).parent.mkdir()
        write_parquet(str(tmp_path / name), [post])
    rows, rejects = read(tmp_path, Post)
    assert [row.id for row in rows] == ["1", "2"]
    assert rejects == []


def test_a_bad_row_is_set_aside_with_its_number_and_field(tmp_path):
    path = tmp_path / "counters.parquet"
    table = pyarrow.table({"account_id": ["1", "2", "3"], "at": [AT, AT, AT], "followers": [1, -5, None]})
    pyarrow.parquet.write_table(table, path)
    rows, rejects = read(path, Counters)
    assert [row.account_id for row in rows] == ["1"]
    assert [(reject["line"], reject["field"]) for reject in rejects] == [(2, "followers"), (3, "followers")]


def test_a_time_without_a_zone_is_refused(tmp_path):
    path = tmp_path / "counters.parquet"
    table = pyarrow.table({"account_id": ["1"], "at": [AT.replace(tzinfo=None)], "followers": [1]})
    pyarrow.parquet.write_table(table, path)
    assert [reject["field"] for reject in read(path, Counters)[1]] == ["at"]


def test_times_in_nanoseconds_are_read_to_the_microsecond(tmp_path):
    path = tmp_path / "counters.parquet"
    nanoseconds = pyarrow.array([1781712240250000123], pyarrow.timestamp("ns", "UTC"))
    pyarrow.parquet.write_table(pyarrow.table({"account_id": ["1"], "at": nanoseconds, "followers": [1]}), path)
    rows, rejects = read(path, Counters)
    assert rejects == []
    assert rows[0].at == AT


def test_an_unknown_column_is_carried_along_in_extra(tmp_path):
    path = tmp_path / "counters.parquet"
    table = pyarrow.table({"account_id": ["1"], "at": [AT], "followers": [1], "price": [Decimal("1.50")]})
    pyarrow.parquet.write_table(table, path)
    assert read(path, Counters)[0][0].extra == {"price": "1.50"}


def test_a_damaged_parquet_file_is_rejected_as_a_whole(tmp_path):
    path = tmp_path / "counters.parquet"
    path.write_bytes(b"PAR1 and then something else PAR1")
    rows, rejects = read(path, Counters)
    assert rows == []
    assert [(reject["line"], reject["field"]) for reject in rejects] == [(1, "line")]


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.parquet"):
        read(tmp_path / "nowhere.parquet", Counters)


def test_parquet_is_told_by_its_first_bytes_not_by_its_name(tmp_path):
    misnamed = tmp_path / "counters.jsonl"
    write_parquet(str(misnamed), RECORDS["counters"])
    lines = tmp_path / "counters.parquet"
    lines.write_bytes(b"")
    assert is_parquet(str(misnamed))
    assert not is_parquet(str(lines))
    assert not is_parquet("-")
