"""Methods side by side on the same accounts: one row for each method over all of them, then over each attack.

Rows of an attack judge the accounts that it touched. Where these are all innocent (or all guilty) they are ranked among
the guilty (or innocent) accounts that no attack touched; Brier scores and shares stay those of the attack's own.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from rempart.replay.judging.metrics import Bin, Flags, Scores, area_under_curve, brier, recall_at, share_above
from rempart.replay.judging.resampling import Interval, interval, resampled_areas

OURS = "rempart"
NO_ATTACK = "none"
SURE = 0.95


class Scored(NamedTuple):
    """What a method says of every account, shape (accounts,); `forecasts` when it means it as a probability."""

    scores: Scores
    forecasts: bool = True


class Row(msgspec.Struct, kw_only=True):
    """One method on all accounts (`attack` is None) or on those of one attack. What cannot be said is None or NaN.

    `guilty` counts accounts; `auc` has its 95 % bootstrap interval. `recall_at_1_percent`, `recall_at_5_percent`: the
    share of guilty accounts above the threshold that at most so many of the innocent are above. `innocent_above_95`,
    `guilty_above_95`: shares above 0.95. `ahead`: our area less this method's, with its paired interval; `behind`
    when all of that interval is below zero.
    Only of corroboration: `coordination_auc`, how well coordination tells campaigns; `protected` and `alarmed`, the
    shares of guilty and of innocent accounts whose credibility was ever above the threshold asked for; `median_hours`,
    from the first testimony or relay of such a guilty account to that instant; `calibration`, in tenths.
    """

    method: str
    attack: str | None
    accounts: int
    guilty: int
    auc: float
    auc_interval: Interval | None
    recall_at_1_percent: float
    recall_at_5_percent: float
    brier: float | None = None
    innocent_above_95: float | None = None
    guilty_above_95: float | None = None
    ahead: float | None = None
    ahead_interval: Interval | None = None
    behind: bool = False
    coordination_auc: float | None = None
    median_hours: float | None = None
    protected: float | None = None
    alarmed: float | None = None
    calibration: list[Bin] | None = None


def side_by_side(
    methods: Mapping[str, Scored], guilty: Flags, attacks: Sequence[str] | None, *, seed: int
) -> list[Row]:
    """The rows of every method, all accounts first. `methods` holds OURS.

    guilty: shape (accounts,). attacks: the attack on each account, NO_ATTACK where there was none; None when the truth
    does not say. seed: of the bootstrap.
    """
    everybody = np.ones(len(guilty), np.bool_)
    rows = _rows(methods, guilty, everybody, everybody, attack=None, seed=seed)
    if attacks is None:
        return rows
    attack_of = np.array(attacks, np.str_)
    for attack in sorted(set(attacks), key=lambda name: (name != NO_ATTACK, name)):
        own = attack_of == attack
        rows += _rows(methods, guilty, own, _ranked(own, guilty, attack_of == NO_ATTACK), attack=attack, seed=seed)
    return rows


def _ranked(own: Flags, guilty: Flags, untouched: Flags) -> Flags:
    """An attack's own accounts, and from the untouched ones the side of the truth that it has none of."""
    ranked = own.copy()
    for side in (guilty, ~guilty):
        if not (own & side).any():
            ranked |= untouched & side
    return ranked


def _rows(
    methods: Mapping[str, Scored], guilty: Flags, own: Flags, ranked: Flags, *, attack: str | None, seed: int
) -> list[Row]:
    areas = resampled_areas({name: one.scores[ranked] for name, one in methods.items()}, guilty[ranked], seed=seed)
    ours = area_under_curve(methods[OURS].scores[ranked], guilty[ranked])
    rows = []
    for name, (scores, forecasts) in methods.items():
        among, truth = scores[ranked], guilty[ranked]
        row = Row(
            method=name,
            attack=attack,
            accounts=int(own.sum()),
            guilty=int((own & guilty).sum()),
            auc=area_under_curve(among, truth),
            auc_interval=interval(areas[name]),
            recall_at_1_percent=recall_at(among, truth, 0.01),
            recall_at_5_percent=recall_at(among, truth, 0.05),
        )
        if forecasts:
            row.brier = brier(scores[own], guilty[own])
            row.innocent_above_95 = share_above(scores, own & ~guilty, SURE)
            row.guilty_above_95 = share_above(scores, own & guilty, SURE)
        if name != OURS:
            row.ahead = ours - row.auc
            row.ahead_interval = interval(areas[OURS] - areas[name])
            row.behind = row.ahead_interval is not None and row.ahead_interval[1] < 0
        rows.append(row)
    return rows
