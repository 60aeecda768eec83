"""Telling another service what happened there: only if the person who reported agreed, and a reviewer approved.

Draft, ask, answer, approve, send, record the service's answer. Until it has left, the person takes their yes back with
one word. It leaves by e-mail or by a signed webhook to the address that an administrator entered for that service, and
is tried again until it arrives or is given up; a process that is killed on the way sends it again under its reference.
"""

import base64
import json
import logging
import random
from collections.abc import Iterable
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_noop

from rempart.casework.complainants.words import message
from rempart.casework.errors import (
    AddressMissing,
    AlreadyDone,
    NobodyNotifies,
    NotAllowed,
    NothingToNotify,
    NoticeGone,
    NoticeNotWaiting,
    ServiceIsOurs,
)
from rempart.casework.links import counted_with
from rempart.casework.models import Case, ServiceContact, ServiceNotice
from rempart.casework.notices import composing
from rempart.casework.services.guards import ensure_may_act, given_reason
from rempart.casework.statements.wording import ensure_no_guilt
from rempart.correspondence import mails, webhooks
from rempart.correspondence.delivering import LONGEST_ASKED, WAITS
from rempart.correspondence.errors import ConversationClosed
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import email_of, say
from rempart.correspondence.webhooks import Outcome
from rempart.files import sealing
from rempart.files.models import StoredFile
from rempart.files.services import hand_over
from rempart.intake.models import Report
from rempart.intake.ours import FEDERATED, is_ours, own_services
from rempart.intake.subjects import own_files
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.pages.labels import words_for
from rempart.records import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

logger = logging.getLogger("rempart.casework")
State = ServiceNotice.State
UNSENT = (State.DRAFT, State.ASKED, State.AGREED, State.REFUSED, State.APPROVED, State.FAILED)
PURPOSE = "notice secret"
MOST_JOINED = 15 * 1024 * 1024  # bytes in all; composing.LARGEST for one


# --- where services take notices


@transaction.atomic
def set_contact(
    service: str, *, source: str, acting: StaffMember, email: str = "", url: str = "", language: str = "en"
) -> tuple[ServiceContact, str]:
    """Enter where a service takes notices, in place of what was there; returns it with a webhook's secret, shown once.

    source: where the address was found and how it was checked. Either `email` or `url`.
    Raises NotAllowed, ReasonMissing, AddressMissing, ServiceIsOurs, EndpointRefused for an address that is no use.
    """
    if not acting.may(Permission.ADMINISTER):
        raise NotAllowed
    source = given_reason(source)
    if bool(email) == bool(url):
        raise AddressMissing
    if service in own_services() or service in FEDERATED:
        raise ServiceIsOurs
    secret = ""
    if url:
        webhooks.ensure_usable(url)
        secret = webhooks.new_secret()
    remove_contact(service, acting=acting)
    contact = ServiceContact.objects.create(
        service=service,
        email=email,
        url=url,
        sealed_secret=sealing.seal(secret, purpose=PURPOSE) if secret else None,
        language=language,
        source=source,
        added_at=now(),
        added_by=acting,
    )
    content = {"service": service, "by": "webhook" if url else "e-mail", "to": email or url, "source": source}
    append(Event.CONTACT_SET, subject=contact, acting=acting, content=content)
    return contact, secret


@transaction.atomic
def remove_contact(service: str, *, acting: StaffMember) -> bool:
    """Send no more notices to a service; returns whether there was anywhere to send them. Raises NotAllowed."""
    if not acting.may(Permission.ADMINISTER):
        raise NotAllowed
    contact = contact_of(service)
    if contact is None:
        return False
    contact.removed_at = now()
    contact.save(update_fields=["removed_at"])
    append(Event.CONTACT_REMOVED, subject=contact, acting=acting)
    return True


def contact_of(service: str) -> ServiceContact | None:
    """Where a service takes notices, if an administrator entered it."""
    return ServiceContact.objects.filter(service=service, removed_at=None).first()


# --- what is to be said, and whether the person agrees


@transaction.atomic
def draft_notice(
    report: Report, there: AccountReference, *, links: Iterable[str] = (), acting: StaffMember | None = None
) -> ServiceNotice:
    """Draft a notice of what a report says, about an account on another service, and ask its author whether it may go.

    there: the account as the person named it. links: addresses of what happened. acting: None where the report itself
    is about that account and the software asks at once.
    Raises NotAllowed, Excluded; ServiceIsOurs; AddressMissing where nobody entered an address of that service;
    NobodyNotifies without REMPART_NOTIFIER; NothingToNotify where no kind of conduct was told of; AlreadyDone;
    NoticeGone when the person withdrew or their page is closed.
    """
    testimony = report.testimony
    if acting is not None:
        _ensure_may(report, acting)
    if is_ours(there) or there.service in FEDERATED:
        raise ServiceIsOurs
    if contact_of(there.service) is None:
        raise AddressMissing
    if composing.notifier() is None:
        raise NobodyNotifies
    if not testimony.conduct:
        raise NothingToNotify
    if testimony.withdrawn_at is not None or report.conversation.closed_at is not None:
        raise NoticeGone
    notice, is_new = ServiceNotice.objects.get_or_create(
        report=report,
        service=there.service,
        defaults={
            "handle": there.handle,
            "number": there.id or "",
            "links": list(links),
            "conduct": testimony.conduct,
            "minor": testimony.complainant_minor,
            "month": f"{testimony.received_at:%Y-%m}",
            "drafted_at": now(),
            "drafted_by": acting,
        },
    )
    if not is_new:
        raise AlreadyDone
    notice.files.set(_may_be_joined(report.conversation))
    append(Event.NOTICE_DRAFTED, subject=notice, acting=acting, content={"service": notice.service})
    _ask(notice, acting)
    return notice


def offer(report: Report) -> ServiceNotice | None:
    """Ask who reported an account of another service whether that service may be told; None where it cannot be."""
    about = report.testimony.account.reference
    if about.service in FEDERATED or contact_of(about.service) is None or composing.notifier() is None:
        return None
    return draft_notice(report, about) if report.testimony.conduct else None


@transaction.atomic
def answer_notice(
    notice: ServiceNotice, *, agreed: bool, with_files: bool = False, with_address: bool = False
) -> ServiceNotice:
    """The answer of who reported; they may change it until the notice has left. Another yes needs another approval.

    An address is never given of somebody who was under 18. Raises NoticeGone once it has left or was declined.
    """
    notice = _locked(notice)
    if notice.state not in UNSENT:
        raise NoticeGone
    with_files = agreed and with_files and notice.files.exists()
    with_address = agreed and with_address and may_give_address(notice)
    same = (notice.with_files, notice.with_address) == (with_files, with_address)
    if agreed and same and notice.agreed_at is not None:
        return notice
    notice.state = State.AGREED if agreed else State.REFUSED
    notice.agreed_at = now() if agreed else None
    notice.with_files, notice.with_address = with_files, with_address
    notice.approved_at = notice.approved_by = notice.next_at = None
    notice.save()
    append(Event.NOTICE_ANSWERED, subject=notice, content={"agreed": agreed, "files": with_files})
    return notice


def may_give_address(notice: ServiceNotice) -> bool:
    """Whether the person is asked for their address: an adult's, where there is one to give."""
    return notice.minor is False and bool(email_of(notice.report.conversation))


def refuse_all(conversation: Conversation) -> None:
    """Send nothing of what somebody reported, since they took it back. For use inside the service that does so."""
    for notice in ServiceNotice.objects.filter(report__conversation=conversation, state__in=UNSENT):
        answer_notice(notice, agreed=False)


# --- what a reviewer does


@transaction.atomic
def approve_notice(notice: ServiceNotice, *, acting: StaffMember) -> ServiceNotice:
    """Approve a notice that was agreed to; it leaves within a minute. Raises NotAllowed, Excluded, NoticeNotWaiting."""
    notice = _locked(notice)
    _ensure_may(notice.report, acting)
    if notice.state != State.AGREED:
        raise NoticeNotWaiting
    notice.state, notice.approved_at, notice.approved_by, notice.next_at = State.APPROVED, now(), acting, now()
    notice.save(update_fields=["state", "approved_at", "approved_by", "next_at"])
    append(Event.NOTICE_APPROVED, subject=notice, acting=acting)
    return notice


@transaction.atomic
def decline_notice(notice: ServiceNotice, *, reason: str, acting: StaffMember) -> ServiceNotice:
    """Decline a notice that has not left, with a reason that stays here. Who agreed to it is told that it does not go.

    Raises NotAllowed, Excluded, ReasonMissing, NoticeNotWaiting.
    """
    notice = _locked(notice)
    _ensure_may(notice.report, acting)
    reason = given_reason(reason)
    if notice.state not in UNSENT:
        raise NoticeNotWaiting
    agreed = notice.agreed_at is not None
    notice.state, notice.declined_because, notice.next_at = State.DECLINED, reason, None
    notice.save(update_fields=["state", "declined_because", "next_at"])
    append(Event.NOTICE_DECLINED, subject=notice, acting=acting, content={"reason": reason})
    if agreed:
        _tell(notice, "notice_declined")
    return notice


@transaction.atomic
def retry_notice(notice: ServiceNotice, *, acting: StaffMember) -> ServiceNotice:
    """Try a notice that was given up once more from the start. Raises NotAllowed, Excluded, NoticeNotWaiting."""
    notice = _locked(notice)
    _ensure_may(notice.report, acting)
    if notice.state != State.FAILED:
        raise NoticeNotWaiting
    notice.state, notice.next_at, notice.attempts = State.APPROVED, now(), 0
    notice.save(update_fields=["state", "next_at", "attempts"])
    append(Event.NOTICE_RETRIED, subject=notice, acting=acting)
    return notice


@transaction.atomic
def record_answer(notice: ServiceNotice, *, answer: str, acting: StaffMember) -> ServiceNotice:
    """Record what the other service answered, in words that who reported reads.

    Raises NotAllowed, Excluded, ReasonMissing, FindingOfGuilt, NoticeNotWaiting.
    """
    notice = _locked(notice)
    _ensure_may(notice.report, acting)
    answer = given_reason(answer)
    ensure_no_guilt([answer])
    if notice.state != State.SENT:
        raise NoticeNotWaiting
    notice.state, notice.answer, notice.answered_at, notice.answered_by = State.ANSWERED, answer, now(), acting
    notice.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    append(Event.NOTICE_REPLIED, subject=notice, acting=acting, content={"answer": answer})
    _tell(notice, "notice_answered", reason=answer)
    return notice


# --- sending


def send_due() -> int:
    """Send what was approved and is due; returns how many arrived. One transaction each, as deliveries are.

    One that cannot be written is given up at once, which a reviewer sees; those after it leave all the same.
    """
    arrived = 0
    while True:
        with transaction.atomic():
            due = ServiceNotice.objects.filter(state=State.APPROVED, next_at__lte=now()).order_by("next_at", "pk")
            notice = due.select_for_update(of=("self",), skip_locked=True).first()
            if notice is None:
                return arrived
            outcome = _attempt(notice)
            _note(notice, outcome)
            arrived += outcome.delivered


def _attempt(notice: ServiceNotice) -> Outcome:
    contact, sender = contact_of(notice.service), composing.notifier()
    if contact is None or sender is None:
        return Outcome(gettext_noop("nobody entered where to send it, or who sends it"), final=True)
    try:
        with transaction.atomic():
            parts = parts_of(notice, contact.language)
            if contact.url:
                body = webhooks.body_of("notice", notice.approved_at, {"notice": parts.notice, "xarf": parts.xarf})
                keys = [sealing.unseal(contact.sealed_secret, purpose=PURPOSE)]
            else:
                mail = _mail(notice, parts, contact, sender)
    except (OperationalError, InterfaceError):
        raise  # the database is not there: nothing is tried
    except Exception as error:
        # One that cannot be written holds up no others, and no other try would change it: a person looks.
        logger.error("notice %s could not be written (%s)", notice.pk, type(error).__name__)
        return Outcome(gettext_noop("it could not be written: have somebody look at the worker’s log"), final=True)
    if contact.url:
        return webhooks.send(contact.url, str(notice.uid), int(now().timestamp()), body, keys)
    return mails.send(mail)


def _mail(notice: ServiceNotice, parts: "Parts", contact: ServiceContact, sender: composing.Notifier) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = composing.subject_of(notice, contact.language)
    mail["From"] = settings.REMPART_MAIL_FROM
    mail["Reply-To"] = f"{sender.org} <{sender.email}>"
    mail["To"] = contact.email
    mail["Date"] = format_datetime(notice.approved_at)
    mail["Message-ID"] = f"<{notice.uid}@{sender.domain}>"
    mail["Content-Language"] = contact.language
    mail.set_content(parts.text)
    for name, content in (("notice.json", parts.notice), ("xarf.json", parts.xarf)):
        if content is not None:
            encoded = json.dumps(content, ensure_ascii=False, indent=1).encode()
            mail.add_attachment(encoded, maintype="application", subtype="json", filename=name)
    return mail


class Parts:
    """What leaves: the text, the notice as JSON, and the XARF report where there is one."""

    def __init__(self, text: str, notice: dict[str, Any], xarf: dict[str, Any] | None) -> None:
        self.text, self.notice, self.xarf = text, notice, xarf


def parts_of(notice: ServiceNotice, language: str, *, with_contents: bool = True) -> Parts:
    """What a notice says and carries, as it was agreed to. Files that were locked meanwhile do not go.

    with_contents: whether files are opened, which is recorded; to show a notice they need not be.
    Raises NobodyNotifies without REMPART_NOTIFIER.
    """
    sender = composing.notifier()
    if sender is None:
        raise NobodyNotifies
    address = email_of(notice.report.conversation) if notice.with_address else ""
    files = list(notice.files.filter(state=StoredFile.State.KEPT)) if notice.with_files else []
    joined = [
        composing.Joined(file.name, file.media_type, hand_over(file, to=notice) if with_contents else b"")
        for file in files
    ]
    text = composing.text_of(notice, sender, language, address=address, joined=len(files))
    whole = composing.json_of(notice, sender, language, address=address)
    xarf = composing.xarf_of(notice, sender, joined)
    if joined and xarf is None:
        whole["files"] = [
            {"media_type": one.media_type, "content": base64.b64encode(one.content).decode()} for one in joined
        ]
    return Parts(text, whole, xarf)


def _note(notice: ServiceNotice, outcome: Outcome) -> None:
    moment = now()
    notice.attempts += 1
    notice.problem, notice.next_at = outcome.error[:200], None
    said = {"service": notice.service, "attempts": notice.attempts}
    if outcome.delivered:
        notice.state, notice.sent_at = State.SENT, moment
        append(Event.NOTICE_SENT, subject=notice, content=said)
        _tell(notice, "notice_sent")
    elif outcome.final or notice.attempts > len(WAITS):
        notice.state = State.FAILED
        append(Event.NOTICE_FAILED, subject=notice, content=said | {"error": outcome.error})
    else:
        wait = WAITS[notice.attempts - 1] * (1 + random.uniform(0, 0.1))  # noqa: S311 - spreads load, hides nothing
        notice.next_at = moment + max(wait, timedelta(seconds=min(outcome.retry_after, LONGEST_ASKED)))
    notice.save(update_fields=["attempts", "problem", "next_at", "state", "sent_at"])


# --- inside


def _ask(notice: ServiceNotice, acting: StaffMember | None) -> None:
    notice.state, notice.asked_at = State.ASKED, now()
    notice.save(update_fields=["state", "asked_at"])
    append(Event.NOTICE_ASKED, subject=notice, acting=acting)
    _tell(notice, "notice_asked")


def _tell(notice: ServiceNotice, name: str, *, reason: str = "") -> None:
    conversation = notice.report.conversation
    told = str(words_for("service", notice.service))
    text = message(name, child=conversation.child_words, service=told, reason=reason)
    try:
        say(conversation, text=text, once=f"{name}:{notice.pk}")
    except ConversationClosed:
        return


def _may_be_joined(conversation: Conversation) -> list[StoredFile]:
    """What they sent and is freely kept, as much of it as a notice carries; never what is locked."""
    found, size = [], 0
    for file in own_files(conversation):
        if file.size <= composing.LARGEST and size + file.size <= MOST_JOINED:
            found.append(file)
            size += file.size
    return found


def _ensure_may(report: Report, acting: StaffMember) -> None:
    case = Case.objects.filter(account__in=counted_with(report.testimony.account_id)).order_by("pk").first()
    if case is not None:
        ensure_may_act(case, acting, whoever_works_on_it=True)
    elif not acting.may(Permission.REVIEW):
        raise NotAllowed


def _locked(notice: ServiceNotice) -> ServiceNotice:
    with_all = ServiceNotice.objects.select_related("report__testimony", "report__conversation")
    return with_all.select_for_update(of=("self",)).get(pk=notice.pk)
