"""Functions of Ibis columns from + − × ÷ √ alone, which IEEE 754 rounds alike in every engine."""

from ibis import ir

MILLION = 1_000_000


def double(value: ir.Value) -> ir.FloatingColumn:
    """The column as a 64-bit float."""
    return value.cast("float64")


def logarithm(x: ir.Value) -> ir.FloatingColumn:
    """Natural logarithm of x > 0, to 2·10⁻⁵ of its value for 10⁻⁶ ≤ x ≤ 10⁶.

    ln x = 16 ln x^(1/16), by four square roots, then the series 2 (t + t³/3 + t⁵/5 + t⁷/7) with t = (s − 1)/(s + 1).
    """
    s = x.sqrt().sqrt().sqrt().sqrt()
    t = (s - 1.0) / (s + 1.0)
    u = t * t
    return 32.0 * t * (1.0 + u * (1.0 / 3.0 + u * (0.2 + u / 7.0)))


def whole(x: ir.Value) -> ir.IntegerColumn:
    """The nearest integer, halves upwards: the same in every engine, where `round` is not."""
    return (x + 0.5).floor().cast("int64")


def total(counts: ir.IntegerValue) -> ir.IntegerValue:
    """A sum as a 64-bit integer: DuckDB adds in 128 bits, and Ibis takes a cast to the type it believes in for idle."""
    return whole(double(counts.sum()))


def surprise(y: ir.Value, mean: ir.Value, dispersion: ir.Value) -> ir.FloatingColumn:
    """How improbable a count of y or more is under a negative binomial, in nats (0 for y ≤ mean).

    y ≥ 0, mean > 0, dispersion φ > 0: variance = mean + φ·mean². The exponent of Chernoff's bound, P(Y ≥ y) ≤ e^(−d):
    d = y ln[y (mean + k) / (mean (y + k))] − k ln[(y + k) / (mean + k)], k = 1/φ, half the negative-binomial deviance
    (Hilbe, Negative Binomial Regression, 2nd ed. 2011, § 8.2), written so that large counts do not cancel.
    """
    k = 1.0 / dispersion
    excess = k * (y - mean) / (mean * (y + k))
    return y * logarithm(1.0 + excess) - k * logarithm((y + k) / (mean + k))


def hot_days(mask: ir.Value, length: int) -> ir.IntegerColumn:
    """How many of the last `length` judged days stood out."""
    total = (mask & 1).cast("int32")
    for place in range(1, length):
        total = total + ((mask & (1 << place)) > 0).cast("int32")
    return total
