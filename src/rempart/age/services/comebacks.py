"""Accounts that were closed because their owners are too young, and new ones that resemble them.

What is alike is put before a person. A shared tablet, a school's network or a popular name prove nothing: nothing is
ever asked of a new account by itself.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from rempart.age.errors import WrongState
from rempart.age.models import Attempt, Challenge, ClosedYoung, Comeback
from rempart.age.services.guards import ensure_may_decide, given_reason, named
from rempart.age.signals import challenge_moved
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.text.normalise import normalise

LOOKED_BACK = timedelta(days=180)
MOST = 20  # proposals for one new account and one sign
_SHORTEST = 5  # characters of a name that tells people apart
_SIGNS = re.compile(r"[\W_\d]+")


def connect() -> None:
    """Remember accounts that are closed, and let those go that were opened again."""
    challenge_moved.connect(_on_moved, dispatch_uid="age.comebacks")


def _on_moved(sender: object, challenge: Challenge, **_rest: object) -> None:
    if challenge.state in {Challenge.State.RESTRICTED, Challenge.State.ERASED}:
        remember(challenge.reference)
    elif challenge.state in {Challenge.State.PROVED, Challenge.State.CLEARED, Challenge.State.LAPSED}:
        forget(challenge.reference)


@transaction.atomic
def remember(account: AccountReference) -> ClosedYoung:
    """An account was closed because its owner is too young: keep for 180 days by what they would be noticed again."""
    came_of = Attempt.objects.filter(named(account)).order_by("-bound_at").first()
    closed, _is_new = ClosedYoung.objects.update_or_create(
        service=account.service,
        handle=account.handle,
        defaults={
            "platform_id": account.id,
            "stem": stem(account.handle),
            "device": came_of.device if came_of else "",
            "network": came_of.network if came_of else "",
            "closed_at": now(),
        },
    )
    return closed


def forget(account: AccountReference) -> None:
    """It was closed by mistake, or is open again."""
    ClosedYoung.objects.filter(named(account)).delete()


@transaction.atomic
def look_for(
    account: AccountReference, *, device: str = "", network: str = "", same_as: Iterable[AccountReference] = ()
) -> list[Comeback]:
    """Put a new account before a person where it resembles one that was closed; each pair once.

    device, network: keyed hashes as attempts hold them. same_as: accounts that the platform holds to be the same
    person's. A network alone resembles nothing: a whole school shares one.
    """
    name = stem(account.handle)
    alike = {"platform": Q(pk__in=[]), "device": Q(device=device) & ~Q(device=""), "handle": Q(stem=name) & ~Q(stem="")}
    for other in same_as:
        alike["platform"] |= named(other)
    within = ClosedYoung.objects.filter(service=account.service, closed_at__gt=now() - LOOKED_BACK)
    signs: dict[ClosedYoung, list[str]] = {}
    for code, holds in alike.items():
        for closed in within.filter(holds).exclude(named(account))[:MOST]:
            signs.setdefault(closed, []).append(code)
    made = []
    for closed, because in signs.items():
        if network and closed.network == network:
            because.append("network")
        one, is_new = Comeback.objects.get_or_create(
            closed=closed,
            service=account.service,
            handle=account.handle,
            defaults={"platform_id": account.id, "because": because, "proposed_at": now()},
        )
        if is_new:
            append(Event.AGE_COMEBACK_SEEN, subject=one, content={"because": because})
            made.append(one)
    return made


@transaction.atomic
def decide_comeback(comeback: Comeback, *, same: bool, acting: StaffMember, reason: str) -> Comeback:
    """A person says whether it is the same child. Where it is, the new account is asked its age, nothing more.

    Raises NotAllowed, ReasonMissing, WrongState once it was decided; SafetyFirst as `open_challenge` does.
    """
    from rempart.age.services.challenges import open_challenge

    ensure_may_decide(acting)
    comeback = Comeback.objects.select_for_update(of=("self",)).get(pk=comeback.pk)
    if comeback.decided_at is not None:
        raise WrongState
    comeback.same, comeback.reason = same, given_reason(reason)
    comeback.decided_at, comeback.decided_by = now(), acting
    comeback.save()
    append(Event.AGE_COMEBACK_DECIDED, subject=comeback, acting=acting, content={"same": same})
    if same:
        open_challenge(
            comeback.reference,
            because=Challenge.Because.PERSON,
            step=Challenge.Step.PROVE,
            note=comeback.reason,
            acting=acting,
        )
    return comeback


def waiting() -> QuerySet[Comeback]:
    """Those that nobody has looked at yet."""
    return Comeback.objects.filter(decided_at=None).select_related("closed")


def stem(handle: str) -> str:
    """A handle without the digits and signs that tell a second account from the first: lea.pixel2 → leapixel.

    Blank for what is too short to tell people apart.
    """
    left = _SIGNS.sub("", normalise(handle).text)
    return left if len(left) >= _SHORTEST else ""
