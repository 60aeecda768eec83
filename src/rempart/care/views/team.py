"""The pages of the care team: who asks for a human, what falls due, and the people looked after, the youngest first."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.care import selectors, team_forms
from rempart.care.errors import JudgesThem, Refused
from rempart.care.models import Asked, CareStep
from rempart.care.services import asking, files, follow_ups
from rempart.care.services.guards import judges
from rempart.care.steps import said, steps
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.roles import Permission

PER_PAGE = 50
DUE_SHOWN = 100


@require_safe
@needs(Permission.CARE)
def team(request: HttpRequest) -> HttpResponse:
    """Who asks for a human, then what falls due, then everybody looked after. `?q=` and `?state=` find files."""
    form = team_forms.FindForm(request.GET or None)
    asked = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.looked_after(state=asked.get("state", ""), text=asked.get("q", ""))
    due = list(selectors.steps_due()[: DUE_SHOWN + 1])
    context = {
        "asked": list(selectors.waiting_for_a_human()[: selectors.MOST]),
        "due": [line_of(step) for step in due[:DUE_SHOWN]],
        "due_more": len(due) > DUE_SHOWN,
        "rings": asking.can_ring(),
        "deaths": list(selectors.to_confirm()),
        "page": Paginator(found, PER_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "searching": bool(asked.get("q") or asked.get("state")),
        "now": now(),
    }
    return render(request, "care/team/list.html", context)


def line_of(step: CareStep) -> dict[str, Any]:
    """A step as a page shows it: in words, whether it is late, and where it is done."""
    known = steps().get(step.kind)
    return {
        "step": step,
        "words": said(known.words) if known else step.kind,
        "help": said(known.help) if known else "",
        "url": reverse("care:file", args=[step.file_id]) + f"#step-{step.kind}",
        "because": follow_ups.BY_ITSELF.get(step.skipped_because, step.skipped_because),
        "ahead": step.waits and step.starts > now(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def open_file(request: HttpRequest) -> HttpResponse:
    """Offer support to somebody whom a person noticed."""
    form = team_forms.OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            file = files.open_file(
                given["account"],
                age_band=given["age_band"] or None,
                country=given["country"].upper() or None,
                acting=request.user,
                because=given["because"],
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Nothing was sent yet: look at what is known, then send the welcome."))
            return redirect("care:file", file.pk)
    return render(request, "care/team/open.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def asked(request: HttpRequest, pk: int) -> HttpResponse:
    """Somebody asks for a human: see to it (`do=take`), and say what was done (`do=settle`)."""
    wish = get_object_or_404(Asked.objects.select_related("file", "taken_by", "settled_by"), pk=pk)
    if judges(wish.file, request.user):
        return refuse(request)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = team_forms.SettleForm(request.POST if do == "settle" else None)
    try:
        if do == "take":
            asking.acknowledge(wish, acting=request.user)
            messages.success(request, _("You see to it: the others are not called for a while."))
            return redirect("care:asked", pk)
        if do == "settle" and form.is_valid():
            asking.settle(wish, acting=request.user, **form.cleaned_data)
            messages.success(request, _("Noted. Their page says that a human was there."))
            return redirect("care:file", wish.file_id)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("care:asked", pk)
    context = {"wish": wish, "phone": asking.phone_of(wish), "form": form, "now": now()}
    return render(request, "care/team/asked.html", context, status=422 if form.errors else 200)


def refuse(request: HttpRequest) -> HttpResponse:
    """The page for whoever judges what is said of the same account."""
    return render(request, "care/team/apart.html", {"words": JudgesThem.words}, status=403)
