"""Frequencies are counted exactly, at every place of the order in which testimonies came."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.corroboration.census import Keys, Mentions, Running, spread


@st.composite
def mentions(draw):
    """Who speaks at each place, and the keys that each place has."""
    reporters = draw(st.lists(st.integers(0, 5), min_size=1, max_size=30))
    keys = draw(st.lists(st.sets(st.integers(0, 4), max_size=3), min_size=len(reporters), max_size=len(reporters)))
    return reporters, [sorted(one) for one in keys]


@settings(max_examples=100)
@given(mentions())
def test_reporters_who_mentioned_a_key_before_a_place_are_counted_once(said):
    reporters, keys = said
    rows = Keys(
        np.array([row for row, one in enumerate(keys) for _ in one], np.int64),
        np.array([key for one in keys for key in one], np.int64),
    )
    counted = Mentions(rows, np.array(reporters, np.int64), len(reporters))
    for key in range(5):
        for place in range(len(reporters) + 1):
            expected = {who for who, one in zip(reporters[:place], keys[:place], strict=True) if key in one}
            assert counted.before(np.array([key]), np.array([place])).tolist() == [len(expected)]


@settings(max_examples=60)
@given(st.lists(st.integers(0, 6), max_size=12))
def test_lists_laid_end_to_end_are_told_apart(lengths):
    index, within = spread(np.array(lengths, np.int64))
    expected = [(number, place) for number, length in enumerate(lengths) for place in range(length)]
    assert list(zip(index.tolist(), within.tolist(), strict=True)) == expected


values = st.lists(
    st.tuples(st.just(float("nan")) | st.floats(-5, 5), st.booleans(), st.integers(0, 2)), min_size=1, max_size=25
)


@settings(max_examples=60)
@given(values, st.floats(0.5, 30), st.floats(-1, 1))
def test_what_is_usual_is_the_mean_of_what_others_said_before(heard, lent, usual):
    worth, counted, account = (np.array(column) for column in zip(*heard, strict=True))
    running = Running(worth.astype(np.float64), counted.astype(np.bool_), lent=lent, usual=usual)
    place = len(heard) // 2 + 1
    looked_at = np.flatnonzero((account == 0) & (np.arange(len(heard)) < place))
    others = [value for value, known, of in heard[:place] if of != 0 and known and not np.isnan(value)]
    expected = (sum(others) + lent * usual) / (len(others) + lent)
    found = running.elsewhere(looked_at, np.zeros(len(looked_at), np.int64), np.array([place]))
    assert found == pytest.approx([expected], abs=1e-9)


def test_an_account_is_not_measured_by_itself():
    worth, counted = np.array([1.0, 1.0, 0.0]), np.array([True, True, True])
    running = Running(worth, counted, lent=1.0, usual=0.5)
    alone = [float(running.elsewhere(np.arange(n), np.zeros(n, np.int64), np.array([n]))[0]) for n in (1, 2)]
    assert all(one == two for one, two in pairwise([0.5, *alone]))
