"""What platforms holds about a respondent, handed to them at their request (see `privacy.subjects`).

It leaves with their case, so nothing here has to be erased by itself.
"""

from rempart.intake.models import Account
from rempart.intake.subjects import accounts_of
from rempart.platforms.models import AccountDescription, Execution, Label
from rempart.privacy.subjects import Export, Subject


def export_platforms(subject: Subject) -> Export | None:
    """What was carried out on a respondent's accounts, on which day, and what the platform said of them."""
    if subject.role != "respondent":
        return None
    accounts = accounts_of(subject)
    return Export(
        data={
            "carried_out": [one for account in accounts for one in _carried_out(account)],
            "described": [
                {"platform": one.platform.name, "answered_at": one.answered_at, "said": one.said}
                for one in AccountDescription.objects.filter(account__in=accounts).select_related("platform")
            ],
            "labels": [
                {"value": one.value, "withdraws": one.negates, "day": one.made_at.date(), "until": one.expires_at}
                for one in Label.objects.filter(subject__in=[one.platform_id for one in accounts])
            ],
        }
    )


def _carried_out(account: Account) -> list[dict[str, object]]:
    done = Execution.objects.filter(order__measure__decision__case__account=account, done_at__isnull=False)
    return [
        {
            "platform": one.platform.name,
            "measure": one.order.measure.measure,
            "action": one.order.action,
            "day": one.done_at.date() if one.done_at else None,
        }
        for one in done.select_related("platform", "order__measure").order_by("done_at", "pk")
    ]


HANDED_OVER = {"platforms.Execution", "platforms.AccountDescription", "platforms.Label"}
EXPORTERS = {"platforms": export_platforms}
LEFT_OUT = {
    "platforms.CareExecution": "what became of an order of care; the protections, which are handed over, say the same",
    "platforms.AgeExecution": "what became of an order about an age; the steps, which are handed over, say the same",
    "platforms.PreservedCopy": "copies of what the platform holds and hands over itself; others may speak in them",
    "platforms.Drift": "what differed from what was decided until it was put right",
}
