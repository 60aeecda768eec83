"""WhatsApp's « Export chat »: a text file, as Android and iOS write it, in French and in English.

    12/06/2020 à 21:14 - Léa : salut            Android, French
    6/12/20, 9:14 PM - Léa: hi                  Android, American
    [12/06/2020 21:14:05] Léa: salut            iOS

A line that begins no message goes on with the one before. Lines without a sender are notices. Whether the day or the
month comes first is told from the file as a whole: a number above twelve, or dates that only in one order never
go back.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, conversation
from rempart.reading.conversations.bundle import Bundle
from rempart.records.conversation import Conversation, Message

_INVISIBLE = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_HEAD = re.compile(
    r"\[?(?P<first>\d{1,4})[/.-](?P<second>\d{1,2})[/.-](?P<third>\d{1,4}),?(?: à| at)? "
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<seconds>\d\d))?(?: ?(?P<half>[ap])\.? ?m\.?)?"
    r"(?:\] | - )(?P<rest>.*)",
    re.IGNORECASE,
)
_SENDER = re.compile(r"(?P<sender>[^:\n]{1,80}?) ?: ?(?P<text>.*)", re.DOTALL)
_MEDIA = re.compile(
    r"<(?:m[ée]dias? (?:omis|omitted)|attached: [^>]+|pi[èe]ce jointe ?: [^>]+)>"
    r"|\S[^\n]* \((?:file attached|fichier joint)\)"
    r"|(?:image|photo|vid[ée]o|audio|sticker|gif|document|contact card|fiche contact)s? "
    r"(?:omitted|absente?s?|omise?s?)",
    re.IGNORECASE,
)
_GONE = re.compile(
    r"(?:this message was deleted|you deleted this message|ce message a [ée]t[ée] supprim[ée]"
    r"|vous avez supprim[ée] ce message)\.?",
    re.IGNORECASE,
)
_EDITED = re.compile(r"\s*<(?:this message was edited|ce message a [ée]t[ée] modifi[ée])>$", re.IGNORECASE)
# A notice of iOS has the chat's or a person's name before it, as a message has.
_NOTICE = re.compile(
    r"(?:messages and calls are end-to-end encrypted|les messages et (?:les )?appels sont chiffr[ée]s"
    r"|missed (?:voice|video) call|appel (?:vocal|vid[ée]o) manqu[ée])",
    re.IGNORECASE,
)
_TO_THE_MINUTE = "times are to the minute"
_LOCAL_TIME = "times are those of the phone that exported, read in the zone that was given"
_NO_OWNER = "the export does not say which participant is its owner"
_EITHER_ORDER = "whether the day or the month comes first cannot be told: the day was taken to be first"
_LARGEST = "the service exports at most the newest 10,000 messages with media, 40,000 without"


class _Line(NamedTuple):
    """A message or notice as it stands: its three numbers of a date, hour, minute, seconds or -1, and what follows."""

    date: tuple[int, int, int]
    clock: tuple[int, int, int]
    rest: str


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of WhatsApp's text exports, one a file."""
    for name in bundle.names:
        if not name.lower().endswith(".txt"):
            continue
        text = bundle.read(name).decode("utf-8-sig", "replace").replace("\r\n", "\n").replace("\u202f", " ")
        lines, cut = _lines(_INVISIBLE.sub("", text.replace("\u00a0", " ")))
        day_first, surely = _order([line.date for line in lines])
        messages = [message for line in lines if (message := _message(line, day_first, zone))]
        if not messages:
            continue
        limits = [DELETED, _NO_OWNER, _LOCAL_TIME, _LARGEST]
        limits += [_TO_THE_MINUTE] if all(line.clock[2] < 0 for line in lines) else []
        limits += [] if surely else [_EITHER_ORDER]
        limits += [CUT] if cut else []
        yield conversation("whatsapp", "whatsapp-text", messages, owner=None, participants=(), limits=limits)


def _lines(text: str) -> tuple[list[_Line], bool]:
    """The messages and notices of a file, and whether its last one is cut: every line ends with a line feed."""
    lines: list[_Line] = []
    for written in text.split("\n"):
        match = _HEAD.fullmatch(written)
        if match is None:
            if lines:
                lines[-1] = lines[-1]._replace(rest=f"{lines[-1].rest}\n{written}")
            continue
        hour = int(match["hour"])
        if match["half"]:
            hour = hour % 12 + (12 if match["half"].lower() == "p" else 0)
        date = (int(match["first"]), int(match["second"]), int(match["third"]))
        lines.append(_Line(date, (hour, int(match["minute"]), int(match["seconds"] or -1)), match["rest"]))
    cut = bool(text) and not text.endswith("\n")
    return lines[: len(lines) - cut], cut


def _order(dates: Sequence[tuple[int, int, int]]) -> tuple[bool, bool]:
    """Whether the day comes before the month, and whether the file tells."""
    if any(first > 31 for first, _, _ in dates):
        return False, True  # the year first, then the month
    if any(first > 12 for first, _, _ in dates):
        return True, True
    if any(second > 12 for _, second, _ in dates):
        return False, True
    day_first = [(year, second, first) for first, second, year in dates]
    month_first = [(year, first, second) for first, second, year in dates]
    goes_back = [any(late < early for early, late in pairwise(order)) for order in (day_first, month_first)]
    return (True, False) if goes_back[0] == goes_back[1] else (goes_back[1], True)


def _message(line: _Line, day_first: bool, zone: ZoneInfo) -> Message | None:
    match = _SENDER.fullmatch(line.rest)
    if match is None:
        return None
    first, second, third = line.date
    year, month, day = (
        (first, second, third) if first > 31 else (third, second, first) if day_first else (third, first, second)
    )
    hour, minute, seconds = line.clock
    try:
        at = datetime(year + 2000 if year < 100 else year, month, day, hour, minute, max(seconds, 0), tzinfo=zone)
    except ValueError:
        return None
    text = _EDITED.sub("", match["text"].rstrip("\n"))
    if not text.strip() or _GONE.fullmatch(text) or _NOTICE.match(text):
        return None
    first_line, _, caption = text.partition("\n")
    media = _MEDIA.fullmatch(first_line.strip()) is not None
    said = (caption.strip() or None) if media else text
    return Message(sender=match["sender"].strip(), at=at.astimezone(UTC), text=said, media=media)
