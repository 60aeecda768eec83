"""One tick: today's counters meet what is known of the accounts once, and what stands out comes out.

A tick is a few steps, each an expression over tables that have names; whoever runs it stores what each step gives
before the next one reads it, so that nothing is joined or computed twice.
"""

from collections.abc import Mapping
from datetime import datetime

import ibis
from ibis import ir

from rempart.radar.fame.arithmetic import MILLION, double, whole
from rempart.radar.fame.judging import judge, learn, rises, unusual
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.population import count, settle, surprises, tide
from rempart.radar.fame.tables import ACCOUNTS, POPULATION, RISES, SCORED, TODAY

# What is kept from tick to tick, and all the tables that the steps name: `…_before` is what the last tick left.
TABLES: Mapping[str, ibis.Schema] = {"accounts": ACCOUNTS, "rises": RISES, "population": POPULATION}
SCHEMAS: Mapping[str, ibis.Schema] = {
    **TABLES,
    **{f"{name}_before": schema for name, schema in TABLES.items()},
    **dict.fromkeys(("counted", "known", "scores"), POPULATION),
    "unusual": ACCOUNTS,
    "today": TODAY,
    "instant": ibis.schema({"hour": "int32"}),
    "scored": SCORED,
}
# The steps in order, each with the tables that it reads besides `today` and `instant`.
STEPS: Mapping[str, tuple[str, ...]] = {
    "accounts": ("accounts_before", "rises_before", "population_before"),
    "counted": ("accounts",),
    "known": ("counted", "population_before"),
    "unusual": ("accounts", "known"),
    "scores": ("unusual", "known"),
    "population": ("scores", "counted", "known", "population_before"),
    "rises": ("unusual", "rises_before", "population"),
    "scored": ("unusual", "rises_before", "population"),
}


def steps(parameters: Parameters) -> dict[str, ir.Table]:
    """What each of STEPS gives, of integer aggregates and + − × ÷ √: the columns of SCHEMAS, not yet of their types.

    The instant is a table of one row, so that one compiled query serves every tick.
    """
    t = {name: ibis.table(schema, name=name) for name, schema in SCHEMAS.items()}
    p = parameters
    hour = t["instant"].hour.as_scalar()
    judged = judge(t["unusual"], t["rises_before"], t["population"], p)
    return {
        "accounts": observe(
            learn(t["accounts_before"], t["rises_before"], t["population_before"], p), t["today"], hour, p
        ),
        "counted": count(t["accounts"], p),
        "known": tide(t["counted"], t["population_before"], slot=weekday(hour), parameters=p),
        "unusual": unusual(t["accounts"], t["known"], p),
        "scores": surprises(t["unusual"], t["known"], p),
        "population": settle(t["scores"], t["counted"], t["known"], t["population_before"], p),
        "rises": rises(judged, p),
        "scored": stand_out(judged),
    }


def hours(at: datetime) -> int:
    """Whole hours since 1970, the unit of the state's times. Raises ValueError when `at` has no zone."""
    if at.tzinfo is None:
        raise ValueError("`at` has no zone")
    return int(at.timestamp() // 3600)


def weekday(hour: ir.IntegerValue) -> ir.IntegerValue:
    """0 Monday … 6 Sunday, in UTC."""
    return (hour.cast("int64") // 24 + 3) % 7


def observe(known: ir.Table, counters: ir.Table, hour: ir.IntegerValue, parameters: Parameters) -> ir.Table:
    """The next ACCOUNTS: today's counters laid beside what was learnt of the accounts; `hour`: since 1970."""
    known = known.mutate(at_known=hour)
    today = counters.select(
        today_id=counters.account_id,
        now=counters.followers,
        now_views=counters.views,
        now_mentions=counters.mentions,
        at_today=hour,
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
        "hot": t.hot,
        "gain": ibis.ifelse(judged, t.now - t.followers, ibis.null("int64")),
        "gap": ibis.ifelse(judged, t.since, ibis.null("int64")),
        "views": ibis.ifelse(new, ibis.null("int64"), _together(t.views, t.now_views)),
        "mentions": ibis.ifelse(new, ibis.null("int64"), _together(t.mentions, t.now_mentions)),
    }
    for name in ("rate", "spread"):
        columns[name] = ibis.coalesce(t[name], ibis.literal(0.0, "float32"))
    for name in ("views_rate", "mentions_rate"):
        columns[name] = t[name]
    return t.select(**{name: columns[name].cast(kind) for name, kind in ACCOUNTS.items()})


def _together(one: ir.Value, other: ir.Value) -> ir.Value:
    return ibis.coalesce(one + other, one, other)


def stand_out(judged: ir.Table) -> ir.Table:
    """The SCORED accounts of this tick."""
    t = judged.filter(judged.tier.notnull())
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
