"""The radar's pages: who sees what, why each alerted, and what people's answers do."""

from datetime import timedelta

import pytest
from django.test import Client

from rempart.intake.models import Wave
from rempart.ledger.clock import now
from rempart.lookout.models import FameAlert, LiveWave, LookoutSettings, PileOn

pytestmark = pytest.mark.django_db


@pytest.fixture
def sightings() -> tuple[LiveWave, FameAlert, PileOn]:
    """One alert of each kind, as the radar raised them today."""
    at = now()
    days = [
        {
            "at": (at - timedelta(days=9 - day)).isoformat(),
            "observed": 5.0 + 40 * (day > 6),
            "expected": 5,
            "low": 0,
            "high": 14,
        }
        for day in range(10)
    ]
    seen = {"score": 6.0, "received_at": at, "raised_at": at, "series": days}
    return (
        LiveWave.objects.create(
            tag="balancetonyoutubeur", posts=31, authors=25, testimonies=12, started_at=at, detected_at=at, **seen
        ),
        FameAlert.objects.create(
            service="tiktok",
            number="77",
            handle="nino.danse",
            tier="support",
            age_band="13_15",
            alert_at=at,
            growth=9.0,
            expected=5.0,
            observed=45.0,
            because=["lasting", "echo"],
            **seen,
        ),
        PileOn.objects.create(
            target="tiktok:nino.danse",
            started_at=at,
            detected_at=at,
            ended_at=at,
            actors=60,
            actions=75,
            observed=60,
            expected=3.0,
            **seen,
        ),
    )


@pytest.fixture
def signed_in(staff_member):
    """A browser, in English, in which somebody with these roles is signed in."""

    def sign_in(*roles: str) -> Client:
        client = Client(HTTP_ACCEPT_LANGUAGE="en")
        client.force_login(staff_member(*roles))
        return client

    return sign_in


def test_each_sees_the_kinds_that_are_their_work(sightings, signed_in):
    for role, shown, hidden in (
        ("policy_owner", ["#balancetonyoutubeur"], ["nino.danse"]),
        ("care", ["tiktok:nino.danse"], ["#balancetonyoutubeur"]),
        ("reviewer", ["#balancetonyoutubeur", "Pile-ons"], ["Known overnight"]),
    ):
        page = signed_in(role).get("/radar/").content.decode()
        assert all(words in page for words in shown), role
        assert not any(words in page for words in hidden), role


def test_a_star_says_why_and_draws_what_was_likely(sightings, signed_in):
    page = signed_in("care").get(f"/radar/stars/{sightings[1].pk}/").content.decode()
    assert "45 new followers where about 5 were likely." in page
    assert "It lasts" in page
    assert "hardly bought followers" in page
    assert 'class="band"' in page
    assert page.count('class="outside"') == 2 * 3 + 1  # twice three days above the band, and the key


def test_what_is_no_star_leaves_the_overview_and_teaches_the_radar(sightings, signed_in):
    care = signed_in("care")
    care.post(f"/radar/stars/{sightings[1].pk}/", {"do": "none"})
    assert "Nobody lately" in care.get("/radar/").content.decode()
    [said] = sightings[1].feedback.all()
    assert not said.true


def test_what_waits_is_listed_to_whose_work_it_is_and_brought_to_the_desk(sightings, signed_in):
    wave = sightings[0]
    LiveWave.objects.update(state="waits", held_because="budget", raised_at=None)
    assert "#balancetonyoutubeur" not in signed_in("care").get("/radar/").content.decode()
    reviewer = signed_in("reviewer")
    assert "waits: the alerts of the day are used up" in reviewer.get("/radar/").content.decode()
    assert "Bring it to the desk" in reviewer.get(f"/radar/waves/{wave.pk}/").content.decode()
    assert "Bring it to the desk" not in signed_in("auditor").get(f"/radar/waves/{wave.pk}/").content.decode()
    reviewer.post(f"/radar/waves/{wave.pk}/", {"do": "bring"})
    wave.refresh_from_db()
    assert (wave.state, wave.held_because) == ("open", "")


def test_an_answer_that_is_none_judges_nothing(sightings, signed_in):
    signed_in("care").post(f"/radar/stars/{sightings[1].pk}/")
    assert not sightings[1].feedback.exists()


def test_a_wave_is_listened_for_with_one_click(sightings, signed_in):
    answer = signed_in("reviewer").post(f"/radar/waves/{sightings[0].pk}/", {"do": "open"})
    assert answer.url == f"/waves/{Wave.objects.get(hashtag='balancetonyoutubeur').pk}/"


def test_a_name_beside_an_accusation_says_that_it_stays_off_public_pages(sightings, signed_in):
    LiveWave.objects.update(public=False)
    page = signed_in("reviewer").get(f"/radar/waves/{sightings[0].pk}/").content.decode()
    assert "it stays off every public page" in page


def test_the_budget_is_set_by_who_answers_for_the_rules(signed_in):
    values = {
        "support_a_day": 12,
        "watch_a_day": 50,
        "waves_a_day": 5,
        "pile_ons_a_day": 9,
        "false_alarms": 0.05,
        "false_waves_a_month": 2,
    }
    assert signed_in("reviewer").post("/radar/settings/", values).status_code == 403
    assert signed_in("policy_owner").post("/radar/settings/", values).status_code == 302
    assert LookoutSettings.current().support_a_day == 12
    assert ">12<" in signed_in("reviewer").get("/radar/settings/").content.decode()


def test_a_setting_that_cannot_be_is_refused_beside_its_field(signed_in):
    answer = signed_in("policy_owner").post("/radar/settings/", {"false_alarms": 0.9})
    assert answer.status_code == 422
    assert "required" in answer.content.decode()


def test_the_overview_asks_the_database_as_often_whatever_there_is(sightings, signed_in, django_assert_max_num_queries):
    for number in range(20):
        FameAlert.objects.create(
            service="tiktok",
            number=f"n{number}",
            tier="watch",
            alert_at=now(),
            growth=9.0,
            expected=5.0,
            observed=45.0,
            score=5.0,
            received_at=now(),
            raised_at=now(),
        )
    browser = signed_in("reviewer", "care")
    browser.get("/radar/")
    with django_assert_max_num_queries(45):
        browser.get("/radar/")
