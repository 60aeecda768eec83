"""What the public page withholds: an attacker who reads everything that was published works out no small count."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from privacy.test_suppression import attack, least_and_most
from rempart.accountability.public.counts import (
    ROUNDED_TO,
    at_least,
    month_from,
    protected,
    rounded_down,
    year_of,
)
from rempart.privacy.suppression import is_small

counts = st.one_of(st.integers(0, 6), st.integers(0, 40))


@st.composite
def months(draw):
    """A month with one number divided in two ways, one divided in one, and one alone."""
    first = draw(st.lists(counts, min_size=3, max_size=4))
    cuts = sorted(draw(st.lists(st.integers(0, sum(first)), min_size=1, max_size=2)))
    second = [after - before for before, after in zip([0, *cuts], [*cuts, sum(first)], strict=True)]
    ways = tuple({f"{letter}{place}": number for place, number in enumerate(way)} for letter, way in
                 (("a", first), ("b", second)))  # fmt: skip
    other = dict(zip(("upheld", "rejected"), draw(st.tuples(counts, counts)), strict=True))
    return month_from({"received": ways, "answered": (other,)}, alone={"statements": draw(counts)})


def equations_of(month, prefix=""):
    return [([prefix + group.whole], [prefix + name for name in way]) for group in month.groups for way in group.ways]


def learns(month, shown, told):
    """What an attacker learns who also knows, from the month in progress, how much some numbers are at least."""
    lower = {}
    for group in month.groups:
        least = 0 if shown[group.whole] is None else 1
        lower |= {name: least for way in group.ways for name in way} | {group.whole: max(1, told.get(group.whole, 0))}
    found = []
    for name, number in month.counts.items():
        if is_small(number):
            least, most = least_and_most(equations_of(month), shown, lower, name)
            if least > 1 or most < 4:
                found.append((name, least, most))
    return found


@given(months())
@settings(max_examples=60)
def test_nobody_works_out_a_small_count_of_a_month(month):
    shown = protected(month)
    assert attack(equations_of(month), month.counts, shown) == []


@given(months())
@settings(max_examples=60)
def test_nor_with_what_was_said_while_the_month_was_in_progress(month):
    told = rounded_down(month)
    shown = protected(month, so_far=told)
    assert learns(month, shown, told) == []


@given(st.lists(months(), min_size=2, max_size=2))
@settings(max_examples=25)
def test_nor_with_the_sums_of_the_year(found):
    names = [[group.names for group in month.groups] for month in found]
    if any(one != names[0] for one in names):
        return  # the same numbers in every month
    pairs = [(month, protected(month)) for month in found]
    year = year_of(pairs)
    exact, values, equations = {}, {}, []
    for place, (month, shown) in enumerate(pairs):
        exact |= {f"{place}:{name}": number for name, number in month.counts.items()}
        values |= {f"{place}:{name}": number for name, number in shown.items()}
        equations += equations_of(month, f"{place}:")
    for whole, number in year.items():
        values[f"year:{whole}"] = number
        equations.append(([f"year:{whole}"], [f"{place}:{whole}" for place in range(len(pairs))]))
        exact[f"year:{whole}"] = sum(month.counts[whole] for month in found)
    assert attack(equations, exact, values) == []


@given(months(), st.data())
@settings(max_examples=60)
def test_a_correction_shows_no_change_of_one_to_four(month, data):
    name = data.draw(st.sampled_from(sorted(name for name in month.counts if "." in name)))
    whole = name.partition(".")[0]
    way = next(way for group in month.groups if group.whole == whole for way in group.ways if name in way)
    change = data.draw(st.integers(1, 4))
    parts = {
        group.whole: tuple({one.partition(".")[2]: month.counts[one] for one in each} for each in group.ways)
        for group in month.groups
        if group.ways
    }
    for each in parts[whole]:
        # What is added to one part is added to some part of each way.
        part = name.partition(".")[2] if name in way and name.partition(".")[2] in each else next(iter(each))
        each[part] += change
    corrected = month_from(parts, alone={"statements": month.counts["statements"]})
    before, after = protected(month), protected(corrected, before=month.counts)
    assert [
        one
        for one in after
        if after[one] is not None and before[one] is not None and is_small(abs(after[one] - before[one]))
    ] == []


def test_what_is_large_or_nothing_is_shown():
    month = month_from({"answered": ({"upheld": 12, "rejected": 0},)}, alone={"statements": 7})
    assert protected(month) == {"answered": 12, "answered.upheld": 12, "answered.rejected": 0, "statements": 7}


def test_a_small_count_takes_its_complement_or_its_sum_with_it():
    shown = protected(month_from({"answered": ({"upheld": 3, "rejected": 30},)}, alone={}))
    assert shown["answered.upheld"] is None
    assert (shown["answered"] is None) != (shown["answered.rejected"] is None)


def test_a_month_in_progress_is_told_in_tens_and_without_parts():
    month = month_from({"received": ({"form": 18, "public_post": 9},)}, alone={"statements": 9})
    assert rounded_down(month) == {"received": 27 // ROUNDED_TO * ROUNDED_TO, "statements": 0}


def test_ways_that_do_not_add_up_to_the_same_are_refused():
    with pytest.raises(ValueError, match="received"):
        month_from({"received": ({"form": 2}, {"minor": 1})}, alone={})


def test_sums_over_months_say_that_something_is_withheld():
    assert at_least([{"received": 20}, {"received": None}, {"received": 7}], "received") == (27, True)
    assert at_least([{"received": 20}, {"received": 7}], "received") == (27, False)


def test_the_year_is_summed_when_that_gives_nothing_away():
    quiet = month_from({"answered": ({"upheld": 2, "rejected": 1},)}, alone={"statements": 20})
    year = year_of([(month, protected(month)) for month in [quiet] * 12])
    assert year == {"answered": 36, "statements": 240}


def test_the_year_is_not_summed_when_it_gives_a_month_away():
    loud = month_from({"answered": ({"upheld": 20, "rejected": 40},)}, alone={"statements": 20})
    quiet = month_from({"answered": ({"upheld": 20, "rejected": 40},)}, alone={"statements": 3})
    year = year_of([(month, protected(month)) for month in [loud] * 11 + [quiet]])
    assert year["statements"] is None
    assert year["answered"] == 720
