"""What every act on a case checks first."""

from collections.abc import Callable, Mapping

from django.db import connection

from rempart.casework.errors import (
    AppealPending,
    CaseClosed,
    ClaimedByAnother,
    Excluded,
    JudgedTheAppeal,
    NotAllowed,
    ReasonMissing,
)
from rempart.casework.models import Case, Claim, Decision
from rempart.casework.states import State
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

_kept_apart: list[Callable[[Case, StaffMember], bool]] = []


def keep_apart(who: Callable[[Case, StaffMember], bool]) -> None:
    """Let a room on the right say who may not act on a case, since they do something else for the same person there.

    Called in a room's `ready()`. Whoever is kept apart is told what a conflict of interest tells, and nothing more.
    """
    _kept_apart.append(who)


def ensure_may_act(
    case: Case, acting: StaffMember, permission: Permission = Permission.REVIEW, *, whoever_works_on_it: bool = False
) -> None:
    """Raises NotAllowed without the permission, Excluded after a declared conflict of interest on the case.

    Reviewing raises ClaimedByAnother while somebody else works on the case, save what cannot wait for them
    (`whoever_works_on_it`): second approvals, danger, undoing.
    """
    if not acting.may(permission):
        raise NotAllowed
    if case.conflicts.filter(member=acting.pk).exists() or any(who(case, acting) for who in _kept_apart):
        raise Excluded
    if permission is Permission.REVIEW and not whoever_works_on_it:
        ensure_free(case, acting)


def ensure_free(case: Case, acting: StaffMember) -> None:
    """Raises ClaimedByAnother while somebody else works on the case."""
    claim = Claim.objects.select_related("member").filter(case=case, expires_at__gt=now()).first()
    if claim is not None and claim.member != acting:
        raise ClaimedByAnother(claim.member)


def given_reason(reason: str) -> str:
    """The reason without spaces around it. Raises ReasonMissing when there is none."""
    if not (reason := reason.strip()):
        raise ReasonMissing
    return reason


def locked(case: Case) -> Case:
    """The case as it is stored, nobody else changing it until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).select_related("account").get(pk=case.pk)


def lock_decision(decision: Decision) -> Decision:
    """The decision as it is stored, its case locked."""
    case = locked(Case(pk=decision.case_id))
    found = Decision.objects.select_related("assessment", "rulebook", "renews", "approved_by", "seconded_by").get(
        pk=decision.pk
    )
    found.case = case
    return found


def given_words(words: str | Mapping[str, str]) -> dict[str, str]:
    """Words for the person concerned in French and English; one text stands for both. Raises ReasonMissing."""
    said = dict.fromkeys(("fr", "en"), words) if isinstance(words, str) else words
    return {language: given_reason(said.get(language, "")) for language in ("fr", "en")}


def something_final(case: Case) -> bool:
    """Whether a final measure stands on the case, or will: before that, no text to anybody speaks of guilt."""
    return case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.FINAL).exists()


def ensure_open(case: Case) -> None:
    """Raises CaseClosed, or AppealPending when an appeal has to be answered first."""
    if case.state == State.CLOSED:
        raise CaseClosed
    if case.state == State.APPEALED:
        raise AppealPending


def ensure_judged_no_appeal(decision: Decision, acting: StaffMember) -> None:
    """Raises JudgedTheAppeal when the person answered an appeal of the decision; a trigger refuses it too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT casework_judged(%s, %s)", [acting.pk, decision.pk])
        if cursor.fetchone()[0]:
            raise JudgedTheAppeal
