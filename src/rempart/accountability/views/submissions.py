"""The desk's page of the DSA Transparency Database: what waits, what was refused, what was taken."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rempart.accountability.models import Submission
from rempart.accountability.services import submitting
from rempart.casework.errors import Refused
from rempart.staff.access import needs
from rempart.staff.roles import Permission

A_PAGE, SHOWN = 50, 50
RULES = {
    "required": gettext_lazy("is missing"),
    "at_least_one": gettext_lazy("no restriction is declared"),
    "type": gettext_lazy("cannot be read"),
    "value": gettext_lazy("is none of the values that the database knows"),
    "length": gettext_lazy("is too long"),
    "format": gettext_lazy("is not written as the database wants"),
    "day": gettext_lazy("is a day that the database does not take"),
    "personal": gettext_lazy("holds what may name somebody"),
}
"""Why our own check refuses, in words; what the database says itself is shown as it says it."""


class CorrectionForm(forms.Form):
    """What was wrong with a statement that was sent."""

    because = forms.CharField(
        label=gettext_lazy("What was wrong, in English"),
        help_text=gettext_lazy("Everybody can read it in the database. Name nobody."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


@require_safe
@needs(Permission.LIAISE)
def submissions(request: HttpRequest) -> HttpResponse:
    """How many wait and why, what a person has to look at, and what the database has, the latest first."""
    refused = submitting.refused().select_related("statement__decision")
    asked = request.GET.get("puid", "").strip()
    taken = Submission.objects.filter(state=Submission.State.TAKEN).select_related(
        "statement__decision", "corrects", "correction"
    )
    taken = taken.filter(puid__startswith=asked) if asked else taken
    page = Paginator(taken.order_by("-taken_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "counts": submitting.counts(),
        "set_up": submitting.is_set_up(),
        "trouble": _(trouble) if (trouble := submitting.standing_in_the_way()) else "",
        "refused": [_line(one) | {"problems": [_problem(said) for said in one.problems]} for one in refused[:SHOWN]],
        "refused_more": max(0, refused.count() - SHOWN),
        "page": page,
        "taken": [_line(one) | {"form": _form(one)} for one in page],
        "asked": asked,
    }
    return render(request, "accountability/submissions.html", context)


def _line(one: Submission) -> dict[str, Any]:
    case = one.statement.decision.case_id if one.statement else None
    return {"submission": one, "case_url": reverse("casework:case", args=[case]) if case else ""}


def _problem(said: dict[str, str]) -> dict[str, Any]:
    return {"field": said["field"], "words": RULES.get(said["rule"]) or said["message"]}


def _form(one: Submission) -> CorrectionForm | None:
    correctable = one.statement is not None and not hasattr(one, "correction")
    return CorrectionForm(auto_id=f"correct{one.pk}_%s") if correctable else None


@require_POST
@needs(Permission.LIAISE)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Declare again what was refused (`again`), or what was sent wrong (`correct`)."""
    one = get_object_or_404(Submission, pk=pk)
    try:
        if name == "again":
            found = submitting.declare_again(one, acting=request.user)
            if found.state == Submission.State.WAITS:
                messages.success(request, _("Declared again: it is sent within a minute."))
            else:
                messages.error(request, _("Declared again, and refused again."))
        elif name == "correct":
            form = CorrectionForm(request.POST)
            if form.is_valid():
                submitting.correct(one, because=form.cleaned_data["because"], acting=request.user)
                messages.success(request, _("Declared again: it is sent within a minute."))
            else:
                messages.error(request, _("Please say what was wrong."))
        else:
            raise Http404
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("accountability:submissions")
