"""Chat exports as web pages: those of Telegram Desktop, whose usual form this is, and of DiscordChatExporter.

Telegram writes a chat into `messages.html`, `messages2.html` … beside each other; a message that is « joined » has the
sender of the one before. DiscordChatExporter writes a group of messages below one author; a message's number holds its
instant (https://discord.com/developers/docs/reference#snowflakes), so that no date in words is read. A page is never
shown and nothing that it links to is looked at.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rempart.reading.conversations import telegram
from rempart.reading.conversations.building import CUT, DELETED, NO_OWNER, conversation, local, since_epoch
from rempart.reading.conversations.bundle import Bundle
from rempart.records.conversation import Conversation, Message

_EMPTY = frozenset(("area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
_SPACE = re.compile(r"[ \t\r\n]+")
_LINE_ENDS = re.compile(r" ?\n ?")
_NUMBERED = re.compile(r"messages(\d*)\.html", re.IGNORECASE)
_TITLE = re.compile(
    r"(?P<shown>\d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d)(?: UTC(?P<sign>[+-])(?P<hours>\d\d):(?P<minutes>\d\d))?"
)
_DEEPEST = 256  # elements in each other: no export comes near, and each costs what all around it cost
_DISCORD_BEGAN = 1_420_070_400_000  # milliseconds since 1970
_LOCAL_TIME = "times are those of the computer that exported, read in the zone that was given"
_CLOUD_ALONE = "only cloud chats are in this export: end-to-end encrypted ones are not"
# What another message said, shown above an answer to it, and what a link leads to.
_QUOTED = frozenset(("chatlog__reply", "chatlog__embed", "chatlog__reference"))

Attributes = dict[str, str]


class _TooDeep(Exception):
    """More elements in each other than any export has."""


class _Part(NamedTuple):
    """An element of a message by its classes, its attributes, and the classes of what it stands in."""

    classes: frozenset[str]
    attributes: Attributes
    within: frozenset[str]


class _Found:
    """A message element of a page with the parts in it, and the text of each; `text_of` gives those of a class."""

    def __init__(self, attributes: Attributes, classes: frozenset[str]) -> None:
        self.attributes, self.classes = attributes, classes
        self.parts: list[tuple[_Part, list[str]]] = []

    def first(self, name: str, *, outside: frozenset[str] = frozenset()) -> tuple[_Part, str] | None:
        """The first part of a class that does not stand in one of the classes `outside`, and its text."""
        for part, text in self.parts:
            if name in part.classes and not part.within & outside:
                return part, "".join(text).strip()
        return None

    def has(self, *beginnings: str, outside: frozenset[str] = frozenset()) -> bool:
        """Whether there is a part with a class that begins so."""
        return any(
            name.startswith(beginnings) for part, _ in self.parts for name in part.classes if not part.within & outside
        )


class _Page(HTMLParser):
    """The messages of a page, each when its element ends: one that is cut is none.

    A message of Telegram has the class `message`, one of DiscordChatExporter an attribute with its number.
    """

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[_Found] = []
        self._open: list[tuple[str, frozenset[str], list[list[str]]]] = []
        self._message: tuple[int, _Found] | None = None
        self._keeps_lines = keeps_lines

    @property
    def ended(self) -> bool:
        """Whether every element that begins also ends."""
        return not self._open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        attributes = {name: value or "" for name, value in attrs}
        classes = frozenset(attributes.get("class", "").split())
        if tag in _EMPTY:
            self._write("\n" if tag == "br" else attributes.get("alt", "") if "chatlog__emoji" in classes else "")
        texts = list(self._open[-1][2]) if self._open else []
        if self._message is not None:
            within = frozenset[str]().union(*(names for _, names, _ in self._open[self._message[0] :]))
            text: list[str] = []
            self._message[1].parts.append((_Part(classes, attributes, within), text))
            texts.append(text)
        elif tag not in _EMPTY and ("message" in classes or "data-message-id" in attributes):
            self._message = (len(self._open) + 1, _Found(attributes, classes))
        if tag not in _EMPTY:
            if len(self._open) == _DEEPEST:
                raise _TooDeep
            self._open.append((tag, classes, texts))

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it whatever in it was not ended."""
        if not any(name == tag for name, _, _ in self._open):
            return
        while self._open.pop()[0] != tag:
            pass
        if self._message is not None and len(self._open) < self._message[0]:
            self.found.append(self._message[1])
            self._message = None

    def handle_data(self, data: str) -> None:
        """Words stand on the page."""
        self._write(data if self._keeps_lines else _SPACE.sub(" ", data))

    def _write(self, words: str) -> None:
        for text in self._open[-1][2] if self._open else ():
            text.append(words)


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of exports as web pages."""
    chats: dict[PurePosixPath, list[tuple[int, str]]] = {}
    for name in bundle.names:
        path = PurePosixPath(name)
        if numbered := _NUMBERED.fullmatch(path.name):
            chats.setdefault(path.parent, []).append((int(numbered[1] or 1), name))
        elif path.suffix.lower() in (".html", ".htm"):
            yield from _discord(bundle, name)
    if not chats:
        return
    twice = telegram.whole_exports(bundle)  # who asks Telegram for both JSON and pages gets each chat in each
    for folder, parts in chats.items():
        if twice.isdisjoint((folder, *folder.parents)):
            yield from _telegram([_parsed(bundle, name, keeps_lines=False) for _, name in sorted(parts)], zone)


def _parsed(bundle: Bundle, name: str, *, keeps_lines: bool) -> tuple[list[_Found], bool]:
    """The messages of a page, and whether its end was lost."""
    page = _Page(keeps_lines=keeps_lines)
    try:
        page.feed(bundle.read(name).decode("utf-8-sig", "replace"))
    except (_TooDeep, AssertionError):  # the latter is the parser's word for a declaration that is none
        return page.found, True
    return page.found, not page.ended


def _telegram(pages: list[tuple[list[_Found], bool]], zone: ZoneInfo) -> Iterator[Conversation]:
    messages: list[Message] = []
    sender, zoneless = "", False
    forwarded, reply = frozenset(("forwarded",)), frozenset(("reply_to",))
    for found in (found for part, _ in pages for found in part if "default" in found.classes):
        if name := found.first("from_name", outside=forwarded):
            sender = name[1]
        date, text = found.first("date", outside=forwarded), found.first("text", outside=reply)
        match = _TITLE.match(date[0].attributes.get("title", "")) if date else None
        media = found.has("media_wrap")
        if match and (at := _instant(match, zone)) and sender and (media or (text and text[1])):
            zoneless = zoneless or not match["sign"]
            said = _LINE_ENDS.sub("\n", text[1]) if text and text[1] else None
            messages.append(Message(sender=sender, at=at, text=said, media=media))
    if messages:
        limits = [DELETED, NO_OWNER, _CLOUD_ALONE, *([_LOCAL_TIME] if zoneless else [])]
        limits += [CUT] if any(cut for _, cut in pages) else []
        yield conversation("telegram", "telegram-html", messages, owner=None, participants=(), limits=limits)


def _instant(title: re.Match[str], zone: ZoneInfo) -> datetime | None:
    if not title["sign"]:
        return local(title["shown"], "%d.%m.%Y %H:%M:%S", zone)
    ahead = timedelta(hours=int(title["hours"]), minutes=int(title["minutes"]))
    try:
        shown = datetime.strptime(title["shown"], "%d.%m.%Y %H:%M:%S").replace(tzinfo=UTC)
        return shown - ahead if title["sign"] == "+" else shown + ahead
    except (ValueError, OverflowError):
        return None


def _discord(bundle: Bundle, name: str) -> Iterator[Conversation]:
    found, cut = _parsed(bundle, name, keeps_lines=True)
    messages: list[Message] = []
    sender = ""
    for item in found:
        number = item.attributes.get("data-message-id", "")
        at = (
            since_epoch((int(number) >> 22) + _DISCORD_BEGAN, 1000) if number.isdecimal() and len(number) < 21 else None
        )
        if author := item.first("chatlog__author", outside=_QUOTED) or item.first(
            "chatlog__author-name", outside=_QUOTED
        ):
            sender = author[0].attributes.get("title") or author[1]
        if at is None or not sender or item.has("chatlog__system-notification"):
            continue
        text = item.first("chatlog__markdown-preserve", outside=_QUOTED) or item.first(
            "chatlog__content", outside=_QUOTED
        )
        media = item.has("chatlog__attachment", "chatlog__sticker", outside=_QUOTED)
        if media or (text and text[1]):
            messages.append(Message(sender=sender, at=at, text=(text[1] or None) if text else None, media=media))
    if messages:
        limits = [DELETED, NO_OWNER, *([CUT] if cut else [])]
        yield conversation(
            "discord", "discord-chat-exporter-html", messages, owner=None, participants=(), limits=limits
        )
