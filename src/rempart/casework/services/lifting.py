"""Lifting what was decided: at once, or 48 hours ahead where somebody who reported can be reached and hears before.

An announced lift is a date: what it is about ends then by itself, whoever runs, unless somebody cancels it before.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from rempart.casework.errors import NotAnnounced, NotInForce
from rempart.casework.models import Case, Decision, MeasureTaken
from rempart.casework.services.complainants import must_announce
from rempart.casework.services.guards import ensure_may_act, given_reason, lock_decision
from rempart.casework.services.moving import conclude, move
from rempart.casework.services.orders import WATCH, settle_orders
from rempart.casework.services.taking import forget_lifts, go_on, let_go_on, replace_proposals
from rempart.casework.services.undoing import remembered
from rempart.casework.signals import decision_lifted, lift_announced
from rempart.casework.states import Move, State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

ANNOUNCED_AHEAD = timedelta(hours=48)
_BATCH = 200


def lift_measure(measure: MeasureTaken, *, acting: StaffMember, reason: str, at_once: bool = False) -> MeasureTaken:
    """Lift one measure; see `lift_measures`."""
    return lift_measures([measure], acting=acting, reason=reason, at_once=at_once)[0]


def lift_decision(decision: Decision, *, acting: StaffMember, reason: str, at_once: bool = False) -> Decision:
    """Lift every measure of a decision that is left; see `lift_measures`."""
    left = decision.measures.filter(lifted_at=None)
    if at_once:
        left = decision.measures.filter(Q(lifted_at=None) | Q(lifted_at__gt=now()))
    lift_measures(left, acting=acting, reason=reason, at_once=at_once)
    decision.refresh_from_db()
    return decision


@transaction.atomic
def lift_measures(
    measures: Iterable[MeasureTaken], *, acting: StaffMember, reason: str, at_once: bool = False
) -> list[MeasureTaken]:
    """Lift measures of one decision and have the platform restore the account.

    A reviewer's lift is announced 48 hours ahead where `must_announce` says so; `at_once` is for an upheld appeal,
    which restores immediately. The decision ends with its last measure; nothing of it counts against the person then,
    and the case is answered (outcome `lifted`) unless something else stands. Lifted before it began, a decision does
    not end what it was to take over; a renewal that was to go on from it does not begin.

    Raises NotAllowed, Excluded, ReasonMissing, and NotInForce when one has lapsed or was lifted (also when given none).
    """
    chosen = sorted(measures, key=lambda one: one.pk)
    if not chosen:
        raise NotInForce
    decision = lock_decision(chosen[0].decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if not (decision.in_force or decision.to_come):
        raise NotInForce
    # Before it begins nobody knows of it, and being watched is felt by nobody.
    felt = decision.in_force and any(one.measure != WATCH for one in chosen)
    announced = felt and not at_once and must_announce(decision.case)
    moment = now()
    at = min([moment + ANNOUNCED_AHEAD if announced else moment, *([decision.ends_at] if decision.ends_at else [])])
    with remembered(decision.case, acting, "lift"):
        lifted = [_lift(decision, one, at, acting, reason, at_once=at_once) for one in chosen]
        _lift_renewal(decision, chosen, moment + ANNOUNCED_AHEAD if announced else moment, acting, reason)
        if not decision.measures.filter(lifted_at=None).exists():
            _end(decision, acting, reason)
        settle_orders(decision.case, by_a_person=not at_once)
        if announced:
            lift_announced.send(Decision, decision=decision, measures=lifted, at=at)
        else:
            decision_lifted.send(Decision, decision=decision, measures=lifted, reason=reason, acting=acting)
    return lifted


def _lift(
    decision: Decision, measure: MeasureTaken, at: datetime, acting: StaffMember, reason: str, *, at_once: bool
) -> MeasureTaken:
    measure = decision.measures.get(pk=measure.pk)
    if measure.lifted_at is not None and not (at_once and measure.lifted_at > now()):
        raise NotInForce
    measure.lifted_at, measure.lifted_by, measure.lifted_because = at, acting, reason
    ahead = at > now()
    measure.lift_announced_at, measure.lift_recorded_at = (now(), None) if ahead else (None, at)
    measure.save()
    event = Event.LIFT_ANNOUNCED if ahead else Event.MEASURE_LIFTED
    append(
        event,
        subject=measure,
        acting=acting,
        content={"measure": measure.measure, "reason": reason},
        effective_at=at,
    )
    return measure


def _lift_renewal(
    decision: Decision, measures: Iterable[MeasureTaken], at: datetime, acting: StaffMember, reason: str
) -> None:
    """What was lifted does not come back with a renewal that was to go on from the decision's end."""
    names = {one.measure for one in measures}
    for renewal in Decision.objects.filter(renews=decision):
        renewal.case = decision.case
        if renewal.state == Decision.State.PROPOSED:
            replace_proposals(decision.case, acting=acting)
        elif renewal.to_come:
            for one in renewal.measures.filter(measure__in=names, lifted_at=None):
                _lift(renewal, one, at, acting, reason, at_once=False)
            if not renewal.measures.filter(lifted_at=None).exists():
                _end(renewal, acting, reason)


def _end(decision: Decision, acting: StaffMember, reason: str) -> None:
    """End a decision with its last lift, and answer the case if nothing else stands."""
    had_begun = not decision.to_come
    decision.ended_at = max(one.lifted_at for one in decision.measures.all() if one.lifted_at)
    decision.ended = Decision.Ended.LIFTED
    decision.save(update_fields=["ended_at", "ended"])
    if not had_begun:
        let_go_on(decision, acting=acting)
    case = decision.case
    others = case.decisions.to_come_or_in_force().exclude(pk__in=[decision.pk, decision.renews_id])
    said = case.outcomes.filter(decision=decision, kind="lifted", undone_at=None)
    if not others.exclude(renews=decision).exists() and not said.exists():
        if case.state == State.CLOSED:
            move(case, Move.REOPEN, State.INQUIRY, acting=acting, reason=reason)
        conclude(case, "lifted", acting=acting, because=reason, decision=decision)


@transaction.atomic
def cancel_announced_lift(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Cancel the lifts of a decision that were announced and have not taken effect: it goes on as it was decided.

    Something else that was decided meanwhile takes over from it when that begins.
    Raises NotAllowed, Excluded, ReasonMissing, NotAnnounced, LimitReached.
    """
    decision = lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if not (decision.in_force or decision.to_come) or not decision.measures.filter(lifted_at__gt=now()).exists():
        raise NotAnnounced
    with remembered(decision.case, acting, "cancel_lift"):
        for one in (decision, *Decision.objects.filter(renews=decision, state=Decision.State.TAKEN)):
            one.case = decision.case
            _go_on(one, acting, reason)
        case = decision.case
        if case.state == State.DECIDED and decision.mode == Decision.Mode.PREVENTIVE and not decision.ended:
            move(case, Move.INQUIRE, State.INQUIRY, acting=acting, reason=reason)
        settle_orders(case, by_a_person=True)
    return decision


def _go_on(decision: Decision, acting: StaffMember, reason: str) -> None:
    """Let a decision go on as if its lifts to come had not been announced."""
    if forget_lifts(decision, after=now(), acting=acting, reason=reason) and decision.ended == Decision.Ended.LIFTED:
        go_on(decision, acting=acting)


def record_lifts(case: Case | None = None) -> list[MeasureTaken]:
    """Record the announced lifts that have taken effect (of one case, or of all), once, effective at their own moment.

    Returns those recorded by this call.
    """
    recorded: list[MeasureTaken] = []
    while batch := _record_some(case):
        recorded += batch
    return recorded


@transaction.atomic
def _record_some(case: Case | None) -> list[MeasureTaken]:
    due = MeasureTaken.objects.filter(lift_recorded_at=None, lifted_at__lte=now())
    if case is not None:
        due = due.filter(decision__case=case)
    due = due.filter(Q(decision__ended_at=None) | Q(decision__ended_at__gte=F("lifted_at")))
    batch = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("decision__case", "lifted_by")
        .order_by("lifted_at", "pk")[:_BATCH]
    )
    for measure in batch:
        measure.lift_recorded_at = now()
        measure.save(update_fields=["lift_recorded_at"])
        append(
            Event.MEASURE_LIFTED,
            subject=measure,
            acting=measure.lifted_by,
            content={"measure": measure.measure, "reason": measure.lifted_because},
            effective_at=measure.lifted_at,
        )
        decision_lifted.send(
            Decision,
            decision=measure.decision,
            measures=[measure],
            reason=measure.lifted_because,
            acting=measure.lifted_by,
        )
    return batch
