"""What somebody who reported can complain about (DSA Art. 20): a refusal to act, a restriction of their reporting."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from rempart.casework.models import Appeal, Case, Complainant, Decision, Outcome, ReportingRestriction
from rempart.casework.services.appealing import REFUSALS, may_appeal
from rempart.correspondence.models import Conversation


@dataclass(frozen=True)
class Target:
    """Something to complain about: the arguments of `file_appeal`, and until when."""

    case: Case | None
    by: Appeal.By
    about: dict[str, Decision | Outcome | ReportingRestriction]
    until: datetime


def what_to_complain_about(conversation: Conversation) -> Target | None:
    """The newest thing that they were told, can complain about now and have not complained about; None without any."""
    for case, by, column, thing in _told(conversation):
        appealed = Appeal.objects.filter(conversation=conversation, **{column: thing})
        if appealed.exclude(state=Appeal.State.WITHDRAWN).exists():
            continue
        allowed = may_appeal(case, by, thing)
        if allowed and allowed.until is not None:
            return Target(case, by, {column: thing}, allowed.until)
    return None


def _told(
    conversation: Conversation,
) -> Iterator[tuple[Case | None, Appeal.By, str, Outcome | Decision | ReportingRestriction]]:
    """What this conversation told, by its messages' keys: restrictions, refusals, lifts; each the newest first."""
    mine = ReportingRestriction.objects.filter(conversation=conversation)
    for restriction in mine.order_by("-begins_at", "-pk"):
        yield None, Appeal.By.REPORTER, "restriction", restriction
    complainant = Complainant.objects.filter(conversation=conversation, withdrawn_at=None).first()
    if complainant is None:
        return
    keys = [one.split(":") for one in conversation.messages.exclude(once="").values_list("once", flat=True)]
    outcomes = Outcome.objects.filter(
        pk__in=[int(key[1]) for key in keys if key[0] == "outcome"], kind__in=REFUSALS, undone_at=None
    )
    for outcome in outcomes.order_by("-decided_at", "-pk"):
        yield complainant.case, Appeal.By.COMPLAINANT, "outcome", outcome
    lifted = Decision.objects.filter(pk__in=[int(key[1]) for key in keys if key[0] in ("lifted", "before_lift")])
    for decision in lifted.order_by("-begins_at", "-pk"):
        yield complainant.case, Appeal.By.COMPLAINANT, "decision", decision
