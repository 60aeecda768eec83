"""What people decide about a challenge: lift it, ask to show the age, close the account for now, have it erased.

To lift or to ask takes one person. To close or to erase takes two, each with a reason: whoever is asked may be a child.
Closing keeps everything for thirty days; erasing is decided only after that, and not while an appeal waits.
"""

from collections.abc import Mapping

from django.db import transaction

from rempart.age import saying
from rempart.age.errors import SamePerson, TimeToAnswer, TooSoon, WrongState
from rempart.age.models import AgeDecision, AgeOrder, Challenge, Confidence, Method
from rempart.age.services import evidence, orders
from rempart.age.services.assurances import assure
from rempart.age.services.challenges import ask_for, finish, hold_until, move, tell
from rempart.age.services.guards import (
    ensure_may_decide,
    ensure_no_appeal,
    ensure_safe_to_ask,
    ensure_stands,
    given_reason,
    given_words,
    locked,
)
from rempart.age.steps import rules
from rempart.casework.statements.wording import ensure_no_guilt
from rempart.correspondence.models import Message
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

Kind, State, Step = AgeDecision.Kind, Challenge.State, Challenge.Step

FROM: Mapping[AgeDecision.Kind, tuple[Challenge.State, ...]] = {
    Kind.CLEAR: (State.OPEN, State.DECIDING, State.RESTRICTED),
    Kind.PROVE: (State.OPEN, State.DECIDING),
    Kind.RESTRICT: (State.DECIDING,),
    Kind.ERASE: (State.RESTRICTED,),
}
"""Where each can be decided. An account is closed only once its owner answered or had the time to, or where what was
read or reported called for people at once (the step `restrict`)."""


@transaction.atomic
def decide(
    challenge: Challenge,
    kind: AgeDecision.Kind | str,
    *,
    acting: StaffMember,
    reason: str,
    words: Mapping[str, str] | None = None,
) -> AgeDecision:
    """Decide about a challenge; `restrict` and `erase` wait for a second person (`second`).

    reason: for colleagues. words: {"fr", "en"}, for the owner, why; asked for where the account is closed or erased.
    Raises NotAllowed, ReasonMissing, WrongState, AppealFirst, SafetyFirst, TooSoon, TimeToAnswer; FindingOfGuilt for
    the words.
    """
    kind = Kind(kind)
    ensure_may_decide(acting)
    reason = given_reason(reason)
    challenge = locked(challenge)
    ensure_stands(challenge, *FROM[kind])
    ensure_no_appeal(challenge)
    if challenge.decisions.filter(in_force_at=None, refused_at=None).exists():
        raise WrongState
    said: dict[str, str] = {}
    if kind in AgeDecision.TWO:
        _ensure_may_restrict(challenge, kind)
        said = given_words(words or {})
        ensure_no_guilt(said.values())
    decision = AgeDecision.objects.create(
        challenge=challenge, kind=kind, reason=reason, words=said, decided_by=acting, decided_at=now()
    )
    content = {"kind": str(kind), "reason": reason, "words": said}
    append(Event.AGE_DECIDED, subject=decision, acting=acting, content=content)
    if kind not in AgeDecision.TWO:
        _take_effect(decision, challenge)
    return decision


@transaction.atomic
def second(decision: AgeDecision, *, acting: StaffMember, reason: str) -> AgeDecision:
    """Agree to a decision as the second person: it takes effect.

    Raises NotAllowed, ReasonMissing, SamePerson, WrongState, AppealFirst, SafetyFirst, TooSoon, TimeToAnswer.
    """
    decision, challenge, reason = _second(decision, acting, reason)
    ensure_stands(challenge, *FROM[Kind(decision.kind)])
    ensure_no_appeal(challenge)
    _ensure_may_restrict(challenge, Kind(decision.kind))
    decision.second_by, decision.second_reason = acting, reason
    decision.save(update_fields=["second_by", "second_reason"])
    append(Event.AGE_SECONDED, subject=decision, acting=acting, content={"kind": decision.kind, "reason": reason})
    _take_effect(decision, challenge)
    return decision


@transaction.atomic
def refuse(decision: AgeDecision, *, acting: StaffMember, reason: str) -> AgeDecision:
    """Disagree as the second person: the decision falls, and the challenge waits for another.

    Raises NotAllowed, ReasonMissing, SamePerson, WrongState.
    """
    decision, _challenge, reason = _second(decision, acting, reason)
    decision.second_by, decision.second_reason, decision.refused_at = acting, reason, now()
    decision.save(update_fields=["second_by", "second_reason", "refused_at"])
    append(Event.AGE_NOT_SECONDED, subject=decision, acting=acting, content={"kind": decision.kind, "reason": reason})
    return decision


def _second(decision: AgeDecision, acting: StaffMember, reason: str) -> tuple[AgeDecision, Challenge, str]:
    ensure_may_decide(acting)
    reason = given_reason(reason)
    challenge = locked(decision.challenge)
    decision = AgeDecision.objects.select_related("decided_by").get(pk=decision.pk)
    if not decision.waits:
        raise WrongState
    if decision.decided_by == acting:
        raise SamePerson
    return decision, challenge, reason


def _ensure_may_restrict(challenge: Challenge, kind: AgeDecision.Kind) -> None:
    ensure_safe_to_ask(challenge.reference)
    early = challenge.keeps_until is None or challenge.keeps_until > now()
    if kind == Kind.ERASE and early:
        raise TooSoon
    if kind == Kind.RESTRICT and not challenge.had_time:
        raise TimeToAnswer


def _take_effect(decision: AgeDecision, challenge: Challenge) -> None:
    decision.in_force_at = now()
    decision.save(update_fields=["in_force_at"])
    kind = Kind(decision.kind)
    if kind == Kind.CLEAR:
        clear(challenge, decision.decided_by)
    elif kind == Kind.PROVE:
        ask_for(challenge, Step.PROVE)
    elif kind == Kind.RESTRICT:
        _restrict(challenge, decision)
    else:
        _erase(challenge, decision)


def clear(challenge: Challenge, acting: StaffMember, *, method: Method = Method.PERSON) -> None:
    """A person found nothing to ask: all is lifted at once, and it counts as shown. The challenge locked."""
    finish(challenge, State.CLEARED)
    append(Event.AGE_LIFTED, subject=challenge, acting=acting)
    assure(
        challenge.subject,
        over=challenge.over,
        met=True,
        method=method,
        confidence=Confidence.STANDARD,
        expires_at=now() + rules().decided_lasts,
        acting=acting,
    )
    tell(challenge, saying.both("challenge", "cleared"), Message.Kind.OUTCOME)


def _restrict(challenge: Challenge, decision: AgeDecision) -> None:
    moment = now()
    challenge.keeps_until, challenge.ends_at = moment + rules().keeps, moment + rules().lasts
    challenge.save(update_fields=["keeps_until", "ends_at"])
    move(challenge, State.RESTRICTED)
    orders.hold(challenge, AgeOrder.Kind.RESTRICT, until=challenge.ends_at)
    orders.end_now(challenge, AgeOrder.Kind.PRIVATE)
    _state(challenge, decision, "restricted")


def _erase(challenge: Challenge, decision: AgeDecision) -> None:
    hold_until(challenge, now() + rules().lasts)  # closed until the platform has erased it
    move(challenge, State.ERASED)
    orders.erase_account(challenge)
    _state(challenge, decision, "erased")
    evidence.erase(challenge)


def _state(challenge: Challenge, decision: AgeDecision, key: str) -> None:
    """The statement of reasons (DSA Art. 17), in a child's words."""
    text = saying.both(
        "challenge",
        key,
        over=challenge.over,
        words=decision.words,
        article=dict(rules().title),
        text=dict(rules().text),
        because=saying.both("challenge", f"because_{challenge.because}"),
        machine=saying.both("challenge", "machine_sweep" if challenge.because == "sweep" else "machine_none"),
        keeps=challenge.keeps_until,
        ends=challenge.ends_at,
    )
    tell(challenge, text, Message.Kind.STATEMENT)
