"""What every act on a case checks first."""

from rempart.casework.errors import Excluded, NotAllowed, ReasonMissing
from rempart.casework.models import Case
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


def ensure_may_act(case: Case, acting: StaffMember, permission: Permission = Permission.REVIEW) -> None:
    """Raises NotAllowed without the permission, Excluded after a declared conflict of interest on the case."""
    if not acting.may(permission):
        raise NotAllowed
    if case.conflicts.filter(member=acting.pk).exists():
        raise Excluded


def given_reason(reason: str) -> str:
    """The reason without spaces around it. Raises ReasonMissing when there is none."""
    if not (reason := reason.strip()):
        raise ReasonMissing
    return reason


def locked(case: Case) -> Case:
    """The case as it is stored, nobody else changing it until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).select_related("account").get(pk=case.pk)
