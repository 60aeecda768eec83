"""Functions of Ibis columns from + − × ÷ √ alone, which IEEE 754 rounds alike in every engine."""

from ibis import ir

MILLION = 1_000_000


def double(value: ir.Value) -> ir.FloatingColumn:
    """The column as a 64-bit float."""
    return value.cast("float64")


def root(x: ir.Value) -> ir.FloatingColumn:
    """t = (s − 1)/(s + 1) with s = x^(1/16) by four square roots, of which `logarithm` makes ln x."""
    s = x.sqrt().sqrt().sqrt().sqrt()
    return 1.0 - 2.0 / (s + 1.0)


def logarithm(t: ir.Value) -> ir.FloatingColumn:
    """ln x from `root(x)`, to 10⁻³ of its value for 10⁻⁶ ≤ x ≤ 10⁶: 16 · 2 (t + t³/3 + t⁵/5 + t⁷/7)."""
    return 32.0 * t * (1.0 + t * t * (1.0 / 3.0 + t * t * (0.2 + t * t / 7.0)))


def whole(x: ir.Value) -> ir.IntegerColumn:
    """The nearest integer, halves upwards: the same in every engine, where `round` is not."""
    return (x + 0.5).floor().cast("int64")


def total(counts: ir.IntegerValue) -> ir.IntegerValue:
    """A sum as a 64-bit integer: DuckDB adds in 128 bits, and Ibis takes a cast to the type it believes in for idle."""
    return whole(double(counts.sum()))


def hot_days(mask: ir.Value, length: int) -> ir.IntegerColumn:
    """How many of the last `length` judged days stood out."""
    total = (mask & 1).cast("int32")
    for place in range(1, length):
        total = total + ((mask & (1 << place)) > 0).cast("int32")
    return total
