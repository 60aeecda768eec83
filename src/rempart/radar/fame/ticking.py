"""One tick: today's counters meet the accounts' state once, and what stands out comes out."""

from datetime import datetime
from typing import NamedTuple

import ibis
from ibis import ir

from rempart.radar.fame.arithmetic import MILLION, double, whole
from rempart.radar.fame.judging import expect, judge, learn
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.population import weigh
from rempart.radar.fame.tables import SCORED, STATE


class Next(NamedTuple):
    """What a tick gives: the accounts' and the population's next state, and the accounts that stand out."""

    state: ir.Table
    population: ir.Table
    scored: ir.Table


def hours(at: datetime) -> int:
    """Whole hours since 1970, the unit of the state's times. Raises ValueError when `at` has no zone."""
    if at.tzinfo is None:
        raise ValueError("`at` has no zone")
    return int(at.timestamp() // 3600)


def _hour(at: datetime | ir.IntegerScalar) -> ir.IntegerScalar:
    return at if isinstance(at, ir.Value) else ibis.literal(hours(at))


def weekday(at: datetime | ir.IntegerScalar) -> ir.IntegerScalar:
    """0 Monday … 6 Sunday, in UTC."""
    return (_hour(at).cast("int64") // 24 + 3) % 7


def observe(
    state: ir.Table, population: ir.Table, counters: ir.Table, at: datetime | ir.IntegerScalar, parameters: Parameters
) -> ir.Table:
    """The accounts' next STATE: what the last tick left is learnt, then today's counters are laid beside it.

    counters: `account_id`, `followers` and, where the platform tells them, `views` and `mentions`; one row an account.
    """
    known = learn(judge(expect(state, population, parameters), parameters), parameters)
    known = known.mutate(at_known=_hour(at))
    today = counters.select(
        today_id=counters.account_id,
        now=counters.followers.cast("int64"),
        now_views=_optional(counters, "views"),
        now_mentions=_optional(counters, "mentions"),
        at_today=_hour(at),
    )
    t = known.outer_join(today, known.account_id == today.today_id)
    t = t.mutate(here=ibis.coalesce(t.at_today, t.at_known))
    # After the join, so that the engine takes the accounts for as many as they are and hashes the narrow side.
    t = t.filter(t.now.notnull() | (t.last_hour > t.here - 24 * parameters.forgotten))
    t = t.mutate(new=t.account_id.isnull(), since=t.here - t.last_hour)
    t = t.mutate(judged=ibis.coalesce(t.now.notnull() & (double(t.since) >= parameters.whole_day), False))
    t = t.mutate(start=t.judged | t.new)
    new, here, judged, start = t.new, t.here, t.judged, t.start
    columns = {
        "account_id": ibis.coalesce(t.account_id, t.today_id),
        "last_hour": ibis.ifelse(start, here, t.last_hour),
        "followers": ibis.ifelse(start, t.now, t.followers),
        "days": ibis.coalesce(t.days, 0),
        "hot": ibis.coalesce(t.hot, 0),
        "gain": ibis.ifelse(judged, t.now - t.followers, ibis.null("int64")),
        "gap": ibis.ifelse(judged, t.since, ibis.null("int64")),
        "views": ibis.ifelse(new, ibis.null("int64"), _together(t.views, t.now_views)),
        "mentions": ibis.ifelse(new, ibis.null("int64"), _together(t.mentions, t.now_mentions)),
    }
    for name in ("rate", "spread", "peak", "surplus", "evidence", "echo"):
        columns[name] = ibis.coalesce(t[name], ibis.literal(0.0, "float32"))
    for name in ("views_rate", "mentions_rate", "supported_hour", "watched_hour"):
        columns[name] = t[name]
    return t.select(**{name: columns[name].cast(kind) for name, kind in STATE.items()})


def _optional(counters: ir.Table, name: str) -> ir.Value:
    return counters[name].cast("int64") if name in counters.columns else ibis.null("int64")


def _together(one: ir.Value, other: ir.Value) -> ir.Value:
    return ibis.coalesce(one + other, one, other)


def measure(state: ir.Table, population: ir.Table, at: datetime | ir.IntegerScalar, parameters: Parameters) -> ir.Table:
    """The next POPULATION, from the next `state` and the population before it."""
    return weigh(state, population, slot=weekday(at), parameters=parameters)


def stand_out(
    state: ir.Table, population: ir.Table, at: datetime | ir.IntegerScalar, parameters: Parameters
) -> ir.Table:
    """The SCORED accounts of this tick, from the next `state` and the next `population`."""
    t = expect(state, population, parameters)
    t = judge(t.filter(t.odd), parameters)
    t = t.filter(t.tier.notnull())
    thousand = 1000.0
    columns = {
        "account_id": t.account_id,
        "tier": t.tier,
        "hour": t.last_hour,
        "score": whole(t.score * float(MILLION)),
        "followers": t.followers,
        "gain": t.gain,
        "gap": t.gap,
        "expected": whole(t.mean * thousand),
        "upper": whole((t.mean + 2.0 * (t.mean + t.wide * t.mean * t.mean).sqrt()) * thousand),
        "surplus": whole(t.new_surplus),
        "hot": t.new_hot,
        "days": t.days,
        "echo": whole(t.loudest * thousand),
        "factor": whole(t.platform_factor * float(MILLION)),
    }
    return t.select(**{name: columns[name].cast(kind) for name, kind in SCORED.items()})


def tick(
    state: ir.Table, population: ir.Table, counters: ir.Table, at: datetime | ir.IntegerScalar, parameters: Parameters
) -> Next:
    """One tick of the radar as one expression of integer aggregates and + − × ÷ √.

    state: STATE; population: POPULATION; counters: today's, one row an account; at: the tick's instant, with its
    zone, or the hours since 1970 as a scalar of a table, so that one compiled query serves every tick.
    An engine that stores tables as it goes calls `observe`, `measure`, `stand_out` in turn, each on what it stored.
    """
    after = observe(state, population, counters, at, parameters)
    weighed = measure(after, population, at, parameters)
    return Next(after, weighed, stand_out(after, weighed, at, parameters))
