"""One account's newest day, judged by what was usual for it and by what the whole platform did; and what it teaches.

Row by row, without a join beyond the one row of the platform's numbers: cheap enough to be done again at the next tick
instead of being stored.
"""

from functools import reduce

import ibis
from ibis import ir

from rempart.radar.fame.arithmetic import MILLION, double, hot_days, surprise
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.tables import STATE

# What holds before anything is known.
_NUMBERS = {
    "factor": MILLION,
    "surge": MILLION,
    "slump": 0,
    "dispersion": MILLION // 4,
    "scale": MILLION,
    "bar": 10 * MILLION,
}


def numbers(population: ir.Table) -> ir.Table:
    """The platform's numbers as one row, in units (not millionths), with what holds before anything is known."""
    return population.aggregate(
        **{
            f"platform_{kind}": double(
                ibis.coalesce(ibis.ifelse(population.kind == kind, population["count"], None).max(), otherwise)
            )
            / float(MILLION)
            for kind, otherwise in _NUMBERS.items()
        }
    )


def judge(state: ir.Table, population: ir.Table, parameters: Parameters) -> ir.Table:
    """`state` with its newest day judged: expected, dispersion, surprise, the rise that it belongs to, `tier`.

    A row without a new day keeps nulls in `gain` and is never hot. Columns of STATE are not changed here.
    """
    p = parameters
    t = state.cross_join(numbers(population))
    judged = t.gain.notnull()
    gap_days = ibis.ifelse(t.gap <= 28, 1.0, double(t.gap) / 24.0)
    t = t.mutate(
        judged=judged,
        length=ibis.ifelse(judged, gap_days, 1.0),
        usual=ibis.greatest(double(t.rate), p.least_rate),
        own=ibis.greatest(double(t.spread), 0.0),
        known=double(ibis.least(t.days, 30)),
        y=double(ibis.greatest(ibis.coalesce(t.gain, 0), 0)),
    )
    t = t.mutate(
        tide=1.0 + (t.platform_factor - 1.0) / t.length,  # over several days the platform's day counts once
        dispersion=ibis.greatest(
            (p.shrinkage * t.platform_dispersion + t.known * t.own) / (p.shrinkage + t.known), p.least_dispersion
        ),
    )
    t = t.mutate(
        mean=t.usual * t.tide * t.length,
        day=t.y / (t.tide * t.length),
        # what was learnt from few days is itself uncertain
        wide=t.dispersion + (t.dispersion + 1.0 / t.usual) / (t.known + 1.0),
    )
    surprising = t.judged & (t.days >= p.history) & (t.y > 1.2 * t.mean)
    t = t.mutate(
        raw=ibis.ifelse(surprising, surprise(t.y, t.mean, t.wide), 0.0),
        views_echo=_echo(t.views, t.views_rate, t.tide),
        mentions_echo=_echo(t.mentions, t.mentions_rate, t.tide),
    )
    t = t.mutate(score=t.raw / t.platform_scale)
    t = t.mutate(
        is_hot=t.judged & (t.score >= p.hot) & (t.y >= p.hot_ratio * t.platform_surge * t.mean),
        loudest=ibis.coalesce(ibis.greatest(t.views_echo, t.mentions_echo), t.views_echo, t.mentions_echo),
    )
    t = t.mutate(mask=ibis.ifelse(t.judged, ((t.hot * 2) & 255) + t.is_hot.cast("int32"), t.hot))
    calm = t.mask == 0
    t = t.mutate(
        new_evidence=ibis.ifelse(
            calm,
            0.0,
            ibis.ifelse(
                t.judged,
                ibis.greatest(double(t.evidence) + ibis.least(t.score, p.largest_day) - p.allowance, 0.0),
                double(t.evidence),
            ),
        ),
        new_surplus=ibis.ifelse(
            calm,
            0.0,
            double(t.surplus) + ibis.ifelse(t.judged, double(ibis.coalesce(t.gain, 0)) - t.mean, 0.0),
        ),
        new_peak=ibis.ifelse(calm, 0.0, ibis.ifelse(t.is_hot, ibis.greatest(double(t.peak), t.day), double(t.peak))),
        new_echo=ibis.ifelse(
            calm,
            0.0,
            double(t.echo) + ibis.ifelse(t.is_hot, ibis.least(ibis.coalesce(t.loudest, 0.0), 20.0), 0.0),
        ),
    )
    return _tiers(t, p)


def _echo(count: ir.Value, usual: ir.Value, tide: ir.Value) -> ir.Value:
    """Views or mentions over the usual ones, two more on either side so that a first one is no sensation."""
    return (double(count) + 2.0) / (double(usual) * tide + 2.0)


def _tiers(t: ir.Table, p: Parameters) -> ir.Table:
    """Whether the day calls for `support`, for `watch`, or for nothing (null)."""
    best = double(t.peak)
    begun = best >= p.begun * t.day  # a jump from nothing may be of one day: it waits for another
    persistent = reduce(
        lambda one, other: one | other,
        (
            (hot_days(t.mask, 3) >= 2) & begun & (t.day >= p.leaping * best),
            (hot_days(t.mask, 4) >= 3) & begun & (t.day >= p.rising * best),
            (hot_days(t.mask, 5) >= 4) & (t.day >= p.sustained * best),
            (hot_days(t.mask, 8) >= 6) & ((t.day >= 0.5 * p.sustained * best) | (t.y >= p.lasting_ratio * t.mean)),
        ),
    )
    loud = ibis.least(1.0 + p.echo_share * (t.y / t.mean - 1.0), p.echo)
    echoed = t.loudest.isnull() | (t.new_echo >= loud * double(hot_days(t.mask, 8)))
    began_with = ibis.greatest(double(t.followers) - t.new_surplus, 0.0)
    magnitude = t.new_surplus >= ibis.greatest(p.support_gain, p.support_share * began_with)
    effect = t.y >= p.support_ratio * t.platform_surge * t.mean
    told = t.supported_hour.notnull() & (t.last_hour - t.supported_hour < 24 * p.support_silence)
    warned = t.watched_hour.notnull() & (t.last_hour - t.watched_hour < 24 * p.watch_silence)
    support = t.is_hot & persistent & effect & magnitude & echoed & (t.new_evidence >= p.support_evidence) & ~told
    t = t.mutate(told=told, support=support)
    watch = (
        t.is_hot
        & (t.score >= t.platform_bar)
        & (t.y >= p.watch_ratio * t.platform_surge * t.mean)
        & (t.y >= t.mean + p.watch_gain)
    )
    return t.mutate(
        tier=ibis.ifelse(
            t.support, "support", ibis.ifelse(watch & ~t.support & ~told & ~warned, "watch", ibis.null("string"))
        )
    )


def learn(judged: ir.Table, parameters: Parameters) -> ir.Table:
    """What the judged day teaches, as a STATE without a newest day."""
    p = parameters
    t = judged
    weight = ibis.ifelse(t.days < p.first_week, 1.0 / (double(t.days) + 1.0), p.memory * ibis.least(t.length, 3.0))
    rate = double(t.rate)
    most = t.usual + p.clip * (t.usual + t.dispersion * t.usual * t.usual).sqrt()
    taught = ibis.ifelse(t.days < p.first_week, t.day, ibis.least(t.day, most))
    off = t.day - t.usual
    noise = ibis.greatest(ibis.least((off * off - t.usual) / (t.usual * t.usual + 1.0), 6.0), -0.5)
    noise_weight = ibis.greatest(1.0 / ibis.greatest(double(t.days), 1.0), 0.04)
    steady = t.judged & (t.days >= 2) & ~t.is_hot
    spread = double(t.spread)

    def usual_echo(usual: ir.Value, count: ir.Value) -> ir.Value:
        """The usual views or mentions a day, told `count` of them today."""
        today = double(count) / t.tide
        known = double(usual)
        clipped = ibis.ifelse(t.days < p.first_week, today, ibis.least(today, 3.0 * known + 10.0))
        return ibis.ifelse(
            t.judged & count.notnull(), ibis.coalesce(known + weight * (clipped - known), today), known
        ).cast("float32")

    here = t.last_hour
    learnt = t.mutate(
        days=t.days + t.judged.cast("int32"),
        rate=ibis.ifelse(t.judged, rate + weight * (taught - rate), rate).cast("float32"),
        spread=ibis.ifelse(steady, spread + noise_weight * (noise - spread), spread).cast("float32"),
        views_rate=usual_echo(t.views_rate, t.views),
        mentions_rate=usual_echo(t.mentions_rate, t.mentions),
        hot=t.mask,
        peak=t.new_peak.cast("float32"),
        surplus=t.new_surplus.cast("float32"),
        evidence=t.new_evidence.cast("float32"),
        echo=t.new_echo.cast("float32"),
        supported_hour=ibis.ifelse(t.support | (t.told & t.is_hot), here, t.supported_hour),
        watched_hour=ibis.ifelse(t.tier.fill_null("") == "watch", here, t.watched_hour),
        gain=ibis.null("int64"),
        gap=ibis.null("int32"),
        views=ibis.ifelse(t.judged, ibis.null("int64"), t.views),
        mentions=ibis.ifelse(t.judged, ibis.null("int64"), t.mentions),
    )
    return learnt.select(**{name: learnt[name].cast(kind) for name, kind in STATE.items()})
