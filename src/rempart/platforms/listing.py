"""What commands list of platforms: rows of plain values, the same in a table and in JSON."""

from typing import Any

from django.db.models import Count, Q

from rempart.ledger.clock import now
from rempart.platforms.models import Drift, Execution, Platform

Row = dict[str, Any]


def overview() -> list[Row]:
    """Each platform, whether it is left alone for a while, and how many of its orders wait, are late or failed."""
    waits = Q(executions__state=Execution.State.WAITS)
    counted = Platform.objects.annotate(
        waits=Count("executions", filter=waits),
        due=Count("executions", filter=waits & Q(executions__order__due_at__lte=now())),
        failed=Count("executions", filter=Q(executions__state=Execution.State.FAILED)),
        done=Count("executions", filter=Q(executions__state=Execution.State.DONE)),
    )
    return [
        {
            "name": one.name,
            "kind": one.kind,
            "service": one.service,
            "hosts": one.hosts,
            "address": one.address,
            "enabled": one.enabled,
            "left_alone_until": one.closed_until,
            "waits": one.waits,
            "due": one.due,
            "failed": one.failed,
            "done": one.done,
        }
        for one in counted
    ]


def newest_orders(*, state: str | None = None, limit: int = 100) -> list[Row]:
    """What became of the newest orders."""
    found = Execution.objects.select_related("platform", "order__measure__decision__case__account")
    if state is not None:
        found = found.filter(state=state)
    return [
        {
            "order": one.order_id,
            "platform": one.platform.name,
            "account": str(one.order.measure.decision.case.account),
            "action": one.order.action,
            "measure": one.order.measure.measure,
            "state": one.state,
            "due_at": one.order.due_at,
            "done_at": one.done_at,
            "seen_at": one.seen_at,
            "problem": one.problem,
        }
        for one in found.order_by("-order__due_at", "-pk")[:limit]
    ]


def open_differences() -> list[Row]:
    """What should be in force and what is differ here."""
    found = Drift.objects.filter(settled_at=None).select_related("platform", "measure__decision__case__account")
    return [
        {
            "platform": one.platform.name,
            "account": str(one.measure.decision.case.account),
            "measure": one.measure.measure,
            "kind": one.kind,
            "found_at": one.found_at,
        }
        for one in found
    ]
