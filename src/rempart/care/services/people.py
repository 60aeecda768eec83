"""Guardians and mentors: named, told or introduced as the person wishes, and let go at any time."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from rempart.care.errors import NotAllowed, NotAsWished, NotChecked, NotSafe, NotWaiting, SamePerson, Silent
from rempart.care.models import By, CareFile, Guardian, Introduction, Mentor
from rempart.care.services import follow_ups
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent, locked
from rempart.care.services.welcome import write_to_guardian
from rempart.casework.services.guards import given_words
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import close_conversation, open_conversation, revoke_links
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

REACH = "care contact"
LONGEST_NAME, LONGEST_REACH = 120, 200
CHECKED_FOR = timedelta(days=365)


def sealed_reach(name: str, reach: str) -> tuple[str, bytes, bool]:
    """A name, the way to reach them sealed, and whether it is an e-mail address. Raises NotAsWished."""
    name, reach = name.strip(), reach.strip()
    if not name or not reach or len(name) > LONGEST_NAME or len(reach) > LONGEST_REACH:
        raise NotAsWished("a name, and an e-mail address or a telephone number")
    return name, sealing.seal(reach, purpose=REACH), _is_mail(reach)


def reach_of(someone: "Guardian | Mentor | object") -> str:
    """How to reach a guardian, a mentor or an agent: an e-mail address or a telephone number."""
    return sealing.unseal(someone.sealed_reach, purpose=REACH)  # type: ignore[attr-defined]  # each of them has one


def _is_mail(reach: str) -> bool:
    try:
        validate_email(reach)
    except ValidationError:
        return False
    return True


# --- guardians


@transaction.atomic
def name_guardian(file: CareFile, *, name: str, reach: str, acting: StaffMember | None = None) -> Guardian:
    """Write down a guardian: by the person themself, or by a member whom they or the platform told.

    Nobody is told yet (`tell_guardian`). Raises NotAllowed, JudgesThem, Silent, NotAsWished.
    """
    file = locked(file)
    ensure_not_silent(file)
    if acting is not None:
        ensure_looks_after(file, acting)
    called, sealed, by_mail = sealed_reach(name, reach)
    guardian = Guardian.objects.create(
        file=file, name=called, sealed_reach=sealed, by_mail=by_mail, added_at=now(), added_by=acting
    )
    append(Event.GUARDIAN_NAMED, subject=guardian, acting=acting, content={"by": "team" if acting else By.YOUNG})
    return guardian


@transaction.atomic
def tell_guardian(guardian: Guardian, *, acting: StaffMember | None = None) -> str:
    """Open the guardian's own page and return its link; one with an e-mail address is written to with each message.

    Raises NotSafe unless the person said that it is safe; NotAllowed, JudgesThem, Silent, NotWaiting once they left.
    acting: None when the person themself hands on the link.
    """
    file = locked(guardian.file)
    ensure_not_silent(file)
    if acting is not None:
        ensure_looks_after(file, acting)
    if file.safe_to_tell_guardian != CareFile.Safe.YES:
        raise NotSafe
    guardian = Guardian.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=guardian.pk)
    if guardian.left_at is not None:
        raise NotWaiting
    conversation = open_conversation(
        Conversation.Kind.GUARDIAN,
        about=reference(file),
        person=reference(guardian),
        language=file.language,
        email=reach_of(guardian) if guardian.by_mail else "",
        acting=acting,
    )
    if guardian.told_at is None:
        guardian.told_at, guardian.told_by, guardian.conversation = now(), acting, conversation
        guardian.save(update_fields=["told_at", "told_by", "conversation"])
        write_to_guardian(guardian, conversation)
        append(Event.GUARDIAN_TOLD, subject=guardian, acting=acting)
        follow_ups.note_done(file, "guardian", acting=acting)
    return link_for(conversation)


@transaction.atomic
def show_settings(guardian: Guardian, *, shown: bool) -> Guardian:
    """The person lets this guardian see what is set for them, or no longer."""
    guardian = Guardian.objects.select_for_update(of=("self",)).get(pk=guardian.pk)
    if guardian.sees != shown:
        guardian.sees = shown
        guardian.save(update_fields=["sees"])
        append(Event.GUARDIAN_SEES, subject=guardian, content={"shown": shown})
    return guardian


@transaction.atomic
def let_guardian_go(guardian: Guardian, *, acting: StaffMember | None = None) -> Guardian:
    """Tell this guardian nothing more: their link opens nothing from now on. Harmless twice."""
    file = locked(guardian.file)
    if acting is not None:
        ensure_looks_after(file, acting)
    guardian = Guardian.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=guardian.pk)
    if guardian.left_at is None:
        guardian.left_at = now()
        guardian.save(update_fields=["left_at"])
        if guardian.conversation is not None:
            revoke_links(guardian.conversation, acting=acting, reason="guardian let go")
            close_conversation(guardian.conversation, acting=acting, reason="guardian let go")
        append(Event.GUARDIAN_LEFT, subject=guardian, acting=acting)
    return guardian


# --- mentors


@transaction.atomic
def add_mentor(
    *, name: str, reach: str, words: str | dict[str, str], languages: list[str], acting: StaffMember
) -> Mentor:
    """Write down a mentor; a second person checks them before anybody is introduced.

    words: what people are told of them, in both languages or once. Raises NotAllowed, NotAsWished, ReasonMissing.
    """
    if not acting.may(Permission.CARE):
        raise NotAllowed
    called, sealed, _by_mail = sealed_reach(name, reach)
    if not languages or not set(languages) <= {"fr", "en"}:
        raise NotAsWished("French, English or both")
    mentor = Mentor.objects.create(
        name=called,
        sealed_reach=sealed,
        words=given_words(words),
        languages=sorted(set(languages)),
        added_at=now(),
        added_by=acting,
    )
    append(Event.MENTOR_ADDED, subject=mentor, acting=acting)
    return mentor


@transaction.atomic
def check_mentor(mentor: Mentor, *, acting: StaffMember) -> Mentor:
    """A second person saw what the law asks of adults who talk with minors, and their papers: good for a year.

    Raises NotAllowed, SamePerson for whoever wrote them down, NotWaiting once they left.
    """
    if not acting.may(Permission.CARE):
        raise NotAllowed
    mentor = Mentor.objects.select_for_update(of=("self",)).get(pk=mentor.pk)
    if mentor.added_by_id == acting.pk:
        raise SamePerson
    if mentor.left_at is not None:
        raise NotWaiting
    mentor.checked_at, mentor.checked_by = now(), acting
    mentor.checked_until = mentor.checked_at + CHECKED_FOR
    mentor.save(update_fields=["checked_at", "checked_by", "checked_until"])
    append(Event.MENTOR_CHECKED, subject=mentor, acting=acting)
    return mentor


@transaction.atomic
def let_mentor_go(mentor: Mentor, *, acting: StaffMember) -> Mentor:
    """They are a mentor no longer: every introduction ends. Raises NotAllowed. Harmless twice."""
    if not acting.may(Permission.CARE):
        raise NotAllowed
    mentor = Mentor.objects.select_for_update(of=("self",)).get(pk=mentor.pk)
    if mentor.left_at is None:
        mentor.left_at = now()
        mentor.save(update_fields=["left_at"])
        mentor.introductions.filter(accepted_at=None, declined_at=None).update(declined_at=now())
        mentor.introductions.filter(accepted_at__isnull=False, ended_at=None).update(ended_at=now())
        append(Event.MENTOR_LEFT, subject=mentor, acting=acting)
    return mentor


def mentors_for(file: CareFile, at: datetime | None = None) -> list[Mentor]:
    """The mentors who can be introduced: checked, there, and speaking the person's language."""
    found = Mentor.objects.filter(left_at=None, checked_until__gt=at or now(), languages__contains=[file.language])
    return list(found)


@transaction.atomic
def invite_mentor(file: CareFile, mentor: Mentor, *, acting: StaffMember) -> Introduction:
    """Propose a mentor on the person's page; nobody is put in touch before they say yes.

    Raises NotAllowed, JudgesThem, Silent, NotChecked, NotAsWished while another one is proposed or there.
    """
    file = locked(file)
    ensure_looks_after(file, acting)
    ensure_not_silent(file)
    mentor = Mentor.objects.select_for_update(of=("self",)).get(pk=mentor.pk)
    if mentor.left_at is not None or mentor.checked_until is None or mentor.checked_until <= now():
        raise NotChecked
    if file.introductions.filter(declined_at=None, ended_at=None).exists():
        raise NotAsWished("one mentor at a time")
    made = Introduction.objects.create(file=file, mentor=mentor, proposed_at=now(), proposed_by=acting)
    append(Event.MENTOR_PROPOSED, subject=made, acting=acting)
    follow_ups.note_done(file, "mentor", acting=acting)
    return made


@transaction.atomic
def answer_mentor(introduction: Introduction, *, yes: bool) -> Introduction:
    """The person says yes, or no; a no also ends what began with a yes, at any time. Raises Silent, NotWaiting."""
    introduction = Introduction.objects.select_for_update(of=("self",)).select_related("file").get(pk=introduction.pk)
    if introduction.file.state == CareFile.State.FROZEN:
        raise Silent
    if introduction.declined_at or introduction.ended_at or (yes and introduction.accepted_at):
        raise NotWaiting
    if yes:
        introduction.accepted_at = now()
    elif introduction.accepted_at:
        introduction.ended_at = now()
    else:
        introduction.declined_at = now()
    introduction.save(update_fields=["accepted_at", "declined_at", "ended_at"])
    append(Event.MENTOR_ANSWERED, subject=introduction, content={"yes": yes})
    return introduction
