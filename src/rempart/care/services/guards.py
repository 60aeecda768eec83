"""What every act of the care team checks first: who may, and that nobody both judges somebody and looks after them."""

from django.db.models import Q

from rempart.care.errors import JudgesThem, NotAllowed, Silent, WrongState
from rempart.care.models import CareFile
from rempart.casework.models import Case
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

# What a member does to a case that makes them one of those who judge it.
_PARTS = ("proposed_by", "approved_by", "seconded_by", "declined_by", "confirmed_by")


def locked(file: CareFile) -> CareFile:
    """The file as it is stored, nobody else changing it until the transaction ends."""
    # no_key: what refers to the file (a wish, while they write) is written meanwhile and waits for nobody.
    with_conversation = CareFile.objects.select_related("conversation")
    return with_conversation.select_for_update(of=("self",), no_key=True).get(pk=file.pk)


def ensure_looks_after(file: CareFile, acting: StaffMember) -> None:
    """Raises NotAllowed without the permission, JudgesThem for whoever took part in a case about the account."""
    if not acting.may(Permission.CARE):
        raise NotAllowed
    if judges(file, acting):
        raise JudgesThem


def judges(file: CareFile, member: StaffMember) -> bool:
    """Whether a member took part in a case about the account: nobody has both roles towards one person."""
    if not member.may(Permission.READ_CASES):
        return False
    named = Q(account__service=file.service, account__handle=file.handle, account__holds_handle=True)
    if file.platform_id:
        named |= Q(account__service=file.service, account__platform_id=file.platform_id)
    took_part = Q(claim__member=member) | Q(outcomes__decided_by=member)
    for part in _PARTS:
        took_part |= Q(**{f"decisions__{part}": member})
    return Case.objects.filter(named).filter(took_part).exists()


def looks_after(case: Case, member: StaffMember) -> bool:
    """Whether a member has done anything for the owner of the account of a case: they keep out of it."""
    if not member.may(Permission.CARE):
        return False
    account = case.account
    named = Q(service=account.service, handle=account.handle)
    if account.platform_id:
        named |= Q(service=account.service, platform_id=account.platform_id)
    did = Q(held_by=member) | Q(opened_by=member) | Q(asked__taken_by=member) | Q(asked__settled_by=member)
    did |= Q(steps__done_by=member) | Q(steps__skipped_by=member)
    return CareFile.objects.filter(named).filter(did).exists()


def ensure_not_silent(file: CareFile) -> None:
    """Raises Silent after a death."""
    if file.state == CareFile.State.FROZEN:
        raise Silent


def ensure_stands(file: CareFile, *states: CareFile.State) -> None:
    """Raises Silent after a death, WrongState unless the support stands in one of these states now."""
    ensure_not_silent(file)
    if file.standing not in states:
        raise WrongState
