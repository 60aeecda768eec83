"""Saying that a message is there: one delivery a message and channel, written in the message's own transaction.

The team is alarmed in the same way when somebody outside wants a human now. Nothing here carries out a delivery (see
`delivering`). What leaves the house says that there is something to read and where, never what it is.
"""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from rempart.correspondence.models import Conversation, Delivery, Endpoint, Message
from rempart.staff.models import StaffMember

OPENED = "conversation.opened"
SENT = "message.sent"
TEST = "endpoint.test"
ALARM = "team.alarm"
EVENTS = (OPENED, SENT)
"""What a platform hears of unless it asks for less."""
SIGN_UP_ANSWERED, PROOF_ENDED, CONSENT_CHANGED = "signup.answered", "proof.ended", "consent.changed"
ALL_EVENTS = (*EVENTS, ALARM, SIGN_UP_ANSWERED, PROOF_ENDED, CONSENT_CHANGED)
"""An alarm goes only to an endpoint that asks for it by name: whatever rings in the team's pockets. So does word that
somebody who signs up was asked their age, that a proof which a platform asked for was accepted or is over, or that what
a guardian agrees to changed: the platform then reads what holds.
"""


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


def alarm_team(
    members: Iterable[StaffMember], *, page: str, key: str, at: datetime, pagers: bool = True
) -> list[Delivery]:
    """Write the deliveries that call these members to a page of the desk: by e-mail, and by endpoints for alarms.

    key: written once, whoever asks twice. pagers: false where an e-mail is enough. The team is not told who it is
    about, nor why: the page says it.
    """
    rings = Endpoint.objects.filter(active=True, events__contains=[ALARM]) if pagers else []
    common = {"type": ALARM, "page": page, "created_at": at, "next_at": at}
    rows = [
        Delivery(channel=Delivery.Channel.WEBHOOK, endpoint=one, uid=new_uid(), key=f"{key}:e{one.pk}", **common)
        for one in rings
    ]
    rows += [
        Delivery(channel=Delivery.Channel.MAIL, staff=one, uid=new_uid(), key=f"{key}:s{one.pk}", **common)
        for one in members
    ]
    return Delivery.objects.bulk_create(rows, ignore_conflicts=True)


def announce_page(kind: str, service: str, *, page: str, key: str, at: datetime) -> list[Delivery]:
    """Write the deliveries that tell a platform's endpoints of something to read under an address of the machine API.

    key: written once, whoever asks twice.
    """
    speaks_for_it = Q(services=[]) | Q(services__contains=[service])
    rows = [
        Delivery(
            channel=Delivery.Channel.WEBHOOK,
            type=kind,
            endpoint=one,
            page=page,
            uid=new_uid(),
            key=f"{key}:e{one.pk}",
            created_at=at,
            next_at=at,
        )
        for one in Endpoint.objects.filter(speaks_for_it, active=True, events__contains=[kind])
    ]
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
