"""What complainants are told, and when: a measure once it began, its end, a lift two days before, the outcome.

Each thing to tell is a row written in the transaction of what it tells, and told at its moment by the calendar, once,
if it is still true then: nobody hears of a measure before it begins, nor of what was undone within a minute. Of the end
of a measure hear those who had heard of it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.casework import calendar, means, signals
from rempart.casework.complainants.words import message
from rempart.casework.models import Case, Complainant, Decision, MeasureTaken, Outcome, Telling
from rempart.casework.services.complainants import hearing, join, reachable
from rempart.casework.services.misuse import settle_upheld, uphold_restriction_appeal
from rempart.casework.services.orders import UNDO_WINDOW, WATCH
from rempart.correspondence.links import host
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import say
from rempart.intake.signals import report_received
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

Kind = Telling.Kind
_SAID_AS = {
    Kind.MEASURE: Message.Kind.MEASURE,
    Kind.LAPSE: Message.Kind.LAPSE,
    Kind.BEFORE_LIFT: Message.Kind.NOTICE_BEFORE_LIFT,
    Kind.LIFT_CANCELLED: Message.Kind.MEASURE,
    Kind.LIFTED: Message.Kind.LAPSE,
    Kind.OUTCOME: Message.Kind.OUTCOME,
}


def tell_complainants(
    case: Case,
    kind: Telling.Kind | str,
    *,
    due_at: datetime,
    decision: Decision | None = None,
    outcome: Outcome | None = None,
    facts: dict[str, Any] | None = None,
    again: str = "",
) -> Telling:
    """Have the complainants of a case told something at a moment, if it is still true then; of two, at the earlier.

    again: tells apart things of the same kind about the same decision, such as two lifts.
    """
    about = decision or outcome
    key = ":".join(str(part) for part in (kind, about.pk if about else case.pk, again) if part)
    telling, is_new = Telling.objects.get_or_create(
        key=key,
        defaults={
            "case": case,
            "kind": kind,
            "decision": decision,
            "outcome": outcome,
            "facts": facts or {},
            "due_at": due_at,
        },
    )
    if not is_new and due_at < telling.due_at and not (telling.said_at or telling.dropped_at):
        telling.due_at = due_at
        telling.save(update_fields=["due_at"])
    return telling


@transaction.atomic
def tell(telling: Telling) -> int:
    """Say what was to be told, or drop it when it is no longer true. Returns how many complainants were told."""
    telling = Telling.objects.select_for_update(of=("self",)).get(pk=telling.pk)
    if telling.said_at or telling.dropped_at:
        return 0
    told = 0
    if _is_true(telling):
        for complainant in _audience(telling):
            text = _text(telling, complainant)
            say(complainant.conversation, text=text, kind=_SAID_AS[Kind(telling.kind)], once=telling.key)
            told += 1
    if told:
        telling.said_at = now()
        append(
            Event.COMPLAINANTS_TOLD, subject=telling.case, content={"what": telling.key}, effective_at=telling.due_at
        )
    else:
        telling.dropped_at = now()
    telling.save(update_fields=["said_at", "dropped_at"])
    return told


def _is_true(telling: Telling) -> bool:
    """Whether what was to be told still holds."""
    if telling.outcome is not None:
        return telling.outcome.undone_at is None
    decision = telling.decision
    if decision is None:
        return False
    lifted = MeasureTaken.objects.filter(pk__in=telling.facts.get("measures", ()))
    still: dict[str, Callable[[], bool]] = {
        Kind.MEASURE: lambda: decision.in_force and any(one != WATCH for one in _left(decision)),
        Kind.LAPSE: lambda: decision.lapsed,
        Kind.BEFORE_LIFT: lifted.filter(lifted_at__gt=now()).exists,
        Kind.LIFT_CANCELLED: lambda: decision.in_force,
        Kind.LIFTED: lifted.filter(lifted_at__lte=now()).exists,
    }
    return still[telling.kind]()


def _audience(telling: Telling) -> "QuerySet[Complainant]":
    """Who hears: of a measure, who had reported; of its end, who had heard of it; of an outcome, everybody."""
    decision = telling.decision
    if decision is None:
        return reachable(telling.case)
    if telling.kind == Kind.MEASURE:
        return hearing(decision)
    heard_of_it = said_about(decision, Kind.MEASURE)
    if telling.kind == Kind.LIFT_CANCELLED:
        heard_of_it = Message.objects.filter(once__startswith=f"{Kind.BEFORE_LIFT}:{decision.pk}:")
    return reachable(telling.case).filter(Exists(heard_of_it.filter(conversation=OuterRef("conversation"))))


def said_about(decision: Decision, kind: Telling.Kind) -> "QuerySet[Message]":
    """The messages of a kind that told complainants about a decision."""
    return Message.objects.filter(once=f"{kind}:{decision.pk}")


def _text(telling: Telling, complainant: Complainant) -> dict[str, str]:
    decision, outcome, child = telling.decision, telling.outcome, complainant.conversation.child_words
    if telling.kind == Kind.MEASURE and decision is not None:
        name = "measure_preventive" if decision.approved_by_id else "measure_by_program"
        if decision.renews and said_about(decision.renews, Kind.MEASURE).filter(
            conversation=complainant.conversation_id
        ):
            name = "measure_goes_on"
        return message(name, measures=_left(decision), child=child)
    if telling.kind == Kind.OUTCOME and outcome is not None:
        measures = _left(outcome.decision) if outcome.decision else ()
        return message(f"outcome_{outcome.kind}", measures=measures, child=child)
    if telling.kind in (Kind.BEFORE_LIFT, Kind.LIFTED):
        day = datetime.fromisoformat(telling.facts["at"])
        what = "a_part" if telling.facts["rest"] else "all_of_it"
        return message(telling.kind, day=day, what=what, child=child)
    return message(telling.kind, child=child)


def _left(decision: Decision) -> list[str]:
    """The measures of a decision that hold, or will hold, now; what the platform cannot do is not said to hold."""
    left = decision.measures.filter(Q(lifted_at=None) | Q(lifted_at__gt=now()))
    return sorted(one for one in left.values_list("measure", flat=True) if means.can(decision.case.account, one))


# --- what asks for it


def connect() -> None:
    """Follow what happens to cases, host the complainants' page, give the calendar what is to be told and seen."""
    report_received.connect(_reported, dispatch_uid="casework.complainants.reported")
    signals.decision_taken.connect(_taken, dispatch_uid="casework.complainants.taken")
    signals.decision_lapsed.connect(_lapsed, dispatch_uid="casework.complainants.lapsed")
    signals.lift_announced.connect(_lift_announced, dispatch_uid="casework.complainants.lift_announced")
    signals.lift_cancelled.connect(_lift_cancelled, dispatch_uid="casework.complainants.lift_cancelled")
    signals.decision_lifted.connect(_lifted, dispatch_uid="casework.complainants.lifted")
    signals.outcome_reached.connect(_outcome, dispatch_uid="casework.complainants.outcome")
    signals.appeal_answered.connect(_answered, dispatch_uid="casework.complainants.answered")
    signals.act_undone.connect(_undone, dispatch_uid="casework.complainants.undone")
    host(Conversation.Kind.COMPLAINANT, "casework:complainant")
    calendar.add_moment(
        calendar.Moment(
            kind="telling",
            things=lambda: (
                Telling.objects.filter(dropped_at=None).select_related("case__account").annotate(at=F("due_at"))
            ),
            case=lambda telling: telling.case,
            words=lambda telling: _("Those who reported are told: %(what)s") % {"what": telling.get_kind_display()},
            url=lambda telling: reverse("casework:case", args=[telling.case_id]),
            mine=_nobodys,
            event=Event.COMPLAINANTS_TOLD,
            then=tell,
            unseen=Q(said_at=None, dropped_at=None),
        )
    )
    calendar.add_deadline(
        calendar.Deadline(
            kind="danger_said",
            things=lambda: (
                Complainant.objects.filter(danger_said_at__isnull=False)
                .select_related("case__account")
                .annotate(starts=F("danger_said_at"), due=F("danger_due_at"), over=F("danger_seen_at"))
            ),
            case=lambda complainant: complainant.case,
            words=lambda _complainant: _("Somebody who reported says that they are in danger now"),
            url=lambda complainant: reverse("casework:case", args=[complainant.case_id]) + "#complainants",
            mine=lambda member: Q(case__claim__member=member.pk),
        )
    )


def _nobodys(_member: StaffMember) -> Q:
    return Q(pk=None)


def _reported(report: Any, **_kwargs: Any) -> None:
    join(report)


def _taken(decision: Decision, **_kwargs: Any) -> None:
    # A final decision is told with the outcome that it is part of.
    if decision.mode == Decision.Mode.PREVENTIVE and decision.begins_at:
        due_at = max(decision.begins_at, now()) + UNDO_WINDOW
        tell_complainants(decision.case, Kind.MEASURE, due_at=due_at, decision=decision)


def _lapsed(decision: Decision, **_kwargs: Any) -> None:
    tell_complainants(decision.case, Kind.LAPSE, due_at=now(), decision=decision)


def _lift_announced(decision: Decision, measures: Iterable[MeasureTaken], at: datetime, **_kwargs: Any) -> None:
    _about_lifts(Kind.BEFORE_LIFT, decision, measures, at, due_at=now() + UNDO_WINDOW)


def _lift_cancelled(decision: Decision, **_kwargs: Any) -> None:
    moment = now()
    tell_complainants(
        decision.case,
        Kind.LIFT_CANCELLED,
        due_at=moment + UNDO_WINDOW,
        decision=decision,
        again=moment.isoformat(timespec="seconds"),
    )


def _lifted(decision: Decision, measures: Iterable[MeasureTaken], **_kwargs: Any) -> None:
    measures = list(measures)
    settle_upheld(decision.case)
    at = max(one.lifted_at for one in measures if one.lifted_at)
    # What was announced can no longer be undone when its moment comes.
    announced = any(one.lift_announced_at for one in measures)
    _about_lifts(Kind.LIFTED, decision, measures, at, due_at=now() if announced else now() + UNDO_WINDOW)


def _about_lifts(
    kind: Telling.Kind, decision: Decision, measures: Iterable[MeasureTaken], at: datetime, *, due_at: datetime
) -> None:
    lifted = [one.pk for one in measures]
    rest = decision.measures.exclude(measure=WATCH).exclude(pk__in=lifted)
    facts = {
        "measures": lifted,
        "at": at.isoformat(),
        "rest": rest.filter(Q(lifted_at=None) | Q(lifted_at__gt=at)).exists(),
    }
    again = at.isoformat(timespec="seconds")
    tell_complainants(decision.case, kind, due_at=due_at, decision=decision, facts=facts, again=again)


def _outcome(outcome: Outcome, **_kwargs: Any) -> None:
    settle_upheld(outcome.case)
    # That something was lifted is told as such.
    if outcome.kind != "lifted":
        tell_complainants(outcome.case, Kind.OUTCOME, due_at=now() + UNDO_WINDOW, outcome=outcome)


def _undone(case: Case, **_kwargs: Any) -> None:
    settle_upheld(case)


def _answered(appeal: Any, **_kwargs: Any) -> None:
    if appeal.restriction is not None and appeal.state == appeal.State.UPHELD:
        reason = appeal.decided_because.get(appeal.conversation.language, "")
        uphold_restriction_appeal(appeal.restriction, acting=appeal.decided_by, reason=reason)
