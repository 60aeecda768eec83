"""Instagram and Messenger: the single `messages.json` of 2020, and the later `message_1.json`, `message_2.json` …

In the later shape every character beyond ASCII stands as the escaped bytes of its UTF-8: it is put right. The older one
is sound. Reactions, calls and notices (« … liked a message ») are left out.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import (
    CUT,
    DELETED,
    conversation,
    instant,
    json_file,
    since_epoch,
    unmangled,
)
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message
from rempart.records.references import Service

_PART = re.compile(r"message_(\d+)\.json$")
_MEDIA = (
    "photos",
    "videos",
    "audio_files",
    "gifs",
    "files",
    "sticker",
    "media",
    "voice_media",
    "animated_media_images",
)
_NO_OWNER = "the export does not say which participant is its owner"
_EITHER = "whether this is from Instagram or Messenger cannot be told from the file alone: give the whole export"


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of an Instagram or Messenger export."""
    folders: dict[str, list[tuple[int, str]]] = {}
    for name in bundle.names:
        if match := _PART.search(name):
            folders.setdefault(str(PurePosixPath(name).parent), []).append((int(match[1]), name))
        elif PurePosixPath(name).name == "messages.json":
            yield from _older(bundle, name)
    for _, parts in sorted(folders.items()):
        yield from _later(bundle, [name for _, name in sorted(parts)])


def _later(bundle: Bundle, names: list[str]) -> Iterator[Conversation]:
    """One conversation, whose parts are numbered files."""
    messages: list[Message] = []
    participants: dict[str, None] = {}
    limits = [DELETED, _NO_OWNER]
    service: Service | None = None
    told = False
    for name in names:
        content, cut = json_file(bundle, name)
        if not isinstance(content, dict) or not isinstance(content.get("messages"), list):
            continue
        if not told:
            service, told = _service(name, content)
        limits += [CUT] if cut else []
        participants |= dict.fromkeys(unmangled(str(one.get("name", ""))) for one in whole(content.get("participants")))
        messages += [message for item in whole(content["messages"]) if (message := _later_message(item))]
    if service is not None and messages:
        form = f"{'instagram' if service == 'instagram' else 'messenger'}-json"
        limits += [] if told else [_EITHER]
        yield conversation(service, form, messages, owner=None, participants=participants, limits=limits)


def _service(name: str, content: Mapping[str, Any]) -> tuple[Service, bool]:
    """Which of the two a file of the later shape is from, and whether it says so.

    The outer folders are named after the service (« your_instagram_activity »); only Messenger has had `thread_type`.
    """
    outer = name.lower().partition("messages/")[0]
    if "thread_type" in content or "facebook" in outer:
        return "facebook", True
    return "instagram", "instagram" in outer


def _later_message(item: Mapping[str, Any]) -> Message | None:
    at, sender = since_epoch(item.get("timestamp_ms"), 1000), item.get("sender_name")
    if at is None or not isinstance(sender, str) or item.get("type", "Generic") not in ("Generic", "Share"):
        return None
    if "call_duration" in item or item.get("is_unsent") is True:
        return None
    media = any(item.get(field) for field in _MEDIA)
    written = item.get("content")
    share = item.get("share")
    if not written and isinstance(share, dict):
        written = share.get("link")
    text = unmangled(written) if isinstance(written, str) and written else None
    return Message(sender=unmangled(sender), at=at, text=text, media=media) if text or media else None


def _older(bundle: Bundle, name: str) -> Iterator[Conversation]:
    """Every conversation of the single file of 2020: a list of `participants` and `conversation`."""
    content, cut = json_file(bundle, name)
    for thread in content if isinstance(content, list) else ():
        if not isinstance(thread, dict) or "conversation" not in thread:
            continue
        messages = [message for item in whole(thread["conversation"]) if (message := _older_message(item))]
        names = thread.get("participants")
        participants = [one for one in names if isinstance(one, str)] if isinstance(names, list) else []
        if messages:
            limits = [DELETED, _NO_OWNER, *([CUT] if cut else [])]
            yield conversation(
                "instagram", "instagram-2020", messages, owner=None, participants=participants, limits=limits
            )


def _older_message(item: Mapping[str, Any]) -> Message | None:
    at, sender = instant(item.get("created_at")), item.get("sender")
    if at is None or not isinstance(sender, str) or "action" in item or "video_call_action" in item:
        return None
    media = any(item.get(field) for field in ("media", "media_url", "media_share_url", "story_share", "voice_media"))
    text = item.get("text")
    text = text if isinstance(text, str) and text else None
    return Message(sender=sender, at=at, text=text, media=media) if text or media else None
