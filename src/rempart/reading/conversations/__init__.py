"""Chat exports, as a person attaches them, read into conversations."""

from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from rempart.reading.conversations import discord, meta, pages, screenshots, snapchat, telegram, tiktok, whatsapp
from rempart.reading.conversations.bundle import Unreadable, open_bundle
from rempart.records.conversation import Conversation

_FORMATS = (snapchat, meta, tiktok, telegram, discord, pages, whatsapp, screenshots)


def read_conversations(path: Path, zone: ZoneInfo) -> Iterator[Conversation]:
    """The conversations of the export at `path`: a file, a folder as unpacked, or a zip.

    zone: where times that an export gives without a zone were read off a clock. Yields nothing when no format is
    recognised. Raises FileNotFoundError, and Unreadable when it is refused or nothing of what is damaged can be read.
    """
    found = False
    with open_bundle(path) as bundle:
        for form in _FORMATS:
            for conversation in form.read(bundle, zone):
                conversation.limits += bundle.losses
                found = True
                yield conversation
        if bundle.losses and not found:
            raise Unreadable("; ".join(bundle.losses))


__all__ = ["Unreadable", "read_conversations"]
