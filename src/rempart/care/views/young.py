"""The private page of somebody looked after, reached by a signed link: no account, no cookie, no script.

Help stands first on every page, a human is one button away, and whatever was set can be changed here. Its sentences are
words/page.yaml.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import cast

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from rempart.care import wording
from rempart.care.errors import NotAsWished, NotWaiting, Refused, Silent
from rempart.care.forms import AdultForm, CallForm, PauseForm
from rempart.care.models import Asked, By, CareFile, Guardian
from rempart.care.services import asking, files, people
from rempart.care.services.erasing import erase_as_asked
from rempart.care.services.mandates import revoke_mandate
from rempart.care.services.welcome import change_link, send_new_link
from rempart.care.views.shown import WHAT_HAPPENS, Reader, Shown
from rempart.casework.statements.dates import Language
from rempart.correspondence.forms import ConversationForm
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.correspondence.selectors import unread_count
from rempart.correspondence.services import mark_read
from rempart.ledger.clock import now
from rempart.staff.access import open_to_all

YOUNG = Conversation.Kind.YOUNG
PAUSES = {"week": timedelta(days=7), "month": timedelta(days=30), "open": None}


def opens_nothing(request: HttpRequest, token: str) -> HttpResponse:
    """A link that was not made here, was revoked or is over: whom to call all the same, and a way to a new link."""
    said = _said(request)
    told = {
        "title": said["old_title"],
        "lead": said["old_lead"],
        "button": said["old_ask"],
        "button_lead": said["old_ask_lead"],
        "action": reverse("care:new-link", args=[token]),
    }
    return render(request, "care/young/told.html", _told(request, told), status=404)


@csrf_exempt  # as every page behind a link: it wants no cookie, and whoever could forge it would have to know the token
@open_to_all(because="asks for a new link, which arrives where its person is reached; shows nothing")
@require_POST
@sensitive_variables("token")
def new_link(request: HttpRequest, token: str) -> HttpResponse:
    """Send a new link in place of one that opens nothing any more. The answer is the same for any token."""
    send_new_link(token)
    said = _said(request)
    told = {"title": said["old_asked_title"], "lead": said["old_asked"]}
    response = render(request, "care/young/told.html", _told(request, told))
    response.headers["Cache-Control"], response.headers["Referrer-Policy"] = "no-store", "no-referrer"
    return response


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """What is happening, what was set, what they can do; and the conversation."""
    reader = _reader(access)
    form = message_form(request, reader.words)
    if request.method == "POST" and form.send(access.conversation, access.holder) is not None:
        return redirect(reader.url("young") + "#thread-title")
    context = reader.front() | {"form": form, "thread_open": thread_open(access.conversation)}
    mark_read(access.conversation)
    return render(request, "care/young/page.html", context, status=422 if form.errors else 200)


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def now_page(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """« I am not well »: whom to call, then one button for a human. Looking at it does nothing; nothing is judged."""
    reader = _reader(access)
    if request.method == "POST" and access.holder == "self":
        asking.say_not_well(reader.file)
        return redirect(reader.url("young-now"))
    first = [] if asking.can_ring() else ["now_next_unheard"]
    lines = [reader.words[name] for name in (*(first or WHAT_HAPPENS[:1]), *WHAT_HAPPENS[1:])]
    shown = reader.frame() | {"wish": reader.wish(Asked.Kind.NOT_WELL), "what_happens": lines}
    return render(request, "care/young/now.html", shown)


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def call(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Ask for a call: where, when it suits, in which language; or take it back."""
    reader = _mine(access)
    wish = reader.wish(Asked.Kind.CALL)
    if request.POST.get("act") == "take_back":
        if wish is not None:
            with suppress(NotWaiting):  # somebody called meanwhile
                asking.take_back(wish["object"])
        return redirect(reader.url("young"))
    initial = {"spoken": access.conversation.language, "when": "any"}
    form = CallForm(posted(request), words=reader.words, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        asking.ask_for_call(reader.file, phone=given["phone"], suits=given["when"], language=given["spoken"])
        return redirect(reader.url("young-call"))
    shown = reader.frame() | {"call": wish, "form": form}
    return render(request, "care/young/call.html", shown, status=422 if form.errors else 200)


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def adult(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """May a parent be told: yes and whom, not now, or that it is not safe."""
    reader = _mine(access)
    if reader.grown_up:
        raise Http404
    form = AdultForm(posted(request), words=reader.words)
    if form.is_valid() and _answered(form, reader.file):
        return redirect(reader.url("young") + "#adult-title")
    lead = "adult_lead_under_13" if reader.file.age_band in {None, "under_13"} else "adult_lead"
    shown = reader.frame() | {
        "form": form,
        "adult_said": reader.adult()["said"],
        "adult_lead": reader.words[lead],
    }
    return render(request, "care/young/adult.html", shown, status=422 if form.errors else 200)


def _answered(form: AdultForm, file: CareFile) -> bool:
    given = form.cleaned_data
    try:
        files.say_whether_safe(file, {"yes": True, "no": None, "unsafe": False}[given["answer"]])
        if given["answer"] == "yes" and given["email"]:
            guardian = people.name_guardian(file, name=given["name"], reach=given["email"])
            people.show_settings(guardian, shown=given["sees"])
            people.tell_guardian(guardian)
    except (NotAsWished, Silent):
        form.add_error(None, form.words["not_so"])
        return False
    return True


@by_link(YOUNG, refused=opens_nothing)
@require_POST
def sees(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Show the settings to the guardians who were told, or no longer."""
    reader = _mine(access)
    for guardian in Guardian.objects.filter(file=reader.file, left_at=None):
        people.show_settings(guardian, shown=request.POST.get("sees") == "yes")
    return redirect(reader.url("young") + "#adult-title")


@by_link(YOUNG, refused=opens_nothing)
@require_POST
def answer(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Yes to the support, no to it, or: start again."""
    reader = _mine(access)
    acts: dict[str, Callable[[CareFile], CareFile]] = {
        "yes": files.accept,
        "no": files.decline,
        "resume": files.resume,
    }
    act = acts.get(request.POST.get("answer", ""))
    if act is None:
        raise Http404
    with suppress(Silent):
        act(reader.file)
    return redirect(reader.url("young"))


@by_link(YOUNG, refused=opens_nothing)
@require_POST
def mentor(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """Yes or no to a mentor, or stop with them."""
    reader = _mine(access)
    made, said = reader.introduction(pk), request.POST.get("answer")
    if made is not None and said in {"yes", "no", "stop"}:
        with suppress(NotWaiting, Silent):  # answered in another window
            people.answer_mentor(made, yes=said == "yes")
    return redirect(reader.url("young") + "#mentor-title")


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def agent(request: HttpRequest, access: LinkAccess, pk: int) -> HttpResponse:
    """End what somebody may settle for them, after a page that says what it means."""
    reader = _mine(access)
    mandate = next((one for one in reader.mandates() if one.pk == pk), None)
    if mandate is None:
        return redirect(reader.url("young"))
    if request.method == "POST":
        revoke_mandate(mandate, by=By.YOUNG)
        return redirect(reader.url("young"))
    said = reader.words
    title = said["agent_stop_title"].format(name=mandate.name)
    return _confirm(request, reader, "agent_stop", [said["agent_stop_lead"]], title=title, keep="agent_keep")


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Be left alone for a week, a month, or until they say."""
    reader = _mine(access)
    form = PauseForm(posted(request), words=reader.words)
    if form.is_valid():
        length = PAUSES[form.cleaned_data["how_long"]]
        with suppress(Refused):  # nothing (any more) to pause: their page says where things stand
            files.pause(reader.file, now() + length if length else None)
        return redirect(reader.url("young"))
    return render(request, "care/young/pause.html", reader.frame() | {"form": form}, status=422 if form.errors else 200)


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Refuse the support from now on, after a page that says what it means."""
    reader = _mine(access)
    if request.method == "POST":
        with suppress(Silent):
            files.decline(reader.file)
        return redirect(reader.url("young"))
    return _confirm(request, reader, "stop", [reader.words["stop_lead"]])


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Erase what is known of them here, after a page that says what goes and what stays."""
    reader = _mine(access)
    said = reader.words
    if request.method == "POST":
        shown = reader.frame() | {"told": {"title": said["erased_title"], "lead": said["erased"]}, "not_well": ""}
        with suppress(Silent):
            erase_as_asked(reader.file)
            return render(request, "care/young/told.html", shown | {"access": None})
        return redirect(reader.url("young"))
    waits = [said["erase_waits"]] if any(reader.wish(kind) for kind in Asked.Kind) else []
    return _confirm(request, reader, "erase", [*waits, said["erase_lead"], said["erase_keep"]])


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """Change the link, after a page that says where the new one arrives."""
    reader = _mine(access)
    if not reader.reached:
        return redirect(reader.url("young"))
    if request.method == "POST":
        change_link(access.conversation)
        said = reader.words
        told = {"title": said["old_asked_title"], "lead": said["new_link_lead"]}
        return render(request, "care/young/told.html", reader.frame() | {"told": told, "access": None, "not_well": ""})
    return _confirm(request, reader, "new_link", [reader.words["new_link_lead"]])


def thread_open(conversation: Conversation) -> bool:
    """Whether the messages stand open: one of them is new to the reader, or answers to theirs are awaited."""
    return unread_count(conversation, outside=True) > 0 or conversation.waits_for_answer


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, be it nothing: a form left empty is asked again, too."""
    return request.POST if request.method == "POST" else None


def message_form(request: HttpRequest, said: wording.Texts) -> ConversationForm:
    """The form of a message, in the words of its page."""
    form = ConversationForm(request.POST or None, request.FILES or None)
    form.fields["text"].label = said["write_text"]
    form.fields["files"].label = said["write_files_label"]
    form.fields["files"].help_text = said["write_files"]
    form.fields["intimate"].label = said["write_intimate"]
    form.fields["intimate"].help_text = said["write_locked"]
    return form


def _reader(access: LinkAccess) -> Reader:
    try:
        return Reader(access, files.file_of(access.conversation))
    except CareFile.DoesNotExist as gone:
        raise Http404 from gone


def _mine(access: LinkAccess) -> Reader:
    """The reader, where the page is for the person themself alone."""
    if access.holder != "self":
        raise Http404
    return _reader(access)


def _confirm(
    request: HttpRequest, reader: Reader, what: str, leads: list[str], *, title: str = "", keep: str = "keep"
) -> HttpResponse:
    said = reader.words
    asked: Shown = {
        "title": title or said[what],
        "leads": leads,
        "button": said[f"{what}_button"],
        "keep": said[keep],
    }
    return render(request, "care/young/confirm.html", reader.frame() | {"asked": asked})


def _said(request: HttpRequest) -> wording.Texts:
    """The sentences for somebody of whom nothing is known: in their browser's language, as to a child."""
    return wording.sentences("page", _language(request), False)


def _language(request: HttpRequest) -> Language:
    return cast(Language, "en" if request.LANGUAGE_CODE.startswith("en") else "fr")  # type: ignore[attr-defined]


def _told(request: HttpRequest, told: dict[str, str]) -> Shown:
    numbers = wording.helplines(settings.REMPART_COUNTRY, None, _language(request))
    return {"words": _said(request), "helplines": numbers, "told": told}
