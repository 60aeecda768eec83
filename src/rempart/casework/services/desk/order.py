"""Where a case stands in the queue: what priority.queue_order makes of what is stored of it.

A case is placed again whenever something that places it is written: an assessment, a decision, a recorded danger, an
appeal. Nothing else is needed, since time passing changes no order (see priority).
"""

from collections.abc import Sequence
from typing import Any

from rempart.casework.models import AssessmentRecord, Case, Decision, ThreatDecision
from rempart.casework.priority import Waiting, queue_order
from rempart.ledger.clock import now
from rempart.records.vocabulary import MEASURES


def place(case: Case) -> float | None:
    """Store the place of a case, within the transaction that changed what it rests on. None before any assessment."""
    record = case.assessments.first()
    if record is None:
        return None
    found = Case.objects.select_related("account").prefetch_related("decisions__measures").get(pk=case.pk)
    threats = list(case.threats.filter(decided_at=None))
    order = queue_order(waiting_of(found, record, threats))
    if order != found.queue_order:
        Case.objects.filter(pk=case.pk).update(queue_order=order)
    case.queue_order = order
    return order


def waiting_of(case: Case, record: AssessmentRecord, threats: Sequence[ThreatDecision] = ()) -> Waiting:
    """What places a case: its latest assessment, and the threats to life that nobody has decided on yet.

    Its account, decisions and measures were fetched before.
    """
    decisions = [one for one in case.decisions.all() if one.state in (Decision.State.PROPOSED, Decision.State.TAKEN)]
    standing = [one for one in decisions if one.in_force or one.to_come]
    unreviewed = [one for one in standing if one.mode == Decision.Mode.PREVENTIVE and one.confirmed_at is None]
    asked = [
        *(one.proposed_at for one in decisions if one.state == Decision.State.PROPOSED),
        *(one.taken_at for one in unreviewed),
        *(threat.opened_at for threat in threats),
    ]
    due = [*(one.review_due for one in unreviewed), *(threat.due_at for threat in threats)]
    measures = [one.measure for decision in standing for one in decision.measures.all() if not _lifted(one)]
    return Waiting(
        severity=record.severity,
        credibility=record.credibility,
        sources=record.independent_sources,
        reach=case.account.reach,
        minors=int(record.assessment.get("complainant_minors") or 0),
        respondent_is_adult=case.account.held_to_be_adult,
        danger=case.danger_at is not None,
        in_force=max(measures, key=MEASURES.index, default=None),
        to_decide=bool(asked),
        since=min(asked, default=case.opened_at),
        due=min((date for date in due if date is not None), default=None),
    )


def _lifted(measure: Any) -> bool:
    return measure.lifted_at is not None and measure.lifted_at <= now()
