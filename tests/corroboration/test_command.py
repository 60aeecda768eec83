import json
import subprocess
import sys

LINE = {
    "id": "t1",
    "received_at": "2026-03-04T17:00:00Z",
    "channel": "form",
    "about": {"service": "tiktok", "handle": "@Leo.Vrtx"},
    "stance": "testimony",
    "reporter": {"id": "r1"},
}


def corroborate(*arguments, lines=(LINE,)):
    text = "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", "corroborate", *arguments],
        input=text.encode("utf-8", "surrogateescape"), capture_output=True, check=False,
    )  # fmt: skip


def rows(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def rejected(done):
    return [json.loads(line) for line in done.stderr.splitlines() if line.startswith(b"{")]


STATEMENT = {
    "id": "p1",
    "service": "twitter",
    "author": "invented",
    "created_at": "2026-03-04T17:00:00Z",
    "text": "le tiktokeur leo.vrtx m'a demandé des photos",
    "stance": "testimony",
    "stance_probability": 0.9,
    "accused": [{"service": "tiktok", "handle": "leo.vrtx"}],
}


def test_it_is_a_filter_that_says_the_same_twice():
    first, second = corroborate("-"), corroborate("-")
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert rows(first)[0]["about"] == {"service": "tiktok", "handle": "leo.vrtx"}


def test_statements_are_taken_and_those_that_accuse_nobody_are_counted():
    news = {**STATEMENT, "id": "p2", "stance": "news"}
    done = corroborate("-", lines=[LINE, STATEMENT, news])
    assert rows(done)[0]["testimonies"] == 2
    assert b"1 statement" in done.stderr


def test_bad_lines_name_their_field_and_stop_nothing():
    lines = [
        {**LINE, "stance": "maybe"},
        {**LINE, "received_at": "yesterday"},
        {**LINE, "about": {"service": "myspace", "handle": "leo"}},
        {key: value for key, value in LINE.items() if key != "reporter"},
        "nonsense\n",
        "\udcff\udcfe\n",
        LINE,
    ]
    done = corroborate("-", lines=lines)
    assert done.returncode == 0
    assert len(rows(done)) == 1
    fields = [reject["field"] for reject in rejected(done)]
    assert fields == ["stance", "received_at", "about.service", "reporter", "line", "line"]


def test_nothing_good_among_lines_is_a_data_error():
    assert corroborate("-", lines=["nonsense\n"]).returncode == 65


def test_empty_input_is_no_error():
    done = corroborate("-", lines=[])
    assert (done.returncode, done.stdout) == (0, b"")


def test_a_file_that_is_not_there_is_said():
    assert corroborate("nowhere.jsonl").returncode == 66


def test_wrong_usage_is_said():
    for arguments in (
        ["-", "--prior", "1.5"],
        ["-", "--prior", "nan"],
        ["-", "--as-of", "yesterday"],
        ["-", "--as-of", "2026-03-04T17:00:00"],
        ["-", "--as-of", "2026-03-04T17:00:00Z", "--timeline"],
        [],
    ):
        assert corroborate(*arguments).returncode == 64, arguments


def test_unknown_fields_are_harmless():
    plain = corroborate("-")
    more = corroborate("-", lines=[{**LINE, "weather": "rain", "extra": {"note": 1}}])
    assert more.stdout == plain.stdout


def test_results_rejects_accounts_and_parameters_are_files(tmp_path):
    accounts = tmp_path / "accounts.jsonl"
    accounts.write_text(json.dumps({"id": "7", "service": "tiktok", "handle": "leo.vrtx", "reach": 12}) + "\n")
    out, rejects = tmp_path / "out.jsonl", tmp_path / "rejects.jsonl"
    done = corroborate(
        "-", "--accounts", str(accounts), "--out", str(out), "--rejects", str(rejects), "--timeline",
        lines=[LINE, "nonsense\n"],
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert json.loads(out.read_text())["account"]["reach"] == 12
    assert json.loads(rejects.read_text())["line"] == 2


def test_parameters_that_make_no_sense_are_wrong_usage(tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("relay: lots\n")
    assert corroborate("-", "--parameters", str(own)).returncode == 64
