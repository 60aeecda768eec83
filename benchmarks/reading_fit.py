"""Fit the weights that tell a post's stance (vocabulary/stance_weights.yaml); `--write` to write them.

Multinomial logistic regression with a Gaussian prior, by gradient descent with numpy alone: fixed order, no chance, so
that the same corpus gives the same file. Fitted on the tuning half of the corpus and on half of the example
wave; the other halves are never seen here.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from reading_quality import Judged, judged_corpus, judged_wave

from rempart.reading import PostReader, stances

OUT = Path(stances.__file__).parent / "vocabulary" / "stance_weights.yaml"
PRIOR_PRECISION = 1.5
STEPS = 6000

# What a person would say of the plainest cues; the prior's mean. Everything else starts at nothing.
EXPECTED: dict[str, dict[str, float]] = {
    "fact_author": {"testimony": 2.0, "support": -1.0, "news": -1.5, "other": -1.0},
    "fact_other": {"relay": 2.0, "testimony": -0.7, "other": -1.0},
    "age_author": {"testimony": 1.0},
    "age_author_and_named": {"testimony": 0.5},
    "age_other": {"relay": 1.5},
    "age_other_and_named": {"relay": 1.2, "dispute": -0.5},
    "own_story": {"testimony": 1.0},
    "same_for_me": {"testimony": 0.7},
    "he_to_me": {"testimony": 0.8},
    "relays": {"relay": 2.0},
    "on_behalf": {"relay": 3.0, "testimony": -1.0},
    "kin": {"relay": 1.0},
    "denies": {"dispute": 1.7},
    "defends": {"dispute": 1.5},
    "denied": {"dispute": 1.0},
    "denied_alone": {"dispute": 3.0, "testimony": -3.0, "relay": -1.5},
    "never_to_me": {"dispute": 0.7},
    "warns": {"relay": 0.5},
    "clears": {"dispute": 2.0},
    "denies_for_self": {"dispute": 2.0, "testimony": -0.7},
    "retracts": {"dispute": 3.5, "testimony": -1.0},
    "defends_account": {"dispute": 0.8},
    "believes": {"support": 1.7},
    "advises": {"support": 1.5},
    "calls_for_testimonies": {"support": 1.7},
    "press": {"news": 1.5},
    "much_press": {"news": 1.0},
    "impersonal": {"news": 0.8},
    "asks": {"other": 1.7},
    "hijacks": {"other": 1.7},
    "laughs": {"other": 0.5, "dispute": 0.3, "testimony": -0.5, "relay": -0.3},
    "laughs_twice": {"other": 1.0, "testimony": -1.0},
    "opens_laughing": {"other": 0.7, "testimony": -0.7},
    "gossips": {"other": 1.0, "testimony": -0.5},
    "gossips_and_loves": {"other": 0.7},
    "names_who_does_it": {"relay": 1.2},
    "told_by_somebody": {"relay": 1.5, "testimony": -0.7},
    "no_fact": {"testimony": -1.0, "relay": -1.3},
}


def fit(judged: Iterable[Judged]) -> dict[str, dict[str, float]]:
    """The weights by cue and stance."""
    reader = PostReader(default_service="tiktok")
    rows = [(reader.cues(one.statement), stances.STANCES.index(one.labels["stance"])) for one in judged]
    names = sorted({cue for cues, _ in rows for cue in cues} | EXPECTED.keys())
    place = {name: index for index, name in enumerate(names)}
    features = np.zeros((len(rows), len(names)))
    wanted = np.zeros((len(rows), len(stances.STANCES)))
    for number, (cues, stance) in enumerate(rows):
        features[number, [place[cue] for cue in cues]] = 1.0
        wanted[number, stance] = 1.0
    mean = np.zeros((len(names), len(stances.STANCES)))
    for name, row in EXPECTED.items():
        for stance_name, weight in row.items():
            mean[place[name], stances.STANCES.index(stance_name)] = weight  # type: ignore[arg-type]
    weights = descend(features, wanted, mean)
    return {
        name: {stance: round(float(weights[place[name], index]), 2) for index, stance in enumerate(stances.STANCES)}
        for name in names
    }


def descend(
    features: NDArray[np.float64], wanted: NDArray[np.float64], mean: NDArray[np.float64]
) -> NDArray[np.float64]:
    """The weights of highest posterior probability, (cues, stances)."""
    weights = mean.copy()
    rate = 1.0 / (0.5 * np.linalg.norm(features, 2) ** 2 + PRIOR_PRECISION)
    momentum = weights.copy()
    for step in range(STEPS):
        scores = features @ momentum
        scores -= scores.max(axis=1, keepdims=True)
        raised = np.exp(scores)
        gradient = features.T @ (raised / raised.sum(axis=1, keepdims=True) - wanted) + PRIOR_PRECISION * (
            momentum - mean
        )
        following = momentum - rate * gradient
        momentum = following + step / (step + 3) * (following - weights)
        weights = following
    return weights


def main() -> None:
    """Fit, and write with `--write`; without it only say whether the file is up to date."""
    judged = [*judged_corpus("tuning"), *judged_wave("tuning")]
    weights = fit(judged)
    lines = [
        "# How much each cue speaks for each stance (natural logarithm of odds), fitted by benchmarks/reading_fit.py.",
        "# The cues are those of patterns.yaml, and what was found of facts, ages and accounts (reading/stances.py).",
        "weights:",
    ]
    for name, row in weights.items():
        lines.append(
            f"  {name}: {{" + ", ".join(f"{stance}: {weight}" for stance, weight in row.items() if weight) + "}"
        )
    text = "\n".join(lines) + "\n"
    state = "as fitted" if text == OUT.read_text(encoding="utf-8") else "out of date: run again with --write"
    if "--write" in sys.argv[1:]:
        OUT.write_text(text, encoding="utf-8")
        state = "written"
    sys.stdout.write(f"{len(judged)} posts, {len(weights)} cues: {OUT.name} {state}\n")


if __name__ == "__main__":
    main()
