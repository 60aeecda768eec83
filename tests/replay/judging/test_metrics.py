"""The numbers against cases worked out by hand, and what must hold whatever the scores."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.replay.judging.metrics import area_under_curve, brier, calibration, recall_at, share_above


def scores(*values):
    return np.array(values, np.float64)


def truth(*values):
    return np.array(values, np.bool_)


@st.composite
def judged(draw):
    """Scores in [0, 1] on a coarse grid, so that some tie, and a truth with both sides."""
    known = [True, False, *draw(st.lists(st.booleans(), max_size=30))]
    said = draw(st.lists(st.integers(0, 8), min_size=len(known), max_size=len(known)))
    return np.array(said) / 8, np.array(known)


def test_the_area_counts_pairs_in_order_and_ties_for_half():
    # Pairs (guilty, innocent): 0.9 beats both; 0.4 beats 0.1 and ties with 0.4.
    assert area_under_curve(scores(0.9, 0.4, 0.4, 0.1), truth(1, 1, 0, 0)) == 3.5 / 4


def test_one_side_alone_has_no_area_and_no_recall():
    assert np.isnan(area_under_curve(scores(0.2, 0.9), truth(1, 1)))
    assert np.isnan(recall_at(scores(0.2, 0.9), truth(0, 0), 0.05))


@given(judged())
def test_the_area_is_the_share_of_pairs_in_the_right_order(given_):
    said, known = given_
    pairs = [(a > b) + (a == b) / 2 for a in said[known] for b in said[~known]]
    assert area_under_curve(said, known) == pytest.approx(np.mean(pairs))


@given(judged())
def test_turning_scores_around_turns_the_area_around(given_):
    said, known = given_
    assert area_under_curve(said, known) + area_under_curve(-said, known) == pytest.approx(1)


@given(judged())
def test_what_keeps_the_order_keeps_the_area_and_the_recall(given_):
    said, known = given_
    assert area_under_curve(np.exp(3 * said), known) == area_under_curve(said, known)
    assert recall_at(np.exp(3 * said), known, 0.1) == recall_at(said, known, 0.1)


def test_recall_stands_above_the_innocent_account_that_is_one_too_many():
    said = scores(0.95, 0.7, 0.3, 0.8, 0.5, 0.2, 0.1)
    known = truth(1, 1, 1, 0, 0, 0, 0)
    assert recall_at(said, known, 0.0) == pytest.approx(1 / 3)  # none may be above: only 0.95 is over 0.8
    assert recall_at(said, known, 0.25) == pytest.approx(2 / 3)  # one of four may: 0.7 is over 0.5
    assert recall_at(said, known, 1.0) == 1.0


def test_a_guilty_account_that_ties_with_the_innocent_one_too_many_is_not_found():
    assert recall_at(scores(0.8, 0.8, 0.1), truth(1, 0, 0), 0.01) == 0.0


def test_five_percent_of_twenty_innocent_accounts_is_one():
    said = np.concatenate([np.arange(20) / 20, [0.93]])
    assert recall_at(said, np.arange(21) == 20, 0.05) == 1.0


@given(judged(), st.floats(0, 1), st.floats(0, 1))
def test_allowing_more_wrong_suspensions_never_finds_fewer(given_, one, other):
    said, known = given_
    low, high = sorted((one, other))
    assert recall_at(said, known, low) <= recall_at(said, known, high)


def test_the_brier_score_of_a_hand_worked_case():
    assert brier(scores(1.0, 0.5, 0.2), truth(1, 0, 0)) == pytest.approx((0 + 0.25 + 0.04) / 3)
    assert np.isnan(brier(scores(), truth()))


def test_what_is_above_is_strictly_above():
    assert share_above(scores(0.95, 0.96, 0.2), truth(1, 1, 0), 0.95) == 0.5


def test_bins_say_what_was_said_and_what_was_true():
    low, high = calibration(scores(0.11, 0.19, 0.95, 1.0), truth(0, 1, 1, 1))
    assert (low.least, low.most, low.accounts, low.said, low.true) == (0.1, 0.2, 2, pytest.approx(0.15), 0.5)
    assert (high.least, high.most, high.accounts, high.true) == (0.9, 1.0, 2, 1.0)


def test_the_interval_of_a_bin_is_wilsons():
    # 1 of 10: Wilson's interval is 0.0179 to 0.4042.
    (only,) = calibration(np.full(10, 0.55), np.arange(10) == 0)
    assert (only.lower, only.upper) == (pytest.approx(0.0179, abs=1e-4), pytest.approx(0.4042, abs=1e-4))


@given(judged(), st.integers(1, 20))
def test_bins_hold_every_account_once_and_what_is_true_lies_in_its_interval(given_, bins):
    said, known = given_
    found = calibration(said, known, bins=bins)
    assert sum(one.accounts for one in found) == len(said)
    assert all(one.least <= one.said <= one.most for one in found)
    assert all(one.lower - 1e-9 <= one.true <= one.upper + 1e-9 for one in found)


def test_what_is_no_probability_is_refused():
    with pytest.raises(ValueError, match="probabilities"):
        calibration(scores(1.2), truth(1))
    with pytest.raises(ValueError, match="bins"):
        calibration(scores(0.2), truth(1), bins=0)


def test_a_share_of_the_innocent_is_a_whole_number_of_them_whatever_the_rounding():
    said = np.concatenate([np.arange(100) / 100, [0.705]])  # 29 of 100 innocent accounts stand above it
    assert recall_at(said, np.arange(101) == 100, 0.29) == 1.0
