"""What people around a file write to the team, and what it answers. Only people read it, and hear that it is there.

The person looked after, a guardian and whoever holds a mandate have a conversation each, and none sees another's.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction

from rempart.care.errors import NotSafe
from rempart.care.models import Asked, CareFile, Mandate
from rempart.care.services import asking
from rempart.care.services.files import file_of
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.selectors import OUTSIDE
from rempart.correspondence.services import say
from rempart.correspondence.signals import heard
from rempart.staff.models import StaffMember

TOGETHER = timedelta(minutes=15)
"""Messages that follow one another this closely are announced to the team once."""
VOICES = {
    Conversation.Kind.YOUNG: Asked.Voice.YOUNG,
    Conversation.Kind.GUARDIAN: Asked.Voice.GUARDIAN,
    Conversation.Kind.AGENT: Asked.Voice.AGENT,
}


def connect() -> None:
    """Hear what is written. Called when the room is ready."""
    heard.connect(_heard, dispatch_uid="care.written")


def _heard(conversation: Conversation, message: Message, **_kwargs: Any) -> None:
    voice = VOICES.get(Conversation.Kind(conversation.kind))
    if voice is None:
        return
    before = conversation.messages.filter(author__in=OUTSIDE, sent_at__gt=message.sent_at - TOGETHER)
    asking.note_written(_file(conversation), by=voice, again=not before.exclude(pk=message.pk).exists())


@transaction.atomic
def answer(conversation: Conversation, *, text: str, acting: StaffMember) -> Message:
    """Write to one of them. After a death a guardian alone is written to, and the message waits to be let go.

    Raises NotAllowed, JudgesThem, Silent, NotSafe for a guardian while the person has not said yes (any more),
    ConversationClosed, MessageRefused.
    """
    file, voice = _file(conversation), VOICES[Conversation.Kind(conversation.kind)]
    ensure_looks_after(file, acting)
    if voice != Asked.Voice.GUARDIAN:
        ensure_not_silent(file)
    elif not guardian_may_hear(file):
        raise NotSafe
    message = say(conversation, text=text, acting=acting)
    if not any(one.waits_for_answer for one in conversations(file) if one.kind == conversation.kind):
        asking.note_answered(file, by=voice, acting=acting)
    return message


def guardian_may_hear(file: CareFile) -> bool:
    """Whether a guardian who was told may be written to: as long as the person says yes, and after a death."""
    return file.safe_to_tell_guardian == CareFile.Safe.YES or file.state == CareFile.State.FROZEN


def conversations(file: CareFile) -> list[Conversation]:
    """Every conversation about a file: with the person, with guardians who were told, with holders of mandates."""
    people = [one.conversation_id for around in (file.guardians, file.mandates) for one in around.all()]
    return list(Conversation.objects.filter(pk__in=[file.conversation_id, *people]))


def _file(conversation: Conversation) -> CareFile:
    if conversation.kind == Conversation.Kind.AGENT:
        return Mandate.objects.select_related("file").get(conversation=conversation).file
    return file_of(conversation)
