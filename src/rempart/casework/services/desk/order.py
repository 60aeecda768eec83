"""Where a case stands in the queue: what priority.queue_order makes of what is stored of it.

A case is placed again whenever something that places it is written: an assessment, a decision, a recorded danger, an
appeal. Nothing else is needed, since time passing changes no order (see priority).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from rempart.casework.models import (
    Appeal,
    AssessmentRecord,
    Case,
    Decision,
    MeasureTaken,
    Reconsideration,
    ThreatDecision,
)
from rempart.casework.priority import Waiting, queue_order
from rempart.ledger.clock import now
from rempart.records.vocabulary import MEASURES

BLIND_IN = 10
HIDDEN = 0.5  # what stands for the credibility of a case judged without it


class Question(NamedTuple):
    """Something that somebody has to answer on a case, besides its decisions; `by_reviewers` if they can."""

    since: datetime
    due: datetime
    by_reviewers: bool


def is_drawn(case: Case) -> bool:
    """Whether the case is one of those judged without the score: one in BLIND_IN, by its number, the same for all."""
    return int(hashlib.sha256(b"blind:%d" % case.pk).hexdigest(), 16) % BLIND_IN == 0


def place(case: Case) -> float | None:
    """Store the place of a case, within the transaction that changed what it rests on. None before any assessment."""
    record = case.assessments.first()
    if record is None:
        return None
    found = Case.objects.select_related("account").prefetch_related("decisions__measures").get(pk=case.pk)
    order = queue_order(waiting_of(found, record, questions_of([found])[case.pk]))
    if order != found.queue_order:
        Case.objects.filter(pk=case.pk).update(queue_order=order)
    case.queue_order = order
    return order


def questions_of(cases: Iterable[Case]) -> dict[int, list[Question]]:
    """The open questions of each case: appeals, reconsiderations and threats to life, in three queries."""
    found: defaultdict[int, list[Question]] = defaultdict(list)
    keys = [case.pk for case in cases]
    for appeal in Appeal.objects.filter(case__in=keys, state=Appeal.State.FILED):
        found[appeal.case_id].append(Question(appeal.filed_at, appeal.due_at, True))
    for again in Reconsideration.objects.filter(case__in=keys, state=Reconsideration.State.WAITS):
        found[again.case_id].append(Question(again.asked_at, again.due_at, True))
    for threat in ThreatDecision.objects.filter(case__in=keys, decided_at=None):
        found[threat.case_id].append(Question(threat.opened_at, threat.due_at, False))
    return found


def waiting_of(case: Case, record: AssessmentRecord, questions: Sequence[Question] = ()) -> Waiting:
    """What places a case: its latest assessment and its open questions.

    Its account, decisions and measures were fetched before. Where a case is judged without its score, its place does
    not tell it either: it stands where one chance in two would put it, at most 48 hours behind a certain one.
    """
    decisions = [one for one in case.decisions.all() if one.state in (Decision.State.PROPOSED, Decision.State.TAKEN)]
    standing = [one for one in decisions if one.in_force or one.to_come]
    unreviewed = [one for one in standing if one.mode == Decision.Mode.PREVENTIVE and one.confirmed_at is None]
    asked = [
        *(one.proposed_at for one in decisions if one.state == Decision.State.PROPOSED),
        *(one.taken_at for one in unreviewed),
        *(question.since for question in questions if question.by_reviewers),
    ]
    due = [*(one.review_due for one in unreviewed), *(question.due for question in questions)]
    measures = [one.measure for decision in standing for one in decision.measures.all() if not _lifted(one)]
    return Waiting(
        severity=record.severity,
        credibility=HIDDEN if is_drawn(case) else record.credibility,
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


def _lifted(measure: MeasureTaken) -> bool:
    return measure.lifted_at is not None and measure.lifted_at <= now()
