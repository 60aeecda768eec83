"""The page of a parent or another adult responsible, by a link of their own: what helps, what the law asks, a call.

They see what the young person lets them see, never what is written to the team or that a human was asked for. Their
link opens nothing from the moment the young person says that it is not safe. Its sentences are words/guardian.yaml.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from rempart.care import showing, wording
from rempart.care.errors import NotWaiting
from rempart.care.forms import CallForm
from rempart.care.models import Asked, By, CareFile, Guardian, Mandate
from rempart.care.services import asking
from rempart.care.services.mandates import revoke_mandate
from rempart.care.views.shown import agent_shown, wish_shown
from rempart.care.views.young import message_form, opens_nothing, posted, thread_open
from rempart.casework.statements.dates import Language
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import mark_read
from rempart.ledger.clock import now

GUARDIAN = Conversation.Kind.GUARDIAN
HELPS = tuple(f"helps_{number}" for number in range(1, 6))
OVER = {CareFile.State.DECLINED, CareFile.State.ENDED, CareFile.State.FROZEN}


@by_link(GUARDIAN, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """What helps, what they are let see, what the law asks; and their own conversation."""
    reader = _reader(access)
    form = message_form(request, reader.words)
    if request.method == "POST" and form.send(access.conversation, access.holder) is not None:
        return redirect(reader.url("guardian") + "#thread-title")
    context = reader.front() | {"form": form, "thread_open": thread_open(access.conversation)}
    mark_read(access.conversation)
    return render(request, "care/guardian/page.html", context, status=422 if form.errors else 200)


@by_link(GUARDIAN, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Ask for a call, or take it back."""
    reader = _reader(access)
    wish = wish_shown(reader.file, Asked.Kind.CALL, Asked.Voice.GUARDIAN, reader.words)
    if request.POST.get("act") == "take_back":
        if wish is not None:
            with suppress(NotWaiting):  # somebody called meanwhile
                asking.take_back(wish["object"])
        return redirect(reader.url("guardian"))
    initial = {"spoken": access.conversation.language, "when": "any"}
    form = CallForm(posted(request), words=reader.words, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        asking.ask_for_call(
            reader.file,
            by=Asked.Voice.GUARDIAN,
            phone=given["phone"],
            suits=given["when"],
            language=given["spoken"],
        )
        return redirect(reader.url("guardian-call"))
    shown = reader.frame() | {"call": wish, "form": form}
    return render(request, "care/young/call.html", shown, status=422 if form.errors else 200)


@by_link(GUARDIAN, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """End what somebody may settle for the young person, after a page that says what it means."""
    reader = _reader(access)
    mandate = next((one for one in reader.mandates() if one.pk == pk), None)
    if mandate is None:
        return redirect(reader.url("guardian"))
    if request.method == "POST":
        revoke_mandate(mandate, by=By.GUARDIAN)
        return redirect(reader.url("guardian"))
    said = reader.words
    asked = {
        "title": said["agent_stop_title"].format(name=mandate.name),
        "leads": [said["agent_stop_lead"]],
        "button": said["agent_stop_button"],
        "keep": said["agent_keep"],
    }
    return render(request, "care/young/confirm.html", reader.frame() | {"asked": asked})


@dataclass(frozen=True)
class _Reader:
    """A guardian who opened their page."""

    access: LinkAccess
    guardian: Guardian

    @property
    def file(self) -> CareFile:
        return self.guardian.file

    @property
    def language(self) -> Language:
        return cast(Language, self.access.conversation.language)

    @property
    def words(self) -> wording.Texts:
        return wording.sentences("guardian", self.language, True)

    def url(self, name: str, *more: object) -> str:
        return reverse(f"care:{name}", args=[self.access.token, *more])

    def mandates(self) -> list[Mandate]:
        """Those that hold or wait for the team's check, where the guardian sees the settings or gave it themself."""
        standing = self.file.mandates.filter(revoked_at=None, ends_at__gt=now())
        return [one for one in standing if self.guardian.sees or one.by == By.GUARDIAN]

    def frame(self) -> dict[str, Any]:
        """What every page of theirs shows."""
        return {
            "access": self.access,
            "words": self.words,
            "helplines": wording.helplines(self.file.country, self.file.age_band, self.language),
            "page_url": self.url("guardian"),
            "call_url": self.url("guardian-call"),
        }

    def front(self) -> dict[str, Any]:
        """The page itself."""
        file, said = self.file, self.words
        sees = self.guardian.sees and file.standing not in OVER
        return self.frame() | {
            "helps": [said[name] for name in HELPS],
            "sees": sees,
            "protections": showing.protections(file, guardian=True) if sees else None,
            "call": wish_shown(file, Asked.Kind.CALL, Asked.Voice.GUARDIAN, said),
            "agents": [agent_shown(one, said, self.url("guardian-agent", one.pk)) for one in self.mandates()],
            "duties": wording.duties(file.country, file.age_band, "guardian", self.language),
            "open": self.access.conversation.closed_at is None,
            "written": wish_shown(file, Asked.Kind.MESSAGE, Asked.Voice.GUARDIAN, said)
            if self.access.conversation.waits_for_answer
            else None,
        }


def _reader(access: LinkAccess) -> _Reader:
    guardian = Guardian.objects.select_related("file").filter(conversation=access.conversation, left_at=None).first()
    if guardian is None or guardian.file.safe_to_tell_guardian != CareFile.Safe.YES or access.holder != "self":
        raise Http404
    return _Reader(access, guardian)
