"""For administrators: members, their roles and invitations, and the keys of programs. No case is seen from here."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.staff import services
from rempart.staff.access import needs
from rempart.staff.forms import InvitationForm, KeyForm, ReasonForm, RolesForm
from rempart.staff.keys import KeyRefused, make_key, revoke_key
from rempart.staff.models import MachineKey, StaffMember
from rempart.staff.roles import Permission, Role
from rempart.staff.second_factor import has_second_factor, is_known_elsewhere
from rempart.staff.sessions import sessions_of

ADMINISTER = needs(Permission.ADMINISTER)


@require_safe
@ADMINISTER
def members(request: HttpRequest) -> HttpResponse:
    """Everybody who works here or did."""
    found = StaffMember.objects.order_by("-is_active", "name")
    lines = [
        {"member": one, "url": reverse("staff:member", args=[one.pk]), "roles": _labels(one.roles)} for one in found
    ]
    return render(request, "staff/members.html", {"lines": lines})


@require_http_methods(["GET", "POST"])
@ADMINISTER
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody: the link is shown once, to be handed over."""
    form = InvitationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            member = services.add_member(given["email"], name=given["name"], roles=given["roles"], acting=request.user)
        except services.AddressRefused:
            form.add_error("email", _("This address belongs to a member already."))
        else:
            return _invitation(request, member)
    return render(request, "staff/invite.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
@ADMINISTER
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One member: roles, second factor, sessions, and what can be done."""
    return _member(request, get_object_or_404(StaffMember, pk=pk))


@require_POST
@ADMINISTER
def change(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what one of the forms of a member asks: roles, deactivate, invite, sessions or second-factor."""
    found = get_object_or_404(StaffMember, pk=pk)
    if name == "invite" and found.is_active:
        return _invitation(request, found)
    form = _forms(found, name, request.POST).get(name)
    if form is None:
        messages.error(request, _("This can no longer be done."))
        return redirect("staff:member", pk)
    if not form.is_valid():
        return _member(request, found, name, request.POST)
    reason = form.cleaned_data["reason"]
    try:
        match name:
            case "roles":
                services.change_roles(found, form.cleaned_data["roles"], acting=request.user, reason=reason)
            case "deactivate":
                services.deactivate(found, acting=request.user, reason=reason)
            case "sessions":
                services.end_sessions(found, acting=request.user, reason=reason)
            case _:
                services.forget_second_factor(found, acting=request.user, reason=reason)
    except services.ChangeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Done. It is in the ledger."))
    return redirect("staff:member", pk)


@require_http_methods(["GET", "POST"])
@ADMINISTER
def keys(request: HttpRequest) -> HttpResponse:
    """The keys of programs; a new one is shown once."""
    form, secret = KeyForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        _key, secret = make_key(
            given["name"],
            given["scopes"],
            acting=request.user,
            lasts=timedelta(days=given["days"]),
            per_minute=given["per_minute"],
        )
        form = KeyForm()
    context = {"keys": MachineKey.objects.select_related("made_by"), "form": form, "secret": secret}
    return render(request, "staff/keys.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@ADMINISTER
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """End a key, for a reason."""
    key, form = get_object_or_404(MachineKey, pk=pk), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            revoke_key(key, acting=request.user, reason=form.cleaned_data["reason"])
        except KeyRefused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, _("The key no longer works."))
        return redirect("staff:keys")
    return render(request, "staff/revoke.html", {"key": key, "form": form}, status=422 if form.errors else 200)


def _member(request: HttpRequest, found: StaffMember, name: str = "", sent: Any = None) -> HttpResponse:
    context = {
        "member": found,
        "roles": _labels(found.roles),
        "second_factor": has_second_factor(found),
        "sessions": sessions_of(found),
        "forms": _forms(found, name, sent) if found != request.user else {},
    }
    return render(request, "staff/member.html", context, status=422 if sent is not None else 200)


def _forms(found: StaffMember, name: str = "", sent: Any = None) -> dict[str, forms.Form]:
    """The forms of what can be done with a member, the one called `name` bound to what was sent."""
    if not found.is_active:
        return {}
    kinds = {"roles": RolesForm, "sessions": ReasonForm, "second-factor": ReasonForm, "deactivate": ReasonForm}
    if not has_second_factor(found) and not is_known_elsewhere(found):
        del kinds["second-factor"]
    return {
        kind: form(sent if kind == name else None, auto_id=f"{kind}_%s", initial={"roles": found.roles})
        for kind, form in kinds.items()
    }


def _invitation(request: HttpRequest, member: StaffMember) -> HttpResponse:
    """A page with a fresh link, shown this once."""
    try:
        token = services.make_link(member, lasts=services.INVITATION_LASTS, acting=request.user)
    except services.ChangeRefused as refused:
        messages.error(request, str(refused))
        return redirect("staff:member", member.pk)
    address = request.build_absolute_uri(reverse("staff:link", args=[token]))
    return render(request, "staff/invited.html", {"member": member, "address": address})


def _labels(roles: list[str]) -> str:
    return ", ".join(str(Role(role).label) for role in roles)
