"""The calendar and the pages of appeals, asked without a browser."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rempart.casework import services
from rempart.casework.calendar import by_day, falls_due
from rempart.casework.models import RespondentSide
from rempart.casework.services import appealing
from rempart.casework.services.respondents import tell
from rempart.casework.services.times import do_what_is_due
from rempart.correspondence.services import hear
from rempart.ledger.clock import now

REASONS = {"fr": "Nous avons tout relu.", "en": "We read everything again."}


def days(number: float) -> timedelta:
    return timedelta(days=number)


@pytest.fixture
def restricted(judged, respondent, reviewer, colleague):
    """A case whose respondent, a minor, is restricted by a decision that two people approved."""

    def make():
        case = judged(respondent(age_band="16_17"), credibility=0.85)
        for acting in (reviewer, colleague):
            services.approve_decision(case.decisions.get(state="proposed"), acting=acting, reason="several voices")
        case.refresh_from_db()
        return case

    return make


@pytest.fixture
def senior(db, staff_member):
    return staff_member("senior_reviewer", name="Maud Arnaud")


@pytest.fixture
def desk(client, senior):
    """The desk of a senior reviewer."""
    client.force_login(senior)
    return client


def appealed(case, clock):
    clock.move(timedelta(minutes=2))
    tell(case)
    conversation = RespondentSide.objects.get(case=case).conversation
    return appealing.file_appeal(
        case, by="respondent", conversation=conversation, grounds="Ce n'est pas moi.", decision=case.decisions.get()
    )


OURS = {"review", "appeal", "reconsideration", "lapse", "lift", "beginning", "reply_window", "appeal_window"}


def kinds(lines):
    """What the lines are, those of other modules left out."""
    return [line.kind for line in lines if line.kind in OURS]


def test_a_restriction_falls_due_for_review_then_ends_by_itself_then_can_no_longer_be_appealed(restricted, clock):
    restricted()
    lines = falls_due(now(), now() + days(200))
    assert kinds(lines) == ["review", "lapse", "appeal_window"]
    assert [line.by_itself for line in lines if line.kind in OURS] == [False, True, True]


def test_what_is_late_stands_first(restricted, clock):
    restricted()
    clock.move(days(8))
    lines = falls_due(None, now() + days(60))
    assert lines[0].late
    assert kinds(lines)[:2] == ["review", "lapse"]
    assert "review" not in kinds(falls_due(now(), now() + days(60)))


def test_what_was_done_is_no_longer_due(restricted, senior):
    case = restricted()
    services.confirm_decision(case.decisions.get(), acting=senior, reason="looked")
    assert "review" not in kinds(falls_due(None, now() + days(30)))


def test_mine_is_what_i_decided_on_or_may_answer(restricted, reviewer, senior, clock):
    case = restricted()
    appealed(case, clock)
    until = now() + days(10)
    assert kinds(falls_due(None, until, reviewer)) == ["review"]
    assert kinds(falls_due(None, until, senior)) == ["appeal"]


def test_a_day_is_that_of_the_sites_zone(restricted, clock):
    clock.set(datetime(2026, 10, 20, 22, 30, tzinfo=UTC))  # 0:30 on the 21st in Paris, where clocks change on the 25th
    restricted()
    until = now() + days(20)
    counts = by_day(now(), until)
    # Seven times 24 hours later it is 23:30 on the 27th there, since an hour came twice.
    assert [str(day) for day, (to_do, _by_itself) in counts.items() if to_do] == ["2026-10-27"]
    assert counts == by_day(now(), until, known=falls_due(now(), until))
    assert counts == by_day(now(), until, known=falls_due(now(), until, most=1), most=1)


def test_the_calendar_shows_what_is_late_and_counts_precautions_that_nobody_reviewed(desk, restricted, clock):
    restricted()
    clock.move(days(8))
    page = desk.get("/due/").content.decode()
    assert "en retard" in page
    clock.move(days(10))
    do_what_is_due()
    lapsed = desk.get("/due/").context["lapsed"]
    assert lapsed == {"in_all": 1, "unreviewed": 1}


@pytest.mark.parametrize("address", ["/due/", "/due/?span=month", "/due/?who=mine", "/appeals/"])
def test_the_pages_take_few_queries_however_much_falls_due(desk, restricted, clock, address):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert desk.get(address).status_code == 200
        return len(asked)

    appealed(restricted(), clock)
    queries()
    few = queries()
    for _number in range(3):
        appealed(restricted(), clock)
    queries()  # the session is kept anew after some minutes
    assert queries() == few
    assert few <= 30


def test_an_appeal_is_answered_on_its_page(desk, restricted, clock):
    case = restricted()
    appeal = appealed(case, clock)
    address = reverse("casework:appeal", args=[appeal.pk])
    assert "Ce n&#x27;est pas moi." in desk.get(address).content.decode()
    refused = desk.post(address, {"answer": "uphold", "reasons_en": "Yes."})
    assert refused.status_code == 422
    desk.post(address, {"answer": "uphold", "reasons_fr": "Nous avons relu.", "reasons_en": ""})
    appeal.refresh_from_db()
    assert appeal.state == "upheld"
    assert not case.decisions.get().in_force


def test_whoever_took_part_is_told_so_and_finds_no_form(client, restricted, reviewer, clock):
    reviewer.roles = ["senior_reviewer"]
    reviewer.save()
    client.force_login(reviewer)
    appeal = appealed(restricted(), clock)
    page = client.get(reverse("casework:appeal", args=[appeal.pk]))
    assert page.context["form"] is None
    assert page.context["refusal"]
    assert client.get("/appeals/").context["waiting"][0]["refusal"]


def test_a_reply_is_answered_on_the_page_of_the_case(desk, restricted, clock):
    case = restricted()
    clock.move(timedelta(minutes=2))
    tell(case)
    hear(RespondentSide.objects.get(case=case).conversation, text="Ce n'est pas vrai.")
    waiting = case.reconsiderations.get()
    address = reverse("casework:case", args=[case.pk])
    assert reverse("casework:reconsider", args=[waiting.pk]) in desk.get(address).content.decode()
    desk.post(reverse("casework:reconsider", args=[waiting.pk]), {"answer": "keep", "reasons_fr": "Relu."})
    waiting.refresh_from_db()
    assert waiting.state == "kept"
