"""Search over cases, as a page and, for those whose browser runs scripts, in the palette."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rempart.casework import search as searching
from rempart.casework import selectors
from rempart.casework.forms import SearchForm
from rempart.casework.models import AssessmentRecord, Case, CaseText
from rempart.casework.navigation import entries_for
from rempart.casework.search import Excerpt, Found
from rempart.casework.services import desk
from rempart.casework.services.desk.exposure import SEVERE
from rempart.pages.labels import words_for
from rempart.staff.access import needs
from rempart.staff.roles import Permission

AROUND = 80  # code points shown on each side of what was found
EXCERPTS = 3
IN_PALETTE = 8


@require_safe
@needs(Permission.READ_CASES)
def search(request: HttpRequest) -> HttpResponse:
    """The cases in which some words stand, and the pages of the desk of that name."""
    form = SearchForm(request.GET or None)
    text = form.cleaned_data["q"] if form.is_bound and form.is_valid() else ""
    found = searching.search(text, member=request.user) if text else []
    latest = selectors.latest_assessments([one.case for one in found])
    waits = _Waits(request)
    shown = [
        {
            "url": reverse("casework:case", args=[one.case.pk]),
            "about": one.case.account.reference,
            "state": words_for("case_state", one.case.state),
            "excerpts": _excerpts(one, closed=waits.closed(one.case, latest)),
        }
        for one in found
    ]
    context = {"form": form, "text": text, "found": shown, "most": searching.MOST_FOUND, "pages": _pages(request, text)}
    return render(request, "casework/search.html", context)


@require_safe
@needs(Permission.READ_CASES)
def palette(request: HttpRequest) -> HttpResponse:
    """What the palette offers for some letters: pages, then cases by their handles. Names and addresses only."""
    text = request.GET.get("q", "")[:200]
    pages = [{"kind": _("page"), "title": one["title"], "url": one["url"]} for one in _pages(request, text)]
    handles = searching.cases_by_handle(text, member=request.user, most=IN_PALETTE)
    cases = [
        {
            "kind": _("case"),
            "title": f"@{case.account.handle} · {words_for('service', case.account.service)}",
            "url": reverse("casework:case", args=[case.pk]),
        }
        for case in handles
    ]
    return JsonResponse({"entries": pages + cases})


def _pages(request: HttpRequest, text: str) -> list[dict[str, Any]]:
    wanted = text.strip().casefold()
    return [one for one in entries_for(request.user) if wanted and wanted in str(one["title"]).casefold()]


class _Waits:
    """Of which cases what is said waits until the reader asks for it there."""

    def __init__(self, request: HttpRequest) -> None:
        self.warned = desk.wants_warnings(request.user)
        self.opened = desk.opened_today(request.user) if self.warned else {}

    def closed(self, case: Case, latest: Mapping[int, AssessmentRecord]) -> bool:
        record = latest.get(case.pk)
        return self.warned and case.pk not in self.opened and record is not None and record.severity >= SEVERE


def _excerpts(one: Found, *, closed: bool) -> list[dict[str, Any]]:
    return [
        {
            "kind": CaseText.Kind(excerpt.kind).label,
            "hidden": closed and excerpt.kind == CaseText.Kind.TESTIMONY,
            "text": _around(excerpt),
        }
        for excerpt in one.excerpts[:EXCERPTS]
    ]


def _around(excerpt: Excerpt) -> SafeString:
    """The first passages that matched, marked, with what stands around them."""
    text = excerpt.text
    start = max(0, (excerpt.spans[0][0] if excerpt.spans else 0) - AROUND)
    end = min(len(text), start + 3 * AROUND)
    pieces: list[SafeString] = []
    at = start
    for begins, ends in excerpt.spans:
        if at <= begins and ends <= end:
            pieces += [format_html("{}", text[at:begins]), format_html("<mark>{}</mark>", text[begins:ends])]
            at = ends
    pieces.append(format_html("{}", text[at:end]))
    return format_html(
        "{}{}{}",
        "… " if start else "",
        format_html_join("", "{}", ((piece,) for piece in pieces)),
        " …" if end < len(text) else "",
    )
