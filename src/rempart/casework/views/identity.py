"""The accounts that the person of a case has, or may have, on other services: a panel of the case, and its forms."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from rempart.casework.errors import Refused
from rempart.casework.models import AccountLink, Case
from rempart.casework.services import identity
from rempart.pages.labels import SERVICE
from rempart.records.references import SERVICES, parse_reference
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

LONGEST = 2000


class AccountForm(forms.Form):
    """An account on another service, and what says that it is the same person's."""

    service = forms.ChoiceField(label=gettext_lazy("Service"))
    handle = forms.CharField(
        label=gettext_lazy("Account there"),
        max_length=255,
        help_text=gettext_lazy("Its name, or the address of its page."),
    )
    said = forms.CharField(max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, service: str, asks: str, helps: str, **kwargs: Any) -> None:
        """`service`: that of the case's account, which is left out. `asks`, `helps`: the words around what is said."""
        super().__init__(*args, **kwargs)
        others = [name for name in SERVICES if name not in (service, "web", "other")]
        self.fields["service"].choices = [(name, SERVICE[name]) for name in others]
        self.fields["said"].label, self.fields["said"].help_text = asks, helps

    def clean(self) -> dict[str, Any]:
        """With `account`: what was written, as a reference."""
        cleaned = super().clean()
        if "service" in cleaned and "handle" in cleaned:
            try:
                cleaned["account"] = parse_reference(cleaned["handle"], default_service=cleaned["service"])
            except ValueError:
                self.add_error("handle", _("This is no account."))
        return cleaned


def declared_form(case: Case, sent: Any = None) -> AccountForm:
    """The form to note what the person says themselves."""
    return AccountForm(
        sent,
        service=case.account.service,
        asks=_("Where they say so, and in which words"),
        helps=_("Such as: their profile here on 12 June; their message of 14 June."),
        auto_id="declared_%s",
    )


def proposed_form(case: Case, sent: Any = None) -> AccountForm:
    """The form to propose a link on evidence."""
    return AccountForm(
        sent,
        service=case.account.service,
        asks=_("The evidence"),
        helps=_("What somebody else can look at, and where it is. An equal name or picture elsewhere is no evidence."),
        auto_id="proposed_%s",
    )


def panel(case: Case, member: StaffMember) -> dict[str, Any] | None:
    """The accounts elsewhere of a case: how far each is known to be the person's, on what, and what can be done."""
    if not member.may(Permission.READ_CASES):
        return None
    reviews = member.may(Permission.REVIEW)
    lines = [_line(link, case, member) for link in identity.links_of(case.account)] if case.has["links"] else []
    return {
        "case": case,
        "lines": lines,
        "declare": declared_form(case) if reviews else None,
        "propose": proposed_form(case) if reviews else None,
    }


def _line(link: AccountLink, case: Case, member: StaffMember) -> dict[str, Any]:
    reviews, standing = member.may(Permission.REVIEW), link.withdrawn_at is None
    return {
        "link": link,
        "account": (link.second if link.first_id == case.account_id else link.first).reference,
        "standing": standing,
        "counts": standing and link.degree == AccountLink.Degree.CONFIRMED,
        "may_propose": reviews and standing and link.proposed_at is None,
        "may_confirm": reviews and link.waits_for_a_second_person and link.proposed_by_id != member.pk,
        "own_proposal": link.waits_for_a_second_person and link.proposed_by_id == member.pk,
        "may_withdraw": reviews and standing,
    }


@require_POST
@needs(Permission.REVIEW)
def declare(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that the person says themselves that an account elsewhere is theirs."""
    case = get_object_or_404(Case.objects.select_related("account"), pk=pk)
    form = declared_form(case, request.POST)
    return _sent(request, case, form, lambda asked: _note(case, request, asked), _("Noted. It counts for nothing yet."))


@require_POST
@needs(Permission.REVIEW)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose that an account elsewhere be held for the same person's."""
    case = get_object_or_404(Case.objects.select_related("account"), pk=pk)
    form = proposed_form(case, request.POST)
    said = _("Proposed. It counts for nothing until somebody else has looked at the evidence.")
    return _sent(request, case, form, lambda asked: _propose(case, request, asked), said)


@require_POST
@needs(Permission.REVIEW)
def confirm(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Confirm what somebody else proposed."""
    case, found = _found(pk, link)
    return _done(
        request,
        case,
        lambda: identity.confirm_link(found, acting=request.user),
        _("Confirmed. What is said of that account counts here from now on, as far as the rules say."),
    )


@require_POST
@needs(Permission.REVIEW)
def withdraw(request: HttpRequest, pk: int, link: int) -> HttpResponse:
    """Withdraw a link, with a reason."""
    case, found = _found(pk, link)
    reason = request.POST.get("reason", "")[:LONGEST]
    return _done(
        request,
        case,
        lambda: identity.withdraw_link(found, reason=reason, acting=request.user),
        _("Withdrawn. What is said of that account does not count here."),
    )


def _note(case: Case, request: HttpRequest, asked: dict[str, Any]) -> None:
    identity.note_declared(case, asked["account"], said=asked["said"], acting=request.user)


def _propose(case: Case, request: HttpRequest, asked: dict[str, Any]) -> None:
    identity.propose_link(case, asked["account"], evidence=asked["said"], acting=request.user)


def _found(pk: int, link: int) -> tuple[Case, AccountLink]:
    case = get_object_or_404(Case.objects.select_related("account"), pk=pk)
    of_case = identity.links_of(case.account)
    return case, get_object_or_404(AccountLink, pk=link, pk__in=[one.pk for one in of_case])


def _sent(
    request: HttpRequest, case: Case, form: AccountForm, act: Callable[[dict[str, Any]], None], said: str
) -> HttpResponse:
    if form.is_valid():
        return _done(request, case, lambda: act(form.cleaned_data), said)
    for field, errors in form.errors.items():
        for error in errors:
            messages.error(request, f"{form.fields[field].label}: {error}")
    return _back(case)


def _done(request: HttpRequest, case: Case, act: Callable[[], Any], said: str) -> HttpResponse:
    try:
        act()
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, said)
    return _back(case)


def _back(case: Case) -> HttpResponse:
    return redirect(reverse("casework:case", args=[case.pk]) + "#elsewhere")
