"""How a decision takes effect: its beginning, its end, what it takes over, and the orders to the platform.

For use by the services of this room, with the case locked.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from rempart.casework.errors import LimitReached
from rempart.casework.models import LONGEST_PREVENTIVE, Decision, MeasureTaken, PlatformOrder
from rempart.casework.services.moving import move
from rempart.casework.services.rulebooks import book_of
from rempart.casework.signals import decision_taken
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
WATCH = "watch"


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
    """Give the decision its dates, end what it takes over and order the platform to apply it.

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
    if decision.renews is None and decision.mode == Decision.Mode.PREVENTIVE:
        _take_over(decision, [other for other in others if other.mode == Decision.Mode.PREVENTIVE])
    decision.reasons = words(decision, begins=begins)
    decision.save()
    measures = list(decision.measures.all())
    order(measures, PlatformOrder.Action.APPLY, due_at=decision.begins_at)
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
    if decision.mode == Decision.Mode.FINAL and decision.case.state in (State.ASSESSED, State.INQUIRY):
        move(decision.case, Move.DECIDE, State.DECIDED, acting=acting)
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


def _take_over(decision: Decision, others: Iterable[Decision]) -> None:
    """End every other decision when this one begins; one that has not begun by then never does."""
    kept = set(decision.measures.values_list("measure", flat=True))
    for other in others:
        closes = other.closes_at
        if closes is not None and closes <= decision.begins_at:
            continue
        other.ended_at = max(decision.begins_at, other.begins_at)
        other.ended = Decision.Ended.TAKEN_OVER
        other.save(update_fields=["ended_at", "ended"])
        order_lift(other.measures.exclude(measure__in=kept).filter(lifted_at=None), due_at=decision.begins_at)
        append(Event.DECISION_TAKEN_OVER, subject=other, content={"by": decision.pk}, effective_at=other.ended_at)


def let_go_on(decision: Decision) -> None:
    """Undo what a decision was to take over when it would begin: it was lifted before, and never does."""
    others = Decision.objects.filter(
        case=decision.case_id, ended=Decision.Ended.TAKEN_OVER, ended_at=decision.begins_at, ended_at__gt=now()
    )
    for other in others:
        planned = other.ended_at
        other.ended_at, other.ended = None, ""
        other.save(update_fields=["ended_at", "ended"])
        PlatformOrder.objects.filter(
            measure__decision=other, action=PlatformOrder.Action.LIFT, due_at=planned, carried_out_at=None
        ).delete()
        append(Event.DECISION_GOES_ON, subject=other, content={"instead_of": decision.pk})


def order_lift(measures: Iterable[MeasureTaken], *, due_at: datetime) -> None:
    """Order the platform to lift measures, but those that another decision of the case keeps in force then."""
    for measure in measures:
        others = MeasureTaken.objects.in_force(due_at).filter(
            measure=measure.measure, decision__case=measure.decision.case_id
        )
        if not others.exclude(pk=measure.pk).exists():
            order([measure], PlatformOrder.Action.LIFT, due_at=due_at)


def order(measures: Iterable[MeasureTaken], action: PlatformOrder.Action, *, due_at: datetime) -> None:
    """Order the platform to apply or lift measures, once each. Watching is our own business: it takes no order."""
    PlatformOrder.objects.bulk_create(
        [
            PlatformOrder(measure=measure, action=action, due_at=due_at, ordered_at=now())
            for measure in measures
            if measure.measure != WATCH
        ],
        ignore_conflicts=True,
    )
