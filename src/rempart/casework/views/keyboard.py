"""The keys of the desk, and the switch that turns them off: some people's tools type letters for them (WCAG 2.1.4)."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from rempart.staff.access import for_members

COOKIE, OFF = "single_keys", "off"
REMEMBERED = timedelta(days=365)


@for_members
def keys(request: HttpRequest) -> HttpResponse:
    """Every key. Sent as a form: turn them off, or on again, in this browser."""
    if request.method != "POST":
        return render(request, "casework/keys.html")
    answer = redirect("casework:keys")
    if request.COOKIES.get(COOKIE) == OFF:
        answer.delete_cookie(COOKIE)
    else:
        answer.set_cookie(COOKIE, OFF, max_age=REMEMBERED, httponly=True, samesite="Lax", secure=request.is_secure())
    return answer
