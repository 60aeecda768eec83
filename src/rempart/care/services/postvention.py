"""What follows a death: two people state it, everything automatic falls silent, peers are offered help.

Silent from the first statement on, since a machine that writes once too often hurts more than one that waits. Cases and
testimonies stay as they are; what would be said to the account is kept for a person, who lets it go or not
(`correspondence.silence`). No cause is asked for, kept or stated.
"""

from functools import cache
from importlib.resources import files

import yaml
from django.db import transaction
from django.db.models import Q, QuerySet

from rempart.care.errors import NotAllowed, NotAsWished, NotWaiting, SamePerson
from rempart.care.models import CareFile, Guardian, Mandate, Peer, Postvention
from rempart.care.services import follow_ups
from rempart.care.services.files import open_file
from rempart.care.services.guards import locked
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import say
from rempart.correspondence.silence import end_silence, fall_silent, held_messages, let_go
from rempart.intake.models import Account, Report, Testimony
from rempart.intake.services import pseudonym
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

PEER_BECAUSE = "knew somebody who died"


@transaction.atomic
def declare_death(account: AccountReference, *, source: str, acting: StaffMember) -> Postvention:
    """State that the owner of an account has died: from now on nothing is said to it by itself. Harmless twice.

    source: from whom it is known, one of `Postvention.Source`. A second person confirms it. Raises NotAllowed,
    NotAsWished for an unknown source.
    """
    _ensure_may(acting)
    if source not in Postvention.Source.values:
        raise NotAsWished("from whom it is known")
    file = _file_of(account)
    found, is_new = Postvention.objects.get_or_create(
        service=account.service,
        handle=account.handle,
        mistaken_at=None,
        defaults={
            "platform_id": account.id or (file.platform_id if file else None),
            "file": file,
            "source": source,
            "declared_at": now(),
            "declared_by": acting,
        },
    )
    if is_new:
        fall_silent(found.service, _names(found), others=_others(found))
        if file is not None:
            _freeze(file)
        append(Event.DEATH_DECLARED, subject=found, acting=acting, content={"source": source})
    return found


@transaction.atomic
def confirm_death(postvention: Postvention, *, acting: StaffMember) -> Postvention:
    """A second person says that it is so. Raises NotAllowed, SamePerson, NotWaiting."""
    _ensure_may(acting)
    postvention = _open(postvention)
    if postvention.declared_by_id == acting.pk:
        raise SamePerson
    if postvention.confirmed_at is not None:
        raise NotWaiting
    postvention.confirmed_at, postvention.confirmed_by = now(), acting
    postvention.save(update_fields=["confirmed_at", "confirmed_by"])
    append(Event.DEATH_CONFIRMED, subject=postvention, acting=acting)
    return postvention


@transaction.atomic
def say_mistaken(postvention: Postvention, *, acting: StaffMember) -> Postvention:
    """It is not so: the silence ends, what waited goes out, the support stands as before. Anybody of the team may.

    Raises NotAllowed, NotWaiting; SamePerson when two people confirmed it and one of them alone takes it back.
    """
    _ensure_may(acting)
    postvention = _open(postvention)
    if postvention.confirmed_at is not None and acting.pk in {postvention.declared_by_id, postvention.confirmed_by_id}:
        raise SamePerson
    postvention.mistaken_at, postvention.mistaken_by = now(), acting
    postvention.save(update_fields=["mistaken_at", "mistaken_by"])
    end_silence(postvention.service, _names(postvention), acting=acting, others=_others(postvention))
    if postvention.file is not None:
        _thaw(postvention.file)
    append(Event.DEATH_MISTAKEN, subject=postvention, acting=acting)
    return postvention


@transaction.atomic
def offer_to_peer(postvention: Postvention, account: AccountReference, *, acting: StaffMember) -> Peer:
    """Offer help to somebody who knew them, named by a member: a file of their own and a message without any cause.

    Offered once. Raises NotAllowed, JudgesThem, NotWaiting unless two people confirmed the death, NotAsWished for the
    account itself.
    """
    _ensure_may(acting)
    postvention = _open(postvention)
    if postvention.confirmed_at is None:
        raise NotWaiting
    if (account.service, account.handle) == (postvention.service, postvention.handle):
        raise NotAsWished("somebody else than whom it is about")
    file = open_file(account, acting=acting, because=PEER_BECAUSE)
    peer, is_new = Peer.objects.get_or_create(
        postvention=postvention, file=file, defaults={"named_by": acting, "offered_at": now()}
    )
    if is_new:
        if file.conversation is not None:
            text = words()["peer_child" if file.conversation.child_words else "peer"]
            say(file.conversation, text=text, once=f"peer:{postvention.pk}")
        if file.because == PEER_BECAUSE:
            # The welcome speaks of fame, and so do protections: what stays is to ask how they are.
            follow_ups.leave_out(file, "welcome", because=follow_ups.AFTER_A_DEATH)
            follow_ups.begin(file, "welcome")
            follow_ups.leave_out(file, "protections", "duties", because=follow_ups.AFTER_A_DEATH)
        append(Event.PEER_OFFERED, subject=peer, acting=acting)
    return peer


def silent_conversations(postvention: Postvention) -> QuerySet[Conversation]:
    """The conversations that fell silent with an account."""
    own = Q(service=postvention.service, account__in=_names(postvention))
    return Conversation.objects.filter(own | _others(postvention), silent_since__isnull=False)


def waiting_messages(postvention: Postvention) -> QuerySet[Message]:
    """What would have been said to them, or to their family, and waits for a person."""
    return held_messages(silent_conversations(postvention))


def let_message_go(postvention: Postvention, message: Message, *, acting: StaffMember) -> Message:
    """Let one of these messages go after all. Raises NotAllowed, NotWaiting for any other message."""
    _ensure_may(acting)
    if not waiting_messages(postvention).filter(pk=message.pk).exists():
        raise NotWaiting
    return let_go(message, acting=acting)


@cache
def words() -> dict[str, dict[str, str]]:
    """What people are told after a death, by its name, in each language."""
    return dict(yaml.safe_load(files("rempart.care").joinpath("postvention.yaml").read_text(encoding="utf-8")))


def _ensure_may(acting: StaffMember) -> None:
    if not acting.may(Permission.CARE):
        raise NotAllowed


def _names(postvention: Postvention) -> list[str]:
    return [name for name in (postvention.handle, postvention.platform_id) if name]


def _others(postvention: Postvention) -> Q:
    """Conversations that reach the same person by another way than the account's own name."""
    named = Q(handle=postvention.handle, holds_handle=True)
    if postvention.platform_id:
        named |= Q(platform_id=postvention.platform_id)
    accounts = Account.objects.filter(named, service=postvention.service)
    others = Q(person__in=[reference(account) for account in accounts])
    speaker = pseudonym(f"{postvention.service}:{postvention.handle}")
    reported = Report.objects.filter(testimony__in=Testimony.everything.filter(reporter=speaker))
    others |= Q(pk__in=reported.exclude(conversation=None).values("conversation"))
    if postvention.file_id:
        people = [f"care.carefile:{postvention.file_id}"]
        people += [reference(one) for one in Guardian.objects.filter(file=postvention.file_id)]
        people += [reference(one) for one in Mandate.objects.filter(file=postvention.file_id)]
        others |= Q(person__in=people)
    return others


def _file_of(account: AccountReference) -> CareFile | None:
    named = Q(service=account.service, handle=account.handle)
    if account.id:
        named |= Q(service=account.service, platform_id=account.id)
    return CareFile.objects.filter(named).first()


def _freeze(file: CareFile) -> None:
    file = locked(file)
    stood = file.stood if file.state == CareFile.State.PAUSED else file.state
    file.state, file.stood, file.state_at, file.paused_until = CareFile.State.FROZEN, stood, now(), None
    file.save(update_fields=["state", "stood", "state_at", "paused_until"])


def _thaw(file: CareFile) -> None:
    file = locked(file)
    if file.state == CareFile.State.FROZEN:
        file.state, file.stood, file.state_at = CareFile.State(file.stood), "", now()
        file.save(update_fields=["state", "stood", "state_at"])


def _open(postvention: Postvention) -> Postvention:
    found = Postvention.objects.select_for_update(of=("self",)).select_related("file").get(pk=postvention.pk)
    if found.mistaken_at is not None:
        raise NotWaiting
    return found
