"""What every act on a case checks first."""

from rempart.casework.errors import NotAllowed, ReasonMissing
from rempart.casework.models import Case
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


def ensure_reviewer(acting: StaffMember) -> None:
    """Raises NotAllowed unless the person may review."""
    if not acting.may(Permission.REVIEW):
        raise NotAllowed


def given_reason(reason: str) -> str:
    """The reason without spaces around it. Raises ReasonMissing when there is none."""
    if not (reason := reason.strip()):
        raise ReasonMissing
    return reason


def locked(case: Case) -> Case:
    """The case as it is stored, nobody else changing it until the transaction ends."""
    return Case.objects.select_for_update(of=("self",)).select_related("account").get(pk=case.pk)
