"""The only writer of a case's state and of its outcomes, for use by the services of this room with the case locked."""

from rempart.casework.models import Case, Decision, Outcome
from rempart.casework.signals import outcome_reached
from rempart.casework.states import Move, State, ensure_possible
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

_EVENTS = {Move.CLOSE: Event.CASE_CLOSED, Move.REOPEN: Event.CASE_REOPENED}


def move(case: Case, how: Move, to: State, *, acting: StaffMember | None = None, reason: str = "") -> Case:
    """Bring a case to another state, with its ledger row. `acting` and `reason` are required to close it.

    Raises states.Impossible when the life of a case has no such move from where it stands.
    """
    before = State(case.state)
    ensure_possible(before, how, to)
    case.state = to
    closing = to is State.CLOSED
    case.closed_at, case.closed_by, case.closed_because = (now(), acting, reason) if closing else (None, None, "")
    case.save(update_fields=["state", "closed_at", "closed_by", "closed_because"])
    content = {"move": how, "from": before, "to": to} | ({"reason": reason} if reason else {})
    append(_EVENTS.get(how, Event.CASE_MOVED), subject=case, acting=acting, content=content)
    return case


def conclude(
    case: Case,
    kind: str,
    *,
    acting: StaffMember,
    because: str,
    decision: Decision | None = None,
    words: dict[str, str] | None = None,
) -> Outcome:
    """Write down how the question of a case was answered. While an appeal waits, the case stays with the appeal.

    `kind` is one of pages.labels.OUTCOME; `words` ({"fr", "en"}) what the person concerned reads, if written to them.
    """
    outcome = Outcome.objects.create(
        case=case,
        kind=kind,
        decision=decision,
        decided_at=now(),
        decided_by=acting,
        because=because,
        words=words or {},
    )
    if case.state in (State.ASSESSED, State.INQUIRY):
        move(case, Move.DECIDE, State.DECIDED, acting=acting)
    append(
        Event.OUTCOME_REACHED,
        subject=case,
        acting=acting,
        content={"outcome": kind, "decision": decision.pk if decision else None, "reason": because},
    )
    outcome_reached.send(Outcome, outcome=outcome)
    return outcome
