"""One's own desk: cases one works on, notes that call one, second reviews, exposure; ready-made texts; agreement."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework import selectors
from rempart.casework.agreement import Agreement, agreement, agreement_on
from rempart.casework.errors import Refused
from rempart.casework.forms import MacroForm, SecondReviewForm
from rempart.casework.models import (
    Claim,
    ConflictOfInterest,
    Decision,
    Exposure,
    Macro,
    Mention,
    SavedFilter,
    SecondReview,
)
from rempart.casework.services import desk as services
from rempart.casework.views.said import fields_of, groups_of
from rempart.casework.views.shown import testimony_shown
from rempart.ledger.clock import now
from rempart.pages.labels import OUTCOME, words_for
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

MONTHS_SHOWN = 12
MOST_LISTED = 50
MOST_COMPARED = 5_000


@require_safe
@needs(Permission.READ_CASES)
def desk(request: HttpRequest) -> HttpResponse:
    """What concerns the person who looks: nothing here is about anybody else."""
    member = request.user
    claims = Claim.objects.filter(member=member, expires_at__gt=now()).select_related("case__account")
    mentions = Mention.objects.filter(member=member, seen_at=None).select_related("note__by", "note__case__account")
    reviews = _reviews_for(member)[:MOST_LISTED] if member.may(Permission.REVIEW) else []
    context = {
        "claims": claims.order_by("expires_at"),
        "mentions": mentions.order_by("note__written_at")[:MOST_LISTED],
        "reviews": reviews,
        "filters": SavedFilter.objects.filter(Q(owner=member) | Q(shared=True)).select_related("owner"),
        "exposure": {"today": services.exposed_today(member), "budget": services.budget()},
        "warnings": services.wants_warnings(member),
        "may_review": member.may(Permission.REVIEW),
        "team": _team() if member.may(Permission.COUNTERSIGN) else None,
    }
    return render(request, "casework/my_desk.html", context)


@require_POST
@needs(Permission.READ_CASES)
def warnings(request: HttpRequest) -> HttpResponse:
    """Turn the warnings before severe texts on or off."""
    services.set_content_warnings(request.POST.get("warnings") == "on", acting=request.user)
    return redirect("casework:desk")


def _team() -> list[dict[str, Any]]:
    """How much severe content each reviewer opened today and on the worst of the last days, in three bands."""
    since = timezone.localdate(now()) - timedelta(days=6)
    days: defaultdict[int, defaultdict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for member, day, weight in Exposure.objects.filter(day__gte=since).values_list("member", "day", "weight"):
        days[member][day] += weight
    today = timezone.localdate(now())
    people = StaffMember.objects.filter(pk__in=days).order_by("name", "pk")
    return [
        {"name": one.name, "today": _band(days[one.pk][today]), "most": _band(max(days[one.pk].values()))}
        for one in people
    ]


def _band(weight: int) -> str:
    if weight >= services.budget():
        return _("more than is good for a day")
    return _("half a day’s share or more") if 2 * weight >= services.budget() else _("little")


# --- ready-made texts


@needs(Permission.READ_CASES, to_change=Permission.COUNTERSIGN)
def macros(request: HttpRequest) -> HttpResponse:
    """The ready-made texts; sent as a form: one more."""
    form = MacroForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.keep_macro(given["name"], given["use"], given, acting=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect("casework:macros")
    context = {
        "macros": Macro.objects.filter(retired_at=None),
        "form": form if request.user.may(Permission.COUNTERSIGN) else None,
    }
    return render(request, "casework/macros.html", context, status=422 if form.errors else 200)


@needs(Permission.COUNTERSIGN)
def macro(request: HttpRequest, pk: int) -> HttpResponse:
    """One ready-made text to change or, with `retire`, to offer no more."""
    found = get_object_or_404(Macro, pk=pk, retired_at=None)
    if request.method == "POST" and "retire" in request.POST:
        services.retire_macro(found, acting=request.user)
        messages.success(request, _("It is no longer offered."))
        return redirect("casework:macros")
    form = MacroForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            services.change_macro(found, given["name"], given["use"], given, acting=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Kept."))
            return redirect("casework:macros")
    return render(request, "casework/macro.html", {"form": form, "macro": found}, status=422 if form.errors else 200)


# --- second reviews


def _reviews_for(member: StaffMember) -> "QuerySet[SecondReview]":
    """The outcomes that this person can judge again: none that they had a part in."""
    part = Decision.objects.filter(case=OuterRef("case")).filter(
        Q(approved_by=member) | Q(seconded_by=member) | Q(declined_by=member) | Q(confirmed_by=member)
    )
    excluded = ConflictOfInterest.objects.filter(case=OuterRef("case"), member=member)
    open_to = SecondReview.objects.filter(judged_at=None).filter(Q(reviewer=None) | Q(reviewer=member))
    return open_to.exclude(first_by=member).exclude(Exists(part) | Exists(excluded)).order_by("drawn_at", "pk")


@needs(Permission.REVIEW)
def second_review(request: HttpRequest, pk: int) -> HttpResponse:
    """A case as it was when it was answered, without the answer and without the score; sent: one's own answer.

    It is taken on by a first form, since one does not see the case itself until one has judged.
    """
    review = get_object_or_404(SecondReview.objects.select_related("case__account", "outcome"), pk=pk)
    if request.method == "POST":
        return _judge(request, review)
    if review.judged_at is not None or review.reviewer_id != request.user.pk:
        ready = _reviews_for(request.user).filter(pk=pk).exists()
        return render(request, "casework/second_review.html", {"review": review, "ready": ready})
    return _second_page(request, review, SecondReviewForm())


def _judge(request: HttpRequest, review: SecondReview) -> HttpResponse:
    try:
        if "begin" in request.POST:
            services.begin_second_review(review, acting=request.user)
            return redirect("casework:second-review", review.pk)
        form = SecondReviewForm(request.POST)
        if review.reviewer_id == request.user.pk and not form.is_valid():
            return _second_page(request, review, form)
        given = form.cleaned_data if form.is_valid() else {"outcome": review.first, "reason": " "}
        services.judge_again(review, outcome=given["outcome"], acting=request.user, reason=given["reason"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Thank you. Your answer is kept beside the first one."))
    return redirect("casework:desk")


def _second_page(request: HttpRequest, review: SecondReview, form: SecondReviewForm) -> HttpResponse:
    said = [testimony_shown(one) for one in selectors.first_said(review.case, until=review.outcome.decided_at)]
    record = review.case.assessments.first()
    is_open = record is None or services.texts_are_open(review.case, record.severity, member=request.user)
    context = {
        "review": review,
        "begun": True,
        "form": form,
        "about": review.case.account.reference,
        "case": {"pk": review.case_id},
        "texts_open": is_open,
        "fields": fields_of(said),
        "groups": groups_of(said, ()),
    }
    return render(request, "casework/second_review.html", context, status=422 if form.errors else 200)


@require_safe
@needs(Permission.COUNTERSIGN, Permission.AUDIT)
def agreement_page(request: HttpRequest) -> HttpResponse:
    """How often a second person answers as the first did: in all, outcome by outcome, month by month."""
    judged = SecondReview.objects.exclude(judged_at=None).order_by("-judged_at")[:MOST_COMPARED]
    rows = list(judged.values_list("first", "second", "judged_at"))
    pairs = [(first, second) for first, second, _at in rows]
    months: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for first, second, at in rows:
        months[f"{timezone.localtime(at):%Y-%m}"].append((first, second))
    table = [
        {"first": words_for("outcome", first), "cells": [pairs.count((first, second)) for second in OUTCOME]}
        for first in OUTCOME
    ]
    waiting = SecondReview.objects.filter(judged_at=None).aggregate(n=Count("pk"))["n"]
    context = {
        "whole": _told(agreement(pairs)),
        "outcomes": [
            {"name": words_for("outcome", name), **_told(agreement_on(name, pairs))}
            for name in OUTCOME
            if any(name in pair for pair in pairs)
        ],
        "months": [{"name": name, **_told(agreement(those))} for name, those in sorted(months.items(), reverse=True)][
            :MONTHS_SHOWN
        ],
        "table": table,
        "names": [words_for("outcome", name) for name in OUTCOME],
        "waiting": waiting,
        "share": settings.REMPART_SECOND_REVIEWS,
    }
    return render(request, "casework/agreement.html", context)


def _told(found: Agreement) -> dict[str, Any]:
    return {
        "n": found.n,
        "alike": found.alike,
        "kappa": found.kappa,
        "low": found.low,
        "high": found.high,
        "enough": found.enough,
    }
