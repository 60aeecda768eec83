"""How cases and what goes with them are erased once their time is over (privacy/register.yaml says when, and why)."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Exists, Model, OuterRef, Q
from django.utils import timezone

from rempart import ledger
from rempart.casework.models import (
    AccountLink,
    Appeal,
    Case,
    Decision,
    Exposure,
    ReportingRestriction,
    UnfoundedReport,
    WaveReplay,
)
from rempart.casework.services.holds import held
from rempart.correspondence.services import erase_conversations
from rempart.intake.models import Account, Testimony
from rempart.intake.retention import forget_accounts
from rempart.ledger.models import Content
from rempart.ledger.services import reference


def erase_accounts_without_case(before: datetime) -> int:
    """Accounts that have no case (not ours, or accused by nobody) and were last spoken of before.

    One that was confirmed to be the same person's as an account with a case stays as long as that case.
    """
    lately = Testimony.objects.filter(account=OuterRef("pk"), received_at__gte=before)
    tied = AccountLink.objects.confirmed().filter(
        Q(first=OuterRef("pk"), second__case__isnull=False) | Q(second=OuterRef("pk"), first__case__isnull=False)
    )
    forgotten = Account.objects.filter(~Exists(lately), ~Exists(tied), case=None, first_seen_at__lt=before)
    return forget_accounts(forgotten.values_list("pk", flat=True))


def erase_cases(before: datetime) -> int:
    """Cases closed before that moment, or on which nothing has happened since it and nothing is in force or proposed.

    A case on which a legal hold stands stays, with all that belongs to it.
    """
    pending = Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.PROPOSED)
    standing = Decision.objects.to_come_or_in_force().filter(case=OuterRef("pk"))
    recent = Decision.objects.with_end().filter(case=OuterRef("pk"), real_end__gte=before)
    lately = Q(state=Appeal.State.FILED) | Q(decided_at__gte=before)
    appealed = Appeal.objects.filter(lately, case=OuterRef("pk"))
    idle = Case.objects.filter(~held(), ~Exists(pending), ~Exists(standing), ~Exists(recent), opened_at__lt=before)
    idle = idle.filter(~Exists(appealed))
    over = idle.filter(
        Q(closed_at__lt=before)
        | Q(closed_at=None) & ~Exists(Case.objects.filter(pk=OuterRef("pk"), assessments__made_at__gte=before))
    )
    cases = list(over.select_for_update(of=("self",)))
    forget_cases(cases, because="retention")
    return len(cases)


def forget_cases(cases: Sequence[Case], *, because: str) -> None:
    """Erase cases with their accounts, all that was said of these, the conversations about them, and what was decided.

    The contents of their rows in the ledger leave too; the rows stay. because: the reason, without anything personal.
    """
    for case in cases:
        findings = UnfoundedReport.objects.filter(report__testimony__account=case.account_id)
        links = AccountLink.objects.filter(Q(first=case.account_id) | Q(second=case.account_id))
        things = [reference(thing) for thing in (case, *_belongings(case), *findings, *links)]
        told = Content.objects.filter(row__subject__in=things).values_list("row__subject", flat=True)
        for subject in sorted(set(told)):
            ledger.erase(subject, because=because)
        erase_conversations(about=reference(case))
        for decision in case.decisions.order_by("-pk"):  # a renewal before what it renews
            decision.delete()
        case.delete()
    forget_accounts([case.account_id for case in cases])


def _belongings(thing: Model) -> Iterator[Model]:
    """Everything of this room that hangs on a thing, and what hangs on that."""
    for relation in thing._meta.related_objects:
        if relation.related_model._meta.app_label == "casework" and not relation.many_to_many:
            for one in relation.related_model._base_manager.filter(**{relation.field.name: thing}):
                yield one
                yield from _belongings(one)


def erase_replays(before: datetime) -> int:
    """Replays computed before that moment."""
    return WaveReplay.objects.filter(computed_at__lt=before).delete()[0]


def erase_exposure(before: datetime) -> int:
    """What reviewers were exposed to on the days before that moment."""
    return Exposure.objects.filter(day__lt=timezone.localdate(before)).delete()[0]


def erase_reporting_restrictions(before: datetime) -> int:
    """Suspensions that ended before that moment, and warnings that no suspension rests on any more."""
    over = ReportingRestriction.objects.filter(ends_at__lt=before)
    erased = 0
    for some in (over.exclude(after=None), over.filter(after=None, suspensions=None)):
        for restriction in some:
            ledger.erase(restriction, because="retention")
            restriction.delete()
            erased += 1
    return erased


ERASERS = {
    "reporting_restriction": erase_reporting_restrictions,
    "exposure": erase_exposure,
    "account_without_case": erase_accounts_without_case,
    "case": erase_cases,
    "wave_replay": erase_replays,
}
