"""Nothing heard later changes a column."""

from datetime import timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from corroboration.drawn import waves
from rempart.corroboration import shipped_parameters
from rempart.corroboration.columns import Columns, Lists, columns_of
from rempart.corroboration.identity import AccountsTable
from rempart.corroboration.planning import Plan
from rempart.records import Reporter

LOOKING = shipped_parameters().looking


def of(wave):
    return columns_of(wave, Plan(wave, AccountsTable(), LOOKING).subjects, LOOKING)


def same_groups(left, right):
    """Whether two arrays of numbers tell the same entries apart, whatever the numbers are."""
    return np.array_equal(np.unique(left, return_inverse=True)[1], np.unique(right, return_inverse=True)[1])


@settings(max_examples=80)
@given(waves, st.integers(0, 40))
def test_columns_of_the_first_testimonies_are_the_first_of_the_columns(wave, many):
    wave = sorted(wave, key=lambda one: (one.received_at, one.id))
    many = min(many, len(wave))
    whole, part = of(wave), of(wave[:many])
    for name in Columns._fields:
        early, late = getattr(part, name), getattr(whole, name)
        if isinstance(early, Lists):
            late = Lists(late.start[: many + 1], late.values[: late.start[many]])
            assert np.array_equal(early.start, late.start), name
            # Windows are numbered by date, so that others may come in between; what matters is which are the same.
            same = same_groups if name == "windows" else np.array_equal
            assert same(early.values, late.values), name
        elif name == "acting":  # one entry a community, in the order in which they are met
            assert np.array_equal(early, late[: len(early)]), name
        else:
            assert np.array_equal(early, late[:many], equal_nan=early.dtype.kind == "f"), name


def test_windows_of_unrelated_days_are_not_shared_and_those_of_one_day_are(world):
    said = world.victims(3)
    for one, days in zip(said, (1000, 1000, 1400), strict=True):
        opened = said[0].received_at - timedelta(days=days)
        one.reporter = Reporter(id=one.reporter.id, account_created_at=opened)
    windows = of(said).windows
    first, second, third = (set(windows.values[windows.start[n] : windows.start[n + 1]].tolist()) for n in range(3))
    assert first == second
    assert not first & third
