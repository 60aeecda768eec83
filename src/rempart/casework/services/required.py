"""What a rulebook requires of what was known at a moment: the same question asked of now and of then."""

import logging

import msgspec

from rempart import records
from rempart.casework.models import AssessmentRecord, Case, RulebookVersion
from rempart.casework.services.rulebooks import book_of
from rempart.casework.states import State
from rempart.rulebook import EvaluationFailed

logger = logging.getLogger("rempart.casework")


def articles_matching(version: RulebookVersion, record: AssessmentRecord) -> set[str]:
    """The articles of a rulebook that what was known then meets; none when it cannot be evaluated."""
    try:
        return set(book_of(version).judge(msgspec.convert(record.assessment, records.Assessment)).articles)
    except EvaluationFailed:
        # An article that cannot be evaluated is no match and no answer: a person has to look at the rulebook.
        logger.exception("assessment %s cannot be judged under %s", record.pk, version)
        return set()


def answered_articles(case: Case, version: RulebookVersion) -> set[str]:
    """The articles that applied when the case was decided: people answered them, until the case is opened again.

    Only what applies beside them is new: a testimony that changes nothing that the rulebook requires does not bring a
    decided case back.
    """
    if case.state not in (State.DECIDED, State.APPEALED):
        return set()
    last = case.outcomes.filter(undone_at=None).order_by("-decided_at", "-pk").first()
    if last is None:
        return set()
    known = case.assessments.filter(made_at__lte=last.decided_at).first()
    return articles_matching(version, known) if known is not None else set()
