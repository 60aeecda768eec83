"""What can be asked of conversations."""

from django.db.models import QuerySet

from rempart.correspondence.models import Conversation, Message


def conversations_about(about: str) -> QuerySet[Conversation]:
    """The conversations about something, oldest first."""
    raise NotImplementedError


def messages_of(conversation: Conversation, *, outside: bool = False) -> list[Message]:
    """What was said, oldest first, with files and authors loaded.

    outside: as the person sees it: without what was withdrawn or was written by hand less than a minute ago.
    """
    raise NotImplementedError


def unread_count(conversation: Conversation, *, outside: bool = False) -> int:
    """How many messages from the other side were not seen yet: by the house, or (outside) by the person."""
    raise NotImplementedError


def unanswered() -> QuerySet[Conversation]:
    """Open conversations whose person wrote after the last thing a member wrote to them, longest waiting first."""
    raise NotImplementedError
