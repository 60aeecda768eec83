"""The queue: its pages and filters, the next case to look at, and who works on which."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework import keyset, selectors
from rempart.casework.errors import Refused
from rempart.casework.forms import QueueForm, SaveFilterForm
from rempart.casework.models import AssessmentRecord, Case, SavedFilter
from rempart.casework.services import desk
from rempart.casework.views.shown import AccountLine, account_line
from rempart.intake.ours import own_services
from rempart.staff.access import needs
from rempart.staff.roles import Permission

PER_PAGE = 50
FILTERS = ("q", "state", "service")


@require_safe
@needs(Permission.READ_CASES)
def cases(request: HttpRequest) -> HttpResponse:
    """The queue, what waits worst first, with simple filters that can be saved."""
    form = QueueForm(request.GET or None, services=own_services())
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.queue(
        chosen.get("q", ""), chosen.get("service", ""), chosen.get("state", ""), member=request.user
    )
    page = keyset.slice_of(found, request.GET, PER_PAGE)
    latest = selectors.latest_assessments(page.object_list)
    page.object_list = lines(request, page.object_list, latest, whole=True)
    query = filter_query(request.GET)
    context = {
        "form": form,
        "page": page,
        "count": keyset.counted(found),
        "filters": SavedFilter.objects.filter(owner=request.user) | SavedFilter.objects.filter(shared=True),
        "query": query,
        "save_form": SaveFilterForm(initial={"query": query}) if query else None,
    }
    return render(request, "casework/cases.html", context)


def filter_query(asked: QueryDict) -> str:
    """The filters of an address as a query, without empty ones and without the page."""
    return urlencode([(name, asked[name]) for name in FILTERS if asked.get(name)])


def lines(
    request: HttpRequest,
    found: Sequence[Case],
    latest: Mapping[int, AssessmentRecord],
    *,
    current: Case | None = None,
    whole: bool = False,
) -> list[AccountLine]:
    """Lines of the queue, in a number of queries that does not grow with them; whole: with why they stand there."""
    places = selectors.places_of(found, latest) if whole else {}
    holders = selectors.holders_of(found) if whole else {}
    return [
        account_line(
            one,
            latest[one.pk],
            hidden=selectors.score_is_hidden(one, request.user),
            current=current is not None and one.pk == current.pk,
            place=places.get(one.pk),
            holder=holders.get(one.pk),
        )
        for one in found
        if one.pk in latest
    ]


@require_POST
@needs(Permission.REVIEW)
def next_case(request: HttpRequest) -> HttpResponse:
    """Claim the next case that waits for this person, leaving the one they come from."""
    after = Case.objects.filter(pk=_number(request.POST.get("after"))).first()
    enough = desk.exposed_today(request.user) >= desk.budget()
    found = desk.claim_next(acting=request.user, after=after, gentle=enough)
    if found is None:
        messages.success(request, _("Nothing waits for you: everything is decided, or somebody is working on it."))
        return redirect("casework:cases")
    return redirect("casework:case", found.pk)


@require_POST
@needs(Permission.REVIEW)
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Begin to work on a case, or go on."""
    return _done(request, pk, lambda case: desk.claim(case, acting=request.user))


@require_POST
@needs(Permission.REVIEW)
def leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a case to the others."""
    return _done(request, pk, lambda case: desk.leave(case, acting=request.user))


@require_POST
@needs(Permission.COUNTERSIGN)
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case over from a colleague, with a reason."""
    reason = request.POST.get("reason", "")
    return _done(request, pk, lambda case: desk.take_over(case, acting=request.user, reason=reason))


def _done(request: HttpRequest, pk: int, do: Any) -> HttpResponse:
    try:
        do(get_object_or_404(Case, pk=pk))
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("casework:case", pk)


@require_POST
@needs(Permission.READ_CASES)
def save_filter(request: HttpRequest) -> HttpResponse:
    """Save the filters of the queue under a name."""
    form = SaveFilterForm(request.POST)
    query = filter_query(QueryDict(request.POST.get("query", "")))
    if query and form.is_valid():
        desk.save_filter(form.cleaned_data["name"], query, shared=form.cleaned_data["shared"], acting=request.user)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Give the filter a name."))
    return redirect(f"{reverse('casework:cases')}?{query}")


@require_POST
@needs(Permission.READ_CASES)
def forget_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a saved filter."""
    try:
        desk.forget_filter(get_object_or_404(SavedFilter, pk=pk), acting=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    return redirect("casework:cases")


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
