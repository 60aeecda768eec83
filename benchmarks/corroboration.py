"""How fast corroboration is and how much memory it holds, from ten thousand testimonies to a million, beside its peers.

    python benchmarks/corroboration.py           # half an hour on a busy machine
    python benchmarks/corroboration.py --quick   # without the million

Waves are simulated once, written, and read by a process for each measure, so that its peak memory is its own; a process
warms up on the first testimonies before the clock starts. Seconds are of the processor, for machines that do something
else as well. The peers are crowd-kit's aggregators, to which a reporter is a worker, an account a task, and accusing or
denying a label (their table is made before the clock starts), and the near-duplicates of datasketch, by pairs of words
as ours, a text being kept only where it repeats none. They run as they come, and also as quick as they can be made to:
GLAD and MACE stopped where their losses hardly move any more on such waves, datasketch with our permutations, in bulk.
"""

import argparse
import multiprocessing
import re
import resource
import time
from collections.abc import Callable
from itertools import islice, pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec
import numpy as np

from rempart.corroboration import Engine, assess, collector_paused, timeline
from rempart.records import AccountReference, Testimony
from rempart.replay.writing import write_wave
from rempart.text.near_duplicates import find_copies

SIZES = (10_000, 100_000, 1_000_000)
TESTIMONIES_AN_ACCOUNT = 19  # at least: a simulated wave is then cut to the size wanted
SEED = 7
WARM_UP = 200
THRESHOLD, BANDS, ROWS = 0.5, 10, 3  # those of rempart.text.near_duplicates

# What to do with testimonies: what is returned is run while the clock runs.
Measure = Callable[[list[Testimony]], Callable[[], Any]]


class Measured(NamedTuple):
    """Seconds of the processor, peak memory in MiB before the clock started, and in all."""

    seconds: float
    before: float
    peak: float


def copies(testimonies: list[Testimony]) -> Callable[[], Any]:
    """Finding near-copies alone."""
    texts = [testimony.text for testimony in testimonies]
    return lambda: find_copies(texts, threshold=THRESHOLD)


def batch(testimonies: list[Testimony]) -> Callable[[], Any]:
    """Every account assessed once, with its reasons."""
    return lambda: assess(testimonies)


def changes(testimonies: list[Testimony]) -> Callable[[], Any]:
    """What replay does: every change, without the reasons."""

    def run() -> None:
        engine = Engine(testimonies)
        for _, changed in engine.run():
            for account in changed:
                engine.assessment(account, because=False)

    return run


def whole_timeline(testimonies: list[Testimony]) -> Callable[[], Any]:
    """Every change, with the reasons."""
    return lambda: sum(1 for _ in timeline(testimonies))


def one_account(testimonies: list[Testimony]) -> Callable[[], Any]:
    """The batch, were all of one account."""
    about = AccountReference("tiktok", "one.account")
    several = [msgspec.structs.replace(testimony, about=about) for testimony in testimonies]
    return lambda: assess(several)


def one_text(testimonies: list[Testimony]) -> Callable[[], Any]:
    """The batch, did all say of one account, at first hand, the same words."""
    about = AccountReference("tiktok", "one.account")
    words = "he wrote to me every night when I was fifteen and told me to keep it between us"
    several = [
        msgspec.structs.replace(testimony, about=about, text=words, stance="testimony") for testimony in testimonies
    ]
    return lambda: assess(several)


def datasketch(testimonies: list[Testimony]) -> Callable[[], Any]:
    """The first text of each group of near-copies, by the MinHash LSH of datasketch with its own permutations."""
    from datasketch import MinHash, MinHashLSH

    texts = [testimony.text or "" for testimony in testimonies]

    def run() -> None:
        index = MinHashLSH(threshold=THRESHOLD)
        for place, text in enumerate(texts):
            signature = MinHash()
            signature.update_batch(_word_pairs(text))
            if not signature.is_empty() and not index.query(signature):
                index.insert(place, signature)

    return run


def datasketch_in_bulk(testimonies: list[Testimony]) -> Callable[[], Any]:
    """The same with as many permutations and bands as ours, all signatures at once."""
    from datasketch import MinHash, MinHashLSH

    texts = [testimony.text or "" for testimony in testimonies]

    def run() -> None:
        index = MinHashLSH(threshold=THRESHOLD, num_perm=BANDS * ROWS, params=(BANDS, ROWS))
        for place, signature in enumerate(MinHash.generator(map(_word_pairs, texts), num_perm=BANDS * ROWS)):
            if not signature.is_empty() and not index.query(signature):
                index.insert(place, signature, check_duplication=False)

    return run


def _word_pairs(text: str) -> list[bytes]:
    words = re.findall(r"\w+", text.lower())
    return [" ".join(pair).encode() for pair in pairwise(words)]


def crowd(name: str, settings: dict[str, int]) -> Measure:
    """One of crowd-kit's aggregators."""

    def prepared(testimonies: list[Testimony]) -> Callable[[], Any]:
        import pandas as pd
        from crowdkit import aggregation

        answers = pd.DataFrame({
            "worker": [testimony.reporter.id for testimony in testimonies],
            "task": [f"{testimony.about.service}:{testimony.about.handle}" for testimony in testimonies],
            "label": [int(testimony.stance != "dispute") for testimony in testimonies],
        })  # fmt: skip
        return lambda: getattr(aggregation, name)(**settings).fit_predict_proba(answers)

    return prepared


MEASURES: dict[str, Measure] = {
    "near-copies": copies,
    "batch": batch,
    "changes": changes,
    "timeline": whole_timeline,
    "one account": one_account,
    "one text": one_text,
    "datasketch": datasketch,
    "datasketch, bulk": datasketch_in_bulk,
    "Dawid–Skene": crowd("DawidSkene", {"n_iter": 100}),
    "GLAD": crowd("GLAD", {}),
    "GLAD, stopped": crowd("GLAD", {"n_iter": 5, "m_step_max_iter": 10}),
    "MACE": crowd("MACE", {"random_state": 0}),
    "MACE, stopped": crowd("MACE", {"n_restarts": 2, "random_state": 0}),
}


def apart(run: Callable[..., Any], *given: object) -> Any:
    """What a function returns, in a process of its own. The system counts what memory the one that starts it held as
    the new one's: this one is to stay small."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, given)


def measured(name: str, wave: Path, size: int) -> Measured:
    """A measure on the first testimonies of a wave."""
    found: Measured = apart(_run, name, wave, size)
    return found


def _write(folder: Path, size: int) -> None:
    write_wave(folder, accounts=size // TESTIMONIES_AN_ACCOUNT, seed=SEED)


def _run(name: str, wave: Path, size: int) -> Measured:
    decode = msgspec.json.Decoder(Testimony).decode
    with collector_paused(), wave.open("rb") as lines:
        testimonies = [decode(line) for line in islice(lines, size)]
    assert len(testimonies) == size
    MEASURES[name](testimonies[:WARM_UP])()
    run = MEASURES[name](testimonies)
    before = _peak()
    begun = time.process_time()
    run()
    return Measured(time.process_time() - begun, before, _peak())


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(sizes: list[int], seconds: list[float]) -> float:
    """The k of n^k by which time grows: least squares of its logarithm on that of the size."""
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def by_size(waves: dict[int, Path]) -> None:
    """Print what each size takes, and how it grows."""
    names = ("near-copies", "batch", "changes")
    print(
        f"{'testimonies':>11} {'the wave MiB':>13}",
        *(f"{name:>13} s {'a second':>9} {'peak MiB':>9}" for name in names),
    )
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for size, wave in waves.items():
        found = [measured(name, wave, size) for name in names]
        cells = [f"{one.seconds:15.2f} {size / one.seconds:9,.0f} {one.peak:9,.0f}" for one in found]
        print(f"{size:11,d} {found[1].before:13,.0f}", *cells, flush=True)
        for name, one in zip(names, found, strict=True):
            seconds[name].append(one.seconds)
    grown = ", ".join(f"{name} n^{growth(list(waves), several):.2f}" for name, several in seconds.items())
    print(f"growth of time: {grown} (wanted: n^1.1 at most)\n")


def beside_peers(waves: dict[int, Path]) -> None:
    """Print what the peers take, and how many times as long as ours."""
    largest, middle = max(waves), 100_000
    peers = [
        ("GLAD", 13_000, "batch", 20),
        ("GLAD, stopped", 13_000, "batch", 20),
        ("MACE", 13_000, "batch", 20),
        ("MACE, stopped", 13_000, "batch", 20),
        ("Dawid–Skene", largest, "batch", 2),
        ("datasketch", middle, "near-copies", 20),
        ("datasketch, bulk", middle, "near-copies", 20),
    ]
    print(f"{'peer':<17} {'testimonies':>11} {'peer s':>9} {'ours s':>9} {'times as long':>14} {'wanted':>7}")
    ours: dict[tuple[str, int], float] = {}
    for name, size, instead, wanted in peers:
        wave = waves[max(size, middle)]
        if (instead, size) not in ours:
            ours[instead, size] = measured(instead, wave, size).seconds
        theirs, mine = measured(name, wave, size).seconds, ours[instead, size]
        print(f"{name:<17} {size:11,d} {theirs:9.2f} {mine:9.2f} {theirs / mine:14.1f} {wanted:7d}", flush=True)
    print()


def at_once(wave: Path) -> None:
    """Print what much at once takes."""
    print(f"{'':<48} {'s':>8} {'peak MiB':>9} {'wanted s':>9}")
    for name, size, what, wanted in (
        ("one text", 50_000, "50,000 copies of one text about one account", "10"),
        ("one account", 50_000, "50,000 testimonies about one account", ""),
        ("timeline", 100_000, "100,000 as a timeline, with reasons", ""),
    ):
        found = measured(name, wave, size)
        print(f"{what:<48} {found.seconds:8.2f} {found.peak:9,.0f} {wanted:>9}", flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="leave out the million")
    sizes = SIZES[:-1] if parser.parse_args().quick else SIZES
    with TemporaryDirectory(prefix="rempart-bench-") as name:
        waves = {}
        for size in sizes:
            apart(_write, Path(name) / str(size), size)
            waves[size] = Path(name) / str(size) / "testimonies.jsonl"
        by_size(waves)
        beside_peers(waves)
        at_once(waves[100_000])


if __name__ == "__main__":
    main()
