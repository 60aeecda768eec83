"""Signing in, by a password or a one-time link, and signing out. What follows (the second factor) is allauth's."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from requests import RequestException

from rempart.staff import services
from rempart.staff.access import open_to_all
from rempart.staff.attempts import TooManyAttempts, WrongPassword, member_with_password
from rempart.staff.forms import SignInForm
from rempart.staff.models import StaffMember


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@open_to_all(because="signing in")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an address and a password; a passkey and OpenID Connect are offered beside."""
    destination = _destination(request)
    if request.user.is_authenticated:
        return redirect(destination)
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            member = member_with_password(request, form.cleaned_data["email"], form.cleaned_data["password"])
            return _go_on(request, member, "password", destination)
        except WrongPassword:
            form.add_error(None, _("This address and this password do not go together."))
            status = 403
        except TooManyAttempts:
            form.add_error(None, _("Too many attempts. Wait a quarter of an hour, or ask for a link."))
            status = 429
    providers = get_adapter().list_providers(request) if settings.SOCIALACCOUNT_PROVIDERS else []
    context = {
        "form": form,
        "next": destination,
        "elsewhere": [
            {"name": one.name, "url": one.get_login_url(request, process="login", next=destination)}
            for one in providers
        ],
    }
    return render(request, "staff/sign_in.html", context, status=status)


@require_http_methods(["GET", "POST"])
@open_to_all(because="a link that is good once signs in")
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link: a page with a button first, since previews of messages open links too."""
    refused = not services.link_opens(token)
    if request.method == "POST" and not refused:
        try:
            return _go_on(request, services.use_link(token), "link", settings.LOGIN_REDIRECT_URL)
        except services.LinkRefused:
            refused = True
    return render(request, "staff/link.html", {"refused": refused}, status=410 if refused else 200)


@require_safe
@open_to_all(because="signing in elsewhere")
def openid_connect(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Go to the sign-in service, if it can be reached."""
    try:
        return views.login(request, provider_id)
    except RequestException:
        messages.error(request, _("The sign-in service cannot be reached. Sign in another way, or try later."))
        return redirect("staff:sign-in")


@require_POST
@open_to_all(because="signing out twice does no harm")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _go_on(request: HttpRequest, member: StaffMember, way: str, destination: str) -> HttpResponse:
    """Ask for the second factor, if the member has one; else the session is theirs."""
    if request.user.is_authenticated and request.user != member:
        auth.logout(request)  # a link opened in somebody else's browser
    record_authentication(request, member, method=way)
    return perform_login(request, member, redirect_url=destination)


def _destination(request: HttpRequest) -> str:
    """Where to go once signed in: a page of ours, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL
