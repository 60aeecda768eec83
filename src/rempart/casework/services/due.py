"""What falls due by itself: a lapse takes effect whether seen or not, and is recorded once by whoever sees it first."""

from django.db import transaction
from django.db.models import F, Q

from rempart.casework.models import Case, Decision
from rempart.casework.services.taking import order_lift
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

_BATCH = 200


def record_lapses(case: Case | None = None) -> list[Decision]:
    """Record the decisions that reached their end (of one case, or of all) and order the platform to restore.

    The ledger row takes effect at the end itself, however late it is seen. Returns those recorded by this call.
    """
    recorded: list[Decision] = []
    while batch := _record_some(case):
        recorded += batch
    return recorded


@transaction.atomic
def _record_some(case: Case | None) -> list[Decision]:
    due = Decision.objects.filter(state=Decision.State.TAKEN, lapse_recorded_at=None, ends_at__lte=now()).filter(
        Q(ended_at=None) | Q(ended_at__gte=F("ends_at"))
    )
    if case is not None:
        due = due.filter(case=case)
    batch = list(due.select_for_update(skip_locked=True).order_by("ends_at", "pk")[:_BATCH])
    for decision in batch:
        decision.lapse_recorded_at = now()
        decision.save(update_fields=["lapse_recorded_at"])
        order_lift(decision.measures.filter(lifted_at=None), due_at=decision.ends_at)
        append(
            Event.DECISION_LAPSED,
            subject=decision,
            content={"reviewed": decision.confirmed_at is not None},
            effective_at=decision.ends_at,
        )
    return batch
