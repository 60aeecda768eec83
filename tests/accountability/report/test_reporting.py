"""Drafts and versions: what was published stays, corrections say why, and a period is counted once it is over."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from rempart.accountability import errors
from rempart.accountability.models import TransparencyReport
from rempart.accountability.report.inputs import EXAMPLE, InputsRefused, read_inputs
from rempart.accountability.services import reporting
from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.ledger import append
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def draft(liaison, clock):
    """The draft of a year that is over."""
    clock.set(reporting.Window("tiktok", *YEAR).until + timedelta(days=30))
    return reporting.count_report("tiktok", *YEAR, acting=liaison)


@pytest.fixture
def published(draft, liaison):
    """The same, published."""
    return reporting.publish_report(draft, acting=liaison)


def test_a_published_report_stays_as_it_is(published, liaison):
    with pytest.raises(errors.AlreadyPublished):
        reporting.fill_in(published, inputs="provider: Other", acting=liaison)
    with pytest.raises(errors.AlreadyPublished):
        reporting.count_report("tiktok", *YEAR, acting=liaison)
    with pytest.raises(IntegrityError), transaction.atomic():
        TransparencyReport.objects.filter(pk=published.pk).update(tables=[])
    with pytest.raises(IntegrityError), transaction.atomic():
        TransparencyReport.objects.filter(pk=published.pk).delete()


def test_publishing_leaves_its_digest_in_the_ledger(published):
    row = LedgerRow.objects.get(event=Event.REPORT_PUBLISHED.value)
    assert published.sha256 in row.content.canonical


def test_a_period_that_is_not_over_is_not_published(liaison, clock):
    clock.set(reporting.Window("tiktok", *YEAR).until - timedelta(seconds=1))
    report = reporting.count_report("tiktok", *YEAR, acting=liaison)
    with pytest.raises(errors.PeriodNotOver):
        reporting.publish_report(report, acting=liaison)


def test_a_day_is_in_one_published_report_of_a_service_alone(published, liaison):
    half = reporting.count_report("tiktok", date(2026, 7, 1), date(2026, 12, 31), acting=liaison)
    with pytest.raises(errors.PeriodsOverlap):
        reporting.publish_report(half, acting=liaison)


def test_a_corrected_version_says_why_and_what_changed(published, liaison):
    corrected = reporting.correct_report(published, acting=liaison)
    reporting.fill_in(corrected, inputs="unfounded_complaint_suspensions: 3", acting=liaison)
    with pytest.raises(ReasonMissing):
        reporting.publish_report(corrected, acting=liaison, reason=" ")
    corrected = reporting.publish_report(corrected, acting=liaison, reason="Suspensions were left out.")
    (change,) = [one for one in reporting.changes_of(corrected) if one.after == 3]
    assert (change.sheet, change.before) == (7, None)
    assert "unfounded complaints" in change.named
    mark = corrected.tables[10][0][-1]
    assert mark.startswith("Version 2 of 2027-01-31 corrects the version before")
    assert "Suspensions were left out." in mark
    assert [one.version for one in reporting.published_reports()] == [2, 1]
    assert published.sha256 != corrected.sha256


def test_one_correction_is_under_way_at_a_time(published, liaison):
    reporting.correct_report(published, acting=liaison)
    with pytest.raises(errors.DraftThere):
        reporting.correct_report(published, acting=liaison)


def test_only_what_is_published_is_corrected(draft, liaison):
    with pytest.raises(errors.NotPublished):
        reporting.correct_report(draft, acting=liaison)


def test_a_draft_can_be_discarded_and_counted_again(draft, liaison):
    reporting.discard_draft(draft, acting=liaison)
    assert reporting.count_report("tiktok", *YEAR, acting=liaison).version == 1


def test_what_the_team_fills_in_needs_no_second_count(draft, liaison, monkeypatch):
    monkeypatch.setattr(reporting, "count", None)
    filled = reporting.fill_in(draft, inputs="provider: Example SAS", acting=liaison)
    assert reporting.tables_of(filled)[0][0][-1] == "Example SAS"


def test_a_report_that_breaks_a_rule_is_not_published(draft, liaison):
    filled = reporting.fill_in(draft, inputs="published_on: 2026-01-05", acting=liaison)
    with pytest.raises(errors.BreaksRules):
        reporting.publish_report(filled, acting=liaison)


def test_only_who_deals_with_authorities_makes_reports(draft, reviewer):
    for do in (reporting.publish_report, reporting.discard_draft):
        with pytest.raises(NotAllowed):
            do(draft, acting=reviewer)


def test_a_year_is_counted_by_itself_once_it_is_over(db, clock, liaison):
    end = reporting.Window("tiktok", *YEAR).until
    clock.set(end - timedelta(hours=1))
    with transaction.atomic():
        append(Event.STAFF_ADDED, subject=liaison)
    assert reporting.count_what_is_over() == []
    clock.set(end + timedelta(minutes=2))
    (made,) = reporting.count_what_is_over()
    assert (made.starts_on, made.ends_on, made.counted_by, made.published) == (*YEAR, None, False)
    assert reporting.count_what_is_over() == []


def test_a_very_large_platform_reports_by_halves(published, liaison, clock):
    corrected = reporting.correct_report(published, acting=liaison)
    reporting.fill_in(corrected, inputs="very_large: true", acting=liaison)
    clock.set(reporting.Window("tiktok", date(2027, 1, 1), date(2027, 6, 30)).until)
    (made,) = reporting.count_what_is_over()
    assert (made.starts_on, made.ends_on) == (date(2027, 1, 1), date(2027, 6, 30))


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("providr: Example", "providr"),
        ("out_of_court: {implemented_share: 2}", "implemented_share"),
        ("people: {by_language: {FR: 2}}", "people.by_language"),
        ("recipients: {by_state: {GR: 2}}", "recipients.by_state"),
        ("qualitative: {poem: Roses}", "qualitative"),
        ("illegal_content_suspensions: -1", "illegal_content_suspensions"),
        ("qualitative: {summary: " + "a" * 5001 + "}", "qualitative"),
        ("a: b: c", "YAML"),
    ],
)
def test_inputs_that_cannot_be_name_the_field(text, named):
    with pytest.raises(InputsRefused, match=named):
        read_inputs(text)


def test_the_example_of_inputs_can_be_read():
    assert read_inputs(EXAMPLE.read_text()).provider == "Example SAS"


def test_inputs_that_cannot_be_are_not_kept(draft, liaison):
    with pytest.raises(errors.InputsWrong, match="providr"):
        reporting.fill_in(draft, inputs="providr: Example", acting=liaison)


def test_anybody_downloads_what_is_published_and_nothing_else(published, liaison, client):
    import hashlib

    answer = client.get(f"/transparency/reports/{published.pk}/report.zip")
    assert hashlib.sha256(answer.content).hexdigest() == published.sha256
    one = client.get(
        f"/transparency/reports/{published.pk}/4_EN_Annex_I__Templates_for_Transparency_Reports_CSV_Part_4_notices.csv"
    )
    assert one.content.startswith(b"Applicability,Service,Reporting period")
    draft = reporting.correct_report(published, acting=liaison)
    assert client.get(f"/transparency/reports/{draft.pk}/report.zip").status_code == 404
    assert client.get(f"/transparency/reports/{published.pk}/secret.txt").status_code == 404


def test_the_desk_makes_fills_in_and_publishes_a_report(liaison, client, clock):
    clock.set(reporting.Window("tiktok", *YEAR).until + timedelta(days=30))
    client.force_login(liaison)
    period = {"service": "tiktok", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    client.post("/reports/", period)
    report = TransparencyReport.objects.get()
    wrong = client.post(f"/reports/{report.pk}/fill-in/", {"inputs": "providr: x"})
    assert wrong.status_code == 422
    assert b"providr" in wrong.content
    client.post(f"/reports/{report.pk}/fill-in/", {"inputs": "provider: Example SAS"})
    client.post(f"/reports/{report.pk}/publish/")
    report.refresh_from_db()
    assert (report.published, report.tables[0][0][-1]) == (True, "Example SAS")
    assert client.get(f"/reports/{report.pk}/").status_code == 200
