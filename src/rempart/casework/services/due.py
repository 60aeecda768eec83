"""What falls due by itself: a lapse takes effect whether seen or not, and is recorded once by whoever sees it first."""

from django.db import transaction
from django.db.models import F, Q

from rempart.casework.models import Case, Decision
from rempart.casework.signals import decision_lapsed
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

_BATCH = 200


def record_lapses(case: Case | None = None) -> list[Decision]:
    """Record the decisions that reached their end (of one case, or of all); the platform had its orders before.

    The ledger row takes effect at the end itself, however late it is seen. Those concerned hear of it unless a renewal
    goes on from there. Returns those recorded by this call.
    """
    recorded: list[Decision] = []
    while batch := _record_some(case):
        recorded += batch
    return recorded


@transaction.atomic
def _record_some(case: Case | None) -> list[Decision]:
    due = Decision.objects.filter(state=Decision.State.TAKEN, lapse_recorded_at=None, ends_at__lte=now())
    due = due.exclude(ended=Decision.Ended.LIFTED).filter(Q(ended_at=None) | Q(ended_at__gte=F("ends_at")))
    if case is not None:
        due = due.filter(case=case)
    batch = list(due.select_for_update(skip_locked=True).order_by("ends_at", "pk")[:_BATCH])
    for decision in batch:
        decision.lapse_recorded_at = now()
        decision.save(update_fields=["lapse_recorded_at"])
        append(
            Event.DECISION_LAPSED,
            subject=decision,
            content={"reviewed": decision.confirmed_at is not None},
            effective_at=decision.ends_at,
        )
        if not goes_on(decision):
            decision_lapsed.send(Decision, decision=decision)
    return batch


def goes_on(decision: Decision) -> bool:
    """Whether a renewal takes effect when this decision ends."""
    return Decision.objects.filter(renews=decision, state=Decision.State.TAKEN, begins_at=decision.ends_at).exists()
