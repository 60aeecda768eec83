"""Who may act together: the probability, for each source of a look, that it is part of a coordinated campaign.

A group is everybody who accuses one account and shares one thing: a text, a network, a community, the days in which
their accounts were opened, other accounts that they accused. What it says is how surprising it is: the log-likelihood
ratio (Poisson) of so many sharing it here against its frequency among all who spoke (CooRTweet and its like count pairs
against a null of independent activity; Giglietto et al. 2020). Following one another within hours, speaking from a new
account and being fans of one star are what people harmed do too, and their weights were learnt beside such people.

Two rounds of a logistic model: the first from what each source shares, the second also from how suspect those are with
whom it shares (iterative classification; Neville and Jensen 2000). Nothing in it grows with how many others speak of
the account, so that a flood of copies discounts the copies and nobody else.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rempart.corroboration.census import (
    COMMUNITY,
    KIND_NAMES,
    KINDS,
    TARGETS,
    Census,
    distinct,
)
from rempart.corroboration.columns import DISPUTE, RELAY, STANCES, TESTIMONY, Columns, Floats, Ints
from rempart.corroboration.parameters import Looking
from rempart.corroboration.sources import Looks, Sources, Spoken
from rempart.records.vocabulary import CHANNELS

# What is said in a look, were everybody counted, that tells of a campaign.
CONTEXT = (
    *(f"share_{name}" for name in ("new", "older", "popular", "upheld", "rejected", "long", "alike", "retold")),
    *("share_minor", "share_night", "share_strikes", "share_genuine", "share_false", "checked", "one_conduct"),
    *("doubt", "late", "late_spread"),
)
_SURPRISE_AT_MOST = 30.0


class Shared(NamedTuple):
    """What accusing sources share, of each kind the most surprising thing: arrays of shape (s, kinds).

    `group`: its number, -1 for none; `others`: how many others of the look share it; `share`: of those of whom one
    knows; `rarity`: how many times as frequent here as elsewhere, in natural logarithms; `surprise`: of the group.
    """

    group: Ints
    others: Floats
    share: Floats
    rarity: Floats
    surprise: Floats
    bystanders: Floats
    groups: int


SHARED_FEATURES = ("others", "share", "rarity", "surprise")


def shared_by(census: Census, looks: Looks, sources: Sources, compared: NDArray[np.bool_], looking: Looking) -> Shared:
    """What sources of looks share. compared: shape (s,), which of them; the others share nothing with anybody."""
    shape = (sources.size, len(KINDS))
    shared = Shared(
        np.full(shape, -1, np.int64),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        0,
    )
    number = 0
    for kind in KINDS:
        groups = _groups(_Comparison(census, looks, sources, compared, looking), kind)
        if groups is None:
            continue
        # Of the groups that a source is in, the most surprising; then that of more.
        best = np.lexsort((groups.surprise[groups.member] + groups.here[groups.member] * 1e-6, groups.source))
        best = best[np.append(np.flatnonzero(np.diff(groups.source[best])), len(best) - 1)]
        source, group = groups.source[best], groups.member[best]
        several = groups.here[group] > 1
        source, group = source[several], group[several]
        shared.group[source, kind] = group + number
        shared.others[source, kind] = np.log(groups.here[group])
        shared.share[source, kind] = (groups.here[group] - 1) / np.maximum(groups.known[group] - 1, 1)
        shared.rarity[source, kind] = np.clip(groups.rarity[group], 0.0, 8.0)
        shared.surprise[source, kind] = groups.surprise[group]
        shared.bystanders[source, kind] = groups.bystanders[group]
        number += len(groups.here)
    return shared._replace(groups=number)


class _Groups(NamedTuple):
    """Groups of one kind. `source`, `member`: who is in which, one entry each; the rest one entry a group: how many are
    `here`, of how many of whom one knows, how rare and surprising that is, and the share of those who deny in it."""

    source: Ints
    member: Ints
    here: Ints
    known: Ints
    rarity: Floats
    surprise: Floats
    bystanders: Floats


class _Comparison(NamedTuple):
    """Which sources of which looks are compared, as in shared_by."""

    census: Census
    looks: Looks
    sources: Sources
    compared: NDArray[np.bool_]
    looking: Looking


def _groups(of: _Comparison, kind: int) -> _Groups | None:
    census, looks, sources, compared, looking = of
    row, key = _keys(census, looks, kind, looking)
    source = sources.of_row[row]
    if not compared[source].any():
        return None
    span = int(key.max()) + 1
    # How many people of the look have each key, so that only those who speak of others are elsewhere.
    person, people = census.columns.person[looks.rows[row]], int(census.columns.person.max()) + 1
    mine, of_mine = _counted(distinct((looks.look[row] * span + key) * people + person) // people)
    known_here = _of_looks(distinct(looks.look[row] * people + person) // people, looks)
    pair = distinct(source * span + key)
    source, key = pair // span, pair % span
    inside = compared[source]
    denies = ~sources.accuses[source]
    # Those who speak for themselves are compared with one another, and so are those who relay.
    side = 2 * sources.look + ~sources.first_hand
    group, member, here = np.unique(side[source[inside]] * span + key[inside], return_inverse=True, return_counts=True)
    look, group_side, group_key = group // span // 2, group // span, group % span
    has = compared if kind == TARGETS else np.isin(np.arange(sources.size), source[inside])
    known = np.bincount(side[has], minlength=2 * looks.size)[group_side]
    deniers = _of_looks(sources.look[distinct(source[denies])], looks)
    against, denials = _counted(np.sort(sources.look[source[denies]] * span + key[denies]))
    denied = _looked_up(against, denials, look * span + group_key)
    place = looks.place[look]
    elsewhere = census.before(kind, group_key, place) - _looked_up(mine, of_mine, look * span + group_key)
    outside = np.maximum(census.known[kind][place] - known_here[look], 0) + looking.elsewhere_at_least
    expected = np.minimum((np.maximum(elsewhere, 0) + 0.5) / outside, 1.0) * known
    rarity = np.log(here / expected)
    surprise = np.where(here > np.maximum(expected, 1.0), here * rarity - (here - expected), 0.0)
    return _Groups(
        source[inside],
        member,
        here,
        known,
        rarity,
        np.minimum(surprise, _SURPRISE_AT_MOST),
        (denied + 0.5) / (deniers[look] + 1.0),
    )


def _counted(ordered: Ints) -> tuple[Ints, Ints]:
    """Each of some ascending numbers once, and how often it comes."""
    opens = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)])
    return ordered[opens], np.diff(np.append(opens, len(ordered)))


def _of_looks(look: Ints, looks: Looks) -> Ints:
    """How many entries each look has."""
    return np.bincount(look, minlength=looks.size)


def known_to_act(census: Census, looks: Looks, sources: Sources, looking: Looking) -> NDArray[np.bool_]:
    """Who accuses here with two others at least whom the radar saw act together with them elsewhere: shape (s,)."""
    row, key = _keys(census, looks, COMMUNITY, looking)
    source = sources.of_row[row]
    seen = sources.accuses[source] & census.columns.acting[key]
    span = len(census.columns.acting) + 1
    pair = distinct(source[seen] * span + key[seen])
    _, group, here = np.unique(sources.look[pair // span] * span + pair % span, return_inverse=True, return_counts=True)
    acts = np.zeros(sources.size, np.bool_)
    acts[pair[here[group] >= 3] // span] = True
    return acts


def _looked_up(keys: Ints, values: Ints, wanted: Ints) -> Ints:
    """The value of each key wanted, among sorted keys; 0 where it is not there."""
    if not len(keys):
        return np.zeros(len(wanted), np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0)


def _keys(census: Census, looks: Looks, kind: int, looking: Looking) -> tuple[Ints, Ints]:
    """The keys of one kind that the rows of looks have: (place of the row in the looks, key)."""
    if kind == TARGETS:
        columns = census.columns
        place = looks.place[looks.look]
        index, target = census.targets(columns.reporter[looks.rows], place, looking.earlier_targets)
        elsewhere = target != columns.subject[looks.rows[index]]
        return index[elsewhere], target[elsewhere]
    return census.having(kind, looks.rows)


def first_features(census: Census, looks: Looks, sources: Sources, shared: Shared) -> dict[str, Floats]:
    """What the first round knows of each source: features of shape (s,), by name."""
    columns = census.columns
    row = sources.first
    days = (columns.at[row] - columns.opened[row]) / 86_400
    words = columns.length[row]
    features: dict[str, Floats] = {
        f"{KIND_NAMES[kind]}_{name}": getattr(shared, name)[:, kind] for kind in KINDS for name in SHARED_FEATURES
    }
    together = shared.group[:, COMMUNITY] >= 0
    features |= {
        "community_apart": together
        * np.clip(np.log((shared.share[:, COMMUNITY] + 0.05) / (shared.bystanders[:, COMMUNITY] + 0.05)), -3.0, 3.0),
        "kinds": (shared.surprise > 2.0).sum(axis=1).astype(np.float64),
        "alike": columns.alike[row],
        "retold": columns.retold[row],
        # Told from what is usual, so that what is not known stands in the middle and says nothing.
        "length": _if_known(np.log1p(words) - 2.7, words > 1),
        "new": _if_known((days < 7.0) - 0.3, ~np.isnan(days)),
        "hours_old": _if_known((days < 1.0) - 0.15, ~np.isnan(days)),
        "years": _if_known(np.log1p(np.maximum(days, 0.0) / 365.0) - 0.7, ~np.isnan(days)),
        "followers": _if_known(np.log1p(columns.followers[row]) - 4.5, ~np.isnan(columns.followers[row])),
        "upheld": np.log1p(columns.upheld[row]),
        "rejected": np.log1p(columns.rejected[row]),
        "relays": (~sources.first_hand).astype(np.float64),
        "names": np.log(np.maximum(sources.names, 1)),
        "verified": (sources.verified.sum(axis=1) > 0).astype(np.float64),
        "unverified": (sources.unverified.sum(axis=1) > 0).astype(np.float64),
        "refuted": (sources.refuted.sum(axis=1) > 0).astype(np.float64),
        "strikes": _strikes(census, looks, sources),
    }
    for channel, name in enumerate(CHANNELS):
        features[name] = (sources.channel == channel).astype(np.float64)
    return features


def second_features(
    first: dict[str, Floats], probability: Floats, sources: Sources, shared: Shared
) -> dict[str, Floats]:
    """What the second round knows beside: how suspect the others are with whom each source shares something."""
    features = dict(first)
    features["first_round"] = logit(probability)
    worst = np.zeros(sources.size)
    for kind in KINDS:
        group = shared.group[:, kind]
        inside = np.flatnonzero(group >= 0)
        total = np.bincount(group[inside], probability[inside], minlength=shared.groups)
        number = np.bincount(group[inside], minlength=shared.groups)
        others = np.zeros(sources.size)
        mine = group[inside]
        others[inside] = np.where(
            number[mine] > 1, (total[mine] - probability[inside]) / np.maximum(number[mine] - 1, 1), 0.0
        )
        features[f"{KIND_NAMES[kind]}_suspects"] = others
        worst = np.maximum(worst, others)
    features["suspects"] = worst
    return features


def _if_known(values: NDArray[np.floating], known: NDArray[np.bool_]) -> Floats:
    """The values where they are known, 0 elsewhere."""
    return np.where(known, values, 0.0).astype(np.float64)


def _strikes(census: Census, looks: Looks, sources: Sources) -> Floats:
    """How many other accounts each source accused, in natural logarithms of one more."""
    columns = census.columns
    index, target = census.targets(columns.reporter[sources.first], looks.place[sources.look], 64)
    elsewhere = target != columns.subject[sources.first[index]]
    return np.log1p(np.bincount(index[elsewhere], minlength=sources.size))


def logit(probability: Floats) -> Floats:
    """Log-odds, within ±12."""
    return np.asarray(np.clip(np.log(probability) - np.log1p(-probability), -12.0, 12.0), np.float64)


def campaign_features(census: Census, spoken: Spoken, shared: Shared) -> dict[str, Floats]:
    """What tells, of a whole look, that a campaign is part of it: features of shape (looks,), by name."""
    looks, sources = spoken.looks, spoken.sources
    inside = np.flatnonzero(sources.accuses)
    look, q = sources.look[inside], spoken.together[inside]
    number = np.bincount(look, minlength=looks.size)
    size = np.maximum(number, 1)
    total = np.bincount(look, q, minlength=looks.size)
    order = np.lexsort((-q, look))
    rank = np.arange(len(order)) - np.repeat(np.cumsum(number) - number, number)

    def top(count: int) -> Floats:
        chosen = order[rank < count]
        return np.asarray(np.bincount(look[chosen], q[chosen], minlength=looks.size) / count, np.float64)

    surprise = [np.zeros(looks.size) for _ in KINDS]
    for kind in KINDS:
        np.maximum.at(surprise[kind], look, shared.surprise[inside, kind])
    return {
        "suspected": np.log1p(total),
        "share_suspected": total / (size + 2.0),
        "most_suspected": top(1),
        "third_suspected": top(3),
        "tenth_suspected": top(10),
        "probable": np.log1p(np.bincount(look, q > 0.5, minlength=looks.size)),
        "certain": np.log1p(np.bincount(look, q > 0.9, minlength=looks.size)),
        **{f"{KIND_NAMES[kind]}_surprise": np.sqrt(surprise[kind]) for kind in KINDS},
        **apart(census, looks),
        "regular": regular(census.columns, looks, sources),
    }


def apart(census: Census, looks: Looks) -> dict[str, Floats]:
    """How much more speak at first hand, relay and deny here than about other accounts: features of shape (looks,).

    Where hardly anything was heard of others, nothing is usual and nothing is told.
    """
    stances = census.columns.stance[looks.rows]
    counts = [np.bincount(looks.look, stances == stance, minlength=looks.size) for stance in STANCES]
    others = [census.stances[stance][looks.place] - counts[stance] for stance in STANCES]
    accounts = np.maximum(census.subjects[looks.place] - 1, 0)
    sure = accounts / (accounts + 20.0)
    features = {"more_voices": sure * (np.log1p(counts[TESTIMONY]) - np.log1p(others[TESTIMONY] / (accounts + 1.0)))}
    for stance, name in ((RELAY, "more_relays"), (DISPUTE, "more_denials")):
        here = (counts[stance] + 1.0) / (counts[TESTIMONY] + counts[stance] + 2.0)
        elsewhere = (others[stance] + 1.0) / (others[TESTIMONY] + others[stance] + 2.0)
        features[name] = sure * (here - elsewhere)
    return features


def regular(columns: Columns, looks: Looks, sources: Sources) -> Floats:
    """How much more regular than by chance the accusing sources of each look came: the mean of the logarithms of their
    intervals against that of exponential ones (Moran 1947), in standard errors; 0 for fewer than six, or where they
    come days apart, as dates without times do. Shape (looks,)."""
    inside = np.flatnonzero(sources.accuses)
    order = inside[np.lexsort((columns.at[sources.first[inside]], sources.look[inside]))]
    look, at = sources.look[order], columns.at[sources.first[order]]
    same = look[1:] == look[:-1]
    gaps, of = np.diff(at)[same] + 1.0, look[1:][same]
    number = np.bincount(of, minlength=looks.size)
    size = np.maximum(number, 1)
    mean = np.maximum(np.bincount(of, gaps, minlength=looks.size), 1.0) / size
    logs = np.bincount(of, np.log(gaps), minlength=looks.size) / size
    # For exponential intervals the mean of log(gap / mean) is −γ; for a metronome it is 0. Its deviation is π/√6.
    excess = (logs - np.log(mean) + 0.5772) * np.sqrt(size) / 1.2825
    return np.where((number >= 5) & (mean < 21_600), np.clip(excess, 0.0, 8.0), 0.0)


def context(everything: dict[str, Floats]) -> dict[str, Floats]:
    """How those who speak compare with others, were everybody counted: a campaign shows in that too.

    How many speak, by which channel and whether others relay or deny is left out: that many speak is no sign of one.
    """
    return {f"all_{name}": everything[name] for name in CONTEXT}
