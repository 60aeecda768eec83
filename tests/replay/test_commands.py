"""`rempart simulate` and `rempart replay` as processes: files, pipes and exit statuses."""

import json
import subprocess
import sys

import pytest


def rempart(*arguments, given=b""):
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", *map(str, arguments)], input=given, capture_output=True, check=False
    )


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wave")
    assert rempart("simulate", "--accounts", 40, "--seed", 3, "--out", folder).returncode == 0
    return folder


def options(wave):
    return ["--accounts", wave / "accounts.jsonl", "--truth", wave / "truth.jsonl"]


def test_simulate_writes_a_wave_with_its_accounts_and_truth(wave):
    assert sorted(path.name for path in wave.iterdir()) == ["accounts.jsonl", "testimonies.jsonl", "truth.jsonl"]
    assert len((wave / "truth.jsonl").read_bytes().splitlines()) == 40


def test_simulate_writes_raw_posts_when_asked(tmp_path):
    assert rempart("simulate", "--accounts", 5, "--posts", 200, "--out", tmp_path / "posts").returncode == 0
    assert len((tmp_path / "posts" / "posts.jsonl").read_bytes().splitlines()) == 200


def test_simulate_takes_the_share_of_guilty_accounts(tmp_path):
    rempart("simulate", "--accounts", 30, "--base-rate", 0, "--out", tmp_path)
    assert b'"guilty":true' not in (tmp_path / "truth.jsonl").read_bytes()


def test_simulate_writes_a_named_wave_and_says_where_its_campaigns_are(tmp_path):
    assert rempart("simulate", "--accounts", 12, "--scenario", "crude-brigade", "--out", tmp_path).returncode == 0
    truth = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_bytes().splitlines()]
    assert {(one["campaign"], one["attack"]) for one in truth} == {(True, "crude"), (False, "none")}


def test_the_share_of_guilty_accounts_holds_in_a_named_wave_too(tmp_path):
    rempart("simulate", "--accounts", 9, "--scenario", "drowned-case", "--base-rate", 0, "--out", tmp_path)
    assert b'"guilty":true' not in (tmp_path / "truth.jsonl").read_bytes()


def test_a_wave_of_no_such_name_exits_64_and_names_those_there_are(tmp_path):
    done = rempart("simulate", "--accounts", 3, "--scenario", "nonsense", "--out", tmp_path)
    assert done.returncode == 64
    assert "organised-victims" in done.stderr.decode()


def test_a_named_wave_has_no_raw_posts(tmp_path):
    more = ["--scenario", "lone-voices", "--posts", 50]
    assert rempart("simulate", "--accounts", 3, *more, "--out", tmp_path).returncode == 64


def test_replay_compares_every_shipped_rulebook_when_none_is_named(wave):
    done = rempart("replay", wave / "testimonies.jsonl", "--format", "json")
    assert len(json.loads(done.stdout)) == 6


def test_json_has_the_fields_of_the_contract(wave):
    done = rempart("replay", wave / "testimonies.jsonl", "--rulebook", "rempart", "--format", "json", *options(wave))
    (outcome,) = json.loads(done.stdout)
    assert outcome.keys() >= {
        "rulebook", "accused", "measured", "suspended", "median_hours_to_first_measure", "testimonies_after_first",
        "protected", "wrongly_suspended", "wrongly_restrained", "wrong_days",
    }  # fmt: skip


def test_without_a_truth_file_there_is_nothing_about_guilt(wave):
    done = rempart("replay", wave / "testimonies.jsonl", "--rulebook", "rempart", "--format", "json")
    assert "protected" not in json.loads(done.stdout)[0]


def test_the_table_is_aligned_in_a_pipe_as_well(wave):
    lines = rempart("replay", wave / "testimonies.jsonl", *options(wave)).stdout.decode().splitlines()
    assert lines[0].startswith("RULEBOOK")
    assert len({len(line) for line in lines}) == 1


def test_a_filter_says_the_same_twice_and_from_a_file(wave):
    given = (wave / "testimonies.jsonl").read_bytes()
    first, second = (rempart("replay", "-", "--format", "json", given=given) for _ in range(2))
    assert first.stdout == second.stdout == rempart("replay", wave / "testimonies.jsonl", "--format", "json").stdout


def test_results_go_to_a_file_when_asked(wave, tmp_path):
    assert rempart("replay", wave / "testimonies.jsonl", "--out", tmp_path / "table").stdout == b""
    assert (tmp_path / "table").read_text().startswith("RULEBOOK")


def test_empty_input_is_a_wave_of_nobody():
    done = rempart("replay", "-", "--rulebook", "rempart", "--format", "json")
    assert (done.returncode, json.loads(done.stdout)[0]["accused"]) == (0, 0)


def test_no_good_line_exits_65_and_names_the_field(tmp_path):
    done = rempart("replay", "-", "--rejects", tmp_path / "rejects", given=b'{"id": "t1"}\n')
    assert (done.returncode, done.stdout) == (65, b"")
    assert json.loads((tmp_path / "rejects").read_bytes())["field"] == "received_at"


def test_a_bad_line_never_stops_the_run(wave):
    given = b"not json\n" + (wave / "testimonies.jsonl").read_bytes()
    done = rempart("replay", "-", "--rulebook", "rempart", "--format", "json", given=given)
    assert (done.returncode, json.loads(done.stdout)[0]["accused"]) == (0, 40)


@pytest.mark.parametrize("missing", ["testimonies", "--rulebook", "--accounts", "--truth"])
def test_a_file_that_is_not_there_exits_66(wave, missing):
    file = "nowhere.jsonl" if missing == "testimonies" else wave / "testimonies.jsonl"
    more = [] if missing == "testimonies" else [missing, "nowhere"]
    assert rempart("replay", file, *more).returncode == 66


@pytest.mark.parametrize("wrong", [["--prior", "1"], ["--format", "xml"], ["--nonsense"]])
def test_wrong_usage_exits_64(wave, wrong):
    assert rempart("replay", wave / "testimonies.jsonl", *wrong).returncode == 64


def test_what_cannot_be_judged_is_told(wave, tmp_path, book):
    (tmp_path / "broken.yaml").write_text(book(("broken", "conduct[7] == 'grooming'", "suspend", "10d")).source)
    done = rempart("replay", wave / "testimonies.jsonl", "--rulebook", tmp_path / "broken.yaml")
    assert done.returncode == 0
    assert "small: " in done.stderr.decode()


def swept(wave, *arguments):
    return rempart("replay", wave / "testimonies.jsonl", "--rulebook", "rempart", *options(wave), *arguments)


def test_a_sweep_gives_an_object_for_each_value_and_draws_the_curve(wave, tmp_path):
    figure = ["--sweep", "contact-several-sources.credibility=0.4..0.9/2"]
    done = swept(wave, *figure, "--format", "json", "--plot", tmp_path / "curve.png")
    rows = json.loads(done.stdout)
    assert [(row["value"], row["is_present"]) for row in rows] == [(0.4, False), (0.5, True), (0.9, False)]
    assert rows[0].keys() >= {
        "article", "parameter", "written", "protected", "wrongly_suspended", "wrongly_restrained", "wrong_days",
        "wrong_days_restrained", "median_hours_to_first_measure",
    }  # fmt: skip
    assert (tmp_path / "curve.png").read_bytes().startswith(b"\x89PNG")


def test_the_present_value_is_marked_in_the_table_of_a_sweep(wave):
    lines = swept(wave, "--sweep", "watch.severity=1..3/3").stdout.decode().splitlines()
    assert lines[0].startswith("watch.severity")
    assert [line.split("  ")[0] for line in lines[1:]] == ["1", "2 *", "3"]


@pytest.mark.parametrize(
    "wrong",
    [
        ["--sweep", "watch.severity=3..1"],
        ["--sweep", "watch.severity=1..3", "--rulebook", "count-three"],
        ["--sweep", "watch.severity=1..3", "--plot", "curve.svg"],
        ["--plot", "curve.png"],
        ["--shadow", "draft.yaml"],
    ],
)
def test_a_sweep_that_is_wrong_leaves_the_results_of_another_alone(wave, tmp_path, wrong):
    (tmp_path / "kept").write_text("as before")
    done = swept(wave, *wrong, "--out", tmp_path / "kept")
    assert (done.returncode, (tmp_path / "kept").read_text()) == (64, "as before")


def test_a_sweep_without_the_truth_has_no_price(wave):
    done = rempart("replay", wave / "testimonies.jsonl", "--rulebook", "rempart", "--sweep", "watch.severity=1..3")
    assert (done.returncode, b"--truth" in done.stderr) == (64, True)


def test_a_replay_of_nothing_exits_64():
    assert rempart("replay").returncode == 64


@pytest.mark.parametrize("sweep", [(), ("--sweep", "watch.credibility=0.3..0.5/2")])
def test_a_truth_without_a_good_line_exits_65_and_writes_nothing(wave, tmp_path, sweep):
    (tmp_path / "truth").write_text('{"about": 3}\n')
    more = ["--rulebook", "rempart", "--truth", tmp_path / "truth", "--out", tmp_path / "out", *sweep]
    done = rempart("replay", wave / "testimonies.jsonl", *more)
    assert (done.returncode, (tmp_path / "out").read_bytes()) == (65, b"")
    assert json.loads(done.stderr)["field"] == "about"


def test_standard_input_is_read_once(wave):
    done = rempart("replay", "-", "--truth", "-", given=(wave / "truth.jsonl").read_bytes())
    assert done.returncode == 64
    assert b"--truth" in done.stderr


def test_a_curve_in_a_folder_that_is_not_there_is_refused_before_anything_is_written(wave, tmp_path):
    plot = ["--plot", tmp_path / "nowhere" / "curve.png", "--out", tmp_path / "out"]
    swept = ["--rulebook", "rempart", "--sweep", "watch.credibility=0.3..0.5/2", *plot]
    done = rempart("replay", wave / "testimonies.jsonl", *options(wave), *swept)
    assert (done.returncode, (tmp_path / "out").exists()) == (66, False)
