"""Waves as they grow: the series of the chart, and the alerts that the lookout raises."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.models import HourlyCount, Post, Wave, WavePost
from rempart.ledger.models import LedgerRow
from rempart.lookout.models import WaveAlert
from rempart.lookout.selectors import LONGEST_SERIES, Hour, hourly_series
from rempart.lookout.services import acknowledge_alert, look_at_wave, poisson_tail, surges

BEGIN = datetime(2026, 6, 17, 16, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def wave(db) -> Wave:
    """A wave without posts."""
    return Wave.objects.create(hashtag="balancetontiktokeur", opened_at=BEGIN)


@pytest.fixture
def posts(wave):
    """Add posts: `posts(BEGIN, 5, "testimony")`."""
    made = iter(range(100_000))

    def add(at: datetime, number: int, stance: str = "support") -> None:
        for _ in range(number):
            post = Post.objects.create(
                service="bluesky",
                post_id=str(next(made)),
                source="bluesky",
                author="a",
                created_at=at,
                text="t",
                stance=stance,
                stance_probability=1,
                read={},
                stored_at=at,
            )
            WavePost.objects.create(wave=wave, post=post)

    return add


def test_a_wave_without_posts_has_no_series(wave):
    assert hourly_series(wave) == []


def test_the_series_has_every_hour_empty_ones_too(wave, posts):
    posts(BEGIN + 5 * timedelta(minutes=1), 2, "testimony")
    posts(BEGIN + 3 * HOUR, 1)
    assert hourly_series(wave) == [
        Hour(BEGIN, 2, 2),
        Hour(BEGIN + HOUR, 0, 0),
        Hour(BEGIN + 2 * HOUR, 0, 0),
        Hour(BEGIN + 3 * HOUR, 1, 0),
    ]


def test_posts_that_were_only_counted_are_in_the_series(wave, posts):
    posts(BEGIN, 1, "relay")
    HourlyCount.objects.create(wave=wave, source="x", hour=BEGIN, posts=10, testimonies=4)
    assert hourly_series(wave) == [Hour(BEGIN, 11, 5)]


def test_a_post_with_a_mistaken_date_does_not_stretch_the_series(wave, posts):
    posts(BEGIN - timedelta(days=4000), 1)
    posts(BEGIN, 1)
    assert len(hourly_series(wave)) == LONGEST_SERIES


def test_the_series_takes_two_queries_however_long_it_is(wave, posts, django_assert_num_queries):
    posts(BEGIN, 20)
    posts(BEGIN + 50 * HOUR, 20)
    with django_assert_num_queries(2):
        hourly_series(wave)


def test_a_sudden_gathering_raises_one_alert(wave, posts):
    posts(BEGIN, 1, "testimony")
    posts(BEGIN + 30 * HOUR, 9, "testimony")
    (alert,) = look_at_wave(wave)
    assert (alert.hour, alert.observed) == (BEGIN + 30 * HOUR, 9)
    assert look_at_wave(wave) == []
    assert LedgerRow.objects.filter(event="wave_alert_raised").count() == 1


def test_posts_that_do_not_testify_raise_none(wave, posts):
    posts(BEGIN, 60, "support")
    assert look_at_wave(wave) == []


def test_the_first_to_see_an_alert_stays(wave, posts, staff_member):
    posts(BEGIN, 9, "testimony")
    (alert,) = look_at_wave(wave)
    first = staff_member("reviewer")
    acknowledge_alert(alert, acting=first)
    acknowledge_alert(alert, acting=staff_member("reviewer"))
    assert WaveAlert.objects.get().seen_by == first
    assert LedgerRow.objects.filter(event="wave_alert_seen").count() == 1


@given(st.lists(st.integers(min_value=0, max_value=200), max_size=200))
def test_an_alert_uses_the_past_alone_and_is_followed_by_quiet(numbers):
    series = [Hour(BEGIN + at * HOUR, number, number) for at, number in enumerate(numbers)]
    raised = [hour.at for hour, _expected in surges(series)]
    cut = len(series) // 2
    assert [at for at in raised if at < BEGIN + cut * HOUR] == [hour.at for hour, _ in surges(series[:cut])]
    assert all(after - before >= 24 * HOUR for before, after in pairwise(raised))


@given(st.integers(min_value=0, max_value=60), st.floats(min_value=0.01, max_value=50))
def test_the_tail_of_a_poisson_is_a_probability_that_falls(observed, mean):
    assert 0 <= poisson_tail(observed + 1, mean) <= poisson_tail(observed, mean) <= 1


def test_the_tail_of_a_poisson_is_right_where_it_is_known():
    assert poisson_tail(0, 3.0) == 1
    assert poisson_tail(1, 3.0) == pytest.approx(1 - exp(-3.0))
