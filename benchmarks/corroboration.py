"""Testimonies corroborated a second, all at once and as a timeline, on simulated waves of growing size.

    python benchmarks/corroboration.py [--million]

Beside it, the peer: every testimony of an account compared with every other (words, origin, communities), as the
effective number of sources is usually computed. Its time grows with the square of the testimonies of one account,
which is why they are grouped by what they share instead. It is tried on one account, and corroboration beside it.
"""

import argparse
import resource
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from rempart.corroboration import Engine, assess, timeline
from rempart.records import AccountReference, Testimony
from rempart.replay.simulator import simulate
from rempart.text.near_duplicates import find_copies

TESTIMONIES_AN_ACCOUNT = 21  # about, in a simulated wave


def seconds(run: Callable[[], Any]) -> float:
    """How long a call takes."""
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def memory() -> float:
    """The most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def exhaust(rows: Iterable[object]) -> int:
    """Go through rows, keeping none; how many there were."""
    return sum(1 for _ in rows)


def without_reasons(testimonies: list[Testimony]) -> None:
    """What replay does: every change, without the reasons."""
    engine = Engine(testimonies)
    for _, changed in engine.run():
        for account in changed:
            engine.assessment(account, because=False)


def pairwise_sources(testimonies: list[Testimony]) -> float:
    """The peer: n² / ΣR over all pairs of testimonies, each compared with each."""
    words = [frozenset((testimony.text or "").lower().split()) for testimony in testimonies]
    dependence = np.eye(len(testimonies))
    for i, one in enumerate(testimonies):
        for j in range(i):
            other = testimonies[j]
            union = len(words[i] | words[j])
            alike = len(words[i] & words[j]) / union if union else 0.0
            if one.origin and other.origin and one.origin.network and one.origin.network == other.origin.network:
                alike = 1.0
            if set(one.reporter.communities) & set(other.reporter.communities):
                alike = max(alike, 0.5)
            dependence[i, j] = dependence[j, i] = alike
    return float(len(testimonies) ** 2 / dependence.sum())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--million", action="store_true", help="a wave of a million as well (minutes, gigabytes)")
    sizes = [10_000, 100_000, *([1_000_000] if parser.parse_args().million else [])]
    print("testimonies   near-copies/s   batch/s   rows/s without reasons   rows/s   wave in MB   peak MB")
    for size in sizes:
        testimonies = simulate(accounts=size // TESTIMONIES_AN_ACCOUNT, seed=7).testimonies
        wave = memory()
        number = len(testimonies)
        copies = number / seconds(lambda given=testimonies: find_copies([t.text for t in given]))  # type: ignore[misc]
        batch = number / seconds(lambda given=testimonies: assess(given))  # type: ignore[misc]
        cheap = number / seconds(lambda given=testimonies: without_reasons(given))  # type: ignore[misc]
        rows = number / seconds(lambda given=testimonies: exhaust(timeline(given)))  # type: ignore[misc]
        print(f"{number:11d} {copies:15,.0f} {batch:9,.0f} {cheap:24,.0f} {rows:8,.0f} {wave:12,.0f} {memory():9,.0f}")
    print("\none account   corroboration s   every pair s   ratio")
    about = AccountReference("tiktok", "one.account")
    several = simulate(accounts=400, seed=7).testimonies
    for size in (500, 1000, 2000):
        testimonies = several[:size]
        for testimony in testimonies:
            testimony.about = about
        ours = seconds(lambda given=testimonies: assess(given))  # type: ignore[misc]
        pairs = seconds(lambda given=testimonies: pairwise_sources(given))  # type: ignore[misc]
        print(f"{size:11d} {ours:17.3f} {pairs:14.3f} {pairs / ours:7.1f}")


if __name__ == "__main__":
    main()
