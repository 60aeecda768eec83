"""What a reviewer can do, each with a reason: approve, decline, confirm, lift, renew, record danger, close."""

from collections.abc import Iterable

from django.db import transaction

from rempart.casework import tasks
from rempart.casework.errors import (
    CaseClosed,
    NotAllowed,
    NotInForce,
    NotProposed,
    NotRenewable,
    Refused,
    SecondPersonNeeded,
    StillInForce,
)
from rempart.casework.models import Case, ConflictOfInterest, Decision, MeasureTaken, PlatformOrder
from rempart.casework.services.guards import ensure_may_act, given_reason, locked
from rempart.casework.services.moving import move
from rempart.casework.services.rulebooks import book_of
from rempart.casework.services.taking import let_go_on, order_lift, set_dates, take, words
from rempart.casework.states import Move, State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@transaction.atomic
def approve_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Approve a proposed decision; it is taken when everybody who must has approved.

    Raises NotAllowed, ReasonMissing, NotProposed, LimitReached, SecondPersonNeeded (the same person approves twice).
    """
    decision = _lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if decision.state != Decision.State.PROPOSED:
        raise NotProposed
    if decision.approved_by is None:
        decision.approved_at, decision.approved_by, decision.approved_because = now(), acting, reason
    elif decision.approved_by == acting:
        raise SecondPersonNeeded
    else:
        decision.seconded_at, decision.seconded_by, decision.seconded_because = now(), acting, reason
    decision.save()
    append(Event.DECISION_APPROVED, subject=decision, acting=acting, content={"reason": reason})
    if decision.approval != "two_reviewers" or decision.seconded_by is not None:
        begins = max(now(), decision.renews.ends_at) if decision.renews and decision.renews.ends_at else None
        take(decision, acting=acting, begins_at=begins)
        # What now stands may leave something else to propose: facts that are established beside it.
        tasks.defer_accounts({decision.case.account_id})
    return decision


@transaction.atomic
def decline_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Decline a proposed decision: it is not proposed again until something new is said.

    Raises NotAllowed, ReasonMissing, NotProposed.
    """
    decision = _lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if decision.state != Decision.State.PROPOSED:
        raise NotProposed
    decision.state = Decision.State.DECLINED
    decision.declined_at, decision.declined_by, decision.declined_because = now(), acting, reason
    decision.save()
    append(Event.DECISION_DECLINED, subject=decision, acting=acting, content={"reason": reason})
    return decision


@transaction.atomic
def confirm_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Note that a person reviewed a preventive decision in force and keeps it until its end. Still no finding.

    Raises NotAllowed, ReasonMissing, NotInForce.
    """
    decision = _lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if not (decision.in_force or decision.to_come):
        raise NotInForce
    decision.confirmed_at, decision.confirmed_by, decision.confirmed_because = now(), acting, reason
    decision.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_because"])
    append(Event.DECISION_CONFIRMED, subject=decision, acting=acting, content={"reason": reason})
    return decision


@transaction.atomic
def lift_measure(measure: MeasureTaken, *, acting: StaffMember, reason: str) -> MeasureTaken:
    """Lift one measure and order the platform to restore the account; the decision ends with its last measure.

    Lifted before it began, a decision does not end what it was to take over.

    Raises NotAllowed, ReasonMissing, and NotInForce when it has lapsed or was lifted.
    """
    decision = _lock_decision(measure.decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    measure = decision.measures.get(pk=measure.pk)
    if not (decision.in_force or decision.to_come) or measure.lifted_at is not None:
        raise NotInForce
    measure.lifted_at, measure.lifted_by, measure.lifted_because = now(), acting, reason
    measure.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    order_lift([measure], due_at=measure.lifted_at)
    append(Event.MEASURE_LIFTED, subject=measure, acting=acting, content={"measure": measure.measure, "reason": reason})
    if not decision.measures.filter(lifted_at=None).exists():
        had_begun = not decision.to_come
        decision.ended_at, decision.ended = measure.lifted_at, Decision.Ended.LIFTED
        decision.save(update_fields=["ended_at", "ended"])
        if not had_begun:
            let_go_on(decision)
    return measure


@transaction.atomic
def lift_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Lift every measure of a decision that is left. Raises NotAllowed, ReasonMissing, NotInForce."""
    lift_measures(decision.measures.filter(lifted_at=None), acting=acting, reason=reason)
    decision.refresh_from_db()
    return decision


@transaction.atomic
def lift_measures(measures: Iterable[MeasureTaken], *, acting: StaffMember, reason: str) -> list[MeasureTaken]:
    """Lift several measures for one reason. Raises NotAllowed, ReasonMissing, NotInForce (also when given none)."""
    lifted = [lift_measure(measure, acting=acting, reason=reason) for measure in measures]
    if not lifted:
        raise NotInForce
    return lifted


@transaction.atomic
def renew_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Renew a preventive decision for as long again, from its end: by a person who did not approve it, with a reason.

    Where two reviewers are needed, it waits for the second. All in all it stays within 90 days.
    Raises NotAllowed, ReasonMissing, NotInForce, NotRenewable, SecondPersonNeeded, LimitReached.
    """
    decision = _lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    _ensure_renewable(decision, acting)
    case = decision.case
    for waiting in case.decisions.filter(state=Decision.State.PROPOSED):
        waiting.state = Decision.State.REPLACED
        waiting.save(update_fields=["state"])
        append(Event.DECISION_REPLACED, subject=waiting, acting=acting)
    two = decision.approval == "two_reviewers"
    renewal = Decision.objects.create(
        case=case,
        assessment=decision.assessment,
        rulebook=decision.rulebook,
        mode=decision.mode,
        articles=decision.articles,
        reasons=decision.reasons,
        approval="two_reviewers" if two else "one_reviewer",
        lasts=decision.lasts,
        review_within=decision.review_within,
        renews=decision,
        state=Decision.State.PROPOSED,
        proposed_at=now(),
        approved_at=now(),
        approved_by=acting,
        approved_because=reason,
    )
    MeasureTaken.objects.bulk_create(
        MeasureTaken(decision=renewal, measure=measure.measure, articles=measure.articles)
        for measure in decision.measures.filter(lifted_at=None)
    )
    append(Event.DECISION_APPROVED, subject=renewal, acting=acting, content={"reason": reason, "renews": decision.pk})
    if not two:
        take(renewal, acting=acting, begins_at=max(now(), decision.ends_at))
    return renewal


def may_renew(decision: Decision, *, acting: StaffMember) -> bool:
    """Whether this person could renew this decision now."""
    try:
        ensure_may_act(decision.case, acting)
        _ensure_renewable(decision, acting)
    except Refused:
        return False
    return True


def _ensure_renewable(decision: Decision, acting: StaffMember) -> None:
    """Raises NotInForce, SecondPersonNeeded, NotRenewable."""
    if decision.mode != Decision.Mode.PREVENTIVE or not (decision.in_force or decision.lapsed):
        raise NotInForce
    if acting.pk in (decision.approved_by_id, decision.seconded_by_id):
        raise SecondPersonNeeded
    if Decision.objects.filter(renews=decision).exists():
        raise NotRenewable
    others = Decision.objects.to_come_or_in_force().filter(case=decision.case_id, mode=Decision.Mode.PREVENTIVE)
    if others.exclude(pk=decision.pk).exists():
        raise NotRenewable
    allowed = [article.renewals for article in book_of(decision.rulebook).articles if article.id in decision.articles]
    if _times_renewed(decision) >= min(allowed, default=0):
        raise NotRenewable


@transaction.atomic
def record_danger(case: Case, *, acting: StaffMember, reason: str) -> Case:
    """Record that somebody is in imminent danger: what was delayed to protect who spoke begins at once.

    Raises NotAllowed, ReasonMissing, CaseClosed.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    if case.state == State.CLOSED:
        raise CaseClosed
    case.danger_at, case.danger_by, case.danger_because = now(), acting, reason
    case.save(update_fields=["danger_at", "danger_by", "danger_because"])
    append(Event.DANGER_RECORDED, subject=case, acting=acting, content={"reason": reason})
    for decision in case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.PREVENTIVE, renews=None):
        if decision.to_come:
            _begin_now(decision, acting)
    return case


def _begin_now(decision: Decision, acting: StaffMember) -> None:
    moment = now()
    earlier = (
        Decision.objects.to_come_or_in_force()
        .filter(case=decision.case_id, begins_at__lte=moment)
        .exclude(pk=decision.pk)
    )
    for other in earlier:
        other.ended_at, other.ended = moment, Decision.Ended.TAKEN_OVER
        other.save(update_fields=["ended_at", "ended"])
    set_dates(decision, moment, since=min(decision.since, moment))
    decision.reasons = words(decision, begins=moment)
    decision.save(update_fields=["since", "begins_at", "review_due", "ends_at", "reasons"])
    PlatformOrder.objects.filter(measure__decision=decision, action=PlatformOrder.Action.APPLY).update(due_at=moment)
    append(
        Event.DECISION_TAKEN,
        subject=decision,
        acting=acting,
        content={"begins_at": moment, "review_due": decision.review_due, "ends_at": decision.ends_at},
    )


@transaction.atomic
def declare_conflict(case: Case, *, acting: StaffMember, reason: str) -> ConflictOfInterest:
    """Keep out of a case that one cannot judge impartially, for good; what one did on it before stays.

    Raises NotAllowed, ReasonMissing.
    """
    case = locked(case)
    if not acting.may(Permission.READ_CASES):
        raise NotAllowed
    reason = given_reason(reason)
    conflict, declared = ConflictOfInterest.objects.get_or_create(
        case=case, member=acting, defaults={"declared_at": now(), "because": reason}
    )
    if declared:
        append(Event.CONFLICT_DECLARED, subject=case, acting=acting, content={"reason": reason})
    return conflict


@transaction.atomic
def close_case(case: Case, *, acting: StaffMember, reason: str) -> Case:
    """Close a case in which nothing is in force or proposed. Something new reopens it.

    Raises NotAllowed, ReasonMissing, CaseClosed, StillInForce.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    if case.state == State.CLOSED:
        raise CaseClosed
    if case.decisions.filter(state=Decision.State.PROPOSED).exists() or case.decisions.to_come_or_in_force().exists():
        raise StillInForce
    return move(case, Move.CLOSE, State.CLOSED, acting=acting, reason=reason)


def _lock_decision(decision: Decision) -> Decision:
    """The decision as it is stored, its case locked."""
    case = locked(Case(pk=decision.case_id))
    found = Decision.objects.select_related("assessment", "rulebook", "renews", "approved_by", "seconded_by").get(
        pk=decision.pk
    )
    found.case = case
    return found


def _times_renewed(decision: Decision) -> int:
    times = 0
    while decision.renews is not None:
        decision, times = decision.renews, times + 1
    return times
