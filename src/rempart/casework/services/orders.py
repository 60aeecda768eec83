"""The orders to the platform, worked out from the decisions of a case: one way, whatever was done to them.

A measure that one decision hands over to the next is one stretch: the platform hears nothing at the seam. Orders whose
moment has come are history; those to come are moved, added or dropped until they say what the decisions say. What
protects somebody is ordered at once; undoing it orders its lift at once. What a person lifts waits a minute, so that
undoing that leaves no gap. What no platform can do is not ordered (casework.means).
For use by the services of this room, with the case locked.
"""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from rempart.casework import means
from rempart.casework.models import Case, Decision, MeasureTaken, PlatformOrder
from rempart.casework.signals import orders_settled
from rempart.ledger.clock import now

UNDO_WINDOW = timedelta(seconds=60)
"""How long an act of a reviewer can be undone; until then nobody is told of it, and nothing is lifted for it."""

WATCH = "watch"


class _Stretch(NamedTuple):
    """A measure holds from `begins` until `ends` (None: without end), first through `first`."""

    begins: datetime
    ends: datetime | None
    first: MeasureTaken


class _Wanted(NamedTuple):
    measure: MeasureTaken
    action: PlatformOrder.Action
    at: datetime


def settle_orders(case: Case, *, by_a_person: bool = False) -> None:
    """Make the orders of a case say what its decisions say. What a person lifts waits for UNDO_WINDOW.

    Doing it again changes nothing. Watching is our own business: it takes no order.
    """
    moment = now()
    stretches, orders = _stretches(case), defaultdict(list)
    for order in PlatformOrder.objects.filter(measure__decision__case=case).select_related("measure"):
        orders[order.measure.measure].append(order)
    settled: list[PlatformOrder] = []
    for name in sorted(stretches.keys() | orders.keys()):
        past = [one for one in orders[name] if one.carried_out_at is not None or one.due_at <= moment]
        to_come = {(one.measure_id, one.action): one for one in orders[name] if one not in past}
        last = max(past, key=lambda one: (one.due_at, one.pk), default=None)
        for wanted in _wanted(stretches[name], last, moment):
            waiting = to_come.pop((wanted.measure.pk, wanted.action), None)
            lifts = wanted.action == PlatformOrder.Action.LIFT
            due = max(wanted.at, moment + UNDO_WINDOW) if by_a_person and lifts else wanted.at
            if waiting is None:
                settled.append(
                    PlatformOrder.objects.create(
                        measure=wanted.measure, action=wanted.action, due_at=due, ordered_at=moment
                    )
                )
            elif not (lifts and _waits_its_minute(waiting, wanted, moment)) and waiting.due_at not in (due, wanted.at):
                waiting.due_at = due
                waiting.save(update_fields=["due_at"])
                settled.append(waiting)
        PlatformOrder.objects.filter(pk__in=[one.pk for one in to_come.values()]).delete()
    if settled:
        orders_settled.send(Case, case=case, orders=settled)


def carried_out(order: PlatformOrder, at: datetime) -> bool:
    """Record when the platform did what it was told; whether that was not recorded yet. For the room on the right."""
    done = PlatformOrder.objects.filter(pk=order.pk, carried_out_at=None).update(carried_out_at=at)
    order.carried_out_at = order.carried_out_at or at
    return bool(done)


def _waits_its_minute(waiting: PlatformOrder, wanted: _Wanted, moment: datetime) -> bool:
    return wanted.at <= moment and waiting.due_at <= moment + UNDO_WINDOW


def _stretches(case: Case) -> dict[str, list[_Stretch]]:
    """For each measure, when it holds, whichever decisions of the case it rests on, in order of time."""
    taken = MeasureTaken.objects.with_end().filter(decision__case=case, decision__state=Decision.State.TAKEN)
    holding = [
        one
        for one in taken.exclude(measure=WATCH).select_related("decision")
        if (one.real_end is None or one.real_end > one.decision.begins_at) and means.can(case.account, one.measure)
    ]
    holding.sort(key=lambda one: (one.measure, one.decision.begins_at, one.pk))
    found: dict[str, list[_Stretch]] = defaultdict(list)
    for name, ones in groupby(holding, key=lambda one: one.measure):
        for one in ones:
            before = found[name][-1] if found[name] else None
            if before is None or (before.ends is not None and before.ends < one.decision.begins_at):
                found[name].append(_Stretch(one.decision.begins_at, one.real_end, one))
            elif before.ends is not None:
                ends = None if one.real_end is None else max(before.ends, one.real_end)
                found[name][-1] = before._replace(ends=ends)
    return found


def _wanted(stretches: list[_Stretch], last: PlatformOrder | None, moment: datetime) -> list[_Wanted]:
    """What the platform must still be told, from what it was told `last`: apply and lift take turns."""
    held_by = last.measure if last is not None and last.action == PlatformOrder.Action.APPLY else None
    present = next((one for one in stretches if one.begins <= moment and (one.ends is None or moment < one.ends)), None)
    wanted: list[_Wanted] = []
    if last is not None and held_by is not None and present is None:
        # What an undone act put in force ends now: nothing says of it when it should have.
        over = [one.ends for one in stretches if one.ends is not None and last.due_at <= one.ends <= moment]
        wanted.append(_Wanted(held_by, PlatformOrder.Action.LIFT, _after(last, max(over, default=moment), moment)))
    for one in stretches:
        if one.begins <= moment and one is not present:
            continue
        if one is not present or held_by is None:
            begins = _after(last, one.begins, moment) if one is present else one.begins
            wanted.append(_Wanted(one.first, PlatformOrder.Action.APPLY, begins))
        if one.ends is not None:
            holder = held_by if one is present and held_by is not None else one.first
            wanted.append(_Wanted(holder, PlatformOrder.Action.LIFT, one.ends))
    return wanted


def _after(last: PlatformOrder | None, at: datetime, moment: datetime) -> datetime:
    """When something is ordered that should hold since `at`: then, or now, if the platform was told otherwise since."""
    if last is None or last.due_at < at:
        return at
    return max(moment, last.due_at + timedelta(microseconds=1))
