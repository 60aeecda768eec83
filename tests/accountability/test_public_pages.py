"""What is made public and when: each month once, small counts never, corrections beside what they correct."""

import csv
import io
import json
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from rempart.accountability.errors import NothingPublished
from rempart.accountability.models import FiguresSoFar, PublishedFigures
from rempart.accountability.public.counts import month_from, protected
from rempart.accountability.public.page import is_month
from rempart.accountability.services import publishing
from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.ledger.models import LedgerRow

ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def busy(clock, judged, respondent):
    """A month on the first day of which six accounts were restrained: the next one, what was before being published."""
    month = publishing.following(timezone.localtime(clock.now()).date().replace(day=1))
    clock.set(publishing.midnight(month) + timedelta(hours=12))
    publishing.publish_due()
    for _number in range(6):
        judged(respondent(), credibility=0.7)
    return month


def after(month, months=1):
    """Midnight at which `months` months are over."""
    for _month in range(months):
        month = publishing.following(month)
    return publishing.midnight(month)


def small_month(**parts):
    ways = {"received": ({"form": 30, "public_post": 3},), "appeals_answered": ({"upheld": 3, "rejected": 40},)}
    return month_from({**ways, **parts}, alone={"statements": 9})


def page(path="accountability:public", **headers):
    return Client().get(reverse(path), headers=ENGLISH | headers).content.decode()


def test_a_month_is_published_once_it_is_over(busy, clock):
    assert publishing.publish_due() == []
    clock.set(after(busy))
    month = publishing.publish_due()[0]
    assert (month.starts_on, month.ends_on, month.revision) == (busy, publishing.following(busy), 1)
    assert month.shown["restrained"] == 6
    assert publishing.publish_due() == []


def test_months_missed_are_made_up_for(busy, clock):
    clock.set(after(busy, 3))
    assert len({one.starts_on for one in publishing.publish_due() if is_month(one)}) == 3


def test_a_publication_leaves_a_row_with_the_digest_of_what_was_shown(busy, clock, events_of):
    clock.set(after(busy))
    month = publishing.publish_due()[0]
    assert events_of(month) == ["figures_published"]
    row = LedgerRow.objects.get(subject=f"accountability.publishedfigures:{month.pk}")
    assert json.loads(row.content.canonical) == publishing.said_of(PublishedFigures.objects.get(pk=month.pk))


def test_what_was_published_cannot_be_changed_nor_deleted(db):
    month = publishing.publish(date(2026, 3, 1), small_month(), invented=False)
    for change in (lambda: PublishedFigures.objects.update(shown={}), month.delete):
        with pytest.raises(IntegrityError, match="stay as they were"), transaction.atomic():
            change()


def test_a_year_is_published_with_its_december(db, clock):
    for number in range(1, 12):
        publishing.publish(date(2025, number, 1), small_month(), invented=False)
    assert publishing.publish_year(2025) is None
    publishing.publish(date(2025, 12, 1), small_month(), invented=False)
    year = publishing.publish_year(2025)
    assert year.shown["statements"] == 12 * 9
    assert "The whole of 2025" in page()


def test_the_month_in_progress_is_told_once_a_day_in_tens(busy, clock, judged, respondent):
    assert publishing.tell_so_far().at_least["restrained"] == 0
    for _number in range(5):
        judged(respondent(), credibility=0.7)
    assert publishing.tell_so_far().at_least["restrained"] == 0
    clock.move(timedelta(days=1))
    assert publishing.tell_so_far().at_least["restrained"] == 10
    assert FiguresSoFar.objects.count() == 1


def test_the_month_in_progress_goes_when_it_is_over(busy, clock):
    publishing.tell_so_far()
    clock.set(after(busy))
    publishing.publish_due()
    assert [one.starts_on for one in FiguresSoFar.objects.all()] == [publishing.following(busy)]


def test_a_correction_stands_beside_what_it_corrects(busy, clock, liaison, events_of):
    clock.set(after(busy))
    publishing.publish_due()
    corrected = publishing.revise(busy, acting=liaison, reason="Reports of one day had been left out.")
    assert corrected.revision == 2
    assert events_of(corrected) == ["figures_revised"]
    assert PublishedFigures.objects.filter(starts_on=busy).count() == 2
    said = page()
    assert "Reports of one day had been left out." in said
    assert "corrected" in said
    data = json.loads(Client().get(reverse("accountability:public-json")).content)
    assert [one["revision"] for one in data["periods"] if one["from"] == busy.isoformat()] == [1, 2]


def test_a_correction_of_long_ago_changes_no_number(busy, clock, liaison):
    clock.set(after(busy))
    first = publishing.publish_due()[0]
    clock.set(after(busy, 6))
    corrected = publishing.revise(busy, acting=liaison, reason="The reports of a partner are not in it.")
    assert corrected.shown == first.shown


def test_a_correction_needs_a_reason_a_month_and_somebody_who_may(busy, clock, liaison, reviewer):
    clock.set(after(busy))
    publishing.publish_due()
    with pytest.raises(NotAllowed):
        publishing.revise(busy, acting=reviewer, reason="Because.")
    with pytest.raises(ReasonMissing):
        publishing.revise(busy, acting=liaison, reason=" ")
    with pytest.raises(NothingPublished):
        publishing.revise(date(2025, 3, 1), acting=liaison, reason="Because.")


def test_no_page_nor_file_holds_a_number_that_is_withheld(db):
    month = month_from(
        {
            "received": ({"form": 1003, "public_post": 3},),
            "appeals_answered": ({"upheld": 4, "rejected": 4001},),
            "ended": ({"end": 2, "appeal": 2003},),
        },
        alone={"statements": 7007},
    )
    publishing.publish(date(2026, 3, 1), month, invented=False)
    shown = protected(month)
    hidden = {month.counts[name] for name, number in shown.items() if number is None and month.counts[name] > 4}
    assert hidden
    for path in ("accountability:public", "accountability:public-json", "accountability:public-csv"):
        said = page(path).replace(",", "")
        assert not [number for number in hidden if str(number) in said]
    assert "7007" in page().replace(",", "")


def test_the_spreadsheet_says_what_is_withheld(db):
    publishing.publish(date(2026, 3, 1), small_month(), invented=False)
    [line] = csv.DictReader(io.StringIO(page("accountability:public-csv")))
    assert line["received.public_post"] == "withheld"
    assert line["statements"] == "9"
    assert line["from"] == "2026-03-01"


def test_a_page_counts_nothing_however_many_months_there_are(db):
    def queries():
        with CaptureQueriesContext(connection) as seen:
            page()
        return len(seen)

    publishing.publish(date(2025, 3, 1), small_month(), invented=False)
    queries()
    one = queries()
    for number in range(1, 12):
        publishing.publish(date(2026, number, 1), small_month(), invented=False)
    assert queries() == one


def test_invented_figures_say_so(db):
    publishing.publish(date(2026, 3, 1), small_month(), invented=True)
    assert "These figures are invented." in page()


def test_figures_that_are_not_invented_do_not_say_so(db):
    publishing.publish(date(2026, 3, 1), small_month(), invented=False)
    assert "invented" not in page()


def test_a_month_that_was_counted_late_says_so(db, clock):
    clock.set(publishing.midnight(date(2026, 6, 1)))
    publishing.publish(date(2026, 4, 1), small_month(), invented=False)
    assert page().count("counted late") == 1
    publishing.publish(date(2026, 5, 1), small_month(), invented=False)
    assert page().count("counted late") == 1


def test_the_page_says_that_nothing_came_yet(db):
    assert "Nothing to tell yet" in page()


def test_how_often_we_were_wrong_is_never_made_larger_by_what_is_withheld(db):
    loud = month_from({"appeals_answered": ({"upheld": 10, "rejected": 10},)}, alone={})
    quiet = month_from({"appeals_answered": ({"upheld": 1, "rejected": 79},)}, alone={})
    publishing.publish(date(2026, 3, 1), loud, invented=False)
    publishing.publish(date(2026, 4, 1), quiet, invented=False)
    assert "at least 10 of 100" in page()


def test_a_withheld_number_has_a_box_and_a_mark_rather_than_a_colour(db):
    publishing.publish(
        date(2026, 3, 1), month_from({"received": ({"form": 2, "public_post": 1},)}, alone={}), invented=False
    )
    said = page()
    assert 'class="withheld"' in said
    assert ">?</text>" in said


def test_times_of_too_few_are_not_told(db):
    month = month_from({"restrained": ({"under_6h": 3},)}, alone={}, hours_to_restraint=4.0)
    assert publishing.publish(date(2026, 3, 1), month, invented=False).hours["restraint"] is None


@pytest.mark.parametrize("path", ["public-rules", "public-verify", "public-terms", "public"])
def test_pages_ask_for_no_cookie_script_or_account(db, path):
    answer = Client().get(reverse(f"accountability:{path}"), headers=ENGLISH)
    assert answer.status_code == 200
    assert "<script" not in answer.content.decode()
    assert "sessionid" not in answer.cookies


def test_months_begin_at_midnight_of_the_site(db):
    assert publishing.midnight(date(2026, 7, 1)) == timezone.make_aware(datetime(2026, 7, 1))
