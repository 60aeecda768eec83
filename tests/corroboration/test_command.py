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


def test_it_is_a_filter_that_says_the_same_twice():
    first, second = corroborate("-"), corroborate("-")
    assert first.returncode == 0
    assert first.stdout == second.stdout
    assert rows(first)[0]["about"] == {"service": "tiktok", "handle": "leo.vrtx"}
