"""Opening files, and the page of those who look after locked ones."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from rempart.files import services
from rempart.files.errors import FileDestroyed, FileHeld, FileLocked, NotAllowed, NotLocked, NotReported
from rempart.files.forms import DestroyForm, OpenForm, ReportForm
from rempart.files.models import StoredFile
from rempart.files.serving import as_download, as_image, as_seen
from rempart.ledger import Event
from rempart.ledger.models import LedgerRow
from rempart.ledger.services import reference
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

PER_PAGE = 25


@needs(Permission.READ_CASES)
@require_GET
def open_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A file as an attachment. A locked one is refused here to everybody."""
    file = get_object_or_404(StoredFile, pk=pk)
    return as_download(file, _opened(request, file))


@needs(Permission.READ_CASES)
@require_GET
def image(request: HttpRequest, pk: int) -> HttpResponse:
    """A file for an <img>, which the desk shows blurred and grey until asked. A locked one is refused to everybody."""
    file = get_object_or_404(StoredFile, pk=pk)
    return as_image(file, _opened(request, file))


def _opened(request: HttpRequest, file: StoredFile) -> bytes:
    if file.state == StoredFile.State.LOCKED:
        raise PermissionDenied
    try:
        return services.open_file(file, acting=request.user)
    except (FileLocked, NotAllowed) as error:
        raise PermissionDenied from error
    except FileDestroyed as error:
        raise Http404 from error


@needs(Permission.CHILD_SAFETY)
@require_GET
def locked(request: HttpRequest) -> HttpResponse:
    """The locked files, those not reported yet first: what is known of each, never a preview."""
    found = StoredFile.objects.filter(state=StoredFile.State.LOCKED).prefetch_related("holds")
    page = Paginator(found.order_by("-reported_at", "locked_at", "pk"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "files/locked.html", {"page": page})


@needs(Permission.CHILD_SAFETY)
@require_GET
def locked_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One locked file: what is known of it, its custody, and what can be done."""
    return _locked_page(request, _locked(pk))


@needs(Permission.CHILD_SAFETY)
@require_POST
def open_locked(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a locked file, for a reason, without offering it for download."""
    file, form = _locked(pk), OpenForm(request.POST)
    if not form.is_valid():
        return _locked_page(request, file, opening=form)
    content = services.open_file(file, acting=request.user, because=form.cleaned_data["because"])
    return as_seen(file, content)


@needs(Permission.CHILD_SAFETY)
@require_POST
def report_locked(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that a locked file was reported."""
    file, form = _locked(pk), ReportForm(request.POST)
    if not form.is_valid():
        return _locked_page(request, file, reporting=form)
    services.report_file(
        file, acting=request.user, authority=form.cleaned_data["authority"], number=form.cleaned_data["number"]
    )
    return redirect("files:locked-file", pk)


@needs(Permission.CHILD_SAFETY)
@require_POST
def destroy_locked(request: HttpRequest, pk: int) -> HttpResponse:
    """Destroy a locked file that was reported and that nothing holds."""
    file, form = _locked(pk), DestroyForm(request.POST)
    if not form.is_valid():
        return _locked_page(request, file, destroying=form)
    try:
        services.destroy_file(file, acting=request.user, reason=form.cleaned_data["reason"])
    except (NotReported, FileHeld, NotLocked) as error:
        form.add_error(None, str(error))
        return _locked_page(request, file, destroying=form)
    messages.info(request, _("The file was destroyed."))
    return redirect("files:locked")


def _locked(pk: int) -> StoredFile:
    return get_object_or_404(StoredFile, pk=pk, state=StoredFile.State.LOCKED)


def _custody(file: StoredFile) -> list[dict[str, Any]]:
    rows = services.custody_of(file)
    keys = {int(row.acting.rpartition(":")[2]) for row in rows if row.acting}
    names = {reference(member): member.name for member in StaffMember.objects.filter(pk__in=keys)}
    return [
        {"what": Event(row.event).label, "at": row.recorded_at, "who": names.get(row.acting, ""), "why": _why(row)}
        for row in rows
    ]


def _why(row: LedgerRow) -> str:
    said = json.loads(row.content.canonical) if hasattr(row, "content") else {}
    why = str(said.get("because") or said.get("reason") or said.get("authority") or "")
    return _(why) if why else ""  # the software's own reasons have a translation; what people wrote is as they wrote it


def _locked_page(
    request: HttpRequest,
    file: StoredFile,
    *,
    opening: OpenForm | None = None,
    reporting: ReportForm | None = None,
    destroying: DestroyForm | None = None,
) -> HttpResponse:
    shown = {
        "file": file,
        "custody": _custody(file),
        "opening": opening or OpenForm(),
        "reporting": reporting or ReportForm(),
        "destroying": destroying or DestroyForm(),
    }
    return render(request, "files/locked_file.html", shown, status=422 if opening or reporting or destroying else 200)
