"""Counting a window: every number exactly, from the record, in a number of queries that does not grow."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Count, F, Func, Min, OuterRef, Q, QuerySet, Subquery

from rempart.accountability.figures.model import (
    Appeals,
    Carried,
    Counts,
    Figures,
    Lifted,
    Measures,
    RulebookUsed,
    Speed,
    Window,
)
from rempart.accountability.figures.range import ACCUSING, Range
from rempart.accountability.figures.received import received_in
from rempart.accountability.figures.restraints import (
    WATCH,
    Reasons,
    Restraint,
    real_measures,
    restrained_before,
    restraints_of,
)
from rempart.accountability.figures.standing import accounts_in, waiting_at
from rempart.casework.models import Appeal, Decision, Outcome, PlatformOrder, RulebookVersion, Statement
from rempart.casework.services import book_of
from rempart.intake.models import Testimony
from rempart.pages.labels import OUTCOME
from rempart.records.vocabulary import MEASURES

MODES = ("preventive", "final")
APPROVALS = ("automatic", "one_reviewer", "two_reviewers")
LIFTS = ("end", "review", "appeal", "reply", "link", "replaced")
APPEAL_STATES = ("pending", "upheld", "rejected", "withdrawn")
AUTHORS = ("respondent", "complainant", "reporter")
ACTIONS = ("apply", "lift")
CARRIED = ("done", "failed", "waiting", "dropped", "unconnected")
TIMES = {"under_6h": 6, "under_24h": 24, "under_72h": 72, "under_7d": 168, "longer": float("inf")}


def figures_of(window: Window) -> Figures:
    """Everything of a window, exactly, as of its end or of now. `protecting.protected` makes it fit to be given out."""
    with _one_snapshot():
        reach = Range.of(window)
        restraints = restraints_of(reach)
        at_end = {one.case for one in restraints if one.ends is None or one.ends >= reach.until}
        return Figures(
            window=window,
            as_of=reach.until,
            invented=reach.invented,
            heard=reach.waves is None or bool(reach.waves),
            received=received_in(reach),
            accounts=accounts_in(reach, at_end, restrained_before(reach, reach.until)),
            cases=reach.cases().filter(**reach.within("opened_at")).count(),
            measures=_measures(reach, restraints, at_end),
            speed=_speed(reach, restraints),
            lifted=_lifted(reach, restraints),
            appeals=_appeals(reach),
            **_outcomes(reach),
            statements=Statement.objects.filter(decision__in=reach.decisions(), **reach.within("made_at")).count(),
            carried=_carried(reach),
            rulebooks=_rulebooks(reach),
        )


@contextmanager
def _one_snapshot() -> Iterator[None]:
    """Read everything from one state of the database, unless the caller's transaction has its own way of reading.

    Nearly everything is read, so joins go over whole tables: after a large import, a planner whose statistics are not
    up to date would go through them row by row, for minutes.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL enable_nestloop = off")
        yield
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


def _first_restrained(reach: Range, restraints: list[Restraint]) -> dict[int, datetime]:
    """The cases whose first restraint ever began in the window, and when."""
    earlier = restrained_before(reach, reach.window.start)
    begun: dict[int, datetime] = {}
    for one in restraints:
        if one.begins >= reach.window.start and one.case not in earlier:
            begun[one.case] = min(begun.get(one.case, one.begins), one.begins)
    return begun


def _measures(reach: Range, restraints: list[Restraint], at_end: set[int]) -> Measures:
    taken = reach.decisions().filter(state=Decision.State.TAKEN, **reach.within("taken_at"))
    by_approval = _counts(taken, "approval", APPROVALS)
    in_force = real_measures(reach).filter(decision__begins_at__lt=reach.until)
    in_force = in_force.filter(Q(real_end=None) | Q(real_end__gte=reach.until))
    began = real_measures(reach).filter(**reach.within("decision__begins_at"), decision__renews=None)
    return Measures(
        restrained=len({one.case for one in restraints}),
        newly=len(_first_restrained(reach, restraints)),
        at_end=len(at_end),
        taken=_by_kind(began),
        in_force=_by_kind(in_force),
        decisions=sum(number or 0 for number in by_approval.values()),
        by_approval=by_approval,
        renewed=taken.filter(renews__isnull=False).count(),
        confirmed=reach.decisions().filter(**reach.within("confirmed_at")).count(),
        declined=reach.decisions().filter(state=Decision.State.DECLINED, **reach.within("declined_at")).count(),
        waiting=waiting_at(reach).count(),
    )


def _by_kind(found: "QuerySet") -> dict[str, Counts]:
    rows = found.values("measure", "decision__mode").annotate(number=Count("decision__case", distinct=True))
    numbers = {(row["measure"], row["decision__mode"]): row["number"] for row in rows}
    return {kind: {mode: numbers.get((kind, mode), 0) for mode in MODES} for kind in MEASURES}


def _speed(reach: Range, restraints: list[Restraint]) -> Speed:
    begun = _first_restrained(reach, restraints)
    cases = reach.decisions().filter(**reach.within("begins_at")).values("case")
    said = Testimony.everything.filter(stance__in=ACCUSING, account__case__in=cases).order_by()
    first = dict(said.values("account__case").annotate(first=Min("received_at")).values_list("account__case", "first"))
    hours = sorted(
        (at - first[case]).total_seconds() / 3600 for case, at in begun.items() if case in first and first[case] <= at
    )
    by_time = Counter(next(name for name, most in TIMES.items() if one < most) for one in hours)
    return Speed(
        accounts=len(hours),
        median_hours=percentile(hours, 0.5),
        p90_hours=percentile(hours, 0.9),
        by_time={name: by_time[name] for name in TIMES},
    )


def percentile(ordered: list[float], share: float) -> float | None:
    """The value below which this share of ordered values lies, interpolated; None of nothing."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _lifted(reach: Range, restraints: list[Restraint]) -> Lifted:
    reasons = Reasons.of(reach)
    ended = [one for one in restraints if one.ends is not None and reach.window.start <= one.ends < reach.until]
    by_reason = Counter(reasons.why(one) for one in ended)
    spans: dict[int, list[Restraint]] = {}
    for one in restraints:
        spans.setdefault(one.case, []).append(one)
    lifts = real_measures(reach).exclude(measure=WATCH).filter(**reach.within("lifted_at"), real_end=F("lifted_at"))
    eased = {
        case
        for case, at in lifts.values_list("decision__case", "lifted_at")
        if any(one.begins <= at and (one.ends is None or one.ends > at) for one in spans.get(case, ()))
    }
    return Lifted(total=len(ended), by_reason={name: by_reason[name] for name in LIFTS}, eased=len(eased))


def _appeals(reach: Range) -> Appeals:
    appeals = Appeal.objects.order_by()
    if reach.waves is not None:
        appeals = appeals.filter(case__in=reach.cases().values("pk"))
    states: Counter[str] = Counter()
    authors: Counter[str] = Counter()
    for row in appeals.filter(**reach.within("filed_at")).values_list("by", "state", "decided_at", "withdrawn_at"):
        author, state, decided, withdrawn = row
        settled = decided or withdrawn
        states[state if settled is not None and settled < reach.until else "pending"] += 1
        authors[author] += 1
    answered = appeals.filter(**reach.within("decided_at"), state__in=("upheld", "rejected"))
    by_answer = _counts(answered, "state", ("upheld", "rejected"))
    hours = sorted(
        (decided - filed).total_seconds() / 3600 for filed, decided in answered.values_list("filed_at", "decided_at")
    )
    return Appeals(
        filed=states.total(),
        by_state={name: states[name] for name in APPEAL_STATES},
        by_author={name: authors[name] for name in AUTHORS},
        answered=len(hours),
        upheld=by_answer["upheld"],
        rejected=by_answer["rejected"],
        median_hours=percentile(hours, 0.5),
    )


def _outcomes(reach: Range) -> dict[str, object]:
    standing = Q(undone_at=None) | Q(undone_at__gte=reach.until)
    answers = Outcome.objects.filter(standing, **reach.within("decided_at")).order_by()
    if reach.waves is not None:
        answers = answers.filter(case__in=reach.cases().values("pk"))
    outcomes = _counts(answers, "kind", tuple(OUTCOME))
    return {"outcomes_total": sum(number or 0 for number in outcomes.values()), "outcomes": outcomes}


def _carried(reach: Range) -> Carried:
    orders = PlatformOrder.objects.filter(**reach.within("due_at")).order_by()
    if reach.waves is not None:
        orders = orders.filter(measure__decision__in=reach.decisions())
    numbers = {action: Counter[str]() for action in ACTIONS}
    rows = orders.values("action", "execution__state", done=Q(carried_out_at__isnull=False)).annotate(
        number=Count("pk")
    )
    for row in rows:
        state = row["execution__state"]
        if state is None:
            state = "done" if row["done"] else "unconnected"
        numbers[row["action"]]["waiting" if state == "waits" else state] += row["number"]
    return Carried(
        orders=sum(counter.total() for counter in numbers.values()),
        by_action={action: {state: numbers[action][state] for state in CARRIED} for action in ACTIONS},
    )


def _rulebooks(reach: Range) -> list[RulebookUsed]:
    taken = reach.decisions().filter(state=Decision.State.TAKEN, **reach.within("taken_at"))
    used = {row["rulebook"]: row["number"] for row in taken.values("rulebook").annotate(number=Count("pk"))}
    cited = set(
        taken.annotate(article=Func("articles", function="unnest")).values_list("rulebook", "article").distinct()
    )
    begun = RulebookVersion.objects.filter(in_force_from__lt=reach.until).order_by("in_force_from")
    later = begun.filter(in_force_from__gt=OuterRef("in_force_from")).order_by("in_force_from")
    found = []
    in_force = begun.annotate(until=Subquery(later.values("in_force_from")[:1]))
    others = RulebookVersion.objects.filter(pk__in=used).exclude(pk__in=begun)
    for one in [*in_force, *others]:
        until = getattr(one, "until", None)
        if (
            one.pk in used
            or (until is None and one.in_force_from)
            or (until is not None and until > reach.window.start)
        ):
            found.append(
                RulebookUsed(
                    name=one.name,
                    version=one.version,
                    sha256=one.digest,
                    since=one.in_force_from,
                    until=until,
                    decisions=used.get(one.pk, 0),
                    articles=[article.id for article in book_of(one).articles if (one.pk, article.id) in cited],
                )
            )
    return found


def _counts(found: "QuerySet", column: str, names: tuple[str, ...]) -> Counts:
    numbers = {row[column]: row["number"] for row in found.order_by().values(column).annotate(number=Count("pk"))}
    return {name: numbers.get(name, 0) for name in names}
