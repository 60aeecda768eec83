"""The commands `decide` and `rulebook`, as run from a shell."""

import json
import os
import subprocess
import sys

import msgspec
import pytest

from rempart.records import Decision

LINE = {
    "about": {"service": "tiktok", "handle": "leo.vrtx"},
    "as_of": "2020-06-18T10:00:00Z",
    "testimonies": 4,
    "relays": 0,
    "disputes": 0,
    "credibility": 0.9,
    "independent_sources": 3,
    "coordination": 0.1,
    "severity": 3,
    "met_on": ["tiktok"],
    "batch": "kept",
}


def rempart(*arguments, given=b""):
    command = [sys.executable, "-m", "rempart.cli", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=False, env=os.environ | {"TZ": "Asia/Tokyo"})


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_decide_is_a_filter_and_carries_unknown_fields_along():
    done = rempart("decide", "-", "--rulebook", "rempart", given=lines(LINE))
    decision = msgspec.json.decode(done.stdout, type=Decision)
    assert (done.returncode, decision.measures, decision.assessment.extra) == (
        0,
        ["no_new_contacts"],
        {"batch": "kept"},
    )


def test_decide_takes_our_rulebook_unless_told_otherwise():
    assert json.loads(rempart("decide", "-", given=lines(LINE)).stdout)["rulebook"] == "rempart"


def test_decide_gives_the_same_bytes_twice():
    assert rempart("decide", "-", given=lines(LINE)).stdout == rempart("decide", "-", given=lines(LINE)).stdout


def test_a_bad_line_is_set_aside_with_its_field_and_the_run_goes_on(tmp_path):
    rejects = tmp_path / "rejects.jsonl"
    given = lines({**LINE, "credibility": 2}, LINE)
    done = rempart("decide", "-", "--rejects", str(rejects), given=given)
    rejected = json.loads(rejects.read_text())
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert (rejected["line"], rejected["field"]) == (1, "credibility")


def test_a_condition_that_fails_rejects_the_line(tmp_path, book):
    file = tmp_path / "fails.yaml"
    file.write_text(book({"when": "conduct[0] == 'grooming'"}))
    done = rempart("decide", "-", "--rulebook", str(file), given=lines({**LINE, "conduct": ["grooming"]}, LINE))
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert json.loads(done.stderr)["line"] == 2


@pytest.mark.parametrize(
    ("given", "status"), [(b"", 0), (b"\n\n", 0), (b"{}\n", 65), (b"\xff\xfe\n", 65), (lines(LINE), 0)]
)
def test_decide_ends_with_the_status_of_the_contract(given, status):
    assert rempart("decide", "-", given=given).returncode == status


def test_decide_writes_to_a_file(tmp_path):
    out = tmp_path / "decisions.jsonl"
    assert rempart("decide", "-", "--out", str(out), given=lines(LINE)).stdout == b""
    assert json.loads(out.read_text())["mode"] == "preventive"


def test_files_that_are_not_there_end_with_66():
    assert rempart("decide", "/nowhere.jsonl").returncode == 66
    assert rempart("decide", "-", "--rulebook", "nowhere").returncode == 66
    assert rempart("rulebook", "check", "/nowhere.yaml").returncode == 66
    assert rempart("rulebook", "show", "nowhere").returncode == 66


def test_check_says_that_a_good_rulebook_is_good_on_one_line(tmp_path, book):
    file = tmp_path / "good.yaml"
    file.write_text(book())
    done = rempart("rulebook", "check", str(file))
    assert (done.returncode, done.stdout.decode()) == (0, f"{file}: tried 2026-11-22, live, 1 article: good\n")


def test_check_prints_every_problem_with_its_place_and_ends_with_65(tmp_path, book):
    file = tmp_path / "bad.yaml"
    file.write_text(book({"measure": "ban", "when": "nope"}))
    done = rempart("rulebook", "check", str(file))
    places = [line.split(": ")[0] for line in done.stdout.decode().splitlines()]
    assert (done.returncode, places) == (65, [f"{file}:12:11", f"{file}:14:14"])


def test_check_reads_standard_input(book):
    done = rempart("rulebook", "check", "-", given=book().encode()[:-1] + b"\xff")
    assert (done.returncode, b"not valid UTF-8" in done.stdout) == (65, True)


def test_a_refused_rulebook_decides_nothing(tmp_path, book):
    file = tmp_path / "bad.yaml"
    file.write_text(book({"measure": "ban"}))
    done = rempart("decide", "-", "--rulebook", str(file), given=lines(LINE))
    assert (done.returncode, done.stdout, b"unknown measure `ban`" in done.stderr) == (65, b"", True)


def test_list_names_all_rulebooks_as_json_too():
    rows = json.loads(rempart("rulebook", "list", "--format", "json").stdout)
    table = rempart("rulebook", "list").stdout.decode()
    assert len(rows) == 6
    assert all(row["name"] in table for row in rows)


@pytest.mark.parametrize(("language", "words"), [("fr", "Qui décide"), ("en", "Who decides")])
def test_show_prints_every_article_in_the_language_asked_for(language, words):
    text = rempart("rulebook", "show", "rempart", "--lang", language).stdout.decode()
    assert text.count(words) == 13


def test_wrong_usage_ends_with_64():
    assert rempart("rulebook", "show", "rempart", "--lang", "xx").returncode == 64
