"""The desk's page of platforms: what a person has to look at there, and what they can do about it."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework.errors import Refused
from rempart.casework.models import MeasureTaken, PlatformOrder
from rempart.platforms import selectors, services
from rempart.platforms.errors import AlreadySettled, NothingToRetry
from rempart.platforms.forms import ReasonForm, SettleForm
from rempart.platforms.models import Drift, Execution
from rempart.platforms.views.administration import state_of
from rempart.platforms.views.story import drift_shown
from rempart.staff.access import needs
from rempart.staff.roles import Permission

SHOWN = 50


@require_safe
@needs(Permission.READ_CASES)
def platforms(request: HttpRequest) -> HttpResponse:
    """What failed, what differs from what should be, and how each platform is doing."""
    failed, failed_more = _first(selectors.failed(request.user))
    drifts, drifts_more = _first(selectors.open_drifts(request.user))
    may_review = request.user.may(Permission.REVIEW)
    context = {
        "failed": [_failed(one, may_review) for one in failed],
        "failed_more": failed_more,
        "drifts": [_line(one.measure) | drift_shown(one, may_review) for one in drifts],
        "drifts_more": drifts_more,
        "platforms": [{"platform": one, "state": state_of(one)} for one in selectors.platforms()],
        "may_review": may_review,
    }
    return render(request, "platforms/platforms.html", context)


def _first(found: "QuerySet[Any]") -> tuple[list[Any], int]:
    """The first of them, and how many more there are."""
    shown = list(found[: SHOWN + 1])
    return shown[:SHOWN], (found.count() - SHOWN if len(shown) > SHOWN else 0)


def _line(measure: MeasureTaken) -> dict[str, Any]:
    case = measure.decision.case
    return {
        "measure": measure.measure,
        "about": case.account.reference,
        "url": reverse("platforms:measure", args=[measure.pk]),
        "case_url": reverse("casework:case", args=[case.pk]),
    }


def _failed(one: Execution, may_review: bool) -> dict[str, Any]:
    is_failed = one.state == Execution.State.FAILED
    return _line(one.order.measure) | {
        "execution": one,
        "applies": one.order.action == PlatformOrder.Action.APPLY,
        "problem": selectors.in_words(one.problem if is_failed else selectors.SWITCHED_OFF),
        "form": ReasonForm(auto_id=f"retry{one.pk}_%s") if may_review and is_failed else None,
    }


@require_POST
@needs(Permission.REVIEW)
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Have an order that failed tried again."""
    shown = selectors.measures_seen_by(request.user)
    execution = get_object_or_404(Execution, pk=pk, order__measure__in=shown)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give a reason: it is kept."))
        return _back(request, execution.order.measure_id)
    try:
        services.retry_execution(execution, acting=request.user, reason=form.cleaned_data["reason"])
    except NothingToRetry:
        messages.error(request, _("It no longer waits for a person."))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("It is tried again now."))
    return _back(request, execution.order.measure_id)


@require_POST
@needs(Permission.REVIEW)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a difference is as it should be, or was dealt with elsewhere."""
    shown = selectors.measures_seen_by(request.user)
    drift = get_object_or_404(Drift, pk=pk, measure__in=shown)
    form = SettleForm(request.POST, drift=drift)
    if not form.is_valid():
        messages.error(request, _("Please give a reason: it is kept."))
        return _back(request, drift.measure_id)
    try:
        again = form.cleaned_data.get("apply_again", False)
        services.settle_drift(drift, acting=request.user, reason=form.cleaned_data["reason"], apply_again=again)
    except AlreadySettled:
        messages.error(request, _("It was settled already."))
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Settled, with your reason."))
    return _back(request, drift.measure_id)


def _back(request: HttpRequest, measure: int) -> HttpResponse:
    """To the page that the form was on."""
    page = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(page if page and safe else reverse("platforms:measure", args=[measure]))
