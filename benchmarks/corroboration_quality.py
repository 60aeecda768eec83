"""How well corroboration tells simulated guilty accounts from innocent ones, and what calibrates it.

    python benchmarks/corroboration_quality.py          # judge the shipped parameters, on seeds they were not fitted on
    python benchmarks/corroboration_quality.py --fit    # print parameters fitted on other seeds

Fitting moves only what sets the scale of the probabilities (what a testimony weighs, what an accusation is worth before
anything else is known, how far an unseen campaign is feared), by coordinate descent on the mean log loss, and is drawn
back to the values it started from: the shape of the model, and what it makes of coordination, come from its principles.
"""

import argparse
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rempart.corroboration import Parameters, assess, shipped_parameters
from rempart.replay.simulator import Wave, simulate

ACCOUNTS = 500
FITTING_SEEDS = (101, 102, 103)
JUDGING_SEEDS = (1, 2, 3, 4)
FITTED = (
    "already_accused",
    "hidden_campaign",
    "unseen_members",
    "worth_of_a_campaign",
    "relay",
    "relays_at_most",
    "refuted",
    "first_hand",
)
PULL = 0.02  # log loss that a change of a weight by half of it must gain


class Judged(NamedTuple):
    """The accounts of some waves: credibility, truth, and how many spoke at first hand."""

    credible: NDArray[np.float64]
    guilty: NDArray[np.bool_]
    testimonies: NDArray[np.int64]


def judge(waves: Sequence[Wave], parameters: Parameters) -> Judged:
    """What is made of every account of the waves."""
    rows = []
    for wave in waves:
        truth = {(truth.about.service, truth.about.handle): truth.guilty for truth in wave.truth}
        for assessment in assess(wave.testimonies, accounts=wave.accounts, parameters=parameters):
            guilty = truth[assessment.about.service, assessment.about.handle]
            rows.append((assessment.credibility, guilty, assessment.testimonies))
    credible, guilty, testimonies = zip(*rows, strict=True)
    return Judged(np.array(credible), np.array(guilty), np.array(testimonies))


def area_under_curve(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Probability that a guilty account scores above an innocent one (Mann and Whitney 1947), ties counting half."""
    ordered = np.sort(scores[~truth])
    below, not_above = (np.searchsorted(ordered, scores[truth], side) for side in ("left", "right"))
    return float((below + not_above).mean() / 2 / len(ordered))


def log_loss(scores: NDArray[np.float64], truth: NDArray[np.bool_]) -> float:
    """Mean negative log-likelihood of the truth."""
    return float(-np.log(np.where(truth, scores, 1 - scores)).mean())


def fit(waves: Sequence[Wave], start: Parameters) -> Parameters:
    """The parameters fitted on waves, starting from others and drawn back to them."""
    factors = dict.fromkeys(FITTED, 1.0)
    best = objective(waves, start, factors)
    for step in (1.5, 1.2):
        for name in FITTED:
            for factor in (step, 1 / step):
                while (tried := objective(waves, start, moved := {**factors, name: factors[name] * factor})) < best:
                    best, factors = tried, moved
                    print(f"{best:.4f} {name} x {factors[name]:.2f}", flush=True)
    return scaled(start, factors)


def objective(waves: Sequence[Wave], start: Parameters, factors: dict[str, float]) -> float:
    """Log loss, and what it costs to have moved so far."""
    pull = PULL * sum(np.log2(factor) ** 2 for factor in factors.values())
    judged = judge(waves, scaled(start, factors))
    return log_loss(judged.credible, judged.guilty) + float(pull) / len(factors)


def scaled(start: Parameters, factors: dict[str, float]) -> Parameters:
    """The parameters with some of them multiplied."""
    changes = {}
    for name, factor in factors.items():
        value = getattr(start, name)
        changes[name] = (
            {key: round(weight * factor, 3) for key, weight in value.items()}
            if isinstance(value, dict)
            else round(min(value * factor, 1.0) if name == "worth_of_a_campaign" else value * factor, 3)
        )
    return msgspec.structs.replace(start, **changes)


def report(judged: Judged) -> None:
    """Print how good the probabilities are."""
    scores, truth = judged.credible, judged.guilty
    several = judged.testimonies >= 3
    brier = float(((scores - truth) ** 2).mean())
    print(f"accounts {len(truth)}, of which guilty {truth.mean():.2f}")
    print(f"AUC {area_under_curve(scores, truth):.3f}   Brier {brier:.3f}   log loss {log_loss(scores, truth):.3f}")
    print(f"AUC with three testimonies and more {area_under_curve(scores[several], truth[several]):.3f}")
    print(f"AUC of counting testimonies {area_under_curve(judged.testimonies.astype(float), truth):.3f}")
    print("credibility   accounts   said   true")
    tenths = np.minimum((scores * 10).astype(int), 9)
    for tenth in np.unique(tenths):
        there = tenths == tenth
        said, true = scores[there].mean(), truth[there].mean()
        print(f"  {tenth / 10:.1f} to {tenth / 10 + 0.1:.1f}   {there.sum():8d}   {said:.2f}   {true:.2f}")


def main() -> None:
    """Judge, or fit and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parameters = shipped_parameters()
    if parser.parse_args().fit:
        parameters = fit([simulate(accounts=ACCOUNTS, seed=seed) for seed in FITTING_SEEDS], parameters)
        print(msgspec.yaml.encode({name: getattr(parameters, name) for name in FITTED}).decode())
    report(judge([simulate(accounts=ACCOUNTS, seed=seed) for seed in JUDGING_SEEDS], parameters))


if __name__ == "__main__":
    main()
