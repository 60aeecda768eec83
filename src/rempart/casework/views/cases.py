"""One case from top to bottom, and what is done on it."""

from collections.abc import Iterable, Iterator, Mapping
from math import fsum, log
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework import selectors
from rempart.casework.errors import Refused
from rempart.casework.forms import NoteForm
from rempart.casework.models import Case, Macro
from rempart.casework.navigation import exposed_today, opened_today
from rempart.casework.referrals.dossier import files_on
from rempart.casework.services import desk
from rempart.casework.services.undoing import undo as undo_last
from rempart.casework.services.undoing import undoable
from rempart.casework.views.actions import actions_for
from rempart.casework.views.panels import panels_of
from rempart.casework.views.queue import lines
from rempart.casework.views.rulebooks import article_shown
from rempart.casework.views.said import fields_of, groups_of
from rempart.casework.views.shown import (
    TestimonyShown,
    standing_of,
    testimony_shown,
    timeline_of,
)
from rempart.pages.labels import words_for
from rempart.pages.writing import decimal
from rempart.records import Assessment
from rempart.staff.access import needs
from rempart.staff.roles import Permission

QUEUE = 14
NEGLIGIBLE = 0.05  # log-odds; less is written 0.0
MOST_NAMED = 20  # testimonies named under a reason


@require_safe
@needs(Permission.READ_CASES)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case as a page, unless one is to judge it again without having seen it."""
    return _page(request, pk)


def _page(request: HttpRequest, pk: int, *, sent: Any = None, name: str = "") -> HttpResponse:
    """The page. When a form was `sent` and refused, the action called `name` shows it with what was wrong."""
    found = get_object_or_404(selectors.whole_cases(request.user), pk=pk)
    if found.blind is not None:
        return redirect("casework:second-review", found.blind)
    beside = _beside(request, found)
    selectors.with_decisions([found, *beside])
    latest = selectors.latest_assessments(beside)
    if found.pk not in latest:
        raise Http404
    assessment = selectors.assessment_of(latest[found.pk])
    articles, version = selectors.articles_matched(found, assessment)
    said = _said(request, found, assessment)
    context = {
        "case": {
            "pk": found.pk,
            "name": f"@{found.account.handle}",
            "about": found.account.reference,
            "opened_at": found.opened_at,
            "facts": _facts(found),
            "standing": standing_of(found),
            "counts": _counts(assessment),
            "assessment": assessment,
            "hidden": selectors.score_is_hidden(found, request.user),
        },
        "queue": lines(request, beside, latest, current=found),
        "wave": found.wave and {"url": reverse("casework:wave", args=[found.wave["pk"]])} | found.wave,
        **said,
        "factors": _factors(assessment, said.get("groups", [])),
        "largest": max((abs(one.weight) for one in assessment.because), default=0.0),
        "total": _log_odds(assessment.credibility),
        "rulebook": {
            "url": reverse("casework:rulebook", args=[version.name]),
            "title": words_for("rulebook", version.name),
            "version": version.version,
        },
        "articles": [article_shown(article) for article in articles],
        "timeline": timeline_of(found, found.decisions.all()),
        "files": files_on(found),
        "panels": panels_of(found, request.user),
        **_work(request, found, sent, name),
        **_notes(request, found),
    }
    return render(request, "casework/case.html", context, status=422 if sent is not None else 200)


def _said(request: HttpRequest, found: Case, assessment: Assessment) -> dict[str, Any]:
    """What is said, once the reader has asked for it where it is severe."""
    counted = assessment.testimonies + assessment.relays + assessment.disputes
    if not desk.texts_are_open(found, assessment.severity, member=request.user, opened=opened_today(request)):
        return {"texts_open": False, "enough": exposed_today(request) >= desk.budget()}
    said = [testimony_shown(one) for one in selectors.first_said(found)]
    return {
        "texts_open": True,
        "fields": fields_of(said),
        "groups": groups_of(said, selectors.ties_of(found)),
        "unread": max(0, counted - len(said)) if len(said) == selectors.MOST_READ else 0,
    }


def _work(request: HttpRequest, found: Case, sent: Any, name: str) -> dict[str, Any]:
    """What this person can do now, and who works on the case."""
    mine = desk.renew(found, acting=request.user)
    actions = actions_for(found, request.user, sent, name)
    macros = list(Macro.objects.filter(retired_at=None)) if actions else []
    chosen = next((one for one in macros if str(one.pk) == request.GET.get("macro")), None)
    if chosen is not None:
        for action in actions:
            action.form.initial.setdefault("reason", desk.fill(chosen, found, get_language() or "fr"))
    return {
        "claimed_by_me": mine,
        "holder": None if mine else desk.held_by(found),
        "may_review": request.user.may(Permission.REVIEW),
        "may_take_over": request.user.may(Permission.COUNTERSIGN),
        "actions": actions,
        "no_action": _no_action(request),
        "undoable": undoable(found, request.user) if request.user.may(Permission.REVIEW) else None,
        "macros": [
            {"pk": one.pk, "name": one.name, "text": desk.fill(one, found, get_language() or "fr")} for one in macros
        ],
    }


def _notes(request: HttpRequest, found: Case) -> dict[str, Any]:
    """The notes of colleagues, for those who read them; what calls this person is seen now."""
    if not desk.may_read_notes(request.user):
        return {"notes": None}
    notes = list(found.notes.select_related("by"))
    if found.has["mentions"]:
        desk.see_mentions(found, acting=request.user)
    return {"notes": notes, "note_form": NoteForm(auto_id="note_%s")}


@require_POST
@needs(Permission.REVIEW)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what one of the forms of a case asks, or show the case again with what was wrong."""
    found = get_object_or_404(selectors.whole_cases(request.user), pk=pk)
    selectors.with_decisions([found])
    action = next((one for one in actions_for(found, request.user, request.POST, name) if one.name == name), None)
    if action is None:
        messages.error(request, _("This can no longer be done: the case has changed."))
        return redirect("casework:case", pk)
    if not action.form.is_valid():
        return _page(request, pk, sent=request.POST, name=name)
    try:
        action.do(action.form)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, action.done)
    return redirect("casework:case", pk)


@require_POST
@needs(Permission.REVIEW)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Undo what one did last on a case, within a minute."""
    try:
        undo_last(get_object_or_404(Case, pk=pk), acting=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Undone: the case is as it was before."))
    return redirect("casework:case", pk)


@require_POST
@needs(Permission.READ_CASES)
def texts(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the texts of a severe case for the rest of the day."""
    found = get_object_or_404(Case, pk=pk)
    record = found.assessments.first()
    if record is not None:
        desk.open_texts(found, record.severity, acting=request.user)
    return redirect(reverse("casework:case", args=[pk]) + "#said")


@require_POST
@needs(Permission.REVIEW, Permission.LIAISE)
def notes(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a note for the colleagues."""
    try:
        desk.note(get_object_or_404(Case, pk=pk), acting=request.user, text=request.POST.get("text", ""))
    except Refused:
        messages.error(request, _("Write something first."))
    return redirect(reverse("casework:case", args=[pk]) + "#notes")


def _beside(request: HttpRequest, current: Case) -> list[Case]:
    """The head of the queue; the current case heads it when it is not among them."""
    found = list(selectors.queue(member=request.user).prefetch_related(None)[:QUEUE])
    others = [current if one == current else one for one in found]
    return others if current in found else [current, *found[: QUEUE - 1]]


def _factors(assessment: Assessment, groups: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The reasons, those that weigh most first, each with those of its testimonies that the page shows.

    What would be written 0.0 is told together: it weighs little, and the sum still holds.
    """
    shown = {one.uid: one for one in _shown(groups)}
    reasons = sorted(assessment.because, key=lambda one: -abs(one.weight))
    told = [
        {
            "sentence": words_for("factor", one.factor),
            "weight": one.weight,
            "testimonies": len(one.testimonies),
            "named": [shown[uid] for uid in one.testimonies if uid in shown][:MOST_NAMED],
        }
        for one in reasons
        if abs(one.weight) >= NEGLIGIBLE
    ]
    rest = [one.weight for one in reasons if abs(one.weight) < NEGLIGIBLE]
    if any(rest):
        sentence = _("Everything else that was looked at weighs little: this is all of it together.")
        told.append({"sentence": sentence, "weight": fsum(rest), "testimonies": 0, "named": []})
    return told


def _shown(groups: Iterable[Mapping[str, Any]]) -> Iterator[TestimonyShown]:
    """The testimonies whose texts stand on the page, those folded under another included."""
    for group in groups:
        for bundle in group["bundles"]:
            for one in (*bundle.first, *bundle.more):
                yield one
                yield from one.repeats


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
    facts = [words_for("case_state", found.state), words_for("age_band", account.age_band or "unknown")]
    if account.reach is not None:
        followers = ngettext("%(n)s follower", "%(n)s followers", account.reach)
        facts.append(followers % {"n": decimal(account.reach, 0)})
    return facts


def _no_action(request: HttpRequest) -> str:
    if not request.user.may(Permission.REVIEW):
        return _("Your role lets you read, not decide.")
    return _("Nothing for you to do here now: you approved, and a second person must.")
