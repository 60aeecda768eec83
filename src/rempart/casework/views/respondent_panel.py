"""The respondent on the page of a case: what they were told, their conversation, what a reviewer can write to them."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from rempart.casework.errors import Refused
from rempart.casework.models import Case, RespondentSide, Statement
from rempart.casework.services import respondents
from rempart.casework.services.disclosing import propose_fact
from rempart.casework.subjects import copy_for
from rempart.correspondence.errors import ConversationClosed, MessageRefused
from rempart.correspondence.models import Conversation, Delivery
from rempart.correspondence.selectors import unread_count
from rempart.correspondence.services import LONGEST, mark_read
from rempart.ledger.clock import now
from rempart.pages.labels import CONDUCT, words_for
from rempart.records.vocabulary import CONDUCTS
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

NOT_KEPT = (Refused, MessageRefused, ConversationClosed)


class WriteForm(forms.Form):
    """An answer to the respondent."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "They read it a minute after you send it. While nothing is final, no word may suggest guilt; nothing may "
            "show who spoke."
        ),
    )


class FactForm(forms.Form):
    """A fact in words that identify nobody, for a complainant to agree to."""

    complainant = forms.ModelChoiceField(None, label=gettext_lazy("Whom it comes from"))
    category = forms.ChoiceField(label=gettext_lazy("What it is about"))
    month = forms.CharField(
        label=gettext_lazy("Month"),
        widget=forms.TextInput(attrs={"type": "month"}),
        help_text=gettext_lazy("Year and month, such as 2020-06. Never a day."),
    )
    text_fr = forms.CharField(
        label=gettext_lazy("In French"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "lang": "fr"})
    )
    text_en = forms.CharField(
        label=gettext_lazy("In English"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "lang": "en"})
    )

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        """For the complainants of a case who have not withdrawn."""
        super().__init__(*args, **kwargs)
        self.fields["complainant"].queryset = case.complainants.filter(withdrawn_at=None)
        self.fields["category"].choices = [(one, CONDUCT[one]) for one in CONDUCTS]

    def clean_month(self) -> str:
        """A month that exists."""
        month = str(self.cleaned_data["month"]).strip()
        year, dash, number = month.partition("-")
        if not (dash and len(year) == 4 and len(number) == 2 and year.isdecimal() and number.isdecimal()):
            raise forms.ValidationError(_("Write the year and the month, such as 2020-06."))
        if not 1 <= int(number) <= 12:
            raise forms.ValidationError(_("Write the year and the month, such as 2020-06."))
        return month


@require_POST
@needs(Permission.REVIEW)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer the respondent; an answer that cannot be sent is shown again with what is wrong in it."""
    case = _with_side(pk)
    form = WriteForm(request.POST)
    if form.is_valid():
        try:
            respondents.write_to_respondent(case, text=form.cleaned_data["text"], acting=request.user)
        except NOT_KEPT as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(request, _("Sent. They can read it in a minute."))
            return _back(case)
    return _again(request, case, form, _("Answer the person concerned"))


@require_POST
@needs(Permission.REVIEW)
def fact(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask a complainant whether the respondent may be told a fact."""
    case = _with_side(pk)
    form = FactForm(case, request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            propose_fact(
                case,
                said["complainant"],
                text={"fr": said["text_fr"], "en": said["text_en"]},
                category=said["category"],
                month=said["month"],
                acting=request.user,
            )
        except NOT_KEPT as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Asked. The fact is told only if they agree."))
            return _back(case)
    return _again(request, case, form, _("Ask whether a fact may be told"))


@require_POST
@needs(Permission.REVIEW)
@sensitive_variables("link")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the link to the respondent's page, to hand it over; that it was taken is recorded."""
    case = _with_side(pk)
    taken = respondents.hand_over_link(case, acting=request.user)
    return render(request, "casework/respondent/link.html", {"case": case, "link": taken, "back": _address(case)})


@require_POST
@needs(Permission.REVIEW)
def hand_over_data(request: HttpRequest, pk: int) -> HttpResponse:
    """Make the copy of their data that the respondent asked for, and hand it over on their page."""
    case = _with_side(pk)
    asked = case.data_requests.filter(answered_at=None).first()
    if asked is not None:
        try:
            with transaction.atomic():
                respondents.hand_over_data(asked, copy=copy_for(case, acting=request.user), acting=request.user)
        except NOT_KEPT as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("Handed over on their page."))
    return _back(case)


def panel(case: Case, member: StaffMember) -> dict[str, Any] | None:
    """What the respondent was told and said, and what this member can do about it."""
    if not member.may(Permission.READ_CASES):
        return None
    side, has = getattr(case, "respondent_side", None), case.has
    if side is None:
        return {"case": case, "side": None}
    reviews = member.may(Permission.REVIEW)
    statements = list(Statement.objects.filter(decision__case=case).order_by("-made_at"))
    latest = statements[0] if statements else None
    new = unread_count(side.conversation)
    if new and reviews:  # what a member who answers has seen counts as read
        mark_read(side.conversation, acting=member)
    return {
        "case": case,
        "side": side,
        "new": new,
        "late": side.reply_until < now(),
        "handed_over": side.handed_over_at or _delivered(side.conversation),
        "statements": [_shown(one) for one in statements],
        "told": latest.fields["facts"] if latest else None,
        "facts": list(case.disclosed_facts.all()) if has["facts"] else [],
        "held": respondents.newest_sum(case) if has["sums"] else None,
        "asked": case.data_requests.filter(answered_at=None).first() if has["requests"] else None,
        "write": WriteForm(auto_id="write_%s") if reviews and side.conversation.closed_at is None else None,
        "fact": FactForm(case, auto_id="fact_%s") if reviews and has["somebody_to_ask"] else None,
        "reviews": reviews,
    }


def _delivered(conversation: Conversation) -> datetime | None:
    """When they were first told that something waits for them."""
    return Delivery.objects.filter(message__conversation=conversation).aggregate(at=Min("delivered_at"))["at"]


def _shown(statement: Statement) -> dict[str, Any]:
    language = "fr" if (get_language() or "fr").startswith("fr") else "en"
    child = statement.texts.get(f"{language}_child")
    return {
        "made_at": statement.made_at,
        "number": statement.fields["number"],
        "mode": words_for("mode", statement.fields["mode"]),
        "sections": child or statement.texts[language],
        "for_a_child": child is not None,
    }


def _with_side(pk: int) -> Case:
    """The case, once there is somebody to write to."""
    return get_object_or_404(RespondentSide.objects.select_related("case__account"), case=pk).case


def _address(case: Case) -> str:
    return reverse("casework:case", args=[case.pk]) + "#respondent"


def _back(case: Case) -> HttpResponse:
    return redirect(_address(case))


def _again(request: HttpRequest, case: Case, form: forms.Form, title: str) -> HttpResponse:
    context = {"case": case, "form": form, "title": title, "back": _address(case)}
    return render(request, "casework/respondent/again.html", context, status=422)
