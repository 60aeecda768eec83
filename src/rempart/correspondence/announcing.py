"""Saying that a message is there: one delivery a message and channel, written in the message's own transaction.

Nothing here carries out a delivery (see `delivering`). What leaves the house says that there is something to read and
where, never what it is.
"""

import secrets
from datetime import datetime

from django.db.models import Q

from rempart.correspondence.models import Conversation, Delivery, Endpoint, Message

OPENED = "conversation.opened"
SENT = "message.sent"
TEST = "endpoint.test"
EVENTS = (OPENED, SENT)


def announce(message: Message, *, at: datetime, first: bool) -> list[Delivery]:
    """Write the deliveries that announce a message from `at` on.

    first: nothing was said in this conversation before, so that the platform hears that it was opened.
    """
    conversation = message.conversation
    kind = OPENED if first else SENT
    rows = [
        _row(message, kind, at, Delivery.Channel.WEBHOOK, endpoint=one) for one in endpoints_for(conversation, kind)
    ]
    if conversation.sealed_email is not None:
        rows.append(_row(message, kind, at, Delivery.Channel.MAIL))
    if conversation.adult_sealed_email is not None:
        rows.append(_row(message, kind, at, Delivery.Channel.MAIL, holder="adult"))
    return Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def endpoints_for(conversation: Conversation, kind: str) -> list[Endpoint]:
    """The endpoints that can hand something over to this person; none when no platform knows them."""
    if not conversation.service:
        return []
    speaks_for_it = Q(services=[]) | Q(services__contains=[conversation.service])
    return list(Endpoint.objects.filter(speaks_for_it, active=True, events__contains=[kind]))


def _row(
    message: Message,
    kind: str,
    at: datetime,
    channel: Delivery.Channel,
    *,
    endpoint: Endpoint | None = None,
    holder: str = "self",
) -> Delivery:
    where = f"endpoint:{endpoint.pk}" if endpoint else f"{channel.value}:{holder}"
    return Delivery(
        channel=channel,
        type=kind,
        holder=holder,
        endpoint=endpoint,
        message=message,
        uid=new_uid(),
        key=f"message:{message.pk}:{where}",
        created_at=at,
        next_at=at,
    )


def new_uid() -> str:
    """An identifier for a delivery, which says nothing."""
    return f"msg_{secrets.token_urlsafe(18)}"
