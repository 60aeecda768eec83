"""What can be done with conversations: open, say, hear, read, withdraw, let an adult in, close, export, erase.

`say` writes to the person outside and announces it to them (`announcing`); `hear` takes what they write. Both are one
transaction with their ledger row, which never holds what was said.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from rempart.correspondence.models import Conversation, Message
from rempart.files.models import StoredFile
from rempart.staff.models import StaffMember


def open_conversation(
    kind: Conversation.Kind | str,
    *,
    about: str,
    person: str,
    language: str = "fr",
    child_words: bool = False,
    service: str = "",
    account: str = "",
    report: str = "",
    email: str = "",
    acting: StaffMember | None = None,
) -> Conversation:
    """Open the conversation with one person about one thing, or return the one there is (opened again if closed).

    about, person: neutral references, such as "casework.case:12" and "intake.account:3".
    service, account or report: how the platform reaches them, by its webhooks; email: an address they gave. All may be
    missing: then nobody is told that a message is there, and only a link opens the conversation.
    Raises ValueError for an unknown kind or language, or for both an account and a report.
    """
    raise NotImplementedError


def say(
    conversation: Conversation,
    *,
    text: str | Mapping[str, str],
    kind: Message.Kind | str = "plain",
    acting: StaffMember | None = None,
    files: Iterable[StoredFile] = (),
    once: str = "",
) -> Message:
    """Write to the person outside, and have it announced to them (and to the adult they let in).

    text: {"fr": …, "en": …}, or a string in the conversation's language. acting: None when the software speaks.
    once: a key under which this is said one time only; saying it again returns the first message.
    What a member writes by hand is announced after a minute, in which `withdraw` takes it back.
    Raises ConversationClosed, MessageRefused (field text or files: a file that is not freely kept is never sent).
    """
    raise NotImplementedError


def hear(
    conversation: Conversation,
    *,
    text: str,
    files: Iterable[tuple[str, bytes]] = (),
    holder: str = "self",
    kind: Message.Kind | str = "plain",
    suspected_intimate: bool = False,
) -> Message:
    """Keep what somebody outside wrote, with the files (name, content) they sent; tells `signals.heard`.

    Raises ConversationClosed, and MessageRefused when there is nothing in it, when it is longer than 10,000 characters,
    when a file is refused (the message says which and why), or when the day's 50 messages or 30 files are used up.
    """
    raise NotImplementedError


def withdraw(message: Message, *, acting: StaffMember) -> Message:
    """Take back what this member wrote less than a minute ago, before it was read or announced. Raises TooLate."""
    raise NotImplementedError


def mark_read(conversation: Conversation, *, acting: StaffMember | None = None) -> int:
    """Note that the other side's messages were seen: by a member (`acting`), else by the person outside.

    Returns how many were new. What a member wrote less than a minute ago is not shown yet, hence not read.
    """
    raise NotImplementedError


def invite_adult(conversation: Conversation, *, email: str = "") -> str:
    """Let in a guardian or another adult the person trusts; returns the link to hand to them.

    Asked by the person alone, never by the house. A link made for an adult before is revoked. Raises MessageRefused
    (field email), ConversationClosed.
    """
    raise NotImplementedError


def let_adult_out(conversation: Conversation) -> None:
    """Let the adult out again: their link opens nothing any more. Harmless when nobody was let in."""
    raise NotImplementedError


def revoke_links(conversation: Conversation, *, acting: StaffMember | None = None, reason: str) -> None:
    """Revoke every link made so far, the adult's included; the next message carries a new one."""
    raise NotImplementedError


def choose_language(conversation: Conversation, language: str) -> None:
    """The language the person wants to be written in from now on. Raises ValueError for one we do not speak."""
    raise NotImplementedError


def close_conversation(conversation: Conversation, *, acting: StaffMember | None = None, reason: str = "") -> None:
    """Close it: it can still be read by its link, nothing more is said. Harmless twice."""
    raise NotImplementedError


def export_conversation(conversation: Conversation) -> dict[str, Any]:
    """Everything said, for the person's own export or a referral: who, when, what, files by name, size and hash."""
    raise NotImplementedError


def erase_conversations(*, about: str) -> int:
    """Erase the conversations about something, with their messages, deliveries and the contents of their ledger rows.

    Files that nothing else refers to leave with their own retention. Returns the number of conversations erased.
    """
    raise NotImplementedError
