"""Challenges: opened, answered, shown, over. What people decide about them is in `deciding`, appeals in `appealing`.

An account is asked once at a time. While it is asked it is private, nothing more; that ends by itself, and at once when
they answer well. What was wrongly asked is undone and leaves nothing behind.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from rempart.age import saying
from rempart.age.errors import AlreadyShown, WrongState
from rempart.age.models import AgeOrder, Assurance, Challenge, ChallengeAppeal, Confidence, Method
from rempart.age.policies import Policy, policy_at
from rempart.age.services import evidence as resting
from rempart.age.services import orders
from rempart.age.services.assurances import assure, is_over
from rempart.age.services.evidence import Evidence
from rempart.age.services.guards import (
    ensure_may_decide,
    ensure_safe_to_ask,
    ensure_stands,
    given_reason,
    locked,
    named,
)
from rempart.age.signals import assured, challenge_moved
from rempart.age.steps import rules
from rempart.correspondence import services as correspondence
from rempart.correspondence.models import Conversation, Message
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember

State, Step, Because = Challenge.State, Challenge.Step, Challenge.Because

SAID_LASTS = timedelta(days=365)
"""How long it counts what somebody said of their age."""
_FRENCH_SPEAKING = {"FR", "BE", "CH", "LU", "MC"}
_RANK = list(Step)


@transaction.atomic
def open_challenge(
    account: AccountReference,
    *,
    because: Challenge.Because | str,
    step: Challenge.Step | str,
    probability: float | None = None,
    reports: int = 0,
    evidence: Iterable[Evidence] = (),
    country: str = "",
    language: str | None = None,
    note: str = "",
    acting: StaffMember | None = None,
) -> Challenge:
    """Ask the owner of an account how old they are, or add to what is asked already (one at a time for an account).

    step: at least this one; `asked_once` steps are not asked twice. probability: of being too young. reports: people
    who reported it, each once. country: ISO 3166-1, "" where unknown. note: why, for a person (`because` "person").
    Raises SafetyFirst while those who keep children safe look at the account; AlreadyShown where the age was shown well
    enough for that step; NotAllowed, ReasonMissing for a member.
    """
    because, step = Because(because), Step(step)
    if acting is not None:
        ensure_may_decide(acting)
    if because == Because.PERSON:
        note = given_reason(note)
    ensure_safe_to_ask(account)
    found = current_of(account, lock=True)
    if found is not None:
        return _noticed_again(found, step, evidence, acting, probability=probability, reports=reports)
    step = _not_twice(account, step)
    policy, moment = policy_at(country, now()), now()
    challenge = Challenge(
        service=account.service,
        handle=account.handle,
        platform_id=account.id,
        country=country[:2].upper(),
        language=language or _language(country),
        over=policy.minimum_age,
        because=because,
        step=step,
        state=State.DECIDING if step == Step.RESTRICT else State.OPEN,
        state_at=moment,
        probability=probability,
        reports=reports,
        opened_at=moment,
        opened_by=acting,
        note=note,
        due_at=moment + rules().steps[step].answer,
        ends_at=moment + rules().steps[step].answer + rules().steps[step].decide,
    )
    if is_over(challenge.subject, challenge.over, moment, least=least_for(challenge)):
        raise AlreadyShown
    resting.add(challenge, evidence)
    challenge.save()
    challenge.conversation = _conversation(challenge, acting)
    challenge.save(update_fields=["conversation"])
    content = {"because": str(because), "step": str(step), "over": challenge.over, "rules": rules().version}
    append(Event.AGE_CHALLENGED, subject=challenge, acting=acting, content=content)
    orders.hold(challenge, rules().steps[step].meanwhile, until=challenge.ends_at)
    _ask(challenge)
    moved(challenge)
    return challenge


def current_of(account: AccountReference, *, lock: bool = False) -> Challenge | None:
    """What is asked of an account now, or holds on it; None where nothing is."""
    return _current(named(account), lock=lock)


def _current(which: Q, *, lock: bool) -> Challenge | None:
    found = Challenge.objects.filter(which, state__in=Challenge.CURRENT)
    if lock:
        found = found.select_for_update(of=("self",))
    challenge = found.order_by("pk").first()
    if challenge is not None and challenge.ends_at <= now():
        lapse(challenge)
        return None
    return challenge


def _noticed_again(
    challenge: Challenge,
    step: Challenge.Step,
    evidence: Iterable[Evidence],
    acting: StaffMember | None,
    *,
    probability: float | None,
    reports: int,
) -> Challenge:
    """The same account once more: what is new is added, and a heavier step takes the place of one not answered yet."""
    heavier = challenge.state == State.OPEN and _RANK.index(step) > _RANK.index(Step(challenge.step))
    new = resting.add(challenge, evidence)
    likelier = probability is not None and (challenge.probability is None or probability > challenge.probability)
    if not (heavier or new or likelier or reports > challenge.reports):
        return challenge
    if likelier:
        challenge.probability = probability
    challenge.reports = max(challenge.reports, reports)
    challenge.save()
    content = {"step": str(step if heavier else challenge.step), "new": new}
    append(Event.AGE_CHALLENGED_AGAIN, subject=challenge, acting=acting, content=content)
    if heavier:
        ask_for(challenge, step)
    return challenge


def ask_for(challenge: Challenge, step: Challenge.Step) -> None:
    """Ask for another step from now on, with its own time. For the services of this room, the challenge locked."""
    rule, moment = rules().steps[step], now()
    challenge.step, challenge.due_at, challenge.answered_at = step, moment + rule.answer, None
    challenge.ends_at = moment + rule.answer + rule.decide
    challenge.save(update_fields=["step", "due_at", "answered_at", "ends_at"])
    move(challenge, State.DECIDING if step == Step.RESTRICT else State.OPEN)
    orders.hold(challenge, rule.meanwhile, until=challenge.ends_at)
    _ask(challenge)


def _not_twice(account: AccountReference, step: Challenge.Step) -> Challenge.Step:
    """The next step for somebody who answered this one before, where it is asked once."""
    answered = Challenge.objects.filter(named(account), step=step, answered_at__isnull=False)
    if rules().steps[step].asked_once and answered.exists():
        return _RANK[_RANK.index(step) + 1]
    return step


@transaction.atomic
def answer_age(challenge: Challenge, *, years: int) -> Challenge:
    """They say how old they are: kept is whether that is old enough, nothing else. Asked once.

    years: as they say. Raises WrongState where their age is not asked, or was answered.
    """
    challenge = locked(challenge)
    ensure_stands(challenge, State.OPEN)
    if challenge.step != Step.ASK or challenge.answered_at is not None:
        raise WrongState
    challenge.answered_at = now()
    challenge.save(update_fields=["answered_at"])
    append(Event.AGE_ANSWERED, subject=challenge)
    assure(
        challenge.subject,
        over=challenge.over,
        met=years >= challenge.over,
        method=Method.STATED,
        confidence=Confidence.ASSERTED,
        expires_at=now() + SAID_LASTS,
    )
    challenge.refresh_from_db()
    return challenge


def least_for(challenge: Challenge) -> Confidence:
    """The least class of confidence that answers a challenge: of its step and of its country's policy."""
    policy = policy_of(challenge)
    asked = rules().steps[Step(challenge.step)].shown_by
    if challenge.state == State.RESTRICTED:
        asked = max(asked, rules().steps[Step.RESTRICT].shown_by, key=_rank)
    return max(asked, Confidence(policy.confidence.get(challenge.over, Confidence.ASSERTED)), key=_rank)


def policy_of(challenge: Challenge) -> Policy:
    """What the account's country asks now."""
    return policy_at(challenge.country, now())


def _rank(confidence: Confidence) -> int:
    return confidence.rank


def connect() -> None:
    """Follow what is shown of ages. Called when the room is ready."""
    assured.connect(close_when_assured, dispatch_uid="age.close_when_assured")


def close_when_assured(assurance: Assurance, **_kwargs: Any) -> None:
    """Somebody was shown to be old enough: everything is lifted at once. Or not: people look at it, and decide."""
    if assurance.kind != "account":
        return
    same = Q(platform_id=assurance.reference) | Q(handle=assurance.reference)
    challenge = _current(Q(service=assurance.service) & same, lock=True)
    if challenge is None or not assurance.holds(now()):
        return
    if assurance.met and assurance.over >= challenge.over:
        if Confidence(assurance.confidence).rank >= least_for(challenge).rank:
            _shown(challenge)
    elif not assurance.met and assurance.over <= challenge.over and challenge.state == State.OPEN:
        bring_to_people(challenge, because="answer")


def _shown(challenge: Challenge) -> None:
    challenge.answered_at = now()
    challenge.save(update_fields=["answered_at"])
    finish(challenge, State.PROVED)
    append(Event.AGE_PROVED, subject=challenge, content={"over": challenge.over})
    tell(challenge, saying.both("challenge", "proved"), Message.Kind.OUTCOME)


def finish(challenge: Challenge, state: Challenge.State) -> None:
    """Lift everything at once. For the services of this room, the challenge locked."""
    moment = now()
    challenge.decisions.filter(in_force_at=None, refused_at=None).update(refused_at=moment)
    settled = ChallengeAppeal.Outcome.SETTLED
    challenge.appeals.filter(decided_at=None).update(decided_at=moment, outcome=settled)
    challenge.ends_at = moment
    challenge.save(update_fields=["ends_at"])
    orders.end_now(challenge)
    move(challenge, state)


def bring_to_people(challenge: Challenge, *, because: str) -> None:
    """Have people decide about a challenge. because: a code: "answer", "time", "appeal". The challenge locked."""
    if challenge.state == State.OPEN:
        event = Event.AGE_TIME_OVER if because == "time" else Event.AGE_LOOKED_AT
        append(event, subject=challenge, content={"because": because})
        hold_until(challenge, now() + rules().steps[Step(challenge.step)].decide)
        move(challenge, State.DECIDING)


def hold_until(challenge: Challenge, until: datetime) -> None:
    """What holds goes on at least until then. The challenge locked."""
    if until > challenge.ends_at:
        challenge.ends_at = until
        challenge.save(update_fields=["ends_at"])
        kind = AgeOrder.Kind.RESTRICT if challenge.state == State.RESTRICTED else AgeOrder.Kind.PRIVATE
        orders.hold(challenge, kind, until=until)


@transaction.atomic
def lapse(challenge: Challenge) -> bool:
    """Nobody decided in time: everything is lifted by itself; whether it was so."""
    challenge = locked(challenge)
    if challenge.state not in Challenge.CURRENT or challenge.ends_at > now():
        return False
    challenge.decisions.filter(in_force_at=None, refused_at=None).update(refused_at=now())
    challenge.appeals.filter(decided_at=None).update(decided_at=now(), outcome=ChallengeAppeal.Outcome.SETTLED)
    move(challenge, State.LAPSED)
    append(Event.AGE_LAPSED, subject=challenge)
    tell(challenge, saying.both("challenge", "lapsed"), Message.Kind.LAPSE)
    return True


def look_at_due() -> int:
    """Bring to people what was not answered in time, and end what is over. Returns how many challenges moved."""
    changed = 0
    over = Challenge.objects.filter(state__in=Challenge.CURRENT, ends_at__lte=now())
    for challenge in over.order_by("ends_at", "pk")[:1000]:
        changed += lapse(challenge)
    late = Challenge.objects.filter(state=State.OPEN, due_at__lte=now(), ends_at__gt=now())
    for challenge in late.order_by("due_at", "pk")[:1000]:
        with transaction.atomic():
            again = locked(challenge)
            if again.late and again.current:
                bring_to_people(again, because="time")
                changed += 1
    return changed


def move(challenge: Challenge, state: Challenge.State) -> None:
    """Put a challenge into a state, and tell whoever follows it. The challenge locked."""
    if challenge.state != state:
        challenge.state, challenge.state_at = state, now()
        challenge.save(update_fields=["state", "state_at"])
    moved(challenge)


def moved(challenge: Challenge) -> None:
    """Tell whoever follows where a challenge stands."""
    challenge_moved.send(Challenge, challenge=challenge)


def tell(challenge: Challenge, text: dict[str, str], kind: Message.Kind, *, once: str = "") -> None:
    """Write to the owner of the account."""
    conversation = challenge.conversation
    if conversation is not None and conversation.closed_at is None:
        correspondence.say(conversation, text=text, kind=kind, once=once)


def _ask(challenge: Challenge) -> None:
    rule = rules().steps[Step(challenge.step)]
    text = saying.both(
        "challenge",
        f"asked_{challenge.step}",
        over=challenge.over,
        title=dict(rule.title),
        article=dict(rules().title),
        text=dict(rules().text),
        because=saying.both("challenge", f"because_{challenge.because}"),
        due=challenge.due_at,
        ends=challenge.ends_at,
    )
    tell(challenge, text, Message.Kind.STATEMENT)


def _conversation(challenge: Challenge, acting: StaffMember | None) -> Conversation:
    return correspondence.open_conversation(
        Conversation.Kind.AGE,
        about=reference(challenge),
        person=reference(challenge),
        language=challenge.language,
        child_words=True,
        service=challenge.service,
        account=challenge.platform_id or challenge.handle,
        acting=acting,
    )


def _language(country: str) -> str:
    return "fr" if (country or settings.REMPART_COUNTRY)[:2].upper() in _FRENCH_SPEAKING else "en"
