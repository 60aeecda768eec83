"""The headline: a wave as large as that of June 2020, from raw posts to decisions, as real processes in a pipe.

45,000 posts in twelve hours (the press counted as many under the hashtag of that June) go through
`rempart read - | rempart corroborate - | rempart decide - --rulebook rempart`. Goal: at most 10 s and 1 GB on 2 cores.
The posts are invented (`rempart simulate`); making them is not counted. Each stage's share is its own processor time;
memory is the sum of the peaks of the three processes, as if they came at once.
"""

import cProfile
import os
import pstats
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

POSTS = 45_000
ACCOUNTS = 96
STAGES = (["read", "-"], ["corroborate", "-"], ["decide", "-", "--rulebook", "rempart"])
REMPART = [sys.executable, "-m", "rempart.cli"]


@dataclass
class Stage:
    """What one process of the pipe used: processor seconds and peak memory in MiB."""

    name: str
    seconds: float
    memory: float


def run(posts: Path, decisions: Path) -> tuple[float, list[Stage]]:
    """Send the posts through the pipe; the wall time and what each process used."""
    begun = time.perf_counter()
    with posts.open("rb") as given, decisions.open("wb") as taken:
        processes: list[subprocess.Popen[bytes]] = []
        for number, arguments in enumerate(STAGES):
            last = number == len(STAGES) - 1
            before = processes[-1].stdout if processes else given
            processes.append(
                subprocess.Popen(
                    [*REMPART, *arguments],
                    stdin=before,
                    stdout=taken if last else subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
            )
            if before is not given:
                before.close()
        stages = []
        for process, arguments in zip(processes, STAGES, strict=True):
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            assert process.returncode == 0, f"{arguments[0]} failed"
            stages.append(Stage(arguments[0], used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    return time.perf_counter() - begun, stages


def hot_spots(posts: Path, sample: int = 5_000) -> list[tuple[str, float]]:
    """The functions of reading that take most of its time, on the first posts, with their share."""
    from rempart.reading import commands
    from rempart.records.lines import Rejects, Writer

    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("wb") as nowhere:
        some = Path(folder) / "posts.jsonl"
        with posts.open("rb") as lines:
            some.write_bytes(b"".join(line for line, _ in zip(lines, range(sample), strict=False)))
        profile = cProfile.Profile()
        profile.runcall(commands.read, str(some), Writer(nowhere), Rejects(nowhere), default_service=None, hashtag=None)
    timed = pstats.Stats(profile).get_stats_profile()
    total = timed.total_tt
    slowest = sorted(timed.func_profiles.items(), key=lambda item: -item[1].tottime)[:8]
    return [(f"{Path(found.file_name).name}:{name}", found.tottime / total) for name, found in slowest]


def main() -> None:
    """Print the wall time, the memory, each stage's share, and where reading spends its own."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [*REMPART, "simulate", "--accounts", str(ACCOUNTS), "--posts", str(POSTS), "--seed", "5", "--out", folder],
            check=True,
        )
        posts, decisions = Path(folder) / "posts.jsonl", Path(folder) / "decisions.jsonl"
        wall, stages = run(posts, decisions)
        decided = len(decisions.read_bytes().splitlines())
        memory = sum(stage.memory for stage in stages)
        print(f"{POSTS:,} raw posts -> {decided} decisions, {os.cpu_count()} cores")
        print(f"wall time    {wall:6.1f} s     goal 10 s")
        print(f"peak memory  {memory:6.0f} MiB   goal 1,024 MiB\n")
        print(f"{'stage':<14}{'processor s':>12}{'share':>8}{'peak MiB':>10}")
        total = sum(stage.seconds for stage in stages)
        for stage in stages:
            print(f"{stage.name:<14}{stage.seconds:>12.2f}{stage.seconds / total:>8.0%}{stage.memory:>10.0f}")
        print("\nwhere reading spends its own time (profiled)")
        for name, share in hot_spots(posts):
            print(f"  {share:>5.0%}  {name}")


if __name__ == "__main__":
    main()
