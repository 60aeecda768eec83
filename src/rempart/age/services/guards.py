"""What every act on a challenge checks first."""

from collections.abc import Mapping

from django.db.models import Q

from rempart.age.errors import AppealFirst, NotAllowed, ReasonMissing, SafetyFirst, WrongState
from rempart.age.models import Challenge, ProtectionCase
from rempart.ledger.clock import now
from rempart.records.references import AccountReference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


def ensure_may_decide(acting: StaffMember) -> None:
    """Raises NotAllowed without the permission."""
    if not acting.may(Permission.AGE):
        raise NotAllowed


def locked(challenge: Challenge) -> Challenge:
    """The challenge as it is stored, nobody else changing it until the transaction ends."""
    found = Challenge.objects.select_for_update(of=("self",)).select_related("conversation")
    return found.get(pk=challenge.pk)


def ensure_stands(challenge: Challenge, *states: Challenge.State) -> None:
    """Raises WrongState unless the challenge stands in one of these states, and is not over by itself."""
    if challenge.state not in states or challenge.ends_at <= now():
        raise WrongState


def ensure_no_appeal(challenge: Challenge) -> None:
    """Raises AppealFirst while an appeal waits."""
    if challenge.appeals.filter(decided_at=None).exists():
        raise AppealFirst


def officers_look(account: AccountReference) -> bool:
    """Whether those who keep children safe look at the account now: nothing at all is decided about it meanwhile."""
    return ProtectionCase.objects.filter(named(account), settled_at=None).exists()


def safe_to_ask(account: AccountReference) -> bool:
    """Whether a step may begin: not while officers look at the account, nor once they said to leave it be."""
    looked_at = ProtectionCase.objects.filter(named(account)).order_by("-opened_at", "-pk").first()
    return looked_at is None or looked_at.go_ahead is True


def ensure_safe_to_ask(account: AccountReference) -> None:
    """Raises SafetyFirst unless a step may begin."""
    if not safe_to_ask(account):
        raise SafetyFirst


def named(account: AccountReference) -> Q:
    """Rows about this account, by its handle or its number."""
    same = Q(service=account.service, handle=account.handle)
    return same | Q(service=account.service, platform_id=account.id) if account.id else same


def named_by(service: str, handle: str) -> Q:
    """Rows about an account as a request for its data names it: by a handle, or by a number after a #."""
    if handle.startswith("#"):
        return Q(service=service, platform_id=handle.removeprefix("#"))
    return Q(service=service, handle=handle)


def given_reason(reason: str) -> str:
    """The reason without spaces around it. Raises ReasonMissing when there is none."""
    if not (reason := reason.strip()):
        raise ReasonMissing
    return reason


def given_words(words: Mapping[str, str]) -> dict[str, str]:
    """Words for the owner in French and English. Raises ReasonMissing where one is empty."""
    return {language: given_reason(words.get(language, "")) for language in ("fr", "en")}
