"""Populations of invented accounts whose counters rise, jump, fall and go missing, with the truth of who became a star.

Two families. `simulate` draws followers day by day around a mean that is bent by what happens to an account; all its
settings (sizes, noise, weekends, how many look-alikes, the shapes of fame) are themselves drawn from the seed.
`simulate_cascades` lets every account's shares beget shares (a Hawkes process in days, as in Crane and Sornette, PNAS
105, 2008, 15649): fame is a time in which each share begets more than one, until those who could see it have seen it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Star:
    """An account that became famous: days count from 0; `half_peak` is the first day of half the best day's gain."""

    account: int
    began: int
    half_peak: int
    ended: int


@dataclass(frozen=True)
class Simulation:
    """Counters as (accounts, days) arrays; `followers` is -1 on missing days, views and mentions may be None."""

    followers: Ints
    views: Ints | None
    mentions: Ints | None
    stars: list[Star]
    kinds: list[str]  # what happened to each account: "star", a look-alike's name, or ""
    setting: dict[str, float]


def _counts(mean: Floats, dispersion: Floats, random: np.random.Generator) -> Floats:
    """Negative-binomial counts: variance = mean + dispersion · mean²."""
    shape = 1.0 / np.maximum(dispersion, 1e-3)
    return random.poisson(random.gamma(shape, np.maximum(mean, 0.0) / shape)).astype(np.float64)


def _rise(random: np.random.Generator, days: int, began: int, length: int) -> Floats:
    """The share of the best day's gain on each day: a rise over `length` days, then a plateau or a decay."""
    day = np.arange(days, dtype=np.float64) - began
    shape = random.choice(["exponential", "logistic", "linear", "step", "bell"], p=[0.35, 0.3, 0.1, 0.1, 0.15])
    if shape == "exponential":
        up = np.exp((day - length) * np.log(random.uniform(8, 60)) / max(length, 1))
    elif shape == "logistic":
        up = 1.0 / (1.0 + np.exp(-(day - 0.6 * length) * random.uniform(5, 8) / max(length, 1)))
    elif shape == "linear":
        up = (day + 1.0) / (length + 1.0)
    elif shape == "step":
        up = (day >= 0).astype(np.float64)
        length = 0
    else:
        up = np.exp(-(((day - length) / max(0.5 * length, 0.7)) ** 2) / 2.0)
    after = day - length
    half_life = random.choice([random.uniform(2, 6), random.uniform(6, 30), 1e6], p=[0.35, 0.4, 0.25])
    level = np.minimum(up, 1.0) * np.where(after > 0, 0.5 ** (after / half_life), 1.0)
    if shape == "bell":
        level = np.where(after > 0, np.maximum(level, 0.5 ** (after / half_life)), np.minimum(up, 1.0))
    return np.where(day >= 0, np.clip(level, 0.0, 1.0), 0.0)


def simulate(seed: int, accounts: int = 20_000, days: int = 45) -> Simulation:  # noqa: PLR0915 - a list of what happens
    """A population of the first family."""
    random = np.random.default_rng(seed)
    setting = {
        "size_mean": random.uniform(5.0, 7.5),
        "size_sd": random.uniform(1.5, 2.5),
        "growth": float(np.exp(random.uniform(np.log(0.0008), np.log(0.008)))),
        "growth_sd": random.uniform(0.5, 1.3),
        "noise": float(np.exp(random.uniform(np.log(0.08), np.log(0.9)))),
        "noise_sd": random.uniform(0.2, 0.7),
        "weekend": random.uniform(0.75, 1.6),
        "stars": float(np.exp(random.uniform(np.log(0.002), np.log(0.01)))),
        "least_best": random.uniform(80, 300),
        "best_ratio": random.uniform(12, 60),
        "hits": random.uniform(0.005, 0.03),
        "bought": random.uniform(0.002, 0.01),
        "backfills": random.uniform(0.005, 0.03),
        "newborn": random.uniform(0.01, 0.05),
        "organic": random.uniform(0.01, 0.05),
        "missing": random.uniform(0.0, 0.03),
        "echoes": float(random.choice([0, 1, 2])),  # 0 neither views nor mentions, 1 views, 2 both
    }
    size = np.exp(random.normal(setting["size_mean"], setting["size_sd"], accounts))
    size = np.clip(size, 5, 5e7)
    usual = (
        size ** random.uniform(0.85, 1.0) * setting["growth"] * np.exp(random.normal(0, setting["growth_sd"], accounts))
    )
    usual = np.minimum(usual, 0.05 * size)
    dispersion = setting["noise"] * np.exp(random.normal(0, setting["noise_sd"], accounts))
    weekday = (np.arange(days) + int(random.integers(7))) % 7
    own_weekend = setting["weekend"] * np.exp(random.normal(0, 0.15, accounts))
    mean = usual[:, None] * np.where(weekday[None, :] >= 5, own_weekend[:, None], 1.0)
    tide = np.exp(random.normal(0, 0.05, days))
    for _ in range(int(random.integers(0, 3))):
        start, lasts = int(random.integers(8, days - 2)), int(random.integers(1, 4))
        tide[start : start + lasts] *= random.uniform(1.5, 4.0)
    mean *= tide[None, :] ** np.exp(random.normal(0, 0.3, accounts))[:, None]
    wander = np.cumsum(random.normal(0, 0.04, (accounts, days)), axis=1)  # every account drifts
    mean *= np.exp(wander - wander.mean(axis=1, keepdims=True))

    order = random.permutation(accounts)
    kinds = [""] * accounts
    taken = 0

    def take(share: float, kind: str) -> Ints:
        nonlocal taken
        chosen = order[taken : taken + max(int(share * accounts), 3)]
        taken += len(chosen)
        for account in chosen:
            kinds[account] = kind
        return chosen

    extra = np.zeros((accounts, days))
    unseen = np.zeros((accounts, days))  # followers that nobody's views or mentions go with
    stars: list[Star] = []
    for account in take(setting["stars"], "star"):
        length = int(random.integers(1, 15))
        began = int(random.integers(12, max(days - length - 2, 14)))
        best = usual[account] * setting["best_ratio"] * float(np.exp(random.exponential(0.8)))
        best = max(best, setting["least_best"] * float(np.exp(random.exponential(1.2))))
        level = _rise(random, days, began, length)
        extra[account] = best * level
        half = int(np.argmax(level >= 0.5 * level.max()))
        stars.append(Star(int(account), began, half, days))
    for account in take(setting["hits"], "hit"):
        start = int(random.integers(6, days))
        best = max(usual[account] * float(np.exp(random.uniform(1.5, 5.5))), random.uniform(30, 800))
        ebb = random.uniform(0.02, 0.45)
        extra[account, start:] = best * ebb ** np.arange(days - start)
    for account in take(setting["bought"], "bought"):
        start, lasts = int(random.integers(6, days - 1)), int(random.choice([1, 1, 1, 2, 2, 3]))
        most = min(max(size[account] * random.uniform(0.2, 3), 200), 2e5)
        unseen[account, start : start + lasts] += most / lasts
        end = start + lasts + int(random.integers(3, 16))
        if end < days:
            unseen[account, end] -= most * random.uniform(0.3, 0.95)
    for account in take(0.003, "purge"):
        unseen[account, int(random.integers(3, days))] -= size[account] * random.uniform(0.02, 0.3)
    for account in take(setting["organic"], "organic"):
        mean[account] *= np.exp(np.arange(days) * random.uniform(0.01, 0.06))
    backfilled = take(setting["backfills"], "backfill")
    newborn = take(setting["newborn"], "newborn")

    gain = _counts(mean, dispersion[:, None], random)
    calm = np.minimum(dispersion, random.uniform(0.05, 0.5))  # crowds are steadier than the few
    gain += _counts(extra, calm[:, None], random) + np.rint(unseen)
    level = np.rint(size)[:, None] + np.cumsum(gain, axis=1)
    if random.random() < 0.3:  # the platform removes false followers everywhere, some of which it gives back
        day = int(random.integers(5, days))
        level[:, day:] -= np.rint(size * random.uniform(0.001, 0.02))[:, None]
    followers = np.maximum(level, 0).astype(np.int64)
    views, mentions = _echoes(random, size, gain, unseen, extra)

    missing = random.random((accounts, days)) < setting["missing"]
    for account in backfilled:
        start, lasts = int(random.integers(5, days - 2)), int(random.integers(2, 8))
        if random.random() < 0.5:
            missing[account, start : start + lasts] = True
        else:  # the counter stands still, then catches up
            followers[account, start : start + lasts] = followers[account, start - 1]
    for account in newborn:
        start = int(random.integers(3, days - 3))
        missing[account, :start] = True
        early = random.uniform(5, 400) * np.exp(-np.arange(days - start) / random.uniform(2, 10))
        followers[account, start:] = np.cumsum(random.poisson(early + usual[account]))
    followers = np.where(missing, -1, followers)
    return Simulation(
        followers,
        views if setting["echoes"] >= 1 else None,
        mentions if setting["echoes"] >= 2 else None,
        stars,
        kinds,
        setting,
    )


def _echoes(
    random: np.random.Generator, size: Floats, gain: Floats, unseen: Floats, extra: Floats
) -> tuple[Ints, Ints]:
    """Views and mentions: a share of the audience, and more with those who come of themselves."""
    seen = np.maximum(gain - np.maximum(unseen, 0), 0)
    views = _counts(
        size[:, None] * random.uniform(0.02, 0.3) + seen * random.uniform(3, 40),
        np.full((1, 1), random.uniform(0.05, 0.6)),
        random,
    )
    mentions = _counts(
        size[:, None] * random.uniform(0.0002, 0.003) + seen * random.uniform(0.02, 0.3),
        np.full((1, 1), random.uniform(0.05, 0.6)),
        random,
    )
    return views.astype(np.int64), mentions.astype(np.int64)


def simulate_cascades(seed: int, accounts: int = 20_000, days: int = 45) -> Simulation:  # noqa: PLR0915 - likewise
    """A population of the second family."""
    random = np.random.default_rng(seed)
    warm = 30
    long = days + warm
    size = np.clip((random.pareto(random.uniform(0.8, 1.3), accounts) + 1) * random.uniform(30, 120), 20, 2e7)
    posts = np.exp(random.normal(-1.0, 1.0, accounts))  # a day
    converts = np.exp(random.normal(np.log(0.02), 0.6, accounts))  # of those who see a share
    begets = np.clip(random.beta(4, 3, accounts) * random.uniform(0.8, 1.0), 0, 0.93)
    delay = np.arange(1, 15) ** -random.uniform(1.3, 2.2)
    delay /= delay.sum()
    weekday = (np.arange(long) + int(random.integers(7))) % 7
    tide = np.where(weekday >= 5, random.uniform(0.8, 1.4), 1.0) * np.exp(random.normal(0, 0.08, long))
    chosen = random.choice(accounts, max(int(accounts * random.uniform(0.002, 0.008)), 3), replace=False)
    kinds = [""] * accounts
    lift = np.zeros((accounts, long))
    pool = np.full(accounts, np.inf)
    begins = {}
    for account in chosen:
        kinds[account] = "star"
        start = int(random.integers(warm + 12, long - 6))
        begins[int(account)] = start - warm
        lift[account, start:] = random.uniform(0.8, 2.5)
        pool[account] = max(size[account] * random.uniform(5, 60), random.uniform(3e4, 2e6))
    shares = np.zeros((accounts, long))
    seen = np.zeros(accounts)
    usual_shares = np.maximum(posts * size**0.5 * 0.3, 0.05)
    for day in range(long):
        back = min(day, len(delay))
        memory = shares[:, day - back : day][:, ::-1] @ delay[:back] if back else np.zeros(accounts)
        left = np.clip(1.0 - seen / pool, 0.0, 1.0)
        rate = begets + lift[:, day] * left
        luck = random.gamma(2.0, 0.5, accounts)  # some posts are better than others
        seed_rate = usual_shares * (1.0 + 20.0 * (lift[:, day] > 0) * left) * luck
        shares[:, day] = np.minimum(random.poisson(np.minimum((seed_rate + rate * memory) * tide[day], 1e8)), 1e8)
        seen += np.where(lift[:, day] > 0, shares[:, day] * 30.0, 0.0)
    views = random.poisson(shares * random.uniform(15, 40))
    gain = (
        random.binomial(views, np.minimum(converts, 0.5)[:, None])
        - random.binomial(size.astype(np.int64), 0.0004, (long, accounts)).T
    )
    gain = gain[:, warm:].astype(np.float64)
    hits = random.choice(accounts, int(accounts * 0.01), replace=False)
    for account in hits:
        if kinds[account]:
            continue
        kinds[account] = "hit"
        day = int(random.integers(5, days))
        gain[account, day] += random.integers(50, 3000)
    for account in random.choice(accounts, int(accounts * 0.004), replace=False):
        if kinds[account]:
            continue
        kinds[account] = "bought"
        day = int(random.integers(5, days - 1))
        most = float(random.integers(200, 20000))
        gain[account, day] += most
        if day + 7 < days:
            gain[account, day + int(random.integers(2, days - day))] -= most * 0.7
    followers = np.maximum(np.rint(size)[:, None] + np.cumsum(gain, axis=1), 0).astype(np.int64)
    followers = np.where(random.random(followers.shape) < 0.01, -1, followers)
    stars = []
    for account, began in begins.items():
        run = gain[account, began:]
        before = max(float(gain[account, :began].mean()), 1.0)
        if run.max() < max(8 * before, 60):  # it never took: nobody would call it fame
            kinds[account] = "fizzled"
            continue
        half = began + int(np.argmax(run >= 0.5 * run.max()))
        stars.append(Star(account, began, half, days))
    with_views = random.random() < 0.5
    return Simulation(
        followers, views[:, warm:] if with_views else None, None, stars, kinds, {"echoes": float(with_views)}
    )
