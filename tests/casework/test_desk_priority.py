"""The order of the queue: whatever makes waiting worse never moves a case back, and time alone moves none."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import isclose, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.casework.priority import BEHIND, DOUBLING, LEAD, Ground, Waiting, grounds, harm_rate, queue_order
from rempart.records.vocabulary import MEASURES

NOW = datetime(2026, 6, 17, 12, tzinfo=UTC)
TIMES = st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))
CASES = st.builds(
    Waiting,
    severity=st.integers(0, 4),
    credibility=st.floats(0, 1),
    sources=st.floats(0, 1e4),
    reach=st.none() | st.integers(0, 10**9),
    minors=st.integers(0, 10_000),
    respondent_is_adult=st.booleans(),
    danger=st.booleans(),
    in_force=st.none() | st.sampled_from(MEASURES),
    to_decide=st.booleans(),
    since=TIMES,
    due=st.none() | TIMES,
)
ORDINARY = Waiting(
    severity=2,
    credibility=0.5,
    sources=2.0,
    reach=10_000,
    minors=0,
    respondent_is_adult=True,
    danger=False,
    in_force=None,
    to_decide=True,
    since=NOW,
)


def _not_before(worse: Waiting, case: Waiting) -> bool:
    """Whether `worse` stands no later than `case`; the last bits of a float do not count."""
    return queue_order(worse) >= queue_order(case) - 1e-9


@given(CASES, st.integers(0, 4))
def test_more_severe_is_never_later(case, severity):
    assert _not_before(replace(case, severity=max(severity, case.severity)), case)


@given(CASES, st.floats(0, 1))
def test_more_credible_is_never_later(case, credibility):
    assert _not_before(replace(case, credibility=max(credibility, case.credibility)), case)


@given(CASES, st.floats(0, 1e4))
def test_more_independent_sources_are_never_later(case, sources):
    assert _not_before(replace(case, sources=max(sources, case.sources)), case)


@given(CASES, st.integers(0, 10**9))
def test_a_larger_reach_is_never_later(case, reach):
    assert _not_before(replace(case, reach=max(reach, case.reach or 0)), replace(case, reach=case.reach or 0))


@given(CASES, st.integers(0, 10_000))
def test_more_minors_are_never_later(case, minors):
    assert _not_before(replace(case, minors=max(minors, case.minors)), case)


@given(CASES)
def test_a_young_public_danger_and_something_to_decide_are_never_later(case):
    for worse in ({"respondent_is_adult": False}, {"danger": True}, {"to_decide": True}):
        assert _not_before(replace(case, **worse), case)


@given(CASES, st.sampled_from(MEASURES))
def test_what_is_prevented_already_is_never_earlier(case, measure):
    heavier = MEASURES[max(MEASURES.index(measure), MEASURES.index(case.in_force) if case.in_force else 0)]
    assert _not_before(case, replace(case, in_force=heavier))
    assert _not_before(replace(case, in_force=None), case)


@given(CASES, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_having_waited_longer_is_never_later(case, longer):
    assert _not_before(replace(case, since=case.since - longer), case)


@given(CASES, TIMES)
def test_an_earlier_date_is_never_later(case, due):
    assert _not_before(replace(case, due=min(due, case.due or due)), case)


@given(CASES, CASES, st.timedeltas(timedelta(0), timedelta(days=4000)))
def test_time_alone_brings_no_case_before_another(one, other, passed):
    at = max(one.counts_from, other.counts_from) + passed

    def then(case: Waiting) -> float:
        behind = 0 if case.to_decide else BEHIND
        return log2(harm_rate(case)) + (at - case.counts_from) / DOUBLING - behind

    stored = queue_order(one) - queue_order(other)
    assert isclose(then(one) - then(other), stored, abs_tol=1e-6)


@given(CASES, CASES)
def test_a_case_with_nothing_to_decide_stands_behind_one_that_has_something(case, other):
    assert queue_order(replace(case, to_decide=True)) > queue_order(replace(other, to_decide=False))


def test_urgency_doubles_with_every_doubling_waited():
    waited = replace(ORDINARY, since=NOW - DOUBLING)
    twice = replace(ORDINARY, severity=ORDINARY.severity + 1)
    assert queue_order(waited) == pytest.approx(queue_order(twice))


def test_what_is_due_counts_as_having_waited_since_its_lead():
    due = replace(ORDINARY, due=NOW + LEAD - DOUBLING)
    assert queue_order(due) == pytest.approx(queue_order(ORDINARY) + 1)
    assert queue_order(replace(ORDINARY, due=NOW + 2 * LEAD)) == queue_order(ORDINARY)


def test_an_unknown_reach_is_neither_none_nor_many():
    small, unknown, large = (replace(ORDINARY, reach=reach) for reach in (100, None, 1_000_000))
    assert queue_order(small) < queue_order(unknown) < queue_order(large)


def test_the_ground_that_weighs_most_is_told_first():
    case = replace(ORDINARY, severity=4, danger=False, credibility=0.99, reach=500, sources=0.0)
    assert grounds(case, NOW)[0] == Ground.SEVERITY
    assert grounds(replace(case, since=NOW - timedelta(days=20)), NOW)[0] == Ground.WAITING
    assert grounds(replace(case, to_decide=False), NOW) == [Ground.NOTHING_TO_DECIDE]


@given(CASES)
def test_a_doubtful_case_is_not_called_credible(case):
    told = grounds(case, NOW, most=20)
    assert not {Ground.CREDIBILITY, Ground.DOUBT} <= set(told)
    assert (Ground.CREDIBILITY in told) <= (case.credibility > 0.5)
