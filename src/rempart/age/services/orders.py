"""What the age room asks of platforms, written in the transaction of whoever asks. For the services of this room."""

from datetime import datetime

from django.db.models import QuerySet

from rempart.age.models import AgeOrder, Challenge, ChallengeAppeal
from rempart.age.signals import orders_changed
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

Kind = AgeOrder.Kind


def hold(challenge: Challenge, kind: AgeOrder.Kind, *, until: datetime) -> AgeOrder:
    """Ask that something holds on the account until a moment; moves its end where it is asked already."""
    moment = now()
    order = _standing(challenge, kind).first()
    if order is None:
        order = AgeOrder.objects.create(
            challenge=challenge, kind=kind, ordered_at=moment, begins_at=moment, ends_at=until
        )
    elif order.ends_at == until:
        return order
    else:
        order.ends_at = until
        order.save(update_fields=["ends_at"])
    orders_changed.send(Challenge, challenge=challenge, orders=[order])
    return order


def erase_account(challenge: Challenge) -> AgeOrder:
    """Ask that the account be erased. Told once."""
    moment = now()
    order, is_new = AgeOrder.objects.get_or_create(
        challenge=challenge, kind=Kind.ERASE, defaults={"ordered_at": moment, "begins_at": moment}
    )
    if is_new:
        orders_changed.send(Challenge, challenge=challenge, orders=[order])
    return order


def end_now(challenge: Challenge, *kinds: AgeOrder.Kind) -> None:
    """Take back what holds on the account: all of it, or of these kinds."""
    moment, moved = now(), []
    for order in _standing(challenge, *(kinds or (Kind.PRIVATE, Kind.RESTRICT))):
        order.ends_at = max(moment, order.begins_at)
        order.save(update_fields=["ends_at"])
        moved.append(order)
    if moved:
        orders_changed.send(Challenge, challenge=challenge, orders=moved)


def _standing(challenge: Challenge, *kinds: AgeOrder.Kind) -> QuerySet[AgeOrder]:
    found = AgeOrder.objects.select_for_update(of=("self",)).filter(challenge=challenge, kind__in=kinds)
    return found.filter(ends_at__gt=now()).order_by("pk")


def carried_out(order: AgeOrder, at: datetime) -> None:
    """The platform did it. For the room on the right."""
    AgeOrder.objects.filter(pk=order.pk, carried_out_at=None).update(carried_out_at=at)


def lifted(order: AgeOrder, at: datetime) -> None:
    """The platform took it off. For the room on the right."""
    AgeOrder.objects.filter(pk=order.pk, lifted_at=None).update(lifted_at=at)
    note_restored(order.challenge, at)


def note_restored(challenge: Challenge, at: datetime) -> None:
    """Keep when all was lifted that an appeal overturned: what still holds on the platform is not."""
    holds = AgeOrder.objects.filter(challenge=challenge, carried_out_at__isnull=False, lifted_at=None)
    if holds.exclude(kind=Kind.ERASE).exists():
        return
    waiting = challenge.appeals.filter(outcome=ChallengeAppeal.Outcome.OVERTURNED, restored_at=None)
    for appeal in waiting:
        appeal.restored_at = at
        appeal.save(update_fields=["restored_at"])
        append(Event.AGE_RESTORED, subject=appeal)
