"""What authorities are told: the questions of Art. 18, files for authorities, legal holds, and their part of a case."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from babel import Locale
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework.errors import Refused
from rempart.casework.forms import ReasonForm
from rempart.casework.links import counted_with
from rempart.casework.models import Case, LegalHold, Referral, ThreatDecision
from rempart.casework.referrals.dossier import files_of, files_on
from rempart.casework.services import authorities as services
from rempart.casework.services.holds import place_hold, release_hold
from rempart.casework.views.shown import testimony_shown
from rempart.files.models import StoredFile
from rempart.intake.models import Testimony
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

MOST_SHOWN = 20
MOST_LISTED = 200
# The Member States of the European Union (ISO 3166-1).
MEMBER_STATES = (
    *("AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV", "LT"),
    *("LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE"),
)


def _states() -> list[tuple[str, str]]:
    names = Locale.parse((get_language() or "en").replace("-", "_")).territories
    return sorted(((code, names[code]) for code in MEMBER_STATES), key=lambda one: one[1])


def _private(form: forms.Form) -> None:
    """The reasons given here are read by those who work here, never by the person concerned."""
    form.fields["reason"].help_text = _("Kept with the case. Only people who work here read it.")
    form.fields["reason"].error_messages["required"] = _("Please give a reason.")


class ThreatForm(ReasonForm):
    """Whether to inform, whom, and why."""

    inform = forms.TypedChoiceField(
        label=gettext_lazy("Are the authorities informed?"),
        choices=[("yes", gettext_lazy("Yes, they are informed")), ("no", gettext_lazy("No, not on what is known"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    article_434_3 = forms.ChoiceField(
        label=gettext_lazy("Article 434-3 of the French penal code"),
        help_text=gettext_lazy("Whoever learns of abuse of a minor or of a frail person has to tell the authorities."),
        choices=ThreatDecision.Article434.choices,
        widget=forms.RadioSelect,
    )
    offence_state = forms.ChoiceField(label=gettext_lazy("State where it may have happened"), required=False)
    suspect_state = forms.ChoiceField(label=gettext_lazy("State where the person described lives"), required=False)
    victim_state = forms.ChoiceField(label=gettext_lazy("State where the person harmed lives"), required=False)
    own_state = forms.BooleanField(label=gettext_lazy("We do not know: our own State is informed"), required=False)
    europol = forms.BooleanField(label=gettext_lazy("We do not know: Europol is informed"), required=False)
    field_order = (
        *("inform", "offence_state", "suspect_state", "victim_state", "own_state", "europol"),
        *("article_434_3", "reason"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("offence_state", "suspect_state", "victim_state"):
            self.fields[name].choices = [("", _("not known, or outside the European Union")), *_states()]
        _private(self)


class ReferralForm(ReasonForm):
    """To whom, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("For whom"), choices=Referral.Kind.choices, widget=forms.RadioSelect)
    addressee = forms.CharField(
        label=gettext_lazy("For the attention of"),
        max_length=200,
        help_text=gettext_lazy("As it will stand on the document: the service, its town."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the document"), choices=[("fr", "Français"), ("en", "English")]
    )
    field_order = ("kind", "addressee", "language", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _private(self)
        self.fields["reason"].label = _("Why it is sent")
        self.fields["reason"].help_text = _("The authority reads this on the first page.")


class HoldForm(ReasonForm):
    """Why everything is kept, and when somebody looks again."""

    review_at = forms.DateField(
        label=gettext_lazy("To be looked at again on"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("review_at", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _private(self)
        self.fields["review_at"].initial = (now() + timedelta(days=90)).date()


class PlainReasonForm(ReasonForm):
    """A reason that stays here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _private(self)


class ThreatReasonForm(PlainReasonForm):
    """What makes somebody fear for somebody's life or safety."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What was said or seen")


@require_safe
@needs(Permission.LIAISE)
def overview(request: HttpRequest) -> HttpResponse:
    """What waits for an answer, the most urgent first; files for authorities; holds to be looked at again."""
    threats = ThreatDecision.objects.select_related("case__account", "decided_by")
    context = {
        "open": threats.filter(decided_at=None).order_by("due_at", "pk")[:MOST_LISTED],
        "answered": threats.exclude(decided_at=None).order_by("-decided_at")[:MOST_SHOWN],
        "referrals": Referral.objects.select_related("case__account")[:MOST_LISTED],
        "holds": LegalHold.objects.standing().select_related("case__account").order_by("review_at")[:MOST_LISTED],
        "now": now(),
    }
    return render(request, "casework/authorities.html", context)


@needs(Permission.LIAISE)
def threat(request: HttpRequest, pk: int) -> HttpResponse:
    """One question of Art. 18: what is known, what the law asks, and the answer."""
    found = get_object_or_404(ThreatDecision.objects.select_related("case__account", "decided_by"), pk=pk)
    form = ThreatForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_threat(found, acting=request.user, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            if form.cleaned_data["inform"]:
                messages.success(request, _("Answered. Assemble the file for the authority now."))
                return redirect(f"{_url('refer', found.case_id)}?threat={found.pk}")
            messages.success(request, _("Answered: the authorities are not informed."))
            return redirect("casework:authorities")
    said = Testimony.objects.filter(account__in=counted_with(found.case.account_id)).select_related("post")
    if found.ground == ThreatDecision.Ground.MINOR:
        said = said.filter(complainant_minor=True)
    context = {
        "threat": found,
        "about": found.case.account.reference,
        "account": found.case.account,
        "record": found.case.assessments.first(),
        "testimonies": [testimony_shown(one) for one in said.order_by("-received_at")[:MOST_SHOWN]],
        "total": said.count(),
        "form": form,
    }
    return render(request, "casework/threat.html", context, status=422 if form.errors else 200)


@needs(Permission.LIAISE)
def refer(request: HttpRequest, pk: int) -> HttpResponse:
    """Assemble the file for an authority from a case."""
    case = get_object_or_404(Case.objects.select_related("account"), pk=pk)
    answered = case.threats.filter(inform=True, pk=request.GET.get("threat") or None).first()
    minor = not case.account.held_to_be_adult
    initial = {"language": get_language(), "kind": Referral.Kind.CHILD_PROTECTION if minor else Referral.Kind.JUSTICE}
    form = ReferralForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        states = answered.states if answered else []
        try:
            made = services.assemble_referral(
                case, acting=request.user, states=states, threat=answered, **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Assembled. Read the document, then approve or discard it."))
            return redirect("casework:referral", made.pk)
    files = files_of(case)
    context = {
        "case": case,
        "about": case.account.reference,
        "form": form,
        "minor": minor,
        "enclosed": files.filter(state=StoredFile.State.KEPT).count(),
        "locked": files.filter(state=StoredFile.State.LOCKED).count(),
    }
    return render(request, "casework/refer.html", context, status=422 if form.errors else 200)


@needs(Permission.LIAISE)
def referral(request: HttpRequest, pk: int) -> HttpResponse:
    """One file for an authority: what it holds, and its approval or end (`do` says which)."""
    found = get_object_or_404(Referral.objects.select_related("case__account", "file", "approved_by"), pk=pk)
    asked = request.POST.get("do", "") if request.method == "POST" else ""
    ways: dict[str, Callable[..., Referral]] = {
        "approve": services.approve_referral,
        "discard": services.discard_referral,
    }
    bound = {name: PlainReasonForm(request.POST if name == asked else None, auto_id=f"{name}_%s") for name in ways}
    if asked in ways and bound[asked].is_valid():
        try:
            ways[asked](found, acting=request.user, reason=bound[asked].cleaned_data["reason"])
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            done = _("Approved.") if asked == "approve" else _("Discarded.")
            messages.success(request, done)
        return redirect("casework:referral", pk)
    context = {"referral": found, "about": found.case.account.reference, "forms": bound}
    return render(request, "casework/referral.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@needs(Permission.LIAISE)
def referral_file(request: HttpRequest, pk: int, part: str) -> HttpResponse:
    """The archive, or the document in it alone; that it was taken out is recorded."""
    found = get_object_or_404(Referral.objects.select_related("case", "file"), pk=pk)
    document = part == "document"
    try:
        content = services.take_out(found, acting=request.user, document=document)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("casework:referral", pk)
    kind, ending = ("application/pdf", "pdf") if document else ("application/zip", "zip")
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{found.number}.{ending}"'
    return response


@require_POST
@needs(Permission.REVIEW, Permission.LIAISE)
def open_threat(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether the authorities are to be informed, because somebody may be in danger."""
    case = get_object_or_404(Case, pk=pk)
    form = ThreatReasonForm(request.POST)
    if not form.is_valid():
        return _back(request, pk, form)
    return _done(
        request,
        pk,
        lambda: services.open_threat(case, because=form.cleaned_data["reason"], acting=request.user),
        _("Noted: somebody answers within a day whether the authorities are informed."),
    )


@require_POST
@needs(Permission.LIAISE)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep everything of a case."""
    case = get_object_or_404(Case, pk=pk)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _back(request, pk, form)
    day = form.cleaned_data["review_at"]
    review_at = timezone.make_aware(datetime.combine(day, time.min))
    return _done(
        request,
        pk,
        lambda: place_hold(case, acting=request.user, reason=form.cleaned_data["reason"], review_at=review_at),
        _("A legal hold stands: everything of this case is kept."),
    )


@require_POST
@needs(Permission.LIAISE)
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """End a legal hold."""
    found = get_object_or_404(LegalHold.objects.select_related("case"), pk=pk)
    form = PlainReasonForm(request.POST)
    if not form.is_valid():
        return _back(request, found.case_id, form)
    return _done(
        request,
        found.case_id,
        lambda: release_hold(found, acting=request.user, reason=form.cleaned_data["reason"]),
        _("The legal hold is released."),
    )


def _back(request: HttpRequest, case: int, form: forms.Form) -> HttpResponse:
    """Back to the case, each thing that is wrong with the form told."""
    for field, errors in form.errors.items():
        for error in errors:
            label = f"{form.fields[field].label}: " if field in form.fields else ""
            messages.error(request, f"{label}{error}")
    return redirect(_url("case", case) + "#authorities")


def _done(request: HttpRequest, case: int, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return redirect(_url("case", case) + "#authorities")


def _url(name: str, *args: Any) -> str:
    return reverse(f"casework:{name}", args=args)


def panel(case: Case, member: StaffMember) -> dict[str, Any]:
    """What authorities were or are to be told of a case, what is held for them, and what can be done about it."""
    may_liaise = member.may(Permission.LIAISE)
    may_ask = may_liaise or member.may(Permission.REVIEW)
    has = case.has
    return {
        "case": case,
        "threats": list(case.threats.select_related("decided_by").order_by("-opened_at")) if has["threats"] else [],
        "referrals": list(case.referrals.all()) if has["referrals"] else [],
        "holds": list(case.holds.standing()) if has["holds"] else [],
        "locked": sum(file.state == StoredFile.State.LOCKED for file in files_on(case)),
        "may_liaise": may_liaise,
        "ask": ThreatReasonForm(auto_id="threat_%s") if may_ask else None,
        "hold": HoldForm(auto_id="hold_%s") if may_liaise else None,
        "release": PlainReasonForm(auto_id="release_%s") if may_liaise else None,
    }
