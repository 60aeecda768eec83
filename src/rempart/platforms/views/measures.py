"""A measure from its decision to the moment it was seen gone, and what can be done when the platform did not do it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.casework.errors import Refused
from rempart.casework.models import MeasureTaken, PlatformOrder
from rempart.casework.services import propose_approximation
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.platforms import selectors
from rempart.platforms.connector import Ability, Support
from rempart.platforms.forms import ApproximationForm, ReasonForm
from rempart.platforms.models import Execution, Platform
from rempart.platforms.registry import platform_for
from rempart.platforms.views.story import chart_of, drift_shown, story_of
from rempart.staff.access import needs
from rempart.staff.roles import Permission


@require_safe
@needs(Permission.READ_CASES)
def measure(request: HttpRequest, pk: int) -> HttpResponse:
    """A measure: how it stands on the platform, how it is carried out there, and all that happened to it."""
    found = get_object_or_404(selectors.measures_seen_by(request.user), pk=pk)
    case = found.decision.case
    stretch = selectors.whole_stretch(found)
    platform = stretch.platform or platform_for(case.account)
    there = selectors.there(stretch, platform)
    may_review = request.user.may(Permission.REVIEW)
    line_of = chart_of(stretch, there)
    desk_line = line_of(720)
    context = {
        "measure": found,
        "about": case.account.reference,
        "case_url": reverse("casework:case", args=[case.pk]),
        "there": there,
        "problem": selectors.in_words(there.problem),
        "carried": _carried(found, platform),
        "desk_line": desk_line,
        "phone_line": line_of(320),
        "kinds": {shape.kind for shape in (*desk_line.decided, *desk_line.there)} if desk_line else set(),
        "story": story_of(stretch),
        "attempts": _attempts(stretch),
        "beside": [drift_shown(one, may_review) for one in stretch.open_drifts()],
        "instead": _instead(stretch.apply, platform),
        "may_review": may_review,
    }
    return render(request, "platforms/measure.html", context)


def _carried(measure: MeasureTaken, platform: Platform | None) -> dict[str, Any] | None:
    """How the platform carries the measure out, for the page."""
    if platform is None or measure.measure == selectors.WATCH:
        return None
    ability = selectors.ability_of(platform, measure.measure)
    return {
        "platform": platform,
        "ability": ability,
        "how": selectors.how_words(ability) if ability and ability.support != Support.NATIVE else "",
        "heavier": bool(ability and ability.as_measure and selectors.weighs_more(ability.as_measure, measure.measure)),
    }


def _attempts(stretch: selectors.Stretch) -> list[dict[str, Any]]:
    """What was tried for each order that is due, where the story does not say it all; with the form to try again."""
    lines = []
    for order, done in ((stretch.apply, stretch.applied), (stretch.lift, stretch.lifted)):
        if order is None or done is None or order.due_at > now():
            continue
        if not done.problem and done.state in (Execution.State.DONE, Execution.State.DROPPED):
            continue
        failed = done.state == Execution.State.FAILED
        waits = done.state == Execution.State.WAITS
        lines.append(
            {
                "execution": done,
                "applies": order.action == PlatformOrder.Action.APPLY,
                "problem": selectors.in_words(done.problem),
                "next_at": done.next_try_at if waits and done.next_try_at > now() else None,
                "form": ReasonForm(auto_id=f"retry{done.pk}_%s") if failed else None,
            }
        )
    return lines


def _instead(order: PlatformOrder | None, platform: Platform | None) -> dict[str, Any] | None:
    """What the platform would do instead: proposed already, or that one may propose; None where there is nothing to."""
    if order is None or platform is None or order.carried_out_at is not None:
        return None
    ability = selectors.ability_of(platform, order.measure.measure)
    if not order.approximated_as and (ability is None or ability.support == Support.NATIVE):
        return None
    heavier = bool(order.approximated_as) and selectors.weighs_more(order.approximated_as, order.measure.measure)
    return {"order": order, "heavier": heavier, "url": reverse("platforms:propose", args=[order.pk])}


@require_http_methods(["GET", "POST"])
@needs(Permission.REVIEW)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose that the platform does something else than what was decided: what it says it could do, to begin with."""
    order = get_object_or_404(selectors.orders(), pk=pk, action=PlatformOrder.Action.APPLY, carried_out_at=None)
    measure = get_object_or_404(selectors.measures_seen_by(request.user), pk=order.measure_id)
    account = measure.decision.case.account
    platform = platform_for(account)
    if platform is None:
        raise Http404
    ability = selectors.ability_of(platform, measure.measure)
    form = ApproximationForm(request.POST or None, measure=measure.measure, initial=_prefilled(order, ability))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            propose_approximation(order, measure=given["measure"], acting=request.user, reason=given["reason"])
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            heavier = selectors.weighs_more(given["measure"], measure.measure)
            messages.success(
                request,
                _("Proposed. It is heavier than what was decided: another person has to approve it.")
                if heavier
                else _("Kept. The platform is asked to do this instead."),
            )
        return redirect("platforms:measure", measure.pk)
    context = {
        "form": form,
        "measure": measure,
        "about": account.reference,
        "platform": platform,
        "ability": ability,
        "how": selectors.how_words(ability) if ability else "",
        "words": words_for("measure", measure.measure),
    }
    return render(request, "platforms/propose.html", context, status=422 if form.errors else 200)


def _prefilled(order: PlatformOrder, ability: Ability | None) -> dict[str, str]:
    """What was proposed before, or what the platform says it does instead."""
    if order.approximated_as:
        return {"measure": order.approximated_as, "reason": order.approximated_because}
    if ability is None:
        return {}
    return {"measure": ability.as_measure or "", "reason": selectors.how_words(ability)}
