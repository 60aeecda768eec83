"""What a change of the rules would do, before anybody drafts it in earnest.

A figure of a rulebook is tried at several values on an invented wave; a draft is tried on the cases that are open,
beside the rules in force. Nothing is decided, sent or changed by either.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec
from django.db import transaction
from django.db.models import QuerySet

from rempart.casework import tasks
from rempart.casework.errors import NotAllowed
from rempart.casework.models import Case, ComparedCase, DraftComparison, ThresholdSweep
from rempart.casework.models.policy import Asked
from rempart.casework.services.assessing import articles_spent, assessments_of
from rempart.casework.services.rulebooks import LIVE, book_of, current_version, rulebook_in_force
from rempart.casework.states import State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.replay import Parameters, simulate
from rempart.replay.sweeping import as_rows, sweep, sweep_between
from rempart.rulebook import Difference, EvaluationFailed, Rulebook, difference, load, parse
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

AT_ONCE = 100  # cases assessed together
_NOTICEABLE = 5  # percent, by which progress is written down


class ComparedNow(NamedTuple):
    """An open case under two rulebooks: how they part (None: they do not), or that one of them could not judge it."""

    case: Case
    difference: Difference | None
    failed: bool = False


@transaction.atomic
def ask_sweep(
    book: Rulebook,
    path: str,
    *,
    first: str,
    last: str,
    count: int,
    accounts: int,
    seed: int,
    base_rate: int,
    acting: StaffMember,
) -> ThresholdSweep:
    """Ask what each value of a figure (`article.parameter`) would protect and cost; the worker computes it.

    base_rate: in percent. Raises NotAllowed, BadSweep, UnknownParameter.
    """
    _ensure_may_set_policy(acting)
    asked = sweep_between(book, path, first, last, count)
    kept = ThresholdSweep.objects.create(
        rulebook=book.name,
        version=book.version,
        text=book.source,
        article=asked.parameter.article,
        parameter=asked.parameter.name,
        first=first,
        last=last,
        count=count,
        accounts=accounts,
        seed=seed,
        base_rate=base_rate,
        asked_at=now(),
        asked_by=acting,
    )
    content = {"rulebook": book.name, "version": book.version, "figure": path, "first": first, "last": last}
    append(Event.SWEEP_ASKED, subject=kept, acting=acting, content=content)
    tasks.compute_sweep.defer(sweep=kept.pk)
    return kept


def compute_sweep(asked: ThresholdSweep) -> ThresholdSweep:
    """Compute a sweep that was asked for; one that is computed stays as it is."""
    if asked.computed_at is not None:
        return asked
    wave = simulate(accounts=asked.accounts, seed=asked.seed, parameters=Parameters(base_rate=asked.base_rate / 100))
    book = parse(asked.text, file=f"{asked.rulebook}.yaml")
    tried = sweep_between(book, f"{asked.article}.{asked.parameter}", asked.first, asked.last, asked.count)
    heard = _noting_progress(asked, len(wave.testimonies))
    steps = sweep(wave.testimonies, tried, truth=wave.truth, accounts=wave.accounts, heard=heard)
    with _computed(asked) as kept:
        if kept is not None:
            kept.rows = as_rows(steps)
            kept.save()
            append(Event.SWEEP_COMPUTED, subject=kept, content={"values": [step.written for step in steps]})
    return ThresholdSweep.objects.get(pk=asked.pk)


@transaction.atomic
def ask_comparison(text: str, *, acting: StaffMember) -> DraftComparison:
    """Ask whom a draft would treat otherwise than the rules in force; the worker computes it.

    Raises NotAllowed, RulebookErrors (every problem with its line and column).
    """
    _ensure_may_set_policy(acting)
    book = parse(text, file="rulebook.yaml")
    kept = DraftComparison.objects.create(
        rulebook=book.name, version=book.version, text=text, asked_at=now(), asked_by=acting
    )
    append(
        Event.COMPARISON_ASKED, subject=kept, acting=acting, content={"rulebook": book.name, "version": book.version}
    )
    tasks.compare_draft.defer(comparison=kept.pk)
    return kept


def compute_comparison(asked: DraftComparison) -> DraftComparison:
    """Compute a comparison that was asked for; one that is computed stays as it is."""
    if asked.computed_at is not None:
        return asked
    in_force, live = rulebook_in_force()
    draft = parse(asked.text, file=f"{asked.rulebook}.yaml")
    note = _noting_progress(asked, open_cases().count())
    found: list[ComparedNow] = []
    for number, one in enumerate(compare(live, draft), start=1):
        found.append(one)
        note(number)
    failed = sum(one.failed for one in found)
    with _computed(asked) as kept:
        if kept is not None:
            kept.against, kept.looked_at, kept.failed = in_force, len(found) - failed, failed
            kept.save()
            still_there = Case.objects.select_for_update().in_bulk([one.case.pk for one in found if one.difference])
            differing = ComparedCase.objects.bulk_create(
                ComparedCase(
                    comparison=kept,
                    case=case,
                    direction=differs.direction,
                    said=msgspec.to_builtins(differs),
                )
                for case, differs, _failed in found
                if differs is not None and case.pk in still_there
            )
            content = {"against": in_force.digest, "looked_at": kept.looked_at, "different": len(differing)}
            append(Event.COMPARISON_COMPUTED, subject=kept, content=content)
    return DraftComparison.objects.get(pk=asked.pk)


def compare(live: Rulebook, draft: Rulebook) -> Iterator[ComparedNow]:
    """Every open case that something is said about, as each rulebook would treat it were it judged now; it only reads.

    Each case is assessed from its testimonies as they are stored; articles that may not fire again on it by themselves
    count under neither rulebook.
    """
    cases = list(open_cases())
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        assessments = assessments_of([case.account for case in some])
        for case in some:
            assessment = assessments.get(str(case.account.reference))
            if assessment is None:
                continue
            try:
                yield ComparedNow(case, difference(live, draft, assessment, spent=articles_spent(case)))
            except EvaluationFailed:
                yield ComparedNow(case, None, failed=True)


def open_cases() -> "QuerySet[Case]":
    """The cases that are not closed, the oldest first."""
    return Case.objects.exclude(state=State.CLOSED).select_related("account").order_by("pk")


def rules_of_today() -> Rulebook:
    """The rulebook in force, or the one that would be put in force; unlike `rulebook_in_force` it writes nothing."""
    version = current_version()
    return book_of(version) if version is not None else load(LIVE)


@contextlib.contextmanager
def _computed(asked: Asked) -> Iterator[Asked | None]:
    """The row that is to take the result, locked and dated; None when somebody else was quicker."""
    with transaction.atomic():
        kept = type(asked).objects.select_for_update().get(pk=asked.pk)
        if kept.computed_at is None:
            kept.computed_at, kept.progress = now(), 100
            yield kept
        else:
            yield None


def _noting_progress(asked: Asked, whole: int) -> Callable[[int], None]:
    """Write down how far the work is, whenever that is a noticeable part further."""
    noted = 0

    def note(done: int) -> None:
        nonlocal noted
        percent = min(99, done * 100 // max(1, whole))
        if percent >= noted + _NOTICEABLE:
            noted = percent
            type(asked).objects.filter(pk=asked.pk, computed_at=None).update(progress=percent)

    return note


def _ensure_may_set_policy(acting: StaffMember) -> None:
    if not acting.may(Permission.SET_POLICY):
        raise NotAllowed
