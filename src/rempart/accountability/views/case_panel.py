"""What stands on the page of a case of the orders to act that name its account: people decide, the order does not."""

from typing import Any

from rempart.accountability.models import Request
from rempart.accountability.states import State
from rempart.casework.models import Case
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

SHOWN_IN = (State.ACKNOWLEDGED, State.ANSWERED)


def panel(case: Case, member: StaffMember) -> dict[str, Any] | None:
    """The orders to act about the account, found authentic and acknowledged; None where there is none.

    Orders to give information, to produce and to preserve are confidential: they stand on no page of a case.
    """
    account = case.account
    found = Request.objects.filter(
        kind=Request.Kind.ORDER_TO_ACT,
        state__in=SHOWN_IN,
        concerned__service=account.service,
        concerned__handle=account.handle,
    )
    orders = list(found.select_related("authority").order_by("due_at", "pk"))
    return {"orders": orders, "may_liaise": member.may(Permission.LIAISE)} if orders else None
