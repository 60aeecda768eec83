"""A human is asked for: the team is called at once and again until somebody sees to it. Nothing is judged by itself.

The alarm is written in the transaction of the wish: an e-mail to each member of the care team, a webhook to each
endpoint that asks for alarms, and a line on the desk. A worker with a queue of its own carries it out within seconds.
Nobody sees to it: after a few minutes the team is called again, and with it those who can find somebody. Whoever said
« I see to it » has a while before the others are called again.

What somebody writes wants a human too, who has to read it: the team is told by e-mail that it is there, and called as
for a call when nobody answers. No program reads it, hence the page says which button is for when it cannot wait.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from rempart.care.errors import NotAsWished, NotWaiting
from rempart.care.models import Asked, CareFile
from rempart.care.services import follow_ups
from rempart.care.services.guards import ensure_looks_after, locked
from rempart.correspondence import tasks
from rempart.correspondence.announcing import ALARM, alarm_team
from rempart.correspondence.models import Delivery, Endpoint
from rempart.files import sealing
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import PERMISSIONS, Permission

NOT_WELL, CALL, MESSAGE = Asked.Kind.NOT_WELL, Asked.Kind.CALL, Asked.Kind.MESSAGE
_DAY = timedelta(hours=24)
DUE = {NOT_WELL: timedelta(minutes=15), CALL: _DAY, MESSAGE: _DAY}
"""By when a human has seen to it."""
AGAIN = {NOT_WELL: timedelta(minutes=5), CALL: timedelta(hours=1), MESSAGE: timedelta(hours=1)}
"""How long nobody says « I see to it » before the team is called again, and others with it."""
LATER = {NOT_WELL: timedelta(minutes=15), CALL: timedelta(hours=6), MESSAGE: timedelta(hours=6)}
"""The same from the third call on."""
SEEN_TO_WITHIN = {NOT_WELL: timedelta(minutes=30), CALL: _DAY, MESSAGE: _DAY}
"""How long whoever said so has before the others are called again."""
PHONE = "care phone"
LONGEST_PHONE = 40
LONGEST_NOTE = 2000


@transaction.atomic
def ask_for_call(
    file: CareFile, *, by: str = Asked.Voice.YOUNG, phone: str = "", suits: str = "any", language: str = ""
) -> Asked:
    """They want to be called: the team hears of it at once. phone: where, sealed; blank: answer on their page.

    suits: when, one of `Asked.Suits`. Asking again before anybody called changes what they said and rings nobody anew.
    Raises NotAsWished for what is too long or unknown.
    """
    if suits not in Asked.Suits.values or language not in {"", "fr", "en"}:
        raise NotAsWished("when it suits, in French or in English")
    if len(phone := phone.strip()) > LONGEST_PHONE:
        raise NotAsWished("a telephone number has 40 characters at most")
    file = locked(file)
    wish, is_new = _ask(file, CALL, by)
    if phone:
        wish.sealed_phone = sealing.seal(phone, purpose=PHONE)
    wish.suits, wish.language = suits, language
    wish.save(update_fields=["sealed_phone", "suits", "language"])
    if is_new:
        follow_ups.note_done(file, "call")
        _ring(wish)
    return wish


@transaction.atomic
def say_not_well(file: CareFile, *, by: str = Asked.Voice.YOUNG) -> Asked:
    """« I am not well »: a human is called now, whatever the state of the support. Saying it again calls again.

    Nothing that they write passes here, and nothing is concluded from it.
    """
    wish, _new = _ask(file, NOT_WELL, by)
    _ring(wish)
    return wish


@transaction.atomic
def note_written(file: CareFile, *, by: str, again: bool) -> Asked:
    """They wrote: the team hears that there is something to read. again: even if it heard so and did not answer."""
    wish, is_new = _ask(file, MESSAGE, by)
    if is_new or again:
        _ring(wish)
    return wish


@transaction.atomic
def note_answered(file: CareFile, *, by: str, acting: StaffMember) -> None:
    """A member answered what they wrote."""
    for wish in Asked.objects.select_for_update().filter(file=file, kind=MESSAGE, voice=by, settled_at=None):
        _settled(wish, Asked.Outcome.ANSWERED, acting=acting, note="")


def _ask(file: CareFile, kind: Asked.Kind, by: str) -> tuple[Asked, bool]:
    moment = now()
    wish, is_new = Asked.objects.select_for_update().get_or_create(
        file=file,
        kind=kind,
        voice=Asked.Voice(by),
        settled_at=None,
        defaults={"asked_at": moment, "due_at": moment + DUE[kind], "rings_at": moment},
    )
    if is_new:
        append(Event.CARE_HUMAN_ASKED, subject=wish, content={"kind": kind, "by": by})
    return wish, is_new


@transaction.atomic
def take_back(wish: Asked) -> Asked:
    """They want no call any more. « I am not well » is settled by a human who talked with them, never by a button."""
    wish = _open(wish)
    if wish.kind != CALL:
        raise NotWaiting
    return _settled(wish, Asked.Outcome.TAKEN_BACK, acting=None, note="")


@transaction.atomic
def acknowledge(wish: Asked, *, acting: StaffMember) -> Asked:
    """« I see to it »: the others are not called for a while. Raises NotAllowed, JudgesThem, NotWaiting.

    A colleague who said so before hands it over by this.
    """
    wish = _open(wish)
    ensure_looks_after(wish.file, acting)
    wish.taken_at, wish.taken_by = now(), acting
    wish.rings_at = wish.taken_at + SEEN_TO_WITHIN[Asked.Kind(wish.kind)]
    wish.save(update_fields=["taken_at", "taken_by", "rings_at"])
    append(Event.CARE_TAKEN, subject=wish, acting=acting)
    return wish


@transaction.atomic
def settle(wish: Asked, *, acting: StaffMember, outcome: str, note: str = "") -> Asked:
    """A human saw to it, and what they did. Raises NotAllowed, JudgesThem, NotWaiting, ValueError for no outcome."""
    wish = _open(wish)
    ensure_looks_after(wish.file, acting)
    return _settled(wish, Asked.Outcome(outcome), acting=acting, note=note.strip()[:LONGEST_NOTE])


def _settled(wish: Asked, outcome: Asked.Outcome, *, acting: StaffMember | None, note: str) -> Asked:
    wish.settled_at, wish.settled_by, wish.outcome, wish.note = now(), acting, outcome, note
    wish.rings_at, wish.sealed_phone = None, None
    wish.save()
    append(Event.CARE_SETTLED, subject=wish, acting=acting, content={"outcome": outcome})
    return wish


def _open(wish: Asked) -> Asked:
    wish = Asked.objects.select_for_update(of=("self",)).select_related("file").get(pk=wish.pk)
    if wish.settled_at is not None:
        raise NotWaiting
    return wish


def ring_due() -> int:
    """Call again for whatever nobody sees to. Returns how many; can be killed at any moment and run again."""
    due = Asked.objects.filter(settled_at=None, rings_at__lte=now()).order_by("rings_at", "pk")
    done = 0
    for key in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            wish = Asked.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=key).first()
            if wish is not None and wish.settled_at is None and wish.rings_at <= now():
                _ring(wish)
                done += 1
    return done


def _ring(wish: Asked) -> None:
    moment, kind = now(), Asked.Kind(wish.kind)
    wish.rings += 1
    wish.rings_at = moment + (AGAIN if wish.rings < 3 else LATER)[kind]
    wish.save(update_fields=["rings", "rings_at"])
    called = list(whom_to_call(wish.rings))
    page = reverse("care:asked", args=[wish.pk])
    # A first message is for the day: it wakes nobody up, as one of many would teach people to sleep through alarms.
    pagers = kind != MESSAGE or wish.rings > 1
    written = alarm_team(called, page=page, key=f"{_key(wish)}{wish.rings}", at=moment, pagers=pagers)
    append(Event.CARE_RANG, subject=wish, content={"time": wish.rings, "people": len(called), "ways": len(written)})
    tasks.alarm.defer()  # in the transaction: the job exists exactly when the wish does


def _key(wish: Asked) -> str:
    return f"care.asked:{wish.pk}:"


def arrived(wish: Asked) -> bool:
    """Whether the mail server or an endpoint has taken at least one of the alarms: more than that nobody knows."""
    return Delivery.objects.filter(key__startswith=_key(wish), delivered_at__isnull=False).exists()


def can_ring() -> bool:
    """Whether an alarm has a way to leave the house: an endpoint for alarms, or a mail server and somebody to call."""
    if Endpoint.objects.filter(active=True, events__contains=[ALARM]).exists():
        return True
    return bool(settings.REMPART_SMTP_URL) and bool(list(whom_to_call(1)))


def whom_to_call(time: int) -> Iterable[StaffMember]:
    """Whom the first, second, … call goes to: the care team, then also those who can find somebody of it.

    Where nobody is in the care team, those who can are called from the first time on.
    """
    members = list(StaffMember.objects.filter(is_active=True, roles__overlap=_roles(Permission.CARE)))
    if time > 1 or not members:
        others = _roles(Permission.COUNTERSIGN) + _roles(Permission.ADMINISTER)
        known = {member.pk for member in members}
        found = StaffMember.objects.filter(is_active=True, roles__overlap=others)
        members += [member for member in found if member.pk not in known]
    return members


def _roles(permission: Permission) -> list[str]:
    return [role.value for role, granted in PERMISSIONS.items() if permission in granted]


def phone_of(wish: Asked) -> str:
    """Where they want to be called; empty when they did not say, and once it was seen to."""
    return sealing.unseal(wish.sealed_phone, purpose=PHONE) if wish.sealed_phone is not None else ""
