"""TikTok's data download: `user_data.json`, in both spellings, and the text files.

The chats stand under « Direct Messages » or « Direct Message », each named « Chat History with NAME: » with messages of
`Date`, `From` and `Content`; in the text files a message begins with its time and sender. Times are in UTC.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, conversation, instant, json_file
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message

_WITH = re.compile(r"Chat History with (.+?):?\s*$")
_HEADING = re.compile(r"^>>> Chat History with (.+?)::?\s*$", re.MULTILINE)
_LINE = re.compile(r"(?P<at>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: UTC)? (?P<sender>[^\s:]+): (?P<text>.*)")
_NO_OWNER = "the export does not say which of the two its owner is"
# What stands in the place of a picture or a video.
_MEDIA = re.compile(r"\[?(photo|video|sticker|gif|image|audio)\]?|https://\S+\.tiktokcdn\.com/\S+", re.IGNORECASE)

Row = tuple[object, object, object]  # when, from whom, what


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of a TikTok export."""
    for name in bundle.names:
        if name.lower().endswith(".json"):
            content, cut = json_file(bundle, name)
            owner = _owner(content)
            for other, items in _chats(content):
                rows: list[Row] = [(item.get("Date"), item.get("From"), item.get("Content")) for item in whole(items)]
                yield from _conversation(other, rows, "tiktok-json", owner=owner, cut=cut)
        elif name.lower().endswith(".txt"):
            text = bundle.read(name).decode("utf-8-sig", "replace").replace("\r\n", "\n")
            parts = _HEADING.split(text)
            for number, (other, body) in enumerate(zip(parts[1::2], parts[2::2], strict=True), 1):
                cut = number == len(parts) // 2 and not body.endswith("\n")
                rows = _rows(body)
                yield from _conversation(other, rows[: len(rows) - cut], "tiktok-text", owner=None, cut=cut)


def _rows(body: str) -> list[Row]:
    """The messages of one chat of the text file; a line that begins none goes on with the one before."""
    rows: list[tuple[str, str, str]] = []
    for line in body.split("\n"):
        if match := _LINE.fullmatch(line):
            rows.append((match["at"], match["sender"], match["text"]))
        elif rows:
            rows[-1] = (*rows[-1][:2], f"{rows[-1][2]}\n{line}")
    return list(rows)


def _owner(content: object) -> str | None:
    """The name of the account that was exported."""
    found: Any = content
    for key in ("Profile", "Profile Information", "ProfileMap", "userName"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) and found else None


def _chats(content: object) -> Iterator[tuple[str, object]]:
    """Whom the owner talked with, and the messages."""
    messages: Any = content if isinstance(content, dict) else {}
    for keys in (("Direct Messages", "Direct Message"), ("Chat History", "Direct Messages"), ("ChatHistory",)):
        messages = next((messages[key] for key in keys if isinstance(messages.get(key), dict)), {})
    histories: Mapping[str, object] = messages
    for title, items in sorted(histories.items()):
        if match := _WITH.match(title):
            yield match[1], items


def _conversation(other: str, rows: list[Row], form: str, *, owner: str | None, cut: bool) -> Iterator[Conversation]:
    messages = []
    for written, sender, content in rows:
        at = instant(written.removesuffix(" UTC") if isinstance(written, str) else written)
        if at is None or not isinstance(sender, str) or not isinstance(content, str) or not content.strip():
            continue
        text = content.rstrip("\n")
        media = _MEDIA.fullmatch(text) is not None
        messages.append(Message(sender=sender, at=at, text=None if media else text, media=media))
    if messages:
        limits = [DELETED, *([] if owner else [_NO_OWNER]), *([CUT] if cut else [])]
        yield conversation("tiktok", form, messages, owner=owner, participants=[other], limits=limits)
