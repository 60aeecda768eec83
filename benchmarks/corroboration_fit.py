"""Learns the weights of corroboration from invented worlds, and prints the parameters file.

    python benchmarks/corroboration_fit.py --seeds 16 --accounts 400 --out src/rempart/corroboration/parameters.yaml

Every world is by another hand, with a theory and dials of its own (`benchmarks/worlds`, and the simulator with random
dials): what holds in one alone is not learnt, since each weighs as much as any other. Who acts together is learnt
first; what that is worth is then learnt from probabilities that come from other hands' worlds, never from those judged,
and the whole is tempered by how sure it proves to be on worlds that it was not fitted on. `looking`, `counting` and
other numbers that are choices are kept as they are in the shipped file. Signs that protection asks for are bounds: no
denial speaks for an account, no verified piece against the one who brought it.
"""

import argparse
import importlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from tqdm import tqdm

from rempart.corroboration import coordination
from rempart.corroboration.belief import FAMILY, counting, features_of
from rempart.corroboration.census import KIND_NAMES
from rempart.corroboration.columns import Floats, columns_of
from rempart.corroboration.identity import AccountsTable
from rempart.corroboration.parameters import Linear, Parameters, shipped_parameters
from rempart.corroboration.planning import Plan
from rempart.corroboration.sources import Looks, Sources, Spoken, sources_of
from rempart.corroboration.weighing import Wave as Received
from rempart.corroboration.weighing import applied, tell_apart, wave_of
from rempart.records import Reporter
from rempart.records.vocabulary import CHANNELS
from rempart.replay.random_dials import random_parameters
from rempart.replay.simulator import Wave, simulate

WORLDS = Path(__file__).parent / "worlds"
CREWS = {"crude", "moderate", "careful", "adaptive", "drowned"}
FIRST_SEED = 1_000
SOURCES_A_LOOK = 12  # enough to learn from; a crowd teaches no more than a dozen of it
FOLDS = 4
# A platform may keep little, its first case has no wave around it, and every case was young once: what is learnt must
# hold there too, and is told from whole waves first.
LARGE, BARE, SMALL, EARLY = 1.0, 0.3, 0.4, 0.25
PULL = {"rounds": 1e-4, "campaign": 1e-3, "belief": 1e-3}

AT_LEAST = {
    **dict.fromkeys((*CHANNELS, "a_voice", "relays", "upheld", "share_upheld", "verified", "checked"), 0.0),
    **{f"unverified_{name}": 0.0 for name in ("machine", "recorded", "shown")},
    "share_genuine": 0.0,
    "relays_crowd": -0.5,  # whoever relays takes little away from those who speak for themselves
    "voices": 0.5,  # many who speak for themselves are to be heard, even where worlds hide as many careful liars
    "verified_machine": 1.6,
    "verified_recorded": 0.8,
    "verified_shown": 0.3,
}
# Sharing anything more, with more people or rarer, never speaks against acting together; neither does a suspect more.
SHARED_AT_LEAST = {
    **{f"{kind}_{name}": 0.0 for kind in KIND_NAMES for name in (*coordination.SHARED_FEATURES, "suspects")},
    **dict.fromkeys(("suspects", "names", "rejected", "alike", "retold", "community_apart", "first_round"), 0.0),
}
SHARED_AT_MOST = {"upheld": 0.0, "verified": 0.0}
CAMPAIGN_AT_LEAST = {
    **dict.fromkeys(("suspected", "share_suspected", "most_suspected", "third_suspected", "tenth_suspected"), 0.0),
    **{f"{kind}_surprise": 0.0 for kind in KIND_NAMES},
    **dict.fromkeys(("probable", "certain", "all_doubt"), 0.0),
    "regular": 0.7,  # nobody taught it: no world has a metronome
}
AT_MOST = {
    **dict.fromkeys(("refuted", "share_false", "denials_each", "rejected"), 0.0),
    **dict.fromkeys(("share_rejected", "doubt", "relays_crowd"), 0.0),
    "verified_shown": 1.4,
    "denials": -0.02,
    "retracted": -0.5,
    "verified_denials": -0.3,
}


class Example(NamedTuple):
    """The looks of one wave. `guilty`, `campaign`: shape (looks,); `member`: shape (s,), who acts on orders; `learnt`:
    the sources that the rounds learn from. `weight`: what the waves of its hand that are as large weigh together."""

    hand: str
    weight: float
    received: Received
    looks: Looks
    sources: Sources
    shared: coordination.Shared
    first: dict[str, Floats]
    guilty: NDArray[np.bool_]
    campaign: NDArray[np.bool_]
    member: Floats
    learnt: NDArray[np.bool_]


def hands() -> dict[str, Callable[[int, int], Wave]]:
    """By name, what makes a wave from a seed and a number of accounts."""
    makers: dict[str, Callable[[int, int], Wave]] = {
        "simulator": lambda seed, accounts: simulate(accounts=accounts, seed=seed, parameters=random_parameters(seed))
    }
    for path in sorted(WORLDS.glob("[a-z]*.py")):
        makers[path.stem] = importlib.import_module(f"worlds.{path.stem}").world
    return makers


def examples_of(
    hand: str, wave: Wave, weight: float, chance: np.random.Generator, parameters: Parameters
) -> Iterator[Example]:
    """The looks of a wave once all was heard, and those at an earlier moment of each account."""
    order = sorted(
        range(len(wave.testimonies)), key=lambda n: (wave.testimonies[n].received_at, wave.testimonies[n].id)
    )
    testimonies = [wave.testimonies[n] for n in order]
    acts = np.array([wave.kinds[n] in CREWS for n in order])
    plan = Plan(testimonies, AccountsTable(wave.accounts), parameters.looking)
    received = wave_of(columns_of(testimonies, plan.subjects, parameters.looking), parameters)
    truth = {(one.about.service, one.about.handle): one for one in wave.truth}
    guilty = {
        account.subject: truth[account.about.service, account.about.handle].guilty
        for instant in plan.instants()
        for account, _ in instant.heard
    }
    subject = received.columns.subject
    rows = np.argsort(subject, kind="stable")
    accounts, look = np.unique(subject[rows], return_inverse=True)
    number = np.bincount(look)
    rank = np.arange(len(rows)) - np.repeat(np.cumsum(number) - number, number)
    early = np.ceil(number ** chance.random(len(number)))
    for kept, counted in ((rank >= 0, weight), (rank < early[look], weight * EARLY)):
        place = np.zeros(len(accounts), np.int64)
        np.maximum.at(place, look[kept], rows[kept] + 1)
        looks = Looks(rows[kept], look[kept], place)
        sources = sources_of(received.columns, looks, parameters.looking)
        shared = coordination.shared_by(received.census, looks, sources, sources.accuses, parameters.looking)
        member = np.zeros(sources.size)
        np.maximum.at(member, sources.of_row, acts[looks.rows].astype(np.float64))
        campaign = np.bincount(sources.look, member * sources.accuses, minlength=looks.size) > 0
        yield Example(
            hand,
            counted,
            received,
            looks,
            sources,
            shared,
            coordination.first_features(received.census, looks, sources, shared),
            np.array([guilty[one] for one in accounts.tolist()]),
            campaign,
            member,
            _sampled(sources, chance),
        )


def stripped(wave: Wave, chance: np.random.Generator) -> Wave:
    """The same wave from a platform that does not keep some things: neither what it says nor who says it depends on
    what was recorded. What is left out is drawn for the whole wave."""
    relays, disputes, communities, opened, followers, origins, records, evidence, texts = chance.random(9) < 0.4
    testimonies, kinds = [], []
    for one, kind in zip(wave.testimonies, wave.kinds, strict=True):
        if (relays and one.stance == "relay") or (disputes and one.stance == "dispute"):
            continue
        who = one.reporter
        reporter = Reporter(
            id=who.id,
            account_created_at=None if opened else who.account_created_at,
            followers=None if followers else who.followers,
            upheld=0 if records else who.upheld,
            rejected=0 if records else who.rejected,
            communities=[] if communities else who.communities,
        )
        testimonies.append(
            msgspec.structs.replace(
                one,
                reporter=reporter,
                origin=None if origins else one.origin,
                evidence=[] if evidence else one.evidence,
                text=None if texts and chance.random() < 0.5 else one.text,
            )
        )
        kinds.append(kind)
    return Wave(testimonies, wave.accounts, wave.truth, kinds)


def _sampled(sources: Sources, chance: np.random.Generator) -> NDArray[np.bool_]:
    """At most SOURCES_A_LOOK of each look's sources that accuse."""
    order = np.lexsort((chance.random(sources.size), ~sources.accuses, sources.look))
    number = np.bincount(sources.look)
    rank = np.empty(sources.size, np.int64)
    rank[order] = np.arange(sources.size) - np.repeat(np.cumsum(number) - number, number)
    return np.asarray(sources.accuses & (rank < SOURCES_A_LOOK))


def fitted(
    features: Sequence[dict[str, Floats]],
    truth: Sequence[NDArray[np.float64]],
    weights: Sequence[Floats],
    *,
    pull: float,
    at_least: dict[str, float] | None = None,
    at_most: dict[str, float] | None = None,
) -> Linear:
    """The logistic model that fits best, drawn to zero by `pull` for each standard weight squared, within bounds."""
    names = list(features[0])
    given = np.concatenate([np.stack([one[name] for name in names], axis=1) for one in features])
    true, weight = np.concatenate(truth), np.concatenate(weights)
    weight = weight / weight.sum()
    mean = weight @ given
    scale = np.sqrt(weight @ (given - mean) ** 2) + 1e-9
    standard = ((given - mean) / scale).astype(np.float32)

    def loss(at: Floats) -> tuple[float, Floats]:
        odds = (standard @ at[1:].astype(np.float32)).astype(np.float64) + at[0]
        error = weight * (1.0 / (1.0 + np.exp(-np.clip(odds, -40.0, 40.0))) - true)
        total = weight @ (np.logaddexp(0.0, odds) - true * odds) + pull * (at[1:] @ at[1:]) / 2
        slope = (standard.T @ error.astype(np.float32)).astype(np.float64) + pull * at[1:]
        return float(total), np.concatenate(([error.sum()], slope))

    bounds: list[tuple[float | None, float | None]] = [(None, None)]
    for name, spread in zip(names, scale, strict=True):
        low, high = (at_least or {}).get(name), (at_most or {}).get(name)
        bounds.append((None if low is None else low * spread, None if high is None else high * spread))
    best = minimize(
        loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 300}
    )
    units = best.x[1:] / scale
    return Linear(
        start=float(np.clip(best.x[0] - units @ mean, -50, 50)),
        weights={name: float(np.clip(unit, -50, 50)) for name, unit in zip(names, units, strict=True)},
    )


def each_alike(examples: Sequence[Example], sources: bool) -> list[Floats]:
    """Weights such that every hand weighs the same; a look's sources weigh as the square root of their number."""
    held: list[Floats] = []
    for one in examples:
        if not sources:
            held.append(np.ones(one.looks.size))
            continue
        all_of = np.bincount(one.sources.look[one.sources.accuses], minlength=one.looks.size)
        some_of = np.bincount(one.sources.look[one.learnt], minlength=one.looks.size)
        share = np.sqrt(all_of) / np.maximum(some_of, 1)
        held.append(share[one.sources.look[one.learnt]])
    total: dict[tuple[str, float], float] = {}
    for one, weight in zip(examples, held, strict=True):
        total[one.hand, one.weight] = total.get((one.hand, one.weight), 0.0) + float(weight.sum())
    return [weight * one.weight / total[one.hand, one.weight] for one, weight in zip(examples, held, strict=True)]


def fit_rounds(examples: Sequence[Example], given: Parameters) -> Parameters:
    """Parameters with the two rounds that tell who acts together."""
    weights = each_alike(examples, sources=True)
    truth = [one.member[one.learnt] for one in examples]
    bounds = {"at_least": SHARED_AT_LEAST, "at_most": SHARED_AT_MOST}
    first = fitted([_of(one.first, one.learnt) for one in examples], truth, weights, pull=PULL["rounds"], **bounds)
    seconds = [
        _of(coordination.second_features(one.first, applied(first, one.first), one.sources, one.shared), one.learnt)
        for one in examples
    ]
    second = fitted(seconds, truth, weights, pull=PULL["rounds"], **bounds)
    return msgspec.structs.replace(given, first_round=first, second_round=second)


def _of(features: dict[str, Floats], chosen: NDArray[np.bool_]) -> dict[str, Floats]:
    return {name: values[chosen] for name, values in features.items()}


def heads(one: Example, given: Parameters) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """The features of the two heads, campaign and belief, with the probabilities that parameters give."""
    received = one.received
    apart = tell_apart(received, one.looks, given)

    def said(spoken: Spoken, counts: Floats) -> dict[str, Floats]:
        return features_of(received.columns, received.usual, spoken, counts)

    campaign = coordination.campaign_features(received.census, apart.first, apart.shared)
    campaign |= coordination.context(said(apart.first, np.ones(one.sources.size)))
    heard = said(apart.spoken, counting(apart.spoken.together, one.sources, given.counting))
    return campaign, {name: heard[name] for name in FAMILY}


def fit(
    examples: Sequence[Example], given: Parameters, progress: Callable[[Sequence[int]], Sequence[int]]
) -> Parameters:
    """All that is learnt, put into the given parameters."""
    names = sorted({one.hand for one in examples})
    fold_of = {name: place % FOLDS for place, name in enumerate(names)}
    found: dict[int, tuple[dict[str, Floats], dict[str, Floats]]] = {}
    for fold in progress(range(FOLDS)):
        learnt = fit_rounds([one for one in examples if fold_of[one.hand] != fold], given)
        found |= {n: heads(one, learnt) for n, one in enumerate(examples) if fold_of[one.hand] == fold}
    weights = each_alike(examples, sources=False)
    everything = list(range(len(examples)))

    def campaign(those: Sequence[int]) -> Linear:
        truth = [examples[n].campaign.astype(np.float64) for n in those]
        return fitted(
            [found[n][0] for n in those],
            truth,
            [weights[n] for n in those],
            pull=PULL["campaign"],
            at_least=CAMPAIGN_AT_LEAST,
        )

    def belief(those: Sequence[int]) -> Linear:
        return fitted(
            [found[n][1] for n in those],
            [examples[n].guilty.astype(np.float64) for n in those],
            [weights[n] for n in those],
            pull=PULL["belief"],
            at_least=AT_LEAST,
            at_most=AT_MOST,
        )

    odds: dict[int, Floats] = {}
    for fold in range(FOLDS):
        held = [n for n in everything if fold_of[examples[n].hand] == fold]
        model = belief([n for n in everything if n not in held])
        odds |= {n: _odds(model, found[n][1]) for n in held}
    tempered = _temperature(
        np.concatenate([odds[n] for n in everything]),
        np.concatenate([examples[n].guilty for n in everything]),
        np.concatenate(weights),
    )
    print(f"temperature {tempered:.3f}")
    rounds = fit_rounds(examples, given)
    whole = belief(everything)
    cooled = Linear(start=whole.start * tempered, weights={k: v * tempered for k, v in whole.weights.items()})
    return msgspec.structs.replace(rounds, campaign=campaign(everything), belief=cooled)


def _odds(model: Linear, features: dict[str, Floats]) -> Floats:
    total = np.full(len(next(iter(features.values()))), model.start)
    for name, values in features.items():
        total += model.weights[name] * values
    return total


def _temperature(odds: Floats, guilty: NDArray[np.bool_], weight: Floats) -> float:
    """By what to multiply log-odds, at most 1, so that they are as sure as they may be (Guo et al. 2017)."""
    tried = np.linspace(0.5, 1.0, 51)
    losses = [float(weight @ (np.logaddexp(0.0, odds * t) - guilty * odds * t)) for t in tried]
    return float(tried[int(np.argmin(losses))])


def main() -> None:
    """Fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=16, help="waves of each hand")
    parser.add_argument("--accounts", type=int, default=400, help="accounts of each wave")
    parser.add_argument("--small", type=int, default=60, help="waves of each hand with one to six accounts")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--without", action="append", default=[], metavar="HAND", help="a hand to leave out")
    parser.add_argument("--out", required=True, metavar="FILE", help="a parameters file, whose choices are kept")
    given = parser.parse_args()
    parameters = shipped_parameters()
    chance = np.random.default_rng(given.first_seed)
    examples: list[Example] = []
    makers = {name: maker for name, maker in hands().items() if name not in given.without}
    for name, maker in tqdm(makers.items(), desc="worlds"):
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            wave = maker(seed, given.accounts)
            examples += examples_of(name, wave, LARGE, chance, parameters)
            examples += examples_of(name, stripped(wave, chance), BARE, chance, parameters)
        for seed in range(given.first_seed + given.seeds, given.first_seed + given.seeds + given.small):
            wave = maker(seed, 1 + seed % 6)
            wave = stripped(wave, chance) if seed % 2 else wave
            if wave.testimonies:
                examples += examples_of(name, wave, SMALL, chance, parameters)
    learnt = fit(examples, parameters, lambda folds: tqdm(folds, desc="folds"))
    Path(given.out).write_text(written(learnt, Path(given.out).read_text(encoding="utf-8")), encoding="utf-8")


def written(learnt: Parameters, before: str) -> str:
    """A parameters file with its comments and choices as before, and the models as learnt."""
    head = before.split("\n# Learnt", 1)[0]
    lines = [head, "# Learnt by benchmarks/corroboration_fit.py: log-odds for each unit of a feature."]
    for name in ("first_round", "second_round", "campaign", "belief"):
        model: Linear = getattr(learnt, name)
        lines += [f"{name}:", f"  start: {model.start:.6g}", "  weights:"]
        lines += [f"    {feature}: {weight:.6g}" for feature, weight in model.weights.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
