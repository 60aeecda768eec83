"""Snapchat's « My Data »: `chat_history.json`, in the shapes of before and after 2023.

The older one has two lists, « Received Saved Chat History » and « Sent Saved Chat History », each message with `From`
or `To`, `Text` and `Created`. The newer one has a list of messages for each person or group, with `IsSender`. Times are
in UTC. Chats that nobody saved have disappeared, and snaps have no content here.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, conversation, instant, json_file
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message

_OURSELVES = "owner"  # where the export does not name its owner
_SAVED_ALONE = "only chats that somebody saved are in this export: disappearing chats and the content of snaps are not"
_UNNAMED = "the export does not name its owner, who is called “owner” here"


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of a « My Data » export, one for each person or group."""
    owner = _owner(bundle)
    for name in bundle.names:
        if not name.lower().endswith("chat_history.json"):
            continue
        content, cut = json_file(bundle, name)
        if not isinstance(content, dict):
            continue
        chats = _by_conversation(content)
        owner = owner or _sender(chats)
        limits = [_SAVED_ALONE, DELETED, *([] if owner else [_UNNAMED]), *([CUT] if cut else [])]
        for other, items in sorted(chats.items()):
            messages = [message for item in items if (message := _message(item, other, owner or _OURSELVES))]
            if messages:
                yield conversation(
                    "snapchat", "snapchat-my-data", messages, owner=owner, participants=[other], limits=limits
                )


def _owner(bundle: Bundle) -> str | None:
    for name in bundle.names:
        if name.lower().endswith("account.json"):
            content, _ = json_file(bundle, name)
            basics = content.get("Basic Information") if isinstance(content, dict) else None
            username = basics.get("Username") if isinstance(basics, dict) else None
            if isinstance(username, str) and username:
                return username
    return None


def _sender(chats: Mapping[str, list[dict[str, Any]]]) -> str | None:
    """The name that the owner's own messages bear, in the newer shape."""
    senders = (item.get("From") for items in chats.values() for item in items if item.get("IsSender") is True)
    return next((sender for sender in senders if isinstance(sender, str) and sender), None)


def _by_conversation(content: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Whom the owner talked with → the messages, each with `IsSender`."""
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for key, items in content.items():
        sent = key.startswith("Sent ")
        for item in whole(items):
            if sent or key.startswith("Received "):
                other = item.get("To" if sent else "From")
                if isinstance(other, str) and other:
                    found[other].append({**item, "IsSender": sent})
            elif "Created" in item and ("From" in item or "IsSender" in item):
                title = item.get("Conversation Title")
                found[title if isinstance(title, str) and title else key].append(item)
    return found


def _message(item: Mapping[str, Any], other: str, owner: str) -> Message | None:
    created = item.get("Created") or item.get("Created(microseconds)")
    at = instant(created.removesuffix(" UTC") if isinstance(created, str) else created)
    if at is None or str(item.get("Media Type", "")).upper().startswith("STATUS"):
        return None  # « STATUSCONVERSATIONCAPTURESCREENSHOT » and the like are notices
    sender = owner if item.get("IsSender") is True else item.get("From", other)
    text = item.get("Text", item.get("Content"))
    media = str(item.get("Media Type", "TEXT")).upper() != "TEXT" or bool(item.get("Media IDs"))
    text = text if isinstance(text, str) and text else None
    return Message(sender=str(sender), at=at, text=text, media=media) if text or media else None
