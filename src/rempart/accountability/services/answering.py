"""Answers to requests: drafted, approved by somebody else, handed over; corrected by another version that says why.

A question or a researcher's request is answered by figures, assembled from the record (`answers.assemble`). An order is
answered in words; data about somebody go with it only where an order asks for them, as enclosures that a person chose
and another approved.
"""

import json

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from rempart.accountability.answers.assembling import assemble
from rempart.accountability.answers.layout import DATA, DOCUMENT, NOTE
from rempart.accountability.errors import (
    AnswerUnderWay,
    FieldRefused,
    NoCheckpoint,
    NoEffect,
    NoPeriod,
    NotThatKind,
    SamePerson,
    TooEarly,
    WrongMoment,
)
from rempart.accountability.figures.model import Window
from rempart.accountability.models import Answer, Enclosure, Request
from rempart.accountability.models.requests import DISCLOSING, PRODUCED_WITHIN
from rempart.accountability.services.guards import ensure_liaises, locked, locked_answer
from rempart.accountability.services.telling import ensure_told
from rempart.accountability.states import State
from rempart.casework.referrals import archive
from rempart.casework.services.guards import given_reason
from rempart.files.errors import FileRefused
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.files.services import keep, open_file
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.log import NotInTheLog
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

LETTER, ENCLOSURES = "letter.txt", "enclosures/"
MOST_ENCLOSED = 20


@transaction.atomic
def draft_answer(
    request: Request,
    *,
    language: str,
    acting: StaffMember,
    words: str = "",
    figures: bool | None = None,
    corrects: Answer | None = None,
    because: str = "",
) -> Answer:
    """Draft the next version of the answer.

    words: the letter; an order is answered by it. figures: whether figures are assembled for the scope's hashtag and
    period; None for where the law answers by figures. corrects: the version handed over that this one replaces, with
    `because`.
    Raises NotAllowed, WrongMoment, AnswerUnderWay, NoPeriod, NoCheckpoint, NoEffect, ReasonMissing, FieldRefused.
    """
    ensure_liaises(acting)
    request = locked(request)
    _ensure_may_be_drafted(request, corrects)
    if language not in ("fr", "en"):
        raise FieldRefused("language", _("Answers are written in French or in English."))
    because = given_reason(because) if corrects else ""
    words = words.strip()
    figures = request.aggregate if figures is None else figures
    if not words and not figures:
        raise FieldRefused("words", _("Say what you answer."))
    files, content, note = _assembled(request, language, acting) if figures else ({}, None, "")
    if words:
        files[LETTER] = words.encode() + b"\n"
    shown = DOCUMENT if figures else LETTER
    version = (request.answers.aggregate(last=Max("version"))["last"] or 0) + 1
    name = f"{request.number}-{version}"
    answer = Answer.objects.create(
        request=request,
        version=version,
        language=language,
        words=words,
        figures=content,
        note=note,
        document=_kept(files[shown], f"{name}.{shown.rpartition('.')[2]}", acting),
        package=_kept(archive.write(files), f"{name}.zip", acting),
        drafted_at=now(),
        drafted_by=acting,
        corrects=corrects,
        because=because,
    )
    said = {"request": request.pk, "version": version, "sha256": answer.document.sha256, "because": because or None}
    append(Event.ANSWER_DRAFTED, subject=answer, acting=acting, content=said)
    return answer


def _ensure_may_be_drafted(request: Request, corrects: Answer | None) -> None:
    if request.kind == Request.Kind.PRESERVATION_ORDER:
        raise NotThatKind
    expected = State.ANSWERED if corrects else State.ACKNOWLEDGED
    if request.state != expected or (corrects and (corrects.request_id, corrects.state) != (request.pk, "sent")):
        raise WrongMoment
    if request.answers.filter(state__in=[Answer.State.DRAFTED, Answer.State.APPROVED]).exists():
        raise AnswerUnderWay
    if request.kind == Request.Kind.ORDER_TO_ACT and not request.executions.exists():
        raise NoEffect


def _assembled(request: Request, language: str, acting: StaffMember) -> tuple[dict[str, bytes], object, str]:
    """The files of an answer in figures, what its data file holds, and the log's note over them."""
    scope = request.asked
    if scope.start is None or scope.end is None:
        raise NoPeriod
    window = Window(hashtag=scope.hashtag, start=scope.start, end=scope.end)
    try:
        draft = assemble(request, window, language=language, acting=acting)
    except NotInTheLog as error:
        raise NoCheckpoint from error
    files = draft.files()
    return files, json.loads(files[DATA]), files[NOTE].decode()


def _kept(content: bytes, name: str, acting: StaffMember) -> StoredFile:
    return keep(content, name=name, acting=acting, largest=None, opened_with=Permission.LIAISE)


@transaction.atomic
def enclose(answer: Answer, *, content: bytes, name: str, because: str, acting: StaffMember) -> Enclosure:
    """Enclose a file with data about somebody, chosen by a person; the second person approves it with the answer.

    because: why the order's scope covers it.
    Raises NotAllowed, NotThatKind where no order asks for such data, WrongMoment once approved, ReasonMissing,
    FieldRefused.
    """
    ensure_liaises(acting)
    answer = locked_answer(answer)
    if answer.request.kind not in DISCLOSING:
        raise NotThatKind
    if answer.state != Answer.State.DRAFTED:
        raise WrongMoment
    because = given_reason(because)
    if answer.enclosures.count() >= MOST_ENCLOSED:
        raise FieldRefused("file", _("There is room for 20 files. Put several into one archive."))
    try:
        file = keep(content, name=name, acting=acting, opened_with=Permission.LIAISE)
    except FileRefused as refused:
        raise FieldRefused("file", refused) from refused
    enclosure = Enclosure.objects.create(answer=answer, file=file, because=because)
    append(Event.DATA_ENCLOSED, subject=answer, acting=acting, content={"because": because, "sha256": file.sha256})
    return enclosure


@transaction.atomic
def approve_answer(answer: Answer, *, reason: str, acting: StaffMember) -> Answer:
    """Approve the version as it was read, with what is enclosed: another person than who drafted it.

    Raises NotAllowed, WrongMoment, SamePerson, ReasonMissing.
    """
    ensure_liaises(acting)
    answer = locked_answer(answer)
    if answer.state != Answer.State.DRAFTED or answer.request.state not in {State.ACKNOWLEDGED, State.ANSWERED}:
        raise WrongMoment
    if answer.drafted_by == acting:
        raise SamePerson
    reason = given_reason(reason)
    before = answer.package
    enclosed = _with_enclosures(answer, acting)
    if enclosed is not None:
        answer.package = _kept(enclosed, before.name, acting)
    answer.state, answer.approved_at, answer.approved_by = Answer.State.APPROVED, now(), acting
    answer.approved_because = reason
    answer.save()
    if enclosed is not None:
        erase_unreferenced(StoredFile.objects.filter(pk=before.pk), because="answer approved with its enclosures")
    content = {"reason": reason, "document": answer.document.sha256, "package": answer.package.sha256}
    append(Event.ANSWER_APPROVED, subject=answer, acting=acting, content=content)
    return answer


def _with_enclosures(answer: Answer, acting: StaffMember) -> bytes | None:
    """The archive with what is enclosed; None when nothing is."""
    enclosures = list(answer.enclosures.select_related("file"))
    if not enclosures:
        return None
    files = archive.read(open_file(answer.package, acting=acting, because="answer approved"))
    for number, one in enumerate(enclosures, 1):
        files[f"{ENCLOSURES}{number:02}-{one.file.name}"] = open_file(
            one.file, acting=acting, because="answer approved"
        )
    return archive.write(files)


@transaction.atomic
def discard_answer(answer: Answer, *, reason: str, acting: StaffMember) -> Answer:
    """Discard a version that was not handed over; its files are erased.

    Raises NotAllowed, WrongMoment, ReasonMissing.
    """
    ensure_liaises(acting)
    answer = locked_answer(answer)
    if answer.state not in {Answer.State.DRAFTED, Answer.State.APPROVED}:
        raise WrongMoment
    reason = given_reason(reason)
    files = [answer.document_id, answer.package_id, *answer.enclosures.values_list("file", flat=True)]
    answer.enclosures.all().delete()
    answer.state, answer.discarded_at, answer.discarded_by = Answer.State.DISCARDED, now(), acting
    answer.discarded_because, answer.document, answer.package = reason, None, None
    answer.save()
    erase_unreferenced(StoredFile.objects.filter(pk__in=files), because="answer discarded")
    append(Event.ANSWER_DISCARDED, subject=answer, acting=acting, content={"reason": reason})
    return answer


@transaction.atomic
def send_answer(answer: Answer, *, how: str, acting: StaffMember) -> Answer:
    """Note that the version was handed over, by a person, and by which way: the one that the authority asks for.

    Raises NotAllowed, WrongMoment, NotTold, TooEarly while the notified authority may object, ReasonMissing.
    """
    ensure_liaises(acting)
    answer = locked_answer(answer)
    request = answer.request
    if answer.state != Answer.State.APPROVED or request.state not in {State.ACKNOWLEDGED, State.ANSWERED}:
        raise WrongMoment
    ensure_told(request)
    ensure_cleared(request)
    answer.state, answer.sent_at, answer.sent_by = Answer.State.SENT, now(), acting
    answer.sent_how = given_reason(how)
    answer.save()
    content = {"how": answer.sent_how, "package": answer.package.sha256 if answer.package else None}
    append(Event.ANSWER_SENT, subject=answer, acting=acting, content=content)
    if request.state == State.ACKNOWLEDGED:
        request.state, request.settled_at, request.settled_by = State.ANSWERED.value, now(), acting
        request.effect_at = request.effect_at or (None if request.aggregate else now())
        request.save()
        append(Event.REQUEST_ANSWERED, subject=request, acting=acting, content={"version": answer.version})
    return answer


def ensure_cleared(request: Request) -> None:
    """Raises TooEarly while the authority that was notified may still object: ten days, save in an emergency."""
    waits = request.enforcing_notified and request.cleared_at is None and not request.emergency
    if waits and now() < request.received_at + PRODUCED_WITHIN:
        raise TooEarly


@transaction.atomic
def read_answer(answer: Answer, *, acting: StaffMember, document: bool) -> tuple[StoredFile, bytes]:
    """The document, or the whole package, that it was taken out recorded.

    Raises NotAllowed, WrongMoment when it was discarded, or when the package is asked for before the approval.
    """
    ensure_liaises(acting)
    answer = locked_answer(answer)
    file = answer.document if document else answer.package
    if file is None or (not document and answer.state == Answer.State.DRAFTED):
        raise WrongMoment
    content = open_file(file, acting=acting, because=f"answer {answer.request.number}")
    append(Event.ANSWER_READ, subject=answer, acting=acting, content={"document": document, "sha256": file.sha256})
    return file, content
