"""Transparency reports: counted, filled in by the team, published, corrected in a version of its own, never changed.

What is counted stays with the draft, since the record behind it thins out: retention erases cases a year after they
end. That is why the worker counts the report of a calendar year (or a half, for a very large platform) within the hour
in which it is over, and nobody has to think of it.
"""

import hashlib
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from rempart.accountability.errors import (
    AlreadyPublished,
    BreaksRules,
    DraftThere,
    InputsWrong,
    NotPublished,
    PeriodNotOver,
    PeriodsOverlap,
)
from rempart.accountability.models import TransparencyReport
from rempart.accountability.report.checking import check_found
from rempart.accountability.report.counting import count
from rempart.accountability.report.files import as_archive
from rempart.accountability.report.inputs import Inputs, InputsRefused, read_inputs
from rempart.accountability.report.keeping import from_json, to_json
from rempart.accountability.report.reading import Problem, read_content
from rempart.accountability.report.record import Window
from rempart.accountability.report.tables import Tables, fill
from rempart.accountability.report.versions import Change, changed_cells, marked
from rempart.accountability.services.guards import ensure_liaises
from rempart.casework.services.guards import given_reason
from rempart.casework.statements.dates import PARIS
from rempart.intake.ours import own_services
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow
from rempart.pages.labels import words_for
from rempart.staff.models import StaffMember

NEXT_DAY = timedelta(days=1)


@transaction.atomic
def count_report(service: str, starts_on: date, ends_on: date, *, acting: StaffMember | None) -> TransparencyReport:
    """Count a period into the draft there is of its report, or a new one; the worker does so with acting=None.

    Raises AlreadyPublished when a version is published and none is being corrected, NotAllowed.
    """
    if acting is not None:
        ensure_liaises(acting)
    versions = TransparencyReport.objects.select_for_update().filter(
        service=service, starts_on=starts_on, ends_on=ends_on
    )
    draft = versions.filter(published_at=None).first()
    if draft is None and versions.exists():
        raise AlreadyPublished
    report = draft or TransparencyReport(service=service, starts_on=starts_on, ends_on=ends_on, version=1)
    report.counts = to_json(count(Window(service, starts_on, ends_on)))
    report.counted_at, report.counted_by = now(), acting
    report.save()
    append(Event.REPORT_COUNTED, subject=report, acting=acting, content={"service": service, "period": report.period})
    return report


@transaction.atomic
def fill_in(report: TransparencyReport, *, inputs: str, acting: StaffMember) -> TransparencyReport:
    """Keep what the team says that Rempart cannot know (YAML). Raises AlreadyPublished, InputsWrong, NotAllowed."""
    report = _draft(report, acting)
    _read(inputs)
    report.inputs = inputs
    report.save(update_fields=["inputs"])
    append(Event.REPORT_FILLED_IN, subject=report, acting=acting)
    return report


@transaction.atomic
def publish_report(report: TransparencyReport, *, acting: StaffMember, reason: str = "") -> TransparencyReport:
    """Make a report public as it stands, for ever. reason: why it is corrected, for a version after the first.

    Raises AlreadyPublished, PeriodNotOver, PeriodsOverlap, BreaksRules, ReasonMissing, NotAllowed.
    """
    report = _draft(report, acting)
    if now() < _end(report):
        raise PeriodNotOver
    if any(problem.breaks for problem in problems_of(report)):
        raise BreaksRules
    before = _version(report, report.version - 1)
    tables = tables_of(report)
    if before is not None:
        report.because = given_reason(reason)
        report.changes = [list(change) for change in changed_cells(before.tables, tables)]
        tables = marked(tables, report.version, now().astimezone(PARIS).date(), report.because, len(report.changes))
    report.tables = tables
    report.sha256 = hashlib.sha256(as_archive(tables)).hexdigest()
    report.published_at, report.published_by = now(), acting
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError as error:
        if "published_periods_of_a_service_do_not_overlap" in str(error):
            raise PeriodsOverlap from error
        raise
    append(
        Event.REPORT_PUBLISHED,
        subject=report,
        acting=acting,
        content={
            "service": report.service,
            "period": report.period,
            "version": report.version,
            "sha256": report.sha256,
            "because": report.because,
        },
    )
    return report


@transaction.atomic
def correct_report(report: TransparencyReport, *, acting: StaffMember) -> TransparencyReport:
    """Begin a corrected version of the newest published one, with its counts and what was filled in.

    Raises NotPublished, DraftThere when one was begun, NotAllowed.
    """
    ensure_liaises(acting)
    newest = TransparencyReport.objects.select_for_update().filter(
        service=report.service, starts_on=report.starts_on, ends_on=report.ends_on
    )
    newest_version = newest.order_by("-version").first()
    if newest_version is None or not report.published:
        raise NotPublished
    if not newest_version.published:
        raise DraftThere
    draft = TransparencyReport.objects.create(
        service=report.service,
        starts_on=report.starts_on,
        ends_on=report.ends_on,
        version=newest_version.version + 1,
        counts=newest_version.counts,
        counted_at=newest_version.counted_at,
        counted_by=newest_version.counted_by,
        inputs=newest_version.inputs,
    )
    append(Event.REPORT_COUNTED, subject=draft, acting=acting, content={"corrects": newest_version.pk})
    return draft


@transaction.atomic
def discard_draft(report: TransparencyReport, *, acting: StaffMember) -> None:
    """Delete a draft; another can be counted. Raises AlreadyPublished, NotAllowed."""
    report = _draft(report, acting)
    append(Event.REPORT_DISCARDED, subject=report, acting=acting, content={"period": report.period})
    report.delete()


def tables_of(report: TransparencyReport) -> Tables:
    """The sheets of a version: as published, or as a draft would be if it were published today."""
    if report.tables is not None:
        tables: Tables = report.tables
        return tables
    return fill(
        from_json(report.counts),
        _read(report.inputs),
        made_on=now().astimezone(PARIS).date(),
        service=words_for("service", report.service),
    )


def problems_of(report: TransparencyReport) -> list[Problem]:
    """What the checker says of a version, as it says it of anybody's report."""
    return check_found(read_content("report.zip", as_archive(tables_of(report))))


def changes_of(report: TransparencyReport) -> list[Change]:
    """The cells in which a published version differs from the one before."""
    return [Change(*change) for change in report.changes]


def published_reports() -> list[TransparencyReport]:
    """Every published version, the newest period and version first: all of them stay public."""
    found = TransparencyReport.objects.filter(published_at__isnull=False).defer("counts", "tables", "inputs")
    return list(found.order_by("-ends_on", "-starts_on", "service", "-version"))


def count_what_is_over() -> list[TransparencyReport]:
    """Count the reports of the periods that are over and that nobody counted yet; nothing from before the first row."""
    first = LedgerRow.objects.order_by("pk").values_list("recorded_at", flat=True).first()
    made = []
    for service in own_services() if first is not None else ():
        reports = TransparencyReport.objects.filter(service=service)
        starts_on, ends_on = _last_period(now(), halves=_reports_by_halves(reports))
        counted = Q(starts_on=starts_on, ends_on=ends_on)
        published = Q(published_at__isnull=False, starts_on__lte=ends_on, ends_on__gte=starts_on)
        if first < Window(service, starts_on, ends_on).until and not reports.filter(counted | published).exists():
            made.append(count_report(service, starts_on, ends_on, acting=None))
    return made


def _reports_by_halves(reports: "QuerySet[TransparencyReport]") -> bool:
    """Whether the team said last that the platform is a very large one."""
    newest = reports.exclude(inputs="").order_by("-ends_on", "-version").first()
    return newest is not None and _read(newest.inputs).very_large


def _last_period(moment: datetime, *, halves: bool) -> tuple[date, date]:
    """The last period that is over: the calendar year, or the half of one."""
    today = moment.astimezone(PARIS).date()
    if halves and today.month > 6:
        return date(today.year, 1, 1), date(today.year, 6, 30)
    return date(today.year - 1, 7 if halves else 1, 1), date(today.year - 1, 12, 31)


def _draft(report: TransparencyReport, acting: StaffMember) -> TransparencyReport:
    ensure_liaises(acting)
    report = TransparencyReport.objects.select_for_update().get(pk=report.pk)
    if report.published:
        raise AlreadyPublished
    return report


def _version(report: TransparencyReport, version: int) -> TransparencyReport | None:
    return TransparencyReport.objects.filter(
        service=report.service, starts_on=report.starts_on, ends_on=report.ends_on, version=version
    ).first()


def _end(report: TransparencyReport) -> datetime:
    return Window(report.service, report.starts_on, report.ends_on).until


def _read(inputs: str) -> Inputs:
    try:
        return read_inputs(inputs)
    except InputsRefused as refused:
        raise InputsWrong(str(refused)) from refused
