"""An import that is killed leaves nothing half-imported; run again, it completes without duplicates. For real."""

import json
import signal
import subprocess
import sys
import time

import psycopg
import pytest

POSTS = 3000


@pytest.fixture
def wave_file(tmp_path, post, accuses):
    """A file of posts large enough for an import to be killed in its middle."""
    path = tmp_path / "wave.jsonl"
    path.write_bytes(b"\n".join(post(number, f"{accuses} {number}") for number in range(POSTS)))
    return path


def started(own_database, wave_file) -> subprocess.Popen:
    command = [sys.executable, "-m", "rempart.cli", "import", str(wave_file), "--hashtag", "balancetontiktokeur"]
    return subprocess.Popen(command, env=own_database.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def counts(own_database) -> dict[str, int]:
    tables = ("intake_wave", "intake_import", "intake_post", "intake_wavepost", "intake_testimony", "intake_account")
    with psycopg.connect(own_database.owner_url) as connection:
        return {table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}


def wait_for_writes(own_database, process: subprocess.Popen) -> None:
    """Until the import holds rows that it has not committed yet."""
    with psycopg.connect(own_database.owner_url, autocommit=True) as connection:
        while process.poll() is None:
            size = connection.execute("SELECT pg_relation_size('intake_post')").fetchone()[0]
            if size > 200_000:
                return
            time.sleep(0.01)
    raise AssertionError(process.stderr.read().decode())


def test_an_import_killed_in_its_middle_leaves_nothing_and_completes_when_run_again(own_database, wave_file):
    process = started(own_database, wave_file)
    wait_for_writes(own_database, process)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert set(counts(own_database).values()) == {0}

    again = started(own_database, wave_file)
    printed, _errors = again.communicate(timeout=120)
    assert again.returncode == 0
    assert f"{POSTS} new posts" in printed.decode()
    found = counts(own_database)
    assert (found["intake_post"], found["intake_testimony"], found["intake_wave"]) == (POSTS, POSTS, 1)


def test_two_imports_at_once_store_each_post_once(own_database, wave_file):
    both = [started(own_database, wave_file) for _ in range(2)]
    for process in both:
        _printed, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors.decode()
    assert counts(own_database)["intake_post"] == POSTS


def test_the_command_says_what_it_refused_and_ends_well(own_database, tmp_path, post, accuses):
    path = tmp_path / "wave.jsonl"
    path.write_bytes(post(1, accuses) + b"\n{}\n")
    rejects = tmp_path / "rejects.jsonl"
    command = [sys.executable, "-m", "rempart.cli", "import", str(path), "--hashtag", "balancetontiktokeur"]
    done = subprocess.run(
        [*command, "--rejects", str(rejects)], env=own_database.environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert [json.loads(line)["line"] for line in rejects.read_text().splitlines()] == [2]


@pytest.mark.parametrize(("content", "status"), [(b"", 0), (b"nothing good\n", 65), (b"\x89PNG\r\n\x1a\n\0\0", 65)])
def test_the_exit_status_is_that_of_the_contract(own_database, tmp_path, content, status):
    path = tmp_path / "wave.jsonl"
    path.write_bytes(content)
    command = [sys.executable, "-m", "rempart.cli", "import", str(path), "--hashtag", "balancetontiktokeur"]
    assert subprocess.run(command, env=own_database.environment, capture_output=True, check=False).returncode == status
