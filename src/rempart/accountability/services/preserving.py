"""European Preservation Orders: what is asked for is kept 60 days, extended once by 30, or until it is produced.

Regulation (EU) 2023/1543, Art. 11. What keeps it is a legal hold on each case of the accounts named; it ends by itself.
"""

from django.db import transaction

from rempart.accountability.errors import AlreadyExtended, NotThatKind, WrongMoment
from rempart.accountability.models import Preservation, Request
from rempart.accountability.models.requests import EXTENDED_BY, PRESERVED_FOR
from rempart.accountability.services.guards import cases_named, ensure_kind, ensure_liaises, ensure_may_become, locked
from rempart.accountability.states import State
from rempart.casework.models import Case
from rempart.casework.services.guards import given_reason
from rempart.casework.services.holds import place_hold, release_hold
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember


@transaction.atomic
def preserve(request: Request, *, because: str, acting: StaffMember) -> Request:
    """Keep everything of the cases of the accounts named, for 60 days from the order's receipt.

    because: what was kept, in a sentence; where nothing is held here, that is said. Nobody is told (Art. 13).
    Raises NotAllowed, NotThatKind, WrongMoment, ReasonMissing, Excluded from one of the cases.
    """
    ensure_liaises(acting)
    request = locked(request)
    ensure_kind(request, Request.Kind.PRESERVATION_ORDER)
    ensure_may_become(request, State.PRESERVED)
    request.preserved_until = request.received_at + PRESERVED_FOR
    if request.preserved_until <= now():
        raise WrongMoment
    request.state, request.effect_at = State.PRESERVED.value, now()
    request.settled_at, request.settled_by, request.settled_because = now(), acting, given_reason(because)
    request.save()
    cases = [case.pk for case in _hold(request, acting)]
    content = {"until": request.preserved_until, "cases": cases, "because": request.settled_because}
    append(Event.DATA_PRESERVED, subject=request, acting=acting, content=content)
    return request


@transaction.atomic
def extend_preservation(request: Request, *, because: str, acting: StaffMember) -> Request:
    """The authority extends it by 30 days, once (Art. 11(1)).

    Raises NotAllowed, NotThatKind, WrongMoment, AlreadyExtended, ReasonMissing.
    """
    request = _preserved(request, acting)
    if request.extended_at is not None:
        raise AlreadyExtended
    reason = given_reason(because)
    before = frozenset(request.held.values_list("pk", flat=True))
    request.extended_at, request.preserved_until = now(), request.preserved_until + EXTENDED_BY
    request.save(update_fields=["extended_at", "preserved_until"])
    # Held anew before the first hold is let go: it is looked at again on the new day.
    _hold(request, acting)
    _release(request, because=reason, acting=acting, save=frozenset(request.held.values_list("pk", flat=True)) - before)
    append(Event.PRESERVATION_EXTENDED, subject=request, acting=acting, content={"because": reason})
    return request


@transaction.atomic
def confirm_production(request: Request, production: Request, *, acting: StaffMember) -> Request:
    """The authority confirmed that an order to produce follows: kept as long as that one needs (Art. 11(2)).

    production: that order, registered here. Raises NotAllowed, NotThatKind, WrongMoment.
    """
    request = _preserved(request, acting)
    production = locked(production)
    if production.kind != Request.Kind.PRODUCTION_ORDER or production.authority_id != request.authority_id:
        raise NotThatKind
    if not production.open:
        raise WrongMoment
    request.production = production
    request.save(update_fields=["production"])
    append(Event.PRODUCTION_CONFIRMED, subject=request, acting=acting, content={"production": production.pk})
    return request


@transaction.atomic
def end_preservation(request: Request, *, because: str, acting: StaffMember) -> Request:
    """The authority needs it no longer (Art. 11(3)), or it was produced: the holds are released.

    Raises NotAllowed, NotThatKind, WrongMoment while the order to produce is open, ReasonMissing.
    """
    request = _preserved(request, acting)
    if request.production is not None and request.production.open:
        raise WrongMoment
    return _end(request, because=given_reason(because), acting=acting)


@transaction.atomic
def end_by_itself(request: Request) -> None:
    """Its time is over and no order to produce follows: it ends, whoever is here. Harmless twice.

    The holds ask to be looked at on that day: a person lets go of them (`let_go`), unless something else needs them.
    """
    request = locked(request)
    if request.state == State.PRESERVED and request.production_id is None and request.preserved_until <= now():
        _end(request, because="", acting=None)


@transaction.atomic
def let_go(request: Request, *, because: str, acting: StaffMember) -> None:
    """Release the holds of a preservation that is over. Raises NotAllowed, WrongMoment, ReasonMissing, Excluded."""
    ensure_liaises(acting)
    request = locked(request)
    if request.state != State.ENDED:
        raise WrongMoment
    _release(request, because=given_reason(because), acting=acting)


def _end(request: Request, *, because: str, acting: StaffMember | None) -> Request:
    over = now() if acting else request.preserved_until
    request.state, request.ended_at = State.ENDED.value, over
    request.save(update_fields=["state", "ended_at"])
    if acting is not None:
        _release(request, because=because, acting=acting)
    content = {"because": because} if because else None
    append(Event.PRESERVATION_ENDED, subject=request, acting=acting, content=content, effective_at=over)
    return request


def _hold(request: Request, acting: StaffMember) -> list[Case]:
    cases = list(cases_named(request))
    for case in cases:
        # Reviewers of the case read this: the order itself is confidential (Art. 13(4)).
        reason = f"Request {request.number} of an authority."
        hold = place_hold(case, acting=acting, reason=reason, review_at=request.preserved_until)
        Preservation.objects.create(request=request, hold=hold)
    return cases


def _release(request: Request, *, because: str, acting: StaffMember, save: frozenset[int] = frozenset()) -> None:
    for one in request.held.select_related("hold").exclude(pk__in=save):
        if one.hold.standing:
            release_hold(one.hold, acting=acting, reason=because)


def _preserved(request: Request, acting: StaffMember) -> Request:
    ensure_liaises(acting)
    request = locked(request)
    ensure_kind(request, Request.Kind.PRESERVATION_ORDER)
    if request.state != State.PRESERVED:
        raise WrongMoment
    return request
