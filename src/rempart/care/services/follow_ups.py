"""The checklist: steps written when what they come after happens, done or left out by a person, moved by a pause."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from rempart.care.errors import NotWaiting
from rempart.care.models import CareFile, CareStep
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent, locked
from rempart.care.steps import After, steps
from rempart.casework.services.guards import given_reason
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

LONGEST_NOTE = 2000
UNSAFE, NO_LONGER, AFTER_A_DEATH = "not safe", "ended", "after a death"
BY_ITSELF = {
    UNSAFE: _("they say that it is not safe"),
    NO_LONGER: _("the support is over, or was declined"),
    AFTER_A_DEATH: _("help was offered after a death"),
}
"""Why a step is left out without anybody, as it is stored, and in words."""


def begin(file: CareFile, after: After, *, at: datetime | None = None) -> list[CareStep]:
    """Write the steps that come after this, counted from `at` (now); those there are already stay as they are."""
    moment = at or now()
    rows = [
        CareStep(file=file, kind=step.kind, starts=moment + step.starts, due=moment + step.due)
        for step in steps().values()
        if step.after == after and step.concerns(file)
    ]
    return CareStep.objects.bulk_create(rows, ignore_conflicts=True)


@transaction.atomic
def do_step(file: CareFile, kind: str, *, acting: StaffMember, note: str = "") -> CareStep:
    """Note that a member did this step. What comes after the welcome falls due from here.

    note: what colleagues should know. Raises NotAllowed, JudgesThem, Silent, NotWaiting.
    """
    file = locked(file)
    ensure_looks_after(file, acting)
    ensure_not_silent(file)
    return _done(file, kind, acting=acting, note=note.strip()[:LONGEST_NOTE])


@transaction.atomic
def note_done(file: CareFile, kind: str, *, acting: StaffMember | None = None) -> CareStep | None:
    """Note that what this step asks for has happened, by whoever did it; None where it does not wait (any more)."""
    file = locked(file)
    if not CareStep.objects.filter(file=file, kind=kind, done_at=None, skipped_at=None).exists():
        return None
    return _done(file, kind, acting=acting, note="")


@transaction.atomic
def skip_step(file: CareFile, kind: str, *, acting: StaffMember, reason: str) -> CareStep:
    """Leave a step out, with the reason. Raises NotAllowed, JudgesThem, NotWaiting, ReasonMissing."""
    file = locked(file)
    ensure_looks_after(file, acting)
    return _skipped(_waiting(file, kind), given_reason(reason)[:LONGEST_NOTE], acting=acting)


def leave_out(file: CareFile, *kinds: str, because: str) -> None:
    """Leave out what still waits of these kinds (of all, when none is named), as the software knows why."""
    waiting = CareStep.objects.filter(file=file, done_at=None, skipped_at=None)
    for step in waiting.filter(kind__in=kinds) if kinds else waiting:
        _skipped(step, because)


def take_up_again(file: CareFile, because: str) -> None:
    """Let what was left out by itself for this reason wait again."""
    CareStep.objects.filter(file=file, skipped_because=because, skipped_by=None).update(
        skipped_at=None, skipped_because=""
    )


def put_off(file: CareFile, by: timedelta) -> None:
    """Move what still waits by as long as a pause lasted."""
    waiting = CareStep.objects.filter(file=file, done_at=None, skipped_at=None)
    waiting.update(starts=F("starts") + by, due=F("due") + by)


def _waiting(file: CareFile, kind: str) -> CareStep:
    step = CareStep.objects.select_for_update().filter(file=file, kind=kind).first()
    if step is None or not step.waits:
        raise NotWaiting
    return step


def _done(file: CareFile, kind: str, *, acting: StaffMember | None, note: str) -> CareStep:
    step = _waiting(file, kind)
    step.done_at, step.done_by, step.note = now(), acting, note
    step.save(update_fields=["done_at", "done_by", "note"])
    append(Event.CARE_STEP_DONE, subject=file, acting=acting, content={"step": kind})
    if kind == "welcome":
        begin(file, "welcome")
        if file.safe_to_tell_guardian == CareFile.Safe.NO:
            leave_out(file, "guardian", because=UNSAFE)
    return step


def _skipped(step: CareStep, because: str, *, acting: StaffMember | None = None) -> CareStep:
    step.skipped_at, step.skipped_by, step.skipped_because = now(), acting, because
    step.save(update_fields=["skipped_at", "skipped_by", "skipped_because"])
    content = {"step": step.kind, "reason": because}
    append(Event.CARE_STEP_LEFT_OUT, subject=step.file, acting=acting, content=content)
    if step.kind == "welcome" and acting is not None:
        begin(step.file, "welcome")  # the person was reached in another way: how they are is asked all the same
    return step
