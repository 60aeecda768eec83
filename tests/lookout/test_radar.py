"""The radar at a glance, what it costs to look, what is learnt from what people say, and what leaves with time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from rempart.ledger.clock import now
from rempart.ledger.models import Content
from rempart.lookout.learning import FEWEST_JUDGED, least_score, thresholds
from rempart.lookout.models import FameAlert, Feedback, LiveWave, PileOn, RadarRun
from rempart.lookout.retention import erase_alerts
from rempart.lookout.selectors import Link, link_with, overview, waiting
from rempart.lookout.selectors.radar import _LINKS
from rempart.lookout.services import (
    change_settings,
    judge_alert,
    open_wave,
    receive_fame_alerts,
    receive_pile_ons,
    receive_waves,
)
from rempart.privacy.subjects import erasers, exporters, parse_subject
from rempart.records import FamePoint

DAY = timedelta(days=1)


@pytest.fixture
def world(db, fame, wave, pile_on):
    """An alert of each kind on the desk, and one that waits."""
    at = now()
    change_settings(acting=None, watch_a_day=0)
    point = FamePoint(at, 480.0, 12.0, 19.0)
    receive_fame_alerts([fame("1", at=at, recent=[point], because=["surprise", "lasting"]), fame("2", tier="watch")])
    receive_waves([wave(at=at), wave("leovrtxcoupable", at=at, public=False)])
    receive_pile_ons([pile_on(at=at - timedelta(hours=2))])
    return at


def test_the_overview_tells_each_kind_with_its_series_and_why(world):
    with translation.override("en"):
        seen = overview(now())
    (star,) = seen.stars
    assert (star.title, star.level, star.age_band) == ("tiktok:#1", "somebody should reach out", "age unknown")
    assert (star.series[0].observed, star.series[0].expected, star.series[0].high) == (480.0, 12.0, 19.0)
    assert star.why[0] == "480 new followers where about 12 were likely."
    assert any("lasts" in why for why in star.why)
    assert {one.title: one.secret for one in seen.waves} == {"#balancetonyoutubeur": False, "#leovrtxcoupable": True}
    (pile_on,) = seen.pile_ons
    assert pile_on.why == ["38 people where about 3 were likely.", "Groups that act together take part: 3 people."]


def test_budgets_say_what_came_and_what_waits(world):
    found = {(one.kind, one.tier): (one.raised, one.a_day, one.waiting) for one in overview(now()).budget}
    assert found == {
        ("wave", ""): (2, 20, 0),
        ("fame", "support"): (1, 40, 0),
        ("fame", "watch"): (0, 0, 1),
        ("pile_on", ""): (1, 40, 0),
    }


def test_what_waits_is_told_by_kind_with_why(world):
    with translation.override("en"):
        held = waiting(now())
    assert [(one.title, one.waits) for one in held["fame"]] == [("tiktok:#2", "the alerts of the day are used up")]
    assert (held["wave"], held["pile_on"]) == ([], [])


def test_a_count_alone_says_what_was_likely(db, wave):
    receive_waves([wave(signal="count", authors=25, expected=8.0, testimonies=0)])
    with translation.override("en"):
        (seen,) = overview(now()).waves
    assert seen.why == ["25 people posted within an hour where about 8 were likely."]


def test_what_is_dismissed_or_old_is_not_shown(world, staff_member, clock):
    judge_alert(PileOn.objects.get(), true=False, acting=staff_member("reviewer"))
    assert overview(now()).pile_ons == []
    clock.move(31 * DAY)
    assert overview(now()).stars == []


def test_the_overview_takes_the_same_queries_however_much_there_is(world, fame, wave, django_assert_max_num_queries):
    receive_fame_alerts([fame(str(number)) for number in range(10, 40)])
    receive_waves([wave(f"tag{number}") for number in range(30)])
    with django_assert_max_num_queries(20):
        overview(now())


def test_rooms_on_the_right_say_where_an_alert_leads(world):
    give = lambda alerts: {one: Link("there", "/there/") for one in alerts if isinstance(one, FameAlert)}  # noqa: E731
    link_with(give)
    try:
        seen = overview(now())
    finally:
        _LINKS.remove(give)
    assert Link("there", "/there/") in seen.stars[0].links
    assert Link("there", "/there/") not in seen.waves[0].links


def test_health_says_what_proved_false_and_when_each_kind_last_looked(world, staff_member):
    judge_alert(PileOn.objects.get(), true=False, acting=staff_member("reviewer"))
    RadarRun.objects.create(kind="pile_on", upto=world, began_at=world, ended_at=world, looked_at=9, alerts=1)
    kinds = {(one.kind, one.tier): one for one in overview(now()).health.kinds}
    assert (kinds["pile_on", ""].false_share, kinds["pile_on", ""].looked_at) == (1.0, world)
    assert (kinds["wave", ""].false_share, kinds["wave", ""].looked_at) == (None, None)


# -- learning


@given(st.lists(st.tuples(st.floats(0, 50), st.booleans()), max_size=60), st.floats(0.05, 0.5))
def test_what_still_reaches_the_desk_was_seldom_false_or_is_the_best_there_was(judged, false_alarms):
    judged = sorted(judged, reverse=True)
    least = least_score(judged, false_alarms)
    if least is None:
        false = sum(not true for _score, true in judged)
        assert len(judged) < FEWEST_JUDGED or false / len(judged) <= false_alarms
        return
    kept = [true for score, true in judged if score >= least]
    assert least == judged[0][0] or kept.count(False) / len(kept) <= false_alarms


def test_alerts_like_those_that_proved_false_wait_but_never_those_of_children(db, fame):
    for score, true in [(5.0, False)] * 12 + [(30.0, True)] * 12:
        Feedback.objects.create(kind="fame", tier="support", score=score, true=true, said_at=now())
    assert thresholds(now())["fame", "support"] == 30.0
    receive_fame_alerts([fame("low", score=6.0), fame("high", score=31.0), fame("child", score=6.0, age_band="13_15")])
    assert dict(FameAlert.objects.values_list("number", "held_because")) == {"low": "feedback", "high": "", "child": ""}


# -- leaving


def test_what_is_over_leaves_with_what_the_ledger_said_of_it(world, clock):
    clock.move(366 * DAY)
    assert erase_alerts(now() - 365 * DAY) == 5
    assert not FameAlert.objects.exists()
    assert not Content.objects.filter(row__event__in=["fame_seen", "live_wave_seen", "pile_on_seen"]).exists()


def test_feedback_outlives_its_alert_and_names_nobody(world, staff_member, clock):
    judge_alert(PileOn.objects.get(), true=False, acting=staff_member("reviewer"))
    clock.move(366 * DAY)
    erase_alerts(now() - 365 * DAY)
    assert (Feedback.objects.get().pile_on, Feedback.objects.get().true) == (None, False)


def test_whoever_became_known_is_handed_what_the_radar_saw_and_may_have_it_erased(world):
    asks = parse_subject("tiktok:#1", "respondent")
    (row,) = exporters()["fame"](asks).data
    assert (row["id"], row["observed"]) == ("1", 480.0)
    assert erasers()["radar"](asks, False, "asked")[0].erased == 1
    assert FameAlert.objects.count() == 2
    erasers()["radar"](asks, True, "asked")
    assert list(FameAlert.objects.values_list("number", flat=True)) == ["2"]


def test_a_part_in_a_pile_on_is_erased_at_its_authors_word(world):
    erasers()["radar"](parse_subject("tiktok:two", "author"), True, "asked")
    assert len(PileOn.objects.get().groups[0]["members"]) == 2


# -- what is nobody's business outside


def test_a_tag_that_names_somebody_stands_on_no_public_page_though_it_is_listened_for(world, client, staff_member):
    secret = LiveWave.objects.get(public=False)
    open_wave(secret, acting=staff_member("reviewer"))
    for name in ("", "-json", "-csv", "-rules", "-feed", "-terms", "-verify"):
        page = client.get(reverse(f"accountability:public{name}"))
        assert page.status_code == 200
        assert secret.tag not in b"".join(page).decode().lower()
    assert client.get(reverse("casework:waves")).status_code == 302
