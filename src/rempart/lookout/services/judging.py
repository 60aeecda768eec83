"""What people say of an alert, which the next looks learn from; and what the rooms on the right make of it."""

from typing import Any

from django.db import transaction

from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.lookout.models import FameAlert, Feedback, Kind, PileOn
from rempart.lookout.services.raising import KIND_OF, bring, one_at_a_time
from rempart.lookout.signals import alert_judged
from rempart.staff.models import StaffMember

_COLUMN = {Kind.FAME: "fame", Kind.WAVE: "wave", Kind.PILE_ON: "pile_on"}


@transaction.atomic
def judge_alert(alert: Any, *, true: bool, acting: StaffMember) -> Feedback:
    """Keep whether an alert was one; saying it again, or something else, replaces what was said.

    A false one is dismissed; one that was dismissed and proves true is new again. Nothing that was opened is closed.
    """
    one_at_a_time()
    alert = type(alert).objects.select_for_update().get(pk=alert.pk)
    kind = KIND_OF[type(alert)]
    said, _created = Feedback.objects.update_or_create(
        **{_COLUMN[kind]: alert},
        defaults={
            "kind": kind,
            "tier": getattr(alert, "tier", ""),
            "score": alert.score,
            "true": true,
            "said_at": now(),
            "said_by": acting,
        },
    )
    alert.judged_at, alert.judged_by = said.said_at, acting
    if true and alert.state == "waits":
        bring(alert, acting)
    elif true and alert.state == "dismissed":
        alert.state = "open"
    elif not true:
        alert.state, alert.held_because, alert.raised_at = "dismissed", "", alert.raised_at or said.said_at
    alert.save(update_fields=["state", "judged_at", "judged_by", "raised_at", "held_because"])
    append(Event.RADAR_ALERT_JUDGED, subject=alert, acting=acting, content={"true": true})
    alert_judged.send(type(alert), alert=alert, feedback=said)
    return said


def note_in_care(alert: FameAlert) -> None:
    """Note that the care team looks after the account. For use inside the transaction that opens its file."""
    FameAlert.objects.filter(pk=alert.pk, state=FameAlert.State.OPEN).update(state=FameAlert.State.CARE)


def note_answered(pile_on: PileOn) -> None:
    """Note that somebody helps the person under a pile-on. For use inside the transaction that does so."""
    PileOn.objects.filter(pk=pile_on.pk, state=PileOn.State.OPEN).update(state=PileOn.State.ANSWERED)
