"""Transparency reports: made, filled in, checked and published at the desk; downloaded by anybody once published."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.accountability.models import TransparencyReport
from rempart.accountability.report import files, versions
from rempart.accountability.report.inputs import EXAMPLE
from rempart.accountability.report.template import template
from rempart.accountability.services import reporting as services
from rempart.casework.errors import Refused
from rempart.casework.forms import ReasonForm
from rempart.intake.ours import own_services
from rempart.ledger.clock import now
from rempart.pages import writing
from rempart.pages.labels import words_for
from rempart.staff.access import needs, open_to_all
from rempart.staff.roles import Permission

LARGEST_INPUTS = 256 * 1024
MOST_CHANGES = 200
DAY = forms.DateInput(attrs={"type": "date"})


class PeriodForm(forms.Form):
    """A period of a service, both days in it."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    starts_on = forms.DateField(label=gettext_lazy("First day"), widget=DAY)
    ends_on = forms.DateField(label=gettext_lazy("Last day"), widget=DAY)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """One of our services; none is asked for when there is one alone."""
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(one, words_for("service", one)) for one in own_services()]
        self.fields["service"].initial = own_services()[0]

    def clean(self) -> dict[str, Any]:
        """Whether the period ends after it begins."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("starts_on") and said.get("ends_on") and said["ends_on"] <= said["starts_on"]:
            self.add_error("ends_on", _("The period ends before it begins."))
        return said


class InputsForm(forms.Form):
    """What Rempart cannot know, as the team filled it in."""

    inputs = forms.CharField(
        label=gettext_lazy("What Rempart cannot know (YAML)"),
        help_text=gettext_lazy("Leave out what does not apply: it is blank in the report, and said to be."),
        required=False,
        max_length=LARGEST_INPUTS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "mono", "spellcheck": "false"}),
    )


class CorrectionForm(ReasonForm):
    """Why a published report is corrected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Everybody reads this reason."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What was wrong")
        self.fields["reason"].help_text = _(
            "Everybody reads it, at the head of the corrected report. In English, as the report is."
        )
        self.fields["reason"].error_messages["required"] = _("Please say what was wrong.")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def reports(request: HttpRequest) -> HttpResponse:
    """Every report there is, and the form that counts another period."""
    form = PeriodForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.count_report(**form.cleaned_data, acting=request.user)
        except Refused as refused:
            form.add_error(None, ValidationError(str(refused)))
        else:
            messages.success(request, _("Counted. Nothing is public yet."))
            return redirect("accountability:report", made.pk)
    found = TransparencyReport.objects.select_related("counted_by").defer("counts", "tables")
    return render(
        request, "accountability/reports.html", {"reports": found, "form": form}, status=422 if form.errors else 200
    )


@require_safe
@needs(Permission.LIAISE)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its figures, what the checker says of it, what can be done now."""
    found = get_object_or_404(TransparencyReport.objects.select_related("counted_by", "published_by"), pk=pk)
    return _shown(request, found)


def _shown(request: HttpRequest, found: TransparencyReport, *, form: forms.Form | None = None) -> HttpResponse:
    tables = services.tables_of(found)
    problems = services.problems_of(found)
    same = TransparencyReport.objects.filter(
        service=found.service, starts_on=found.starts_on, ends_on=found.ends_on
    ).defer("counts", "tables")
    context = {
        "report": found,
        "figures": list(_figures(tables)),
        "broken": [one for one in problems if one.breaks],
        "remarks": [one for one in problems if not one.breaks],
        "inputs": form or InputsForm(initial={"inputs": found.inputs or EXAMPLE.read_text()}),
        "correction": CorrectionForm() if found.version > 1 else None,
        "over": now() >= services.Window(found.service, found.starts_on, found.ends_on).until,
        "changes": services.changes_of(found)[:MOST_CHANGES],
        "versions": list(same),
        "newest": not same.filter(version__gt=found.version).exists(),
        "sheets": template().sheets,
    }
    return render(request, "accountability/report.html", context, status=422 if form is not None else 200)


SUMMARY = (
    (3, "orders_to_act", gettext_lazy("Orders to act")),
    (3, "orders_to_inform", gettext_lazy("Orders to give information")),
    (4, "notices", gettext_lazy("Notices")),
    (4, "notices_flagger", gettext_lazy("Notices of trusted flaggers")),
    (4, "items", gettext_lazy("Accounts that notices concern")),
    (4, "hours_to_action", gettext_lazy("Hours from notice to action, median")),
    (4, "by_law", gettext_lazy("Actions on notices, by law")),
    (4, "by_terms", gettext_lazy("Actions on notices, by the rules")),
    (5, "measures", gettext_lazy("Measures of our own initiative, by law")),
    (6, "measures", gettext_lazy("Measures of our own initiative, by the rules")),
)


def _figures(tables: services.Tables) -> Iterator[tuple[Any, str]]:
    """The totals that a page shows, in words and as people write numbers; medians to a tenth of an hour."""
    for words, value in _totals(tables):
        yield words, "–" if value is None else writing.decimal(value, 1 if isinstance(value, float) else 0)


def _totals(tables: services.Tables) -> list[tuple[Any, Any]]:
    """The first row of sheets 3 to 6, and what became of complaints."""
    found = []
    for number, key, words in SUMMARY:
        sheet = template().sheet(number)
        place = next(place for place, one in enumerate(sheet.columns) if one.key == key)
        found.append((words, tables[number - 1][0][place]))
    value = next(place for place, one in enumerate(template().sheet(7).columns) if one.key == "value")
    complaints = [row[value] for row in tables[6][:4]]
    return [
        *found,
        (gettext_lazy("Complaints"), complaints[0]),
        (gettext_lazy("Decisions upheld after a complaint"), complaints[1]),
        (gettext_lazy("Decisions reversed after a complaint"), complaints[3]),
    ]


@require_POST
@needs(Permission.LIAISE)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do something to a version: count again, fill in, publish, correct or discard it."""
    found = get_object_or_404(TransparencyReport, pk=pk)
    form: forms.Form = {"fill-in": InputsForm, "publish": CorrectionForm if found.version > 1 else forms.Form}.get(
        name, forms.Form
    )(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("accountability:report", pk)
    said = form.cleaned_data
    deeds: dict[str, tuple[Callable[[], Any], str]] = {
        "count": (
            lambda: services.count_report(found.service, found.starts_on, found.ends_on, acting=request.user),
            _("Counted again."),
        ),
        "fill-in": (lambda: services.fill_in(found, inputs=said["inputs"], acting=request.user), _("Kept.")),
        "publish": (
            lambda: services.publish_report(found, acting=request.user, reason=said.get("reason", "")),
            _("Published. It stays as it is, and public."),
        ),
        "correct": (
            lambda: services.correct_report(found, acting=request.user),
            _("A corrected version is begun. Nothing changed yet for anybody."),
        ),
        "discard": (lambda: services.discard_draft(found, acting=request.user), _("Discarded.")),
    }
    if name not in deeds:
        raise Http404
    do, words = deeds[name]
    try:
        done = do()
    except Refused as refused:
        if name == "fill-in":
            form.add_error("inputs", ValidationError(str(refused)))
            return _shown(request, found, form=form)
        messages.error(request, str(refused))
        return redirect("accountability:report", pk)
    messages.success(request, words)
    return redirect("accountability:report", done.pk) if done is not None else redirect("accountability:reports")


@require_safe
@needs(Permission.LIAISE)
def report_file(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A file of a version, drafts too."""
    return _file(get_object_or_404(TransparencyReport, pk=pk), part)


@require_safe
@open_to_all(because="transparency reports are public (DSA Arts 15 and 24)")
def published_file(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """A file of a published version."""
    return _file(get_object_or_404(TransparencyReport, pk=pk, published_at__isnull=False), part)


PARTS = ("report.zip", "report.xlsx", "changes.csv")


def _file(found: TransparencyReport, part: str) -> HttpResponse:
    tables = services.tables_of(found)
    name = f"transparency-report-{found.service}-{found.starts_on}-{found.ends_on}-version-{found.version}"
    if part == "report.zip":
        content, kind = files.as_archive(tables), "application/zip"
    elif part == "report.xlsx":
        changed = [(one.sheet, one.row, one.column) for one in services.changes_of(found)]
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        content = files.as_workbook(tables, changed)
    elif part == "changes.csv" and found.published:
        content, kind = versions.as_csv(services.changes_of(found)), "text/csv; charset=utf-8"
    else:
        sheet = next((one for one in template().sheets if one.file == part), None)
        if sheet is None:
            raise Http404
        response = HttpResponse(files.as_csv(sheet, tables[sheet.number - 1]), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="{sheet.file}"'
        return response
    response = HttpResponse(content, content_type=kind)
    suffix = "-changes.csv" if part == "changes.csv" else part.removeprefix("report")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}{suffix}"'
    return response
