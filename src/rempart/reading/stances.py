"""What a post does: testify, relay, support, dispute, report, or something else; with a calibrated probability.

Multinomial logistic regression over cues that a person can read: classes of words and patterns of
`vocabulary/patterns.yaml`, and what was found of facts, ages and accounts. The weights are in
`vocabulary/stance_weights.yaml`, fitted by `benchmarks/reading_fit.py`.
"""

import math
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, get_args

from rempart.reading.facts import Fact
from rempart.reading.grammar import Grammar
from rempart.reading.lexicon import Tokens, vocabulary
from rempart.records.vocabulary import Stance

STANCES: tuple[Stance, ...] = get_args(Stance)
_SHORT = 9  # tokens


class StanceReading(NamedTuple):
    """The likeliest stance, its probability, and the tokens that spoke for it."""

    stance: Stance
    probability: float
    tokens: list[tuple[int, int]]


def find_cues(
    tokens: Tokens,
    facts: Sequence[Fact],
    denied: int,
    grammar: Grammar,
    *,
    age_of: str | None,
    named: int,
    accused: int,
    is_reply: bool,
) -> list[str]:
    """The names of the cues present.

    age_of: whose age was read (`author`, `other`) or None. named, accused: how many accounts.
    """
    sufferers = [fact.sufferer for fact in facts]
    found = {
        "bias": True,
        "no_fact": not facts,
        "facts_author": sufferers.count("author") > 1,
        "denied": denied > 0,
        "denied_alone": denied > 0 and not facts,
        "named": named > 0,
        "named_without_fact": named > 0 and not facts,
        "accused": accused > 0,
        f"age_{age_of}": age_of is not None,
        f"age_{age_of}_and_named": age_of is not None and named > 0,
        "reply": is_reply,
        "impersonal": not tokens.mask & grammar.persons,
        "short": len(tokens.words) < _SHORT,
    }
    cues = [name for name, present in found.items() if present]
    cues += dict.fromkeys([f"fact_{sufferer}" for sufferer in sufferers])
    mask = tokens.mask
    for cue in grammar.cues:
        if mask & cue.mask or (cue.patterns and any(pattern.occurs(tokens) for pattern in cue.patterns)):
            cues.append(cue.name)
    return cues


def weigh(cues: Sequence[str]) -> dict[Stance, float]:
    """The probability of each stance given the cues present."""
    weights = stance_weights()
    rows = [weights[cue] for cue in cues if cue in weights]
    scores = [sum(column) for column in zip(*rows, strict=True)] if rows else [0.0] * len(STANCES)
    top = max(scores)
    raised = [math.exp(score - top) for score in scores]
    total = sum(raised)
    return {stance: value / total for stance, value in zip(STANCES, raised, strict=True)}


def spoke_for(
    stance: Stance, cues: Sequence[str], tokens: Tokens, facts: Sequence[Fact], grammar: Grammar
) -> list[tuple[int, int]]:
    """The tokens of the cues that raise `stance`."""
    raising = _raising(stance)
    where = [(fact.start, fact.end) for fact in facts if f"fact_{fact.sufferer}" in raising]
    present = raising.intersection(cues)
    for cue in grammar.cues:
        if cue.name not in present:
            continue
        if tokens.mask & cue.mask:
            symbols = grammar.symbols_of(cue.mask)
            where += [(index, index + 1) for index, symbol in enumerate(tokens.symbols) if symbol in symbols]
        for pattern in cue.patterns:
            where += pattern.find(tokens)
    return where


@cache
def _raising(stance: Stance) -> frozenset[str]:
    """The cues that speak for a stance rather than against it."""
    place = STANCES.index(stance)
    return frozenset(cue for cue, row in stance_weights().items() if row[place] > 0.3)


@cache
def stance_weights() -> dict[str, list[float]]:
    """How much each cue speaks for each stance, in the order of `STANCES`."""
    table: dict[str, dict[str, str]] = vocabulary("stance_weights")["weights"]
    return {cue: [float(row.get(stance, 0)) for stance in STANCES] for cue, row in table.items()}
