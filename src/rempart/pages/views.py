"""The pages that say what went wrong, in plain words, whatever room it went wrong in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: what was sent cannot be understood."""
    return _page(request, 400, _("This request cannot be understood"), _("Go back, reload the page and try again."))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person is known and may not see this."""
    return _page(
        request,
        403,
        _("This page is not open to you"),
        _("Your role does not give access to it. If you need it for your work, ask the person who manages roles."),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 of the protection against forged forms: most often a page left open for too long."""
    return _page(
        request,
        403,
        _("This form has expired"),
        _("Nothing was changed. Go back, reload the page and send the form again."),
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: there is nothing at this address."""
    return _page(
        request,
        404,
        _("There is nothing at this address"),
        _("The address may be mistyped, or what it named was erased on time."),
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours, and the page must show whatever state the rest is in."""
    return _page(
        request,
        500,
        _("Something went wrong on our side"),
        _(
            "Nothing was left half done. Try again in a moment; if it happens again, tell the team who runs Rempart here."
        ),
    )


def _page(request: HttpRequest, status: int, title: str, what: str) -> HttpResponse:
    return render(request, "pages/error.html", {"title": title, "what": what}, status=status)
