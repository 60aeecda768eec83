"""How a decision takes effect: its beginning, its end, and what it takes over.

For use by the services of this room, with the case locked.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from rempart.casework.errors import LimitReached
from rempart.casework.models import LONGEST_PREVENTIVE, Case, Decision, MeasureTaken
from rempart.casework.services.moving import conclude, move
from rempart.casework.services.orders import WATCH, settle_orders
from rempart.casework.services.rulebooks import book_of
from rempart.casework.signals import decision_taken, lift_cancelled
from rempart.casework.states import Move, State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.rulebook.proportion import judge
from rempart.rulebook.reasons import reasons, wordings
from rempart.staff.models import StaffMember

FEW_SOURCES = 3
EARLIEST, LATEST = timedelta(hours=6), timedelta(hours=48)
SHORTEST = timedelta(hours=1)


def words(decision: Decision, *, begins: datetime) -> dict[str, str]:
    """The reasons in French and English, as the person concerned will read them, with the decision's dates."""
    book = book_of(decision.rulebook)
    articles = [book.article(name) for name in decision.articles]
    judgement = judge(articles, adult=decision.case.account.held_to_be_adult)
    resting_on = [article for article in articles if article.id in judgement.because]
    said = reasons(
        wordings(judgement, resting_on),
        ends_at=decision.ends_at or (begins + decision.lasts if decision.lasts else None),
        review_at=decision.review_due or (begins + decision.review_within if decision.review_within else None),
    )
    return {"fr": said.fr, "en": said.en}


def needs_delay(decision: Decision) -> bool:
    """Whether taking effect at once would betray who spoke: few independent sources and no imminent danger.

    Being watched is felt by nobody and betrays nothing.
    """
    return (
        decision.mode == Decision.Mode.PREVENTIVE
        and any(taken.measure != WATCH for taken in decision.measures.all())
        and decision.assessment.independent_sources < FEW_SOURCES
        and decision.case.danger_at is None
    )


def random_delay() -> timedelta:
    """Between 6 and 48 hours, unpredictable."""
    span = int((LATEST - EARLIEST).total_seconds())
    return EARLIEST + timedelta(seconds=secrets.randbelow(span + 1))


def take(decision: Decision, *, acting: StaffMember | None = None, begins_at: datetime | None = None) -> Decision:
    """Give the decision its dates, end what it takes over and order the platform to apply what is new.

    A final decision takes over everything, at once; a preventive one takes over the preventive one before it. The
    reasons of a final decision that a person proposed are that person's own.
    Raises LimitReached when a preventive decision would last less than an hour before the 90 days are over.
    """
    decision.taken_at = now()
    decision.state = Decision.State.TAKEN
    begins = begins_at or (decision.taken_at + random_delay() if needs_delay(decision) else decision.taken_at)
    others = list(Decision.objects.to_come_or_in_force().filter(case=decision.case_id).exclude(pk=decision.pk))
    if decision.mode == Decision.Mode.PREVENTIVE:
        set_dates(decision, begins, since=_since(decision, begins, others))
    else:
        decision.begins_at = begins
        decision.ends_at = begins + decision.lasts if decision.lasts else None
    if decision.mode == Decision.Mode.FINAL:
        _take_over(decision, others, acting)
    elif decision.renews is None:
        _take_over(decision, [other for other in others if other.mode == Decision.Mode.PREVENTIVE], acting)
    if decision.mode == Decision.Mode.PREVENTIVE or decision.proposed_by is None:
        decision.reasons = words(decision, begins=begins)
    decision.save()
    measures = list(decision.measures.all())
    settle_orders(decision.case, by_a_person=acting is not None)
    append(
        Event.DECISION_RENEWED if decision.renews else Event.DECISION_TAKEN,
        subject=decision,
        acting=acting,
        content={
            "mode": decision.mode,
            "articles": decision.articles,
            "measures": [measure.measure for measure in measures],
            "rulebook": decision.rulebook.digest,
            "begins_at": decision.begins_at,
            "review_due": decision.review_due,
            "ends_at": decision.ends_at,
        },
        effective_at=decision.begins_at,
    )
    if decision.mode == Decision.Mode.FINAL and acting is not None:
        because = decision.seconded_because or decision.approved_because
        conclude(decision.case, "final_measure", acting=acting, because=because, decision=decision)
    elif decision.mode == Decision.Mode.PREVENTIVE and decision.case.state in (State.ASSESSED, State.DECIDED):
        move(decision.case, Move.INQUIRE, State.INQUIRY, acting=acting)
    decision_taken.send(Decision, decision=decision)
    return decision


def set_dates(decision: Decision, begins: datetime, *, since: datetime) -> None:
    """Give a preventive decision its beginning, review and end, within 90 days of `since`. Raises LimitReached."""
    limit = since + LONGEST_PREVENTIVE
    ends = min(begins + decision.lasts, limit) if decision.lasts else limit
    if ends - begins < SHORTEST:
        raise LimitReached
    review = begins + decision.review_within if decision.review_within else ends
    decision.since, decision.begins_at, decision.ends_at = since, begins, ends
    # A review that would fall on the end or after it is due when four fifths of the time are over.
    decision.review_due = review if review < ends else begins + (ends - begins) * 4 / 5


def _since(decision: Decision, begins: datetime, others: Iterable[Decision]) -> datetime:
    """When the unbroken run of preventive decisions that this one continues began."""
    if decision.renews and decision.renews.since:
        return decision.renews.since
    running = [
        other.since
        for other in others
        if other.mode == Decision.Mode.PREVENTIVE
        and other.since
        and other.begins_at
        and other.begins_at <= begins
        and (closes := other.closes_at)
        and closes >= begins
    ]
    return min([*running, begins])


def _take_over(decision: Decision, others: Iterable[Decision], acting: StaffMember | None) -> None:
    """End every other decision when this one begins; one that has not begun by then never does.

    A lift that was announced for later will not happen: what was to be lifted is another decision's by then.
    """
    for other in others:
        closes = other.closes_at
        if closes is not None and closes <= decision.begins_at:
            continue
        other.ended_at = max(decision.begins_at, other.begins_at)
        other.ended = Decision.Ended.TAKEN_OVER
        other.save(update_fields=["ended_at", "ended"])
        forget_lifts(other, after=other.ended_at, acting=acting)
        append(Event.DECISION_TAKEN_OVER, subject=other, content={"by": decision.pk}, effective_at=other.ended_at)


def replace_proposals(case: Case, *, acting: StaffMember | None = None) -> None:
    """Withdraw what waits for approval on a case: something else takes its place, or its ground is gone."""
    for waiting in case.decisions.filter(state=Decision.State.PROPOSED):
        waiting.state = Decision.State.REPLACED
        waiting.save(update_fields=["state"])
        append(Event.DECISION_REPLACED, subject=waiting, acting=acting)


def forget_lifts(
    decision: Decision, *, after: datetime, acting: StaffMember | None, reason: str = ""
) -> list[MeasureTaken]:
    """Forget the lifts of a decision that were announced for a moment after this one; those who heard are told.

    If they were to end it, the case was not answered by them after all.
    """
    measures = list(decision.measures.filter(lifted_at__gt=after).order_by("pk"))
    for measure in measures:
        measure.lifted_at = measure.lifted_by = measure.lift_announced_at = None
        measure.lifted_because = ""
        measure.save(update_fields=["lifted_at", "lifted_by", "lift_announced_at", "lifted_because"])
        append(Event.LIFT_CANCELLED, subject=measure, acting=acting, content={"reason": reason} if reason else None)
    if measures:
        answered = decision.case.outcomes.filter(decision=decision, kind="lifted", undone_at=None)
        answered.update(undone_at=now())
        lift_cancelled.send(Decision, decision=decision, measures=measures)
    return measures


def let_go_on(decision: Decision, *, acting: StaffMember | None = None) -> None:
    """Undo what a decision was to take over when it would begin: it was lifted before, and never does."""
    others = Decision.objects.filter(
        case=decision.case_id, ended=Decision.Ended.TAKEN_OVER, ended_at=decision.begins_at, ended_at__gt=now()
    )
    for other in others:
        append(Event.DECISION_GOES_ON, subject=other, content={"instead_of": decision.pk})
        go_on(other, acting=acting)


def go_on(decision: Decision, *, acting: StaffMember | None) -> None:
    """Let a decision go on until its end, or until what was decided meanwhile takes over from it.

    That one then goes on with the run of this one, and its 90 days. Raises LimitReached.
    """
    decision.ended_at, decision.ended = None, ""
    later = Decision.objects.to_come_or_in_force().filter(
        case=decision.case_id, mode=Decision.Mode.PREVENTIVE, begins_at__gt=now(), begins_at__lt=decision.ends_at
    )
    following = later.exclude(pk=decision.pk).order_by("begins_at").first()
    if decision.mode != Decision.Mode.PREVENTIVE or following is None:
        decision.save(update_fields=["ended_at", "ended"])
        return
    following.case = decision.case
    _take_over(following, [decision], acting)
    if following.begins_at and decision.since and following.since and decision.since < following.since:
        _redate(following, following.begins_at, since=decision.since, acting=acting)


def begin_now(decision: Decision, *, acting: StaffMember) -> None:
    """Have a preventive decision that was delayed begin at once, and end what was taken before it.

    Raises LimitReached.
    """
    moment = now()
    before = Decision.objects.to_come_or_in_force(moment).exclude(pk=decision.pk)
    others = list(before.filter(case=decision.case_id, mode=decision.mode, taken_at__lte=decision.taken_at))
    since = min([_since(decision, moment, others), *([decision.since] if decision.since else [])])
    # Read by what is taken over, which ends when this one begins.
    decision.begins_at = moment
    _take_over(decision, others, acting)
    _redate(decision, moment, since=since, acting=acting)


def _redate(decision: Decision, begins: datetime, *, since: datetime, acting: StaffMember | None) -> None:
    """Give a decision that was taken other dates, and say so again."""
    set_dates(decision, begins, since=since)
    decision.reasons = words(decision, begins=begins)
    decision.save(update_fields=["since", "begins_at", "review_due", "ends_at", "reasons"])
    append(
        Event.DECISION_TAKEN,
        subject=decision,
        acting=acting,
        content={"begins_at": begins, "review_due": decision.review_due, "ends_at": decision.ends_at},
        effective_at=begins,
    )
    decision_taken.send(Decision, decision=decision)
