"""Those who reported, at the desk: a list on the page of a case, and a page for each, with their conversation alone."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from rempart.casework.errors import Refused
from rempart.casework.models import Case, Complainant, ServiceNotice
from rempart.casework.services import complainants
from rempart.casework.views.misuse import misuse_of
from rempart.casework.views.notices import DraftForm
from rempart.correspondence.errors import ConversationClosed, MessageRefused
from rempart.correspondence.services import LONGEST
from rempart.intake.models import Report
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

MOST = 50


class WriteForm(forms.Form):
    """An answer to somebody who reported."""

    text = forms.CharField(
        label=gettext_lazy("Your answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy(
            "They read it a minute after you send it, perhaps with somebody beside them. Plain words, as to a child; "
            "nothing about the other person, nor about others who reported."
        ),
    )


def panel(case: Case, member: StaffMember) -> dict[str, Any] | None:
    """The complainants of a case: who waits first. Each is a line; nobody's words stand beside another's."""
    if not member.may(Permission.READ_CASES):
        return None
    found = list(_with_news(case.complainants.all())[: MOST + 1]) if case.has["complainants"] else []
    return {
        "case": case,
        "lines": [
            {
                "complainant": one,
                "name": name_of(one),
                "calls": one.calls,
                "new": one.new,
            }
            for one in found[:MOST]
        ],
        "more": len(found) > MOST,
    }


def _with_news(found: "QuerySet[Complainant]") -> "QuerySet[Complainant]":
    """Those who say that they are in danger and were not looked at first, then those who wrote and wait."""
    unread = Q(conversation__messages__read_at=None, conversation__messages__author__in=("them", "adult"))
    calls = ExpressionWrapper(Q(danger_said_at__isnull=False, danger_seen_at=None), output_field=BooleanField())
    news = found.annotate(new=Count("conversation__messages", filter=unread), calls=calls)
    return news.select_related("conversation").order_by("-calls", "-new", "joined_at", "pk")


def name_of(complainant: Complainant) -> str:
    """How the desk calls somebody who reported: by a number, since nobody here needs to know who they are."""
    return _("Person %(number)d who reported") % {"number": complainant.pk}


@require_GET
@needs(Permission.READ_CASES)
def complainant(request: HttpRequest, pk: int) -> HttpResponse:
    """One complainant: what they sent, their conversation, and what can be done."""
    return _page(request, _found(pk))


def _found(pk: int) -> Complainant:
    return get_object_or_404(Complainant.objects.select_related("case__account", "conversation"), pk=pk)


def _page(request: HttpRequest, found: Complainant, form: WriteForm | None = None) -> HttpResponse:
    member = request.user
    reports = Report.objects.filter(conversation=found.conversation).select_related("testimony")
    context = {
        "complainant": found,
        "name": name_of(found),
        "case": found.case,
        "standing": complainants.standing_of(found.conversation),
        "calls": found.danger_said_at is not None and found.danger_seen_at is None,
        "write": form or (WriteForm() if member.may(Permission.REVIEW) and not found.conversation.closed_at else None),
        "facts": found.disclosed_facts.all(),
        "reviews": member.may(Permission.REVIEW),
        "notices": ServiceNotice.objects.filter(report__conversation=found.conversation),
        "draft": DraftForm(auto_id="draft_%s") if member.may(Permission.REVIEW) and not found.withdrawn_at else None,
        **misuse_of(found.reporter, reports, member),
    }
    return render(request, "casework/complainant/desk.html", context, status=422 if form else 200)


@require_POST
@needs(Permission.REVIEW)
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a complainant; an answer that cannot be sent is shown again with what is wrong in it."""
    found = _found(pk)
    form = WriteForm(request.POST)
    if form.is_valid():
        try:
            complainants.write_to_complainant(found, text=form.cleaned_data["text"], acting=request.user)
        except (Refused, MessageRefused, ConversationClosed) as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(request, _("Sent. They can read it in a minute."))
            return redirect("casework:complainant-desk", found.pk)
    return _page(request, found, form)


@require_POST
@needs(Permission.REVIEW)
def see_danger(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that one looked at what a complainant says of a danger."""
    found = _found(pk)
    try:
        complainants.see_danger(found, acting=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(
            request,
            _("Noted. Recording imminent danger on the case, and informing the authorities, are further steps."),
        )
    return redirect("casework:complainant-desk", found.pk)
