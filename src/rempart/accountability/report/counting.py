"""Counts of a period for the harmonised report: everything in exactly one place, in the period in which it happened.

- A **notice** is in the category of what it says; the **item of information** that it is about is the account, in the
  category of the most specific of the period's notices about it.
- A **measure** is a restriction from where it begins: one that a renewal or another decision carries on without a gap
  is the same measure; a final one after a precaution is another. Being watched restricts nothing.
- It follows an authority's **order**, else **notices** (if anybody had sent one), else the provider's **own
  initiative** (public posts alone): as the statement of reasons declares it. Under notices it is in the category of
  the most specific of those it answers; otherwise in the one that its statement declares.
- Outcomes and medians are of what was decided or carried out in the period, whenever it was received: over successive
  reports everything counts once.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median

from rempart.accountability.report import record
from rempart.accountability.report.categories import (
    UNSAID,
    Place,
    described,
    of_decision,
    of_notice,
    of_order,
)
from rempart.accountability.report.record import Measure, Notice, Window
from rempart.accountability.report.template import OTHER_VIOLATION, TOTAL, template
from rempart.casework.statements.fields import KINDS

ALL = Place(TOTAL)
# From the gravest down: a complaint about a decision with several restrictions is counted under one of them.
GRAVITY = ("account", "provision", "monetary", "visibility")
COLUMN = {"visibility": "demoted", "monetary": "monetary", "provision": "provision", "account": "account"}


class Tally:
    """Counts and hours by scope, row and key; adding to a place adds to its category and to the total.

    places: what was added to. scopes: the Member States that anything is known of, and TOTAL.
    """

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, Place, str]] = Counter()
        self.hours: defaultdict[tuple[str, Place, str], list[float]] = defaultdict(list)
        self.places: set[Place] = set()
        self.scopes: set[str] = set()

    def count(self, place: Place, key: str, many: int = 1, *, scope: str = TOTAL) -> None:
        """Count something once, in the rows that hold it."""
        for row in self._rows(place):
            self.counts[scope, row, key] += many

    def time(self, place: Place, key: str, hours: float, *, scope: str = TOTAL) -> None:
        """Note how long something took."""
        for row in self._rows(place):
            self.hours[scope, row, key].append(hours)

    def number(self, place: Place, key: str, *, scope: str = TOTAL) -> int:
        """How many there are in a row."""
        return self.counts[scope, place, key]

    def median(self, place: Place, key: str, *, scope: str = TOTAL) -> float | None:
        """The median of a row, in hours; None of nothing."""
        return median_hours(self.hours.get((scope, place, key), ()))

    def _rows(self, place: Place) -> Iterator[Place]:
        self.places.add(place)
        yield ALL
        yield Place(place.category)
        if place.keyword:
            yield place


@dataclass
class Appeals:
    """Complaints of one kind: submitted, what became of those answered in the period, and the hours it took."""

    total: int = 0
    upheld: int = 0
    reversed: int = 0
    omitted: int = 0
    hours: list[float] = field(default_factory=list)


@dataclass
class Accuracy:
    """How often people kept what software took or proposed."""

    kept: int = 0
    judged: int = 0
    unseen: int = 0


@dataclass
class Counts:
    """All that is counted of a service and a period."""

    window: Window
    orders: Tally = field(default_factory=Tally)
    foreign_orders: int = 0
    notices: Tally = field(default_factory=Tally)
    erased: int = 0
    illegal: Tally = field(default_factory=Tally)
    terms: Tally = field(default_factory=Tally)
    carried_on: int = 0
    appeals: dict[str, Appeals] = field(default_factory=lambda: defaultdict(Appeals))
    pending_appeals: int = 0
    about_reporting: int = 0
    new_restrictions: int = 0
    suspended_reporters: int = 0
    by_software: Counter[str] = field(default_factory=Counter)
    by_people: Counter[str] = field(default_factory=Counter)
    notices_by_software: Counter[bool] = field(default_factory=Counter)
    notices_by_people: Counter[bool] = field(default_factory=Counter)
    accuracy: dict[tuple[bool, bool], Accuracy] = field(default_factory=lambda: defaultdict(Accuracy))
    invented: bool = False


def median_hours(hours: Iterable[float]) -> float | None:
    """The median, to a hundredth of an hour; None of nothing."""
    found = list(hours)
    return round(median(found), 2) if found else None


def _hours(since: datetime, until: datetime) -> float:
    return (until - since).total_seconds() / 3600


def count(window: Window) -> Counts:
    """Count everything of a service in a period, as it was known at its end."""
    counts = Counts(window)
    notices = record.notices(window)
    taken = list(begun_in(record.measures(window), counts))
    _count_notices(counts, notices)
    _count_measures(counts, notices, taken)
    _count_processing(counts, notices)
    _count_complaints(counts)
    _count_orders(counts)
    _count_accuracy(counts)
    counts.suspended_reporters = record.suspended_reporters(window)
    counts.invented = record.invented(window)
    return counts


def begun_in(found: Iterable[Measure], counts: Counts) -> Iterator[Measure]:
    """The measures that begin something, of all periods up to the end: not those that carry on what stood.

    found: by case, measure and mode, in the order in which they began. What carries on in the period is counted.
    """
    before: tuple[int, str, str] | None = None
    stood_until: datetime | None = None
    endless = False
    for one in found:
        line = (one.case, one.measure, one.mode)
        carried_on = line == before and (endless or (stood_until is not None and one.begins_at <= stood_until))
        if line != before:
            before, stood_until, endless = line, None, False
        endless = endless or one.ends_at is None
        if one.ends_at is not None and (stood_until is None or one.ends_at > stood_until):
            stood_until = one.ends_at
        if not carried_on:
            yield one
        elif counts.window.holds(one.begins_at):
            counts.carried_on += 1


def _count_notices(counts: Counts, notices: Iterable[Notice]) -> None:
    tally, window = counts.notices, counts.window
    items: dict[int, tuple[int, Place]] = {}
    by_flaggers: set[int] = set()
    for one in notices:
        if not window.holds(one.received_at):
            continue
        ranked = of_notice(one.conduct, minor=one.minor)
        tally.count(ranked[1], "notices")
        items[one.account] = min(items.get(one.account, ranked), ranked)
        if one.flagger:
            tally.count(ranked[1], "notices_flagger")
            by_flaggers.add(one.account)
    for account, (_rank, place) in items.items():
        tally.count(place, "items")
        if account in by_flaggers:
            tally.count(place, "items_flagger")
    counts.erased = record.erased_notices(window)
    if counts.erased:
        tally.count(UNSAID, "notices", counts.erased)


def _count_measures(counts: Counts, notices: list[Notice], taken: Iterable[Measure]) -> None:
    window = counts.window
    told: defaultdict[int, list[Notice]] = defaultdict(list)
    for notice in notices:
        if notice.case is not None:
            told[notice.case].append(notice)
    answers: defaultdict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    reopened = record.reopened_decisions()
    for one in taken:
        follows_notices = one.declared["source_type"] != "SOURCE_VOLUNTARY"
        if follows_notices and not one.ordered:
            answers[one.case].append((one.begins_at, max(one.begins_at, one.carried_out_at or one.begins_at)))
        if not window.holds(one.begins_at):
            continue
        counts.new_restrictions += one.decision in reopened
        if one.ordered:
            continue
        if follows_notices:
            _count_action(counts, one, told.get(one.case, ()))
        else:
            _count_own_initiative(counts, one)
        who = counts.by_software if one.approval == "automatic" else counts.by_people
        who["total"] += 1
        who["own"] += not follows_notices
    _time_actions(counts, told, answers)


def _by_law(one: Measure) -> bool:
    return bool(one.declared["decision_ground"] == "DECISION_GROUND_ILLEGAL_CONTENT")


def _place(one: Measure) -> Place:
    return of_decision(
        one.declared["category"], one.declared.get("category_specification") or (), title=described(one.declared)
    )


def _count_action(counts: Counts, one: Measure, told: Iterable[Notice]) -> None:
    answered = (of_notice(notice.conduct, minor=notice.minor) for notice in told if notice.received_at <= one.begins_at)
    _rank, place = min(answered, default=(0, _place(one)))
    if place.category == OTHER_VIOLATION:
        place = UNSAID
    key = "by_law" if _by_law(one) else "by_terms"
    counts.notices.count(place, key)
    if "trusted_flagger" in one.channels:
        counts.notices.count(place, f"{key}_flagger")


def _count_own_initiative(counts: Counts, one: Measure) -> None:
    place = _place(one)
    # What breaks the terms alone cannot be counted as illegal, whatever an article says.
    tally = counts.illegal if _by_law(one) and place.category != OTHER_VIOLATION else counts.terms
    kind = KINDS[one.measure]  # type: ignore[index]
    how = "" if kind == "visibility" else "_termination" if one.for_good else "_suspension"
    tally.count(place, "measures")
    tally.count(place, COLUMN[kind] + how)
    if one.declared["automated_detection"] == "Yes":
        tally.count(place, "detected_automatically")


def _time_actions(
    counts: Counts, told: dict[int, list[Notice]], answers: dict[int, list[tuple[datetime, datetime]]]
) -> None:
    """From each notice to the first new measure after it, where the platform carried that out in the period."""
    for case, done in answers.items():
        done.sort()
        begins = [began for began, _implemented in done]
        for notice in told.get(case, ()):
            place = bisect_left(begins, notice.received_at)
            if place == len(done) or not counts.window.holds(done[place][1]):
                continue
            _rank, row = of_notice(notice.conduct, minor=notice.minor)
            taken = _hours(notice.received_at, done[place][1])
            counts.notices.time(row, "hours_to_action", taken)
            if notice.flagger:
                counts.notices.time(row, "hours_to_action_flagger", taken)


def _count_processing(counts: Counts, notices: Iterable[Notice]) -> None:
    """Whether a person decided something on the case after a notice, or software alone did by the end."""
    looked, waiting = record.last_looks(counts.window), record.waiting_cases(counts.window)
    for one in notices:
        if one.case is None or not counts.window.holds(one.received_at):
            continue
        seen = looked.get(one.case)
        if seen is not None and seen >= one.received_at:
            counts.notices_by_people[one.flagger] += 1
        elif one.case not in waiting:
            counts.notices_by_software[one.flagger] += 1


def _kind_of(one: record.Complaint) -> str | None:
    """The kind of decision that a complaint is about; None for a warning or a suspended right to report."""
    if one.by == "complainant":
        return "no_action_flagger" if one.flagger else "no_action"
    if one.by == "reporter":
        return None
    kinds = {KINDS[measure] for measure in one.about}  # type: ignore[index]
    return next((kind for kind in GRAVITY if kind in kinds), None)


def _count_complaints(counts: Counts) -> None:
    window = counts.window
    for one in record.complaints(window):
        kind = _kind_of(one)
        tallies = [counts.appeals["complaints"], *([counts.appeals[kind]] if kind else [])]
        settled = one.settled_at if one.settled_at is not None and one.settled_at < window.until else None
        counts.pending_appeals += settled is None
        if window.holds(one.filed_at):
            counts.about_reporting += one.by == "reporter"
        for tally in tallies:
            tally.total += window.holds(one.filed_at)
            if settled is None or not window.holds(settled):
                continue
            if one.state == "withdrawn":
                tally.omitted += 1
                continue
            # An upheld complaint reverses the decision; a rejected one upholds it.
            tally.reversed += one.state == "upheld"
            tally.upheld += one.state == "rejected"
            tally.hours.append(_hours(one.filed_at, settled))


def _count_orders(counts: Counts) -> None:
    window, tally, states = counts.window, counts.orders, set(template().states)
    for one in record.orders(window):
        if one.state not in states:
            counts.foreign_orders += window.holds(one.received_at)
            continue
        place, which = of_order(one.words), "act" if one.to_act else "inform"
        for scope in (TOTAL, one.state):
            if window.holds(one.received_at):
                tally.scopes.add(scope)
                tally.count(place, f"orders_to_{which}", scope=scope)
                if one.to_act:
                    tally.count(place, "items_in_orders", one.items, scope=scope)
            if window.holds(one.receipt_at):
                tally.scopes.add(scope)
                # A receipt within the hour counts as 0.
                taken = _hours(one.received_at, one.receipt_at)  # type: ignore[arg-type]
                tally.time(place, f"hours_to_receipt_{which}", taken if taken >= 1 else 0.0, scope=scope)
            if window.holds(one.effect_at):
                tally.scopes.add(scope)
                tally.time(place, f"hours_to_effect_{which}", _hours(one.received_at, one.effect_at), scope=scope)  # type: ignore[arg-type]


def _count_accuracy(counts: Counts) -> None:
    for one in record.judged(counts.window):
        if not counts.window.holds(one.at):
            continue
        for own in {False, one.own}:
            tally = counts.accuracy[one.automatic, own]
            tally.kept += one.kept is True
            tally.judged += one.kept is not None
            tally.unseen += one.kept is None
