"""What Synapse asks us before somebody invites, joins, writes or lists a room, and what we answer.

The questions are those of its module `synapse-http-antispam`: the name of a callback and its arguments. An account that
nothing holds back is let through after one query, and one more where it writes to somebody by name. For the others we
may ask the homeserver who is in the room and how old they are; whoever it does not say that they are adults is
protected as a minor, and so is everybody when it does not answer.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_noop

from rempart.platforms.connector import PlatformFailure
from rempart.platforms.matrix.connector import MatrixConnector
from rempart.platforms.matrix.homeserver import Homeserver
from rempart.platforms.matrix.protecting import (
    NOT_LIKE_THIS,
    NOT_TO_THEM,
    hurts,
    is_stranger,
    private_on,
    protected_on,
    spoken_to,
)
from rempart.platforms.matrix.restraints import PROBE, PROBE_SAYS, restraints_on
from rempart.platforms.models import Platform
from rempart.platforms.registry import connector_of

logger = logging.getLogger("rempart.matrix")

CALLBACKS = {
    "user_may_invite": "inviter",
    "user_may_send_3pid_invite": "inviter",
    "user_may_join_room": "user",
    "user_may_publish_room": "user_id",
    "check_event_for_spam": "event",
}
"""Each callback that we answer, and which of its arguments says who wants to do something."""

CALLS = frozenset({"m.call.member", "org.matrix.msc3401.call.member", "m.rtc.member", "org.matrix.msc4143.rtc.member"})
"""The types of events by which somebody is in a group call; their content is empty once they left it."""

REDACTION = "m.room.redaction"

NOT_NOW = (
    "Votre compte ne peut pas faire cela pour l'instant. Votre page Rempart dit pourquoi et jusqu'à quand. / "
    "Your account cannot do this for now. Your Rempart page says why and until when."
)
"""What the person reads, in both languages since Synapse does not say theirs; never whom it protects."""


class NotAsked(ValueError):
    """What was sent is none of the questions, or says not who wants to do something."""


def refusal(name: str, callback: str, asked: Mapping[str, Any]) -> str | None:
    """Why somebody may not do this on the platform called `name`, in words for them; None when they may.

    Raises NotAsked for what is no question of Synapse's.
    """
    who = _who(callback, asked)
    if who.startswith(f"@{PROBE}:"):
        return PROBE_SAYS
    held = restraints_on(who)
    guarded = _guarded(callback, who, asked)
    if not held and not guarded:
        return None
    platform = Platform.objects.filter(name=name, kind=MatrixConnector.kind, enabled=True).first()
    if platform is None:
        return None
    if held and _refused(platform, held, callback, who, asked):
        return NOT_NOW
    return _kept_away(platform, callback, who, asked) if guarded else None


def _guarded(callback: str, who: str, asked: Mapping[str, Any]) -> bool:
    """Whether this may be kept from whom it reaches: no query for what is addressed to nobody."""
    if callback == "user_may_invite":
        to = [str(asked.get("invitee"))]
        return bool(protected_on(to, "no_strangers_messages") or private_on(to))
    if callback == "check_event_for_spam" and (people := spoken_to(asked["event"])) and hurts(asked["event"]):
        return bool(protected_on(set(people) - {who}, "comment_filter"))
    return False


def _kept_away(platform: Platform, callback: str, who: str, asked: Mapping[str, Any]) -> str | None:
    """Why something does not reach somebody who is protected; None where it does after all."""
    if callback != "user_may_invite":
        return NOT_LIKE_THIS
    try:
        stranger = is_stranger(_homeserver(platform), who, str(asked.get("invitee")))
    except PlatformFailure:
        logger.warning("%s: who knows whom could not be asked; refused", platform.name)
        stranger = True
    return NOT_TO_THEM if stranger else None


def _who(callback: str, asked: Mapping[str, Any]) -> str:
    found = asked.get(CALLBACKS.get(callback, ""))
    if callback == "check_event_for_spam" and isinstance(found, Mapping):
        found = found.get("sender")
    if not isinstance(found, str) or not found:
        raise NotAsked(gettext_noop("this is no question of Synapse's"))
    return found


def _refused(platform: Platform, held: frozenset[str], callback: str, who: str, asked: Mapping[str, Any]) -> bool:
    match callback:
        case "user_may_publish_room":
            return "no_recommendation" in held
        case "user_may_send_3pid_invite":
            return bool(held & {"no_new_contacts", "no_contact_with_minors"})
        case "user_may_invite":
            return "no_new_contacts" in held or (
                "no_contact_with_minors" in held and _may_be_minors(platform, [asked.get("invitee")])
            )
        case "user_may_join_room":
            return ("no_new_contacts" in held and not asked.get("is_invited")) or (
                "no_contact_with_minors" in held and _among_minors(platform, asked.get("room"), who)
            )
        case _:
            return _message_refused(platform, held, who, asked["event"])


def _message_refused(platform: Platform, held: frozenset[str], who: str, event: Mapping[str, Any]) -> bool:
    if event.get("type") == REDACTION:
        return False
    if event.get("type") in CALLS:
        # Leaving a call empties its event: that is always possible.
        return "no_live" in held and bool(event.get("content"))
    return "no_contact_with_minors" in held and _among_minors(platform, event.get("room_id"), who)


def _among_minors(platform: Platform, room: Any, who: str) -> bool:
    """Whether a room is small and somebody else in it is, or may be, a minor."""
    try:
        homeserver = _homeserver(platform)
        people = homeserver.people(str(room)) | {who}
    except PlatformFailure:
        logger.warning("%s: who is in a room could not be asked; refused", platform.name)
        return True
    return len(people) <= homeserver.settings.small_room and _may_be_minors(platform, sorted(people - {who}))


def _may_be_minors(platform: Platform, people: Iterable[Any]) -> bool:
    """Whether one of these people is a minor, or nobody says that they are not."""
    try:
        homeserver = _homeserver(platform)
        return any(homeserver.age_band(str(one)) != "18_plus" for one in people)
    except PlatformFailure:
        logger.warning("%s: somebody's age could not be asked; refused", platform.name)
        return True


def _homeserver(platform: Platform) -> Homeserver:
    connector = connector_of(platform)
    assert isinstance(connector, MatrixConnector)  # noqa: S101 – the query asked for this kind
    return connector.homeserver
