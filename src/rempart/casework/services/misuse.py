"""Misuse of reporting (DSA Art. 23): manifestly unfounded reports, warnings, and suspensions of the right to report.

People decide every step. Two different ones find a report manifestly unfounded; it then leaves the assessment and
counts in the record of its author (`rejected`). A report that is merely unproved counts as nothing. Whether such
reports are frequent enough for a warning, and after one for a suspension, is one rule (`weigh`, docs/misuse.md): their
number, their share of all that the person sent, their gravity and the intent behind them, as Art. 23(3) asks.
Publishing manifestly illegal content, the other misuse of Art. 23, is the platform's own matter.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from rempart.casework.complainants.words import message
from rempart.casework.errors import (
    AlreadyFound,
    CannotBeTold,
    FoundTrue,
    NotAllowed,
    NotFrequent,
    NotInForce,
    NotWarned,
    ReasonMissing,
    SecondPersonNeeded,
)
from rempart.casework.links import counted_with
from rempart.casework.models import Case, ReportingRestriction, UnfoundedReport
from rempart.casework.services.complainants import take_in
from rempart.casework.services.disclosing import ensure_leads_to_no_other
from rempart.casework.services.guards import ensure_may_act, given_reason
from rempart.correspondence.models import Conversation
from rempart.correspondence.services import say
from rempart.intake.models import Account, Report, Testimony
from rempart.intake.services import mark_unfounded, mark_upheld
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

Kind = ReportingRestriction.Kind
MISTAKE, PLAIN, GRAVE = 0.5, 1.0, 2.0


# --- one report


@transaction.atomic
def find_unfounded(report: Report, *, gravity: int, intent: str, acting: StaffMember, reason: str) -> UnfoundedReport:
    """Find a report manifestly unfounded: nothing follows until another person agrees.

    reason: its author reads it. Raises NotAllowed, Excluded, ReasonMissing, AlreadyFound, LeadsToSomebody, FoundTrue
    for a report that a final measure upheld, and ValueError for an unknown gravity or intent.
    """
    _ensure_may_judge(report, acting)
    reason = given_reason(reason)
    if report.found_unfounded.filter(undone_at=None).exists():
        raise AlreadyFound
    if report.testimony.upheld_at is not None:
        raise FoundTrue
    ensure_leads_to_no_other(report.testimony.account, report.conversation, [reason])
    finding = UnfoundedReport.objects.create(
        report=report,
        gravity=UnfoundedReport.Gravity(gravity),
        intent=UnfoundedReport.Intent(intent),
        found_at=now(),
        found_by=acting,
        found_because=reason,
    )
    content = {"report": report.pk, "gravity": gravity, "intent": intent, "reason": reason}
    append(Event.REPORT_FOUND_UNFOUNDED, subject=finding, acting=acting, content=content)
    return finding


@transaction.atomic
def agree_unfounded(finding: UnfoundedReport, *, acting: StaffMember, reason: str) -> UnfoundedReport:
    """Agree, as another person, that a report is manifestly unfounded: it leaves the assessment, its author is told.

    Raises NotAllowed, Excluded, ReasonMissing, SecondPersonNeeded, FoundTrue, NotInForce when it was undone meanwhile.
    """
    finding = _locked(finding)
    _ensure_may_judge(finding.report, acting)
    reason = given_reason(reason)
    if finding.found_by_id == acting.pk:
        raise SecondPersonNeeded
    if finding.undone_at is not None:
        raise NotInForce
    if finding.agreed_at is not None:
        raise AlreadyFound
    if finding.report.testimony.upheld_at is not None:
        raise FoundTrue
    finding.agreed_at, finding.agreed_by, finding.agreed_because = now(), acting, reason
    finding.save(update_fields=["agreed_at", "agreed_by", "agreed_because"])
    mark_unfounded([finding.report.testimony], finding.agreed_at)
    append(Event.REPORT_UNFOUNDED, subject=finding, acting=acting, content={"reason": reason})
    _say_if_open(finding.report.conversation, "unfounded", finding.pk, reason=finding.found_because)
    return finding


@transaction.atomic
def undo_unfounded(finding: UnfoundedReport, *, acting: StaffMember, reason: str) -> UnfoundedReport:
    """Undo a finding, or disagree with one that waits for a second person: the report counts as before.

    Raises NotAllowed, Excluded, ReasonMissing, NotInForce when it was undone before.
    """
    finding = _locked(finding)
    _ensure_may_judge(finding.report, acting)
    reason = given_reason(reason)
    if finding.undone_at is not None:
        raise NotInForce
    finding.undone_at, finding.undone_by, finding.undone_because = now(), acting, reason
    finding.save(update_fields=["undone_at", "undone_by", "undone_because"])
    append(Event.UNFOUNDED_UNDONE, subject=finding, acting=acting, content={"reason": reason})
    if finding.agreed_at is not None:
        mark_unfounded([finding.report.testimony], None)
        _say_if_open(finding.report.conversation, "unfounded_undone", finding.pk)
    return finding


@transaction.atomic
def take_in_report(report: Report, *, acting: StaffMember, reason: str) -> Report:
    """Take a report that was kept aside into the assessment after all. Raises NotAllowed, Excluded, ReasonMissing."""
    _ensure_may_judge(report, acting)
    reason = given_reason(reason)
    if report.testimony.set_aside_at is not None:
        take_in(report)
        append(Event.REPORT_TAKEN_IN, subject=report, acting=acting, content={"reason": reason})
    return report


def settle_upheld(case: Case) -> None:
    """Note whether what is said of a case's account was found true: its last answer is a final measure that stands.

    It then counts for those who said it when they speak of other accounts (`upheld` of the contract's testimony).
    """
    last = case.outcomes.filter(undone_at=None).select_related("decision").last()
    stands = (
        last is not None
        and last.kind == "final_measure"
        and last.decision is not None
        and last.decision.ended != last.decision.Ended.LIFTED
    )
    for account in Account.objects.filter(pk__in=counted_with(case.account_id)):
        mark_upheld(account, last.decided_at if last is not None and stands else None)


# --- somebody who does it often


@dataclass(frozen=True)
class Weighing:
    """What Art. 23(3) asks to be weighed, over the reports that somebody sent since a moment.

    sent: all of them. unfounded: those that two people found manifestly unfounded, `share` among those sent. points:
    one for each, two where it was sent knowingly or in a campaign, half for a mistake. gravest: 0 to 3; knowing: how
    many.
    """

    since: datetime
    sent: int
    unfounded: int
    share: float
    points: float
    gravest: int
    knowing: int

    def reaches(self, points: float) -> bool:
        """Whether it is frequent: as many points, from two reports at least, and half of all that was sent."""
        rule = settings.REMPART_MISUSE
        return self.points >= points and self.unfounded >= rule["least"] and self.share >= rule["share"]


def weigh(reporter: str, since: datetime | None = None) -> Weighing:
    """Weigh what somebody sent since a moment (by default the rule's window). reporter: their pseudonym."""
    since = since or now() - timedelta(days=settings.REMPART_MISUSE["window_days"])
    sent = Report.objects.filter(testimony__reporter=reporter, arrived_at__gte=since).count()
    found = list(_findings(reporter, since))
    return Weighing(
        since=since,
        sent=sent,
        unfounded=len(found),
        share=len(found) / sent if sent else 0.0,
        points=sum(_points(one) for one in found),
        gravest=max((one.gravity for one in found), default=0),
        knowing=sum(one.intent == UnfoundedReport.Intent.KNOWING for one in found),
    )


def _findings(reporter: str, since: datetime) -> "list[UnfoundedReport]":
    return list(
        UnfoundedReport.objects.filter(
            report__testimony__reporter=reporter, report__arrived_at__gte=since, agreed_at__isnull=False, undone_at=None
        ).select_related("report__conversation", "report__testimony__account")
    )


def _points(finding: UnfoundedReport) -> float:
    if finding.intent == UnfoundedReport.Intent.KNOWING or finding.gravity == UnfoundedReport.Gravity.CAMPAIGN:
        return GRAVE
    return MISTAKE if finding.intent == UnfoundedReport.Intent.MISTAKEN else PLAIN


def warning_of(reporter: str) -> ReportingRestriction | None:
    """The warning that counts for somebody now."""
    return ReportingRestriction.objects.in_force().filter(reporter=reporter, kind=Kind.WARNING).last()


def suspension_of(reporter: str) -> ReportingRestriction | None:
    """The suspension in force for somebody now, computed from its dates."""
    return ReportingRestriction.objects.in_force().filter(reporter=reporter, kind=Kind.SUSPENSION).last()


def may_be_warned(reporter: str) -> bool:
    """Whether the rule allows a warning."""
    rule = settings.REMPART_MISUSE
    return warning_of(reporter) is None and weigh(reporter).reaches(rule["points_to_warn"])


def may_be_suspended(reporter: str) -> bool:
    """Whether the rule allows a suspension: a warning counts, and what was sent since is again frequently unfounded."""
    warning = warning_of(reporter)
    return (
        warning is not None
        and suspension_of(reporter) is None
        and weigh(reporter, warning.begins_at).reaches(settings.REMPART_MISUSE["points_to_suspend"])
    )


@transaction.atomic
def warn_reporter(reporter: str, *, because: Mapping[str, str], acting: StaffMember) -> ReportingRestriction:
    """Warn somebody that their right to report may be suspended, and tell them why.

    because: {"fr", "en"}, which they read. Raises NotAllowed, Excluded, ReasonMissing, NotFrequent, CannotBeTold, and
    LeadsToSomebody for words that could lead to others who spoke.
    """
    ensure_may_judge_reporter(reporter, acting)
    if not may_be_warned(reporter):
        raise NotFrequent
    rule = settings.REMPART_MISUSE
    weighed = weigh(reporter)
    lasts = timedelta(days=rule["warning_days"])
    return _restrict(Kind.WARNING, reporter, weighed=weighed, lasts=lasts, because=because, acting=acting)


@transaction.atomic
def suspend_reporter(reporter: str, *, because: Mapping[str, str], acting: StaffMember) -> ReportingRestriction:
    """Suspend somebody's right to report for a time, after a warning that somebody else gave, and tell them why.

    Longer each time within a year (REMPART_MISUSE["suspension_days"]), never longer than 180 days.
    Raises NotAllowed (a senior reviewer does it), Excluded, ReasonMissing, NotWarned, SecondPersonNeeded, NotFrequent,
    CannotBeTold.
    """
    ensure_may_judge_reporter(reporter, acting, Permission.COUNTERSIGN)
    warning = warning_of(reporter)
    if warning is None:
        raise NotWarned
    if warning.decided_by_id == acting.pk:
        raise SecondPersonNeeded
    if not may_be_suspended(reporter):
        raise NotFrequent
    earlier = ReportingRestriction.objects.filter(
        reporter=reporter, kind=Kind.SUSPENSION, begins_at__gte=now() - timedelta(days=365), lifted_at=None
    ).count()
    steps = settings.REMPART_MISUSE["suspension_days"]
    lasts = timedelta(days=steps[min(earlier, len(steps) - 1)])
    return _restrict(
        Kind.SUSPENSION,
        reporter,
        weighed=weigh(reporter, warning.begins_at),
        lasts=lasts,
        because=because,
        acting=acting,
        warning=warning,
    )


@transaction.atomic
def lift_restriction(restriction: ReportingRestriction, *, acting: StaffMember, reason: str) -> ReportingRestriction:
    """End a warning or a suspension early: what was kept aside because of it is taken in, and the person is told.

    Raises NotAllowed, Excluded, ReasonMissing, NotInForce.
    """
    restriction = ReportingRestriction.objects.select_for_update(of=("self",)).get(pk=restriction.pk)
    ensure_may_judge_reporter(restriction.reporter, acting)
    reason = given_reason(reason)
    if not restriction.in_force:
        raise NotInForce
    restriction.lifted_at, restriction.lifted_by, restriction.lifted_because = now(), acting, reason
    restriction.save(update_fields=["lifted_at", "lifted_by", "lifted_because"])
    append(Event.REPORTER_RESTRICTION_LIFTED, subject=restriction, acting=acting, content={"reason": reason})
    if restriction.kind == Kind.SUSPENSION:
        aside = Report.objects.filter(
            testimony__reporter=restriction.reporter, testimony__set_aside_at__gte=restriction.begins_at
        )
        for report in aside.select_related("testimony__account", "conversation"):
            take_in(report)
    if restriction.conversation is not None:
        _say_if_open(restriction.conversation, "restriction_lifted", restriction.pk)
    return restriction


@transaction.atomic
def uphold_restriction_appeal(restriction: ReportingRestriction, *, acting: StaffMember, reason: str) -> None:
    """What an upheld appeal against a warning or a suspension does: it ends, and what it rests on is undone."""
    if restriction.in_force:
        lift_restriction(restriction, acting=acting, reason=reason)
    for finding in restriction.rests_on.filter(undone_at=None):
        undo_unfounded(finding, acting=acting, reason=reason)


def figures(since: datetime, until: datetime) -> dict[str, int]:
    """What Art. 24(1)(b) asks to publish of suspensions under Art. 23, between two moments, and what led to them."""
    begun = ReportingRestriction.objects.filter(begins_at__gte=since, begins_at__lt=until)
    return {
        "reports_found_manifestly_unfounded": UnfoundedReport.objects.filter(
            agreed_at__gte=since, agreed_at__lt=until
        ).count(),
        "findings_undone": UnfoundedReport.objects.filter(
            agreed_at__isnull=False, undone_at__gte=since, undone_at__lt=until
        ).count(),
        "warnings": begun.filter(kind=Kind.WARNING).count(),
        "suspensions_for_manifestly_unfounded_notices": begun.filter(kind=Kind.SUSPENSION).count(),
        "suspensions_lifted_early": ReportingRestriction.objects.filter(
            kind=Kind.SUSPENSION, lifted_at__gte=since, lifted_at__lt=until
        ).count(),
    }


def _restrict(
    kind: ReportingRestriction.Kind,
    reporter: str,
    *,
    weighed: Weighing,
    lasts: timedelta,
    because: Mapping[str, str],
    acting: StaffMember,
    warning: ReportingRestriction | None = None,
) -> ReportingRestriction:
    words = {language: because.get(language, "").strip() for language in ("fr", "en")}
    if not all(words.values()):
        raise ReasonMissing
    findings = _findings(reporter, weighed.since)
    conversation = next(
        (one.report.conversation for one in reversed(findings) if one.report.conversation.closed_at is None), None
    )
    # Nobody is restricted without being told.
    if conversation is None:
        raise CannotBeTold
    for finding in findings:
        ensure_leads_to_no_other(finding.report.testimony.account, finding.report.conversation, words.values())
    moment = now()
    restriction = ReportingRestriction.objects.create(
        kind=kind,
        reporter=reporter,
        conversation=conversation,
        after=warning,
        begins_at=moment,
        ends_at=moment + lasts,
        decided_by=acting,
        because=words,
        weighed=asdict(weighed) | {"since": weighed.since.isoformat()},
    )
    restriction.rests_on.set(findings)
    event = Event.REPORTER_WARNED if kind == Kind.WARNING else Event.REPORTER_SUSPENDED
    append(event, subject=restriction, acting=acting, content={"weighed": restriction.weighed, "because": words})
    text = message(kind, day=restriction.ends_at, reason=words, child=conversation.child_words)
    say(conversation, text=text, once=f"{kind}:{restriction.pk}")
    return restriction


def ensure_may_judge_reporter(reporter: str, acting: StaffMember, permission: Permission = Permission.REVIEW) -> None:
    """Raises NotAllowed, and Excluded after a declared conflict of interest on a case that the person reported in."""
    if not acting.may(permission):
        raise NotAllowed
    accounts = Testimony.everything.filter(reporter=reporter, report__isnull=False).values("account")
    for case in Case.objects.filter(account__in=accounts, conflicts__member=acting.pk):
        ensure_may_act(case, acting, permission)


def _ensure_may_judge(report: Report, acting: StaffMember) -> None:
    case = Case.objects.filter(account__in=counted_with(report.testimony.account_id)).order_by("pk").first()
    if case is not None:
        ensure_may_act(case, acting)
    elif not acting.may(Permission.REVIEW):
        raise NotAllowed


def _locked(finding: UnfoundedReport) -> UnfoundedReport:
    return (
        UnfoundedReport.objects.select_for_update(of=("self",))
        .select_related("report__testimony", "report__conversation")
        .get(pk=finding.pk)
    )


def _say_if_open(conversation: Conversation, name: str, key: int, reason: str = "") -> None:
    if conversation.closed_at is None:
        text = message(name, reason=reason, child=conversation.child_words)
        say(conversation, text=text, once=f"{name}:{key}")
