"""The page of somebody looked after, and everything that a member can do there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from rempart.care import team_forms, wording
from rempart.care.errors import Refused
from rempart.care.models import CareFile, Postvention
from rempart.care.services import files, follow_ups, mandates, people, welcome, writing
from rempart.care.services.guards import judges
from rempart.care.steps import steps
from rempart.care.views.team import line_of, refuse
from rempart.correspondence.errors import ConversationClosed
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import mark_read
from rempart.files.errors import FileDestroyed, FileLocked
from rempart.files.models import StoredFile
from rempart.files.services import open_file
from rempart.files.serving import as_download
from rempart.lookout.models import FameAlert
from rempart.staff.access import needs
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@dataclass(frozen=True)
class Act:
    """Something a member does here: the form it needs, how it is done, what they are told, and whether it gives a link.

    do: given the file, the cleaned form, `of` (the number of what it is about) and the member.
    """

    do: Callable[[CareFile, dict[str, Any], str, StaffMember], Any]
    said: Any
    form: type[forms.Form] | None = None
    gives_link: bool = False


def _guardian(file: CareFile, of: str) -> Any:
    return get_object_or_404(file.guardians, pk=of if of.isdecimal() else 0)


def _mandate(file: CareFile, of: str) -> Any:
    return get_object_or_404(file.mandates, pk=of if of.isdecimal() else 0)


def _conversation(file: CareFile, of: str) -> Conversation:
    return get_object_or_404(Conversation, pk__in=[one.pk for one in writing.conversations(file) if str(one.pk) == of])


def _write(file: CareFile, given: dict[str, Any], of: str, member: StaffMember) -> Any:
    return writing.answer(_conversation(file, of), text=given["text"], acting=member)


def _done(file: CareFile, given: dict[str, Any], of: str, member: StaffMember) -> Any:
    return follow_ups.do_step(file, of, acting=member, note=given["note"])


def _left_out(file: CareFile, given: dict[str, Any], of: str, member: StaffMember) -> Any:
    return follow_ups.skip_step(file, of, acting=member, reason=given["reason"])


ACTS: dict[str, Act] = {
    "welcome": Act(lambda file, _given, _of, member: welcome.welcome(file, acting=member), _("The welcome is sent.")),
    "done": Act(_done, _("Noted."), team_forms.NoteForm),
    "leave-out": Act(_left_out, _("Noted, with your reason."), team_forms.ReasonForm),
    "hold": Act(lambda file, _given, _of, member: files.hold(file, acting=member), _("You look after them.")),
    "end": Act(
        lambda file, given, _of, member: files.end(file, acting=member, reason=given["reason"]),
        _("The support has ended; their page stays."),
        team_forms.ReasonForm,
    ),
    "write": Act(
        _write, _("Sent in a minute; after a death it waits until somebody lets it go."), team_forms.WriteForm
    ),
    "guardian": Act(
        lambda file, given, _of, member: people.name_guardian(file, acting=member, **given),
        _("Written down. Nobody is told yet."),
        team_forms.PersonForm,
    ),
    "tell": Act(
        lambda file, _given, of, member: people.tell_guardian(_guardian(file, of), acting=member),
        _("This is their link: hand it over yourself where no e-mail address is known."),
        gives_link=True,
    ),
    "let-go": Act(
        lambda file, _given, of, member: people.let_guardian_go(_guardian(file, of), acting=member),
        _("They are told nothing more."),
    ),
    "mentor": Act(
        lambda file, given, _of, member: people.invite_mentor(file, given["mentor"], acting=member),
        _("Proposed on their page: nothing happens before they say yes."),
        team_forms.InviteForm,
    ),
    "mandate": Act(
        lambda file, given, _of, member: mandates.give_mandate(file, acting=member, **given),
        _("Written down. It holds once somebody has checked it."),
        team_forms.MandateForm,
    ),
    "check": Act(
        lambda file, _given, of, member: mandates.check_mandate(_mandate(file, of), acting=member),
        _("This is the agent’s link. It opens their conversation with the team, and nothing else."),
        gives_link=True,
    ),
    "revoke": Act(
        lambda file, given, of, member: mandates.revoke_mandate(_mandate(file, of), acting=member, **given),
        _("Revoked: their link opens nothing any more."),
        team_forms.ReasonForm,
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(Permission.CARE)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One person looked after. Posted: `do` names an act, `of` what it is about (a step, a guardian, a mandate)."""
    found = get_object_or_404(
        CareFile.objects.select_related("conversation", "held_by", "opened_by"), pk=pk, erasing_since=None
    )
    member = request.user
    if judges(found, member):
        return refuse(request)
    do, of = (request.POST.get(name, "") for name in ("do", "of")) if request.method == "POST" else ("", "")
    bound: forms.Form | None = None
    if do:
        act = ACTS.get(do)
        if act is None:
            raise Http404
        bound = _form(do, of, found, request.POST)
        if bound is None or bound.is_valid():
            return _do(request, act, found, bound.cleaned_data if bound else {}, of)
    context = _context(found, member, do, of, bound)
    return render(request, "care/team/file.html", context, status=422 if bound is not None else 200)


@require_safe
@needs(Permission.CARE)
def attachment(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A file that somebody sent to the team in one of the conversations about a file. A locked one is refused here."""
    found = get_object_or_404(CareFile, pk=pk, erasing_since=None)
    if judges(found, request.user):
        return refuse(request)
    sent = StoredFile.objects.filter(messages__conversation__in=writing.conversations(found)).distinct()
    file = get_object_or_404(sent, pk=number)
    try:
        return as_download(file, open_file(file, acting=request.user))
    except FileLocked as error:
        raise PermissionDenied from error
    except FileDestroyed as error:
        raise Http404 from error


def _form(do: str, of: str, found: CareFile, posted: Any = None) -> forms.Form | None:
    kind = ACTS[do].form
    if kind is None:
        return None
    more = {"mentors": people.mentors_for(found)} if kind is team_forms.InviteForm else {}
    return kind(posted, auto_id=f"{do}-{of}-%s" if of else f"{do}-%s", **more)


def _do(request: HttpRequest, act: Act, found: CareFile, given: dict[str, Any], of: str) -> HttpResponse:
    try:
        made = act.do(found, given, of, request.user)
    except (Refused, ConversationClosed) as refused:
        messages.error(request, str(refused))
    else:
        if act.gives_link:
            return render(request, "care/team/link.html", {"file": found, "link": made, "said": act.said})
        messages.success(request, act.said)
    return redirect("care:file", found.pk)


def _context(found: CareFile, member: StaffMember, do: str, of: str, bound: forms.Form | None) -> dict[str, Any]:
    """What the page shows; a form that was sent wrong stands where it stood, open, with what is wrong."""

    def form(name: str, about: str = "") -> forms.Form | None:
        return bound if (name, about) == (do, of) else _form(name, about, found)

    listed = list(found.steps.select_related("done_by", "skipped_by"))
    order = list(steps())
    listed.sort(key=lambda step: (step.due, order.index(step.kind) if step.kind in order else len(order)))
    silent = found.state == CareFile.State.FROZEN
    mentors = people.mentors_for(found)
    introductions = list(found.introductions.select_related("mentor"))
    known = {one.pk: one for one in writing.conversations(found)}
    for one in known.values():
        mark_read(one, acting=member)

    def spoken(number: int | None, *, shut: bool = silent) -> dict[str, Any] | None:
        """A conversation, and the form that answers in it while it is open."""
        if (conversation := known.get(number)) is None:
            return None
        shut = shut or conversation.closed_at is not None
        return {"of": conversation, "write": None if shut else form("write", str(conversation.pk))}

    return {
        "file": found,
        "silent": silent,
        "alert": _alert(found),
        "asked": list(found.asked.filter(settled_at=None).select_related("taken_by")),
        "lines": [
            line_of(step)
            | {"done": form("done", step.kind), "out": form("leave-out", step.kind), "open": of == step.kind}
            for step in listed
        ],
        "letter": wording.welcome_letter(found.age_band, found.country)[found.language],
        "talk": spoken(found.conversation_id),
        "guardians": [
            (one, people.reach_of(one), spoken(one.conversation_id, shut=not writing.guardian_may_hear(found)))
            for one in found.guardians.filter(left_at=None)
        ],
        "guardian": form("guardian"),
        "introductions": introductions,
        "mentor": form("mentor") if mentors and not _introduced(introductions) else None,
        "mandates": [
            (one, people.reach_of(one), form("revoke", str(one.pk)), spoken(one.conversation_id))
            for one in found.mandates.all()
        ],
        "mandate": form("mandate"),
        "end": None if found.state in {CareFile.State.ENDED, CareFile.State.DECLINED} or silent else form("end"),
        "postvention": Postvention.objects.filter(file=found, mistaken_at=None).first(),
        "wrong": do if bound is not None else "",
    }


def _introduced(introductions: list[Any]) -> bool:
    return any(one.declined_at is None and one.ended_at is None for one in introductions)


def _alert(found: CareFile) -> FameAlert | None:
    number = found.alert.rpartition(":")[2]
    return FameAlert.objects.filter(pk=number).first() if number.isdecimal() else None
