"""Who works on a case: a claim is a lock that a person holds and that opens by itself.

The case's row is locked while its claim changes, and the database allows one claim a case: of two people who claim it
at once, one gets it and the other is told who has it.
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import LessThan

from rempart.casework.errors import ClaimedByAnother, NotAllowed
from rempart.casework.models import AssessmentRecord, Case, Claim, ConflictOfInterest, Decision, SecondReview
from rempart.casework.priority import BEHIND
from rempart.casework.services.desk.exposure import SEVERE
from rempart.casework.services.guards import ensure_free, ensure_may_act, given_reason, locked
from rempart.casework.states import State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

RENEWED_EVERY = timedelta(minutes=1)


def length() -> timedelta:
    """How long a claim lasts after the last activity."""
    return timedelta(minutes=settings.REMPART_CLAIM_MINUTES)


def holder_of(case: Case) -> StaffMember | None:
    """Who works on a case now."""
    claim = Claim.objects.select_related("member").filter(case=case, expires_at__gt=now()).first()
    return claim.member if claim else None


def held_by(case: Case) -> StaffMember | None:
    """The same, of a case whose claim was fetched with it."""
    claim: Claim | None = getattr(case, "claim", None)
    return claim.member if claim is not None and claim.expires_at > now() else None


@transaction.atomic
def claim(case: Case, *, acting: StaffMember) -> Claim:
    """Begin to work on a case, or go on. Raises NotAllowed, Excluded, ClaimedByAnother."""
    case = locked(case)
    ensure_may_act(case, acting)
    return _hold(case, acting)


def _hold(case: Case, acting: StaffMember) -> Claim:
    ensure_free(case, acting)
    moment = now()
    held = Claim.objects.filter(case=case, member=acting, expires_at__gt=moment).first()
    if held is not None:
        held.expires_at = moment + length()
        held.save(update_fields=["expires_at"])
        return held
    times = {"claimed_at": moment, "expires_at": moment + length()}
    claimed, _new = Claim.objects.update_or_create(case=case, defaults={"member": acting, **times})
    append(Event.CASE_CLAIMED, subject=case, acting=acting)
    return claimed


def renew(case: Case, *, acting: StaffMember) -> bool:
    """Note activity on a case: a claim that one holds lasts again its whole length. Returns whether one holds it.

    A case whose claim was fetched with it asks the database for nothing when there is nothing to renew.
    """
    moment = now()
    held: Claim | None = getattr(case, "claim", None)
    if held is None or held.member_id != acting.pk or held.expires_at <= moment:
        return False
    if held.expires_at < moment + length() - RENEWED_EVERY:
        held.expires_at = moment + length()
        still = Claim.objects.filter(pk=held.pk, member=acting, expires_at__gt=moment)
        return bool(still.update(expires_at=held.expires_at))
    return True


@transaction.atomic
def leave(case: Case, *, acting: StaffMember) -> bool:
    """Stop working on a case. Returns whether one held it."""
    case = locked(case)
    left = bool(Claim.objects.filter(case=case, member=acting).delete()[0])
    if left:
        append(Event.CASE_LEFT, subject=case, acting=acting)
    return left


@transaction.atomic
def leave_all(*, acting: StaffMember) -> int:
    """Stop working on every case that one holds: when signing out. Returns how many."""
    held = Case.objects.filter(claim__member=acting).order_by("pk")
    return sum(leave(case, acting=acting) for case in held)


@transaction.atomic
def take_over(case: Case, *, acting: StaffMember, reason: str) -> Claim:
    """Take a case that somebody else works on, as a senior. Raises NotAllowed, Excluded, ReasonMissing."""
    case = locked(case)
    ensure_may_act(case, acting, Permission.COUNTERSIGN)
    reason = given_reason(reason)
    holder = holder_of(case)
    if holder is not None and holder != acting:
        Claim.objects.filter(case=case).delete()
        append(Event.CASE_TAKEN_OVER, subject=case, acting=acting, content={"from": holder.pk, "reason": reason})
    return _hold(case, acting)


@transaction.atomic
def claim_next(*, acting: StaffMember, after: Case | None = None, gentle: bool = False) -> Case | None:
    """Claim the first case that waits for somebody and that `acting` can do something about; None when there is none.

    after: the case that one leaves for the next: those behind it come first, then the head of the queue again.
    gentle: for somebody who has read much that is severe today: severe cases only where danger was recorded.
    People who ask at the same moment get different cases. Raises NotAllowed.
    """
    if not acting.may(Permission.REVIEW):
        raise NotAllowed
    waiting = awaiting(acting)
    choices = [waiting]
    if after is not None:
        leave(after, acting=acting)
        waiting = waiting.exclude(pk=after.pk)
        behind = Q(queue_order__lt=after.queue_order) | Q(queue_order=after.queue_order, pk__lt=after.pk)
        choices = [waiting.filter(behind), waiting]
    if gentle:
        choices = [one.filter(_mild()) for one in choices] + choices
    for cases in choices:
        taken: list[int] = []
        while (found := cases.exclude(pk__in=taken).first()) is not None:
            try:
                _hold(found, acting)
            except ClaimedByAnother:
                # Somebody claimed it after our query had begun and before it locked the row.
                taken.append(found.pk)
            else:
                return found
    return None


def awaiting(member: StaffMember) -> "QuerySet[Case]":
    """Cases with something to decide that nobody works on and `member` may decide, in order, locked rows left out."""
    claimed = Claim.objects.filter(case=OuterRef("pk"), expires_at__gt=now())
    excluded = ConflictOfInterest.objects.filter(case=OuterRef("pk"), member=member)
    done = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.PROPOSED, approved_by=member)
    blind = SecondReview.objects.filter(case=OuterRef("pk"), reviewer=member, judged_at=None)
    over = [State.CLOSED] if member.may(Permission.COUNTERSIGN) else [State.CLOSED, State.APPEALED]
    return (
        Case.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(queue_order__gt=-BEHIND)
        .exclude(state__in=over)
        .exclude(Exists(claimed) | Exists(excluded) | Exists(done) | Exists(blind))
        .order_by("-queue_order", "-pk")
    )


def _mild() -> Q:
    latest = AssessmentRecord.objects.filter(case=OuterRef("pk")).order_by("-made_at", "-pk").values("severity")[:1]
    return Q(danger_at__isnull=False) | Q(LessThan(Subquery(latest), SEVERE))
