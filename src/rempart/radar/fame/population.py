"""What the whole platform did on a day, and how long the tail of its accounts' past scores is.

Histograms of integers throughout: no sum of floats, whose order engines do not share. In four steps, `count`, `tide`,
`surprises`, `settle`, each a small table of POPULATION's columns: an engine that would compute a table again wherever
it is used stores each before the next.
"""

from collections.abc import Iterable
from math import log

import ibis
from ibis import ir

from rempart.radar.fame.arithmetic import MILLION, double, logarithm, root, total, whole
from rempart.radar.fame.judging import expect, surprise
from rempart.radar.fame.parameters import Parameters
from rempart.radar.fame.tables import POPULATION

_CELLS = 64.0  # of the square root of a ratio
_SCORE_CELLS = 4.0  # a nat
_LAST_CELL = 1023


def _rows(kind: str, cell: ir.Value, count: ir.Value, table: ir.Table) -> ir.Table:
    return table.select(kind=ibis.literal(kind), cell=cell.cast("int64"), count=count.cast("int64"))


def _one(population: ir.Table, kind: str, cell: int = 0) -> ir.Value:
    """A number of the population, or null: an aggregate, so that an empty table gives a row too."""
    here = (population.kind == kind) & (population.cell == cell)
    return ibis.ifelse(here, population["count"], None).max()


def _histogram(kind: str, values: ir.Table, cells: ir.Value) -> ir.Table:
    counts = values.group_by(cell=ibis.least(cells.floor().cast("int64"), _LAST_CELL)).agg(many=values.count())
    return _rows(kind, counts.cell, counts.many, counts)


def _quantile(counted: ir.Table, kind: str, numerator: int, denominator: int, name: str) -> ir.Table:
    """One row: `name`, a quantile of a histogram, interpolated within its cell, and `name`_of, of how many."""
    counts = counted.filter(counted.kind == kind).select("cell", many=counted["count"])
    order = ibis.window(order_by=counts.cell, rows=(None, 0))
    counts = counts.mutate(below=whole(double(counts.many.sum().over(order))))
    counts = counts.cross_join(counts.aggregate(all_of=total(counts.many)))
    wanted = double(counts.all_of) * float(numerator) / float(denominator)
    before = double(counts.below - counts.many)
    here = (double(counts.below) >= wanted) & (before < wanted)
    inside = double(counts.cell) + (wanted - before) / double(counts.many)
    return counts.aggregate(
        **{name: ibis.ifelse(here, inside, None).min(), f"{name}_of": ibis.coalesce(counts.all_of.max(), 0)}
    )


def _all(tables: Iterable[ir.Table]) -> ir.Table:
    first, *rest = tables
    whole_table = ibis.union(first, *rest, distinct=False)
    return whole_table.select(**{name: whole_table[name].cast(kind) for name, kind in POPULATION.items()})


def count(accounts: ir.Table, parameters: Parameters) -> ir.Table:
    """Histograms of today over accounts that gain at least three a day: gain over the usual one, and overdispersion.

    And the row `every`: how many days were judged of accounts that were in no rise.
    """
    judged = accounts.filter(accounts.gain.notnull() & (accounts.days >= parameters.history))
    settled = judged.filter((judged.gap <= 28) & (judged.rate >= 3.0))
    ratio = double(ibis.greatest(settled.gain, 0)) / double(settled.rate)
    spread = ibis.greatest(double(settled.spread), 0.0)
    calm = judged.filter(ibis.coalesce(judged.hot, 0) == 0)
    every = calm.aggregate(many=calm.count())
    return _all(
        (
            _rows("every", ibis.literal(0), every.many, every),
            _histogram("ratio", settled, ratio.sqrt() * _CELLS),
            _histogram("spread", settled, spread.sqrt() * _CELLS),
        )
    )


def tide(counted: ir.Table, population: ir.Table, *, slot: ir.Value, parameters: Parameters) -> ir.Table:
    """The platform's numbers of today, the other weekdays' and the last scale, from what `count` gives.

    The factor is the median, over accounts that gain at least three a day, of today's gain over the usual one, divided
    by what that median usually is; with few accounts it leans on the weekday's past.
    """
    p = parameters
    before = population.aggregate(
        past_slot=ibis.coalesce(_one(population, "slot", slot), MILLION),
        past_typical=_one(population, "typical"),
        past_dispersion=ibis.coalesce(_one(population, "dispersion"), MILLION // 4),
    )
    one = before.cross_join(_quantile(counted, "ratio", 1, 2, "middle")).cross_join(
        _quantile(counted, "spread", 3, 5, "noise")
    )
    of = double(ibis.coalesce(one.middle_of, 0))
    one = one.mutate(of=of, weekday=double(one.past_slot) / float(MILLION))
    median = ibis.coalesce(one.middle * one.middle / (_CELLS * _CELLS), one.weekday)
    one = one.mutate(median=ibis.greatest(median, 0.02))
    usual = ibis.coalesce(double(one.past_typical) / float(MILLION), one.median / one.weekday)
    one = one.mutate(usual=ibis.greatest(usual, 0.02))
    one = one.mutate(
        factor=ibis.greatest(
            (p.platform_weight * one.weekday + one.of * (one.median / one.usual)) / (p.platform_weight + one.of), 0.1
        ),
        confidence=one.of / (p.platform_weight + one.of),
    )
    seen = ibis.greatest(ibis.least(one.factor, one.weekday * 1.5), one.weekday / 1.5)
    one = one.mutate(
        new_slot=one.weekday + p.weekday_memory * (seen - one.weekday),
        new_typical=one.usual
        + p.typical_memory
        * one.confidence
        * (ibis.greatest(ibis.least(one.median / one.weekday, one.usual * 1.5), one.usual / 1.5) - one.usual),
    )
    width = one.noise / _CELLS
    seen_noise = double(one.past_dispersion) / float(MILLION)
    noise = ibis.coalesce(width * width, seen_noise)
    one = one.mutate(new_noise=seen_noise + one.confidence * 0.2 * (noise - seen_noise))
    million = float(MILLION)
    zero = ibis.literal(0)
    others = population.filter(population.kind.isin(["slot", "scale"]))
    others = others.filter(~((others.kind == "slot") & (others.cell == slot)))
    known = one.filter((one.of > 0.0) | one.past_typical.notnull())
    typical = _rows("typical", zero, whole(known.new_typical * million), known)
    return _all(
        (
            _rows("factor", zero, whole(ibis.greatest(one.factor, 0.8 * one.weekday) * million), one),
            _rows("surge", zero, whole(ibis.greatest(one.factor / one.weekday, 1.0) * million), one),
            _rows("slump", zero, (one.factor < 0.6 * one.weekday).cast("int64"), one),
            _rows("slot", slot, whole(one.new_slot * million), one),
            _rows("dispersion", zero, whole(one.new_noise * million), one),
            typical,
            others,
        )
    )


def surprises(unusual: ir.Table, known: ir.Table, parameters: Parameters) -> ir.Table:
    """The histogram of today's scores of accounts that were in no rise, from those that are `unusual`."""
    calm = expect(unusual.filter(ibis.coalesce(unusual.hot, 0) == 0), known, parameters)
    odd = surprise(calm.filter(calm.odd), parameters)
    return _histogram("odd", odd, odd.raw * _SCORE_CELLS)


def settle(
    today: ir.Table, counted: ir.Table, known: ir.Table, population: ir.Table, parameters: Parameters
) -> ir.Table:
    """The next POPULATION: what `tide` gives, the histogram of scores with today's (`surprises`), the scale, the bar.

    The scale says by how much real tails are longer than a negative binomial's: at the share `calibrated_at` of all
    past scores, a score e^(−d) should be found. Accounts that really rise are rarer than that share.
    """
    p = parameters
    odd = today.filter(today.kind == "odd").select("cell", now=today["count"])
    every = counted.filter(counted.kind == "every").select(every=counted["count"])
    # All the other days are no surprise at all.
    rest = every.cross_join(odd.aggregate(odd=ibis.coalesce(total(odd.now), 0)))
    rest = rest.select(cell=ibis.literal(0), now=rest.every - rest.odd)
    # A tick at which no day ended, as most are where counters come by the hour, leaves the past as it was.
    ended = every.aggregate(ended=ibis.coalesce(every.every.max(), 0))
    old = population.filter(population.kind == "score").cross_join(ended)
    share = ibis.ifelse(old.ended > 0, p.scores_kept, 1.0)
    kept = (double(old["count"]) * share).floor().cast("int64")
    old = old.select("cell", kept=kept)
    both = _all(
        (
            _rows("now", odd.cell, odd.now, odd),
            _rows("now", rest.cell, rest.now, rest),
            _rows("kept", old.cell, old.kept, old),
        )
    )
    is_now = both.kind == "now"
    scores = both.group_by("cell").agg(many=total(both["count"]), now=total(ibis.ifelse(is_now, both["count"], 0)))
    scores = scores.filter(scores.many > 0)
    downward = ibis.window(order_by=scores.cell.desc(), rows=(None, 0))
    tail = scores.mutate(
        beyond=whole(double(scores.many.sum().over(downward))),
        now_beyond=whole(double(scores.now.sum().over(downward))),
    )
    tail = tail.cross_join(scores.aggregate(everything=total(scores.many), today=total(scores.now)))
    enough = double(tail.beyond) <= p.calibrated_at * double(tail.everything)
    reached = tail.aggregate(
        reached=ibis.ifelse(enough, tail.cell, None).min(), everything=ibis.coalesce(tail.everything.max(), 0)
    )
    expected = -log(p.calibrated_at)
    measured = double(ibis.coalesce(reached.reached, 0)) / _SCORE_CELLS / expected
    trust = double(reached.everything) * p.calibrated_at
    scale = 1.0 + (ibis.greatest(ibis.least(measured, p.largest_scale), 1.0) - 1.0) * (trust / (trust + 5.0))
    reached = reached.select(scale=whole(scale * float(MILLION)))
    # Benjamini–Hochberg: the lowest score s with N·e^(−s) ≤ q·R, where R of today's N accounts reach it
    ranked = tail.cross_join(reached)
    score = double(ranked.cell) / _SCORE_CELLS / (double(ranked.scale) / float(MILLION))
    reach = double(ibis.greatest(ranked.now_beyond, 1))
    passes = (ranked.now_beyond > 0) & (score >= logarithm(root(double(ranked.today) / (p.false_discoveries * reach))))
    bar = ranked.aggregate(bar=ibis.coalesce(ibis.ifelse(passes, whole(score * float(MILLION)), None).min(), 10**9))
    histogram = _rows("score", scores.cell, scores.many, scores)
    zero = ibis.literal(0)
    known = known.filter(known.kind != "scale")
    return _all((known, histogram, _rows("scale", zero, reached.scale, reached), _rows("bar", zero, bar.bar, bar)))
