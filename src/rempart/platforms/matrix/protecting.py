"""Who is protected on Matrix now, and which invitation or message that keeps from them: worked out when Synapse asks.

Nothing is set on the homeserver, so nothing has to be taken off: what lapses or is undone stops holding at that moment,
whoever runs. A stranger is whoever is in no conversation (a small room) with the person yet.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet

from rempart.age.models import AgeOrder
from rempart.care.models import CareOrder
from rempart.ledger.clock import now
from rempart.platforms.matrix.homeserver import Homeserver
from rempart.radar.pile_ons.hostility import is_hostile
from rempart.records.vocabulary import Protection

KINDS: tuple[Protection, ...] = ("no_strangers_messages", "comment_filter")
"""The protections that the homeserver asks us about."""

NOT_TO_THEM = (
    "Cette personne ne reçoit pas d'invitation de gens qu'elle ne connaît pas pour l'instant. / "
    "This person does not get invitations from people they do not know for now."
)
NOT_LIKE_THIS = (
    "Ce message n'est pas envoyé : la personne à qui il répond filtre les insultes et les menaces. / "
    "This message is not sent: the person whom it answers filters insults and threats."
)
"""What the sender reads, in both languages since Synapse does not say theirs."""


def protected_on(people: Collection[str], kind: Protection) -> set[str]:
    """Which of these people have switched a protection on that holds now. One query, none for nobody."""
    orders = CareOrder.objects.filter(kind=CareOrder.Kind.PROTECT, protection__kind=kind)
    return _held(orders, "file", people)


def private_on(people: Collection[str]) -> set[str]:
    """Which of these people's accounts are private now, since their age is asked. One query, none for nobody."""
    return _held(AgeOrder.objects.filter(kind=AgeOrder.Kind.PRIVATE), "challenge", people)


def _held(orders: QuerySet[Any], owner: str, people: Collection[str]) -> set[str]:
    """For whom of these people such an order holds now. owner: the column of an order that names the account."""
    wanted = {one.lower() for one in people}
    if not wanted:
        return set()
    moment = now()
    account = {f"{owner}__service": "matrix", f"{owner}__handle__in": wanted}
    held = orders.filter(begins_at__lte=moment, ends_at__gt=moment, **account)
    return set(held.values_list(f"{owner}__handle", flat=True))


def kinds_on(mxid: str) -> frozenset[Protection]:
    """The protections of this room that hold for somebody now."""
    return frozenset(kind for kind in KINDS if protected_on([mxid], kind))


def is_stranger(homeserver: Homeserver, who: str, to: str) -> bool:
    """Whether two people are in no small room together. Raises PlatformFailure while the homeserver does not say."""
    theirs = homeserver.rooms(to)
    if not theirs:
        return True
    shared = theirs & homeserver.rooms(who) if homeserver.is_local(who) else theirs
    small = homeserver.settings.small_room
    return not any({who, to} <= (people := homeserver.joined(room)) and len(people) <= small for room in shared)


def spoken_to(event: Mapping[str, Any]) -> list[str]:
    """Whom a message mentions or answers, as its client says (`m.mentions`)."""
    content = event.get("content")
    mentions = content.get("m.mentions") if isinstance(content, Mapping) else None
    people = mentions.get("user_ids") if isinstance(mentions, Mapping) else None
    return [one for one in people if isinstance(one, str)][:100] if isinstance(people, list) else []


def hurts(event: Mapping[str, Any]) -> bool:
    """Whether a message reads as an insult or a threat; an encrypted one cannot be read."""
    content = event.get("content")
    if event.get("type") != "m.room.message" or not isinstance(content, Mapping):
        return False
    newest = content.get("m.new_content")
    said = newest if isinstance(newest, Mapping) else content
    return isinstance(said.get("body"), str) and is_hostile(said["body"])
