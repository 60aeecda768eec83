"""How often questions about ages are wrong, for whom, and what it takes to put that right: counted from what happened.

Terms, as in ISO/IEC 27566-1 and NIST IR 8525 (FATE-AEV): a *positive* is somebody held to be old enough. A *false
positive* was let in and was too young; a *false negative* was asked, or closed out, and was old enough. There is no
ground truth here, as a laboratory has it: an age counts as known once its owner showed it, or a person lifted the
question (old enough), or once two people closed the account and it stands (too young). What lapsed stays unknown and
is in no rate. Whoever was never noticed is in none either: the share let in wrongly is a lower bound.

Intervals are Wilson's score intervals at 95 % (E. B. Wilson, "Probable inference, the law of succession, and
statistical inference", JASA 22, 1927; L. D. Brown, T. T. Cai, A. DasGupta, Statistical Science 16(2), 2001). Counts of
1 to 4 are withheld with whatever would give them away (`privacy.suppression`), and so is every rate that rests on one.
"""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from math import sqrt
from statistics import median, quantiles
from typing import Any, NamedTuple

from django.db.models import Sum as Total

from rempart.age.models import (
    Assurance,
    Attempt,
    Challenge,
    ChallengeAppeal,
    ClosedYoung,
    GuardianBond,
    ProofCount,
    ProofRequest,
    VendorRequest,
)
from rempart.age.services.counting import kept
from rempart.privacy.suppression import THRESHOLD, Sum, is_small, protect

Z = 1.959963984540054  # the 97.5 % point of the standard normal distribution
SETTLES_IN = timedelta(days=31)
"""Time to answer, to decide and to appeal: then what was asked in a quarter is told once, and does not move."""
BINS = (0.0, 0.5, 0.8, 0.97, 1.0)
State, Step, Way = Challenge.State, ProofCount.Step, Attempt.Way
Count = int | None  # None: withheld


class Interval(NamedTuple):
    """A share and its 95 % interval, all in [0, 1]."""

    share: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Rate:
    """So many of so many; `interval` is None where a count is withheld, or nothing was counted."""

    id: str
    part: str
    hits: Count
    of: Count

    @property
    def interval(self) -> Interval | None:
        """The share, where it may be told."""
        return wilson(self.hits, self.of) if self.hits is not None and self.of else None


@dataclass(frozen=True, kw_only=True)
class Restored:
    """Hours from an appeal to the account being as before; None where too few were restored to tell."""

    number: Count
    median: float | None
    nine_of_ten: float | None


@dataclass(frozen=True, kw_only=True)
class Report:
    """Everything that is told. rates: by id and part ("all", "language:fr", "sex:f", "because:sweep", "from:0.8" …).

    counts: by table and name, in the order of the steps; None where withheld.
    """

    start: datetime
    end: datetime
    as_of: datetime
    exact: bool
    rates: tuple[Rate, ...]
    counts: Mapping[str, Mapping[str, Count]]
    restored: Restored


def wilson(hits: int, of: int) -> Interval:
    """The share of `hits` among `of` > 0 trials with Wilson's score interval at 95 %. Raises ValueError."""
    if not 0 <= hits <= of or of == 0:
        raise ValueError(f"{hits} of {of}")
    share, square = hits / of, Z * Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = Z / (1 + square / of) * sqrt(share * (1 - share) / of + square / (4 * of * of))
    # Where everything or nothing hit, the end is exact, and only rounding would move it.
    return Interval(share, max(0.0, middle - half) if hits else 0.0, min(1.0, middle + half) if hits < of else 1.0)


def last_quarter(at: datetime) -> tuple[datetime, datetime]:
    """The last calendar quarter (UTC) that ended long enough before `at` for what was asked in it to be settled."""
    day = (at - SETTLES_IN).date()
    end = date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)
    start = date(end.year, end.month - 3, 1) if end.month > 3 else date(end.year - 1, 10, 1)
    return _midnight(start), _midnight(end)


def report(start: datetime, end: datetime, *, as_of: datetime, exact: bool = False) -> Report:
    """What was asked in [start, end) and came of it by `as_of`. exact: for the team alone, nothing withheld."""
    asked = _asked(start, end, as_of)
    withhold = _as_they_are if exact else protect
    rates = [*_wrongly_asked(asked, withhold), *_calibration(asked, withhold)]
    rates.append(_rate("closed_wrongly", _closures(asked), withhold))
    let_in = _rate("let_in_wrongly", _let_in(start, end, as_of), withhold)
    # The gate's own table tells how many it turned away: less these, the whole would be those let in.
    rates.append(let_in if let_in.hits is not None else replace(let_in, of=None))
    appeals = list(
        ChallengeAppeal.objects.filter(made_at__gte=start, made_at__lt=end).values(
            "outcome", "decided_at", "made_at", "restored_at"
        )
    )
    answered = [one for one in appeals if one["decided_at"] is not None and one["decided_at"] < as_of]
    told = _appeals(Counter(one["outcome"] for one in answered), len(appeals) - len(answered), withhold)
    rates.append(Rate(id="appeals_overturned", part="all", hits=told["overturned"], of=told.pop("heard")))
    counts = {
        "gate": _gate(start, end, as_of, withhold),
        "challenges": _steps(asked, withhold),
        "methods": _methods(asked, as_of, exact),
        "proofs": _proofs(start, end, withhold),
        "guardians": _guardians(start, end, as_of, withhold),
        "vendors": _vendors(start, end, as_of, withhold),
        "appeals": told,
    }
    return Report(
        start=start,
        end=end,
        as_of=as_of,
        exact=exact,
        rates=tuple(rates),
        counts=counts,
        restored=_restored(_hours(answered, as_of), exact, hidden=told["overturned"] is None),
    )


def as_data(found: Report) -> dict[str, Any]:
    """A report as JSON: counts that are withheld are null."""
    return {
        "from": found.start.date().isoformat(),
        "to": found.end.date().isoformat(),
        "as_of": found.as_of.isoformat(timespec="seconds"),
        "withheld_below": None if found.exact else THRESHOLD,
        "rates": [
            {
                "rate": one.id,
                "part": one.part,
                "hits": one.hits,
                "of": one.of,
                **(one.interval._asdict() if one.interval else {"share": None, "low": None, "high": None}),
            }
            for one in found.rates
        ],
        "counts": {name: dict(table) for name, table in found.counts.items()},
        "hours_to_restore": {
            "number": found.restored.number,
            "median": found.restored.median,
            "nine_of_ten": found.restored.nine_of_ten,
        },
    }


def as_table(found: Report) -> str:
    """A report as plain text."""
    lines = [f"asked from {found.start.date()} to {found.end.date()}, as of {found.as_of.date()}", ""]
    lines.append(f"{'rate':22} {'part':18} {'hits':>8} {'of':>8} {'share':>8}  95 % interval")
    for one in found.rates:
        interval = one.interval
        said = f"{interval.share:8.3f}  {interval.low:.3f} – {interval.high:.3f}" if interval else f"{'–':>8}"
        lines.append(f"{one.id:22} {one.part:18} {_told(one.hits):>8} {_told(one.of):>8} {said}".rstrip())
    for name, table in found.counts.items():
        lines += ["", name, *(f"  {step:30} {_told(number):>8}" for step, number in table.items())]
    restored = found.restored
    lines += ["", f"restored after an appeal: {_told(restored.number)}"]
    if restored.median is not None and restored.nine_of_ten is not None:
        lines.append(f"  hours, median {restored.median:.1f}, nine in ten within {restored.nine_of_ten:.1f}")
    return "\n".join(lines)


def _told(number: Count) -> str:
    return "withheld" if number is None else str(number)


# --- what was asked, and what came of it


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """One question, and what is known of it by the moment of the report."""

    subject: tuple[str, str]
    handle: tuple[str, str]
    opened_at: datetime
    because: str
    language: str
    sex: str
    probability: float | None
    outcome: str  # "old", "young", "unknown" or "waits"
    seen: bool
    answered: bool
    was_closed: bool


def _asked(start: datetime, end: datetime, as_of: datetime) -> list[_Asked]:
    rows = Challenge.objects.filter(opened_at__gte=start, opened_at__lt=end).select_related("conversation")
    rows = rows.prefetch_related("decisions")
    sexes = _sexes()
    return [
        _Asked(
            subject=(one.service, one.subject.reference),
            handle=(one.service, one.handle),
            opened_at=one.opened_at,
            because=one.because,
            language=one.language,
            sex=sexes.get((one.service, one.platform_id or "")) or sexes.get((one.service, one.handle)) or "unknown",
            probability=one.probability,
            outcome=_outcome(one, as_of),
            seen=one.conversation is not None and _by(one.conversation.seen_at, as_of),
            answered=_by(one.answered_at, as_of),
            was_closed=any(two.kind == "restrict" and _by(two.in_force_at, as_of) for two in one.decisions.all()),
        )
        for one in rows
    ]


def _outcome(one: Challenge, as_of: datetime) -> str:
    if one.state_at >= as_of:
        return "waits"
    if one.state in (State.PROVED, State.CLEARED):
        return "old"
    if one.state in (State.RESTRICTED, State.ERASED):
        return "young"
    return "unknown" if one.state == State.LAPSED else "waits"


def _sexes() -> dict[tuple[str, str], str]:
    """The sex that somebody stated to the platform, by the account that came of their sign-up, while that is kept."""
    found: dict[tuple[str, str], str] = {}
    for one in Attempt.objects.exclude(sex="").exclude(bound_at=None):
        found[one.service, one.handle] = one.sex
        if one.platform_id:
            found[one.service, one.platform_id] = one.sex
    return found


def _wrongly_asked(asked: Iterable[_Asked], withhold: Any) -> list[Rate]:
    """Of the questions whose answer is known, those put to somebody old enough; as a whole and by part."""
    known = [one for one in asked if one.outcome in ("old", "young")]
    ways = {
        "language": [one.language for one in known],
        "sex": [one.sex for one in known],
        "because": [one.because for one in known],
    }
    old = [one.outcome == "old" for one in known]
    return _shares("asked_wrongly", ways, old, withhold)


def _calibration(asked: Iterable[_Asked], withhold: Any) -> list[Rate]:
    """Of the accounts that the sweep flagged, by its probability, those found too young: near it, if it is right."""
    known = [one for one in asked if one.outcome in ("old", "young") and one.probability is not None]
    known = [one for one in known if one.because == Challenge.Because.SWEEP]
    bins = [f"{max(low for low in BINS[:-1] if low <= (one.probability or 0)):g}" for one in known]
    return _shares("flagged_rightly", {"from": bins}, [one.outcome == "young" for one in known], withhold)


def _shares(name: str, ways: Mapping[str, list[str]], hits: list[bool], withhold: Any) -> list[Rate]:
    """The share of hits among all, and in the parts of each way of dividing them.

    Each way is a table of its own (part × hit or not). Where one has to withhold a whole, the others do too.
    """
    hidden: set[str] = set()
    told: dict[str, dict[str, Count]] = {}
    while True:
        for way, parts in ways.items():
            told[way] = _table(parts, hits, withhold, hidden)
        lost = {whole for whole in ("hits", "misses", "of") for one in told.values() if one[whole] is None} - hidden
        if not lost:
            break
        hidden |= lost
    first = next(iter(told.values()))
    rates = [Rate(id=name, part="all", hits=first["hits"], of=first["of"])]
    for way, parts in ways.items():
        rates += [
            Rate(id=name, part=f"{way}:{part}", hits=told[way][f"hits:{part}"], of=told[way][f"of:{part}"])
            for part in sorted(set(parts))
        ]
    return rates


def _table(parts: list[str], hits: list[bool], withhold: Any, hidden: Collection[str]) -> dict[str, Count]:
    names = sorted(set(parts))
    counts = {"of": len(hits), "hits": sum(hits), "misses": len(hits) - sum(hits)}
    for name in names:
        here = [hit for part, hit in zip(parts, hits, strict=True) if part == name]
        counts |= {f"of:{name}": len(here), f"hits:{name}": sum(here), f"misses:{name}": len(here) - sum(here)}
    sums = [Sum(f"of:{name}", ((f"hits:{name}", f"misses:{name}"),)) for name in names]
    sums += [Sum(whole, (tuple(f"{whole}:{name}" for name in names),)) for whole in ("hits", "misses") if names]
    sums += [Sum("of", (("hits", "misses"),))]
    found: dict[str, Count] = withhold(counts, sums, hidden=hidden, precious=("of", "hits", "misses"))
    return found


def _closures(asked: Iterable[_Asked]) -> tuple[int, int]:
    """Accounts that two people closed, by (found old enough after all, whose end is known)."""
    known = [one for one in asked if one.was_closed and one.outcome in ("old", "young")]
    return sum(one.outcome == "old" for one in known), len(known)


def _let_in(start: datetime, end: datetime, as_of: datetime) -> tuple[int, int]:
    """Of sign-ups known to be of somebody too young, those that the gate let in: a lower bound.

    Known: the answer led to « no account for now », or the account that came of it was closed by two people while the
    sign-up was kept.
    """
    attempts = Attempt.objects.filter(answered_at__gte=start, answered_at__lt=end, follows=None)
    gone = kept("too_young", start, end)
    turned_away = attempts.filter(way=Way.NOT_YET).count() + gone["turned_away"]
    closed = ClosedYoung.objects.filter(closed_at__lt=as_of)
    names = {
        (service, one) for service, *names in closed.values_list("service", "handle", "platform_id") for one in names
    }
    let_in = attempts.exclude(way=Way.NOT_YET).exclude(bound_at=None)
    found = sum(bool(names & {(one.service, one.handle), (one.service, one.platform_id or "")}) for one in let_in)
    found += gone["let_in"]
    return found, found + turned_away


# --- coverage and drop-off


def _gate(start: datetime, end: datetime, as_of: datetime, withhold: Any) -> dict[str, Count]:
    rows = Attempt.objects.filter(made_at__gte=start, made_at__lt=end).values_list("way", "answered_at")
    ways = Counter(way if _by(answered, as_of) else "not_answered" for way, answered in rows)
    ways += kept("gate", start, end)
    return _divided(
        "asked", ways.total(), {name: ways[name] for name in ("on", "guardian", "not_yet", "not_answered")}, withhold
    )


def _steps(asked: Collection[_Asked], withhold: Any) -> dict[str, Count]:
    """How far people came who were asked: each step among those of the one before."""
    seen = [one for one in asked if one.seen or one.answered]
    return _narrowing(
        {"asked": len(asked), "page_opened": len(seen), "answered": sum(one.answered for one in seen)}, withhold
    )


def _methods(asked: Collection[_Asked], as_of: datetime, exact: bool) -> dict[str, Count]:
    """By which method an answer came for those who were asked; somebody may have taken several."""
    opened = {one.subject: one.opened_at for one in asked}
    found: dict[str, set[tuple[str, str]]] = {}
    rows = Assurance.objects.filter(kind="account", reference__in=[reference for _service, reference in opened])
    for one in rows:
        whose = (one.service, one.reference)
        if whose in opened and opened[whose] <= one.made_at < as_of:
            found.setdefault(one.method, set()).add(whose)
    counts = {method: len(whose) for method, whose in sorted(found.items())}
    return {name: _alone(number, exact) for name, number in counts.items()}


def _proofs(start: datetime, end: datetime, withhold: Any) -> dict[str, Count]:
    """Proofs by wallets, by what for and which step; refusals by their code. One person may ask several times.

    Refusals are told in two ways, of which each gives away what the other withholds: they are one table.
    """
    rows = ProofCount.objects.filter(day__gte=start.date(), day__lt=end.date())
    by_step = rows.values_list("purpose", "step").annotate(sum=Total("number"))
    steps = {(purpose, step): number for purpose, step, number in by_step}
    counts = {
        f"{purpose}:{step}": steps[purpose, step]
        for purpose in ProofRequest.Purpose.values
        for step in Step.values
        if (purpose, step) in steps
    }
    by_purpose = tuple(name for name in counts if name.endswith(f":{Step.REFUSED}"))
    refusals = rows.filter(step=Step.REFUSED).values_list("reason").annotate(sum=Total("number")).order_by("reason")
    by_reason = {f"refused:{reason}": number for reason, number in refusals}
    counts |= by_reason | {"refused": sum(by_reason.values())}
    found: dict[str, Count] = withhold(counts, [Sum("refused", (by_purpose, tuple(by_reason)))] if by_reason else [])
    del found["refused"]
    return found


def _guardians(start: datetime, end: datetime, as_of: datetime, withhold: Any) -> dict[str, Count]:
    """How far asking a guardian came. Who said that it is not safe, and who lost the role, is counted nowhere."""
    bonds = GuardianBond.objects.filter(named_at__gte=start, named_at__lt=end, said_safe=True, lost_at=None)
    bonds = bonds.prefetch_related("consents")
    rows = [
        (
            _by(one.opened_at, as_of) or _by(one.proved_at, as_of),
            _by(one.proved_at, as_of),
            _by(one.answered_at, as_of) or any(_by(yes.given_at, as_of) for yes in one.consents.all()),
        )
        for one in bonds
    ]
    opened, proved, answered = (sum(column) for column in zip(*rows, strict=True)) if rows else (0, 0, 0)
    steps = {"asked": len(rows), "page_opened": opened, "shown_adult": proved, "answered": answered}
    return _narrowing(steps, withhold)


def _vendors(start: datetime, end: datetime, as_of: datetime, withhold: Any) -> dict[str, Count]:
    rows = VendorRequest.objects.filter(asked_at__gte=start, asked_at__lt=end).values_list("answered_at", flat=True)
    gone = kept("vendors", start, end)
    answered = sum(_by(one, as_of) for one in rows) + gone["answered"]
    return _narrowing({"asked": len(rows) + gone["asked"], "answered": answered}, withhold)


# --- counting


def _restored(hours: list[float], exact: bool, *, hidden: bool) -> Restored:
    """hidden: how many appeals were overturned is withheld; how many accounts were restored would give it away."""
    if hidden:
        return Restored(number=None, median=None, nine_of_ten=None)
    enough = len(hours) >= (1 if exact else THRESHOLD)
    nine = quantiles(hours, n=10)[-1] if enough and len(hours) > 1 else (hours[0] if enough and hours else None)
    return Restored(
        number=_alone(len(hours), exact), median=median(hours) if enough and hours else None, nine_of_ten=nine
    )


def _hours(appeals: Iterable[Mapping[str, Any]], as_of: datetime) -> list[float]:
    restored = [one for one in appeals if _by(one["restored_at"], as_of)]
    return [(one["restored_at"] - one["made_at"]).total_seconds() / 3600 for one in restored]


def _rate(name: str, counted: tuple[int, int], withhold: Any) -> Rate:
    hits, of = counted
    told = _divided("of", of, {"hits": hits, "misses": of - hits}, withhold)
    return Rate(id=name, part="all", hits=told["hits"], of=told["of"])


def _divided(whole: str, number: int, parts: Mapping[str, int], withhold: Any) -> dict[str, Count]:
    found: dict[str, Count] = withhold({whole: number, **parts}, [Sum(whole, (tuple(parts),))], precious=(whole,))
    return found


def _narrowing(steps: Mapping[str, int], withhold: Any) -> dict[str, Count]:
    """Steps of which each is a part of the one before: those who left in between are protected as well."""
    names = list(steps)
    left = {f"left:{name}": steps[before] - steps[name] for before, name in itertools.pairwise(names)}
    sums = [Sum(before, ((name, f"left:{name}"),)) for before, name in itertools.pairwise(names)]
    found: dict[str, Count] = withhold({**steps, **left}, sums)
    return {name: found[name] for name in names}


def _as_they_are(counts: Mapping[str, int], sums: Iterable[Sum], **_kept: Any) -> dict[str, Count]:
    return dict(counts)


def _alone(number: int, exact: bool) -> Count:
    return None if is_small(number) and not exact else number


def _appeals(outcomes: Mapping[str, int], waiting: int, withhold: Any) -> dict[str, Count]:
    """Appeals by what became of them; heard: overturned or upheld, which the rate rests on. One table, so that neither
    gives away what the other withholds.
    """
    others = {name: outcomes.get(name, 0) for name in ChallengeAppeal.Outcome.values}
    heard = others["overturned"] + others["upheld"]
    counts = {"made": heard + others["settled"] + waiting, **others, "waiting": waiting, "heard": heard}
    sums = [Sum("made", (("heard", "settled", "waiting"),)), Sum("heard", (("overturned", "upheld"),))]
    found: dict[str, Count] = withhold(counts, sums, precious=("made", "heard"))
    return found


def _by(moment: datetime | None, as_of: datetime) -> bool:
    return moment is not None and moment < as_of


_midnight = partial(datetime.combine, time=time.min, tzinfo=UTC)
