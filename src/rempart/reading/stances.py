"""What a post does: testify, relay, support, dispute, report, or something else; with a calibrated probability."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from rempart.reading.facts import Fact
from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens
from rempart.records.vocabulary import Stance

TEMPERATURE = 1.0  # fitted by benchmarks/reading_quality.py on the tuning half of the corpus


class StanceReading(NamedTuple):
    """The likeliest stance, its probability, and the tokens that spoke for it."""

    stance: Stance
    probability: float
    tokens: list[tuple[int, int]]


def find_stance(
    tokens: Tokens, facts: Sequence[Fact], denied: int, grammar: Grammar, *, own_age: bool, names_accused: bool
) -> StanceReading:
    """Weigh every cue once and choose."""
    scores: dict[Stance, float] = {
        "testimony": 0.0,
        "relay": 0.0,
        "support": 0.0,
        "dispute": 0.0,
        "news": 0.0,
        "other": 0.8,
    }
    where: dict[Stance, list[tuple[int, int]]] = {stance: [] for stance in scores}
    by_sufferer: dict[str, int] = {}
    for fact in facts:
        by_sufferer[fact.sufferer] = by_sufferer.get(fact.sufferer, 0) + 1
        stance: Stance = "relay" if fact.sufferer == "other" else "testimony"
        where[stance].append((fact.start, fact.end))
    if count := by_sufferer.get("author"):
        scores["testimony"] += 3.5 + 0.6 * min(count - 1, 3)
    if count := by_sufferer.get("other"):
        scores["relay"] += 3.0 + 0.5 * min(count - 1, 3)
    if by_sufferer.get("unsaid"):
        scores["testimony"] += 0.9
        scores["relay"] += 1.1
        where["relay"] += where["testimony"]
    if by_sufferer.get("reader"):
        scores["support"] += 1.0
    if denied:
        scores["dispute"] += 1.5
    if own_age:
        scores["testimony"] += 1.5
    if names_accused and facts:
        scores["testimony"] += 0.3
        scores["relay"] += 0.3
    if not facts:
        scores["testimony"] -= 1.0
        scores["relay"] -= 1.5
    for cue in grammar.cues:
        hits: list[tuple[int, int]] = []
        for pattern in cue.patterns:
            if pattern.may_match(tokens.mask):
                hits += pattern.find(tokens)
        if hits:
            for name, weight in cue.weights.items():
                scores[name] += weight
                if weight > 0:
                    where[name] += hits
    chosen = max(scores, key=lambda name: scores[name])
    top = scores[chosen]
    total = sum(math.exp((score - top) / TEMPERATURE) for score in scores.values())
    return StanceReading(chosen, 1 / total, where[chosen])
