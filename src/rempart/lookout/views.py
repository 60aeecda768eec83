"""Noting that an alert was seen, from whatever page shows it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from rempart.lookout.models import WaveAlert
from rempart.lookout.services import acknowledge_alert
from rempart.staff.access import needs
from rempart.staff.roles import Permission


@require_POST
@needs(Permission.REVIEW)
def seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that somebody saw an alert, and go back to the page that showed it."""
    acknowledge_alert(get_object_or_404(WaveAlert, pk=pk), acting=request.user)
    back = request.POST.get("next", "")
    return redirect(back if url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}) else "/")
