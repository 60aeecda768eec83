"""Where each accused account stands, and if nothing was done, why: sets of cases from the database, put together here.

The reasons are facts of the last assessment, not thresholds of a rulebook: they stay true whatever the rules say.
"""

from collections import Counter
from collections.abc import Iterable
from typing import get_args

from django.db.models import Q, QuerySet

from rempart.accountability.figures.model import ACTED, Accounts, Standing
from rempart.accountability.figures.range import ACCUSING, Range
from rempart.accountability.figures.received import accused_accounts
from rempart.accountability.figures.restraints import WATCH, real_measures
from rempart.casework.models import AssessmentRecord, Case, Decision, Outcome
from rempart.intake.models import Account, Testimony
from rempart.intake.ours import FEDERATED, is_ours, own_services

STANDINGS: tuple[Standing, ...] = get_args(Standing)
COORDINATED, FEW, GRAVE, BELIEVED = 0.5, 2.0, 2, 0.5


def accounts_in(reach: Range, restrained_now: set[int], restrained_ever: set[int]) -> Accounts:
    """The accounts accused in the window, each once, by where they stand.

    restrained_now, restrained_ever: cases under a restraint at the end of the range, and those that were at any time.
    """
    accounts = accused_accounts(reach)
    case_of = dict(Case.objects.filter(account__in=_accused_query(reach)).values_list("account", "pk"))
    counted = Counter[Standing]()
    sets = _sets(reach, set(case_of.values()) - restrained_ever)
    left: list[int] = []
    for account in accounts:
        case = case_of.get(account)
        if case is None:
            left.append(account)
        elif case in restrained_now:
            counted["restrained"] += 1
        elif case in restrained_ever:
            counted["restrained_before"] += 1
        else:
            counted[next((name for name, cases in sets.items() if case in cases), "no_article")] += 1
    ours = _ours(reach, left)
    counted["not_assessed"] += ours
    counted["elsewhere"] += len(left) - ours
    acted = sum(counted[name] for name in ACTED)
    return Accounts(
        concerned=len(accounts),
        acted=acted,
        not_acted=len(accounts) - acted,
        by_standing={name: counted[name] for name in STANDINGS},
    )


def _accused_query(reach: Range) -> "QuerySet[Testimony]":
    return reach.testimonies().filter(stance__in=ACCUSING).values("account")


def _ours(reach: Range, without_case: Iterable[int]) -> int:
    """How many of the accounts without a case are the platform's own."""
    left = set(without_case)
    if not left:
        return 0
    found = Account.objects.filter(pk__in=_accused_query(reach), case=None, service__in=own_services())
    return sum(
        account.pk in left and (account.service not in FEDERATED or is_ours(account.reference))
        for account in found.only("service", "handle", "platform_id").iterator(chunk_size=5000)
    )


def _sets(reach: Range, cases: set[int]) -> dict[Standing, set[int]]:
    """Sets of cases by what is true of them, in the order in which it decides; only some of `cases` matters."""
    until = reach.until
    decisions = reach.decisions()
    to_begin = real_measures(reach).exclude(measure=WATCH).filter(decision__taken_at__lt=until)
    watched = real_measures(reach).filter(measure=WATCH, decision__begins_at__lt=until)
    watched = watched.filter(Q(real_end=None) | Q(real_end__gte=until))
    sets: dict[Standing, set[int]] = {
        "begins_later": _cases(to_begin.filter(decision__begins_at__gte=until), "decision__case"),
        "waits": _cases(waiting_at(reach), "case"),
        "watched": _cases(watched, "decision__case"),
    }
    answered = Outcome.objects.filter(Q(undone_at=None) | Q(undone_at__gte=until), decided_at__lt=until)
    last_answers = dict(answered.order_by("decided_at", "pk").values_list("case", "kind"))
    for kind in ("no_action", "warned", "referred"):
        sets[kind] = {case for case, last in last_answers.items() if last == kind}
    declined = decisions.filter(state=Decision.State.DECLINED, declined_at__lt=until)
    sets["declined"] = _cases(declined, "case")
    standing = (
        Testimony.everything.filter(stance__in=ACCUSING, received_at__lt=until, account__case__isnull=False)
        .filter(_at(until, "withdrawn_at"), _at(until, "set_aside_at"), _at(until, "unfounded_at"))
        .order_by()
        .values_list("account__case", flat=True)
        .distinct()
    )
    sets["withdrawn"] = cases - set(standing)
    assessed = AssessmentRecord.objects.filter(made_at__lt=until).order_by("case", "-made_at", "-pk").distinct("case")
    if reach.waves is not None:
        assessed = assessed.filter(case__in=reach.cases().values("pk"))
    sets |= {"coordination": set(), "few_sources": set(), "slight": set(), "doubtful": set()}
    seen = set()
    for case, coordination, sources, severity, credibility in assessed.values_list(
        "case", "coordination", "independent_sources", "severity", "credibility"
    ).iterator(chunk_size=5000):
        seen.add(case)
        if coordination >= COORDINATED:
            sets["coordination"].add(case)
        elif sources < FEW:
            sets["few_sources"].add(case)
        elif severity < GRAVE:
            sets["slight"].add(case)
        elif credibility < BELIEVED:
            sets["doubtful"].add(case)
    # Before all the others that follow from an assessment: there was none yet.
    unassessed = cases - seen
    return {**{name: sets[name] for name in ("begins_later", "waits", "watched")}, "not_assessed": unassessed, **sets}


def _at(until: object, column: str) -> Q:
    return Q(**{column: None}) | Q(**{f"{column}__gte": until})


def waiting_at(reach: Range) -> "QuerySet[Decision]":
    """The proposals of the range that waited for an approval at its end."""
    proposed = reach.decisions().filter(proposed_at__lt=reach.until)
    return proposed.filter(
        Q(state=Decision.State.PROPOSED)
        | Q(state=Decision.State.TAKEN, taken_at__gte=reach.until)
        | Q(state=Decision.State.DECLINED, declined_at__gte=reach.until)
    )


def _cases(found: "QuerySet", column: str) -> set[int]:
    return set(found.order_by().values_list(column, flat=True).distinct())
