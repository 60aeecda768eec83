"""The private page of somebody who reported an account, reached by a signed link.

No account, no cookie; it works without a script. Its sentences stand in complainants/words.yaml.
"""

from contextlib import suppress
from typing import Any, cast

from django import forms
from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from rempart.casework import recorded
from rempart.casework.complainants.words import page as sentences
from rempart.casework.errors import Refused
from rempart.casework.models import Complainant, DisclosedFact, ServiceNotice
from rempart.casework.services.appealing import file_appeal, waiting_in
from rempart.casework.services.complainants import say_danger, standing_of
from rempart.casework.services.complaining import Target, what_to_complain_about
from rempart.casework.services.disclosing import answer_fact
from rempart.casework.services.withdrawing import withdraw as withdraw_all
from rempart.casework.statements.dates import Language
from rempart.correspondence.errors import ConversationClosed, MessageRefused
from rempart.correspondence.forms import ConversationForm
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Message
from rempart.correspondence.services import LONGEST, hear, mark_read
from rempart.intake.models import Report
from rempart.pages.helplines import helplines_for
from rempart.pages.labels import words_for
from rempart.pages.writing import day
from rempart.staff.access import open_to_all

COMPLAINANT = "complainant"


class DangerForm(forms.Form):
    """What is happening, if they can write it."""

    text = forms.CharField(required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))


@by_link(COMPLAINANT)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Where things stand, what they can do, and the conversation."""
    form = _message_form(request, access)
    if request.method == "POST" and form.send(access.conversation, access.holder) is not None:
        return redirect("casework:complainant", access.token)
    mark_read(access.conversation)
    context = shown_to(access) | {
        "form": form,
        "record": recorded.of_complainant(access.conversation, _words(access)),
    }
    return render(request, "casework/complainant/page.html", context, status=422 if form.errors else 200)


@by_link(COMPLAINANT)
@require_http_methods(["GET", "HEAD", "POST"])
def danger(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Tell the team that one is in danger now."""
    complainant = _complainant(access)
    if complainant is None or complainant.withdrawn_at is not None:
        return redirect("casework:complainant", access.token)
    form = DangerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        say_danger(complainant)
        # Nothing was written, or too much today: the team is told all the same.
        with suppress(MessageRefused, ConversationClosed):
            hear(access.conversation, text=form.cleaned_data["text"], holder=access.holder)
        return redirect("casework:complainant-done", access.token, "danger")
    form.fields["text"].label = _words(access)["danger_text"]
    return render(request, "casework/complainant/danger.html", shown_to(access) | {"form": form})


@by_link(COMPLAINANT)
@require_http_methods(["GET", "HEAD", "POST"])
def disagree(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Complain about a refusal to act, or about a restriction of one's right to report."""
    target = what_to_complain_about(access.conversation) if access.holder == "self" else None
    if target is None:
        return redirect("casework:complainant", access.token)
    form = _message_form(request, access)
    form.fields["text"].required = True
    if request.method == "POST" and form.is_valid() and _complain(form, access, target):
        return redirect("casework:complainant-done", access.token, "disagree")
    context = shown_to(access) | {"form": form}
    return render(request, "casework/complainant/disagree.html", context, status=422 if form.errors else 200)


def _complain(form: ConversationForm, access: LinkAccess, target: Target) -> bool:
    try:
        with transaction.atomic():
            if form.send(access.conversation, access.holder, Message.Kind.APPEAL) is None:
                return False
            file_appeal(
                target.case,
                by=target.by,
                conversation=access.conversation,
                grounds=form.cleaned_data["text"],
                **target.about,
            )
    except Refused as refused:
        form.add_error(None, str(refused))
        return False
    return True


@by_link(COMPLAINANT)
@require_GET
def words(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """The words that they are asked to agree to, and what they answered."""
    complainant = _complainant(access)
    facts = complainant.disclosed_facts.all() if complainant is not None and access.holder == "self" else ()
    language = _language(access)
    asked = [{"pk": fact.pk, "text": fact.text[language], "state": fact.state} for fact in facts]
    return render(request, "casework/complainant/words.html", shown_to(access) | {"facts": asked})


@by_link(COMPLAINANT)
@require_POST
def answer_words(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """Yes or no to the words of a fact."""
    complainant = _complainant(access)
    answer = request.POST.get("answer")
    if complainant is None or access.holder != "self" or answer not in {"yes", "no"}:
        raise Http404
    fact = get_object_or_404(DisclosedFact, pk=pk, complainant=complainant, complainant__withdrawn_at=None)
    answer_fact(fact, approved=answer == "yes")
    return redirect("casework:complainant-words", access.token)


@by_link(COMPLAINANT)
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Take back what one reported, after a page that says what it means."""
    if access.holder != "self" or access.conversation.closed_at is not None:
        return redirect("casework:complainant", access.token)
    if request.method == "POST":
        withdraw_all(access.conversation)
        return redirect("casework:complainant", access.token)
    return render(request, "casework/complainant/withdraw.html", shown_to(access))


@by_link(COMPLAINANT)
@require_GET
def done(request: HttpRequest, access: LinkAccess, what: str) -> HttpResponse:
    """What they sent arrived, and what happens now."""
    if what not in {"danger", "disagree"}:
        raise Http404
    said = _words(access)
    context = shown_to(access) | {"done_title": said[f"{what}_done_title"], "done": said[f"{what}_done"]}
    return render(request, "casework/complainant/done.html", context)


@by_link(COMPLAINANT)
@require_safe
def record(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """The file that proves what their page shows."""
    return recorded.handed_over(recorded.of_complainant(access.conversation, _words(access)), access)


@open_to_all(because="where “Leave this page” leads: it shows nothing")
@require_GET
def away(request: HttpRequest) -> HttpResponse:
    """A page that says nothing, for whoever has to leave theirs in a hurry."""
    language = cast(Language, "en" if request.LANGUAGE_CODE.startswith("en") else "fr")  # type: ignore[attr-defined]
    return render(request, "casework/complainant/away.html", {"words": sentences(language, False)})


def _message_form(request: HttpRequest, access: LinkAccess) -> ConversationForm:
    """The form of a message, in their words."""
    form, said = ConversationForm(request.POST or None, request.FILES or None), _words(access)
    form.fields["text"].label = said["write_text"]
    form.fields["files"].label = said["write_files_label"]
    form.fields["files"].help_text = said["write_files"]
    form.fields["intimate"].label = said["write_intimate"]
    form.fields["intimate"].help_text = said["write_locked"]
    return form


def _language(access: LinkAccess) -> Language:
    return cast(Language, access.conversation.language)


def _words(access: LinkAccess) -> dict[str, str]:
    return sentences(_language(access), access.conversation.child_words)


def _complainant(access: LinkAccess) -> Complainant | None:
    return Complainant.objects.filter(conversation=access.conversation).select_related("case__account").first()


def shown_to(access: LinkAccess) -> dict[str, Any]:
    """What every page of theirs shows."""
    conversation, said = access.conversation, _words(access)
    complainant = _complainant(access)
    reports = Report.objects.filter(conversation=conversation).select_related("testimony__account")
    country = next((report.country for report in reports if report.country), settings.REMPART_COUNTRY)
    numbers = helplines_for(country, young=True)
    state = standing_of(conversation)
    target = what_to_complain_about(conversation) if access.holder == "self" else None
    waits = waiting_in(conversation).first() if access.holder == "self" else None
    can = complainant is not None and complainant.withdrawn_at is None
    asked = complainant is not None and complainant.disclosed_facts.exists()
    return {
        "access": access,
        "words": said,
        "else_body": said["else_body"].format(url=settings.REMPART_OUT_OF_COURT_URL),
        "helplines": numbers,
        "where": said[f"where_{state}"],
        "next": said[f"next_{state}"],
        "state": state,
        "open": conversation.closed_at is None and state != "elsewhere",
        "may_say_danger": can,
        "asked": asked and can and access.holder == "self",
        "until": said["do_disagree_lead"].format(day=day(target.until)) if target else "",
        "complaint_waits": said["complaint_waits"].format(day=day(waits.due_at)) if waits else "",
        "may_withdraw": conversation.closed_at is None and access.holder == "self",
        "notices": _asked_of(access, said),
        "sent": [_sent(report, said) for report in reports],
    }


def _asked_of(access: LinkAccess, said: dict[str, str]) -> list[dict[str, Any]]:
    """The notices to other services that they were asked about."""
    if access.holder != "self":
        return []
    found = ServiceNotice.objects.filter(report__conversation=access.conversation)
    found = found.exclude(state=ServiceNotice.State.DRAFT)
    return [
        {"pk": one.pk, "title": said["notice_title"].replace("{service}", str(words_for("service", one.service)))}
        for one in found
    ]


def _sent(report: Report, said: dict[str, str]) -> dict[str, Any]:
    testimony = report.testimony
    notes = {
        "sent_withdrawn": testimony.withdrawn_at,
        "sent_unfounded": testimony.unfounded_at,
        "sent_aside": testimony.set_aside_at,
    }
    return {
        "on": said["sent_on"].format(day=day(testimony.received_at)),
        "about": testimony.account.reference,
        "text": testimony.text,
        "note": next((said[name] for name, at in notes.items() if at), ""),
    }
