"""One account's newest day, judged by what was usual for it and by what the whole platform did; and what it teaches.

Of every account a tick learns what is usual; only the few whose day is odd, or who are in a rise, are judged. Steps
that are used twice are columns of their own, because engines compute a column once and an expression as often as it is
written.
"""

from functools import reduce

import ibis
from ibis import ir

from rempart.radar.fame.arithmetic import MILLION, double, hot_days, logarithm, root
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.tables import ACCOUNTS, RISES

_SUMS = ("peak", "surplus", "evidence", "echo")
_TOLD = ("supported_hour", "watched_hour")
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
        },
    )


def expect(accounts: ir.Table, population: ir.Table, parameters: Parameters) -> ir.Table:
    """`accounts` with what was expected of its newest day: `mean` followers over its `length`, `dispersion`, `odd`.

    A day is odd when it brought so much more than expected that its surprise is worth computing.
    """
    p = parameters
    t = accounts.cross_join(numbers(population))
    judged = t.gain.notnull()
    t = t.mutate(
        judged=judged,
        length=ibis.ifelse(judged & (t.gap > 28), double(t.gap) / 24.0, 1.0),
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
    t = t.mutate(mean=t.usual * t.tide * t.length)
    odd = t.judged & (t.days >= p.history) & (t.y >= p.hot_ratio * t.platform_surge * t.mean)
    return t.mutate(odd=odd)


def unusual(accounts: ir.Table, population: ir.Table, parameters: Parameters) -> ir.Table:
    """The rows of ACCOUNTS whose newest day is odd or that are in a rise: few, and all that can be told of."""
    t = expect(accounts, population, parameters)
    return t.filter(t.odd | t.hot.notnull()).select(*ACCOUNTS)


def surprise(expected: ir.Table, parameters: Parameters) -> ir.Table:
    """What `expect` gives, with the day's surprise: `raw`, `score` by the platform's scale, and whether it `is_hot`.

    `raw` is the exponent d of Chernoff's bound for a negative binomial, P(Y ≥ y) ≤ e^(−d), in nats:
    d = y ln[y (mean + k) / (mean (y + k))] − k ln[(y + k) / (mean + k)], k = 1/φ, half the negative-binomial deviance
    (Hilbe, Negative Binomial Regression, 2nd ed. 2011, § 8.2), written so that large counts do not cancel.
    """
    t = expected
    # What was learnt from few days is itself uncertain; nulls spare the engine the days that are not odd.
    wide = ibis.ifelse(t.odd, t.dispersion + (t.dispersion + 1.0 / t.usual) / (t.known + 1.0), ibis.null("float64"))
    t = t.mutate(wide=wide)
    t = t.mutate(size=1.0 / t.wide)
    t = t.mutate(
        one=root(1.0 + t.size * (t.y - t.mean) / (t.mean * (t.y + t.size))),
        other=root((t.y + t.size) / (t.mean + t.size)),
    )
    t = t.mutate(raw=ibis.coalesce(t.y * logarithm(t.one) - t.size * logarithm(t.other), 0.0))
    t = t.mutate(score=t.raw / t.platform_scale)
    return t.mutate(is_hot=t.odd & (t.score >= parameters.hot))


def judge(unusual: ir.Table, rises: ir.Table, population: ir.Table, parameters: Parameters) -> ir.Table:
    """The accounts that `unusual` gives, each with the rise that its day belongs to and its `tier`.

    `hot`, `peak`, `surplus`, `evidence`, `echo` of RISES have successors named `new_…`.
    """
    p = parameters
    rise = rises.select(rise_id=rises.account_id, **{name: rises[name] for name in (*_SUMS, *_TOLD)})
    t = unusual.left_join(rise, unusual.account_id == rise.rise_id)
    zero = ibis.literal(0.0, "float32")
    t = t.mutate(hot=ibis.coalesce(t.hot, 0), **{name: ibis.coalesce(t[name], zero) for name in _SUMS})
    t = surprise(expect(t, population, p), p)
    t = t.mutate(
        day=t.y / (t.tide * t.length),
        new_hot=ibis.ifelse(
            (t.hot > 0) | t.is_hot,
            ibis.ifelse(t.judged, ((t.hot * 2) & 255) + t.is_hot.cast("int32"), t.hot),
            0,
        ),
        loudest=ibis.ifelse(
            t.is_hot,
            _louder(_echo(t.views, t.views_rate, t.tide), _echo(t.mentions, t.mentions_rate, t.tide)),
            ibis.null("float64"),
        ),
    )
    rises = t.new_hot > 0
    evidence = double(t.evidence)
    t = t.mutate(
        new_evidence=ibis.ifelse(
            rises,
            ibis.ifelse(
                t.judged, ibis.greatest(evidence + ibis.least(t.score, p.largest_day) - p.allowance, 0.0), evidence
            ),
            0.0,
        ),
        new_surplus=ibis.ifelse(
            rises,
            double(t.surplus) + ibis.ifelse(t.judged, double(ibis.coalesce(t.gain, 0)) - t.mean, 0.0),
            0.0,
        ),
        new_peak=ibis.ifelse(rises, ibis.greatest(double(t.peak), ibis.ifelse(t.is_hot, t.day, 0.0)), 0.0),
        new_echo=ibis.ifelse(rises, double(t.echo) + ibis.least(ibis.coalesce(t.loudest, 0.0), 20.0), 0.0),
    )
    return _tiers(t, p)


def _echo(count: ir.Value, usual: ir.Value, tide: ir.Value) -> ir.Value:
    """Views or mentions over the usual ones, two more on either side so that a first one is no sensation."""
    return (double(count) + 2.0) / (double(usual) * tide + 2.0)


def _louder(one: ir.Value, other: ir.Value) -> ir.Value:
    """The greater of two, or the one that is known."""
    return ibis.coalesce(ibis.greatest(one, other), one, other)


def _tiers(t: ir.Table, p: Parameters) -> ir.Table:
    """Whether the day calls for `support`, for `watch`, or for nothing (null)."""
    best = double(t.peak)
    begun = best >= p.begun * t.day  # a jump from nothing may be of one day: it waits for another
    persistent = reduce(
        lambda one, other: one | other,
        (
            (hot_days(t.new_hot, 3) >= 2) & begun & (t.day >= p.leaping * best),
            (hot_days(t.new_hot, 4) >= 3) & begun & (t.day >= p.rising * best),
            (hot_days(t.new_hot, 5) >= 4) & (t.day >= p.sustained * best),
            (hot_days(t.new_hot, 8) >= 6) & ((t.day >= 0.5 * p.sustained * best) | (t.y >= p.lasting_ratio * t.mean)),
        ),
    )
    loud = ibis.least(1.0 + p.echo_share * (t.y / t.mean - 1.0), p.echo)
    echoed = t.loudest.isnull() | (t.new_echo >= loud * double(hot_days(t.new_hot, 8)))
    began_with = ibis.greatest(double(t.followers) - t.new_surplus, 0.0)
    magnitude = t.new_surplus >= ibis.greatest(p.support_gain, p.support_share * began_with)
    effect = t.y >= p.support_ratio * t.platform_surge * t.mean
    told = ibis.coalesce(t.last_hour - t.supported_hour < 24 * p.support_silence, False)
    support = persistent & effect & magnitude & echoed & (t.new_evidence >= p.support_evidence) & ~told
    warned = ibis.coalesce(t.last_hour - t.watched_hour < 24 * p.watch_silence, False)
    watch = (
        (t.score >= t.platform_bar)
        & (t.y >= p.watch_ratio * t.platform_surge * t.mean)
        & (t.y >= t.mean + p.watch_gain)
        & ~told
        & ~warned
    )
    nothing = ibis.null("string")
    return t.mutate(
        told=ibis.ifelse(t.is_hot, told, False),
        tier=ibis.ifelse(t.is_hot, ibis.ifelse(support, "support", ibis.ifelse(watch, "watch", nothing)), nothing),
    )


def rises(judged: ir.Table, parameters: Parameters) -> ir.Table:
    """The next RISES: what `judge` gives of those who still are in a rise, or of whom an alert told lately."""
    p = parameters
    t = judged
    columns = {
        "account_id": t.account_id,
        "hot": t.new_hot,
        **{name: t[f"new_{name}"] for name in _SUMS},
        "supported_hour": ibis.ifelse(t.told | (t.tier == "support").fill_null(False), t.last_hour, t.supported_hour),
        "watched_hour": ibis.ifelse((t.tier == "watch").fill_null(False), t.last_hour, t.watched_hour),
        "now": t.last_hour,
    }
    t = t.select(**columns)
    supported = ibis.coalesce(t.now - t.supported_hour < 24 * p.support_silence, False)
    watched = ibis.coalesce(t.now - t.watched_hour < 24 * p.watch_silence, False)
    return t.filter((t.hot > 0) | supported | watched).select(*RISES)


def learn(accounts: ir.Table, rises: ir.Table, population: ir.Table, parameters: Parameters) -> ir.Table:
    """What the newest day teaches, as ACCOUNTS without a newest day; rises: RISES, where that day is judged."""
    p = parameters
    rise = rises.select(rise_id=rises.account_id, rise_hot=rises.hot)
    t = expect(accounts, population, p)
    t = t.left_join(rise, t.account_id == rise.rise_id)
    calm = ibis.coalesce(t.rise_hot & 1, 0) == 0
    young = t.days < p.first_week
    t = t.mutate(
        young=young,
        day=t.y / (t.tide * t.length),
        weight=ibis.ifelse(
            t.judged & (t.platform_slump == 0.0),
            ibis.ifelse(young, 1.0 / (double(t.days) + 1.0), p.memory * ibis.least(t.length, 3.0)),
            0.0,
        ),
        square=t.usual * t.usual,
        noise_weight=ibis.ifelse(
            t.judged & (t.days >= 2) & calm, ibis.greatest(1.0 / double(ibis.greatest(t.days, 1)), 0.04), 0.0
        ),
        old_rate=double(t.rate),
        old_spread=double(t.spread),
        old_views=double(t.views_rate),
        old_mentions=double(t.mentions_rate),
        today_views=ibis.ifelse(t.judged, double(t.views), ibis.null("float64")) / t.tide,
        today_mentions=ibis.ifelse(t.judged, double(t.mentions), ibis.null("float64")) / t.tide,
    )
    off = t.day - t.usual
    t = t.mutate(
        most=t.usual + p.clip * (t.usual + t.dispersion * t.square).sqrt(),
        noise=ibis.greatest(ibis.least((off * off - t.usual) / (t.square + 1.0), 6.0), -0.5),
    )
    taught = ibis.ifelse(t.young, t.day, ibis.least(t.day, t.most))

    def usual_echo(old: ir.Value, today: ir.Value) -> ir.Value:
        """The usual views or mentions a day, once told `today` of them."""
        clipped = ibis.ifelse(t.young, today, ibis.least(today, 3.0 * old + 10.0))
        return ibis.coalesce(old + t.weight * (clipped - old), old, today)

    columns = {name: t[name] for name in ("account_id", "last_hour", "followers")} | {
        "days": t.days + t.judged.cast("int32"),
        "rate": t.old_rate + t.weight * (taught - t.old_rate),
        "spread": t.old_spread + t.noise_weight * (t.noise - t.old_spread),
        "views_rate": usual_echo(t.old_views, t.today_views),
        "mentions_rate": usual_echo(t.old_mentions, t.today_mentions),
        "hot": t.rise_hot,
        "gain": ibis.null("int64"),
        "gap": ibis.null("int32"),
        "views": ibis.ifelse(t.judged, ibis.null("int64"), t.views),
        "mentions": ibis.ifelse(t.judged, ibis.null("int64"), t.mentions),
    }
    return t.select(**{name: columns[name].cast(kind) for name, kind in ACCOUNTS.items()})
