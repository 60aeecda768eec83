"""Discord: the data package that the service gives, and the JSON or CSV of DiscordChatExporter.

The package (`messages/c123…/messages.json` or `.csv` beside `channel.json`) holds what its owner wrote and nothing
of what others answered; with whom, its index and the owner's relationships tell. The exporter's file holds everybody's
messages; those of types 1 to 18 (https://discord.com/developers/docs/resources/message#message-object-message-types)
are notices. Its web pages are read in `pages`.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, NO_OWNER, conversation, counted, instant, json_file
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import whole
from rempart.records.conversation import Conversation, Message

_OURSELVES = "owner"
_OWN_ALONE = "only what the owner wrote is in this export: the answers are not"
_UNNAMED = "the export does not name its owner, who is called “owner” here"
_NOTICES_TOO = "this form does not tell notices from messages: some may be the service's own words"
_WITH = "Direct Message with "
_NOBODY = "Unknown Participant"
_NOTICES = frozenset(map(str, range(1, 19))) | {
    "RecipientAdd", "RecipientRemove", "Call", "ChannelNameChange", "ChannelIconChange", "ChannelPinnedMessage",
    "GuildMemberJoin", "ThreadCreated",
}  # fmt: skip
_COLUMNS = ("AuthorID", "Author", "Date", "Content", "Attachments")


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of a Discord export."""
    account = _account(bundle)
    for name in bundle.names:
        path = PurePosixPath(name)
        if path.name in ("messages.json", "messages.csv") and str(path.parent / "channel.json") in bundle.names:
            yield from _package(bundle, path, account)
        elif path.suffix.lower() == ".json":
            yield from _exporter(bundle, name)
        elif path.suffix.lower() == ".csv":
            yield from _table(bundle, name)


def _account(bundle: Bundle) -> dict[str, Any]:
    """The owner's account in a data package: who they are, and whom they know."""
    for name in bundle.names:
        if PurePosixPath(name).name == "user.json":
            content, _ = json_file(bundle, name)
            if isinstance(content, dict) and isinstance(content.get("username"), str):
                return content
    return {}


def _rows(content: bytes) -> tuple[list[str], list[dict[str, str]], bool]:
    """The columns and rows of a table, and whether its end was lost: a row ends with a line feed and its quotes."""
    text = content.decode("utf-8-sig", "replace").replace("\x00", "")
    cut = not text.endswith("\n") or text.count('"') % 2 == 1
    rows: list[dict[str, str]] = []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            rows.append(row)
    except csv.Error:  # a field longer than any message
        return list(reader.fieldnames or ()), rows, True
    return list(reader.fieldnames or ()), rows[: len(rows) - cut], cut


def _package(bundle: Bundle, path: PurePosixPath, account: Mapping[str, Any]) -> Iterator[Conversation]:
    """A channel of the data package."""
    rows: list[dict[str, Any]]
    if path.suffix == ".csv":
        _, table, cut = _rows(bundle.read(str(path)))
        rows = [*table]
    else:
        content, cut = json_file(bundle, str(path))
        rows = whole(content)
    owner = account.get("username")
    messages: list[Message] = []
    unread = 0
    for row in rows:
        at = instant(row.get("Timestamp"))
        text, media = str(row.get("Contents") or ""), bool(row.get("Attachments"))
        unread += at is None
        if at is not None and (text or media):
            messages.append(Message(sender=owner or _OURSELVES, at=at, text=text or None, media=media))
    if messages:
        limits = [_OWN_ALONE, DELETED, *([] if owner else [_UNNAMED]), *counted(unread=unread), *([CUT] if cut else [])]
        others = _others(bundle, path, account)
        yield conversation("discord", "discord-package", messages, owner=owner, participants=others, limits=limits)


def _others(bundle: Bundle, path: PurePosixPath, account: Mapping[str, Any]) -> list[str]:
    """With whom the owner of a package wrote: by their names where it knows them, else by their numbers."""
    channel, _ = json_file(bundle, str(path.parent / "channel.json"))
    recipients = channel.get("recipients") if isinstance(channel, dict) else None
    numbers = [number for number in recipients if isinstance(number, str)] if isinstance(recipients, list) else []
    names = {
        str(known["user"].get("id")): str(known["user"].get("username") or "")
        for known in whole(account.get("relationships"))
        if isinstance(known.get("user"), dict)
    }
    others = [number for number in numbers if number != str(account.get("id"))]
    index = str(path.parent.parent / "index.json")
    if len(others) == 1 and not names.get(others[0]) and index in bundle.names:
        titles, _ = json_file(bundle, index)
        title = titles.get(path.parent.name.removeprefix("c")) if isinstance(titles, dict) else None
        if isinstance(title, str) and title.startswith(_WITH) and not title.endswith(_NOBODY):
            return [title.removeprefix(_WITH).removesuffix("#0")]
    return [names.get(number) or number for number in others]


def _exporter(bundle: Bundle, name: str) -> Iterator[Conversation]:
    """A channel as DiscordChatExporter writes it."""
    content, cut = json_file(bundle, name)
    if not isinstance(content, dict) or not {"guild", "channel", "messages"} <= content.keys():
        return
    messages: list[Message] = []
    unread = edited = forwarded = 0
    for item in whole(content["messages"]):
        if str(item.get("type", "Default")) in _NOTICES:
            continue
        author, at = item.get("author"), instant(item.get("timestamp"))
        if at is None or not isinstance(author, dict):
            unread += 1
            continue
        other = item.get("forwardedMessage")
        passed_on = other if isinstance(other, dict) else {}
        text = str(item.get("content") or "") or None
        media = any(message.get(field) for message in (item, passed_on) for field in ("attachments", "stickers"))
        edited += bool(item.get("timestampEdited"))
        forwarded += bool(passed_on)
        if text or media:
            messages.append(Message(sender=str(author.get("name")), at=at, text=text, media=media))
    if messages:
        limits = [
            DELETED,
            NO_OWNER,
            *counted(unread=unread, edited=edited, forwarded=forwarded),
            *([CUT] if cut else []),
        ]
        yield conversation("discord", "discord-chat-exporter", messages, owner=None, participants=(), limits=limits)


def _table(bundle: Bundle, name: str) -> Iterator[Conversation]:
    """A channel as DiscordChatExporter writes it into a table. Dates in words of older versions are not read."""
    columns, rows, cut = _rows(bundle.read(name))
    if not set(_COLUMNS) <= set(columns):
        return
    messages: list[Message] = []
    unread = 0
    for row in rows:
        at, text, media = instant(row["Date"]), row["Content"] or None, bool(row["Attachments"])
        unread += at is None
        if at is not None and row["Author"] and (text or media):
            messages.append(Message(sender=row["Author"], at=at, text=text, media=media))
    if messages:
        limits = [DELETED, NO_OWNER, _NOTICES_TOO, *counted(unread=unread), *([CUT] if cut else [])]
        yield conversation("discord", "discord-chat-exporter-csv", messages, owner=None, participants=(), limits=limits)
