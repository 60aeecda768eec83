"""The parts that pages are made of: marked passages, charts, words for stored values, numbers and dates."""

import itertools
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from rempart.corroboration.belief import FAMILIES
from rempart.corroboration.census import KIND_NAMES
from rempart.pages import charts, icons, labels, spans, writing
from rempart.records import vocabulary
from rempart.records.references import SERVICES
from rempart.rulebook import shipped

PARIS = ZoneInfo("Europe/Paris")
BEGINS = datetime(2026, 6, 1, 16, tzinfo=UTC)
FIELDS = st.sampled_from(["accused", "conduct", "met_on", "evidence", "stance", "an unknown field"])
RANGES = st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40)), max_size=4)


@given(st.text(max_size=30), st.dictionaries(FIELDS, RANGES))
def test_the_pieces_of_a_marked_text_give_the_text_back(text, ranges):
    assert "".join(piece for piece, _fields in spans.segments(text, ranges)) == text


@given(st.text(max_size=30), st.dictionaries(FIELDS, RANGES))
def test_no_two_neighbours_are_marked_alike(text, ranges):
    fields = [fields for _piece, fields in spans.segments(text, ranges)]
    assert all(one != other for one, other in itertools.pairwise(fields))


def test_what_people_write_is_escaped_within_and_without_marks():
    html = spans.marked("<b>nude</b>", {"conduct": [[3, 7]]})
    assert "<b>" not in html
    assert html.startswith("&lt;b&gt;<mark")


def test_a_passage_read_twice_names_both_readings():
    with translation.override("en"):
        assert "what happened, where it happened" in spans.marked(
            "snap", {"conduct": [[0, 4]], "conduct_services": [[0, 4]]}
        )


hours = st.lists(
    st.builds(
        lambda at, posts, of_which: charts.Hour(BEGINS + timedelta(hours=at), posts, min(posts, of_which)),
        st.integers(0, 5000),
        st.integers(0, 50_000),
        st.integers(0, 50_000),
    ),
    max_size=30,
).map(lambda found: sorted(found, key=lambda hour: hour.at))


@given(hours)
def test_merging_hours_loses_no_post(found):
    _step, bars = charts.merged(found)
    assert sum(bar.posts for bar in bars) == sum(hour.posts for hour in found)
    assert len(bars) <= 168


@given(hours, st.lists(st.integers(-10, 5010), max_size=6), st.sampled_from([340, 1180]))
def test_a_chart_stays_within_its_box(found, acted, width):
    moments = [charts.Moment(n, "x", BEGINS + timedelta(hours=at)) for n, at in enumerate(acted)]
    chart = charts.hourly_chart(found, moments, width=width, zone=PARIS)
    if chart is None:
        assert not found
        return
    for bar in chart.posts + chart.testimonies:
        assert 0 <= bar.x <= bar.x + bar.width <= width + 0.01
        assert 0 <= bar.y <= bar.y + bar.height <= chart.height
    assert all(0 <= mark.x <= width and 0 <= mark.y <= chart.top for mark in chart.marks)


def test_moments_that_coincide_do_not_cover_one_another():
    found = [charts.Hour(BEGINS + timedelta(hours=n), 1, 0) for n in range(48)]
    moments = [charts.Moment(n, "x", BEGINS) for n in range(5)]
    chart = charts.hourly_chart(found, moments, width=340, zone=PARIS)
    assert len({(mark.x, mark.y) for mark in chart.marks}) == 5


def test_a_wave_of_one_day_is_measured_in_hours():
    found = [charts.Hour(BEGINS + timedelta(hours=n), 1, 0) for n in range(12)]
    with translation.override("fr"):
        ticks = [tick.text for tick in charts.hourly_chart(found, [], width=1180, zone=PARIS).ticks]
    assert ticks == ["1er\u00a0juin", "21\u00a0h", "2\u00a0juin", "3\u00a0h"]


def test_names_of_days_do_not_touch():
    found = [charts.Hour(BEGINS + timedelta(hours=n), 1, 0) for n in range(24 * 30)]
    ticks = charts.hourly_chart(found, [], width=340, zone=PARIS).ticks
    assert min(after.x - before.x for before, after in itertools.pairwise(ticks)) >= 48


@given(st.floats(-20, 20), st.floats(0.001, 20))
def test_a_weight_bar_leaves_the_middle_towards_its_sign(weight, largest):
    bar = charts.weight_bar(weight, largest)
    assert 0 <= bar.x <= bar.x + bar.width <= 200
    assert bar.x == 100 if weight >= 0 else bar.x + bar.width == pytest.approx(100, abs=0.02)


@pytest.mark.parametrize(("value", "filled"), [(0.0, 0), (0.03, 1), (0.5, 2), (0.98, 5), (1.0, 5)])
def test_a_meter_fills_with_its_value(value, filled):
    assert sum(charts.blocks(value)) == filled


@pytest.mark.parametrize("name", sorted(icons.NAMES))
def test_an_icon_is_well_formed_and_silent(name):
    assert ElementTree.fromstring(icons.icon(name)).get("aria-hidden") == "true"  # noqa: S314 - drawn by us


STORED = {
    "service": SERVICES,
    "conduct": vocabulary.CONDUCTS,
    "measure": vocabulary.MEASURES,
    "channel": vocabulary.CHANNELS,
    "mode": ("preventive", "final", "none"),
    "approval": ("automatic", "one_reviewer", "two_reviewers"),
    "severity": range(5),
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in STORED.items() for value in values])
def test_every_stored_value_has_words(name, value):
    assert str(value) in labels.VOCABULARIES[name]


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_rulebook_has_a_title_and_says_what_it_is(name):
    assert name in labels.RULEBOOK
    assert name in labels.RULEBOOK_ABOUT


def test_every_reason_that_corroboration_gives_has_a_sentence_and_no_other_has():
    assert set(labels.FACTOR) == {"prior", *FAMILIES, "bound"}


def test_every_tie_that_corroboration_finds_has_a_sentence_and_no_other_has():
    assert set(labels.TIE) == set(KIND_NAMES)


def test_a_value_without_words_is_shown_as_it_is_stored():
    assert labels.words_for("factor", "something_new") == "something_new"


@pytest.mark.parametrize(
    ("language", "moment", "number", "share"),
    [
        ("fr", "1er\u00a0juin 2020 à 18\u00a0h\u00a004", "1\u202f234,50", "7\u00a0%"),
        ("en", "1\u00a0June 2020 at 18:04", "1,234.50", "7%"),
    ],
)
def test_numbers_and_dates_are_written_as_each_language_does(language, moment, number, share):
    at = datetime(2020, 6, 1, 16, 4, tzinfo=UTC)
    with translation.override(language):
        assert (writing.moment(at), writing.decimal(1234.5).replace("\xa0", "\u202f"), writing.percent(0.07)) == (
            moment,
            number,
            share,
        )


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.0, "<\xa00.01"), (0.876, "0.88"), (0.99, "0.99"), (0.9999, ">\xa00.99"), (1.0, ">\xa00.99")],
)
def test_a_probability_never_claims_certainty(value, written):
    with translation.override("en"):
        assert writing.probability(value) == written


@pytest.mark.parametrize(("weight", "written"), [(1.25, "+1.2"), (-0.7, "−0.7"), (0.01, "0.0"), (-0.01, "0.0")])
def test_a_weight_is_written_with_its_sign(weight, written):
    with translation.override("en"):
        assert writing.signed(weight) == written


@pytest.mark.parametrize(("hours_", "written"), [(0, "at once"), (0.5, "30 minutes"), (1, "1 hour"), (80, "3 days")])
def test_a_duration_is_told_in_the_unit_that_says_it_best(hours_, written):
    with translation.override("en"):
        assert writing.duration(hours_) == written
