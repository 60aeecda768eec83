"""Sudden fame told from its look-alikes, tick by tick, on small invented populations."""

from collections.abc import Sequence
from datetime import timedelta

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.fame import Parameters, alerts, priority
from rempart.radar.fame.arithmetic import logarithm, root
from rempart.radar.fame.rehearsal import FIRST_DAY, account, days_of, rehearse, told_of, worth
from rempart.radar.fame.simulator import Simulation, simulate_cascades
from rempart.records import AccountRow, FameAlert

DAYS = 33
STAR, HIT, BOUGHT, PURGED, GAP, STUCK, NEWBORN, SLOW, GIANT, GIANT_STAR, BOUGHT_UNSEEN, PLAIN = range(12)
LN = logarithm(root(ibis._.x))
CROWD = 300  # ordinary accounts beside them, from whom the platform is learnt


def population(*, echoes: bool, surge: int | None = None) -> Simulation:
    """The cast above, each with one thing that happens to it, and a crowd with steady noise."""
    random = np.random.default_rng(7)
    accounts = PLAIN + CROWD
    usual = np.exp(random.uniform(np.log(2), np.log(40), accounts))
    usual[[GIANT, GIANT_STAR]] = 2000.0
    usual[BOUGHT_UNSEEN] = 10.0
    mean = np.tile(usual[:, None], DAYS) * np.where(np.arange(DAYS) % 7 >= 5, 1.4, 1.0)
    if surge is not None:
        mean[:, surge : surge + 3] *= 3.0
    mean[SLOW] *= np.exp(0.03 * np.arange(DAYS))
    natural = random.poisson(random.gamma(5.0, mean / 5.0)).astype(float)
    rise = np.minimum(2.2 ** (np.arange(DAYS) - 27.0), 1.0) * (np.arange(DAYS) >= 20)
    natural[STAR] += np.rint(5000 * rise)
    natural[GIANT_STAR] += np.rint(60_000 * rise)
    natural[GIANT] *= np.where(np.arange(DAYS) >= 25, 1.5, 1.0)
    natural[HIT] += 3000 * 0.25 ** np.where(np.arange(DAYS) >= 22, np.arange(DAYS) - 22.0, 50.0)
    bought = np.zeros_like(natural)
    bought[BOUGHT, 22:24] = 4000
    bought[BOUGHT, 31] = -7000
    bought[BOUGHT_UNSEEN, 22:29] = 900 * np.array([1, 1.5, 2, 2.6, 3.2, 4, 5])
    bought[PURGED, 20] = -400
    level = 1000 + np.cumsum(np.rint(natural + bought), axis=1).astype(np.int64)
    level[[GIANT, GIANT_STAR]] += 1_000_000
    level[GAP, 20:27] = -1
    level[STUCK, 20:27] = level[STUCK, 19]
    level[NEWBORN, :18] = -1
    level[NEWBORN, 18:] = np.cumsum(400 * 0.7 ** np.arange(DAYS - 18)).astype(np.int64)
    views = random.poisson(50 * usual[:, None] + 20 * natural).astype(np.int64) if echoes else None
    return Simulation(np.maximum(level, -1), views, None, [], [""] * accounts, {})


@pytest.fixture(scope="module")
def told() -> list[FameAlert]:
    return rehearse(days_of(population(echoes=False)))


@pytest.fixture(scope="module")
def told_with_views() -> list[FameAlert]:
    return rehearse(list(days_of(population(echoes=True)))[:30])


def supported(given: Sequence[FameAlert]) -> dict[int, int]:
    """Account → day of its first support alert."""
    return dict(reversed(told_of(given)))


def test_a_star_is_found_before_its_half_peak(told):
    assert 21 <= supported(told)[STAR] <= 25  # half of its best day's gain comes on day 27


def test_an_account_that_is_large_already_may_become_a_star_too(told):
    assert 21 <= supported(told)[GIANT_STAR] <= 27


@pytest.mark.parametrize(
    "who",
    [HIT, BOUGHT, PURGED, GAP, STUCK, NEWBORN, SLOW, GIANT],
    ids=["hit", "bought", "purged", "gap", "stuck", "newborn", "slow", "giant"],
)
def test_a_look_alike_calls_for_no_support(told, who):
    assert who not in supported(told)


def test_nobody_of_the_crowd_calls_for_support(told):
    assert set(supported(told)) <= set(range(PLAIN))


def test_a_rise_calls_for_support_once(told):
    given = [number for number, _ in told_of(told)]
    assert len(given) == len(set(given))


def test_followers_whom_no_views_go_with_are_not_fame(told, told_with_views):
    assert BOUGHT_UNSEEN in supported(told)
    assert BOUGHT_UNSEEN not in supported(told_with_views)


def test_a_star_is_found_with_views_as_well(told_with_views):
    assert {STAR, GIANT_STAR} <= set(supported(told_with_views))


def test_a_surge_of_the_whole_platform_is_nobodys(told):
    surged = rehearse(list(days_of(population(echoes=False, surge=12)))[:22])
    assert set(supported(surged)) <= {STAR, GIANT_STAR, BOUGHT_UNSEEN}


def test_who_was_offered_support_is_not_watched_for_the_same_rise(told):
    found = supported(told)
    watched = told_of(told, "watch")
    assert watched
    assert all(day < found.get(number, DAYS) for number, day in watched)


def before(told: Sequence[FameAlert], day: int) -> list[FameAlert]:
    return [alert for alert in told if alert.alert_at < FIRST_DAY + timedelta(days=day)]


def test_an_alert_uses_neither_later_counters_nor_their_order(told):
    random = np.random.default_rng(3)
    days = list(days_of(population(echoes=False)))[:25]
    shuffled = [(at, rows.take(pa.array(random.permutation(len(rows))))) for at, rows in days]
    assert rehearse(shuffled) == before(told, 25)


def test_counters_told_twice_a_day_are_judged_by_the_day(told):
    days = list(days_of(population(echoes=False)))[:22]
    halves = [(at + timedelta(hours=step), rows) for at, rows in days for step in (0, 12)]
    assert rehearse(halves) == before(told, 22)


def test_an_alert_says_what_was_expected_and_seen(told):
    alert = next(a for a in told if a.account_id == account(STAR) and a.tier == "support")
    assert alert.growth == pytest.approx(alert.observed / alert.expected)
    assert alert.recent[-1].gained == alert.observed > alert.recent[-1].upper > alert.expected
    assert "lasting" in alert.because


def test_the_youngest_come_first_and_an_unknown_age_counts_as_a_minors():
    order = [priority("support", band) for band in ("under_13", "13_15", "16_17", "18_plus")]
    assert order == sorted(order, reverse=True)
    assert priority("support", None) > priority("support", "16_17")
    assert priority("watch", "under_13") < priority("support", "18_plus") + 4


def test_alerts_are_ordered_by_tier_then_priority_then_account():
    row = {
        "hour": 490_896,
        "score": 10**7,
        "gain": 100,
        "gap": 24,
        "expected": 5000,
        "upper": 9000,
        "hot": 3,
        "echo": None,
        "factor": 10**6,
    }
    rows = [
        {**row, "account_id": name, "tier": tier}
        for name, tier in [("d", "watch"), ("c", "support"), ("b", "support"), ("a", "support")]
    ]
    child = AccountRow(id="c", service="other", handle="c", age_band="under_13")
    made = alerts(rows, {"c": child}, Parameters())
    assert [a.account_id for a in made] == ["c", "a", "b", "d"]


def test_a_population_of_another_kind_is_read_as_well():
    simulation = simulate_cascades(1000, accounts=1500)
    found = worth(simulation, told_of(rehearse(days_of(simulation))))
    assert found.recall >= 0.9
    assert found.precision >= 0.8
    assert found.lead >= 0.6


@settings(max_examples=5, deadline=None)
@given(st.lists(st.floats(min_value=1e-6, max_value=1e6), min_size=50, max_size=200))
def test_the_logarithm_made_of_square_roots_is_one(xs):
    with duckdb.connect() as engine:
        engine.register("given", pa.table({"x": pa.array(xs, pa.float64())}))
        query = ibis.to_sql(ibis.table({"x": "float64"}, name="given").mutate(ln=LN), dialect="duckdb")
        found = engine.sql(query).to_arrow_table()
    assert found["ln"].to_pylist() == pytest.approx(np.log(found["x"].to_numpy()).tolist(), rel=5e-3, abs=1e-9)
