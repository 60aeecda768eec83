"""What a reviewer does to a decision, each with a reason: approve, decline, keep after review, renew, record danger."""

from contextlib import suppress

from django.db import transaction

from rempart.casework import tasks
from rempart.casework.errors import (
    AlreadyDone,
    AppealPending,
    CaseClosed,
    LimitReached,
    NotInForce,
    NotPreventive,
    NotProposed,
    NotRenewable,
    Refused,
    SecondPersonNeeded,
)
from rempart.casework.models import Case, Decision, MeasureTaken
from rempart.casework.services.authorities import open_threat
from rempart.casework.services.four_eyes import why_two
from rempart.casework.services.guards import (
    ensure_judged_no_appeal,
    ensure_may_act,
    given_reason,
    lock_decision,
    locked,
)
from rempart.casework.services.orders import settle_orders
from rempart.casework.services.rulebooks import book_of
from rempart.casework.services.taking import begin_now, replace_proposals, take
from rempart.casework.services.undoing import remembered
from rempart.casework.signals import proposal_declined
from rempart.casework.states import State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


@transaction.atomic
def approve_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Approve a proposed decision; it is taken when everybody who must has approved.

    Whether two people must is looked at again: the account may have grown since. The second approval of a final
    decision is given by somebody who may countersign.
    Raises NotAllowed, Excluded, ReasonMissing, NotProposed, LimitReached, SecondPersonNeeded (the same person approves
    twice), JudgedTheAppeal, AppealPending (a final decision waits until an appeal is answered).
    """
    decision = lock_decision(decision)
    ensure_may_act(decision.case, acting, whoever_works_on_it=decision.approved_by is not None)
    reason = given_reason(reason)
    if decision.state != Decision.State.PROPOSED:
        raise NotProposed
    final = decision.mode == Decision.Mode.FINAL
    if final and decision.case.state == State.APPEALED:
        raise AppealPending
    if decision.approved_by == acting:
        raise SecondPersonNeeded
    ensure_judged_no_appeal(decision, acting)
    if final and decision.approved_by is not None:
        ensure_may_act(decision.case, acting, Permission.COUNTERSIGN)
    with remembered(decision.case, acting, "approve"):
        if decision.approved_by is None:
            decision.approved_at, decision.approved_by, decision.approved_because = now(), acting, reason
        else:
            decision.seconded_at, decision.seconded_by, decision.seconded_because = now(), acting, reason
        decision.four_eyes = sorted({*decision.four_eyes, *why_two(decision.case, decision)})
        if decision.four_eyes:
            decision.approval = "two_reviewers"
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

    Raises NotAllowed, Excluded, ReasonMissing, NotProposed.
    """
    decision = lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if decision.state != Decision.State.PROPOSED:
        raise NotProposed
    with remembered(decision.case, acting, "decline"):
        decision.state = Decision.State.DECLINED
        decision.declined_at, decision.declined_by, decision.declined_because = now(), acting, reason
        decision.save()
        append(Event.DECISION_DECLINED, subject=decision, acting=acting, content={"reason": reason})
        proposal_declined.send(Decision, decision=decision)
    return decision


@transaction.atomic
def confirm_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Keep a preventive decision until its end after a review by a person. It stays a precaution: no finding.

    To decide that the facts are established is `decide_final`. Raises NotAllowed, Excluded, ReasonMissing, NotInForce,
    NotPreventive, JudgedTheAppeal.
    """
    decision = lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    if not (decision.in_force or decision.to_come):
        raise NotInForce
    if decision.mode != Decision.Mode.PREVENTIVE:
        raise NotPreventive
    ensure_judged_no_appeal(decision, acting)
    with remembered(decision.case, acting, "confirm"):
        decision.confirmed_at, decision.confirmed_by, decision.confirmed_because = now(), acting, reason
        decision.save(update_fields=["confirmed_at", "confirmed_by", "confirmed_because"])
        append(Event.DECISION_CONFIRMED, subject=decision, acting=acting, content={"reason": reason})
    return decision


@transaction.atomic
def renew_decision(decision: Decision, *, acting: StaffMember, reason: str) -> Decision:
    """Renew a preventive decision for as long again, from its end: by a person who did not approve it, with a reason.

    Where two reviewers are needed, it waits for the second. All in all it stays within 90 days.
    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, NotInForce, NotPreventive, NotRenewable, SecondPersonNeeded,
    JudgedTheAppeal, LimitReached.
    """
    decision = lock_decision(decision)
    ensure_may_act(decision.case, acting)
    reason = given_reason(reason)
    _ensure_renewable(decision, acting)
    case = decision.case
    with remembered(case, acting, "renew"):
        replace_proposals(case, acting=acting)
        why = sorted({*decision.four_eyes, *why_two(case, decision)})
        two = bool(why) or decision.approval == "two_reviewers"
        renewal = Decision.objects.create(
            case=case,
            assessment=decision.assessment,
            rulebook=decision.rulebook,
            mode=decision.mode,
            articles=decision.articles,
            reasons=decision.reasons,
            approval="two_reviewers" if two else "one_reviewer",
            four_eyes=why,
            lasts=decision.lasts,
            review_within=decision.review_within,
            renews=decision,
            state=Decision.State.PROPOSED,
            proposed_at=now(),
            proposed_by=acting,
            approved_at=now(),
            approved_by=acting,
            approved_because=reason,
        )
        MeasureTaken.objects.bulk_create(
            MeasureTaken(decision=renewal, measure=measure.measure, articles=measure.articles)
            for measure in decision.measures.filter(lifted_at=None)
        )
        content = {"reason": reason, "renews": decision.pk}
        append(Event.DECISION_APPROVED, subject=renewal, acting=acting, content=content)
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
    """Raises CaseClosed, NotPreventive, NotInForce, SecondPersonNeeded, NotRenewable."""
    if decision.case.state == State.CLOSED:
        raise CaseClosed
    if decision.mode != Decision.Mode.PREVENTIVE:
        raise NotPreventive
    if not (decision.in_force or decision.lapsed) or decision.ended == Decision.Ended.LIFTED:
        raise NotInForce
    if acting.pk in (decision.approved_by_id, decision.seconded_by_id):
        raise SecondPersonNeeded
    ensure_judged_no_appeal(decision, acting)
    if Decision.objects.filter(renews=decision).exists():
        raise NotRenewable
    others = Decision.objects.to_come_or_in_force().filter(case=decision.case_id)
    if others.exclude(pk=decision.pk).exists():
        raise NotRenewable
    allowed = [article.renewals for article in book_of(decision.rulebook).articles if article.id in decision.articles]
    if _times_renewed(decision) >= min(allowed, default=0):
        raise NotRenewable


@transaction.atomic
def record_danger(case: Case, *, acting: StaffMember, reason: str) -> Case:
    """Record that somebody is in imminent danger: what was delayed to protect who spoke begins at once.

    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, AlreadyDone.
    """
    case = locked(case)
    ensure_may_act(case, acting, whoever_works_on_it=True)
    reason = given_reason(reason)
    if case.state == State.CLOSED:
        raise CaseClosed
    if case.danger_at is not None:
        raise AlreadyDone
    with remembered(case, acting, "danger"):
        case.danger_at, case.danger_by, case.danger_because = now(), acting, reason
        case.save(update_fields=["danger_at", "danger_by", "danger_because"])
        append(Event.DANGER_RECORDED, subject=case, acting=acting, content={"reason": reason})
        open_threat(case, acting=acting, because=reason)
        delayed = case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.PREVENTIVE, renews=None)
        # What was taken last takes over from those before it, which then never begin.
        for decision in delayed.order_by("-taken_at", "-pk"):
            decision.refresh_from_db()
            if decision.to_come:
                # Less than an hour before the 90 days are over, it begins when it was to.
                with suppress(LimitReached), transaction.atomic():
                    begin_now(decision, acting=acting)
        settle_orders(case, by_a_person=True)
    return case


def _times_renewed(decision: Decision) -> int:
    times = 0
    while decision.renews is not None:
        decision, times = decision.renews, times + 1
    return times
