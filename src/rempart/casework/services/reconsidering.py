"""Looking at a preventive measure again because the person concerned replied while a reply was awaited.

It is due within REMPART_RECONSIDERATION_HOURS, and before the measure ends. A reviewer keeps it or lifts it, with a
reason that the person reads; nobody did in time, a senior reviewer has to (`services.times`).
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from rempart.casework.errors import NothingToReconsider
from rempart.casework.models import Case, Decision, LastAct, Reconsideration, RespondentSide
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

_NO_REPLY = (Message.Kind.APPEAL, Message.Kind.WITHDRAWAL)


@transaction.atomic
def note_reply(conversation: Conversation, message: Message) -> Reconsideration | None:
    """Have what is in force looked at again when a respondent replied in time; None when there is nothing to look at.

    One at a time: what is said further while one waits is read with it.
    """
    if conversation.kind != Conversation.Kind.RESPONDENT or message.kind in _NO_REPLY:
        return None
    side = RespondentSide.objects.filter(conversation=conversation).select_related("case").first()
    if side is None or message.sent_at > side.reply_until:
        return None
    case = locked(side.case)
    decision = case.decisions.in_force().filter(mode=Decision.Mode.PREVENTIVE).first()
    if decision is None or case.reconsiderations.filter(state=Reconsideration.State.WAITS).exists():
        return None
    asked = now()
    due = min(asked + timedelta(hours=settings.REMPART_RECONSIDERATION_HOURS), decision.closes_at)
    found = Reconsideration.objects.create(case=case, decision=decision, asked_at=asked, due_at=due)
    append(Event.RECONSIDERATION_ASKED, subject=found, content={"decision": decision.pk, "due_at": due})
    return found


@transaction.atomic
def answer_reconsideration(
    reconsideration: Reconsideration, *, keep: bool, acting: StaffMember, reasons: Mapping[str, str] | str
) -> Reconsideration:
    """Keep what is preventive on the case until its end, or lift it, and tell the person why.

    reasons: {"fr": …, "en": …}; one text stands for both. Keeping it counts as its review. Where somebody who reported
    can be reached, a lift is announced to them 48 hours ahead, as every reviewer's.
    Raises NotAllowed, Excluded, JudgedTheAppeal, ReasonMissing, NothingToReconsider; FindingOfGuilt,
    AdultOnlyOffence and LeadsToSomebody for what may not be said to the person.
    """
    case = locked(Case(pk=reconsideration.case_id))
    found = Reconsideration.objects.select_for_update().get(pk=reconsideration.pk)
    decision = case.decisions.in_force().filter(mode=Decision.Mode.PREVENTIVE).first()
    ensure_may_act(case, acting)
    if found.state != Reconsideration.State.WAITS or decision is None:
        raise NothingToReconsider
    ensure_judged_no_appeal(decision, acting)
    said = given_words(reasons)
    ensure_said_fairly(said.values(), preventive=True, adult=case.account.held_to_be_adult)
    ensure_leads_to_nobody(case, said.values(), fact=False)
    because = said["fr"] if said["fr"] == said["en"] else "\n\n".join(said.values())
    found.state = Reconsideration.State.KEPT if keep else Reconsideration.State.LIFTED
    found.answered_at, found.answered_by, found.answered_because = now(), acting, because
    found.save(update_fields=["state", "answered_at", "answered_by", "answered_because"])
    if not keep:
        decision = lift_decision(decision, acting=acting, reason=because)
    elif decision.confirmed_at is None:
        decision = confirm_decision(decision, acting=acting, reason=because)
    # The person is told: this is no longer undone within the minute.
    LastAct.objects.filter(case=case).delete()
    append(Event.RECONSIDERED, subject=found, acting=acting, content={"kept": keep, "reason": because})
    conversation = case.respondent_side.conversation
    with suppress(ConversationClosed):
        text = texts.reconsidered(conversation, kept=keep, ends=decision.closes_at, reasons=said)
        correspondence.say(
            conversation, text=text, kind=Message.Kind.REPLY, once=f"reconsideration:{found.pk}", acting=acting
        )
    return found


def drop_what_is_over(case: Case) -> None:
    """End the reconsideration of a case in which nothing preventive is left. For use when something ended."""
    waiting = case.reconsiderations.filter(state=Reconsideration.State.WAITS).select_for_update().first()
    if waiting is None or case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.PREVENTIVE).exists():
        return
    ends = case.decisions.filter(mode=Decision.Mode.PREVENTIVE, state=Decision.State.TAKEN).order_by("begins_at")
    over = max((one.closes_at for one in ends if one.closes_at), default=now())
    waiting.state, waiting.answered_at = Reconsideration.State.OVER, max(min(over, now()), waiting.asked_at)
    waiting.save(update_fields=["state", "answered_at"])
    append(Event.RECONSIDERATION_OVER, subject=waiting, effective_at=waiting.answered_at)
