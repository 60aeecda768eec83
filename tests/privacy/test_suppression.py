"""An attacker who solves the linear system: what is published must leave every small count anything from 1 to 4.

The attacker is written apart from what protects: an exact simplex over fractions, which is told every number that is
shown, every sum, and the least that each withheld number can be.
"""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.privacy.suppression import (
    Published,
    Sum,
    differences,
    is_small,
    protect,
    shown,
)

SMALL = range(1, 5)
CEILING = 10**4
counts = st.one_of(st.integers(0, 6), st.integers(0, 60))


def least_and_most(equations, values, lower, name):
    """The least and the most that `name` can be.

    equations: (whole, parts). values: name → what is shown, or None. lower: the least that a withheld number can be.
    """
    unknown = [one for one, value in values.items() if value is None]
    place = {one: number for number, one in enumerate(unknown)}
    rows = []
    for left, right in equations:
        row, constant = [Fraction(0)] * len(unknown), Fraction(0)
        for names, sign in ((left, 1), (right, -1)):
            for one in names:
                if values[one] is None:
                    row[place[one]] += sign
                    constant -= sign * lower[one]
                else:
                    constant -= sign * values[one]
        rows.append((row, constant))
    # No number is larger than the ceiling: what is unbounded shows as that.
    extremes = []
    for direction in (1, -1):
        goal = [Fraction(0)] * len(unknown)
        goal[place[name]] = Fraction(direction)
        extremes.append(direction * minimum(rows, goal) + lower[name])
    return tuple(extremes)


def minimum(rows, goal):
    """The minimum of goal·x where row·x = constant, 0 ≤ x ≤ CEILING; simplex in two phases, Bland's rule."""
    width = len(goal)
    system = [row + [Fraction(0)] * width + [constant] for row, constant in rows]
    for number in range(width):
        slack = [Fraction(0)] * (2 * width + 1)
        slack[number] = slack[width + number] = Fraction(1)
        slack[-1] = Fraction(CEILING)
        system.append(slack)
    total = 2 * width
    system = [[-value for value in row] if row[-1] < 0 else row for row in system]
    size = len(system)
    table = [row[:-1] + [Fraction(i == j) for j in range(size)] + [row[-1]] for i, row in enumerate(system)]
    basis = [total + number for number in range(size)]

    def solve(costs):
        reduced = [*list(costs), Fraction(0)]
        for row, one in zip(table, basis, strict=True):
            if costs[one]:
                factor = costs[one]
                reduced = [value - factor * entry for value, entry in zip(reduced, row, strict=True)]
        while (enter := next((j for j, value in enumerate(reduced[:-1]) if value < 0), None)) is not None:
            ratios = [(row[-1] / row[enter], basis[i], i) for i, row in enumerate(table) if row[enter] > 0]
            _ratio, _name, leave = min(ratios)
            pivot = table[leave][enter]
            table[leave] = [value / pivot for value in table[leave]]
            for i, row in enumerate(table):
                if i != leave and row[enter]:
                    factor = row[enter]
                    table[i] = [value - factor * other for value, other in zip(row, table[leave], strict=True)]
            factor = reduced[enter]
            reduced = [value - factor * other for value, other in zip(reduced, table[leave], strict=True)]
            basis[leave] = enter
        return -reduced[-1]

    assert solve([Fraction(0)] * total + [Fraction(1)] * size) == 0, "what is published contradicts itself"
    huge = Fraction(10**12)
    return solve(goal + [Fraction(0)] * width + [huge] * size)


def attack(equations, true, published, *, known_zero=()):
    """Every small count that the attacker knows better than "from 1 to 4"; `published` lacks what nobody says."""
    values = {name: published.get(name) if name not in known_zero else 0 for name in true}
    # A withheld number is not zero, but where it is part of a whole that is withheld, or nobody says it.
    lower = {name: 0 if name not in published else 1 for name in true}
    for left, right in equations:
        for whole, parts in ((left, right), (right, left)):
            if all(values[name] is None for name in whole):
                lower |= dict.fromkeys(parts, 0)
    found = []
    for name, count in true.items():
        if is_small(count):
            least, most = least_and_most(equations, values, lower, name)
            if least > 1 or most < 4:
                found.append((name, least, most))
    return found


def as_equations(sums):
    equations = []
    for one in sums:
        left = (one.whole,)
        for way in one.ways:
            equations.append((left, way))
            left = way
    return equations


def of_table(cells):
    """The numbers of a table with the sums of its rows, of its columns and of all, and what holds among them."""
    height, width = len(cells), len(cells[0])
    counts = {f"{i},{j}": value for i, row in enumerate(cells) for j, value in enumerate(row)}
    counts |= {f"row {i}": sum(row) for i, row in enumerate(cells)}
    counts |= {f"column {j}": sum(column) for j, column in enumerate(zip(*cells, strict=True))}
    counts["total"] = sum(map(sum, cells))
    rows = [Sum(f"row {i}", (tuple(f"{i},{j}" for j in range(width)),)) for i in range(height)]
    columns = [Sum(f"column {j}", (tuple(f"{i},{j}" for i in range(height)),)) for j in range(width)]
    ways = tuple(f"row {i}" for i in range(height)), tuple(f"column {j}" for j in range(width))
    return counts, [*rows, *columns, Sum("total", (ways[0],)), Sum("total", (ways[1],))]


tables = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.lists(counts, min_size=width, max_size=width), min_size=1, max_size=3)
)


@settings(max_examples=30)
@given(tables)
def test_an_attacker_learns_of_no_small_count_in_a_table(cells):
    counts, sums = of_table(cells)
    assert attack(as_equations(sums), counts, protect(counts, sums)) == []


@given(tables)
def test_what_is_shown_of_a_table_is_true(cells):
    counts, sums = of_table(cells)
    said = protect(counts, sums)
    assert {name: value for name, value in said.items() if value is not None}.items() <= counts.items()


@given(tables)
def test_a_table_without_small_counts_is_shown_whole(cells):
    counts, sums = of_table([[value + 5 if value else 0 for value in row] for row in cells])
    assert protect(counts, sums) == counts


@st.composite
def divided(draw):
    """A whole divided in two ways, one part of the second divided again, and a set within the whole."""
    first = draw(st.lists(counts, min_size=2, max_size=4))
    whole = sum(first)
    cut = sorted(draw(st.lists(st.integers(0, whole), min_size=2, max_size=2)))
    second = [cut[0], cut[1] - cut[0], whole - cut[1]]
    inner = draw(st.integers(0, second[0]))
    within = draw(st.integers(0, whole))
    true = {"whole": whole, "within": within, "whole - within": whole - within}
    true |= {f"a{place}": value for place, value in enumerate(first)}
    true |= {f"b{place}": value for place, value in enumerate(second)}
    true |= {"c0": inner, "c1": second[0] - inner}
    sums = [
        Sum("whole", (tuple(f"a{place}" for place in range(len(first))), ("b0", "b1", "b2"))),
        Sum("b0", (("c0", "c1"),)),
        Sum("whole", (("within", "whole - within"),)),
    ]
    return true, sums


@settings(max_examples=30)
@given(divided())
def test_an_attacker_learns_of_no_small_count_in_what_is_divided(given_):
    true, sums = given_
    said = protect(true, sums, unsaid=["whole - within"], precious=["whole"])
    zeros = [name for name in ("whole - within",) if true[name] == 0]
    assert attack(as_equations(sums), true, said, known_zero=zeros) == []


def test_every_small_count_is_withheld():
    said = protect({"all": 40, "a": 30, "b": 7, "c": 3}, [Sum("all", (("a", "b", "c"),))])
    assert said["c"] is None


def test_what_would_give_a_small_count_by_difference_is_withheld():
    said = protect({"all": 40, "a": 30, "b": 7, "c": 3}, [Sum("all", (("a", "b", "c"),))])
    assert said == {"all": 40, "a": 30, "b": None, "c": None}


def test_a_difference_that_nobody_publishes_is_protected_as_well():
    said = protect({"restrained": 9, "now": 8, "over": 1}, [Sum("restrained", (("now", "over"),))], unsaid=["over"])
    assert said["restrained"] is None or said["now"] is None


def test_what_is_asked_first_stays_shown():
    sums = [Sum("restrained", (("now", "over"),))]
    said = protect({"restrained": 9, "now": 8, "over": 1}, sums, unsaid=["over"], precious=["restrained"])
    assert said == {"restrained": 9, "now": None}


def test_nothing_is_said_of_what_a_small_whole_is_made_of():
    said = protect({"all": 3, "a": 1, "b": 2, "c": 0}, [Sum("all", (("a", "b", "c"),))])
    assert set(said.values()) == {None}


def test_zeros_are_shown():
    said = protect({"all": 10, "a": 10, "b": 0}, [Sum("all", (("a", "b"),))])
    assert said == {"all": 10, "a": 10, "b": 0}


@pytest.mark.parametrize("count", range(8))
def test_a_count_alone_is_withheld_when_it_is_small(count):
    assert (shown(count) is None) == (count in SMALL)


def test_parts_that_do_not_add_up_are_refused():
    with pytest.raises(ValueError, match="do not add up"):
        protect({"all": 10, "a": 1}, [Sum("all", (("a",),))])


def test_a_negative_count_is_refused():
    with pytest.raises(ValueError, match="not negative"):
        protect({"a": -1}, [])


MONTHS = [[40, 25], [3, 31], [22, 18]]


def test_a_neighbouring_month_that_would_give_one_by_difference_is_withheld_too():
    said = protect(*of_table(MONTHS))
    assert said["1,0"] is None
    assert None in (said["0,0"], said["2,0"], said["column 0"])


def test_a_neighbouring_month_stays_as_it_is_where_the_sum_can_be_withheld_instead():
    counts, sums = of_table(MONTHS)
    said = protect(counts, sums, precious=["0,0", "0,1", "2,0", "2,1", "row 0", "row 2"])
    assert (said["0,0"], said["2,0"], said["column 0"]) == (40, 22, None)


def test_what_is_to_be_withheld_is_withheld():
    assert protect({"a": 30}, [], hidden=["a"]) == {"a": None}


def test_what_is_guarded_does_not_follow_from_its_parts():
    said = protect({"all": 40, "a": 30, "b": 10}, [Sum("all", (("a", "b"),))], guarded=["all"])
    assert said["all"] is None
    assert None in (said["a"], said["b"])


def test_a_window_that_grew_by_a_few_tells_them_by_difference():
    earlier = [Published("received.total", 0, 10, 40), Published("cases", 0, 10, 12)]
    assert differences(0, 11, {"received.total": 43, "cases": 30}, earlier) == {"received.total"}


@pytest.mark.parametrize("window", [(2, 8), (0, 10), (5, 10)])
def test_a_window_inside_another_is_compared_with_it(window):
    assert differences(*window, {"cases": 38}, [Published("cases", 0, 10, 40)]) == {"cases"}


def test_windows_beside_each_other_tell_nothing():
    assert differences(10, 20, {"cases": 38}, [Published("cases", 0, 10, 40)]) == set()
