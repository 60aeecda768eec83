"""How well sudden fame is told from its look-alikes, beside peers that are allowed as many false alarms.

    python benchmarks/fame_quality.py [--accounts 5000] [--seeds 4] [--nab FOLDER]

Both families of simulated populations; the second was never used to choose a parameter. `--nab`: the folder of the
Numenta Anomaly Benchmark's realTweets, whose mention counts serve as real noise (a counter that only they feed).
"""

import argparse
import csv
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import ruptures
from numpy.typing import NDArray
from river import anomaly

from rempart.radar.fame.rehearsal import Worth, days_of, rehearse, told_of, worth
from rempart.radar.fame.simulator import Simulation, simulate, simulate_cascades

Floats = NDArray[np.float64]
FIRST = 8  # peers, too, are spared the first week


def gains(simulation: Simulation) -> Floats:
    """Followers a day, growth over missing days shared among them."""
    levels = simulation.followers.astype(float)
    days = np.arange(levels.shape[1])
    for row in levels:
        told = row >= 0
        row[:] = np.interp(days, days[told], row[told]) if told.any() else 0.0
        row[: int(np.argmax(told))] = row[int(np.argmax(told))]
    return np.maximum(np.diff(levels, axis=1, prepend=levels[:, :1]), 0.0)


def past(y: Floats, first: int, last: int, how: Callable[..., Floats]) -> Floats:
    """`how` (mean, std) over the days from `first` to `last` before each day."""
    out = np.zeros_like(y)
    for day in range(FIRST, y.shape[1]):
        out[:, day] = how(y[:, max(day - first, 1) : day - last + 1], axis=1)
    return out


def poisson(y: Floats) -> Floats:
    """Exponent of Chernoff's bound on a Poisson tail over the mean of two weeks."""
    mean = np.maximum(past(y, 14, 1, np.mean), 0.1)
    return np.where(y > mean, y * np.log(np.maximum(y, 1e-9) / mean) - y + mean, 0.0)


def ears_c2(y: Floats) -> Floats:
    """EARS C2 (Hutwagner et al., J Urban Health 80, 2003): a week's mean and deviation, two days kept apart."""
    return (y - past(y, 9, 3, np.mean)) / np.maximum(past(y, 9, 3, np.std), 0.5)


def week_ratio(y: Floats) -> Floats:
    """Today over the mean of the last seven days, of at least twenty followers."""
    return np.where(y >= 20, y / (past(y, 7, 1, np.mean) + 1.0), 0.0)


def mastodon(y: Floats) -> Floats:
    """Mastodon's trend score: (observed − expected)² / expected, yesterday being what is expected."""
    expected = np.maximum(np.roll(y, 1, axis=1), 1.0)
    return np.where(y > expected, (y - expected) ** 2 / expected, 0.0)


def change_points(y: Floats) -> Floats:
    """ruptures: what the best single change in the last three weeks of log gains explains, if it is recent and up."""
    logs = np.log1p(y)
    out = np.zeros_like(y)
    candidates = np.argwhere(week_ratio(y) >= 2.0)
    for account, day in candidates[candidates[:, 1] >= FIRST]:
        signal = logs[account, max(day - 20, 1) : day + 1]
        found = ruptures.Binseg(model="l2", min_size=1, jump=1).fit(signal).predict(n_bkps=1)[0]
        before, after = signal[:found], signal[found:]
        if len(after) <= 4 and len(after) and after.mean() > before.mean():
            out[account, day] = (
                signal.var() * len(signal) - before.var() * len(before) - after.var() * len(after)
            ) / max(before.var(), 0.05)
    return out


def river_deviation(y: Floats) -> Floats:
    """river: standard deviations of the log gain from an account's own stream so far."""
    out = np.zeros_like(y)
    for account, series in enumerate(np.log1p(y)):
        detector = anomaly.StandardAbsoluteDeviation()
        for day, value in enumerate(series[1:], start=1):
            if day >= FIRST and value > 3.0:
                out[account, day] = detector.score_one(None, value)
            detector.learn_one(None, value)
    return out


def two_days(peer: Callable[[Floats], Floats]) -> Callable[[Floats], Floats]:
    """A peer that believes what it sees on two days running: the lesser of today's and yesterday's score."""

    def scores(y: Floats) -> Floats:
        today = peer(y)
        return np.minimum(today, np.roll(today, 1, axis=1))

    return scores


PEERS = {
    "Poisson": poisson,
    "EARS C2": ears_c2,
    "7-day ratio": week_ratio,
    "Mastodon's score": mastodon,
    "ruptures": change_points,
    "river": river_deviation,
    "Poisson, 2 days": two_days(poisson),
    "EARS C2, 2 days": two_days(ears_c2),
    "7-day ratio, 2 days": two_days(week_ratio),
}


def at_equal_false_alarms(simulation: Simulation, scores: Floats, allowed: int) -> Worth:
    """A peer's worth at the lowest threshold with at most `allowed` false alarms, one alert an account."""
    scores = scores.copy()
    scores[:, :FIRST] = 0.0
    levels = np.unique(np.quantile(scores.max(axis=1), np.linspace(0.5, 1.0, 4001)))
    low, high = 0, len(levels) - 1
    while low < high:
        middle = (low + high) // 2
        if sum(_worth(simulation, scores, levels[middle]).false.values()) <= allowed:
            high = middle
        else:
            low = middle + 1
    return _worth(simulation, scores, levels[low])


def _worth(simulation: Simulation, scores: Floats, threshold: float) -> Worth:
    over = (scores >= threshold) & (scores > 0)
    told = [(int(account), int(np.argmax(over[account]))) for account in np.flatnonzero(over.any(axis=1))]
    return worth(simulation, sorted(told, key=lambda pair: pair[1]))


def real_noise(folder: Path) -> None:
    """False alarms on real mention counts: each series gives four a day, one for each quarter of the day."""
    series = []
    for path in sorted(folder.glob("*.csv")):
        with path.open() as lines:
            counts = np.array([float(row["value"]) for row in csv.DictReader(lines)])
        quarters = counts[: len(counts) // 288 * 288].reshape(-1, 4, 72).sum(axis=2)
        series += [quarters[:, place] for place in range(4)]
    length = min(map(len, series))
    daily = np.array([one[:length] for one in series])
    for planted in (False, True):
        y = daily.copy()
        rises = 0
        if planted:
            for place in range(0, len(y), 2):
                began = 20 + place % 20
                rise = np.minimum(2.0 ** (np.arange(length - began) - 4), 1.0)
                y[place, began:] += np.rint(20 * np.median(y[place]) * rise)
                rises += 1
        levels = (1000 + np.cumsum(y, axis=1)).astype(np.int64)
        simulation = Simulation(levels, None, None, [], [""] * len(y), {})
        told = told_of(rehearse(days_of(simulation)))
        found = {account for account, day in told if planted and account % 2 == 0 and day >= 20 + account % 20}
        false = len(told) - len(found)
        years = y.size / 365.25
        print(
            f"real noise {'with' if planted else 'without'} planted rises: {len(y)} series, "
            f"{years:.1f} account-years, {false} false support alerts"
            + (f", {len(found)} of {rises} rises found" if planted else "")
        )


def main() -> None:
    """Print a table for each family."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--first-seed", type=int, default=100)
    parser.add_argument("--nab", type=Path)
    given = parser.parse_args()
    seeds = range(given.first_seed, given.first_seed + given.seeds)
    if given.nab:
        real_noise(given.nab)
    for family, generator in {"counts": simulate, "cascades": simulate_cascades}.items():
        print(f"\n{family}: {given.seeds} populations of {given.accounts:,} accounts over 45 days")
        print(
            f"{'method':20} {'recall':>7} {'precision':>9} {'early':>6} {'worst recall, precision':>24} {'seconds':>8}"
        )
        results: dict[str, list[Worth]] = {}
        seconds: dict[str, float] = {}
        for seed in seeds:
            simulation = generator(seed, given.accounts)
            began = time.process_time()
            ours = worth(simulation, told_of(rehearse(days_of(simulation))))
            results.setdefault("rempart, support", []).append(ours)
            seconds["rempart, support"] = seconds.get("rempart, support", 0.0) + time.process_time() - began
            y = gains(simulation)
            for name, peer in PEERS.items():
                began = time.process_time()
                found = at_equal_false_alarms(simulation, peer(y), sum(ours.false.values()))
                results.setdefault(name, []).append(found)
                seconds[name] = seconds.get(name, 0.0) + time.process_time() - began
        for name, worths in results.items():
            stars, found = sum(w.stars for w in worths), sum(w.found for w in worths)
            alerts = sum(w.alerts for w in worths)
            early = sum(w.early for w in worths)
            print(
                f"{name:20} {found / stars:7.2f} {found / max(alerts, 1):9.2f} {early / max(found, 1):6.2f} "
                f"{min(w.recall for w in worths):13.2f}, {min(w.precision for w in worths):.2f} {seconds[name]:13.1f}"
            )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
