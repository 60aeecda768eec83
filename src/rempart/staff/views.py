"""Signing in and out."""

from django.contrib import auth
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST


@login_not_required
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in with an address and a password."""
    return render(request, "staff/sign_in.html")


@login_not_required
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in with a one-time link: a page with a button first, since previews open links too."""
    return render(request, "staff/link.html", {"token": token})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    auth.logout(request)
    return redirect("staff:sign-in")
