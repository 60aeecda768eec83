"""The care team's page of one person's protections and shield: what is proposed, what holds, what was collected.

The team proposes and opens; it hides and reports nothing, since that is theirs to say.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from rempart.care import means, showing
from rempart.care.errors import NotWaiting, Refused
from rempart.care.kinds import kinds
from rempart.care.models import By, CareFile, CareOrder, Protection
from rempart.care.services import evidence, protections, shields
from rempart.care.services.guards import judges
from rempart.care.views.team import refuse
from rempart.files import services as files
from rempart.files.serving import as_download
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

ORDERS_SHOWN = 50


def _propose(file: CareFile, of: str, member: StaffMember) -> None:
    protections.propose_protection(file, of, acting=member)


def _switch_off(file: CareFile, of: str, member: StaffMember) -> None:
    found = get_object_or_404(Protection, file=file, pk=of if of.isdecimal() else 0)
    protections.undo_protection(found, by=By.TEAM, acting=member)


def _open(file: CareFile, _of: str, member: StaffMember) -> None:
    shields.open_shield(file, shields.pile_on_about(file), acting=member)


def _close(file: CareFile, _of: str, member: StaffMember) -> None:
    for shield in file.shields.filter(closed_at=None):
        shields.close_shield(shield, by=By.TEAM, acting=member)


def _retry(file: CareFile, of: str, member: StaffMember) -> None:
    found = get_object_or_404(file.orders, pk=of if of.isdecimal() else 0)
    if not means.retry(found.pk, acting=member):
        raise NotWaiting


ACTS: dict[str, tuple[Callable[[CareFile, str, StaffMember], None], Any]] = {
    "propose": (_propose, _("Proposed on their page: nothing changes before they say yes.")),
    "switch-off": (_switch_off, _("Switched off.")),
    "open": (_open, _("Open: comments are put aside from now on. Nothing is hidden before they say so.")),
    "retry": (_retry, _("It is tried again now.")),
    "close": (_close, _("Closed: what was hidden shows again.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def protecting(request: HttpRequest, pk: int) -> HttpResponse:
    """Protections and the shield of one file. Posted: `do` names an act, `of` what it is about."""
    file = get_object_or_404(CareFile, pk=pk, erasing_since=None)
    if judges(file, request.user):
        return refuse(request)
    if request.method == "POST":
        act = ACTS.get(request.POST.get("do", ""))
        if act is None:
            raise Http404
        try:
            act[0](file, request.POST.get("of", ""), request.user)
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, act[1])
        return redirect("care:protecting", file.pk)
    orders = list(file.orders.select_related("protection").order_by("-ordered_at", "-pk")[:ORDERS_SHOWN])
    problems = means.problems(order.pk for order in orders)
    context = {
        "file": file,
        "protections": showing.protections(file, guardian=True),
        "shield": showing.shield(file),
        "pile_on": shields.pile_on_about(file),
        "orders": [(order, _name(order), problems.get(order.pk, "")) for order in orders],
        "silent": file.state == CareFile.State.FROZEN,
    }
    return render(request, "care/team/protecting.html", context)


@require_POST
@needs(Permission.CARE)
def folder(request: HttpRequest, pk: int) -> HttpResponse:
    """The evidence of a file's shield as one folder, made now; its opening is recorded."""
    file = get_object_or_404(CareFile, pk=pk, erasing_since=None)
    shown = showing.shield(file)
    if shown is None or shown.object is None:
        raise Http404
    try:
        made = evidence.make_folder(shown.object, acting=request.user)
    except NotWaiting:
        messages.error(request, _("Nothing was collected."))
    except Refused:
        return refuse(request)
    else:
        content = files.open_file(made.file, acting=request.user, because="evidence for a complaint")
        return as_download(made.file, content)
    return redirect("care:protecting", file.pk)


def _name(order: CareOrder) -> str:
    """The protection that an order is about, in the reader's language; "" for one about comments."""
    if order.protection is None:
        return ""
    return kinds()[order.protection.kind].name.said((get_language() or "fr")[:2], adult=True)
