"""Misuse of reporting at the desk: findings, warnings and suspensions, each by a person with a reason; the figures."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from rempart.casework.errors import Refused
from rempart.casework.forms import ReasonForm
from rempart.casework.models import Complainant, ReportingRestriction, UnfoundedReport
from rempart.casework.services import misuse as services
from rempart.intake.models import Report
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

YEAR = timedelta(days=365)
MOST = 100


class FindForm(ReasonForm):
    """Finding a report manifestly unfounded."""

    gravity = forms.TypedChoiceField(
        label=gettext_lazy("What the report did"), choices=UnfoundedReport.Gravity, coerce=int
    )
    intent = forms.ChoiceField(label=gettext_lazy("Why it was sent"), choices=UnfoundedReport.Intent)
    field_order = ("gravity", "intent", "reason")


class BecauseForm(forms.Form):
    """Reasons that the person reads, in both languages."""

    fr = forms.CharField(
        label=gettext_lazy("Reasons, in French"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"}),
        help_text=gettext_lazy("The person reads this."),
    )
    en = forms.CharField(
        label=gettext_lazy("Reasons, in English"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        help_text=gettext_lazy("The person reads this."),
    )


def misuse_of(reporter: str, reports: Iterable[Report], member: StaffMember) -> dict[str, Any]:
    """What the page of a complainant shows of misuse: each report with its finding, their record, what may be done."""
    findings = {
        one.report_id: one
        for one in UnfoundedReport.objects.filter(report__in=list(reports), undone_at=None).select_related(
            "found_by", "agreed_by"
        )
    }
    reviews = member.may(Permission.REVIEW)
    return {
        "reports": [_report_shown(report, findings.get(report.pk), member) for report in reports],
        "weighed": services.weigh(reporter),
        "restrictions": ReportingRestriction.objects.filter(reporter=reporter).select_related(
            "decided_by", "lifted_by"
        ),
        "warn": BecauseForm(prefix="warn") if reviews and services.may_be_warned(reporter) else None,
        "suspend": BecauseForm(prefix="suspend")
        if member.may(Permission.COUNTERSIGN) and services.may_be_suspended(reporter)
        else None,
    }


def _report_shown(report: Report, finding: UnfoundedReport | None, member: StaffMember) -> dict[str, Any]:
    reviews = member.may(Permission.REVIEW)
    waits = finding is not None and finding.agreed_at is None
    return {
        "report": report,
        "testimony": report.testimony,
        "finding": finding,
        "waits": waits,
        "find": FindForm(prefix=f"find-{report.pk}")
        if reviews and finding is None and report.testimony.upheld_at is None
        else None,
        "agree": ReasonForm(prefix=f"agree-{finding.pk}")
        if reviews and waits and finding is not None and finding.found_by_id != member.pk
        else None,
        "undo": ReasonForm(prefix=f"undo-{finding.pk}") if reviews and finding is not None else None,
        "take_in": ReasonForm(prefix=f"take-in-{report.pk}")
        if reviews and report.testimony.set_aside_at is not None
        else None,
    }


@require_GET
@needs(Permission.READ_CASES)
def misuse(request: HttpRequest) -> HttpResponse:
    """What waits for a second person, what was kept aside, what holds now, and the figures of a year (Art. 24)."""
    waiting = UnfoundedReport.objects.filter(agreed_at=None, undone_at=None).select_related(
        "found_by", "report__testimony"
    )
    aside = Report.objects.filter(testimony__set_aside_at__isnull=False).select_related("testimony__account")
    member = request.user
    context = {
        "waiting": [_report_shown(one.report, one, member) for one in waiting[:MOST]],
        "aside": [_report_shown(one, None, member) for one in aside[:MOST]],
        "in_force": [
            {"restriction": one, "lift": ReasonForm(prefix=f"lift-{one.pk}") if member.may(Permission.REVIEW) else None}
            for one in ReportingRestriction.objects.in_force().select_related("decided_by")[:MOST]
        ],
        "figures": services.figures(now() - YEAR, now()),
    }
    return render(request, "casework/complainant/misuse.html", context)


@require_POST
@needs(Permission.REVIEW)
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """Find a report manifestly unfounded."""
    report = get_object_or_404(Report.objects.select_related("testimony", "conversation"), pk=pk)
    form = FindForm(request.POST, prefix=f"find-{report.pk}")

    def do() -> None:
        said = form.cleaned_data
        services.find_unfounded(
            report, gravity=said["gravity"], intent=said["intent"], acting=request.user, reason=said["reason"]
        )

    return _done(request, form, do, _("Kept. It counts once another person agrees."))


@require_POST
@needs(Permission.REVIEW)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Agree that a report is manifestly unfounded."""
    finding = get_object_or_404(UnfoundedReport, pk=pk)
    form = ReasonForm(request.POST, prefix=f"agree-{finding.pk}")

    def do() -> None:
        services.agree_unfounded(finding, acting=request.user, reason=form.cleaned_data["reason"])

    return _done(request, form, do, _("Done. The report left the assessment, and its author is told."))


@require_POST
@needs(Permission.REVIEW)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Disagree, or undo a finding."""
    finding = get_object_or_404(UnfoundedReport, pk=pk)
    form = ReasonForm(request.POST, prefix=f"undo-{finding.pk}")

    def do() -> None:
        services.undo_unfounded(finding, acting=request.user, reason=form.cleaned_data["reason"])

    return _done(request, form, do, _("Undone. The report counts as before."))


@require_POST
@needs(Permission.REVIEW)
def take_in(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a report that was kept aside into the assessment."""
    report = get_object_or_404(Report.objects.select_related("testimony__account", "conversation"), pk=pk)
    form = ReasonForm(request.POST, prefix=f"take-in-{report.pk}")

    def do() -> None:
        services.take_in_report(report, acting=request.user, reason=form.cleaned_data["reason"])

    return _done(request, form, do, _("Taken in: the account is assessed again."))


@require_POST
@needs(Permission.REVIEW)
def warn(request: HttpRequest, pk: int) -> HttpResponse:
    """Warn a complainant who frequently reports what is manifestly unfounded."""
    reporter = get_object_or_404(Complainant, pk=pk).reporter
    form = BecauseForm(request.POST, prefix="warn")
    return _done(
        request,
        form,
        lambda: services.warn_reporter(reporter, because=form.cleaned_data, acting=request.user),
        _("Warned, and told why."),
    )


@require_POST
@needs(Permission.COUNTERSIGN)
def suspend(request: HttpRequest, pk: int) -> HttpResponse:
    """Suspend a complainant's right to report."""
    reporter = get_object_or_404(Complainant, pk=pk).reporter
    form = BecauseForm(request.POST, prefix="suspend")
    return _done(
        request,
        form,
        lambda: services.suspend_reporter(reporter, because=form.cleaned_data, acting=request.user),
        _("Suspended for a time, and told why."),
    )


@require_POST
@needs(Permission.REVIEW)
def lift(request: HttpRequest, pk: int) -> HttpResponse:
    """End a warning or a suspension early."""
    restriction = get_object_or_404(ReportingRestriction, pk=pk)
    form = ReasonForm(request.POST, prefix=f"lift-{restriction.pk}")

    def do() -> None:
        services.lift_restriction(restriction, acting=request.user, reason=form.cleaned_data["reason"])

    return _done(request, form, do, _("Ended, and told."))


def _done(request: HttpRequest, form: forms.Form, do: Callable[[], object], words: str) -> HttpResponseRedirect:
    """Do what a form asks and go back to the page that it stood on, with what came of it."""
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    else:
        try:
            do()
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, words)
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else reverse("casework:misuse"))
