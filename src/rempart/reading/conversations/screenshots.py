"""Pictures of a conversation: a screenshot, or a folder or zip of nothing but screenshots.

Weaker evidence than an export, and its record says so: words may be misread, senders are told by the side of the
picture alone, and most pictures do not say when. A message has an instant (`at`) only where the picture shows the day
with its year, and the time beside the message; else `at` is null and `shown_time` is what the picture shows. Media of a
chat export are not looked at: where there is any other file than pictures, nothing is read here.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from zoneinfo import ZoneInfo

from msgspec import UNSET

from rempart.reading.conversations import building
from rempart.reading.conversations.bubbles import Bubble, Picture, picture
from rempart.reading.conversations.bundle import Bundle, Unreadable
from rempart.reading.conversations.tesseract import languages, words_on
from rempart.records.conversation import Conversation, Message

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
_OF_IPHONES = (".heic", ".heif")
OWNER = "owner"
_PASSED_OVER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")
_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "janvier janv january jan",
            "février févr fevrier february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "août aout august aug",
            "septembre sept september sep",
            "octobre oct october",
            "novembre nov november",
            "décembre déc decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_DAY_FIRST = re.compile(r"\b(?P<day>\d{1,2})(?:er)? (?P<month>[^\W\d_]+)\.? (?P<year>(?:19|20)\d\d)\b")
_MONTH_FIRST = re.compile(r"\b(?P<month>[^\W\d_]+)\.? (?P<day>\d{1,2}),? (?P<year>(?:19|20)\d\d)\b")
_OTHER_DAY = re.compile(
    r"\b(?:hier|aujourd.?hui|yesterday|today|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"\b(?P<hour>\d{1,2})[:.h](?P<minute>\d\d)(?: ?(?P<half>[ap])\.?m\.?)?", re.IGNORECASE)

MISREAD = "words and times were read off a picture by a program: some may be wrong or missing; emoji are not read"
BY_SIDE = "who wrote is told by the side of the picture alone: the right is called “owner”, the left “other”"
ONE_SIDE = "everything stands on one side of the picture: who wrote what may be wrong"
UNCLEAR_SIDE = "messages as wide as the picture stand on no side: their sender is called “unclear”"
TIMELESS = "the picture does not show the day, year and time of every message: where it does not, no time is given"
NO_FRENCH = "the machine's Tesseract lacks French: accented letters may be wrong"
IN_PART = "what stood above, below or between what is shown is not in a picture"


def read(bundle: Bundle, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations on pictures, one a picture in the order of their names. Raises Unreadable."""
    names = [name for name in bundle.names if not any(part in _PASSED_OVER for part in PurePosixPath(name).parts)]
    if not names or not all(name.lower().endswith((*SUFFIXES, *_OF_IPHONES)) for name in names):
        return
    known = languages()
    conversations: list[Conversation] = []
    limits = [] if "fra" in known else [NO_FRENCH]
    for name in names:
        if name.lower().endswith(_OF_IPHONES):
            raise Unreadable(f"{name} is in a form that is not read: save it as PNG or JPEG and try again")
        if found := conversation_on(picture(words_on(name, bundle.read(name), known)), zone):
            conversations.append(found)
        else:
            limits.append(f"no message was found on the picture {name}, which was given with this one")
    for conversation in conversations:
        conversation.limits += limits
    yield from conversations


def conversation_on(shown: Picture, zone: ZoneInfo) -> Conversation | None:
    """The conversation on a picture; None when no message stands on it."""
    messages: list[Message] = []
    notices: list[str] = []
    day: str | None = None
    for bubble, before in zip(shown.bubbles, [None, *shown.bubbles], strict=False):
        if bubble.side == "middle":
            notices.append(bubble.text)
            day = _day_from(bubble.text, day)
            continue
        # A time in the middle is that of the first message below it, and of no other.
        first = before is not None and before.side == "middle"
        beside = bubble.clock or (_clock_in(before.text) if before and first else None)
        messages.append(_message(bubble, notices, _instant(day, beside, zone)))
    if not messages:
        return None
    said = [bubble for bubble in shown.bubbles if bubble.side != "middle"]
    sides = {bubble.side for bubble in said}
    limits = [MISREAD, IN_PART]
    limits += [] if all(bubble.name for bubble in said) else [BY_SIDE]
    limits += [ONE_SIDE] if len(said) > 1 and len(sides) == 1 and not any(bubble.name for bubble in said) else []
    limits += [UNCLEAR_SIDE] if "unclear" in sides else []
    limits += [TIMELESS] if any(message.at is None for message in messages) else []
    limits += [f"{shown.hard} of {shown.words} words were hard to read"] if shown.hard else []
    limits += [f"taken for the app's own words around the conversation: “{words}”" for words in shown.frame]
    limits += [f"taken for a notice, not for a message: “{' '.join(notice.split())}”" for notice in notices]
    return building.conversation("other", "screenshot", messages, owner=OWNER, participants=(), limits=limits)


def _message(bubble: Bubble, notices: list[str], at: datetime | None) -> Message:
    sender = bubble.name if bubble.name and bubble.side == "other" else bubble.side
    shown = " ".join(part for part in (*notices[-1:], bubble.clock) if part)
    return Message(sender=sender, at=at, text=bubble.text, shown_time=UNSET if at else (shown or UNSET))


def _day_from(notice: str, before: str | None) -> str | None:
    """The notice that gives the day of what stands below `notice`; None when that day is said without its year."""
    if _DAY_FIRST.search(notice) or _MONTH_FIRST.search(notice):
        return notice
    return None if _OTHER_DAY.search(notice) else before


def _clock_in(notice: str) -> str | None:
    found = _CLOCK.search(notice)
    return found[0] if found else None


def _instant(day: str | None, clock: str | None, zone: ZoneInfo) -> datetime | None:
    """The instant of a message that shows `clock` below a notice with the day in full; None when either is missing."""
    words = " ".join((day or "").lower().split())
    date, time = _DAY_FIRST.search(words) or _MONTH_FIRST.search(words), _CLOCK.fullmatch(clock or "")
    if not (date and time and date["month"] in _MONTHS):
        return None
    hour = int(time["hour"])
    if time["half"]:
        hour = hour % 12 + (12 if time["half"].lower() == "p" else 0)
    try:
        shown = datetime(int(date["year"]), _MONTHS[date["month"]], int(date["day"]), hour, int(time["minute"]))
    except ValueError:
        return None
    return shown.replace(tzinfo=zone).astimezone(UTC)
