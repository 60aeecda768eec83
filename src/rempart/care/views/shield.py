"""What the person looked after, or their guardian, does with protections and the shield, by their signed link.

Nothing that was said about them shows before they open it, each comment folded; whoever is not the person themself
sees the switches alone.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from rempart.care import showing
from rempart.care.errors import NotWaiting, Refused
from rempart.care.models import By, CareFile, CareOrder, Guardian, Protection, Shield, ShieldedComment, ShieldGroup
from rempart.care.models.shields import LONGEST_KEPT
from rempart.care.services import evidence, protections, shields
from rempart.care.services.files import file_of
from rempart.care.views.shown import Reader
from rempart.care.views.young import opens_nothing
from rempart.correspondence.links import LinkAccess, by_link
from rempart.correspondence.models import Conversation
from rempart.files.serving import as_download
from rempart.ledger.clock import now
from rempart.pages.writing import moment
from rempart.records.vocabulary import PROTECTIONS

YOUNG, GUARDIAN = Conversation.Kind.YOUNG, Conversation.Kind.GUARDIAN
MONTHS = (3, 12, 36, 72)
MONTH = timedelta(days=365) / 12
AT_A_TIME = 50
"""Comments that one page holds, folded."""


@by_link(YOUNG, GUARDIAN, refused=opens_nothing)
@require_POST
def protection(request: HttpRequest, access: LinkAccess, kind: str) -> HttpResponse:
    """Switch a protection on or off, or decline it."""
    file, by = _whose(access)
    if kind not in PROTECTIONS:
        raise Http404
    answer = request.POST.get("answer")
    with suppress(Refused):  # over, silent, or answered in another window: their page says where things stand
        if answer == "on":
            protections.switch_on(file, kind, by=by)
        for one in file.protections.filter(kind=kind, declined_at=None, undone_at=None):
            if answer == "off" and one.stands:
                protections.undo_protection(one, by=by)
            elif answer == "no" and one.state == Protection.State.PROPOSED:
                protections.decline_protection(one, by=by)
    page = "care:young" if by == By.YOUNG else "care:guardian"
    return redirect(reverse(page, args=[access.token]) + "#settings-title")


@by_link(YOUNG, refused=opens_nothing)
@require_http_methods(["GET", "HEAD", "POST"])
def shield(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """The shield: what was put aside, in counts, and what can be done about it."""
    file, by = _whose(access)
    reader = Reader(access, file)
    if request.method == "POST":
        return _act(request, file, by, reader)
    shown = showing.shield(file)
    if shown is None or shown.object is None:
        return redirect(reader.url("young"))
    context = reader.frame() | {
        "shield": shown,
        "acting": shown.stands and shown.object.accepted_at is not None,
        "shield_url": reader.url("young-shield"),
        "months": [(months, shown.words[f"evidence_months_{months}"]) for months in MONTHS],
        "read": _read(request, shown),
    }
    return render(request, "care/young/shield.html", context)


@by_link(YOUNG, refused=opens_nothing)
@require_POST
def folder(request: HttpRequest, access: LinkAccess) -> HttpResponse:
    """The evidence as one folder, made now."""
    file, by = _whose(access)
    shown = showing.shield(file)
    if shown is None or shown.object is None:
        raise Http404
    try:
        made = evidence.make_folder(shown.object, by=by)
    except NotWaiting:
        return redirect(reverse("care:young-shield", args=[access.token]))
    return as_download(made.file, evidence.hand_over(made, by=by))


def _act(request: HttpRequest, file: CareFile, by: By, reader: Reader) -> HttpResponse:
    act, again = request.POST.get("act", ""), reader.url("young-shield")
    with suppress(Refused):
        if act == "open":
            shields.open_shield(file, by=by)
            return redirect(again)
        shown = showing.shield(file)
        if shown is None or shown.object is None:
            return redirect(reader.url("young"))
        one = shown.object
        group = _group(one, request.POST.get("group", ""))
        acts: dict[str, Callable[[], Any]] = {
            "yes": lambda: shields.accept_shield(one, by=by),
            "no": lambda: shields.forget(one, by=by),
            "forget": lambda: shields.forget(one, by=by),
            "close": lambda: shields.close_shield(one, by=by),
            "extend": lambda: shields.extend(one, by=by),
            "hide": lambda: shields.hide(one, group, by=by),
            "show": lambda: shields.show(one, group, by=by),
            "report": lambda: shields.report(one, group, comment=_comment(one, request.POST.get("comment", "")), by=by),
            "keep": lambda: _keep(one, request.POST.get("months", ""), by),
        }
        if act not in acts:
            raise Http404
        acts[act]()
        if act in {"no", "forget"}:
            return redirect(reader.url("young"))
    return redirect(again)


def _keep(one: Shield, months: str, by: By) -> None:
    if months not in {str(known) for known in MONTHS}:
        raise Http404
    # Six years are counted from when it was opened, whenever they choose.
    until = min(now() + int(months) * MONTH, one.opened_at + LONGEST_KEPT)
    shields.keep_until(one, until, by=by)


def _group(one: Shield, number: str) -> ShieldGroup | None:
    if not number:
        return None
    found = one.groups.filter(pk=int(number)).first() if number.isascii() and number.isdecimal() else None
    if found is None:
        raise Http404
    return found


def _comment(one: Shield, number: str) -> ShieldedComment | None:
    if not number:
        return None
    found = one.comments.filter(pk=int(number)).first() if number.isascii() and number.isdecimal() else None
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class _Comment:
    pk: int
    name: str
    text: str
    reported: bool


def _read(request: HttpRequest, shown: showing.ShownShield) -> dict[str, Any]:
    """The newest comments of the group that they opened; nothing where they opened none."""
    number = request.GET.get("read", "")
    if shown.object is None or not number:
        return {}
    group = _group(shown.object, number)
    assert group is not None  # noqa: S101 – there is a number
    said, newest = shown.words, group.comments.exclude(sealed=b"").order_by("-said_at", "-pk")
    total = newest.count()
    reported = set(group.comments.filter(orders__kind=CareOrder.Kind.REPORT).values_list("pk", flat=True))
    return {
        "group": group.pk,
        "comments": [
            _Comment(
                pk=one.pk,
                name=said["comment"].format(number=place, day=moment(one.said_at)),
                text=one.text,
                reported=one.pk in reported,
            )
            for place, one in enumerate(newest[:AT_A_TIME], start=1)
        ],
        "more": said["read_more"].format(number=AT_A_TIME) if total > AT_A_TIME else "",
    }


def _whose(access: LinkAccess) -> tuple[CareFile, By]:
    """The file, and whose word this is. Raises Http404 but for them and a guardian whom they let see their settings."""
    if access.holder != "self":
        raise Http404
    if access.conversation.kind == GUARDIAN:
        guardian = (
            Guardian.objects.select_related("file").filter(conversation=access.conversation, left_at=None).first()
        )
        if guardian is None or not guardian.sees or guardian.file.safe_to_tell_guardian != CareFile.Safe.YES:
            raise Http404
        return guardian.file, By.GUARDIAN
    try:
        return file_of(access.conversation), By.YOUNG
    except CareFile.DoesNotExist as gone:
        raise Http404 from gone
