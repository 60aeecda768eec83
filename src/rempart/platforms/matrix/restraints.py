"""Which lighter measures hold an account back on Matrix now: worked out from the moments of its orders alone.

Nothing is set and nothing has to be taken off: a measure that lapses stops holding at that moment, whoever runs.
"""

from rempart.casework.models import PlatformOrder
from rempart.ledger.clock import now
from rempart.records.vocabulary import MEASURES, Measure

ASKED_OF_US: frozenset[Measure] = frozenset(
    {"no_recommendation", "no_contact_with_minors", "no_new_contacts", "no_live"}
)
"""The measures that the homeserver asks us about."""

PROBE = "rempart-probe"
"""The name of an account of ours that may never invite anybody: it shows whether the homeserver does as we say."""

PROBE_SAYS = "Rempart is asked before invitations"


def restraints_on(mxid: str) -> frozenset[Measure]:
    """The lighter measures that hold this account back now: those whose newest order that is due says to apply.

    One query, by the index on handles. An order that does something else instead counts as that, once two people agreed
    to it where it is heavier.
    """
    newest = (
        PlatformOrder.objects.filter(
            measure__decision__case__account__service="matrix",
            measure__decision__case__account__handle=mxid.lower(),
            measure__decision__case__account__holds_handle=True,
            due_at__lte=now(),
        )
        .order_by("measure__measure", "-due_at", "-pk")
        .distinct("measure__measure")
        .values_list("measure__measure", "action", "approximated_as", "approximation_approved_at")
    )
    held: set[Measure] = set()
    for decided, action, instead, approved_at in newest:
        done: Measure = instead or decided
        agreed = approved_at is not None or MEASURES.index(done) <= MEASURES.index(decided)
        if action == PlatformOrder.Action.APPLY and agreed:
            held.add(done)
    return ASKED_OF_US & held
