"""Notices to other services: what who reported is asked, what a reviewer approves, and where services take them."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.casework.errors import NobodyNotifies, NoticeGone, Refused
from rempart.casework.models import Complainant, ServiceContact, ServiceNotice
from rempart.casework.notices import composing
from rempart.casework.services import notifying
from rempart.casework.views.complainant import shown_to
from rempart.correspondence.errors import EndpointRefused
from rempart.correspondence.links import LinkAccess, by_link
from rempart.intake.models import Report
from rempart.intake.ours import FEDERATED, own_services
from rempart.pages.labels import SERVICE, words_for
from rempart.pages.writing import day
from rempart.records.references import SERVICES, parse_reference
from rempart.staff.access import needs
from rempart.staff.roles import Permission

LONGEST = 2000
MOST = 200
State = ServiceNotice.State
WAITING_FIRST = (State.AGREED, State.FAILED, State.SENT, State.APPROVED, State.ASKED)


class DraftForm(forms.Form):
    """Which account elsewhere, and the addresses of what happened there."""

    account = forms.CharField(
        label=gettext_lazy("The account there, as they named it"),
        max_length=255,
        help_text=gettext_lazy("The address of its page, or service:name, such as snapchat:leo."),
    )
    links = forms.CharField(
        label=gettext_lazy("Addresses of messages or posts, one a line"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_account(self) -> Any:
        """As a reference; an equal name on another service is not the account that was reported."""
        text = self.cleaned_data["account"]
        try:
            found = parse_reference(text, default_service="other")
        except ValueError:
            raise forms.ValidationError(_("This is no account.")) from None
        if found.service == "other":
            raise forms.ValidationError(_("Say on which service: its address, or service:name."))
        return found

    def clean_links(self) -> list[str]:
        """One address a line."""
        field = forms.URLField(max_length=500, assume_scheme="https")
        return [field.clean(line) for line in self.cleaned_data["links"].split()]


class ContactForm(forms.Form):
    """Where a service takes notices."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    email = forms.EmailField(label=gettext_lazy("E-mail address"), required=False)
    url = forms.URLField(
        label=gettext_lazy("Or a webhook"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=gettext_lazy("Signed as Standard Webhooks say; its secret is shown once."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language"), choices=[("en", gettext_lazy("English")), ("fr", gettext_lazy("French"))]
    )
    source = forms.CharField(
        label=gettext_lazy("Where you found it, and how you checked it"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("A wrong address would hand what a child told us to a stranger."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The services are those that are neither ours nor many servers."""
        super().__init__(*args, **kwargs)
        left_out = {*own_services(), *FEDERATED, "web", "other"}
        self.fields["service"].choices = [(name, SERVICE[name]) for name in SERVICES if name not in left_out]


# --- who reported


@by_link("complainant")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """Everything that would be sent, and their yes or no: nothing is chosen beforehand."""
    if access.holder != "self":
        raise Http404
    found = get_object_or_404(
        ServiceNotice.objects.select_related("report__conversation"), pk=pk, report__conversation=access.conversation
    )
    language = access.conversation.language
    service = str(words_for("service", found.service))
    shown = shown_to(access)
    words = {name: text.replace("{service}", service) for name, text in shown["words"].items()}
    files = list(found.files.filter(state="kept"))
    asks = {"agree": True, "files": bool(files), "address": notifying.may_give_address(found)}
    missing = False
    if request.method == "POST":
        chosen = {name: request.POST.get(name, "") for name, asked in asks.items() if asked}
        missing = chosen["agree"] != "no" and not set(chosen.values()) <= {"yes", "no"}
        if not missing:
            yes = {name: chosen.get(name) == "yes" for name in asks}
            with suppress(NoticeGone):  # it left a moment ago: the page says so
                notifying.answer_notice(
                    found, agreed=yes["agree"], with_files=yes["files"], with_address=yes["address"]
                )
            return redirect("casework:complainant-notice", access.token, found.pk)
    parts, contact = _shown(found, language), notifying.contact_of(found.service)
    leaves_in = contact.language if contact else language
    context = shown | {
        "words": words,
        "notice": found,
        "says": words["notice_says_minor" if found.minor else "notice_says"],
        "text": parts.text if parts else "",
        "original": _shown(found, leaves_in) if leaves_in != language else None,
        "leaves_in": leaves_in,
        "machine": _machine(_shown(found, leaves_in)),
        "files_asked": words["notice_files"].replace("{files}", ", ".join(file.name for file in files)),
        "asks": asks,
        "missing": missing,
        "open": found.state in notifying.UNSENT and parts is not None and access.conversation.closed_at is None,
        "gone": words["notice_gone"].replace("{day}", day(found.sent_at)) if found.sent_at else "",
    }
    return render(request, "casework/complainant/notice.html", context, status=422 if missing else 200)


# --- reviewers


@require_safe
@needs(Permission.READ_CASES)
def overview(request: HttpRequest) -> HttpResponse:
    """All notices, those that wait for somebody here first."""
    found = list(ServiceNotice.objects.select_related("report").order_by("-drafted_at")[:MOST])
    order = {state: place for place, state in enumerate(WAITING_FIRST)}
    found.sort(key=lambda one: order.get(State(one.state), len(order)))
    return render(request, "casework/notices.html", {"notices": found, "sender": composing.notifier()})


@require_safe
@needs(Permission.READ_CASES)
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """One notice: what it says, who agreed to what, where it stands, and what can be done."""
    found = get_object_or_404(ServiceNotice.objects.select_related("report__conversation", "report__testimony"), pk=pk)
    contact = notifying.contact_of(found.service)
    parts = _shown(found, contact.language if contact else "en")
    reviews = request.user.may(Permission.REVIEW)
    context = {
        "notice": found,
        "contact": contact,
        "parts": parts,
        "machine": _machine(parts),
        "complainant": Complainant.objects.filter(conversation=found.report.conversation).first(),
        "may_approve": reviews and found.state == State.AGREED and parts is not None,
        "may_decline": reviews and found.state in notifying.UNSENT,
        "may_retry": reviews and found.state == State.FAILED,
        "may_answer": reviews and found.state == State.SENT,
        "files": found.files.all(),
    }
    return render(request, "casework/notice.html", context)


@require_POST
@needs(Permission.REVIEW)
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Approve, decline, try again, or record the service's answer."""
    found = get_object_or_404(ServiceNotice, pk=pk)
    said = request.POST.get("said", "")[:LONGEST]
    acts: dict[str, tuple[Callable[[], Any], str]] = {
        "approve": (
            lambda: notifying.approve_notice(found, acting=request.user),
            _("Approved: it leaves within a minute."),
        ),
        "decline": (
            lambda: notifying.decline_notice(found, reason=said, acting=request.user),
            _("Declined: nothing leaves."),
        ),
        "retry": (lambda: notifying.retry_notice(found, acting=request.user), _("It is tried again.")),
        "answer": (
            lambda: notifying.record_answer(found, answer=said, acting=request.user),
            _("Recorded: the person is told."),
        ),
    }
    if name not in acts:
        raise Http404
    do, done = acts[name]
    return _done(request, do, done, redirect("casework:notice", pk))


@require_POST
@needs(Permission.REVIEW)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft a notice from what a complainant reported, and ask them."""
    complainant = get_object_or_404(Complainant.objects.select_related("conversation"), pk=pk)
    back = redirect("casework:complainant-desk", pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        for field, errors in form.errors.items():
            for error in errors:
                messages.error(request, f"{form.fields[field].label}: {error}")
        return back
    report = Report.objects.filter(conversation=complainant.conversation, testimony__withdrawn_at=None)
    newest = report.select_related("testimony", "conversation").order_by("-arrived_at", "-pk").first()
    if newest is None:
        raise Http404
    there, links = form.cleaned_data["account"], form.cleaned_data["links"]
    return _done(
        request,
        lambda: notifying.draft_notice(newest, there, links=links, acting=request.user),
        _("Drafted: they are asked whether it may go."),
        back,
    )


# --- administrators


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.ADMINISTER)
def contacts(request: HttpRequest) -> HttpResponse:
    """Where services take notices; none is shipped, since a wrong one would hand what was told to a stranger."""
    form, secret = ContactForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        try:
            _contact, secret = notifying.set_contact(acting=request.user, **form.cleaned_data)
        except EndpointRefused as error:
            form.add_error("url", str(error))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Entered."))
            form = ContactForm()
            if not secret:
                return redirect("casework:service-contacts")
    context = {
        "form": form,
        "secret": secret,
        "contacts": ServiceContact.objects.filter(removed_at=None).select_related("added_by"),
        "sender": composing.notifier(),
    }
    return render(request, "casework/service_contacts.html", context, status=422 if form.errors else 200)


@require_POST
@needs(Permission.ADMINISTER)
def remove(request: HttpRequest, service: str) -> HttpResponse:
    """Send no more notices to a service."""
    notifying.remove_contact(service, acting=request.user)
    messages.success(request, _("Removed: no notice goes there any more."))
    return redirect("casework:service-contacts")


def _done(request: HttpRequest, do: Callable[[], Any], said: str, back: HttpResponse) -> HttpResponse:
    try:
        do()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return back


def _shown(found: ServiceNotice, language: str) -> notifying.Parts | None:
    try:
        return notifying.parts_of(found, language, with_contents=False)
    except NobodyNotifies:
        return None


def _machine(parts: notifying.Parts | None) -> str:
    if parts is None:
        return ""
    said = {"notice": parts.notice, **({"xarf": parts.xarf} if parts.xarf else {})}
    return json.dumps(said, ensure_ascii=False, indent=1)
