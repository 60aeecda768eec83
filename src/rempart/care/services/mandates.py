"""Mandates of agents and managers: given by the person or a guardian, checked by the team, revoked at once by either.

A holder talks with the team in a conversation of their own about what the mandate names, and is shown nothing else:
neither the person's page, nor a measure, nor ever a testimony. Revoking closes it in the same instant.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from rempart.care.errors import NotAllowed, NotAsWished, NotWaiting
from rempart.care.models import By, CareFile, Mandate
from rempart.care.services import follow_ups
from rempart.care.services.guards import ensure_looks_after, ensure_not_silent, locked
from rempart.care.services.people import reach_of, sealed_reach
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import close_conversation, open_conversation, revoke_links
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember

LONGEST = timedelta(days=365)
REVOKED = "mandate revoked"


@transaction.atomic
def give_mandate(
    file: CareFile,
    *,
    name: str,
    reach: str,
    scope: Iterable[str],
    by: str = By.YOUNG,
    company: str = "",
    until: datetime | None = None,
    acting: StaffMember | None = None,
) -> Mandate:
    """Say who may settle what with the team, for a year at most. It holds once a member has checked it.

    acting: the member who writes down what they (`by`) said. Raises Silent, NotAllowed, JudgesThem; NotAsWished for a
    missing name, an unknown matter, or an end later than a year or over.
    """
    file, moment = locked(file), now()
    ensure_not_silent(file)
    if acting is not None:
        ensure_looks_after(file, acting)
    called, sealed, _by_mail = sealed_reach(name, reach)
    matters, ends = sorted(set(scope)), until or moment + LONGEST
    if by not in {By.YOUNG, By.GUARDIAN} or not matters or not set(matters) <= set(Mandate.Scope.values):
        raise NotAsWished("who gives it, and what it is about")
    if not moment < ends <= moment + LONGEST:
        raise NotAsWished("a mandate lasts a year at most")
    mandate = Mandate.objects.create(
        file=file,
        name=called,
        company=company.strip()[:120],
        sealed_reach=sealed,
        scope=matters,
        by=by,
        given_at=moment,
        ends_at=ends,
    )
    append(Event.MANDATE_GIVEN, subject=mandate, acting=acting, content={"by": by, "scope": matters})
    return mandate


@transaction.atomic
def check_mandate(mandate: Mandate, *, acting: StaffMember) -> str:
    """A member heard it from the person or a guardian, and saw who the agent is; returns the link to hand to them.

    Raises NotAllowed, JudgesThem, Silent, NotWaiting when it was revoked or is over.
    """
    file = locked(mandate.file)
    ensure_looks_after(file, acting)
    ensure_not_silent(file)
    mandate = _stored(mandate)
    if mandate.revoked_at is not None or mandate.ends_at <= now():
        raise NotWaiting
    if mandate.checked_at is None:
        reach = reach_of(mandate)
        mandate.conversation = open_conversation(
            Conversation.Kind.AGENT,
            about=reference(mandate),
            person=reference(mandate),
            language=file.language,
            email=reach if "@" in reach else "",
            acting=acting,
        )
        mandate.checked_at, mandate.checked_by = now(), acting
        mandate.save(update_fields=["conversation", "checked_at", "checked_by"])
        append(Event.MANDATE_CHECKED, subject=mandate, acting=acting)
        follow_ups.note_done(file, "mandate", acting=acting)
    if mandate.conversation is None:
        raise NotWaiting
    return link_for(mandate.conversation)


@transaction.atomic
def revoke_mandate(
    mandate: Mandate, *, by: str = By.YOUNG, acting: StaffMember | None = None, reason: str = ""
) -> Mandate:
    """End a mandate now: by the person, a guardian (no reason needed) or a member (`acting`). Harmless twice.

    The holder's link opens nothing from the next request on. Raises NotAllowed, JudgesThem.
    """
    file = locked(mandate.file)
    if acting is not None:
        ensure_looks_after(file, acting)
        by = By.TEAM
    elif by not in {By.YOUNG, By.GUARDIAN}:
        raise NotAllowed
    mandate = _stored(mandate)
    if mandate.revoked_at is None:
        mandate.revoked_at, mandate.revoked_by, mandate.revoked_because = now(), by, reason.strip()
        mandate.save(update_fields=["revoked_at", "revoked_by", "revoked_because"])
        _shut(mandate, acting)
        append(Event.MANDATE_REVOKED, subject=mandate, acting=acting, content={"by": by})
    return mandate


def close_what_is_over() -> int:
    """Shut the conversations of mandates that reached their end. Returns how many."""
    over = Mandate.objects.filter(ends_at__lte=now(), conversation__closed_at=None, conversation__isnull=False)
    found = list(over.values_list("pk", flat=True))
    for key in found:
        with transaction.atomic():
            _shut(_stored(Mandate(pk=key)), None)
    return len(found)


def _shut(mandate: Mandate, acting: StaffMember | None) -> None:
    if mandate.conversation is not None:
        revoke_links(mandate.conversation, acting=acting, reason=REVOKED)
        close_conversation(mandate.conversation, acting=acting, reason=REVOKED)


def _stored(mandate: Mandate) -> Mandate:
    return Mandate.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=mandate.pk)
