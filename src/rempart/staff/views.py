"""Signing in, by a one-time link or by a password, and signing out."""

from django import forms
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.staff import services
from rempart.staff.access import for_members, open_to_all
from rempart.staff.models import StaffMember
from rempart.staff.passwords import TooManyAttempts, WrongPassword, sign_in_by_password
from rempart.staff.roles import Role

BACKEND = "django.contrib.auth.backends.ModelBackend"


class SignInForm(forms.Form):
    """An address and a password."""

    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@open_to_all(because="signing in")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an address and a password."""
    destination = _destination(request)
    if request.user.is_authenticated:
        return redirect(destination)
    form, status = SignInForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        try:
            member = sign_in_by_password(request, form.cleaned_data["email"], form.cleaned_data["password"])
            return _signed_in(request, member, destination)
        except WrongPassword:
            form.add_error(None, _("This address and this password do not go together."))
            status = 403
        except TooManyAttempts:
            form.add_error(None, _("Too many attempts. Wait a quarter of an hour, or ask for a link."))
            status = 429
    return render(request, "staff/sign_in.html", {"form": form, "next": destination}, status=status)


@require_http_methods(["GET", "POST"])
@open_to_all(because="a link that is good once signs in")
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link: a page with a button first, since previews of messages open links too."""
    refused = not services.link_opens(token)
    if request.method == "POST" and not refused:
        try:
            return _signed_in(request, services.use_link(token), settings.LOGIN_REDIRECT_URL)
        except services.LinkRefused:
            refused = True
    return render(request, "staff/link.html", {"refused": refused}, status=410 if refused else 200)


@require_POST
@open_to_all(because="signing out twice does no harm")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


@require_safe
@for_members
def account(request: HttpRequest) -> HttpResponse:
    """Who one is here: name, address and roles."""
    return render(request, "staff/account.html", {"roles": [Role(role).label for role in request.user.roles]})


def _signed_in(request: HttpRequest, member: StaffMember, destination: str) -> HttpResponseRedirect:
    auth.login(request, member, backend=BACKEND)
    return HttpResponseRedirect(destination)


def _destination(request: HttpRequest) -> str:
    """Where to go once signed in: a page of ours, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL
