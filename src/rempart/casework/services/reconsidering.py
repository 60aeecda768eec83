"""Looking at a measure again: the person concerned replied while a reply was awaited, or what it rested on changed.

It is due within REMPART_RECONSIDERATION_HOURS, and before the measure ends. A reviewer keeps it or lifts it, with a
reason that the person reads; nobody did in time, a senior reviewer has to (`services.times`). Where somebody took back
what they had reported, the person concerned hears nothing of the looking: it would show who spoke, and that pressing
them helps. What is lifted is told as every lift.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from rempart.casework.errors import NothingToReconsider
from rempart.casework.models import Case, Complainant, Decision, LastAct, Reconsideration, RespondentSide
from rempart.casework.services.disclosing import ensure_leads_to_nobody
from rempart.casework.services.guards import ensure_judged_no_appeal, ensure_may_act, given_words, locked
from rempart.casework.services.lifting import lift_decision
from rempart.casework.services.reviewing import confirm_decision
from rempart.casework.statements import appeals as texts
from rempart.casework.statements.wording import ensure_said_fairly
from rempart.correspondence import services as correspondence
from rempart.correspondence.errors import ConversationClosed
from rempart.correspondence.models import Conversation, Message
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

Because = Reconsideration.Because
_NO_REPLY = (Message.Kind.APPEAL, Message.Kind.WITHDRAWAL)


@transaction.atomic
def note_reply(conversation: Conversation, message: Message) -> Reconsideration | None:
    """Have what is in force looked at again when a respondent replied in time; None when nothing new is to be.

    What is said further while one waits is read with it.
    """
    if conversation.kind != Conversation.Kind.RESPONDENT or message.kind in _NO_REPLY:
        return None
    side = RespondentSide.objects.filter(conversation=conversation).select_related("case").first()
    if side is None or message.sent_at > side.reply_until:
        return None
    case = locked(side.case)
    decision = case.decisions.in_force().filter(mode=Decision.Mode.PREVENTIVE).first()
    return None if decision is None else _ask(case, decision, Because.REPLY)


@transaction.atomic
def look_again(decision: Decision) -> None:
    """Have a decision in force looked at again because what is said of another account counts no more."""
    _ask(locked(Case(pk=decision.case_id)), decision, Because.LINK)


@transaction.atomic
def note_withdrawal(complainant: Complainant) -> Reconsideration | None:
    """Have looked at again what was decided while somebody's report stood that they take back; None without any."""
    case = locked(Case(pk=complainant.case_id))
    decisions = case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.PREVENTIVE)
    decision = decisions.filter(taken_at__gte=complainant.joined_at).first()
    return None if decision is None else _ask(case, decision, Because.LESS)


def _ask(case: Case, decision: Decision, because: Reconsideration.Because) -> Reconsideration | None:
    """Ask for it, one at a time: None when one waits already, whose answer is given to this too.

    One of which the person concerned was to hear nothing gives way to one that is answered to them. It does not become
    that one: a reason that is being written for the team alone must never reach the person.
    """
    asked = now()
    waiting = case.reconsiderations.filter(state=Reconsideration.State.WAITS).first()
    if waiting is not None:
        if waiting.because != Because.LESS or because == Because.LESS:
            return None
        _over(waiting, asked)
    due = asked + timedelta(hours=settings.REMPART_RECONSIDERATION_HOURS)
    if decision.closes_at is not None:
        due = min(due, decision.closes_at)
    found = Reconsideration.objects.create(case=case, decision=decision, because=because, asked_at=asked, due_at=due)
    append(
        Event.RECONSIDERATION_ASKED,
        subject=found,
        content={"decision": decision.pk, "because": because, "due_at": due},
    )
    return found


def _standing(found: Reconsideration, *, to_come: bool = False) -> Decision | None:
    """What is looked at: something preventive in force; where a link was withdrawn, what is final too.

    What the person hears nothing of is looked at before it begins as well.
    """
    decisions = found.case.decisions.all()
    decisions = decisions.to_come_or_in_force() if to_come or found.because == Because.LESS else decisions.in_force()
    preventive = decisions.filter(mode=Decision.Mode.PREVENTIVE).first()
    if preventive is None and found.because == Because.LINK:
        return decisions.filter(mode=Decision.Mode.FINAL).first()
    return preventive


@transaction.atomic
def answer_reconsideration(
    reconsideration: Reconsideration, *, keep: bool, acting: StaffMember, reasons: Mapping[str, str] | str
) -> Reconsideration:
    """Keep what is looked at, what is preventive until its end, or lift it, and tell the person why.

    They are told nothing of it where it follows from a report that was taken back.

    reasons: {"fr": …, "en": …}; one text stands for both. Keeping it counts as its review. Where somebody who reported
    can be reached, a lift is announced to them 48 hours ahead, as every reviewer's.
    Raises NotAllowed, Excluded, JudgedTheAppeal, ReasonMissing, NothingToReconsider; FindingOfGuilt,
    AdultOnlyOffence and LeadsToSomebody for what may not be said to the person.
    """
    case = locked(Case(pk=reconsideration.case_id))
    found = Reconsideration.objects.select_for_update().get(pk=reconsideration.pk)
    decision = _standing(found)
    ensure_may_act(case, acting)
    if found.state != Reconsideration.State.WAITS or decision is None:
        raise NothingToReconsider
    ensure_judged_no_appeal(decision, acting)
    said = given_words(reasons)
    preventive = decision.mode == Decision.Mode.PREVENTIVE
    ensure_said_fairly(said.values(), preventive=preventive, adult=case.account.held_to_be_adult)
    ensure_leads_to_nobody(case, said.values(), fact=False)
    because = said["fr"] if said["fr"] == said["en"] else "\n\n".join(said.values())
    found.state = Reconsideration.State.KEPT if keep else Reconsideration.State.LIFTED
    found.answered_at, found.answered_by, found.answered_because = now(), acting, because
    found.save(update_fields=["state", "answered_at", "answered_by", "answered_because"])
    if not keep:
        decision = lift_decision(decision, acting=acting, reason=because)
    elif preventive and decision.confirmed_at is None:
        decision = confirm_decision(decision, acting=acting, reason=because)
    # The person is told, and the question is answered: this is no longer undone within the minute.
    LastAct.objects.filter(case=case).delete()
    append(Event.RECONSIDERED, subject=found, acting=acting, content={"kept": keep, "reason": because})
    side = getattr(case, "respondent_side", None)
    if side is None or found.because == Because.LESS:
        return found  # they were told of nothing yet, and what they will be told is what stands then
    conversation = side.conversation
    with suppress(ConversationClosed):
        text = texts.reconsidered(conversation, because=found.because, kept=keep, ends=decision.closes_at, reasons=said)
        correspondence.say(
            conversation, text=text, kind=Message.Kind.REPLY, once=f"reconsideration:{found.pk}", acting=acting
        )
    return found


def drop_what_is_over(case: Case) -> None:
    """End the reconsideration of a case in which nothing is left that it concerns. For use when something ended."""
    waiting = case.reconsiderations.filter(state=Reconsideration.State.WAITS).select_for_update().first()
    if waiting is None or _standing(waiting, to_come=True) is not None:
        return
    ends = case.decisions.filter(state=Decision.State.TAKEN).order_by("begins_at")
    if waiting.because != Because.LINK:
        ends = ends.filter(mode=Decision.Mode.PREVENTIVE)
    over = max((one.closes_at for one in ends if one.closes_at), default=now())
    _over(waiting, max(min(over, now()), waiting.asked_at))


def _over(waiting: Reconsideration, at: datetime) -> None:
    waiting.state, waiting.answered_at = Reconsideration.State.OVER, at
    waiting.save(update_fields=["state", "answered_at"])
    append(Event.RECONSIDERATION_OVER, subject=waiting, effective_at=at)
