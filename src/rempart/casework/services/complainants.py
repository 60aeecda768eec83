"""Who reported and can be reached: they join by reporting, and can say that they are in danger.

What they are told, and when, is in `telling`; taking back what they said, in `withdrawing`. Authors of public posts are
never among them.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from rempart.casework.complainants.words import message
from rempart.casework.links import own_account_of
from rempart.casework.models import Case, Complainant, Decision, ReportingRestriction
from rempart.casework.services.assessing import open_case
from rempart.casework.services.authorities import open_threat
from rempart.casework.services.disclosing import ensure_leads_to_no_other
from rempart.casework.services.guards import ensure_may_act, something_final
from rempart.casework.services.notifying import offer
from rempart.casework.statements.wording import ensure_no_guilt
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import mark_read, say
from rempart.intake.models import Report
from rempart.intake.services import set_aside
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.staff.models import StaffMember

DANGER_WITHIN = timedelta(hours=1)
DANGER_SAID = "A person who reported says that they are in danger now."


@transaction.atomic(savepoint=False)
def join(report: Report) -> Complainant | None:
    """Take in somebody whose report came in: acknowledge it, and open the case of the account they speak of.

    A report that came while its author's right to report is suspended is kept aside, unless somebody is in danger or it
    concerns a minor: those are always read. An account of another service has no case; its reporter is told where to
    turn. Returns the complainant, None in these two situations.
    """
    testimony = report.testimony
    suspended = ReportingRestriction.objects.in_force().filter(
        reporter=testimony.reporter, kind=ReportingRestriction.Kind.SUSPENSION
    )
    if not (report.danger or testimony.complainant_minor) and (suspension := suspended.last()) is not None:
        set_aside([testimony], now())
        _acknowledge(report, "kept_aside", day=suspension.ends_at)
        return None
    if (own := own_account_of(testimony.account)) is None:
        _acknowledge(report, "elsewhere")
        offer(report)
        return None
    complainant, is_new = admit(report, open_case(own))
    _acknowledge(report, "receipt" if is_new else "receipt_again")
    if report.danger:
        say_danger(complainant)
    return complainant


@transaction.atomic
def take_in(report: Report) -> None:
    """Take a report that was kept aside into the assessment, and its author among the complainants."""
    set_aside([report.testimony], None)
    if (own := own_account_of(report.testimony.account)) is not None:
        admit(report, open_case(own))


def admit(report: Report, case: Case) -> tuple[Complainant, bool]:
    """Who reported, in the case where it counts, and whether they are new there or come back."""
    testimony = report.testimony
    complainant, is_new = Complainant.objects.select_for_update().get_or_create(
        case=case,
        reporter=testimony.reporter,
        defaults={"conversation": report.conversation, "minor": testimony.complainant_minor, "joined_at": now()},
    )
    if is_new:
        return complainant, True
    comes_back = complainant.withdrawn_at is not None
    if comes_back:
        complainant.withdrawn_at, complainant.joined_at = None, now()
    complainant.minor = complainant.minor or testimony.complainant_minor
    complainant.save(update_fields=["withdrawn_at", "joined_at", "minor"])
    return complainant, comes_back


def _acknowledge(report: Report, name: str, day: datetime | None = None) -> None:
    text = message(name, day=day, child=report.conversation.child_words)
    say(report.conversation, text=text, kind=Message.Kind.RECEIPT, once=f"receipt:{report.pk}")


def reachable(case: Case) -> "QuerySet[Complainant]":
    """The complainants of a case who can be written to: they did not withdraw, and their conversation is open."""
    return case.complainants.filter(withdrawn_at=None, conversation__closed_at=None).select_related("conversation")


def hearing(decision: Decision) -> "QuerySet[Complainant]":
    """Those who are told of a decision: they had reported when it was taken.

    Whoever reports afterwards hears of what is decided next: a report is no way to learn what holds for somebody.
    """
    return reachable(decision.case).filter(joined_at__lte=decision.taken_at or decision.proposed_at)


def must_announce(case: Case) -> bool:
    """Whether a complainant has to hear before a reviewer lifts something of this case."""
    standing = Decision.objects.to_come_or_in_force().filter(
        case=case.pk, taken_at__gte=OuterRef("joined_at"), measures__lifted_at=None
    )
    return reachable(case).filter(Exists(standing)).exists()


@transaction.atomic
def say_danger(complainant: Complainant) -> Complainant:
    """Note that a complainant says that they are in danger now: an urgent thing for the team, due within the hour.

    Recording imminent danger on the case, which makes measures begin at once, stays a person's act.
    """
    moment = now()
    complainant.danger_said_at, complainant.danger_due_at = moment, moment + DANGER_WITHIN
    complainant.danger_seen_at = complainant.danger_seen_by = None
    complainant.save(update_fields=["danger_said_at", "danger_due_at", "danger_seen_at", "danger_seen_by"])
    append(Event.DANGER_SAID, subject=complainant, content={"case": complainant.case_id})
    open_threat(complainant.case, because=DANGER_SAID)
    text = message("danger", child=complainant.conversation.child_words)
    say(complainant.conversation, text=text, once=f"danger:{moment.isoformat(timespec='minutes')}")
    return complainant


@transaction.atomic
def see_danger(complainant: Complainant, *, acting: StaffMember) -> Complainant:
    """Note that a member looked at what a complainant said of a danger. Harmless twice. Raises NotAllowed, Excluded."""
    ensure_may_act(complainant.case, acting, whoever_works_on_it=True)
    complainant = Complainant.objects.select_for_update(of=("self",)).get(pk=complainant.pk)
    if complainant.danger_said_at is not None and complainant.danger_seen_at is None:
        complainant.danger_seen_at, complainant.danger_seen_by = now(), acting
        complainant.save(update_fields=["danger_seen_at", "danger_seen_by"])
        append(Event.DANGER_SEEN, subject=complainant, acting=acting)
    return complainant


@transaction.atomic
def write_to_complainant(complainant: Complainant, *, text: str, acting: StaffMember) -> Message:
    """Answer a complainant in their conversation.

    Somebody may make them show it: it speaks neither of guilt before something final stands nor of others who spoke.
    Raises NotAllowed, Excluded, FindingOfGuilt, LeadsToSomebody, MessageRefused, ConversationClosed.
    """
    case = complainant.case
    ensure_may_act(case, acting)
    if not something_final(case):
        ensure_no_guilt([text])
    ensure_leads_to_no_other(case.account, complainant.conversation, [text])
    mark_read(complainant.conversation, acting=acting)
    return say(complainant.conversation, text=text, acting=acting)


_STANDING = {
    Message.Kind.RECEIPT: "received",
    Message.Kind.MEASURE: "measure",
    Message.Kind.NOTICE_BEFORE_LIFT: "ending",
    Message.Kind.LAPSE: "ended",
    Message.Kind.OUTCOME: "answered",
    Message.Kind.WITHDRAWAL: "withdrawn",
}


def standing_of(conversation: Conversation) -> str:
    """Where things stand, as far as the author of the reports was told, one of `where_…` in words.yaml.

    received, kept_aside, elsewhere, measure, ending, ended, answered or withdrawn.
    """
    said = conversation.messages.filter(author=Message.Author.SYSTEM, kind__in=[one.value for one in _STANDING])
    last = said.order_by("sent_at", "pk").values_list("kind", flat=True).last()
    standing = _STANDING.get(Message.Kind(last), "received") if last else "received"
    if standing == "received" and not Complainant.objects.filter(conversation=conversation).exists():
        aside = Report.objects.filter(conversation=conversation, testimony__set_aside_at__isnull=False)
        return "kept_aside" if aside.exists() else "elsewhere"
    return standing
