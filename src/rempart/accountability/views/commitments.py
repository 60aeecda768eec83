"""The register of commitments: what was promised to whom, who sees to it, what became of it and what shows that."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rempart.accountability import forms
from rempart.accountability.errors import FieldRefused
from rempart.accountability.models import Commitment, Request
from rempart.accountability.services import commitments as services
from rempart.casework.errors import Refused
from rempart.ledger.models import Link
from rempart.staff.access import needs
from rempart.staff.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def commitments(request: HttpRequest) -> HttpResponse:
    """All promises, those to keep first; and one more. `?request=` names the request in whose answer it was made."""
    of = Request.objects.filter(pk=_number(request.GET.get("request"))).first()
    form = forms.CommitmentForm(request.POST or None, initial={"authority": of.authority_id if of else None})
    if request.method == "POST" and form.is_valid():
        try:
            made = services.make_commitment(
                form.cleaned_data.pop("authority"), request=of, acting=request.user, **form.cleaned_data
            )
        except FieldRefused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
        else:
            messages.success(request, _("Recorded: every later answer to them tells what became of it."))
            return redirect("accountability:commitment", made.pk)
    found = Commitment.objects.select_related("authority", "owner", "request")
    context = {
        "to_keep": found.filter(kept_at=None, withdrawn_at=None).order_by("due", "pk"),
        "past": found.exclude(kept_at=None, withdrawn_at=None).order_by("-due", "-pk")[:200],
        "form": form,
        "of": of,
    }
    return render(request, "accountability/commitments.html", context, status=422 if form.errors else 200)


def _number(given: str | None) -> int | None:
    return int(given) if given and given.isdecimal() and len(given) < 19 else None


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.LIAISE)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One promise: kept (`do=keep`), or taken back (`do=withdraw`)."""
    found = get_object_or_404(
        Commitment.objects.select_related("authority", "request", "owner", "recorded_by", "kept_by", "withdrawn_by"),
        pk=pk,
    )
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    open_still = found.kept_at is None and found.withdrawn_at is None
    ways: dict[str, Any] = {"keep": forms.KeepForm, "withdraw": forms.ReasonForm} if open_still else {}
    bound = {name: form(request.POST if name == asked else None, auto_id=f"{name}_%s") for name, form in ways.items()}
    if asked in bound and bound[asked].is_valid():
        act = services.keep_commitment if asked == "keep" else services.withdraw_commitment
        try:
            act(found, acting=request.user, **bound[asked].cleaned_data)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Noted: it was kept.") if asked == "keep" else _("Noted: it was withdrawn."))
        return redirect("accountability:commitment", pk)
    place = Link.objects.filter(row=found.proof_id).values_list("index", flat=True).first() if found.proof_id else None
    context = {"one": found, "forms": bound, "place": place}
    return render(request, "accountability/commitment.html", context, status=422 if request.method == "POST" else 200)
