"""What the desk's menu counts for child-safety officers: children to look after before anything else is done."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from rempart.age.models import ProtectionCase
from rempart.staff.models import StaffMember


def officers_wait_for(member: StaffMember) -> Mapping[str, "QuerySet[Any]"]:
    """What child-safety officers have to look at first."""
    return {"protection": ProtectionCase.objects.filter(settled_at=None)}
