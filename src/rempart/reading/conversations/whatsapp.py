"""WhatsApp's « Export chat »: a text file, as Android and iOS write it, in French and in English.

    12/06/2020 à 21:14 - Léa : salut            Android, French
    6/12/20, 9:14 PM - Léa: hi                  Android, American
    [12/06/2020 21:14:05] Léa: salut            iOS

A line that begins no message goes on with the one before. Lines without a sender are notices. Whether the day or the
month comes first is told from the file as a whole: a number above twelve, or dates that only in one order never
go back. In the hour that a change of clocks repeats, the order of the lines tells which of the two it is.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import PurePosixPath
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rempart.reading.conversations.building import CUT, DELETED, conversation
from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.whatsapp_words import INVISIBLE, is_notice, said
from rempart.records.conversation import Conversation, Message

_HEAD = re.compile(
    r"\[?(?P<first>\d{1,4})[/.-](?P<second>\d{1,2})[/.-](?P<third>\d{1,4}),?(?: à| at)? "
    r"(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?:[:.](?P<seconds>\d\d))?(?: ?(?P<half>[ap])\.? ?m\.?)?"
    r"(?:\] | [-–] )(?P<rest>.*)",
    re.IGNORECASE,
)
_BEFORE_A_LINE = "\u200e\u200f\u202a\u202b\u202c\ufeff"
_SENDER = re.compile(r"(?P<sender>[^:\n]{1,80}?) ?: ?(?P<text>.*)", re.DOTALL)
_TITLE = re.compile(r"(?:whatsapp chat with|discussion whatsapp avec) (?P<other>.+)\.txt", re.IGNORECASE)
_TO_THE_MINUTE = "times are to the minute"
_LOCAL_TIME = "times are those of the phone that exported, read in the zone that was given"
_NO_OWNER = "the export does not say which participant is its owner"
_EITHER_ORDER = "whether the day or the month comes first cannot be told: the day was taken to be first"
_COUNTED = {
    "deleted": "messages that stand as deleted, whose words are lost",
    "edited": "messages that were edited, whose first words are lost",
    "call": "calls, which are left out",
    "doubtful": "messages that may be WhatsApp's own notices",
}
_UNKNOWN = "messages whose date no calendar knows, which are left out"
_BACK = "messages that stand below later ones, since they came late or somebody pasted them"
_BOTH_ORDERS = "some dates stand in another order than the rest: each was read in the order that it can have"
_REPEATED_HOUR = "some times are in the hour that a change of clocks repeats: which of the two was told by their order"
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
        text = bundle.read(name).decode("utf-8-sig", "replace").replace("\r\n", "\n")
        if found := _conversation(PurePosixPath(name).name, text, zone):
            yield found


def _conversation(name: str, text: str, zone: ZoneInfo) -> Conversation | None:
    lines, cut = _lines(text.replace("\u202f", " ").replace("\u00a0", " "))
    times, limits = _times([(line.date, line.clock) for line in lines], zone)
    messages: list[Message] = []
    owners: set[str] = set()
    count = dict.fromkeys(_COUNTED, 0)
    for line, at in zip(lines, times, strict=True):
        match = _SENDER.fullmatch(line.rest)
        sender = INVISIBLE.sub("", match["sender"]).strip() if match else ""
        if match is None or at is None or not sender or is_notice(sender):
            continue
        words = said(match["text"])
        for what in _COUNTED:
            count[what] += getattr(words, what)
        if words.by_owner:
            owners.add(sender)
        if words.text or words.media:
            messages.append(Message(sender=sender, at=at, text=words.text, media=words.media))
    if not messages:
        return None
    owner = _owner(name, owners, {message.sender for message in messages})
    limits = [DELETED, *([] if owner else [_NO_OWNER]), _LOCAL_TIME, _LARGEST, *limits]
    limits += [_TO_THE_MINUTE] if all(line.clock[2] < 0 for line in lines) else []
    limits += [f"{_COUNTED[what]}: {number}" for what, number in count.items() if number]
    limits += [CUT] if cut else []
    return conversation("whatsapp", "whatsapp-text", messages, owner=owner, participants=(), limits=limits)


def _owner(name: str, owners: set[str], senders: set[str]) -> str | None:
    """Who exported: whom WhatsApp calls « you », or of two the one who is not in the title; None when neither tells."""
    if len(owners) == 1:
        return owners.pop()
    title = _TITLE.fullmatch(name)
    rest = senders - {title["other"].strip()} if title else senders
    return rest.pop() if len(senders) == 2 and len(rest) == 1 else None


def _lines(text: str) -> tuple[list[_Line], bool]:
    """The messages and notices of a file, and whether its last one is cut: every line ends with a line feed."""
    lines: list[_Line] = []
    for written in text.split("\n"):
        match = _HEAD.fullmatch(written.lstrip(_BEFORE_A_LINE))
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


def _times(
    written: Sequence[tuple[tuple[int, int, int], tuple[int, int, int]]], zone: ZoneInfo
) -> tuple[list[datetime | None], list[str]]:
    """The instants of dates and clocks in the order of their lines, None for what no calendar knows; and limits."""
    day_first, surely = _order([date for date, _ in written])
    times: list[datetime | None] = []
    latest: datetime | None = None
    other_order = repeated = unknown = back = 0
    for date, clock in written:
        shown = _shown(date, clock, day_first)
        if shown is None and (shown := _shown(date, clock, not day_first)):
            other_order += 1
        if shown is None:
            unknown += 1
            times.append(None)
            continue
        first, second = shown.replace(tzinfo=zone), shown.replace(tzinfo=zone, fold=1)
        at = first.astimezone(UTC)
        if first.utcoffset() != second.utcoffset() and second.astimezone(UTC) > at:
            repeated += 1
            at = second.astimezone(UTC) if latest and at < latest <= second.astimezone(UTC) else at
        back += latest is not None and at < latest
        latest = max(latest, at) if latest else at
        times.append(at)
    limits = [] if surely else [_EITHER_ORDER]
    limits += [_BOTH_ORDERS] if other_order else []
    limits += [_REPEATED_HOUR] if repeated else []
    limits += [f"{_UNKNOWN}: {unknown}"] if unknown else []
    limits += [f"{_BACK}: {back}"] if back else []
    return times, limits


def _shown(date: tuple[int, int, int], clock: tuple[int, int, int], day_first: bool) -> datetime | None:
    first, second, third = date
    year, month, day = (
        (first, second, third) if first > 31 else (third, second, first) if day_first else (third, first, second)
    )
    hour, minute, seconds = clock
    try:
        return datetime(year + 2000 if year < 100 else year, month, day, hour, minute, max(seconds, 0))
    except ValueError:
        return None
