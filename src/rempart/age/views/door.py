"""The report door: anybody says in at most three steps that an account may be a child's, and learns what came of it.

No account, no cookie, no script; what was said so far travels in the form itself. The page of a report opens by its
signed link, which whoever reported keeps.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from rempart.age import saying
from rempart.age.models import UnderAgeReport
from rempart.age.services import reports
from rempart.age.services.guards import officers_look
from rempart.correspondence.links import LinkAccess, by_link, token_for
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import mark_read
from rempart.intake.ours import is_ours, own_services
from rempart.pages.helplines import helplines_for
from rempart.pages.labels import words_for
from rempart.records import AccountReference
from rempart.records.references import SERVICES, parse_profile
from rempart.staff.access import open_to_all
from rempart.staff.attempts import network

Words = dict[str, str]
STEPS = ("account", "why", "send")
REASONS = ("said_so", "knows_them", "shows", "other")
RELATIONS = ("parent", "school", "young", "other")
_LONGEST_HANDLE = 255


class AccountForm(forms.Form):
    """Which account."""

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        if len(own_services()) > 1:
            choices = [(name, words_for("service", name)) for name in own_services()]
            self.fields["service"] = forms.ChoiceField(label=words["service"], choices=choices, required=False)
        self.fields["handle"] = forms.CharField(
            label=words["handle"],
            help_text=words["handle_help"],
            max_length=500,
            error_messages={"required": words["handle_wrong"]},
            widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
        )

    def clean(self) -> dict[str, Any]:
        """The account as `account`."""
        given = super().clean() or {}
        if handle := given.get("handle"):
            account = read_account(handle, given.get("service") or own_services()[0])
            if account is None:
                self.add_error("handle", self.words["handle_wrong"])
            elif not is_ours(account):
                services = ", ".join(str(words_for("service", name)) for name in own_services())
                self.add_error("handle", self.words["not_ours"].format(services=services))
            else:
                given["account"] = account
        return given


class WhyForm(forms.Form):
    """Why somebody thinks so."""

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["reason"] = forms.ChoiceField(
            label=words["reason"],
            choices=[(name, words[f"reason_{name}"]) for name in REASONS],
            widget=forms.RadioSelect,
            error_messages={"required": words["choose"], "invalid_choice": words["choose"]},
        )
        self.fields["text"] = forms.CharField(
            label=words["text"],
            help_text=words["text_help"],
            required=False,
            max_length=reports.LONGEST,
            widget=forms.Textarea(attrs={"rows": 4}),
            error_messages={"max_length": words["too_long"]},
        )
        self.fields["hurt"] = forms.BooleanField(label=words["hurt"], help_text=words["hurt_help"], required=False)
        self.fields["relation"] = forms.ChoiceField(
            label=words["relation"],
            choices=[("", words["relation_none"]), *((name, words[f"relation_{name}"]) for name in RELATIONS)],
            required=False,
        )


class SendForm(forms.Form):
    """Where they want to hear what came of it."""

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["email"] = forms.CharField(
            label=words["email"],
            help_text=words["email_help"],
            required=False,
            max_length=254,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        )

    def clean_email(self) -> str:
        """An address, or nothing."""
        given = str(self.cleaned_data["email"])
        try:
            if given:
                validate_email(given)
        except ValidationError as error:
            raise ValidationError(self.words["email_wrong"]) from error
        return given


@csrf_exempt  # it wants no cookie; a forged request could only send what anybody may send
@open_to_all(because="anybody may report an account of somebody too young; shows nothing")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
def door(request: HttpRequest) -> HttpResponse:
    """The account (unless the link names it), why, then sent. `?account=service:handle` names it, `&language=` how."""
    chosen = request.POST.get("language") if request.method == "POST" else None
    if chosen in saying.LANGUAGES and "step" not in request.POST:
        return redirect(_address(request.GET.get("account", ""), chosen))
    language = _language(request)
    with translation.override(language):
        response = _door(request, language)
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Content-Language"] = language
    return response


def _door(request: HttpRequest, language: str) -> HttpResponse:
    words = saying.texts("report", language)
    account = named_by(request.GET.get("account", ""))
    step = request.POST.get("step", "") if request.method == "POST" else ""
    if account is None:
        form = AccountForm(request.POST if step == "account" else None, words=words)
        if form.is_valid():
            return redirect(_address(_spoken(form.cleaned_data["account"]), language))
        return _asked(request, "account", form, account=None, words=words, language=language)
    why = WhyForm(request.POST if step in {"why", "send"} else None, words=words)
    if not why.is_valid():
        return _asked(request, "why", why, account=account, words=words, language=language)
    send = SendForm(request.POST if step == "send" else None, words=words)
    if not send.is_valid():
        return _asked(request, "send", send, account=account, words=words, language=language, carried=why)
    where = network(request)
    try:
        reports.ensure_not_too_many(where)
    except reports.TooMany:
        return render(request, "age/door/too_many.html", {"words": words}, status=429)
    report = reports.report_account(
        account,
        **{name: why.cleaned_data[name] for name in ("reason", "relation", "text", "hurt")},
        email=send.cleaned_data["email"],
        language=language,
        network=where,
    )
    return redirect("age:reporter", token_for(report.conversation))


def _asked(
    request: HttpRequest,
    step: str,
    form: forms.Form,
    *,
    account: AccountReference | None,
    words: Words,
    language: str,
    carried: forms.Form | None = None,
) -> HttpResponse:
    shown = {
        "words": words,
        "form": form,
        "step": step,
        "of": words["step"].format(n=STEPS.index(step) + 1, of=len(STEPS)),
        "account": account,
        "carried": [(name, carried.data.get(name, "")) for name in carried.fields] if carried else [],
        "language": language,
        "again": _address("", language),
        "helplines": helplines_for(settings.REMPART_COUNTRY, young=True, language=language)
        if step != "account"
        else [],
    }
    return render(request, "age/door/step.html", shown, status=422 if form.errors else 200)


@by_link(Conversation.Kind.AGE_REPORTER)
@require_http_methods(["GET", "HEAD"])
def reporter(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Where a report stands: received, by when it is decided, what was decided."""
    report = UnderAgeReport.objects.filter(conversation=access.conversation).select_related("matter").first()
    if report is None:
        raise Http404
    language, matter = access.conversation.language, report.matter
    words = saying.texts("report", language)
    values = {"day": report.received_at, "due": matter.due_at}
    shown = {
        "access": access,
        "words": words,
        "account": matter.reference,
        "received": saying.filled(words["received"], language, values),
        "decided": saying.filled(words["decided"], language, {"day": matter.decided_at}) if matter.decided_at else "",
        "first": report.hurt and officers_look(matter.reference),
        "mailed": access.conversation.sealed_email is not None,
        "door": _address("", language),
    }
    mark_read(access.conversation)
    return render(request, "age/door/reporter.html", shown)


def named_by(text: str) -> AccountReference | None:
    """The account of ours that a link's `service:handle` names; None for anything else."""
    service, colon, handle = text.partition(":")
    account = read_account(handle, service) if colon else None
    return account if account is not None and is_ours(account) else None


def read_account(text: str, service: str) -> AccountReference | None:
    """The account that somebody typed: the address of its page, or its name on a service; None for what is neither."""
    if "\0" in text or len(text) > 2 * _LONGEST_HANDLE:
        return None
    if (found := parse_profile(text.strip())) is not None:
        service, text = found
    if service not in SERVICES:
        return None
    try:
        account = AccountReference(service, text)
    except ValueError:
        return None
    return account if len(account.handle) <= _LONGEST_HANDLE else None


def _spoken(account: AccountReference) -> str:
    return f"{account.service}:{account.handle}"


def _address(account: str, language: str) -> str:
    asked = {"account": account} if account else {}
    return reverse("age:report") + "?" + urlencode(asked | {"language": language})


def _language(request: HttpRequest) -> str:
    chosen = request.GET.get("language")
    if chosen in saying.LANGUAGES:
        return str(chosen)
    return "en" if (translation.get_language() or "fr").startswith("en") else "fr"
