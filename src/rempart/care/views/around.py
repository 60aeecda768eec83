"""Pages of the care team beside the files: mentors, and what follows a death."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rempart.care import team_forms
from rempart.care.errors import Refused
from rempart.care.models import Mentor, Postvention
from rempart.care.services import people, postvention
from rempart.ledger.clock import now
from rempart.staff.access import needs
from rempart.staff.roles import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def mentors(request: HttpRequest) -> HttpResponse:
    """The mentors, and one more."""
    form = team_forms.MentorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        words = {"fr": given.pop("words_fr"), "en": given.pop("words_en")}
        try:
            people.add_mentor(words=words, acting=request.user, **given)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Written down. Somebody else checks them before anybody is introduced."))
            return redirect("care:mentors")
    found = Mentor.objects.filter(left_at=None).select_related("added_by", "checked_by")
    shown = [
        {
            "mentor": one,
            "ready": one.checked_until is not None and one.checked_until > now(),
            "mine": one.added_by_id == request.user.pk,
        }
        for one in found
    ]
    return render(
        request, "care/team/mentors.html", {"mentors": shown, "form": form}, status=422 if form.errors else 200
    )


@require_POST
@needs(Permission.CARE)
def mentor(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Check a mentor (`check`), or let them go (`leave`)."""
    acts = {
        "check": (people.check_mentor, _("Checked: they can be introduced for a year.")),
        "leave": (people.let_mentor_go, _("They are a mentor no longer.")),
    }
    if name not in acts:
        raise Http404
    act, words = acts[name]
    try:
        act(get_object_or_404(Mentor, pk=pk), acting=request.user)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, words)
    return redirect("care:mentors")


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def deaths(request: HttpRequest) -> HttpResponse:
    """What follows a death: what was stated, and one more statement."""
    form = team_forms.DeathForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = postvention.declare_death(given["account"], source=given["source"], acting=request.user)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(
                request, _("Nothing is said to this account by itself any more. Somebody else confirms it.")
            )
            return redirect("care:death", made.pk)
    found = Postvention.objects.filter(mistaken_at=None).select_related("declared_by", "confirmed_by")
    return render(request, "care/team/deaths.html", {"found": found, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def death(request: HttpRequest, pk: int) -> HttpResponse:
    """One of them: confirm it, say that it was a mistake, offer help to somebody, let a message go."""
    found = get_object_or_404(Postvention.objects.select_related("declared_by", "confirmed_by", "file"), pk=pk)
    do = request.POST.get("do", "") if request.method == "POST" else ""
    form = team_forms.AccountForm(request.POST if do == "offer" else None)
    if do and (do != "offer" or form.is_valid()):
        try:
            messages.success(request, _do(request, found, do, form))
        except Refused as refused:
            messages.error(request, str(refused))
        return redirect("care:death", pk) if found.mistaken_at is None and do != "mistaken" else redirect("care:deaths")
    if found.mistaken_at is not None:
        return redirect("care:deaths")
    context: dict[str, Any] = {
        "found": found,
        "form": form,
        "peers": found.peers.select_related("file", "named_by"),
        "waiting": postvention.waiting_messages(found)[:50],
        "silent": postvention.silent_conversations(found).count(),
        "letter": postvention.words()["peer"],
        "first_half_mine": found.declared_by_id == request.user.pk,
    }
    return render(request, "care/team/death.html", context, status=422 if form.errors else 200)


def _do(request: HttpRequest, found: Postvention, do: str, form: team_forms.AccountForm) -> str:
    if do == "confirm":
        postvention.confirm_death(found, acting=request.user)
        return _("Confirmed.")
    if do == "mistaken":
        postvention.say_mistaken(found, acting=request.user)
        return _("Noted: it was a mistake. What waited goes out, and the support stands as before.")
    if do == "offer":
        postvention.offer_to_peer(found, form.cleaned_data["account"], acting=request.user)
        return _("Help is offered to them.")
    if do == "let-go":
        key = request.POST.get("message", "")
        message = get_object_or_404(postvention.waiting_messages(found), pk=key if key.isdecimal() else 0)
        postvention.let_message_go(found, message, acting=request.user)
        return _("This message goes out.")
    raise Http404
