"""Replay of invented waves under the six shipped rulebooks: time, peak memory and how both grow.

There is no peer: the moderation systems we know of cannot run their history again under other rules (one had it,
disabled). So the comparison is with the naive way, at the smallest size: a whole assessment, with its reasons, at every
change, and a whole decision on it by every rulebook. Each size runs in a process of its own, from files, as
`rempart replay` does; processor time is told beside wall time, for machines that do something else as well.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rempart.corroboration import timeline
from rempart.replay import replay
from rempart.replay.simulator import stream
from rempart.replay.writing import write_wave
from rempart.rulebook import load, shipped

# Accounts that give about 10,000, 100,000 and 1,000,000 testimonies.
SIZES = (470, 4_700, 47_000)
SEED = 1


def replayed(folder: Path) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory in MiB of the command on a wave."""
    begun = time.perf_counter()
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "rempart.cli", "replay", str(folder / "testimonies.jsonl")),
            *("--accounts", str(folder / "accounts.jsonl"), "--truth", str(folder / "truth.jsonl")),
        ],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def compared(accounts: int) -> tuple[float, float]:
    """Processor seconds of the replay itself, and of whole assessments and whole decisions at every change."""
    books = [load(name) for name in shipped()]
    stars, testimonies = stream(accounts=accounts, seed=SEED)
    wave, rows = list(testimonies), [star.row for star in stars]
    begun = time.process_time()
    replay(wave, books, accounts=rows)
    ours = time.process_time() - begun
    begun = time.process_time()
    for assessment in timeline(wave, accounts=rows):
        for book in books:
            book.decide(assessment)
    return ours, time.process_time() - begun


def main() -> None:
    """Print a line for each size (all, or as many as the first argument says), then the ratio with the naive way."""
    sizes = SIZES[: int(sys.argv[1])] if len(sys.argv) > 1 else SIZES
    print(f"{'testimonies':>12}{'wall s':>9}{'processor s':>13}{'a second':>10}{'peak MiB':>10}{'growth':>16}")
    before: tuple[int, float, float] | None = None
    for accounts in sizes:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_wave(folder, accounts=accounts, seed=SEED)
            with (folder / "testimonies.jsonl").open("rb") as lines:
                count = sum(1 for _ in lines)
            wall, processor, memory = replayed(folder)
        growth = ""
        if before:
            more = count / before[0]
            growth = f"{processor / before[1] / more:.2f} t, {memory / before[2] / more:.2f} m"
        rate = count / processor
        print(f"{count:>12,}{wall:>9.1f}{processor:>13.1f}{rate:>10,.0f}{memory:>10,.0f}{growth:>16}", flush=True)
        before = (count, processor, memory)
    print("growth of time and of memory: 1.00 is in proportion to the testimonies\n")
    ours, naive = compared(sizes[0])
    print(
        f"smallest size, without reading the file: {ours:.2f} s; the naive way {naive:.2f} s, {naive / ours:.1f} times"
    )


if __name__ == "__main__":
    main()
