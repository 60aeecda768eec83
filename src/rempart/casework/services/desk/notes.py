"""Notes that colleagues leave one another on a case. They go to nobody else: no export, no statement, no message."""

import re
from collections.abc import Iterable

from django.db import transaction

from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.casework.models import Case, CaseText, Mention, Note
from rempart.casework.services.guards import locked
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission
from rempart.text.normalise import normalise

READERS = (Permission.REVIEW, Permission.LIAISE)


def may_read_notes(member: StaffMember) -> bool:
    """Whether somebody reads and writes notes: those who judge cases and those who speak with authorities."""
    return any(member.may(permission) for permission in READERS)


@transaction.atomic
def note(case: Case, *, acting: StaffMember, text: str) -> Note:
    """Leave a note on a case; colleagues named with @ find it on their desk. Raises NotAllowed, ReasonMissing."""
    if not may_read_notes(acting):
        raise NotAllowed
    if not (text := text.strip()):
        raise ReasonMissing
    case = locked(case)
    written = Note.objects.create(case=case, by=acting, written_at=now(), text=text)
    called = mentioned(text, colleagues(acting))
    Mention.objects.bulk_create(Mention(note=written, member=member) for member in called)
    CaseText.objects.create(case=case, kind=CaseText.Kind.NOTE, note=written, words=normalise(text).text)
    append(Event.NOTE_WRITTEN, subject=case, acting=acting, content={"note": written.pk})
    return written


def see_mentions(case: Case, *, acting: StaffMember) -> int:
    """Note that somebody has seen the notes of a case that call them. Returns how many were new."""
    return Mention.objects.filter(note__case=case, member=acting, seen_at=None).update(seen_at=now())


def colleagues(member: StaffMember) -> list[StaffMember]:
    """Those whom a note may call: everybody else who reads notes."""
    active = StaffMember.objects.filter(is_active=True).exclude(pk=member.pk).order_by("name", "pk")
    return [one for one in active if may_read_notes(one)]


def mentioned(text: str, among: Iterable[StaffMember]) -> list[StaffMember]:
    """Whom a text calls: « @ » and a whole name, or a first name that only one of them has, accents or not."""
    folded = normalise(text).text
    people = list(among)
    first_names = [_folded(one.get_short_name()) for one in people]
    return [
        one
        for one, first in zip(people, first_names, strict=True)
        if _called(_folded(one.name), folded) or (first_names.count(first) == 1 and _called(first, folded))
    ]


def _folded(name: str) -> str:
    return normalise(name).text


def _called(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(name)}(?!\w)", text) is not None
