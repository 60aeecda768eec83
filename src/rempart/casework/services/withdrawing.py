"""Taking back what one reported."""

from django.db import transaction

from rempart.casework.complainants.words import message
from rempart.casework.models import Appeal, Case, CaseText, Complainant, DisclosedFact
from rempart.casework.services.appealing import withdraw_appeal
from rempart.casework.services.disclosing import answer_fact
from rempart.casework.services.guards import locked
from rempart.casework.services.notifying import refuse_all
from rempart.casework.services.reconsidering import note_withdrawal
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import close_conversation, say
from rempart.intake.models import Testimony
from rempart.intake.services import withdraw_reports
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event


@transaction.atomic
def withdraw(conversation: Conversation) -> int:
    """Take back what somebody reported, because they ask for it; returns how many testimonies left the assessment.

    Their words are erased; where a legal hold stands, a sealed copy stays. What they had agreed to have disclosed no
    longer is, and complaints of theirs that wait are taken back. What was decided while their report stood is looked at
    again, of which the person concerned hears nothing. They are told what stays and why, then their conversation
    closes. Doing it twice changes nothing.
    """
    complainant = Complainant.objects.filter(conversation=conversation).first()
    if complainant is not None:
        locked(Case(pk=complainant.case_id))
        complainant = Complainant.objects.select_for_update().get(pk=complainant.pk)
    mine = Testimony.everything.filter(report__conversation=conversation).select_related("account")
    withdrawn = 0
    for account, reporter in {(one.account, one.reporter) for one in mine}:
        withdrawn += withdraw_reports(account, reporter)
    refuse_all(conversation)
    CaseText.objects.filter(testimony__in=mine).delete()
    if complainant is not None and complainant.withdrawn_at is None:
        complainant.withdrawn_at = now()
        complainant.save(update_fields=["withdrawn_at"])
        append(Event.COMPLAINANT_WITHDREW, subject=complainant, content={"testimonies": withdrawn})
        for fact in complainant.disclosed_facts.exclude(state=DisclosedFact.State.REFUSED):
            answer_fact(fact, approved=False)
        waiting = Appeal.objects.filter(conversation=conversation, by=Appeal.By.COMPLAINANT)
        for appeal in waiting.filter(state=Appeal.State.FILED):
            withdraw_appeal(appeal)
        note_withdrawal(complainant)
    if conversation.closed_at is None:
        text = message("withdrawn", child=conversation.child_words)
        say(conversation, text=text, kind=Message.Kind.WITHDRAWAL)
        close_conversation(conversation, reason="withdrawn by its author")
    return withdrawn
