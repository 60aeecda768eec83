"""Files of people looked after: opened by an alert or a person; accepted, declined or paused by whoever they are about.

A file restricts nothing, tells no reviewer anything and never opens a case. Who acts outside the team is named by `by`
("young" or "guardian"); members act as themselves.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from rempart.care.errors import NotAllowed, NotAsWished
from rempart.care.models import By, CareFile
from rempart.care.services import follow_ups, protections, shields
from rempart.care.services.erasing import erase_file
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent, ensure_stands, locked
from rempart.casework.services.guards import given_reason
from rempart.correspondence.models import Conversation, Silence
from rempart.correspondence.services import close_conversation, open_conversation, revoke_links
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.lookout.models import FameAlert
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

State = CareFile.State
STANDING = (State.OFFERED, State.ACCEPTED, State.PAUSED)
# An unknown age comes with the youngest that platforms admit: before whoever is known to be older.
_RANKS = {"under_13": 0, "13_15": 1, None: 2, "16_17": 3, "18_plus": 4}
_FRENCH_SPEAKING = {"FR", "BE", "CH", "LU", "MC"}


def priority_of(age_band: str | None) -> int:
    """Who is looked after first: 0 under 13, 1 from 13, 2 of unknown age, 3 from 16, 4 adults."""
    return _RANKS[age_band]


@transaction.atomic
def open_file(
    account: AccountReference,
    *,
    age_band: str | None = None,
    country: str | None = None,
    language: str | None = None,
    alert: FameAlert | None = None,
    acting: StaffMember | None = None,
    because: str = "",
) -> CareFile:
    """Offer support to the owner of an account, or return the file there is, with what was learnt since.

    alert: what the lookout noticed; else a member (`acting`) says why (`because`). language: "fr" or "en"; by the
    country when it is not said. A file that ended is offered again; one that was declined stays so, whoever asks: only
    the person themself takes it up again. Raises NotAllowed, JudgesThem, ReasonMissing.
    """
    if acting is not None and not acting.may(Permission.CARE):
        raise NotAllowed
    if alert is None:
        because = given_reason(because)
    file = _found(account)
    if file is None:
        file = _new(
            account,
            age_band=age_band,
            country=country,
            language=language,
            alert=alert,
            acting=acting,
            because=because,
        )
        append(
            Event.CARE_FILE_OPENED,
            subject=file,
            acting=acting,
            content={"by": "alert" if alert else "person", "age_band": age_band},
        )
        follow_ups.begin(file, "opening")
        return file
    if acting is not None:
        ensure_looks_after(file, acting)
    file.handle, file.platform_id = account.handle, account.id or file.platform_id
    file.age_band, file.country = age_band or file.age_band, country or file.country
    file.priority = priority_of(file.age_band)
    return _noticed_again(file, alert, acting)


def _found(account: AccountReference) -> CareFile | None:
    named = Q(service=account.service, handle=account.handle)
    if account.id:
        named |= Q(service=account.service, platform_id=account.id)
    found = CareFile.objects.select_for_update(of=("self",)).select_related("conversation").filter(named)
    # The number outlives the handle: whoever has the number is the one that is meant.
    return next(iter(sorted(found, key=lambda file: file.platform_id != account.id)), None)


def _new(
    account: AccountReference,
    *,
    age_band: str | None,
    country: str | None,
    language: str | None,
    alert: FameAlert | None,
    acting: StaffMember | None,
    because: str,
) -> CareFile:
    lives_in = (country or settings.REMPART_COUNTRY)[:2].upper()
    file = CareFile.objects.create(
        service=account.service,
        handle=account.handle,
        platform_id=account.id,
        age_band=age_band,
        country=country,
        language=language or ("fr" if lives_in in _FRENCH_SPEAKING else "en"),
        opened_at=now(),
        opened_by=acting,
        because=because,
        alert=reference(alert) if alert else "",
        noticed_at=alert.alert_at if alert else now(),
        priority=priority_of(age_band),
        state=_state_at_first(account),
        stood=State.OFFERED if _state_at_first(account) == State.FROZEN else "",
        state_at=now(),
    )
    file.conversation = open_conversation(
        Conversation.Kind.YOUNG,
        about=reference(file),
        person=reference(file),
        language=file.language,
        child_words=file.treated_as_minor,
        service=file.service,
        account=file.platform_id or file.handle,
        acting=acting,
    )
    file.save(update_fields=["conversation"])
    return file


def _state_at_first(account: AccountReference) -> State:
    names = [account.handle, *([account.id] if account.id else [])]
    silent = Silence.objects.filter(service=account.service, account__in=names).exists()
    return State.FROZEN if silent else State.OFFERED


def _noticed_again(file: CareFile, alert: FameAlert | None, acting: StaffMember | None) -> CareFile:
    again = alert is None or file.alert != reference(alert)
    if alert is not None:
        file.alert, file.noticed_at = reference(alert), alert.alert_at
    file.save()
    if not again:
        return file
    append(Event.CARE_NOTICED_AGAIN, subject=file, acting=acting, content={"by": "alert" if alert else "person"})
    if file.state == State.ENDED:
        _move(file, State.OFFERED, acting=acting)
        file.steps.all().delete()
        follow_ups.begin(file, "opening")
    return file


@transaction.atomic
def take_up(alert: FameAlert) -> CareFile | None:
    """Open the file of an account that the lookout noticed, where it asks for a person (`support`); else None."""
    if alert.tier != FameAlert.Tier.SUPPORT:
        return None
    account = AccountReference(alert.service, alert.handle or alert.number, alert.number)
    return open_file(
        account, age_band=alert.age_band, country=alert.country, language=alert.language or None, alert=alert
    )


@transaction.atomic
def forget_mistake(alert: FameAlert) -> None:
    """The alert was found false: its file goes, unless they were written to, spoke, or a person did something."""
    file = CareFile.objects.filter(alert=reference(alert), state=State.OFFERED, opened_by=None, held_by=None).first()
    if file is None or file.asked.exists() or file.steps.filter(done_at__isnull=False).exists():
        return
    erase_file(file, because="not a star")


@transaction.atomic
def accept(file: CareFile, *, by: str = By.YOUNG) -> CareFile:
    """They want the support; also after they declined it, paused it, or it ended. Raises Silent. Harmless twice."""
    file = locked(file)
    ensure_not_silent(file)
    if file.standing != State.ACCEPTED or file.state == State.PAUSED:
        follow_ups.take_up_again(file, follow_ups.NO_LONGER)
        _move(file, State.ACCEPTED, by=by)
        follow_ups.begin(file, "acceptance")
    return file


@transaction.atomic
def decline(file: CareFile, *, by: str = By.YOUNG) -> CareFile:
    """They do not want the support (any more): nobody asks again. Their page stays, for when they change their mind.

    Raises Silent. Harmless twice.
    """
    file = locked(file)
    ensure_not_silent(file)
    if file.state != State.DECLINED:
        _move(file, State.DECLINED, by=by)
        _leave_alone(file, By(by))
    return file


@transaction.atomic
def pause(file: CareFile, until: datetime | None = None, *, by: str = By.YOUNG) -> CareFile:
    """Leave them alone until then, or until they say. What was to be done is put off by as long.

    Raises Silent, WrongState when there is nothing to pause, NotAsWished for a moment that is over.
    """
    file = locked(file)
    ensure_stands(file, *STANDING)
    if until is not None and until <= now():
        raise NotAsWished("a pause ends later than now")
    stood = file.stood if file.state == State.PAUSED else file.state
    _move(file, State.PAUSED, by=by, until=until, stood=stood)
    return file


@transaction.atomic
def resume(file: CareFile, *, by: str = By.YOUNG) -> CareFile:
    """The pause is over: as it was before. Harmless when nothing is paused. Raises Silent."""
    file = locked(file)
    ensure_not_silent(file)
    if file.state == State.PAUSED:
        _resumed(file, now(), by=by)
    return file


@transaction.atomic
def end(file: CareFile, *, acting: StaffMember, reason: str) -> CareFile:
    """End the support: it did what it was for. Raises NotAllowed, JudgesThem, Silent, WrongState, ReasonMissing."""
    file = locked(file)
    ensure_looks_after(file, acting)
    ensure_stands(file, *STANDING)
    file.ended_because = given_reason(reason)
    file.save(update_fields=["ended_because"])
    _move(file, State.ENDED, acting=acting)
    _leave_alone(file, By.TEAM, acting)
    return file


def _leave_alone(file: CareFile, by: By, acting: StaffMember | None = None) -> None:
    """Nothing more is to be done, and nothing stays switched on."""
    follow_ups.leave_out(file, because=follow_ups.NO_LONGER)
    protections.undo_all(file, by=by, acting=acting)
    shields.close_all(file, by=by, acting=acting)


@transaction.atomic
def hold(file: CareFile, *, acting: StaffMember) -> CareFile:
    """« I look after them »: one member whom the person gets to know. Raises NotAllowed, JudgesThem."""
    file = locked(file)
    ensure_looks_after(file, acting)
    if file.held_by_id != acting.pk:
        file.held_by = acting
        file.save(update_fields=["held_by"])
        append(Event.CARE_HELD, subject=file, acting=acting)
    return file


@transaction.atomic
def say_whether_safe(file: CareFile, safe: bool | None, *, by: str = By.YOUNG) -> CareFile:
    """They say whether a guardian may be told (None: not now). A no is kept at once, whatever was planned.

    Only the person themself says so: raises NotAllowed for anybody else. Who was told before is told nothing more.
    """
    if by != By.YOUNG:
        raise NotAllowed
    file = locked(file)
    said = {True: CareFile.Safe.YES, False: CareFile.Safe.NO, None: CareFile.Safe.LATER}[safe]
    if file.safe_to_tell_guardian == said:
        return file
    file.safe_to_tell_guardian = said
    file.save(update_fields=["safe_to_tell_guardian"])
    append(Event.CARE_SAFETY_SAID, subject=file, content={"safe": said})
    if safe is False:
        follow_ups.leave_out(file, "guardian", because=follow_ups.UNSAFE)
        for guardian in file.guardians.filter(left_at=None).select_related("conversation"):
            if guardian.conversation is not None:
                revoke_links(guardian.conversation, reason="not safe")
                close_conversation(guardian.conversation, reason="not safe")
    else:
        follow_ups.take_up_again(file, follow_ups.UNSAFE)
    return file


def resume_what_is_over() -> int:
    """Resume what was paused until now. Returns how many; the state is computed anyway, this moves the steps."""
    over = CareFile.objects.filter(state=State.PAUSED, paused_until__lte=now()).values_list("pk", flat=True)
    done = 0
    for key in list(over):
        with transaction.atomic():
            file = locked(CareFile(pk=key))
            if file.state == State.PAUSED and file.paused_until is not None and file.paused_until <= now():
                _resumed(file, file.paused_until)
                done += 1
    return done


def _resumed(file: CareFile, at: datetime, *, by: str = "") -> None:
    follow_ups.put_off(file, at - file.state_at)
    _move(file, State(file.stood), by=by, at=at)


def _move(
    file: CareFile,
    state: State,
    *,
    by: str = "",
    acting: StaffMember | None = None,
    until: datetime | None = None,
    stood: str = "",
    at: datetime | None = None,
) -> None:
    before = file.state
    file.state, file.state_at, file.paused_until, file.stood = state, at or now(), until, stood
    file.save(update_fields=["state", "state_at", "paused_until", "stood"])
    content = {"from": before, "to": state} | ({"by": by} if by else {})
    append(Event.CARE_MOVED, subject=file, acting=acting, content=content, effective_at=at)


def conversation_of(file: CareFile) -> Conversation:
    """The conversation behind the page of the person looked after. Raises Conversation.DoesNotExist once erased."""
    return Conversation.objects.get(kind=Conversation.Kind.YOUNG, about=reference(file))


def file_of(conversation: Conversation) -> CareFile:
    """The file that a conversation with the person, or with a guardian, is about. Raises CareFile.DoesNotExist."""
    if conversation.kind not in {Conversation.Kind.YOUNG, Conversation.Kind.GUARDIAN}:
        raise CareFile.DoesNotExist
    return CareFile.objects.select_related("conversation", "held_by").get(pk=int(conversation.about.rpartition(":")[2]))
