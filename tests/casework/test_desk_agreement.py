"""Agreement of two people: kappa as in the literature, whatever the categories are called and whoever comes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.casework.agreement import agreement, agreement_on

PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=60)


def pairs_of(table):
    """The pairs of a table of counts: rows are the first judgement, columns the second."""
    return [(i, j) for i, row in enumerate(table) for j, count in enumerate(row) for _ in range(count)]


def test_the_worked_example_of_fleiss_levin_and_paik():
    """Two raters, a hundred patients: kappa 0.68, its interval about 0.51 to 0.85 (Statistical Methods for Rates and
    Proportions, 3rd ed., 2003, chapter 18, who round the error to 0.087 before they multiply it)."""
    found = agreement(pairs_of([[75, 1, 4], [5, 4, 1], [0, 0, 10]]))
    assert (found.n, found.alike) == (100, pytest.approx(0.89))
    assert found.kappa == pytest.approx(0.6765, abs=5e-5)
    assert (round(found.low, 2), round(found.high, 2)) == (0.50, 0.85)


def test_the_example_of_a_statistics_package():
    """The table whose simple kappa SAS prints: 0.4842, standard error 0.1380, limits 0.2137 and 0.7547."""
    found = agreement(pairs_of([[0, 4, 1], [0, 8, 0], [0, 1, 5]]))
    assert [round(number, 4) for number in (found.kappa, found.error, found.low, found.high)] == [
        *(0.4842, 0.1380, 0.2137, 0.7547)
    ]


def test_nothing_is_said_of_no_pair_or_of_one_category_alone():
    assert agreement([]).kappa is None
    assert agreement([("a", "a")] * 5).kappa is None
    assert agreement([("a", "a")] * 5).alike == 1.0


@given(PAIRS)
def test_kappa_stays_in_its_interval_and_its_interval_in_bounds(pairs):
    found = agreement(pairs)
    if found.kappa is not None:
        assert -1.0 <= found.low <= found.kappa <= found.high <= 1.0


@given(PAIRS)
def test_it_does_not_matter_who_judged_first_or_what_things_are_called(pairs):
    renamed = [(second * 2, first * 2) for first, second in pairs]
    assert agreement(renamed).kappa == pytest.approx(agreement(pairs).kappa)


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=40).filter(lambda judged: len(set(judged)) > 1))
def test_people_who_always_agree_have_a_kappa_of_one(judged):
    assert agreement(zip(judged, judged, strict=True)).kappa == pytest.approx(1.0)


def test_one_category_against_the_others_is_a_table_of_two():
    pairs = pairs_of([[20, 3, 2], [10, 9, 1], [0, 1, 4]])
    whole = agreement(pairs_of([[20, 5], [10, 15]]))
    assert agreement_on(0, pairs).kappa == pytest.approx(whole.kappa)
