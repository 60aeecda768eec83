"""Which lighter measures hold an account back on Matrix now: worked out from what is in force, by its dates alone.

Nothing is set and nothing has to be taken off: a measure that lapses stops holding at that moment, whoever runs.
"""

from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from rempart.casework.models import MeasureTaken, PlatformOrder
from rempart.ledger.clock import now
from rempart.records.vocabulary import Measure

ASKED_OF_US: frozenset[Measure] = frozenset(
    {"no_recommendation", "no_contact_with_minors", "no_new_contacts", "no_live"}
)
"""The measures that the homeserver asks us about."""

PROBE = "rempart-probe"
"""The name of an account of ours that may never invite anybody: it shows whether the homeserver does as we say."""

PROBE_SAYS = "Rempart is asked before invitations"


def restraints_on(mxid: str) -> frozenset[Measure]:
    """The lighter measures that hold this account back now. One query, by the index on handles.

    What a person just decided waits for the moment of its order, so that it can be undone; an order that does something
    else instead, as people agreed, counts as that.
    """
    last = (
        PlatformOrder.objects.filter(
            measure__measure=OuterRef("measure"),
            measure__decision__case=OuterRef("decision__case"),
            due_at__lte=now(),
        )
        .order_by("-due_at", "-pk")
        .annotate(instead=Coalesce(NullIf("approximated_as", Value("")), "measure__measure"))
    )
    held = (
        MeasureTaken.objects.in_force()
        .filter(
            decision__case__account__service="matrix",
            decision__case__account__handle=mxid.lower(),
            decision__case__account__holds_handle=True,
        )
        .annotate(ordered=Subquery(last.values("action")[:1]), instead=Subquery(last.values("instead")[:1]))
        .filter(ordered=PlatformOrder.Action.APPLY)
        .values_list("instead", flat=True)
    )
    return ASKED_OF_US.intersection(held)
