"""When two people must approve: final measures on many followers, on minors, on unknown ages; rules that ask for two;
and platforms that can only do more than what was decided.
"""

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction

from rempart.casework.errors import NotHeavier, NothingToApprove, SecondPersonNeeded
from rempart.casework.models import Case, Decision, PlatformOrder
from rempart.casework.services.guards import ensure_may_act, given_reason, locked
from rempart.casework.services.rulebooks import book_of
from rempart.casework.signals import orders_settled
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.vocabulary import MEASURES
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

REACH, MINOR, UNKNOWN_AGE, APPROXIMATION, RULEBOOK = "reach", "minor", "unknown_age", "approximation", "rulebook"


def why_two(case: Case, about: Decision | Iterable[str] = ()) -> list[str]:
    """Why two people must approve a decision, or final `measures` not decided yet; empty when one is enough.

    Of reach (settings.REMPART_HIGH_REACH followers or more), minor, unknown_age, rulebook, approximation.
    """
    account = case.account
    why = []
    final = not isinstance(about, Decision) or about.mode == Decision.Mode.FINAL
    if final and account.reach is not None and account.reach >= settings.REMPART_HIGH_REACH:
        why.append(REACH)
    if account.age_band is None:
        why.append(UNKNOWN_AGE)
    elif not account.held_to_be_adult:
        why.append(MINOR)
    if isinstance(about, Decision):
        articles = (one for one in book_of(about.rulebook).articles if one.id in about.articles)
        if any(article.approval == "two_reviewers" for article in articles):
            why.append(RULEBOOK)
        if any(is_heavier(order) for order in PlatformOrder.objects.filter(measure__decision=about.pk)):
            why.append(APPROXIMATION)
    return why


def is_heavier(order: PlatformOrder) -> bool:
    """Whether what the platform would do instead weighs more than what was decided."""
    return bool(order.approximated_as) and MEASURES.index(order.approximated_as) > MEASURES.index(order.measure.measure)


@transaction.atomic
def propose_approximation(order: PlatformOrder, *, measure: str, acting: StaffMember, reason: str) -> PlatformOrder:
    """Propose that the platform does something else, since it cannot do exactly what was decided.

    Lighter needs nobody else; heavier waits for `approve_approximation`.
    Raises NotAllowed, Excluded, ReasonMissing, NothingToApprove when it was carried out, ValueError for no measure.
    """
    order = _lock_order(order)
    ensure_may_act(order.measure.decision.case, acting)
    order.approximated_because = given_reason(reason)
    if measure not in MEASURES:
        raise ValueError(f"{measure} is no measure")
    if order.carried_out_at is not None or order.action != PlatformOrder.Action.APPLY:
        raise NothingToApprove
    order.approximated_as, order.approximation_proposed_by = measure, acting
    order.approximation_approved_by = order.approximation_approved_at = None
    order.save()
    content = {"measure": order.measure.measure, "as": measure, "reason": order.approximated_because}
    append(Event.APPROXIMATION_PROPOSED, subject=order, acting=acting, content=content)
    orders_settled.send(Case, case=order.measure.decision.case, orders=[order])
    return order


@transaction.atomic
def approve_approximation(order: PlatformOrder, *, acting: StaffMember, reason: str) -> PlatformOrder:
    """Approve that the platform does something heavier than what was decided: another person, who may countersign.

    Raises NotAllowed, Excluded, ReasonMissing, NothingToApprove, NotHeavier, SecondPersonNeeded.
    """
    order = _lock_order(order)
    ensure_may_act(order.measure.decision.case, acting, Permission.COUNTERSIGN)
    reason = given_reason(reason)
    if not order.approximated_as or order.carried_out_at is not None or order.approximation_approved_at is not None:
        raise NothingToApprove
    if not is_heavier(order):
        raise NotHeavier
    if order.approximation_proposed_by == acting:
        raise SecondPersonNeeded
    order.approximation_approved_by, order.approximation_approved_at = acting, now()
    order.save()
    append(Event.APPROXIMATION_APPROVED, subject=order, acting=acting, content={"reason": reason})
    orders_settled.send(Case, case=order.measure.decision.case, orders=[order])
    return order


def _lock_order(order: PlatformOrder) -> PlatformOrder:
    found = PlatformOrder.objects.select_related("measure__decision", "approximation_proposed_by").get(pk=order.pk)
    found.measure.decision.case = locked(Case(pk=found.measure.decision.case_id))
    found.refresh_from_db(fields=["carried_out_at", "approximated_as", "approximation_approved_at"])
    return found
