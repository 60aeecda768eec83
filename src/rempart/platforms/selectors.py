"""What pages read of platforms: how each measure stands there, what differs, and what waits for a person.

A measure that one decision hands over to the next is one stretch on the platform: one order puts it there, one takes it
off, and the decisions between share them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from rempart.casework.models import Case, Decision, MeasureTaken, PlatformOrder, SecondReview
from rempart.ledger.clock import now
from rempart.platforms import registry
from rempart.platforms.connector import Ability, PermanentFailure, Support
from rempart.platforms.models import AccountDescription, Cursor, Drift, Execution, Platform
from rempart.records.vocabulary import MEASURES
from rempart.staff.models import StaffMember

WATCH = "watch"
SWITCHED_OFF = gettext_noop("The platform is disabled: nothing is done there until an administrator enables it again.")
TROUBLE = frozenset({"nowhere", "asks", "failed", "impossible", "lost", "gone", "lift_failed"})


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """A measure on a platform: the order that puts it there, the one that takes it off, how what was seen differed."""

    measure: MeasureTaken
    apply: PlatformOrder | None = None
    lift: PlatformOrder | None = None
    drifts: Sequence[Drift] = ()

    @property
    def applied(self) -> Execution | None:
        """What became of the order to apply."""
        return execution_of(self.apply)

    @property
    def lifted(self) -> Execution | None:
        """What became of the order to lift."""
        return execution_of(self.lift)

    @property
    def platform(self) -> Platform | None:
        """Where it is carried out, once that began."""
        began = self.applied or self.lifted
        return began.platform if began else None

    @property
    def handed_over(self) -> bool:
        """Whether it was put there for an earlier decision."""
        return self.apply is not None and self.apply.measure_id != self.measure.pk

    def open_drifts(self) -> list[Drift]:
        """What still differs."""
        return [one for one in self.drifts if one.settled_at is None]


@dataclass(frozen=True, kw_only=True)
class There:
    """How a measure stands on the platform now: a value of the vocabulary `on_platform`, since when, and why."""

    state: str
    since: datetime | None = None
    problem: str = ""
    platform: Platform | None = None

    @property
    def trouble(self) -> bool:
        """Whether a person has to do something, or nobody can."""
        return self.state in TROUBLE

    @property
    def restrains(self) -> bool:
        """Whether the account is restricted there."""
        return self.state in {"done", "seen", "lifting", "lift_failed"}


def execution_of(order: PlatformOrder | None) -> Execution | None:
    """What became of an order, once somebody took it up (`execution` fetched before)."""
    found: Execution | None = getattr(order, "execution", None)
    return found


def ability_of(platform: Platform, measure: str) -> Ability | None:
    """What a platform does for a measure, as it is set up; None when its settings are wrong."""
    try:
        return registry.connector_of(platform).abilities.get(measure)
    except PermanentFailure:
        return None


def how_words(ability: Ability) -> str:
    """How it is carried out, in the reader's language."""
    return ability.how.get((get_language() or "fr")[:2], "")


def in_words(problem: str) -> str:
    """What went wrong, in the reader's language; empty when nothing did."""
    return capfirst(_(problem)) if problem else ""


def weighs_more(name: str, other: str) -> bool:
    """Whether the measure called `name` is heavier than the other."""
    return MEASURES.index(name) > MEASURES.index(other)


def orders() -> "QuerySet[PlatformOrder]":
    """Orders with what became of them, where, and for which measure, oldest first."""
    people = ("approximation_proposed_by", "approximation_approved_by")
    return PlatformOrder.objects.select_related("execution__platform", "measure__decision", *people)


@dataclass(frozen=True, kw_only=True)
class OnPlatform:
    """A case on the platform: where, how each of its measures stands, and what the platform says of the account.

    description: what an AccountDescription holds (said, staff, answered_at, problem) and the `name` of its platform.
    """

    platform: Platform | None
    stretches: Mapping[int, Stretch]
    description: Mapping[str, Any] | None


def case_on_platform(case: Case, measures: Sequence[MeasureTaken]) -> OnPlatform:
    """How the measures of a case stand on the platform: one query where anything was ordered, else two."""
    described = AccountDescription.objects.annotate(name=F("platform__name"))
    fields = ("said", "staff", "answered_at", "problem", "name")
    account = OuterRef("measure__decision__case__account")
    about = described.filter(account=account).values(found=JSONObject(**{one: one for one in fields}))
    still = Drift.objects.filter(measure=OuterRef("measure"), settled_at=None).order_by("found_at", "pk")
    open_drifts = ArraySubquery(still.values(found=JSONObject(kind="kind", found_at="found_at")))
    found = list(
        orders().filter(measure__decision__case=case).annotate(description=Subquery(about), open_drifts=open_drifts)
    )
    if not found:
        said = described.filter(account=case.account_id).values(*fields).first()
        return OnPlatform(
            platform=registry.platform_for(case.account),
            stretches={one.pk: Stretch(measure=one) for one in measures},
            description=said,
        )
    drifts = {
        one.measure_id: [Drift(kind=drift["kind"], found_at=_moment(drift["found_at"])) for drift in one.open_drifts]
        for one in found
    }
    runs = _runs(found)
    said = found[0].description
    platforms = (done.platform for order in reversed(found) if (done := execution_of(order)) is not None)
    return OnPlatform(
        platform=next(platforms, None),
        stretches={one.pk: _stretch(one, runs.get(one.measure, []), drifts) for one in measures},
        description=said and said | {"answered_at": _moment(said["answered_at"])},
    )


def _moment(written: str | None) -> datetime | None:
    """A moment that the database wrote as JSON."""
    return datetime.fromisoformat(written) if written else None


def whole_stretch(measure: MeasureTaken) -> Stretch:
    """The stretch of one measure with all that was ever found to differ; two queries."""
    case, name = measure.decision.case_id, measure.measure
    found = list(orders().filter(measure__decision__case=case, measure__measure=name))
    drifts: dict[int, list[Drift]] = {}
    differed = Drift.objects.filter(measure__decision__case=case, measure__measure=name)
    for drift in differed.select_related("platform", "settled_by").order_by("found_at", "pk"):
        drifts.setdefault(drift.measure_id, []).append(drift)
    return _stretch(measure, _runs(found).get(name, []), drifts)


def _runs(found: Iterable[PlatformOrder]) -> dict[str, list[list[PlatformOrder]]]:
    """The orders for each measure in runs, each of which an order to apply begins."""
    runs: dict[str, list[list[PlatformOrder]]] = {}
    for order in found:
        before = runs.setdefault(order.measure.measure, [])
        if order.action == PlatformOrder.Action.APPLY or not before:
            before.append([order])
        else:
            before[-1].append(order)
    return runs


def _stretch(measure: MeasureTaken, runs: list[list[PlatformOrder]], drifts: Mapping[int, Sequence[Drift]]) -> Stretch:
    mine = next((run for run in reversed(runs) if any(one.measure_id == measure.pk for one in run)), None)
    begins = measure.decision.begins_at
    if mine is None and begins is not None:
        shared = (run for run in reversed(runs) if run[0].due_at <= begins)
        mine = next((run for run in shared if len(run) == 1 or run[1].due_at > begins), None)
    if mine is None:
        return Stretch(measure=measure)
    apply = next((one for one in mine if one.action == PlatformOrder.Action.APPLY), None)
    lift = next((one for one in mine if one.action == PlatformOrder.Action.LIFT), None)
    holders = {one.measure_id for one in mine} | {measure.pk}
    differs = [drift for holder in sorted(holders) for drift in drifts.get(holder, ())]
    return Stretch(measure=measure, apply=apply, lift=lift, drifts=differs)


def there(stretch: Stretch, platform: Platform | None) -> There:
    """How a measure stands on the platform now. `platform`: the one that covers the account, where there is one."""
    where, moment, order = stretch.platform or platform, now(), stretch.apply
    if stretch.measure.measure == WATCH:
        return There(state="ours")
    if stretch.lift is not None and stretch.lift.due_at <= moment:
        if stretch.applied is not None and stretch.applied.sent_at is None:
            return There(state="dropped", since=stretch.lift.due_at, platform=where)
        return _there(stretch.lifted, where, "lifting", "lift_failed", ("lifted", "over"), since=stretch.lift.due_at)
    if order is None:
        return There(
            state="impossible" if where and cannot(where, stretch.measure.measure) else "undone", platform=where
        )
    if order.due_at > moment:
        return There(state="ahead", since=order.due_at, platform=where)
    kept = _kept_from_it(stretch, order, where)
    return kept or _there(stretch.applied, where, "waits", "failed", ("done", "seen"), since=order.due_at)


def _kept_from_it(stretch: Stretch, order: PlatformOrder, where: Platform | None) -> There | None:
    """What keeps a measure that was ordered from holding, other than that it waits or failed."""
    done = stretch.applied
    if done is not None and done.state == Execution.State.DONE:
        missing = (one for one in stretch.open_drifts() if one.kind in (Drift.Kind.LOST, Drift.Kind.GONE))
        one = next(missing, None)
        return There(state=one.kind, since=one.found_at, platform=where) if one else None
    ability = ability_of(where, order.measure.measure) if where else None
    if ability is None or (done is not None and done.state == Execution.State.DROPPED):
        return None
    return There(state="asks", since=order.due_at, platform=where) if asks_people(order, ability) else None


def _there(
    done: Execution | None, where: Platform | None, waits: str, failed: str, did: tuple[str, str], *, since: datetime
) -> There:
    if done is None:
        return There(state=waits if where else "nowhere", since=since, platform=where)
    match done.state:
        case Execution.State.DONE:
            return There(state=did[done.seen_at is not None], since=done.done_at, platform=where)
        case Execution.State.FAILED:
            return There(state=failed, since=since, problem=done.problem, platform=where)
        case Execution.State.DROPPED:
            return There(state="dropped", since=since, platform=where)
    if not done.platform.enabled:
        return There(state=failed, since=since, problem=SWITCHED_OFF, platform=where)
    return There(state=waits, since=since, problem=done.problem, platform=where)


def cannot(platform: Platform, measure: str) -> bool:
    """Whether a platform can do nothing of the kind: then it is not ordered."""
    ability = ability_of(platform, measure)
    return ability is not None and ability.support == Support.IMPOSSIBLE


def asks_people(order: PlatformOrder, ability: Ability) -> bool:
    """Whether two people have to agree before the platform does what it would do, since that is heavier."""
    instead = order.approximated_as or ability.as_measure or ""
    return bool(instead) and weighs_more(instead, order.measure.measure) and order.approximation_approved_at is None


def seen_by(member: StaffMember) -> Q:
    """Cases that a member may be shown: not those that they are to judge again without having seen them."""
    blind = SecondReview.objects.filter(reviewer=member, judged_at=None).values("case")
    return ~Q(decision__case__in=blind)


def measures_seen_by(member: StaffMember) -> "QuerySet[MeasureTaken]":
    """The measures whose page a member may read, with their case and everybody who had a part."""
    people = ("approved_by", "seconded_by", "rulebook", "assessment")
    found = MeasureTaken.objects.filter(seen_by(member), decision__state=Decision.State.TAKEN)
    return found.select_related("decision__case__account", "lifted_by", *(f"decision__{one}" for one in people))


def failed(member: StaffMember) -> "QuerySet[Execution]":
    """What a person has to look at, the longest waiting first; what a disabled platform should have done as well."""
    shown = MeasureTaken.objects.filter(seen_by(member))
    found = Execution.objects.filter(Q(state=Execution.State.FAILED) | _left_undone(), order__measure__in=shown)
    return found.select_related("platform", "order__measure__decision__case__account").order_by("order__due_at", "pk")


def _left_undone() -> Q:
    """What is due on a disabled platform: what was put there and is over, and what is not put there."""
    same = Execution.objects.filter(
        order__measure__measure=OuterRef("order__measure__measure"),
        order__measure__decision__case=OuterRef("order__measure__decision__case"),
    )
    put_there = same.filter(order__action=PlatformOrder.Action.APPLY, sent_at__isnull=False)
    over = same.filter(
        order__action=PlatformOrder.Action.LIFT, order__due_at__gt=OuterRef("order__due_at"), order__due_at__lte=now()
    )
    still = Q(order__action=PlatformOrder.Action.LIFT) & Exists(put_there)
    still |= Q(order__action=PlatformOrder.Action.APPLY) & ~Exists(over)
    return Q(state=Execution.State.WAITS, platform__enabled=False, order__due_at__lte=now()) & still


def open_drifts(member: StaffMember) -> "QuerySet[Drift]":
    """What should be in force and what is differ, the longest known first."""
    shown = MeasureTaken.objects.filter(seen_by(member))
    found = Drift.objects.filter(settled_at=None, measure__in=shown)
    return found.select_related("platform", "measure__decision__case__account").order_by("found_at", "pk")


def waiting_for_people(member: StaffMember) -> dict[str, "QuerySet[Any]"]:
    """What stands beside the page in the menu: what failed, and what differs."""
    return {"failed": failed(member), "drifts": open_drifts(member)}


def platforms() -> list[Platform]:
    """Every platform with how many orders wait or failed, when one was last carried out, and when it was last heard.

    Each has `waiting`, `failing`, `to_take_off` (restrictions with an end to come), `last_done_at` and `heard_at`; two
    queries.
    """
    waits = Q(executions__state=Execution.State.WAITS)
    due = waits & Q(executions__order__due_at__lte=now())
    found = list(
        Platform.objects.select_related("added_by")
        .order_by("name")
        .annotate(
            waiting=Count("executions", filter=due),
            failing=Count("executions", filter=Q(executions__state=Execution.State.FAILED)),
            to_take_off=Count("executions", filter=waits & Q(executions__order__action=PlatformOrder.Action.LIFT)),
            last_done_at=Max("executions__done_at"),
        )
    )
    heard = dict(Cursor.objects.filter(listener__in=[one.name for one in found]).values_list("listener", "heard_at"))
    for one in found:
        one.heard_at = heard.get(one.name)
    return found
