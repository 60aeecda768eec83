"""Decisions a second on one core, against the PyPI package `cel-python` (module celpy) on the same conditions.

Both see the same invented assessments and the same rulebook. The peer only evaluates the conditions of the articles,
which is less than deciding: no proportion, no end, no reasons. Three ways are timed for Rempart: `judge` (what replay
uses), `decide` (with reasons in both languages), and the conditions alone, each run again without remembering.
"""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import celpy

from rempart import rulebook
from rempart.records import AccountFacts, AccountReference, Assessment
from rempart.records.vocabulary import CHANNELS, CONDUCTS
from rempart.rulebook.expression import Expression
from rempart.rulebook.names import NAMES, Value

SIZES = (10_000, 100_000, 1_000_000)
PEER_SIZE = 500
BATCH = 50_000
START = datetime(2020, 6, 17, 18, tzinfo=UTC)


def assessments(count: int, seed: int) -> list[Assessment]:
    """Invented assessments, every number drawn at random, so that few are alike."""
    dice = random.Random(seed)
    services = ("tiktok", "snapchat", "instagram")
    made = []
    for number in range(count):
        age = dice.choice(["13_15", "16_17", "18_plus", None])
        made.append(
            Assessment(
                about=AccountReference("tiktok", f"star.{number}"),
                as_of=START + timedelta(minutes=number % 100_000),
                testimonies=dice.randrange(12),
                relays=dice.randrange(12),
                disputes=dice.randrange(12),
                credibility=dice.random(),
                independent_sources=dice.random() * 6,
                coordination=dice.random() ** 2,
                severity=dice.randrange(5),
                conduct=sorted(dice.sample(CONDUCTS, dice.randrange(4))),
                met_on=dice.sample(services, dice.randrange(2)),
                complainant_minors=dice.randrange(5),
                by_channel={channel: dice.randrange(4) for channel in dice.sample(CHANNELS, 2)},
                verified_evidence=dice.randrange(4),
                refuted_evidence=dice.randrange(2),
                account=AccountFacts(reach=dice.randrange(10**6), monetised=dice.random() < 0.3, age_band=age),
                first_at=START,
            )
        )
    return made


def rate(work: Callable[[Assessment], object], count: int) -> float:
    """Invented assessments a second, over `count` of them made in batches so that memory stays flat."""
    spent = 0.0
    for seed, start in enumerate(range(0, count, BATCH)):
        batch = assessments(min(BATCH, count - start), seed)
        begun = time.perf_counter()
        for assessment in batch:
            work(assessment)
        spent += time.perf_counter() - begun
    return count / spent


def values_of(assessment: Assessment) -> dict[str, Value]:
    """Every name that rules may read, with its value, numbers as doubles."""
    values = {name: entry.read(assessment, assessment) for name, entry in NAMES.items()}
    return {name: float(value) if NAMES[name].kind == "number" else value for name, value in values.items()}


def peer(book: rulebook.Rulebook) -> Callable[[Assessment], object]:
    """The conditions of a rulebook under celpy's faster runner, compiled once, evaluated one after another."""
    environment = celpy.Environment(runner_class=celpy.CompiledRunner)
    programs = [environment.program(environment.compile(article.when)) for article in book.articles]

    def matching(assessment: Assessment) -> list[bool]:
        values = values_of(assessment)
        flat = {name: value for name, value in values.items() if "." not in name}
        flat["by_channel"] = {channel: values[f"by_channel.{channel}"] for channel in CHANNELS}
        context = {name: celpy.json_to_cel(value) for name, value in flat.items() if not isinstance(value, tuple)}
        context |= {name: celpy.json_to_cel(list(value)) for name, value in flat.items() if isinstance(value, tuple)}
        return [bool(program.evaluate(context)) for program in programs]

    return matching


def every_condition(book: rulebook.Rulebook) -> Callable[[Assessment], object]:
    """The same conditions under the reference implementation, as Rempart compiles them, without remembering."""
    programs = [Expression(article.when) for article in book.articles]

    def matching(assessment: Assessment) -> list[bool]:
        values = {
            name: list(value) if isinstance(value, tuple) else value for name, value in values_of(assessment).items()
        }
        return [program.holds(values) for program in programs]

    return matching


def main() -> None:
    """Print the table."""
    book = rulebook.load("rempart")
    ours, theirs = every_condition(book), peer(book)
    sample = assessments(PEER_SIZE, 0)
    differences = sum(ours(assessment) != theirs(assessment) for assessment in sample)
    print(f"Rulebook `rempart`, {len(book.articles)} articles; {differences} differences with celpy on {PEER_SIZE}")
    slow = rate(theirs, PEER_SIZE)
    rows = [("celpy, conditions only", PEER_SIZE, slow), ("cel-expr, conditions only", SIZES[0], rate(ours, SIZES[0]))]
    # Each starts with a rulebook that remembers nothing.
    rows += [("judge", size, rate(rulebook.parse(book.source).judge, size)) for size in SIZES]
    rows += [("decide, with reasons", size, rate(rulebook.parse(book.source).decide, size)) for size in SIZES]
    print(f"{'':<28}{'assessments':>12}{'a second':>12}{'× celpy':>10}")
    for what, size, speed in rows:
        print(f"{what:<28}{size:>12,}{speed:>12,.0f}{speed / slow:>10,.0f}")
    for name in rulebook.shipped():
        fresh = rulebook.parse(rulebook.load(name).source)
        print(f"judge, {name:<33}{rate(fresh.judge, SIZES[1]):>12,.0f}")


if __name__ == "__main__":
    main()
