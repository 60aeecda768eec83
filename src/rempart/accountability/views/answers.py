"""The page of an answer: drafted, read, approved by another, handed over, corrected by another version."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.accountability import forms, letters
from rempart.accountability.errors import FieldRefused
from rempart.accountability.models import Answer, Request
from rempart.accountability.models.requests import DISCLOSING
from rempart.accountability.services import answering, telling
from rempart.accountability.states import State
from rempart.accountability.views.requests import may_draft
from rempart.casework.errors import Refused
from rempart.files.serving import as_download
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """The next version: the first, or a correction of the last that was handed over."""
    found = get_object_or_404(Request.objects.select_related("authority"), pk=pk)
    if not may_draft(found):
        messages.error(request, _("The request does not stand where this can be done."))
        return redirect("accountability:request", pk)
    corrects = found.answers.filter(state=Answer.State.SENT).order_by("-version").first()
    initial = {"language": found.authority.language}
    form = forms.AnswerForm(request.POST or None, corrects=corrects, aggregate=found.aggregate, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {"figures": None, **form.cleaned_data} if found.aggregate else form.cleaned_data
        try:
            made = answering.draft_answer(found, corrects=corrects, acting=request.user, **given)
        except FieldRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Drafted. Somebody else reads and approves it."))
            return redirect("accountability:answer", made.pk)
    context = {"found": found, "asked": found.asked, "corrects": corrects, "form": form}
    return render(request, "accountability/draft.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, what goes along, and what can be done with it now (`do` says which)."""
    found = get_object_or_404(
        Answer.objects.select_related(
            *("request__authority", "document", "package", "drafted_by", "approved_by", "sent_by", "discarded_by"),
            "corrects",
        ),
        pk=pk,
    )
    ways = _ways(found, request.user)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    given: dict[str, tuple[Any, ...]] = {asked: (request.POST, request.FILES)} if asked in ways else {}
    bound = {name: form(*given.get(name, ()), auto_id=f"{name}_%s") for name, (form, _call, _done) in ways.items()}
    if request.method == "POST" and asked not in ways:
        messages.error(request, _("This version does not stand where this can be done."))
        return redirect("accountability:answer", pk)
    if asked and bound[asked].is_valid():
        _form, call, done = ways[asked]
        try:
            call(found, request.user, bound[asked].cleaned_data)
        except FieldRefused as refused:
            bound[asked].add_error(refused.field if refused.field in bound[asked].fields else None, str(refused))
        except Refused as refused:
            messages.error(request, str(refused))
            return redirect("accountability:answer", pk)
        else:
            messages.success(request, done)
            return redirect("accountability:answer", pk)
    context = {
        "answer": found,
        "found": found.request,
        "forms": bound,
        "enclosures": found.enclosures.select_related("file"),
        "untold": telling.untold(found.request) if not telling.is_silent(found.request) else [],
        "teller": letters.who_tells(found.request),
        "corrections": found.corrections.all(),
        "own": found.drafted_by == request.user,
    }
    return render(request, "accountability/answer.html", context, status=422 if asked else 200)


Way = tuple[type[Any], Callable[[Answer, StaffMember, dict[str, Any]], Any], str]


def _ways(found: Answer, member: StaffMember) -> dict[str, Way]:
    """What this member can do with a version where it stands: the form, the use case, and the words when done."""
    ways: dict[str, Way] = {}
    if found.request.state not in {State.ACKNOWLEDGED, State.ANSWERED}:
        return ways
    if found.state == Answer.State.DRAFTED:
        if found.request.kind in DISCLOSING:
            ways["enclose"] = (forms.EncloseForm, _enclose, _("Enclosed."))
        if found.drafted_by != member:
            ways["approve"] = (
                forms.ReasonForm,
                lambda one, who, given: answering.approve_answer(one, reason=given["because"], acting=who),
                _("Approved. Hand it over by the way that the authority asks for."),
            )
    if found.state == Answer.State.APPROVED:
        ways["send"] = (
            forms.WayForm,
            lambda one, who, given: answering.send_answer(one, how=given["how"], acting=who),
            _("Noted: it was handed over."),
        )
    if found.state in {Answer.State.DRAFTED, Answer.State.APPROVED}:
        ways["discard"] = (
            forms.ReasonForm,
            lambda one, who, given: answering.discard_answer(one, reason=given["because"], acting=who),
            _("Discarded."),
        )
    return ways


def _enclose(found: Answer, member: StaffMember, given: dict[str, Any]) -> None:
    upload = given["file"]
    answering.enclose(found, content=upload.read(), name=upload.name, because=given["because"], acting=member)


@require_safe
@needs(Permission.LIAISE)
def download(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The document, or once approved the whole package; that it was taken out is recorded."""
    found = get_object_or_404(Answer, pk=pk)
    try:
        file, content = answering.read_answer(found, acting=request.user, document=part == "document")
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("accountability:answer", pk)
    return as_download(file, content)
