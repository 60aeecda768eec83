"""Lines of JSON: the good ones become records, each bad one is set aside with the field at fault, none stops a run."""

import io
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records import AccountRow, Assessment, Conversation, Counters, Post, Statement, Testimony, Truth
from rempart.records import lines as records_lines
from rempart.records.lines import Reader, Rejects, Writer, lines_of, to_record

POST = {
    "id": "1",
    "service": "twitter",
    "author": "noemie_lbt",
    "created_at": "2026-06-17T18:04:00+02:00",
    "text": "bon je me lance",
}
KNOWN = {*Post.__struct_fields__} - {"extra"}
TESTIMONY = {
    "id": "t1",
    "received_at": "2026-06-17T18:04:00Z",
    "channel": "form",
    "about": {"service": "tiktok", "handle": "@Leo.Vrtx"},
    "stance": "testimony",
    "reporter": {"id": "r1"},
}


def line(raw: dict[str, Any], **changes: Any) -> bytes:
    return json.dumps({**raw, **changes}, ensure_ascii=False).encode()


def without(raw: dict[str, Any], field: str) -> dict[str, Any]:
    return {name: value for name, value in raw.items() if name != field}


def read(data: bytes, kind: type[msgspec.Struct] = Post) -> tuple[list[Any], list[dict[str, Any]], Reader[Any]]:
    rejects = io.BytesIO()
    reader = Reader(kind, Rejects(rejects))
    good = list(reader.read(lines_of(io.BytesIO(data))))
    return good, [json.loads(reject) for reject in rejects.getvalue().splitlines()], reader


BAD_POSTS = [
    *((line(without(POST, field)), field) for field in ("id", "service", "author", "created_at", "text")),
    (line(POST, id=""), "id"),
    (line(POST, id=17), "id"),
    (line(POST, author=None), "author"),
    (line(POST, service="myspace"), "service"),
    (line(POST, service=None), "service"),
    (line(POST, created_at="hier soir"), "created_at"),
    (line(POST, created_at="2026-06-17T18:04:00"), "created_at"),
    (line(POST, created_at="2026-02-30T18:04:00Z"), "created_at"),
    (line(POST, created_at=1781712240), "created_at"),
    (line(POST, author_created_at="2019"), "author_created_at"),
    (line(POST, text="é" * 32 * 1024 + "!"), "text"),
    (line(POST, text="a" * 10_000_000), "text"),
    (line(POST, lang=["fr"]), "lang"),
    (line(POST).replace(b"me lance", b"me lanc\xe9"), "text"),
    (line(POST).replace(b"noemie_lbt", b"no\xffemie"), "author"),
    (b"\xff\xfe" + line(POST), "line"),
    (b"a" * 10_000_000, "line"),
    (b'["a", "list"]', "line"),
    (b'"a text"', "line"),
    (b"null", "line"),
    (b"{", "line"),
    (line(POST)[:-1], "line"),
    (line(POST) + b"}", "line"),
    (b"[" * 100_000, "line"),
    (b'{"text": "\\ud800"}', "line"),
    (b"id,service,author", "line"),
]
BAD_TESTIMONIES = [
    *((line(without(TESTIMONY, field)), field) for field in TESTIMONY),
    (line(TESTIMONY, about={"service": "tiktok"}), "about.handle"),
    (line(TESTIMONY, about={"handle": "leo.vrtx"}), "about.service"),
    (line(TESTIMONY, about={"service": "myspace", "handle": "leo"}), "about.service"),
    (line(TESTIMONY, about={"service": "tiktok", "handle": " @ "}), "about.handle"),
    (line(TESTIMONY, about="leo.vrtx"), "about"),
    (line(TESTIMONY, channel="pigeon"), "channel"),
    (line(TESTIMONY, stance="support"), "stance"),
    (line(TESTIMONY, conduct=["nude_request", "rudeness"]), "conduct.1"),
    (line(TESTIMONY, met_on=["myspace"]), "met_on.0"),
    (line(TESTIMONY, complainant_minor="yes"), "complainant_minor"),
    (line(TESTIMONY, reporter={}), "reporter.id"),
    (line(TESTIMONY, reporter={"id": "r1", "upheld": -1}), "reporter.upheld"),
    (line(TESTIMONY, reporter={"id": "r1", "account_created_at": "2019-01-01"}), "reporter.account_created_at"),
    (line(TESTIMONY, evidence=[{"kind": "rumour"}]), "evidence.0.kind"),
    (line(TESTIMONY, evidence=[{"verified": True}]), "evidence.0.kind"),
]


@pytest.mark.parametrize(("bad", "field"), BAD_POSTS)
def test_a_bad_post_is_set_aside_with_its_field(bad, field):
    good, rejects, reader = read(bad)
    assert good == []
    assert [(reject["line"], reject["field"]) for reject in rejects] == [(1, field)]
    assert rejects[0]["error"]
    assert reader.nothing_good


@pytest.mark.parametrize(("bad", "field"), BAD_TESTIMONIES)
def test_a_bad_testimony_is_set_aside_with_its_field(bad, field):
    good, rejects, _ = read(bad, Testimony)
    assert good == []
    assert [(reject["line"], reject["field"]) for reject in rejects] == [(1, field)]


@pytest.mark.parametrize(("bad", "_"), BAD_POSTS)
def test_a_bad_line_does_not_stop_the_good_ones(bad, _):
    good, rejects, reader = read(line(POST) + b"\n" + bad + b"\n" + line(POST, id="2") + b"\n")
    assert [post.id for post in good] == ["1", "2"]
    assert [reject["line"] for reject in rejects] == [2]
    assert not reader.nothing_good


def test_a_text_of_exactly_64_kib_is_accepted():
    good, rejects, _ = read(line(POST, text="é" * 32 * 1024))
    assert len(good) == 1
    assert rejects == []


@pytest.mark.parametrize("data", [b"", b"\n\n", b"  \r\n\t\n", b"\xef\xbb\xbf"])
def test_nothing_at_all_is_no_error(data):
    good, rejects, reader = read(data)
    assert good == rejects == []
    assert not reader.nothing_good


def test_a_binary_file_is_rejected_line_by_line():
    good, rejects, reader = read(bytes(range(256)) * 64)
    assert good == []
    assert {reject["field"] for reject in rejects} == {"line"}
    assert reader.nothing_good


def test_a_byte_order_mark_and_windows_line_ends_are_understood():
    good, rejects, _ = read(b"\xef\xbb\xbf" + line(POST) + b"\r\n" + line(POST, id="2") + b"\r\n")
    assert [post.id for post in good] == ["1", "2"]
    assert rejects == []


def test_empty_lines_count_as_lines_of_the_file():
    _, rejects, _ = read(b"\n\n" + b"{}\n")
    assert [reject["line"] for reject in rejects] == [3]


def test_a_line_beyond_the_longest_is_cut_and_the_next_one_read(monkeypatch):
    monkeypatch.setattr(records_lines, "LONGEST_LINE", 1000)
    long = line(POST, text="a" * 5000)
    good, rejects, _ = read(long + b"\n" + line(POST, id="2"))
    assert [post.id for post in good] == ["2"]
    assert [(reject["line"], reject["field"]) for reject in rejects] == [(1, "line")]


def test_a_rejected_line_never_repeats_the_text():
    secret = "ma fille de 14 ans"
    for bad in (
        line(POST, text=secret, created_at="x"),
        line(POST, text=secret)[:-1],
        line(POST, text=[secret]),
        line(POST, service=secret + " a reçu des messages - at `$.id`"),
    ):
        _, rejects, _ = read(bad)
        assert [reject["field"] for reject in rejects] != ["id"]
        assert secret not in json.dumps(rejects, ensure_ascii=False)


def test_unknown_fields_are_carried_along_in_extra():
    post = to_record({**POST, "likes": 12, "place": {"city": "Nantes"}}, Post)
    assert post.extra == {"likes": 12, "place": {"city": "Nantes"}}


def test_what_extra_held_already_is_kept():
    post = to_record({**POST, "extra": {"likes": 12}, "shares": 3}, Post)
    assert post.extra == {"likes": 12, "shares": 3}


@pytest.mark.parametrize("given", ["a text", 7, ["a", "list"], None])
def test_a_foreign_field_called_extra_is_carried_along_too(given):
    assert to_record({**POST, "extra": given}, Post).extra == {"extra": given}
    assert to_record({**POST, "extra": given, "likes": 1}, Post).extra == {"extra": given, "likes": 1}


def test_a_count_written_as_a_float_is_a_count():
    raw = {"account_id": "1", "at": "2026-06-17T00:00:00Z", "followers": 10.0, "views": 3.0}
    counters = to_record(raw, Counters)
    assert (counters.followers, counters.views) == (10, 3)
    good, rejects, _ = read(line(raw, views=3.5), Counters)
    assert good == []
    assert [reject["field"] for reject in rejects] == ["views"]


def test_a_record_without_unknown_fields_has_no_extra():
    assert b"extra" not in msgspec.json.encode(to_record(POST, Post))


@given(
    st.dictionaries(
        st.text(max_size=12).filter(lambda name: name not in KNOWN),
        st.recursive(
            st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=8,
        ),
        max_size=5,
    )
)
def test_writing_and_reading_a_post_again_changes_nothing_whatever_it_carries(extra):
    raw = {**extra, **POST}
    out = io.BytesIO()
    writer = Writer(out)
    once, rejects, _ = read(line(raw))
    assert rejects == []
    for post in once:
        writer.write(post)
    writer.flush()
    again, _, _ = read(out.getvalue())
    assert again == once


@given(st.binary(max_size=300))
def test_any_bytes_end_as_records_or_rejects(data):
    good, rejects, reader = read(data)
    assert good == []
    assert reader.rejects.count == len(rejects)
    assert reader.nothing_good == bool(rejects)


@given(st.sampled_from([Post, Statement, Testimony, Assessment, AccountRow, Conversation, Truth]), st.data())
def test_any_object_is_a_record_or_refused_by_field(kind, data):
    names = st.sampled_from(kind.__struct_fields__)
    values = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just({}) | st.just([]) | st.just([{}])
    raw = data.draw(st.dictionaries(names, values, max_size=8))
    good, rejects, _ = read(json.dumps(raw).encode(), kind)
    assert len(good) + len(rejects) == 1
    assert all(reject["field"].split(".")[0] in {*kind.__struct_fields__, "line"} for reject in rejects)


def test_a_writer_hands_over_everything_it_was_given():
    out = io.BytesIO()
    writer = Writer(out)
    posts = [to_record({**POST, "id": str(number)}, Post) for number in range(2000)]
    for post in posts:
        writer.write(post)
    writer.flush()
    assert read(out.getvalue())[0] == posts
