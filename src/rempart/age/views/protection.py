"""The child-safety officers' pages: children whom somebody may be hurting, looked at before anything else is done."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rempart.age.errors import Refused
from rempart.age.models import ProtectionCase
from rempart.age.services import safeguarding
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.roles import Permission

BEFORE = 20
SIGNS = {
    safeguarding.SAID: gettext_lazy("somebody who reported the account said so"),
    safeguarding.READ: gettext_lazy("the account’s public words suggest it"),
    safeguarding.TOLD: gettext_lazy("the words of a report suggest it"),
}


class SettleForm(forms.Form):
    """What was done for the child, and what may follow."""

    finding = forms.ChoiceField(
        label=gettext_lazy("What you found"), choices=ProtectionCase.Finding.choices, widget=forms.RadioSelect
    )
    authority = forms.CharField(
        label=gettext_lazy("Referred to"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Such as CRIP, 119, Pharos or the prosecutor."),
    )
    report_number = forms.CharField(label=gettext_lazy("Number of the report"), max_length=100, required=False)
    note = forms.CharField(
        label=gettext_lazy("What was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    go_ahead = forms.ChoiceField(
        label=gettext_lazy("May their age be asked now?"),
        choices=[
            ("yes", gettext_lazy("Yes: it does not put them in danger")),
            ("no", gettext_lazy("No: leave the account as it is")),
        ],
        widget=forms.RadioSelect,
    )


@require_safe
@needs(Permission.CHILD_SAFETY)
def cases(request: HttpRequest) -> HttpResponse:
    """Who waits for an officer, the longest first; then what was settled lately."""
    waiting = ProtectionCase.objects.filter(settled_at=None).order_by("due_at", "pk")
    settled = ProtectionCase.objects.exclude(settled_at=None).select_related("settled_by")
    shown = {"waiting": waiting, "settled": settled.order_by("-settled_at", "-pk")[:BEFORE], "now": now()}
    return render(request, "age/desk/protection_cases.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CHILD_SAFETY)
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """One child: what suggests it (opened by `read` in what is posted, recorded), and what was done."""
    found = get_object_or_404(ProtectionCase.objects.select_related("settled_by"), pk=pk)
    settling = request.method == "POST" and "read" not in request.POST
    reading = request.method == "POST" and not settling
    form = SettleForm(request.POST if settling else None)
    if form.is_valid():
        given = dict(form.cleaned_data)
        given["go_ahead"] = given["go_ahead"] == "yes"
        try:
            safeguarding.settle(found, acting=request.user, **given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Noted. What waited for you goes on as you said."))
            return redirect("age:protection", pk)
    shown = {
        "case": found,
        "signs": [SIGNS[one] for one in found.signs if one in SIGNS],
        "passages": safeguarding.read_passages(found, acting=request.user) if reading or settling else None,
        "form": form,
        "now": now(),
    }
    return render(request, "age/desk/protection.html", shown, status=422 if form.errors else 200)
