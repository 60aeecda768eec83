"""Appeals on the desk: those that wait and who may answer which, one and its answer, and their part of a case."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rempart.casework.errors import Refused
from rempart.casework.forms import LONGEST_REASON, LookForm
from rempart.casework.models import Appeal, Case, Decision, Escalation, Outcome, Reconsideration
from rempart.casework.services import appealing
from rempart.casework.services.reconsidering import answer_reconsideration
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.writing import moment
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

MOST_LISTED, MOST_ANSWERED = 200, 20


class AnswerForm(forms.Form):
    """One of two answers, with reasons that the person reads: in their language at least."""

    answer = forms.ChoiceField(label=gettext_lazy("Your answer"), widget=forms.RadioSelect)
    reasons_fr = forms.CharField(
        label=gettext_lazy("Your reasons, in French"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "fr"}),
    )
    reasons_en = forms.CharField(
        label=gettext_lazy("Your reasons, in English"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "lang": "en"}),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], language: str, **kwargs: Any) -> None:
        """`choices`: the two answers. `language`: the person's, whose reasons are required and stand first."""
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = choices
        theirs, other = f"reasons_{language}", f"reasons_{'en' if language == 'fr' else 'fr'}"
        self.fields[theirs].required = True
        self.fields[theirs].help_text = _("The person reads them as they stand, in their language. Name nobody.")
        self.fields[theirs].error_messages["required"] = _("Please give your reasons in the person’s language.")
        self.fields[other].help_text = _("If you can.")
        self.order_fields(["answer", theirs, other])

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons by language, those that were left out being absent."""
        said = {language: str(self.cleaned_data[f"reasons_{language}"]).strip() for language in ("fr", "en")}
        return {language: text for language, text in said.items() if text}


@require_safe
@needs(Permission.READ_CASES)
def appeals(request: HttpRequest) -> HttpResponse:
    """Those that wait, the most urgent first, with whether this member may answer each; and the last ones answered."""
    waiting = list(_appeals().filter(state=Appeal.State.FILED)[:MOST_LISTED])
    refusals = appealing.refusals(waiting, request.user)
    answered = _appeals().filter(state__in=[Appeal.State.UPHELD, Appeal.State.REJECTED]).order_by("-decided_at", "-pk")
    context = {
        "waiting": [_line(one, refusals.get(one.pk, "")) for one in waiting],
        "answered": [_line(one) for one in answered[:MOST_ANSWERED]],
    }
    return render(request, "casework/appeals.html", context)


@needs(Permission.READ_CASES, to_change=Permission.COUNTERSIGN)
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    """One appeal: what it is about, what the person says, who decided, and the answer."""
    found = get_object_or_404(_appeals(), pk=pk)
    refusal = _refusal(found, request.user)
    form = _answer_form(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        upheld = form.cleaned_data["answer"] == "uphold"
        try:
            appealing.answer_appeal(found, upheld=upheld, acting=request.user, reasons=form.reasons)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Answered: the person has been told, with your reasons."))
            return redirect("casework:appeals")
    context = {
        "appeal": found,
        "line": _line(found),
        "deciders": StaffMember.objects.filter(pk__in=appealing.first_deciders(found)),
        "form": None if refusal else form,
        "refusal": refusal,
        "consequences": _consequences(found),
    }
    return render(request, "casework/appeal.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.REVIEW)
def reconsider(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep or lift what has to be looked at again on a case."""
    found = get_object_or_404(Reconsideration.objects.select_related("case__respondent_side__conversation"), pk=pk)
    form = _reconsider_form(found, request.POST)
    if not form.is_valid():
        for errors in form.errors.values():
            for error in errors:
                messages.error(request, error)
        return _back(found.case_id)
    try:
        keep = form.cleaned_data["answer"] == "keep"
        said = form.reasons
        reasons = said if len(said) == 2 else next(iter(said.values()))
        answer_reconsideration(found, keep=keep, acting=request.user, reasons=reasons)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        told = found.because != Reconsideration.Because.LESS
        messages.success(
            request, _("Looked at again: the person is told, with your reasons.") if told else _("Looked at again.")
        )
    return _back(found.case_id)


@by_link()
@require_POST
def withdraw(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Take back the appeals that wait in a conversation: asked by their author alone, from their page."""
    if access.holder == "self":
        for one in appealing.waiting_in(access.conversation):
            appealing.withdraw_appeal(one)
    respondent = access.conversation.kind == Conversation.Kind.RESPONDENT
    return redirect("casework:respondent" if respondent else "casework:complainant", access.token)


def _back(case: int) -> HttpResponse:
    return redirect(reverse("casework:case", args=[case]) + "#appeals")


def panel(case: Case, member: StaffMember) -> dict[str, Any]:
    """What was appealed on a case, what has to be looked at again, and what a senior has to see to."""
    filed = list(_appeals().prefetch_related(None).filter(case=case))
    known = {one.pk: one for one in case.decisions.all()}  # with their measures
    for one in filed:
        one.decision = known.get(one.decision_id)
    waits = [one for one in filed if one.state == Appeal.State.FILED]
    refusals = appealing.refusals(waits, member) if waits else {}
    has = case.has
    again = case.reconsiderations.filter(state=Reconsideration.State.WAITS).first() if has["reconsiderations"] else None
    return {
        "case": case,
        "appeals": [_line(one, refusals.get(one.pk, "")) for one in filed],
        "reconsideration": again,
        "reconsider": _reconsider_form(again) if again and member.may(Permission.REVIEW) else None,
        "escalations": Escalation.objects.filter(case=case).order_by("-due_at")[:5] if has["escalations"] else [],
        "now": now(),
    }


def _reconsider_form(found: Reconsideration, sent: Any = None) -> AnswerForm | LookForm:
    choices = [
        ("keep", _("Keep it until its end: it stays a precaution")),
        ("lift", _("Lift it: the account gets back what was restricted")),
    ]
    if found.because == Reconsideration.Because.LESS:
        return LookForm(sent, choices=choices, auto_id="reconsider_%s")
    side = getattr(found.case, "respondent_side", None)
    language = side.conversation.language if side else "fr"
    return AnswerForm(sent, choices=choices, language=language, auto_id="reconsider_%s")


def _answer_form(found: Appeal, sent: Any) -> AnswerForm:
    choices = [("uphold", _("Uphold the appeal")), ("reject", _("Reject the appeal"))]
    return AnswerForm(sent, choices=choices, language=found.conversation.language)


def _refusal(found: Appeal, member: StaffMember) -> str:
    """Why this member cannot answer it; empty when they can."""
    if found.state != Appeal.State.FILED:
        return _("This appeal does not wait for an answer any more.")
    try:
        appealing.ensure_may_answer(found, member)
    except Refused as refused:
        return str(refused)
    return ""


def _appeals() -> "QuerySet[Appeal]":
    people = ("case__account", "conversation", "decision", "outcome", "restriction", "decided_by")
    return Appeal.objects.select_related(*people).prefetch_related("decision__measures").order_by("due_at", "pk")


def _line(found: Appeal, refusal: str = "") -> dict[str, Any]:
    """An appeal in a table; `refusal` says why the member cannot answer it."""
    return {
        "appeal": found,
        "url": reverse("casework:appeal", args=[found.pk]),
        "about": found.case.account.reference if found.case else None,
        "by": found.get_by_display(),
        "against": _against(found),
        "late": found.state == Appeal.State.FILED and found.due_at < now(),
        "refusal": refusal,
    }


def _against(found: Appeal) -> str:
    """What is appealed, in a few words."""
    target = found.target
    if isinstance(target, Decision):
        names = {
            "measures": ", ".join(words_for("measure", one.measure) for one in target.measures.all()),
            "mode": words_for("mode", target.mode),
        }
        if target.state == Decision.State.DECLINED:
            return _("Declined: %(measures)s") % names
        if found.by == Appeal.By.COMPLAINANT:
            return _("Lifted: %(measures)s") % names
        return _("%(measures)s (%(mode)s)") % names
    if isinstance(target, Outcome):
        return words_for("outcome", target.kind, capital=True)
    return target.get_kind_display()


def _consequences(found: Appeal) -> list[str]:
    """What follows from each answer."""
    if found.by == Appeal.By.RESPONDENT:
        upheld = _("Uphold: everything that this decision restricts is given back at once, and it no longer counts.")
        rejected = _("Reject: the decision stays, with its end: %(end)s.") % {"end": _end(found.decision)}
    elif found.by == Appeal.By.COMPLAINANT:
        upheld = _("Uphold: the case goes back to inquiry, and what was declined or lifted is proposed again.")
        rejected = _("Reject: what was decided stays.")
    else:
        upheld = _("Uphold: the person can report again, as before.")
        rejected = _("Reject: the restriction stays until its end.")
    return [upheld, rejected, _("Either way the person reads your reasons, and who else can look at it.")]


def _end(decision: Decision | None) -> str:
    ends = decision.closes_at if decision else None
    return moment(ends) if ends else _("none")
