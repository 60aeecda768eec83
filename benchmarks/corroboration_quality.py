"""How well corroboration tells guilty accounts from innocent ones, beside everything else one could do instead.

    python benchmarks/corroboration_quality.py                          # every scenario and world: ten minutes
    python benchmarks/corroboration_quality.py --accounts 100 --seeds 1 # sooner, and less sure

Scenarios are those of our own simulator; worlds (benchmarks/worlds) are written by other hands, with other ideas of how
testimonies come about. The accounts of all seeds of one are judged together. The regression among the baselines learns
from the scenarios, corroboration's weights from the worlds too (corroboration_fit.py), both on other seeds. GLAD, MACE
and Dawid–Skene are crowd-kit's: a reporter is a worker, an account a task, and accusing or denying a label.
"""

import argparse
import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
from crowdkit.aggregation import GLAD, MACE, DawidSkene
from tqdm import tqdm

from rempart.corroboration import assess
from rempart.replay import SCENARIOS, Wave, simulate
from rempart.replay.judging import Row, Scored, side_by_side
from rempart.replay.judging.baselines import Baseline, baselines, trained_on
from rempart.replay.judging.heard import Heard
from rempart.replay.judging.metrics import Scores
from rempart.replay.judging.report import methods_text
from rempart.replay.judging.table import OURS
from rempart.replay.layout import aligned
from rempart.replay.truths import Truths

TRAINING_SEED = 20_901
BOOTSTRAP_SEED = 1
# Where their losses have stopped moving on waves like these; their own defaults take ten times as long to get there.
CROWDS = {
    "crowd-kit-dawid-skene": lambda: DawidSkene(n_iter=100),
    "crowd-kit-glad": lambda: GLAD(n_iter=5, m_step_max_iter=10),
    "crowd-kit-mace": lambda: MACE(n_restarts=2, n_iter=50, random_state=0),
}


def families(accounts: int) -> dict[str, Callable[[int], Wave]]:
    """What makes the wave of a seed, by name of scenario or world."""
    made: dict[str, Callable[[int], Wave]] = {
        name: lambda seed, dials=dials: simulate(accounts=accounts, seed=seed, parameters=dials)
        for name, dials in SCENARIOS.items()
    }
    for file in sorted((Path(__file__).parent / "worlds").glob("[!_]*.py")):
        world = importlib.import_module(f"worlds.{file.stem}").world
        made[f"world {file.stem}"] = lambda seed, world=world: world(seed, accounts)
    return made


def methods_on(wave: Wave, trained: dict[str, Baseline]) -> tuple[Heard, dict[str, Scored]]:
    """What each method says of the accounts of a wave."""
    truths = Truths(wave.truth)
    heard = Heard(wave.testimonies, truths)
    said = {truths.place(one.about): one.credibility for one in assess(wave.testimonies, accounts=wave.accounts)}
    scored = {OURS: Scored(np.array([said[place] for place in heard.places]))}
    for name, baseline in trained.items():
        scored[name] = Scored(baseline.score(heard), baseline.forecasts)
    votes = pd.DataFrame({"worker": heard.reporter, "task": heard.owner, "label": heard.accuses.astype(int)})
    for name, make in CROWDS.items():
        scored[name] = Scored(probabilities(make().fit_predict_proba(votes), len(heard.truths)))
    return heard, scored


def probabilities(said: pd.DataFrame, accounts: int) -> Scores:
    """The probability of the label that accuses, account by account; nobody may have used it."""
    if 1 not in said:
        return np.zeros(accounts)
    return np.nan_to_num(said[1].reindex(range(accounts)).to_numpy(dtype=np.float64))


def judged(make: Callable[[int], Wave], seeds: Sequence[int], trained: dict[str, Baseline]) -> list[Row]:
    """The rows of every method on the accounts of all seeds."""
    waves = [methods_on(make(seed), trained) for seed in seeds]
    guilty = np.concatenate([heard.guilty for heard, _ in waves])
    pooled = {
        name: Scored(np.concatenate([scored[name].scores for _, scored in waves]), one.forecasts)
        for name, one in waves[0][1].items()
    }
    return side_by_side(pooled, guilty, None, seed=BOOTSTRAP_SEED)


def summary(tables: dict[str, list[Row]]) -> Iterator[str]:
    """Each method over all scenarios and worlds: mean numbers, where we are least ahead, where we are behind."""
    lines = [("METHOD", "MEAN AUC", "RECALL 1 %", "RECALL 5 %", "BRIER", "LEAST AHEAD", "BEHIND ON")]
    for name in [row.method for row in next(iter(tables.values()))]:
        rows = {family: next(row for row in table if row.method == name) for family, table in tables.items()}
        means = [np.nanmean([getattr(row, field) for row in rows.values()]) for field in ("auc", *RECALLS)]
        briers = [row.brier for row in rows.values() if row.brier is not None]
        least = min(((row.ahead, family) for family, row in rows.items() if row.ahead is not None), default=None)
        lines.append((
            name,
            *(f"{mean:.3f}" for mean in means),
            f"{np.mean(briers):.3f}" if briers else "–",
            f"{least[0]:+.3f} {least[1]}" if least else "–",
            ", ".join(family for family, row in rows.items() if row.behind) or "–",
        ))  # fmt: skip
    yield from aligned(lines)


RECALLS = ("recall_at_1_percent", "recall_at_5_percent")


def main() -> None:
    """Print a table for each scenario and world, and what they come to together."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=300, help="in each wave (default: 300)")
    parser.add_argument("--seeds", type=int, default=3, help="waves of each scenario and world (default: 3)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every row there too")
    asked = parser.parse_args()

    training = [simulate(accounts=asked.accounts, seed=TRAINING_SEED, parameters=one) for one in SCENARIOS.values()]
    trained = dict(baselines(trained_on([Heard(wave.testimonies, Truths(wave.truth)) for wave in training])))
    tables = {}
    for name, make in tqdm(families(asked.accounts).items(), unit=" worlds", disable=None):
        tables[name] = judged(make, range(1, asked.seeds + 1), trained)
        tqdm.write(methods_text(name, tables[name]) + "\n")
    print("\n".join(summary(tables)))
    if asked.json:
        rows = [{"world": name, **msgspec.to_builtins(row)} for name, table in tables.items() for row in table]
        asked.json.write_bytes(msgspec.json.encode(rows))


if __name__ == "__main__":
    main()
