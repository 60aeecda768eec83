"""Erasing a file of somebody looked after: at their word, or once its time is over. Nothing of it stays but the proof.

What a platform was asked for is taken off first: the little that says so (the account and the orders) waits until the
platform has done it, and everything else goes at once.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import models, transaction

from rempart import ledger
from rempart.care.models import Asked, By, CareFile, CareOrder, Guardian, Mandate
from rempart.care.services.evidence import erase_evidence
from rempart.care.services.guards import ensure_not_silent, locked
from rempart.care.services.protections import undo_all
from rempart.care.services.shields import close_all
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import erase_conversation
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event

WAITED_FOR = timedelta(days=7)
"""How long a platform has to take off what it was asked for, before the account is forgotten without it."""
ASKED_FOR = "asked for"


@transaction.atomic
def erase_as_asked(file: CareFile, *, by: By = By.YOUNG) -> None:
    """Erase what is known of somebody, as they ask: their page, the people around them, what was noted, everything.

    Their link opens nothing from now on. Raises Silent after a death.
    """
    file = locked(file)
    ensure_not_silent(file)
    undo_all(file, by=by)
    close_all(file, by=by)
    erase_file(file, because=ASKED_FOR)


@transaction.atomic
def erase_file(file: CareFile, *, because: str) -> bool:
    """Erase a file. False while its last orders wait for the platform, all else being erased already.

    because: the reason, which must itself hold nothing personal.
    """
    file = locked(file)
    for shield in file.shields.all():
        erase_evidence(shield, because=because)
    for thing in _around(file):
        ledger.erase(thing, because=because)
    for conversation in _conversations(file):
        erase_conversation(conversation, because=because)
    for kind in (Asked, Guardian, Mandate):
        kind.objects.filter(file=file).delete()
    file.introductions.all().delete()
    file.steps.all().delete()
    if _platform_owes(file):
        CareFile.objects.filter(pk=file.pk).update(
            erasing_since=now(),
            state=CareFile.State.ENDED,
            stood="",
            paused_until=None,
            age_band=None,
            country=None,
            because="" if file.alert else "erased",
            ended_because="",
            safe_to_tell_guardian=CareFile.Safe.UNKNOWN,
            held_by=None,
            conversation=None,
        )
        return False
    for order in file.orders.all():
        ledger.erase(order, because=because)
    append(Event.CARE_FILE_ERASED, subject=file, content={"because": because})
    file.delete()
    return True


def finish_erasing() -> int:
    """Erase what waited for a platform, now that it has done what it was asked, or has not for a week."""
    done = 0
    for file in CareFile.objects.filter(erasing_since__isnull=False):
        if file.erasing_since <= now() - WAITED_FOR:
            file.orders.all().delete()
        done += erase_file(file, because=ASKED_FOR)
    return done


def _platform_owes(file: CareFile) -> bool:
    """Whether something that the platform was asked for is still there."""
    there = file.orders.filter(carried_out_at__isnull=False, lifted_at=None)
    return there.exclude(kind=CareOrder.Kind.REPORT).exists()


def _around(file: CareFile) -> Iterator[models.Model]:
    """Everything that the ledger may hold contents about, but for the orders."""
    yield file
    for name in ("asked", "guardians", "introductions", "mandates", "protections", "shields"):
        yield from getattr(file, name).all()


def _conversations(file: CareFile) -> Iterator[Conversation]:
    if file.conversation is not None:
        yield file.conversation
    for around in (file.guardians, file.mandates):
        for one in around.exclude(conversation=None).select_related("conversation"):
            yield one.conversation


# --- by their time (privacy/register.yaml)


def erase_files(before: datetime) -> int:
    """Files in which nothing has happened since that moment: declined, ended, silent, or never answered."""
    over = CareFile.objects.filter(state_at__lt=before, noticed_at__lt=before, erasing_since=None)
    over = over.exclude(state__in=[CareFile.State.ACCEPTED, CareFile.State.PAUSED])
    over = over.exclude(asked__settled_at=None, asked__isnull=False)
    return sum(erase_file(file, because="retention") for file in over)


def erase_wishes(before: datetime) -> int:
    """Calls and « I am not well » that a human saw to before that moment."""
    found = list(Asked.objects.filter(settled_at__lt=before))
    for wish in found:
        ledger.erase(wish, because="retention")
        wish.delete()
    return len(found)
