"""Silence: nothing reaches a person by itself any more, everywhere at once, until a member lets a message go.

For the rooms on the right, which know when: after a death. What would have been said is kept and waits; what the person
or their family writes still comes in.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet

from rempart import ledger
from rempart.correspondence import tasks
from rempart.correspondence.models import Conversation, Message, Silence
from rempart.correspondence.selectors import held
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember


def _with(service: str, names: Iterable[str]) -> Q:
    return Q(service=service, account__in=list(names))


@transaction.atomic
def fall_silent(service: str, names: Iterable[str], *, others: Q | None = None) -> int:
    """Say nothing by itself to the account that goes by these names (handle, number) from now on.

    others: further conversations with the same person. Later ones with the account are silent from their beginning.
    Returns how many conversations fell silent. Harmless twice.
    """
    known = [name for name in names if name]
    moment = now()
    rows = [Silence(service=service, account=name, since=moment) for name in known]
    Silence.objects.bulk_create(rows, ignore_conflicts=True)
    wanted = _with(service, known) if others is None else _with(service, known) | others
    found = list(Conversation.objects.select_for_update().filter(wanted, silent_since=None))
    for conversation in found:
        conversation.silent_since = moment
        conversation.save(update_fields=["silent_since"])
        ledger.append(Event.CONVERSATION_SILENT, subject=conversation)
    return len(found)


@transaction.atomic
def end_silence(service: str, names: Iterable[str], *, acting: StaffMember, others: Q | None = None) -> int:
    """It was a mistake: speak again. What waited goes out. Returns how many conversations speak again."""
    known = [name for name in names if name]
    Silence.objects.filter(service=service, account__in=known).delete()
    wanted = _with(service, known) if others is None else _with(service, known) | others
    found = list(Conversation.objects.select_for_update().filter(wanted, silent_since__isnull=False))
    for conversation in found:
        conversation.silent_since = None
        conversation.save(update_fields=["silent_since"])
        ledger.append(Event.CONVERSATION_SPEAKS, subject=conversation, acting=acting)
    transaction.on_commit(tasks.deliver_soon)
    return len(found)


def held_messages(conversations: QuerySet[Conversation] | Iterable[int]) -> QuerySet[Message]:
    """What waits in these conversations for a person to let it go, oldest first."""
    return Message.objects.filter(held(), conversation__in=conversations).select_related("conversation", "staff")


@transaction.atomic
def let_go(message: Message, *, acting: StaffMember) -> Message:
    """Let one message reach its person although the conversation is silent. Harmless twice."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if message.released_at is None:
        message.released_at = now()
        message.save(update_fields=["released_at"])
        ledger.append(Event.MESSAGE_LET_GO, subject=message, acting=acting)
        transaction.on_commit(tasks.deliver_soon)
    return message
