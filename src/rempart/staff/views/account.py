"""One's own account: what one does here, how one signs in, and the sessions that are open."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.ledger import Event
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.staff import services
from rempart.staff.access import for_members
from rempart.staff.forms import PasswordForm
from rempart.staff.models import StaffMember
from rempart.staff.roles import Role
from rempart.staff.second_factor import has_second_factor
from rempart.staff.sessions import name_of, sessions_of

LATEST = 10


@require_safe
@for_members
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here, how one signs in, and one's sessions."""
    context = {
        "roles": [Role(role).label for role in request.user.roles],
        "second_factor": has_second_factor(request.user),
        "sessions": sessions_of(request.user, request.session.session_key),
        "lately": _lately(request.user),
    }
    return render(request, "staff/account.html", context)


def _lately(member: StaffMember) -> list[dict[str, Any]]:
    """What happened to a member's access, the latest first: a link made by somebody else shows here."""
    rows = LedgerRow.objects.filter(subject=reference(member)).order_by("-pk")[:LATEST]
    return [{"at": row.recorded_at, "what": Event(row.event).label} for row in rows]


@require_POST
@for_members
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End one of one's sessions (`session`), or all but the one in use."""
    chosen = request.POST.get("session", "")
    keys = [
        one.session_key
        for one in request.user.sessions.all()
        if (name_of(one.session_key) == chosen if chosen else one.session_key != request.session.session_key)
    ]
    ended = services.end_sessions(request.user, acting=request.user, keys=keys)
    messages.success(request, _("Session ended.") if ended == 1 else _("Sessions ended: %(n)s.") % {"n": ended})
    return redirect("staff:account")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@for_members
@reauthentication_required(app="allauth.mfa")
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password. Other sessions end."""
    form = PasswordForm(request.POST or None, member=request.user)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            services.set_password(request.user, form.cleaned_data["password"])
            others = request.user.sessions.exclude(pk=request.session.session_key)
            services.end_sessions(request.user, acting=request.user, keys=others.values_list("pk", flat=True))
        update_session_auth_hash(request, request.user)
        messages.success(request, _("Your password is set."))
        return redirect("staff:account")
    return render(request, "staff/password.html", {"form": form}, status=422 if form.errors else 200)
