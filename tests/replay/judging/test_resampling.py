import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.replay.judging.metrics import area_under_curve
from rempart.replay.judging.resampling import areas_of_draws, interval, resampled_areas

GUILTY = np.arange(60) % 2 == 0
STRONG = np.where(GUILTY, 0.8, 0.2) + np.linspace(0, 0.9, 60)
WEAK = np.linspace(0, 1, 60)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans(), st.integers(0, 3)), min_size=1, max_size=25))
def test_an_account_drawn_twice_counts_as_two_accounts(accounts):
    said, known, counts = map(np.array, zip(*accounts, strict=True))
    (drawn,) = areas_of_draws(said.astype(float), known, counts[None, :])
    assert drawn == pytest.approx(area_under_curve(np.repeat(said, counts), np.repeat(known, counts)), nan_ok=True)


def test_the_same_seed_gives_the_same_draws():
    first, second = (resampled_areas({"a": WEAK}, GUILTY, seed=4, times=50)["a"] for _ in range(2))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, resampled_areas({"a": WEAK}, GUILTY, seed=5, times=50)["a"])


def test_methods_that_rank_alike_never_differ_on_the_same_draws():
    areas = resampled_areas({"one": STRONG, "other": STRONG * 2 + 1}, GUILTY, seed=1, times=100)
    assert interval(areas["one"] - areas["other"]) == (0.0, 0.0)


def test_the_interval_holds_the_area_and_tells_a_strong_method_from_a_weak_one():
    areas = resampled_areas({"strong": STRONG, "weak": WEAK}, GUILTY, seed=1)
    lower, upper = interval(areas["strong"])
    assert lower <= area_under_curve(STRONG, GUILTY) <= upper
    assert interval(areas["strong"] - areas["weak"])[0] > 0


def test_nobody_to_draw_gives_no_interval():
    nobody = resampled_areas({"a": np.zeros(0)}, np.zeros(0, bool), seed=1, times=10)["a"]
    assert interval(nobody) is None


def test_large_waves_are_drawn_in_parts_that_join(monkeypatch):
    monkeypatch.setattr("rempart.replay.judging.resampling._AT_ONCE", 7 * 60)
    assert resampled_areas({"a": WEAK}, GUILTY, seed=1, times=50)["a"].shape == (50,)
