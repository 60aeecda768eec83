"""A figure at several values: how it is asked, that it equals separate replays, and how it is drawn."""

import contextlib
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.replay import BadSweep, replay, simulate, sweep, sweep_of
from rempart.replay.plotting import NothingToWeigh, plot
from rempart.replay.sweeping import MOST, as_rows, steps_of
from rempart.replay.tradeoff import BY_VALUE, trade_off
from rempart.rulebook import UnknownParameter, load, written

COUNTING = ("several", "severity >= 1 && testimonies >= 3", "suspend", "10d")
numbers = st.decimals(min_value=0, max_value=1000, places=2, allow_nan=False, allow_infinity=False)


@pytest.fixture(scope="session")
def counting(book):
    return book(COUNTING)


@pytest.fixture(scope="session")
def wave():
    return simulate(accounts=25, seed=11)


@given(first=numbers, last=numbers, count=st.integers(2, MOST))
def test_values_go_from_one_end_to_the_other_and_the_present_one_is_among_them(counting, first, last, count):
    if first >= last:
        with pytest.raises(BadSweep, match="not below"):
            sweep_of(counting, f"several.testimonies={first}..{last}/{count}")
        return
    values = sweep_of(counting, f"several.testimonies={first}..{last}/{count}").values
    assert all(before < after for before, after in pairwise(values))
    assert {first, last, Decimal(3)} <= set(values)
    assert len(values) <= count + 1


@given(first=st.integers(1, 40), more=st.integers(1, 40), count=st.integers(2, 9), unit=st.sampled_from("hd"))
def test_lengths_of_time_stay_whole_in_the_unit_they_are_asked_in(counting, first, more, count, unit):
    asked = sweep_of(counting, f"several.lasts={first}{unit}..{first + more}{unit}/{count}")
    whole = timedelta(hours=1) if unit == "h" else timedelta(days=1)
    assert all(value % whole == timedelta() for value in asked.values)
    assert {first * whole, (first + more) * whole, timedelta(days=10)} <= set(asked.values)


@given(st.text(max_size=40))
def test_whatever_is_written_is_a_sweep_or_is_refused(counting, spec):
    for said in (spec, f"several.testimonies={spec}", f"several.{spec}=1..2"):
        with contextlib.suppress(BadSweep, UnknownParameter):
            assert len(sweep_of(counting, said).variants) >= 2


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("watch", "is not ARTICLE.PARAM"),
        ("watch.credibility", "is not ARTICLE.PARAM"),
        ("watch.credibility=0.1", "is not ARTICLE.PARAM"),
        ("wach.credibility=0..1", "no article `wach`; did you mean `watch`"),
        ("watch.coordination=0..1", "does not read `coordination`"),
        ("watch.credibilty=0..1", "did you mean `credibility`"),
        ("watch.conduct=0..1", "`conduct` is no number"),
        ("established-grave.lasts=1d..2d", "has no `lasts`"),
        ("watch.credibility=low..1", "`low` is no number"),
        ("watch.credibility=0..nan", "is no number"),
        ("watch.credibility=1..0", "1 is not below 0"),
        ("watch.credibility=0.5..0.50001", "is less than 0.0001"),
        ("watch.credibility=0.5..2", "2 is not between 0 and 1"),
        ("watch.severity=-1..3", "-1 is not between 0 and 4"),
        ("watch.by_channel.trusted_flagger=-1..3", "-1 is below 0"),
        ("watch.credibility=0..1/1", "from 2 to 50"),
        ("watch.credibility=0..1/many", "`many` is no number of values"),
        ("watch.lasts=1..2", "`1` is no length of time"),
        ("watch.lasts=5d..20d", "cannot be 5d: the review must come before the end"),
    ],
)
def test_what_is_wrong_with_a_sweep_is_named(spec, said):
    with pytest.raises((BadSweep, UnknownParameter), match=said):
        sweep_of(load("rempart"), spec)


def test_a_figure_that_is_read_twice_is_not_swept(book):
    twice = book(("twice", "testimonies >= 3 || testimonies < 1", "suspend", "10d"))
    with pytest.raises(UnknownParameter, match="reads `testimonies` 2 times"):
        sweep_of(twice, "twice.testimonies=1..4")


def test_a_figure_that_is_no_threshold_by_itself_is_not_swept(book):
    summed = book(("sum", "testimonies + relays >= 3", "suspend", "10d"))
    with pytest.raises(UnknownParameter, match="does not compare `relays` with a number alone"):
        sweep_of(summed, "sum.relays=1..4")


def test_a_sweep_equals_separate_replays(counting, wave):
    asked = sweep_of(counting, "several.testimonies=1..5/3")
    swept = sweep(wave.testimonies, asked, truth=wave.truth, accounts=wave.accounts)
    for step, variant in zip(swept, asked.variants, strict=True):
        (alone,) = replay(wave.testimonies, [variant], truth=wave.truth, accounts=wave.accounts)
        assert step.outcome == alone


def test_a_variant_differs_by_its_figure_alone():
    book = load("rempart")
    asked = sweep_of(book, "contact-told-apart.credibility=0.45..0.75/2")
    same, other = asked.variants
    assert same.source == book.source
    assert other.source == book.source.replace(
        "severity >= 2 && credibility >= 0.45 && coordination", "severity >= 2 && credibility >= 0.75 && coordination"
    )


def test_a_higher_threshold_never_restrains_more(counting, wave):
    asked = sweep_of(counting, "several.testimonies=1..6/6")
    swept = sweep(wave.testimonies, asked, truth=wave.truth)
    assert all(one.outcome.restrained >= other.outcome.restrained for one, other in pairwise(swept))


def test_longer_measures_cost_more_days(counting, wave):
    asked = sweep_of(counting, "several.lasts=2d..20d/4")
    swept = sweep(wave.testimonies, asked, truth=wave.truth)
    days = [step.outcome.wrong_days_restrained for step in swept]
    assert days == sorted(days)
    assert days[0] < days[-1]
    assert [step.value for step in swept] == [2, 8, 10, 14, 20]


def test_whoever_waits_is_told_how_many_testimonies_were_heard(counting, wave):
    heard = []
    asked = sweep_of(counting, "several.testimonies=1..2/2")
    sweep(wave.testimonies, asked, truth=wave.truth, heard=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == len(wave.testimonies)


def test_steps_are_read_back_as_they_were_written(counting, wave):
    swept = sweep(wave.testimonies, sweep_of(counting, "several.testimonies=1..4/4"), truth=wave.truth)
    assert steps_of(as_rows(swept)) == swept


def test_a_curve_stays_in_its_frame_and_rings_the_present_value(counting, wave):
    swept = sweep(wave.testimonies, sweep_of(counting, "several.testimonies=1..9"), truth=wave.truth)
    drawn = trade_off(swept)
    assert [panel.up for panel in drawn.panels] == list(BY_VALUE)
    for panel in (drawn.curve, *drawn.panels):
        assert all(panel.left <= dot.x <= panel.right and panel.top <= dot.y <= panel.bottom for dot in panel.dots)
        assert panel.present in panel.dots
    assert any("3" in label.text for label in drawn.curve.labels)


def test_a_wave_without_innocents_has_no_trade_off(counting, received, truth):
    asked = sweep_of(counting, "several.testimonies=1..2/2")
    swept = sweep([received("a")], asked, truth=truth(a=True))
    assert trade_off(swept) is None
    with pytest.raises(NothingToWeigh):
        plot(asked, swept)


def test_the_drawing_is_a_png_and_the_same_each_time(counting, wave):
    asked = sweep_of(counting, "several.testimonies=1..4/4")
    swept = sweep(wave.testimonies, asked, truth=wave.truth)
    drawn = plot(asked, swept)
    assert drawn.startswith(b"\x89PNG")
    assert drawn == plot(asked, swept)


@given(numbers)
def test_a_number_is_written_without_loss(value):
    assert Decimal(written(value)) == value
