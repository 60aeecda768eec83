"""`rempart evaluate corroborate` as a process: files, pipes, the plot and exit statuses."""

import json
import subprocess
import sys

import pytest


def rempart(*arguments, given=b""):
    return subprocess.run(
        [sys.executable, "-m", "rempart.cli", *map(str, arguments)], input=given, capture_output=True, check=False
    )


def evaluate(*arguments, given=b""):
    return rempart("evaluate", "corroborate", *arguments, given=given)


@pytest.fixture(scope="module")
def wave(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wave")
    assert rempart("simulate", "--accounts", 40, "--seed", 3, "--out", folder).returncode == 0
    return folder


@pytest.fixture(scope="module")
def files(wave):
    return wave / "testimonies.jsonl", wave / "truth.jsonl"


def test_the_table_says_how_good_and_how_soon_and_what_was_said(files, tmp_path):
    done = evaluate(*files, "--out", tmp_path / "table", "--plot", tmp_path / "plot.png")
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    table = (tmp_path / "table").read_text()
    assert table.startswith("All accounts: 40 accounts")
    assert all(heading in table for heading in ("METHOD", "MEDIAN HOURS", "MEAN SAID"))
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_json_is_one_array_and_the_same_from_a_pipe_and_from_a_file(files):
    testimonies, truth = files
    first = evaluate("-", truth, "--format", "json", given=testimonies.read_bytes())
    assert first.stdout == evaluate(testimonies, truth, "--format", "json").stdout
    ours, *others = (row for row in json.loads(first.stdout) if row["attack"] is None)
    assert (ours["method"], ours["accounts"]) == ("rempart", 40)
    assert ours["calibration"][0].keys() >= {"said", "true", "lower", "upper", "accounts"}
    assert {row["method"] for row in others} >= {"count-3", "hand-weights", "logistic-regression"}


def test_the_threshold_and_the_prior_are_taken(files):
    ours = json.loads(evaluate(*files, "--threshold", "0", "--prior", "0.0001", "--format", "json").stdout)[0]
    assert ours["protected"] == 1.0  # nothing that was said leaves a credibility of zero
    assert ours["calibration"][0]["least"] == 0.0


def test_bad_lines_stop_nothing_and_what_is_not_judged_is_told(files, tmp_path):
    testimonies, truth = files
    lines = truth.read_bytes().splitlines(keepends=True)
    done = evaluate(testimonies, "-", "--rejects", tmp_path / "rejects", given=b"nonsense\n" + b"".join(lines[:-1]))
    assert done.returncode == 0
    assert json.loads((tmp_path / "rejects").read_bytes())["line"] == 1
    assert b"without a truth" in done.stderr


@pytest.mark.parametrize("bad", ["testimonies", "truth"])
def test_nothing_good_among_lines_is_a_data_error(files, bad):
    testimonies, truth = files
    given = ("-", truth) if bad == "testimonies" else (testimonies, "-")
    done = evaluate(*given, given=b'{"id": "t1"}\n')
    assert (done.returncode, done.stdout) == (65, b"")


@pytest.mark.parametrize("missing", ["testimonies", "truth"])
def test_a_file_that_is_not_there_exits_66(files, missing):
    testimonies, truth = files
    assert evaluate(*(("nowhere", truth) if missing == "testimonies" else (testimonies, "nowhere"))).returncode == 66


@pytest.mark.parametrize(
    "wrong",
    [
        ["--prior", "1"], ["--prior", "nan"], ["--threshold", "1"], ["--threshold", "-0.1"], ["--seed", "-1"],
        ["--plot", "plot.svg"], ["--format", "xml"], ["--nonsense"],
    ],
)  # fmt: skip
def test_wrong_usage_exits_64(files, wrong):
    assert evaluate(*files, *wrong).returncode == 64


def test_both_files_cannot_be_standard_input():
    assert evaluate("-", "-").returncode == 64


def test_parameters_that_make_no_sense_are_wrong_usage(files, tmp_path):
    own = tmp_path / "own.yaml"
    own.write_text("nothing: like this\n")
    assert evaluate(*files, "--parameters", own).returncode == 64


def test_the_plot_does_not_overwrite_what_is_read(files, tmp_path):
    testimonies, truth = files
    taken = tmp_path / "truth.png"
    taken.write_bytes(truth.read_bytes())
    assert evaluate(testimonies, taken, "--plot", taken).returncode == 64
    assert taken.read_bytes() == truth.read_bytes()


def test_a_plot_in_a_folder_that_is_not_there_is_refused_before_anything_is_written(files, tmp_path):
    done = evaluate(*files, "--plot", tmp_path / "nowhere" / "plot.png", "--out", tmp_path / "table")
    assert (done.returncode, (tmp_path / "table").exists()) == (66, False)
    assert b"nowhere" in done.stderr


@pytest.mark.parametrize("written", [b"colour: 3\n", b"\xff\xfe", b"looking: [1\n"])
def test_weights_that_cannot_be_read_are_named_by_option_and_file(files, tmp_path, written):
    own = tmp_path / "own.yaml"
    own.write_bytes(written)
    done = evaluate(*files, "--parameters", own)
    assert done.returncode == 64
    assert f"--parameters: {own}: " in done.stderr.decode()
