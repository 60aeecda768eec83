"""Outcomes drawn at random and judged again by somebody who sees neither the first judgement nor the score.

How often the two agree is computed by casework.agreement.
"""

import secrets

from django.conf import settings
from django.db import transaction

from rempart.casework.errors import AlreadyJudged, NotAllowed, SecondPersonNeeded
from rempart.casework.models import Outcome, SecondReview
from rempart.casework.services.guards import ensure_may_act, given_reason
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.pages.labels import OUTCOME
from rempart.staff.models import StaffMember

_FINE = 1_000_000


def draw(outcome: Outcome) -> SecondReview | None:
    """Draw lots for an outcome that was just reached; nobody can tell beforehand whether it will be judged again."""
    if secrets.randbelow(_FINE) >= settings.REMPART_SECOND_REVIEWS * _FINE:
        return None
    drawn = SecondReview.objects.create(
        outcome=outcome, case=outcome.case, first=outcome.kind, first_by=outcome.decided_by, drawn_at=now()
    )
    append(Event.SECOND_REVIEW_DRAWN, subject=drawn)
    return drawn


@transaction.atomic
def begin_second_review(review: SecondReview, *, acting: StaffMember) -> SecondReview:
    """Take on a second review; until it is judged, one does not see the case itself.

    Raises NotAllowed, Excluded, SecondPersonNeeded (one judged it first), AlreadyJudged.
    """
    review = _locked(review)
    ensure_may_act(review.case, acting, whoever_works_on_it=True)
    if acting.pk == review.first_by_id or _had_a_part(review, acting):
        raise SecondPersonNeeded
    if review.judged_at is not None or review.reviewer_id not in (None, acting.pk):
        raise AlreadyJudged
    if review.reviewer is None:
        review.reviewer, review.begun_at = acting, now()
        review.save(update_fields=["reviewer", "begun_at"])
        append(Event.SECOND_REVIEW_BEGUN, subject=review, acting=acting)
    return review


@transaction.atomic
def judge_again(review: SecondReview, *, outcome: str, acting: StaffMember, reason: str) -> SecondReview:
    """Say how one would have answered. It changes nothing for anybody concerned.

    Raises NotAllowed (not one's own), AlreadyJudged, ReasonMissing; ValueError for an outcome that does not exist.
    """
    review = _locked(review)
    reason = given_reason(reason)
    if outcome not in OUTCOME:
        raise ValueError(f"no outcome is called {outcome!r}")
    if review.reviewer != acting:
        raise NotAllowed
    if review.judged_at is not None:
        raise AlreadyJudged
    review.second, review.judged_at, review.because = outcome, now(), reason
    review.save(update_fields=["second", "judged_at", "because"])
    append(Event.SECOND_REVIEW_JUDGED, subject=review, acting=acting, content={"outcome": outcome, "reason": reason})
    return review


def _locked(review: SecondReview) -> SecondReview:
    return SecondReview.objects.select_for_update(of=("self",)).select_related("case", "outcome").get(pk=review.pk)


def _had_a_part(review: SecondReview, member: StaffMember) -> bool:
    """Whether somebody decided anything on the case: they would know what was thought of it."""
    return any(
        member.pk in (one.approved_by_id, one.seconded_by_id, one.declined_by_id, one.confirmed_by_id)
        for one in review.case.decisions.all()
    )
