"""Simulations: invented waves whose truth is known. The only pages with columns of truth, marked on every screenful."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from rempart.casework.forms import SimulationForm
from rempart.casework.models import Simulation
from rempart.casework.services import ask_simulation
from rempart.staff.access import needs
from rempart.staff.roles import Permission

PER_PAGE = 20


@needs(Permission.SEE_WAVES, to_change=(Permission.REVIEW, Permission.SET_POLICY))
def simulations(request: HttpRequest) -> HttpResponse:
    """Earlier simulations, and the form that starts one."""
    form = SimulationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = ask_simulation(acting=request.user, **form.cleaned_data)
        return redirect("casework:simulation", asked.pk)
    page = Paginator(Simulation.objects.all(), PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_line(one) for one in page.object_list]
    return render(request, "casework/simulations.html", {"form": form, "page": page})


@require_safe
@needs(Permission.SEE_WAVES)
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """One simulation: what each rulebook would have done, and how right it would have been."""
    found = get_object_or_404(Simulation, pk=pk)
    return render(request, "casework/simulation.html", {"simulation": _line(found), "rows": found.rows})


def _line(one: Simulation) -> dict[str, Any]:
    return {
        "url": reverse("casework:simulation", args=[one.pk]),
        "number": one.pk,
        "accounts": one.accounts,
        "seed": one.seed,
        "asked_at": one.asked_at,
        "computed_at": one.computed_at,
    }
