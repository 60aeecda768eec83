"""The first message to somebody looked after and the first to a guardian, and a new link when theirs is old.

Each goes out once for what it answers, by the ways in which that person is reached (`correspondence`): what leaves the
house says that there is something to read and where, never what.
"""

from django.db import transaction

from rempart.care import wording
from rempart.care.errors import NotWaiting
from rempart.care.models import CareFile, CareStep, Guardian
from rempart.care.services import follow_ups
from rempart.care.services.files import conversation_of
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent, locked
from rempart.correspondence.links import conversation_behind
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import revoke_links, say
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember

LOOKED_AFTER = (Conversation.Kind.YOUNG, Conversation.Kind.GUARDIAN)


@transaction.atomic
def welcome(file: CareFile, *, acting: StaffMember) -> Message:
    """Send the welcome by their age and country, and note that step as done. Sent once each time support is offered.

    Raises NotAllowed, JudgesThem, Silent after a death, NotWaiting where the welcome was left out.
    """
    file = locked(file)
    ensure_looks_after(file, acting)
    ensure_not_silent(file)
    step = CareStep.objects.select_for_update().filter(file=file, kind="welcome", skipped_at=None).first()
    if step is None:
        raise NotWaiting
    letter = wording.welcome_letter(file.age_band, file.country)
    message = say(conversation_of(file), text=letter, once=f"care:welcome:{step.pk}")
    follow_ups.note_done(file, "welcome", acting=acting)
    return message


def write_to_guardian(guardian: Guardian, conversation: Conversation) -> Message:
    """What a guardian reads first: what is happening, what helps, and that the young person decides. Sent once."""
    letter = wording.guardian_letter(guardian.file.age_band, guardian.file.country)
    return say(conversation, text=letter, once="care:guardian")


@transaction.atomic
def change_link(conversation: Conversation) -> Message:
    """Let every link made so far open nothing, and send a new one to where they are reached, as they ask."""
    revoke_links(conversation, reason="asked by the person")
    conversation.refresh_from_db()
    return _send_link(conversation)


def send_new_link(token: str) -> None:
    """Send a new link to whoever this one was made for, if anybody: at most one a day, to where they are reached.

    Whoever asks learns nothing, not even whether the link was ever one of ours.
    """
    conversation = conversation_behind(token)
    if conversation is None or conversation.kind not in LOOKED_AFTER or conversation.closed_at is not None:
        return
    _send_link(conversation)


def _send_link(conversation: Conversation) -> Message:
    texts = {
        language: wording.sentences("page", language, not conversation.child_words)["new_link_said"]
        for language in ("fr", "en")
    }
    return say(conversation, text=texts, once=f"care:link:{conversation.generation}:{now():%Y-%m-%d}")
