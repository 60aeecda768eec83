"""The state of the ledger: its last checkpoint, who cosigned it, and how anyone can verify it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.ledger import log
from rempart.ledger.events import Event
from rempart.ledger.models import LedgerRow, Pending
from rempart.ledger.witnessing.standing import standings
from rempart.staff.access import needs
from rempart.staff.roles import Permission

LATEST = 25


@require_safe
@needs(Permission.AUDIT)
def ledger(request: HttpRequest) -> HttpResponse:
    """The last checkpoint, its witnesses and the latest acts. Contents are not shown: they belong to their cases."""
    checkpoint = log.latest_checkpoint()
    rows = LedgerRow.objects.select_related("link").order_by("-pk")[:LATEST]
    latest = [
        {
            "index": row.link.index if hasattr(row, "link") else None,
            "at": row.recorded_at,
            "event": Event(row.event).label if row.event in Event.values else row.event,
            "subject": row.subject,
        }
        for row in rows
    ]
    context = {
        "rows": checkpoint.size if checkpoint else 0,
        "root": bytes(checkpoint.root).hex() if checkpoint else "",
        "note": log.note_of(checkpoint) if checkpoint else "",
        "witnesses": standings(),
        "key": log.public_key(),
        "address": f"{settings.REMPART_ADDRESS.rstrip('/')}/ledger/",
        "pending": Pending.objects.count(),
        "last_at": latest[0]["at"] if latest else None,
        "latest": latest,
    }
    return render(request, "casework/ledger.html", context)
