"""Pages for what went wrong, in the reader's language; they never repeat what was asked. Machines get JSON."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.exceptions import TemplateDoesNotExist
from django.views.decorators.csrf import requires_csrf_token

FOR_MACHINES = {
    400: "this request cannot be read",
    403: "this is not open to you",
    404: "there is nothing under this address",
    500: "something went wrong here; what you sent was not kept",
}


@requires_csrf_token
def _answer(request: HttpRequest, status: int) -> HttpResponse:
    if request.path.startswith("/api/"):  # as site/api.py tells what it refuses
        return JsonResponse({"errors": [{"field": "", "error": FOR_MACHINES[status]}]}, status=status)
    try:
        return render(request, f"{status}.html", {"status": status}, status=status)
    except TemplateDoesNotExist:
        return HttpResponse(str(status), status=status, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _answer(request, 403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that was not sent from our own page, or too late."""
    return _answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return _answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500. The page itself may be what fails (no database, say): then the bare number is sent."""
    try:
        return _answer(request, 500)
    except Exception:
        return HttpResponse("500", status=500, content_type="text/plain")
