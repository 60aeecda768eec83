"""Carrying out what waits to be delivered: one transaction each, tried again until it arrives or is given up.

The row stays locked while it is sent, and is noted in the transaction that locked it: two workers never send the same
at once, and one that is killed between sending and noting leaves it to be sent again under the same webhook-id or
Message-ID, by which the receiver knows it.
"""

import logging
import random
import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext_noop

from rempart import ledger
from rempart.correspondence import announcing, mails, tasks, webhooks
from rempart.correspondence.endpoints import secrets_of
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Delivery, Endpoint
from rempart.correspondence.selectors import MINUTE
from rempart.correspondence.services import email_of
from rempart.correspondence.webhooks import Outcome
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember

logger = logging.getLogger("rempart.correspondence")
# Standard Webhooks 1.0, "Deliverability and reliability": ten attempts over three days.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
JITTER = 0.1
LONGEST_ASKED = 86_400  # seconds of Retry-After that are believed


NOT_HELD = Q(message=None) | Q(message__conversation__silent_since=None) | Q(message__released_at__isnull=False)


def deliver_due(*, alarms: bool = False, budget: float = 20.0) -> int:
    """Try what is due, at most `budget` seconds long. Returns how many arrived.

    alarms: only what calls the team, which waits behind nothing else.

    An endpoint (or the mail server) that nobody answers at is left alone until the next call: one that is down must not
    hold up the others. What falls due within a minute is asked for then: the next call may come a minute later.
    """
    until, arrived = time.monotonic() + budget, 0
    silent: set[int | None] = set()
    while time.monotonic() < until:
        with transaction.atomic():
            delivery = _next(silent, alarms=alarms)
            if delivery is None:
                break
            outcome = _tried(delivery)
            _note(delivery, outcome)
        arrived += outcome.delivered
        if outcome.unreachable:
            silent.add(delivery.endpoint_id)
    if alarms:
        return arrived
    moment = now()
    soon = _but_for(silent, Delivery.objects.filter(next_at__gt=moment, next_at__lt=moment + MINUTE))
    if (at := soon.aggregate(first=Min("next_at"))["first"]) is not None:
        tasks.deliver_again(at - moment)
    return arrived


def _but_for(silent: set[int | None], deliveries: QuerySet[Delivery]) -> QuerySet[Delivery]:
    if None in silent:
        deliveries = deliveries.exclude(endpoint=None)
    return deliveries.exclude(endpoint__in=silent - {None})


def _next(silent: set[int | None], *, alarms: bool) -> Delivery | None:
    due = _but_for(silent, Delivery.objects.filter(NOT_HELD, next_at__lte=now()))
    if alarms:
        due = due.exclude(page="").filter(type=announcing.ALARM)
    with_all = due.select_related("endpoint", "staff", "message__conversation").order_by("next_at", "pk")
    return with_all.select_for_update(of=("self",), skip_locked=True).first()


def _tried(delivery: Delivery) -> Outcome:
    try:
        return _attempt(delivery)
    except Exception:  # one that cannot even be written must not stop those behind it
        logger.exception("delivery %s failed before it was sent", delivery.pk)
        return Outcome(gettext_noop("it could not be sent; the log says why"))


def _attempt(delivery: Delivery) -> Outcome:
    moment = now()
    if delivery.staff is not None:
        if not delivery.staff.is_active:
            return Outcome(gettext_noop("no address any more"), final=True)
        return mails.send(
            mails.alarm(to=delivery.staff.email, link=_page(delivery), uid=delivery.uid, at=delivery.created_at)
        )
    if delivery.endpoint is None:
        conversation = delivery.message.conversation
        address = email_of(conversation, delivery.holder)
        if not address:
            return Outcome(gettext_noop("no address any more"), final=True)
        link = link_for(conversation, delivery.holder)
        return mails.send(
            mails.written(
                to=address, language=conversation.language, link=link, uid=delivery.uid, at=delivery.created_at
            )
        )
    if not delivery.endpoint.active:
        return Outcome(gettext_noop("the endpoint was switched off"), final=True)
    body = webhooks.body_of(delivery.type, delivery.created_at, _data(delivery))
    keys = secrets_of(delivery.endpoint)
    return webhooks.send(delivery.endpoint.url, delivery.uid, int(moment.timestamp()), body, keys)


def _data(delivery: Delivery) -> dict[str, str]:
    if delivery.message is None:
        return {"link": _page(delivery)} if delivery.page else {}
    conversation = delivery.message.conversation
    known_as = {"account": conversation.account} if conversation.account else {"report": conversation.report}
    return {
        "service": conversation.service,
        **known_as,
        "language": conversation.language,
        "link": link_for(conversation),
    }


def _page(delivery: Delivery) -> str:
    return settings.REMPART_ADDRESS.rstrip("/") + delivery.page


def _note(delivery: Delivery, outcome: Outcome, *, acting: StaffMember | None = None) -> None:
    moment = now()
    delivery.attempts += 1
    delivery.last_error, delivery.next_at = outcome.error, None
    said = {"channel": delivery.channel, "uid": delivery.uid, "attempts": delivery.attempts}
    subject = delivery.message or delivery.endpoint or delivery.staff
    if outcome.delivered:
        delivery.delivered_at = moment
        ledger.append(Event.MESSAGE_DELIVERED, subject=subject, acting=acting, content=said)
    elif outcome.final or delivery.type == announcing.TEST or delivery.attempts > len(WAITS):
        delivery.given_up_at = moment
        ledger.append(Event.DELIVERY_GIVEN_UP, subject=subject, acting=acting, content=said | {"error": outcome.error})
    else:
        wait = WAITS[delivery.attempts - 1] * (1 + random.uniform(0, JITTER))  # noqa: S311 - spreads load, hides nothing
        delivery.next_at = moment + max(wait, timedelta(seconds=min(outcome.retry_after, LONGEST_ASKED)))
    delivery.save(update_fields=["attempts", "last_error", "next_at", "delivered_at", "given_up_at"])
    if outcome.error:
        logger.warning("delivery %s did not arrive: %s", delivery.pk, outcome.error)


@transaction.atomic
def retry(delivery: Delivery, *, acting: StaffMember | None) -> Delivery:
    """Try a delivery that was given up once more from the start. Harmless for one that still waits or has arrived."""
    delivery = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery.pk)
    if delivery.given_up_at is None:
        return delivery
    delivery.given_up_at, delivery.next_at, delivery.attempts = None, now(), 0
    delivery.save(update_fields=["given_up_at", "next_at", "attempts"])
    subject = delivery.message or delivery.endpoint or delivery.staff
    ledger.append(Event.DELIVERY_RETRIED, subject=subject, acting=acting, content={"uid": delivery.uid})
    return delivery


def troubled() -> QuerySet[Delivery]:
    """Deliveries that were given up or have failed at least once and are tried again, the latest first."""
    failed = Q(given_up_at__isnull=False) | Q(next_at__isnull=False, attempts__gt=0)
    return Delivery.objects.filter(failed).select_related("endpoint").order_by("-created_at", "-pk")


def test_endpoint(endpoint: Endpoint, *, acting: StaffMember | None) -> Delivery:
    """Send an empty signed payload at once, one time. The delivery returned says how it went."""
    moment = now()
    uid = announcing.new_uid()
    with transaction.atomic():
        delivery = Delivery.objects.create(
            channel=Delivery.Channel.WEBHOOK,
            type=announcing.TEST,
            endpoint=endpoint,
            uid=uid,
            key=f"test:{uid}",
            created_at=moment,
            next_at=moment,
        )
        _note(delivery, _tried(delivery), acting=acting)
    return delivery
