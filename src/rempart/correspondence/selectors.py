"""What can be asked of conversations."""

from datetime import timedelta

from django.db.models import F, Q, QuerySet

from rempart.correspondence.models import Conversation, Message
from rempart.ledger.clock import now

MINUTE = timedelta(minutes=1)
OUTSIDE = (Message.Author.THEM, Message.Author.ADULT)


def conversations_about(about: str) -> QuerySet[Conversation]:
    """The conversations about something, oldest first."""
    return Conversation.objects.filter(about=about)


def messages_of(conversation: Conversation, *, outside: bool = False) -> list[Message]:
    """What was said, oldest first, with files and authors loaded.

    outside: as the person sees it: without what was withdrawn or was written by hand less than a minute ago.
    """
    found = conversation.messages.select_related("staff").prefetch_related("files")
    return list(found.filter(seen_outside()) if outside else found)


def unread_count(conversation: Conversation, *, outside: bool = False) -> int:
    """How many messages from the other side were not seen yet: by the house, or (outside) by the person."""
    return unread(conversation, outside=outside).count()


def unread(conversation: Conversation, *, outside: bool) -> QuerySet[Message]:
    """The messages that `unread_count` counts."""
    waiting = conversation.messages.filter(read_at=None)
    if outside:
        return waiting.exclude(author__in=OUTSIDE).filter(seen_outside())
    return waiting.filter(author__in=OUTSIDE)


def unanswered() -> QuerySet[Conversation]:
    """Open conversations whose person wrote after the last thing a member wrote to them, longest waiting first."""
    waiting = Q(heard_at__isnull=False) & (Q(answered_at=None) | Q(answered_at__lt=F("heard_at")))
    return Conversation.objects.filter(waiting, closed_at=None).order_by("heard_at", "pk")


def seen_outside() -> Q:
    """The messages that the person outside is shown: a member's words once they can no longer be taken back.

    In a silent conversation, nothing that the house said since, but for what a member let go.
    """
    heard_of = ~held() & (~Q(author=Message.Author.STAFF) | Q(sent_at__lte=now() - MINUTE))
    return Q(withdrawn_at=None) & heard_of


def held() -> Q:
    """The messages that stay in the house since their conversation is silent and nobody let them go."""
    return (
        Q(conversation__silent_since__isnull=False, sent_at__gte=F("conversation__silent_since"), released_at=None)
        & ~Q(author__in=OUTSIDE)
        & Q(withdrawn_at=None)
    )
