"""The queue of cases, one case from top to bottom, what is due, and what is done on a case."""

from collections import defaultdict
from datetime import datetime
from math import log
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from rempart.casework import selectors
from rempart.casework.errors import Refused
from rempart.casework.forms import QueueForm
from rempart.casework.models import Case, Decision
from rempart.casework.views.actions import actions_for
from rempart.casework.views.panels import panels_of
from rempart.casework.views.rulebooks import article_shown
from rempart.casework.views.shown import (
    AccountLine,
    TestimonyShown,
    account_line,
    standing_by,
    standing_of,
    testimony_shown,
    timeline_of,
)
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.spans import fields_read
from rempart.pages.writing import decimal
from rempart.records import Assessment
from rempart.staff.access import needs
from rempart.staff.roles import Permission
from rempart.text.near_duplicates import find_copies

PER_PAGE = 50
QUEUE = 14
MOST_DUE = 200
OPEN_AT_FIRST = 5
MOST_SHOWN = 200
MOST_REPEATS = 20
NEGLIGIBLE = 0.005


@require_safe
@needs(Permission.READ_CASES)
def cases(request: HttpRequest) -> HttpResponse:
    """The queue, with simple filters."""
    form = QueueForm(request.GET or None, services=selectors.services_with_cases())
    chosen = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = selectors.queue(chosen.get("q", ""), chosen.get("service", ""), chosen.get("state", ""))
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _lines(request, page.object_list)
    return render(request, "casework/cases.html", {"form": form, "page": page})


@require_safe
@needs(Permission.READ_CASES)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case as a page."""
    return _case(request, pk)


def _case(request: HttpRequest, pk: int, *, sent: Any = None, name: str = "") -> HttpResponse:
    """A case as a page. When a form was `sent` and refused, the action called `name` shows it with what was wrong."""
    found = get_object_or_404(selectors.cases(), pk=pk)
    record = found.assessments.first()
    if record is None:
        raise Http404
    assessment = selectors.assessment_of(record)
    standing = standing_of(found)
    hidden = selectors.score_is_hidden(found, request.user)
    said = [testimony_shown(one) for one in selectors.testimonies_of(found)]
    articles, version = selectors.articles_matched(found, assessment)
    actions = actions_for(found, request.user, sent, name)
    wave = selectors.wave_of(found)
    context = {
        "case": {
            "name": f"@{found.account.handle}",
            "about": found.account.reference,
            "opened_at": found.opened_at,
            "facts": _facts(found),
            "standing": standing,
            "counts": _counts(assessment),
            "assessment": assessment,
            "hidden": hidden,
        },
        "queue": _queue(request, found),
        "wave": {"url": reverse("casework:wave", args=[wave.pk]), "hashtag": wave.hashtag} if wave else None,
        "fields": _fields(said),
        "groups": _groups(said),
        "factors": _factors(assessment),
        "largest": max((abs(one.weight) for one in assessment.because), default=0.0),
        "total": _log_odds(assessment.credibility),
        "rulebook": {
            "url": reverse("casework:rulebook", args=[version.name]),
            "title": words_for("rulebook", version.name),
            "version": version.version,
        },
        "articles": [article_shown(article) for article in articles],
        "timeline": timeline_of(found, selectors.decisions_of(found)),
        "orders_waiting": selectors.orders_waiting(found),
        "panels": panels_of(found, request.user),
        "actions": actions,
        "no_action": _no_action(request),
    }
    return render(request, "casework/case.html", context, status=422 if sent is not None else 200)


@require_POST
@needs(Permission.REVIEW)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what one of the forms of a case asks, or show the case again with what was wrong."""
    found = get_object_or_404(selectors.cases(), pk=pk)
    action = next((one for one in actions_for(found, request.user, request.POST, name) if one.name == name), None)
    if action is None:
        messages.error(request, _("This can no longer be done: the case has changed."))
        return redirect("casework:case", pk)
    if not action.form.is_valid():
        return _case(request, pk, sent=request.POST, name=name)
    try:
        action.do(action.form)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, action.done)
    return redirect("casework:case", pk)


@require_safe
@needs(Permission.READ_CASES)
def due(request: HttpRequest) -> HttpResponse:
    """What waits for somebody, the nearest date first."""
    groups = [
        (_("Waiting for approval"), _("Since"), selectors.waiting_for_approval(), "proposed_at"),
        (_("To be looked at again"), _("By"), selectors.to_review(), "review_due"),
        (_("Ending within three days"), _("Ends"), selectors.ending_soon(), "closes_at"),
    ]
    shown = [
        {
            "title": title,
            "when": when,
            "total": found.count(),
            "lines": [_due_line(one, getattr(one, date)) for one in found[:MOST_DUE]],
        }
        for title, when, found, date in groups
    ]
    return render(request, "casework/due.html", {"groups": [group for group in shown if group["lines"]]})


def _due_line(decision: Decision, at: datetime) -> dict[str, Any]:
    standing = standing_by(decision)
    return {
        "url": reverse("casework:case", args=[decision.case_id]),
        "about": decision.case.account.reference,
        "what": standing.words,
        "state": standing.short,
        "at": at,
        "late": standing.state == "in_force" and at < now(),
    }


def _lines(request: HttpRequest, found: Any, current: Case | None = None) -> list[AccountLine]:
    latest = selectors.latest_assessments(found)
    return [
        account_line(
            one,
            latest[one.pk],
            hidden=selectors.score_is_hidden(one, request.user),
            current=current is not None and one.pk == current.pk,
        )
        for one in found
        if one.pk in latest
    ]


def _queue(request: HttpRequest, current: Case) -> list[AccountLine]:
    """Cases that wait for somebody, the most credible first; the current one heads them when it is not among them."""
    found = list(selectors.queue(state="waiting")[:QUEUE])
    if current not in found:
        found = [current, *found[: QUEUE - 1]]
    return _lines(request, found, current)


def _groups(said: list[TestimonyShown]) -> list[dict[str, Any]]:
    """Testimonies, relays and disputes, near-duplicates folded under the first of them."""
    by_stance: defaultdict[str, list[TestimonyShown]] = defaultdict(list)
    for one in said:
        by_stance[one.stance].append(one)
    titles = {
        "testimony": _("Say that it happened to them"),
        "relay": _("Report what happened to somebody else"),
        "dispute": _("Dispute it"),
    }
    groups = []
    for stance, title in titles.items():
        if all_of_them := by_stance[stance]:
            heads = _folded(all_of_them)
            groups.append(
                {
                    "title": title,
                    "total": len(all_of_them),
                    "first": heads[:OPEN_AT_FIRST],
                    "more": heads[OPEN_AT_FIRST:MOST_SHOWN],
                    "unshown": max(0, len(heads) - MOST_SHOWN),
                }
            )
    return groups


def _folded(said: list[TestimonyShown]) -> list[TestimonyShown]:
    heads: dict[int, TestimonyShown] = {}
    for one, first in zip(said, find_copies([one.text for one in said]).first, strict=True):
        if (head := heads.get(int(first))) is not None:
            head.repeated += 1
            head.repeats.extend([one] if len(head.repeats) < MOST_REPEATS else [])
        else:
            heads[int(first)] = one
    return list(heads.values())


def _fields(said: list[TestimonyShown]) -> list[str]:
    """The marks that the page uses, one for each way of being drawn."""
    used = dict.fromkeys(field for one in said for field in fields_read(one.spans))
    words: dict[str, str] = {}
    for name in used:
        words.setdefault(words_for("field", name), name)
    return list(words.values())


def _factors(assessment: Assessment) -> list[dict[str, Any]]:
    """The reasons, those that weigh most first; what weighs nothing is left out."""
    reasons = sorted(assessment.because, key=lambda one: -abs(one.weight))
    return [
        {
            "sentence": words_for("factor", one.factor),
            "weight": one.weight,
            "testimonies": len(one.testimonies),
        }
        for one in reasons
        if abs(one.weight) >= NEGLIGIBLE
    ]


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 2.1e-9), 1 - 2.1e-9)
    return log(inside / (1 - inside))


def _counts(assessment: Assessment) -> str:
    parts = [
        ngettext("%(n)d testimony", "%(n)d testimonies", assessment.testimonies) % {"n": assessment.testimonies},
        ngettext("%(n)d relay", "%(n)d relays", assessment.relays) % {"n": assessment.relays},
        ngettext("%(n)d dispute", "%(n)d disputes", assessment.disputes) % {"n": assessment.disputes},
    ]
    return " · ".join(parts)


def _facts(found: Case) -> list[str]:
    account = found.account
    facts = [words_for("age_band", account.age_band or "unknown")]
    if account.reach is not None:
        followers = ngettext("%(n)s follower", "%(n)s followers", account.reach)
        facts.append(followers % {"n": decimal(account.reach, 0)})
    return facts


def _no_action(request: HttpRequest) -> str:
    if not request.user.may(Permission.REVIEW):
        return _("Your role lets you read, not decide.")
    return _("Nothing for you to do here now: you approved, and a second person must.")
