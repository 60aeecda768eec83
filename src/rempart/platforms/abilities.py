"""What casework asks of platforms (casework.means): how a measure would be carried out, and what was kept before."""

from django.db.models import QuerySet

from rempart.casework.means import How, Means
from rempart.casework.models import Case, Decision, PlatformOrder
from rempart.files.models import StoredFile
from rempart.intake.models import Account
from rempart.platforms.connector import PermanentFailure, Support
from rempart.platforms.models import Execution, PreservedCopy
from rempart.platforms.registry import connector_of, platform_for
from rempart.staff.roles import Permission

HOW = {Support.NATIVE: How.NATIVE, Support.APPROXIMATED: How.IN_THESE_WORDS, Support.IMPOSSIBLE: How.CANNOT}


def means(account: Account, measure: str) -> Means | None:
    """How a measure is carried out on an account; None where no platform covers it or its settings are wrong.

    What cannot be told is ordered: it then fails where a person sees it.
    """
    platform = platform_for(account)
    if platform is None:
        return None
    try:
        ability = connector_of(platform).abilities.get(measure)
    except PermanentFailure:
        return None
    if ability is None:
        return Means(How.CANNOT, {})
    return Means(HOW[ability.support], dict(ability.how), ability.as_measure or "")


def kept_before(decision: Decision) -> bool:
    """Whether what a decision's measures may change on the platform was kept, or nothing waits to be."""
    waiting = Execution.objects.filter(
        order__measure__decision=decision,
        order__action=PlatformOrder.Action.APPLY,
        state=Execution.State.WAITS,
        preserved_at=None,
    )
    return not waiting.exists()


def files_kept(case: Case) -> "QuerySet[StoredFile]":
    """What was kept of a case's account before it changed; pictures are for those who look after children's safety."""
    copies = PreservedCopy.objects.filter(execution__order__measure__decision__case=case)
    return StoredFile.objects.filter(pk__in=copies.values("file"), opened_with=Permission.READ_CASES)
