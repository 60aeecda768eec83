"""What an order asks of its platform, and which of the sanctions seen there answer to it.

An order asks for its measure, or for what two people agreed to instead. What the platform then shows may be called by
that name or by the one that it amounts to there (`Ability.as_measure`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from rempart.casework.models import PlatformOrder
from rempart.platforms.connector import Ability, Connector, Sanction, Support
from rempart.platforms.models import Execution
from rempart.records.vocabulary import MEASURES, Measure

Action = PlatformOrder.Action
State = Execution.State


@dataclass(frozen=True)
class Asked:
    """An order in the words of its platform."""

    order: PlatformOrder
    measure: Measure
    ability: Ability

    @property
    def amounts_to(self) -> Measure:
        """What happens on the platform, as a measure of the ladder."""
        return self.ability.as_measure or self.measure

    @property
    def waits_for_people(self) -> bool:
        """Whether it would weigh more than what was decided and nobody agreed to that yet."""
        return heavier(self.amounts_to, self.order.measure.measure) and self.order.approximation_approved_at is None

    @property
    def impossible(self) -> bool:
        """Whether the platform cannot do anything of the kind."""
        return self.ability.support is Support.IMPOSSIBLE

    def answers(self, sanction: Sanction) -> bool:
        """Whether this is what the order asks for, whoever put it there."""
        return sanction.measure in {self.measure, self.amounts_to}

    def outdone_by(self, sanction: Sanction) -> bool:
        """Whether a sanction of somebody else's does as much, so that ours would be written over it."""
        return sanction.measure is not None and not heavier(self.amounts_to, sanction.measure)


def asked_of(connector: Connector, order: PlatformOrder) -> Asked:
    """What an order asks of this platform."""
    measure: Measure = order.approximated_as or order.measure.measure
    missing = Ability(support=Support.IMPOSSIBLE, how={})
    return Asked(order, measure, connector.abilities.get(measure, missing))


def heavier(one: str, other: str) -> bool:
    """Whether one measure weighs more than another."""
    return MEASURES.index(one) > MEASURES.index(other)


def executions_of(account: int) -> "QuerySet[Execution]":
    """All that was ordered about an account, in the order in which it fell due."""
    found = Execution.objects.filter(order__measure__decision__case__account=account)
    return found.select_related("order__measure__decision__case__account", "platform").order_by(
        "order__due_at", "order__pk"
    )


def ended_by(order: PlatformOrder, executions: Iterable[Execution], at: datetime) -> Execution | None:
    """The lift that ended what an order applied, when it has fallen due by then."""
    return next(
        (
            one
            for one in executions
            if one.order.action == Action.LIFT
            and one.order.measure.measure == order.measure.measure
            and (order.due_at, order.pk) < (one.order.due_at, one.order.pk)
            and one.order.due_at <= at
        ),
        None,
    )


def began_by(lift: PlatformOrder, executions: Sequence[Execution]) -> Execution | None:
    """What a lift takes off: the newest apply of the same measure before it."""
    return next(
        (
            one
            for one in reversed(executions)
            if one.order.action == Action.APPLY
            and one.order.measure.measure == lift.measure.measure
            and (one.order.due_at, one.order.pk) < (lift.due_at, lift.pk)
        ),
        None,
    )


def until_of(order: PlatformOrder, executions: Iterable[Execution]) -> datetime | None:
    """When what an order applies ends, as far as it is ordered."""
    later = (
        one.order.due_at
        for one in executions
        if one.order.action == Action.LIFT
        and one.order.measure.measure == order.measure.measure
        and (order.due_at, order.pk) < (one.order.due_at, one.order.pk)
    )
    return min(later, default=None)


def held(executions: Sequence[Execution], at: datetime) -> list[Execution]:
    """What was sent to the platform and should be in force at a moment."""
    return [
        one
        for one in executions
        if one.order.action == Action.APPLY
        and one.sent_at is not None
        and one.state in {State.WAITS, State.DONE}
        and ended_by(one.order, executions, at) is None
    ]


def is_ours(sanction: Sanction, connector: Connector, executions: Sequence[Execution]) -> bool:
    """Whether we put a sanction there.

    Where the platform cannot tell: whether we sent something of the kind and did not see it gone since.
    """
    if sanction.ours is not None:
        return sanction.ours
    for one in reversed(executions):
        if asked_of(connector, one.order).answers(sanction):
            if one.order.action == Action.LIFT and one.seen_at is not None:
                return False
            if one.order.action == Action.APPLY and one.sent_at is not None:
                return True
    return False
