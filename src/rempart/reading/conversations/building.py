"""What all formats share: messages in order, times in UTC, text that was encoded twice, and what was lost."""

from collections.abc import Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from rempart.reading.conversations.bundle import Bundle
from rempart.reading.conversations.torn import NotJson, parse_json
from rempart.records.conversation import Conversation, Message
from rempart.records.references import Service

DELETED = "messages deleted before the export are not in it"
UNREAD = "messages that could not be read, which are left out"
FORWARDED = "messages that pass on another one, whose words are not told as the sender's"
EDITED = "messages that were edited, whose first words are lost"
_NEVER = datetime.max.replace(tzinfo=UTC)
NO_OWNER = "the export does not say who made it"
CUT = "the file ends in the middle: what came after was lost"


def json_file(bundle: Bundle, name: str) -> tuple[object, bool]:
    """The content of a JSON file and whether its end was lost; (None, False) when it is not JSON at all."""
    try:
        return parse_json(bundle.read(name))
    except NotJson:
        return None, False


def conversation(
    service: Service,
    form: str,
    messages: Iterable[Message],
    *,
    owner: str | None,
    participants: Iterable[str],
    limits: Iterable[str],
) -> Conversation:
    """A conversation with its messages oldest first (equal times as they came) and everybody in it named once.

    Where the time of a message is not known, all stay in the order in which they came.
    """
    ordered = list(messages)
    if all(message.at for message in ordered):
        ordered.sort(key=lambda message: message.at or _NEVER)
    everybody = dict.fromkeys([*participants, *(message.sender for message in ordered)])
    return Conversation(
        service=service,
        format=form,
        owner=owner,
        participants=[name for name in everybody if name],
        messages=ordered,
        limits=list(dict.fromkeys(limits)),
    )


def counted(**numbers: int) -> list[str]:
    """Limits that say how many messages something is true of; keywords are the names of the sentences above."""
    sentences = {"unread": UNREAD, "edited": EDITED, "forwarded": FORWARDED}
    return [f"{sentences[name]}: {number}" for name, number in numbers.items() if number]


def local(written: str, pattern: str, zone: ZoneInfo, *, after: datetime | None = None) -> datetime | None:
    """The instant of a local time written by `pattern`; None when it is no such time.

    after: the instant of what stands before it, which tells which of the two hours is meant that a change of clocks
    repeats.
    """
    try:
        shown = datetime.strptime(written, pattern).replace(tzinfo=zone)
        first, second = shown.astimezone(UTC), shown.replace(fold=1).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return second if after and first < after <= second else first


def instant(written: object) -> datetime | None:
    """The instant of an ISO 8601 time, which is UTC when no zone is said; None when it is no such time."""
    if not isinstance(written, str):
        return None
    try:
        at = datetime.fromisoformat(written.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def since_epoch(number: object, per_second: int) -> datetime | None:
    """The instant of a count since 1970, `per_second` a second; None when it is none that a calendar knows."""
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(number / per_second, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def unmangled(text: str) -> str:
    """UTF-8 whose bytes were each written as a character of its own (« Ã© » for « é »), put right; else as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text
