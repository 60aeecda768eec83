"""Legal holds: everything of a case is kept until somebody releases it, out of sight where it would have been erased.

Retention leaves a held case alone. What has to disappear all the same – a post deleted at its source, what somebody
asks to have erased – disappears from every page, and its sealed copy, which no page opens, stays until the last hold on
the case is released; a referral made meanwhile holds it.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Exists, OuterRef

from rempart.casework.errors import HoldNotStanding, ReviewInThePast
from rempart.casework.links import counted_with
from rempart.casework.models import Case, HeldCopy, LegalHold, Referral
from rempart.casework.referrals.dossier import files_of
from rempart.casework.services.guards import ensure_may_act, given_reason, locked
from rempart.correspondence.services import export_conversation
from rempart.files.models import StoredFile
from rempart.files.retention import erase_unreferenced
from rempart.files.services import hold_file, keep, release_file
from rempart.intake.models import Testimony
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

SEALED_BECAUSE = "A legal hold stands on the case that it belongs to."


def held() -> Exists:
    """For a query of cases: whether a hold stands on the case."""
    return Exists(LegalHold.objects.standing().filter(case=OuterRef("pk")))


def is_held(case: Case) -> bool:
    """Whether a hold stands on the case."""
    return case.holds.standing().exists()


@transaction.atomic
def place_hold(
    case: Case, *, acting: StaffMember, reason: str, review_at: datetime, referral: Referral | None = None
) -> LegalHold:
    """Keep everything of a case until the hold is released; to be looked at again at `review_at`.

    Raises NotAllowed, Excluded, ReasonMissing, ReviewInThePast.
    """
    case = locked(case)
    ensure_may_act(case, acting, Permission.LIAISE)
    reason = given_reason(reason)
    if review_at <= now():
        raise ReviewInThePast
    hold = LegalHold.objects.create(
        case=case, referral=referral, placed_at=now(), placed_by=acting, because=reason, review_at=review_at
    )
    _hold_files(hold, files_of(case))
    append(Event.HOLD_PLACED, subject=hold, acting=acting, content={"reason": reason, "review_at": review_at})
    return hold


@transaction.atomic
def release_hold(hold: LegalHold, *, acting: StaffMember, reason: str) -> LegalHold:
    """End a hold. With the last one of a case, what was kept for it alone is erased.

    Raises NotAllowed, Excluded, ReasonMissing, HoldNotStanding.
    """
    case = locked(hold.case)
    ensure_may_act(case, acting, Permission.LIAISE)
    reason = given_reason(reason)
    hold = LegalHold.objects.get(pk=hold.pk)
    if not hold.standing:
        raise HoldNotStanding
    hold.released_at, hold.released_by, hold.released_because = now(), acting, reason
    hold.save(update_fields=["released_at", "released_by", "released_because"])
    files = list(StoredFile.objects.filter(holds__on_behalf_of=reference(hold)))
    for file in files:
        release_file(file, on_behalf_of=reference(hold), acting=acting, reason=reason)
    append(Event.HOLD_RELEASED, subject=hold, acting=acting, content={"reason": reason})
    if not is_held(case):
        for copy in case.held_copies.all():
            copy.delete()
            append(Event.HELD_COPY_ERASED, subject=copy.file, acting=acting)
    # What was kept for the hold alone leaves now: sealed copies, and files of conversations that were erased.
    erase_unreferenced(StoredFile.objects.filter(pk__in=[file.pk for file in files]), because="legal hold released")
    return hold


def hold_new_files(about: str, files: Iterable[StoredFile]) -> None:
    """Hold what somebody sent about a case that is held already. Connected to `heard`.

    about: the reference of what their conversation is about: a case, or its account.
    """
    files = list(files)
    thing, _colon, key = about.partition(":")
    column = {"casework.case": "case", "intake.account": "case__account"}.get(thing)
    if files and column and key.isdecimal():
        for hold in LegalHold.objects.standing().filter(**{column: int(key)}):
            _hold_files(hold, files)


@transaction.atomic
def seal_before_erasure(testimonies: Iterable[int]) -> int:
    """Seal what is about to be erased of these testimonies where a hold stands on the case that they are about.

    Called inside the transaction that erases. Returns how many copies were made.
    """
    standing = Case.objects.filter(held()).order_by("pk")
    case_of = {account: case for case in standing for account in counted_with(case.account_id)}
    rows = Testimony.everything.filter(pk__in=list(testimonies), account__in=case_of)
    sealed = 0
    for row in rows.select_related("post", "report__conversation"):
        case = case_of[row.account_id]
        name = f"testimony-{row.pk}.json"
        file = keep(
            json.dumps(_said(row), ensure_ascii=False, indent=1).encode(), name=name, opened_with=Permission.LIAISE
        )
        HeldCopy.objects.create(case=case, file=file, kept_at=now())
        for hold in case.holds.standing():
            _hold_files(hold, [file])
        append(Event.HELD_COPY_SEALED, subject=file, content={"of": reference(row)})
        sealed += 1
    return sealed


def _said(row: Testimony) -> dict[str, Any]:
    """All that is stored of a testimony, and of the post or the conversation that it came in, as plain data."""
    columns = {
        field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname != "id"
    }
    post = row.post
    of_post = {field.attname: getattr(post, field.attname) for field in post._meta.concrete_fields} if post else None
    report = getattr(row, "report", None)
    talk = export_conversation(report.conversation) if report else None
    said: dict[str, Any] = msgspec.to_builtins({"testimony": columns, "post": of_post, "conversation": talk})
    return said


def _hold_files(hold: LegalHold, files: Iterable[StoredFile]) -> None:
    for file in files:
        if file.state != StoredFile.State.DESTROYED:
            hold_file(file, on_behalf_of=reference(hold), acting=hold.placed_by, reason=hold.because)
