"""Protections: proposed by the team or wished for, accepted by the person or their guardian, undone at once.

Nothing is asked of the platform before they accept. What is accepted ends by itself, whoever runs.
"""

from datetime import timedelta

from django.db import transaction

from rempart import ledger
from rempart.care import means
from rempart.care.errors import NotAllowed, NotPossible, NotWaiting
from rempart.care.models import By, CareFile, Protection
from rempart.care.models.protections import LONGEST, THEIRS
from rempart.care.services.guards import ensure_looks_after, ensure_stands, locked
from rempart.care.services.orders import ask_to_protect, end_now
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember

LASTS = timedelta(days=30)
"""For how long a protection is proposed where nobody says otherwise."""

STANDING = (CareFile.State.OFFERED, CareFile.State.ACCEPTED, CareFile.State.PAUSED)


@transaction.atomic
def propose_protection(file: CareFile, kind: str, *, acting: StaffMember, lasts: timedelta = LASTS) -> Protection:
    """Propose a protection; proposed again, it is the proposal that waits already.

    Raises NotAllowed, JudgesThem, Silent, WrongState where the support is over, NotPossible where the platform cannot.
    """
    file = _open(file)
    ensure_looks_after(file, acting)
    return _propose(file, kind, lasts, acting=acting)


@transaction.atomic
def accept_protection(protection: Protection, *, by: By) -> Protection:
    """The person or their guardian says yes: from now on, for as long as it was proposed. Said again, nothing changes.

    Raises NotWaiting when it was declined, is over or was switched off; Silent, WrongState, NotPossible.
    """
    _theirs(by)
    file = _open(protection.file)
    protection = Protection.objects.select_for_update(of=("self",)).select_related("file").get(pk=protection.pk)
    if protection.stands:
        return protection
    if protection.state != Protection.State.PROPOSED:
        raise NotWaiting
    _ensure_possible(file, protection.kind)
    moment = now()
    protection.accepted_at, protection.accepted_by = moment, by
    protection.begins_at, protection.ends_at = moment, moment + protection.lasts
    protection.save(update_fields=["accepted_at", "accepted_by", "begins_at", "ends_at"])
    said = {"kind": protection.kind, "by": by, "ends_at": protection.ends_at.isoformat()}
    ledger.append(Event.PROTECTION_ACCEPTED, subject=protection, content=said)
    ask_to_protect(protection)
    return protection


@transaction.atomic
def switch_on(file: CareFile, kind: str, *, by: By, lasts: timedelta = LASTS) -> Protection:
    """The person or their guardian switches a protection on by themselves; while it is on, nothing changes.

    Raises Silent, WrongState, NotPossible.
    """
    _theirs(by)
    file = _open(file)
    standing = next((one for one in file.protections.filter(kind=kind) if one.stands), None)
    return standing or accept_protection(_propose(file, kind, lasts, acting=None), by=by)


@transaction.atomic
def decline_protection(protection: Protection, *, by: By) -> Protection:
    """They say no. Said again, nothing changes. Raises NotWaiting when it was accepted meanwhile."""
    _theirs(by)
    protection = Protection.objects.select_for_update().get(pk=protection.pk)
    if protection.accepted_at is not None:
        raise NotWaiting
    if protection.declined_at is None:
        protection.declined_at = now()
        protection.save(update_fields=["declined_at"])
        ledger.append(Event.PROTECTION_DECLINED, subject=protection, content={"kind": protection.kind, "by": by})
    return protection


@transaction.atomic
def undo_protection(protection: Protection, *, by: By, acting: StaffMember | None = None) -> Protection:
    """Switch a protection off at once; what is off stays off. acting: the member, where it is the team that does."""
    protection = Protection.objects.select_for_update(of=("self",)).select_related("file").get(pk=protection.pk)
    if protection.stands:
        protection.undone_at, protection.undone_by = now(), by
        protection.save(update_fields=["undone_at", "undone_by"])
        said = {"kind": protection.kind, "by": by}
        ledger.append(Event.PROTECTION_UNDONE, subject=protection, acting=acting, content=said)
        end_now(protection.file, protection.orders.all())
    return protection


@transaction.atomic
def undo_all(file: CareFile, *, by: By, acting: StaffMember | None = None) -> int:
    """Switch everything off, and let no proposal wait: the support is refused, over, or silent. Returns how many."""
    undone = 0
    for protection in file.protections.filter(declined_at=None, undone_at=None).order_by("pk"):
        if protection.stands:
            undo_protection(protection, by=by, acting=acting)
            undone += 1
        elif protection.accepted_at is None:
            Protection.objects.filter(pk=protection.pk).update(declined_at=now())
            said = {"kind": protection.kind, "by": by}
            ledger.append(Event.PROTECTION_DECLINED, subject=protection, acting=acting, content=said)
    return undone


def _propose(file: CareFile, kind: str, lasts: timedelta, *, acting: StaffMember | None) -> Protection:
    _ensure_possible(file, kind)
    protection, is_new = Protection.objects.get_or_create(
        file=file,
        kind=kind,
        accepted_at=None,
        declined_at=None,
        defaults={"lasts": min(lasts, LONGEST), "proposed_at": now(), "proposed_by": acting},
    )
    if is_new:
        said = {"kind": kind, "days": protection.lasts.days}
        ledger.append(Event.PROTECTION_PROPOSED, subject=protection, acting=acting, content=said)
    return protection


def _open(file: CareFile) -> CareFile:
    """The file, nobody else changing it. Raises Silent, WrongState where nothing more is switched on."""
    file = locked(file)
    ensure_stands(file, *STANDING)
    return file


def _ensure_possible(file: CareFile, kind: str) -> None:
    if not means.can(means.of(file.reference, kind)):
        raise NotPossible


def _theirs(by: By) -> None:
    if by not in THEIRS:
        raise NotAllowed
