"""What can go wrong in a conversation, one class each, with words that may be shown."""

from django.utils.translation import gettext_lazy as _


class LinkRefused(Exception):
    """The link is not one of ours, was revoked or has expired; which of these is told to nobody."""

    def __str__(self) -> str:
        return str(_("This link does not open anything, or no longer does."))


class MessageRefused(Exception):
    """What was sent cannot be kept. `field` names what is wrong with it: text or files; the message says why."""

    def __init__(self, field: str, why: object) -> None:
        super().__init__(why)
        self.field = field


class ConversationClosed(Exception):
    """Nothing more is said in a conversation that was closed."""

    def __str__(self) -> str:
        return str(_("This conversation is closed."))


class TooLate(Exception):
    """A message can be withdrawn by who wrote it within a minute, unless it was read."""

    def __str__(self) -> str:
        return str(_("A message can be taken back within a minute, by who wrote it, unless it was read."))


class EndpointRefused(Exception):
    """The endpoint cannot be used. `field` names what is wrong with it: url, name, events; the message says why."""

    def __init__(self, field: str, why: object) -> None:
        super().__init__(why)
        self.field = field
