"""What can be done with conversations: open, say, hear, read, withdraw, let an adult in, close, export, erase.

`say` writes to the person outside and announces it to them (`announcing`); `hear` takes what they write. Both are one
transaction with their ledger row, which never holds what was said.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import F
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from rempart import ledger
from rempart.correspondence import tasks
from rempart.correspondence.announcing import announce
from rempart.correspondence.errors import ConversationClosed, MessageRefused, TooLate
from rempart.correspondence.links import link_for
from rempart.correspondence.models import LANGUAGES, Conversation, Message, Silence
from rempart.correspondence.selectors import MINUTE, OUTSIDE, messages_of, unread
from rempart.correspondence.signals import heard
from rempart.files import sealing
from rempart.files.errors import FileRefused
from rempart.files.models import StoredFile
from rempart.files.services import keep
from rempart.ledger import Event
from rempart.ledger.clock import now
from rempart.ledger.proof_file import digest
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

LONGEST = 10_000  # characters of a message
FILES_AT_ONCE = 5
MESSAGES_A_DAY = 50
FILES_A_DAY = 30
DAY = timedelta(days=1)
MAIL = "conversation e-mail"  # what addresses are sealed for
# Care and discipline are kept apart: whoever reads cases does not open what was sent to the care team.
OF_CARE = frozenset({Conversation.Kind.YOUNG, Conversation.Kind.GUARDIAN, Conversation.Kind.AGENT})


@transaction.atomic(savepoint=False)
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
    Raises ValueError for an unknown kind or language, for both an account and a report or one without its service, and
    for what is no e-mail address.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language} is none of {', '.join(LANGUAGES)}")
    if (account and report) or bool(service) != bool(account or report):
        raise ValueError("a platform reaches somebody by its service and either an account or a report")
    conversation, is_new = Conversation.objects.select_for_update().get_or_create(
        kind=Conversation.Kind(kind),
        about=about,
        person=person,
        defaults={
            "language": language,
            "child_words": child_words,
            "service": service,
            "account": account,
            "report": report,
            "sealed_email": _sealed(email) if email else None,
            "opened_at": now(),
        },
    )
    if is_new and service and Silence.objects.filter(service=service, account=account).exists():
        conversation.silent_since = now()
        conversation.save(update_fields=["silent_since"])
    if is_new or conversation.closed_at is not None:
        if not is_new:
            conversation.closed_at = None
            conversation.save(update_fields=["closed_at"])
        content = {"kind": conversation.kind, "about": about}
        ledger.append(Event.CONVERSATION_OPENED, subject=conversation, acting=acting, content=content)
    return conversation


@transaction.atomic
def say(
    conversation: Conversation,
    *,
    text: str | Mapping[str, str],
    kind: Message.Kind | str = Message.Kind.PLAIN,
    acting: StaffMember | None = None,
    files: Iterable[StoredFile] = (),
    once: str = "",
) -> Message:
    """Write to the person outside, and have it announced to them (and to the adult they let in).

    text: {"fr": …, "en": …}, or a string in the conversation's language. acting: None when the software speaks.
    once: a key under which this is said one time only; saying it again returns the first message.
    What a member writes is shown and announced after a minute, in which `withdraw` takes it back.
    Raises ConversationClosed, and MessageRefused (field text, or files: one that is locked or destroyed is never sent).
    """
    conversation = _open(conversation, otherwise=once)
    if once and (said := conversation.messages.filter(once=once).first()):
        return said
    texts = {conversation.language: text} if isinstance(text, str) else dict(text)
    if not texts or not set(texts) <= set(LANGUAGES) or not all(words.strip() for words in texts.values()):
        raise MessageRefused("text", _("Write the message in French, in English or in both."))
    sent = list(files)
    if any(file.state != StoredFile.State.KEPT for file in sent):
        raise MessageRefused("files", _("A file that was locked away or destroyed cannot be sent."))
    moment = now()
    first = not conversation.messages.exclude(author__in=OUTSIDE).exists()
    message = Message.objects.create(
        conversation=conversation,
        author=Message.Author.STAFF if acting else Message.Author.SYSTEM,
        staff=acting,
        kind=Message.Kind(kind),
        text=texts,
        sent_at=moment,
        once=once,
    )
    message.files.add(*sent)
    if acting:
        conversation.answered_at = moment
        conversation.save(update_fields=["answered_at"])
    announced = announce(message, at=moment + MINUTE if acting else moment, first=first)
    ledger.append(
        Event.MESSAGE_SAID,
        subject=message,
        acting=acting,
        content={
            "conversation": conversation.pk,
            "kind": message.kind,
            "channels": len(announced),
            "sha256": digest(message.text),
        },
    )
    if announced and not acting:
        transaction.on_commit(tasks.deliver_soon)
    return message


@transaction.atomic
def hear(
    conversation: Conversation,
    *,
    text: str,
    files: Iterable[tuple[str, bytes]] = (),
    holder: str = "self",
    kind: Message.Kind | str = Message.Kind.PLAIN,
    suspected_intimate: bool = False,
) -> Message:
    """Keep what somebody outside wrote, with the files (name, content) they sent; tells `signals.heard`.

    suspected_intimate: they said that a file may show a minor in an intimate way: each is locked at once.
    Raises ConversationClosed, and MessageRefused when there is nothing in it, when it is longer than 10,000 characters,
    when a file is refused (the message says which and why), or when the day's 50 messages or 30 files are used up.
    """
    conversation = _open(conversation)
    text, sent, moment = text.replace("\r\n", "\n").replace("\x00", "").strip(), list(files), now()
    _ensure_sensible(text, sent)
    _ensure_within_a_day(conversation, len(sent), moment)
    opened_with = Permission.CARE if conversation.kind in OF_CARE else Permission.READ_CASES
    kept = [_kept(name, content, suspected_intimate, opened_with) for name, content in sent]
    message = Message.objects.create(
        conversation=conversation,
        author=Message.Author.ADULT if holder == "adult" else Message.Author.THEM,
        kind=Message.Kind(kind),
        text={conversation.language: text} if text else {},
        sent_at=moment,
    )
    message.files.add(*kept)
    conversation.heard_at = moment
    conversation.save(update_fields=["heard_at"])
    content = {
        "conversation": conversation.pk,
        "kind": message.kind,
        "files": [file.sha256 for file in kept],
        "sha256": digest(message.text),
    }
    ledger.append(Event.MESSAGE_HEARD, subject=message, content=content)
    heard.send(Conversation, conversation=conversation, message=message)
    return message


def _ensure_sensible(text: str, files: list[tuple[str, bytes]]) -> None:
    if not text and not files:
        raise MessageRefused("text", _("There is nothing to send yet: write something or choose a file."))
    if len(text) > LONGEST:
        raise MessageRefused("text", _("A message holds 10,000 characters at most. Send the rest in another one."))
    if len(files) > FILES_AT_ONCE:
        raise MessageRefused("files", _("Send at most five files at once."))


def _ensure_within_a_day(conversation: Conversation, files: int, moment: datetime) -> None:
    lately = conversation.messages.filter(author__in=OUTSIDE, sent_at__gt=moment - DAY)
    if lately.count() >= MESSAGES_A_DAY:
        raise MessageRefused("text", _("You have sent many messages today. They are all kept; write again tomorrow."))
    if files and StoredFile.objects.filter(messages__in=lately).count() + files > FILES_A_DAY:
        raise MessageRefused("files", _("You have sent many files today. They are all kept; send others tomorrow."))


def _kept(name: str, content: bytes, suspected_intimate: bool, opened_with: Permission) -> StoredFile:
    try:
        return keep(content, name=name, suspected_intimate=suspected_intimate, opened_with=opened_with)
    except FileRefused as error:
        raise MessageRefused("files", f"{name}: {error}") from error


@transaction.atomic
def withdraw(message: Message, *, acting: StaffMember) -> Message:
    """Take back what this member wrote less than a minute ago, before it was read or announced. Raises TooLate."""
    message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    mine = message.staff_id == acting.pk
    if not mine or message.withdrawn_at or message.read_at or now() >= message.sent_at + MINUTE:
        raise TooLate
    conversation = Conversation.objects.select_for_update().get(pk=message.conversation_id)  # after whoever writes now
    message.withdrawn_at = now()
    message.save(update_fields=["withdrawn_at"])
    message.deliveries.all().delete()
    last = conversation.messages.filter(author=Message.Author.STAFF, withdrawn_at=None).last()
    Conversation.objects.filter(pk=conversation.pk).update(answered_at=last.sent_at if last else None)
    ledger.append(Event.MESSAGE_WITHDRAWN, subject=message, acting=acting)
    return message


@transaction.atomic
def mark_read(conversation: Conversation, *, acting: StaffMember | None = None) -> int:
    """Note that the other side's messages were seen: by a member (`acting`), else by the person outside.

    Returns how many were new. What a member wrote less than a minute ago is not shown outside yet, hence not read.
    """
    return unread(conversation, outside=acting is None).update(read_at=now())


@transaction.atomic
def invite_adult(conversation: Conversation, *, email: str = "") -> str:
    """Let in a guardian or another adult the person trusts; returns the link to hand to them.

    Asked by the person alone, never by the house. A link made for an adult before is revoked.
    Raises MessageRefused (field email), ConversationClosed.
    """
    conversation = _open(conversation)
    try:
        sealed = _sealed(email) if email else None
    except ValueError as error:
        raise MessageRefused("email", _("This is not an e-mail address.")) from error
    conversation.adult_since, conversation.adult_sealed_email, conversation.adult_seen_at = now(), sealed, None
    conversation.adult_generation += 1
    conversation.save(update_fields=["adult_since", "adult_sealed_email", "adult_seen_at", "adult_generation"])
    ledger.append(Event.ADULT_INVITED, subject=conversation)
    return link_for(conversation, "adult")


@transaction.atomic
def let_adult_out(conversation: Conversation) -> None:
    """Let the adult out again: their link opens nothing any more. Harmless when nobody was let in."""
    conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if conversation.adult_since is None:
        return
    conversation.adult_since = conversation.adult_sealed_email = conversation.adult_seen_at = None
    conversation.adult_generation += 1
    conversation.save(update_fields=["adult_since", "adult_sealed_email", "adult_seen_at", "adult_generation"])
    ledger.append(Event.ADULT_LEFT, subject=conversation)


@transaction.atomic
def revoke_links(conversation: Conversation, *, acting: StaffMember | None = None, reason: str) -> None:
    """Revoke every link made so far, the adult's included; the next message carries a new one."""
    Conversation.objects.filter(pk=conversation.pk).update(
        generation=F("generation") + 1, adult_generation=F("adult_generation") + 1
    )
    ledger.append(Event.LINKS_REVOKED, subject=conversation, acting=acting, content={"reason": reason})


@transaction.atomic
def choose_language(conversation: Conversation, language: str) -> None:
    """The language the person wants to be written in from now on. Raises ValueError for one we do not speak."""
    if language not in LANGUAGES:
        raise ValueError(f"{language} is none of {', '.join(LANGUAGES)}")
    Conversation.objects.filter(pk=conversation.pk).update(language=language)
    conversation.language = language


@transaction.atomic(savepoint=False)
def speak_as(conversation: Conversation, *, language: str | None, child_words: bool | None) -> None:
    """Write to the person from now on in this language and register, as far as they are known (None: as before)."""
    if language is not None and language != conversation.language:
        choose_language(conversation, language)
    if child_words is not None and child_words != conversation.child_words:
        conversation.child_words = child_words
        conversation.save(update_fields=["child_words"])


@transaction.atomic
def give_email(conversation: Conversation, email: str) -> None:
    """Be told by e-mail from now on at this address, or no longer when it is empty. Asked by the person alone.

    Nothing is written when that is so already. Raises MessageRefused (field email) for what is no address.
    """
    try:
        address = _address(email) if email else ""
    except ValueError as error:
        raise MessageRefused("email", _("This is not an e-mail address.")) from error
    if email_of(conversation) == address:
        return
    sealed = sealing.seal(address, purpose=MAIL) if address else None
    Conversation.objects.filter(pk=conversation.pk).update(sealed_email=sealed)
    conversation.sealed_email = sealed
    ledger.append(Event.ADDRESS_CHANGED, subject=conversation, content={"by_mail": bool(email)})


@transaction.atomic
def close_conversation(conversation: Conversation, *, acting: StaffMember | None = None, reason: str = "") -> None:
    """Close it: it can still be read by its link, nothing more is said. Harmless twice."""
    conversation = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if conversation.closed_at is not None:
        return
    conversation.closed_at = now()
    conversation.save(update_fields=["closed_at"])
    content = {"reason": reason} if reason else None
    ledger.append(Event.CONVERSATION_CLOSED, subject=conversation, acting=acting, content=content)


def export_conversation(conversation: Conversation) -> dict[str, Any]:
    """Everything said as the person saw it, for their own export or a referral: who, when, what, files by hash.

    Who wrote for the house is not named: the house did.
    """
    return {
        "kind": conversation.kind,
        "about": conversation.about,
        "language": conversation.language,
        "opened_at": conversation.opened_at,
        "closed_at": conversation.closed_at,
        "email": email_of(conversation),
        "messages": [
            {
                "author": message.author,
                "kind": message.kind,
                "text": message.text,
                "sent_at": message.sent_at,
                "read_at": message.read_at,
                "files": [
                    {
                        "name": file.name,
                        "media_type": file.media_type,
                        "size": file.size,
                        "sha256": file.sha256,
                        "state": file.state,
                    }
                    for file in message.files.all()
                ],
            }
            for message in messages_of(conversation, outside=True)
        ],
    }


@transaction.atomic
def erase_conversations(*, about: str) -> int:
    """Erase the conversations about something, with their messages, deliveries and the contents of their ledger rows.

    Files that nothing else refers to leave with their own retention. Returns the number of conversations erased.
    """
    found = list(Conversation.objects.filter(about=about).select_for_update())
    for conversation in found:
        erase_conversation(conversation, because="retention")
    return len(found)


@transaction.atomic
def erase_conversation(conversation: Conversation, *, because: str) -> None:
    """Erase one conversation with its messages, deliveries and the contents of their ledger rows.

    because: the reason, which must itself hold nothing personal.
    """
    for message in conversation.messages.all():
        ledger.erase(message, because=because)
    ledger.erase(conversation, because=because)
    conversation.delete()


def email_of(conversation: Conversation, holder: str = "self") -> str:
    """The address that mail for this holder goes to; empty when there is none."""
    sealed = conversation.adult_sealed_email if holder == "adult" else conversation.sealed_email
    return sealing.unseal(sealed, purpose=MAIL) if sealed is not None else ""


def _sealed(email: str) -> bytes:
    return sealing.seal(_address(email), purpose=MAIL)


def _address(email: str) -> str:
    """The address as mail servers read it. Raises ValueError for what is none."""
    person, _at, domain = email.strip().rpartition("@")
    try:
        address = f"{person}@{punycode(domain)}"  # mail servers that know other alphabets are rare
        validate_email(address)
    except (ValidationError, UnicodeError) as error:
        raise ValueError("this is not an e-mail address") from error
    return address


def _open(conversation: Conversation, *, otherwise: str = "") -> Conversation:
    """The conversation, locked so that one thing is said at a time.

    Raises ConversationClosed, unless what is to be said under the key `otherwise` was said before.
    """
    locked = Conversation.objects.select_for_update().get(pk=conversation.pk)
    if locked.closed_at is not None and not (otherwise and locked.messages.filter(once=otherwise).exists()):
        raise ConversationClosed
    return locked
