"""Differences between what should be in force and what is: found once, settled once, each with its row in the ledger.

The rows' subject is the measure, so that their contents leave with its case.
"""

from django.db import transaction

from rempart import ledger
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.platforms.models import Drift, Execution
from rempart.staff.models import StaffMember

Kind = Drift.Kind


@transaction.atomic
def found(execution: Execution, kind: Drift.Kind) -> Drift:
    """Note a difference about what `execution` ordered; while it lasts it is one."""
    drift, is_new = Drift.objects.get_or_create(
        measure=execution.order.measure,
        kind=kind,
        settled_at=None,
        defaults={"platform": execution.platform, "found_at": now()},
    )
    if is_new:
        said = {"platform": execution.platform.name, "kind": kind.value}
        ledger.append(Event.DRIFT_FOUND, subject=execution.order.measure, content=said)
    return drift


@transaction.atomic
def settle(drift: Drift, *, acting: StaffMember | None = None, reason: str = "") -> bool:
    """Settle a difference: by itself, or by a person with a reason. Returns False when it was settled before."""
    values = {"settled_at": now(), "settled_by": acting, "settled_because": reason}
    if not Drift.objects.filter(pk=drift.pk, settled_at=None).update(**values):
        return False
    said = {"platform": drift.platform.name, "kind": drift.kind} | ({"reason": reason} if reason else {})
    ledger.append(Event.DRIFT_SETTLED, subject=drift.measure, acting=acting, content=said)
    return True


def over(execution: Execution, *kinds: Drift.Kind) -> None:
    """Settle by themselves the differences of these kinds about what `execution` ordered."""
    opened = Drift.objects.filter(measure=execution.order.measure, kind__in=kinds, settled_at=None)
    for drift in opened.select_related("platform", "measure"):
        settle(drift)


def accepted(execution: Execution, kind: Drift.Kind) -> bool:
    """Whether a person looked at this difference since it was ordered, and left it as it is."""
    looked_at = Drift.objects.filter(
        measure=execution.order.measure,
        kind=kind,
        settled_by__isnull=False,
        settled_at__gte=execution.done_at or execution.order.due_at,
    )
    return looked_at.exists()
