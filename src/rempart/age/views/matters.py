"""The desk's pages of what was said of one account's age, and of a new account that resembles a closed one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from rempart.age.challenge_selectors import marked
from rempart.age.errors import Refused
from rempart.age.models import AgeMatter, Comeback
from rempart.age.services import comebacks, reports
from rempart.age.services.guards import named, officers_look, safe_to_ask
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.roles import Permission

BEFORE = 10
ALIKE = {
    "platform": gettext_lazy("the platform holds them to be the same person’s"),
    "device": gettext_lazy("same device"),
    "handle": gettext_lazy("almost the same name"),
    "network": gettext_lazy("same network"),
}


class DecideForm(forms.Form):
    """What is decided, and why."""

    WAYS = (
        ("nothing", gettext_lazy("Nothing to ask")),
        ("ask", gettext_lazy("Ask the owner to say their age again")),
        ("prove", gettext_lazy("Ask the owner to show their age")),
        ("restrict", gettext_lazy("Put it before two people who may close the account")),
    )
    decision = forms.ChoiceField(label=gettext_lazy("What is decided"), choices=WAYS, widget=forms.RadioSelect)
    because = forms.CharField(
        label=gettext_lazy("Your reason"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Kept with the decision. Never name who reported."),
    )

    def __init__(self, *args: Any, askable: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not askable:
            self.fields["decision"].choices = self.WAYS[:1]


class SameForm(forms.Form):
    """Whether it is the same child."""

    same = forms.ChoiceField(
        label=gettext_lazy("Is it the same person?"),
        choices=[
            ("yes", gettext_lazy("Yes: ask this account to show its age")),
            ("no", gettext_lazy("No, or not sure")),
        ],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=gettext_lazy("Your reason"), max_length=500)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.AGE)
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was said of one account, and the decision."""
    found = get_object_or_404(AgeMatter.objects.select_related("decided_by", "challenge"), pk=pk)
    askable = safe_to_ask(found.reference)
    form = DecideForm(request.POST if request.method == "POST" else None, askable=askable)
    if form.is_valid():
        given = form.cleaned_data
        way = given["decision"]
        outcome = AgeMatter.Outcome.ASKED if way in {"ask", "prove"} else AgeMatter.Outcome(way)
        try:
            reports.decide_matter(
                found,
                outcome=outcome,
                step=way if outcome == AgeMatter.Outcome.ASKED else "ask",
                because=given["because"],
                acting=request.user,
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Decided. Everybody who reported it was told that it was looked at."))
            return redirect("age:matter", pk)
    before = AgeMatter.objects.filter(named(found.reference)).exclude(decided_at=None).exclude(pk=pk)
    sightings = found.sightings.values_list("probability", flat=True)
    shown = {
        "matter": found,
        "places": reports.places_of(found),
        "probability": max(sightings, default=None),
        "first": officers_look(found.reference),
        "left_be": not askable,
        "form": form,
        "reports": [
            {"report": one, "text": reports.text_of(one)} for one in found.reports.order_by("received_at", "pk")
        ],
        "evidence": [(one, marked(one)) for one in reports.evidence_of(found)],
        "before": before.order_by("-decided_at")[:BEFORE],
        "now": now(),
    }
    return render(request, "age/desk/matter.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.AGE)
def comeback(request: HttpRequest, pk: int) -> HttpResponse:
    """A new account that resembles a closed one: what is alike, and whether it is the same child's."""
    found = get_object_or_404(Comeback.objects.select_related("closed", "decided_by"), pk=pk)
    form = SameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        given = form.cleaned_data
        try:
            comebacks.decide_comeback(found, same=given["same"] == "yes", reason=given["reason"], acting=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted."))
            return redirect("age:comeback", pk)
    because = [ALIKE[code] for code in found.because if code in ALIKE]
    shown = {"comeback": found, "because": because, "form": form}
    return render(request, "age/desk/comeback.html", shown, status=422 if form.errors else 200)
