"""Telegram Desktop's `result.json`: one chat, or a whole account with its list of chats.

A message's `text` is a string or a list of strings and marked pieces. `date` is local to the computer that exported, so
`date_unixtime` is read where it is there (since 2021). Service messages (joined, called, pinned) are left out.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, conversation, counted, json_file, local, since_epoch
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message

_MEDIA = ("photo", "file", "media_type", "sticker_emoji", "contact_information", "location_information")
_SECONDS = re.compile(r"\d{1,12}")
_CLOUD_ALONE = "only cloud chats are in this export: end-to-end encrypted ones are not"
_LOCAL_TIME = "times are those of the computer that exported, read in the zone that was given"


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of a Telegram export."""
    for name in bundle.names:
        if not name.lower().endswith(".json"):
            continue
        content, cut = json_file(bundle, name)
        if not isinstance(content, dict):
            continue
        owner = _owner(content)
        for chat in _chats(content):
            items = [item for item in whole(chat["messages"]) if item.get("type") != "service"]
            times = _times(items, zone)
            messages = [
                message for item, at in zip(items, times, strict=True) if at and (message := _message(item, at))
            ]
            if not messages:
                continue
            timeless = any("date_unixtime" not in item for item in items)
            unread = sum(at is None or item.get("type") != "message" for item, at in zip(items, times, strict=True))
            limits = [DELETED, _CLOUD_ALONE, *([_LOCAL_TIME] if timeless else [])]
            limits += counted(unread=unread, edited=sum("edited" in item for item in items))
            limits += [CUT] if cut else []
            title = chat.get("name")
            participants = [title] if isinstance(title, str) and chat["type"] == "personal_chat" else []
            yield conversation(
                "telegram", "telegram-json", messages, owner=owner, participants=participants, limits=limits
            )


def whole_exports(bundle: Bundle) -> set[PurePosixPath]:
    """The folders of exports whose JSON has its end, and so every chat that pages beside it or below show again."""
    folders = set()
    for path in map(PurePosixPath, bundle.names):
        if path.name == "result.json":
            content, cut = json_file(bundle, str(path))
            if isinstance(content, dict) and not cut and any(_chats(content)):
                folders.add(path.parent)
    return folders


def _owner(content: Mapping[str, Any]) -> str | None:
    person = content.get("personal_information")
    if not isinstance(person, dict):
        return None
    names = [person.get("first_name"), person.get("last_name")]
    return " ".join(name for name in names if isinstance(name, str) and name) or None


def _chats(content: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The chats of a whole account, of those that were left, or the only one; each has a list of messages."""
    chats: list[Any] = [content]
    for key in ("chats", "left_chats"):
        listed = content.get(key)
        chats += listed.get("list") or [] if isinstance(listed, dict) else []
    for chat in chats:
        if isinstance(chat, dict) and isinstance(chat.get("messages"), list) and "type" in chat:
            yield chat


def _times(items: list[dict[str, Any]], zone: ZoneInfo) -> list[datetime | None]:
    """The instant of each message; the hour that a change of clocks repeats is the second where the first went back."""
    times: list[datetime | None] = []
    before: datetime | None = None
    for item in items:
        seconds = item.get("date_unixtime")
        at = since_epoch(int(seconds), 1) if isinstance(seconds, str) and _SECONDS.fullmatch(seconds) else None
        if at is None:
            at = local(str(item.get("date")), "%Y-%m-%dT%H:%M:%S", zone, after=before)
        times.append(at)
        before = at or before
    return times


def _message(item: Mapping[str, Any], at: datetime) -> Message | None:
    if item.get("type") != "message":
        return None
    sender = item.get("from") or item.get("from_id")
    text = _text(item.get("text"))
    if not text and isinstance(poll := item.get("poll"), dict):
        text = _text(poll.get("question"))
    media = any(item.get(field) for field in _MEDIA)
    if not (text or media):
        return None
    # The export leaves the name of a deleted account empty.
    return Message(sender=str(sender or "deleted account"), at=at, text=text or None, media=media)


def _text(written: object) -> str:
    if isinstance(written, list):
        return "".join(piece if isinstance(piece, str) else _text(piece) for piece in written)
    if isinstance(written, dict):
        return str(written.get("text", ""))
    return written if isinstance(written, str) else ""
