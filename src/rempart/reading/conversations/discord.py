"""Discord: the data package that the service gives, and the JSON of DiscordChatExporter.

The package (`messages/c123…/messages.json` or `.csv` beside `channel.json`) holds what its owner wrote and nothing
of what others answered. The exporter's file holds everybody's messages; what is neither
« Default » nor « Reply » is a notice.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, NO_OWNER, conversation, instant, json_file
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message

_OURSELVES = "owner"
_OWN_ALONE = "only what the owner wrote is in this export: the answers are not"
_UNNAMED = "the export does not name its owner, who is called “owner” here"


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of a Discord export."""
    owner = _owner(bundle)
    for name in bundle.names:
        path = PurePosixPath(name)
        if path.name in ("messages.json", "messages.csv") and str(path.parent / "channel.json") in bundle.names:
            yield from _package(bundle, path, owner)
        elif path.suffix.lower() == ".json":
            yield from _exporter(bundle, name)


def _owner(bundle: Bundle) -> str | None:
    for name in bundle.names:
        if PurePosixPath(name).name == "user.json":
            content, _ = json_file(bundle, name)
            username = content.get("username") if isinstance(content, dict) else None
            if isinstance(username, str) and username:
                return username
    return None


def _package(bundle: Bundle, path: PurePosixPath, owner: str | None) -> Iterator[Conversation]:
    """A channel of the data package."""
    if path.suffix == ".csv":
        text = bundle.read(str(path)).decode("utf-8-sig", "replace").replace("\x00", "")
        cut = not text.endswith("\n")
        rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(text, newline="")))
        rows = rows[: len(rows) - cut]
    else:
        content, cut = json_file(bundle, str(path))
        rows = whole(content)
    messages = []
    for row in rows:
        at = instant(row.get("Timestamp"))
        text = str(row.get("Contents") or "")
        if at is not None and (text or row.get("Attachments")):
            messages.append(
                Message(sender=owner or _OURSELVES, at=at, text=text or None, media=bool(row.get("Attachments")))
            )
    if messages:
        limits = [_OWN_ALONE, DELETED, *([] if owner else [_UNNAMED]), *([CUT] if cut else [])]
        yield conversation("discord", "discord-package", messages, owner=owner, participants=(), limits=limits)


def _exporter(bundle: Bundle, name: str) -> Iterator[Conversation]:
    """A channel as DiscordChatExporter writes it."""
    content, cut = json_file(bundle, name)
    if not isinstance(content, dict) or not {"guild", "channel", "messages"} <= content.keys():
        return
    messages = [message for item in whole(content["messages"]) if (message := _exported(item))]
    if messages:
        limits = [DELETED, NO_OWNER, *([CUT] if cut else [])]
        yield conversation("discord", "discord-chat-exporter", messages, owner=None, participants=(), limits=limits)


def _exported(item: Mapping[str, Any]) -> Message | None:
    author, at = item.get("author"), instant(item.get("timestamp"))
    if at is None or not isinstance(author, dict) or item.get("type", "Default") not in ("Default", "Reply"):
        return None
    text = str(item.get("content") or "") or None
    media = bool(item.get("attachments") or item.get("stickers"))
    return Message(sender=str(author.get("name")), at=at, text=text, media=media) if text or media else None
