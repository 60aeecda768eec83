"""What the desk's pages of challenges ask of the tables: what waits for a person, what was done and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from rempart.age.models import AgeDecision, Challenge, ChallengeAppeal, Voucher
from rempart.age.services import comebacks, reports
from rempart.age.services.evidence import Evidence
from rempart.ledger.clock import now
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

State = Challenge.State


@dataclass(frozen=True, kw_only=True)
class Happened:
    """Something in the history of a challenge: when, what, who (None: the owner, or by itself), and why."""

    at: datetime
    what: str
    who: StaffMember | None = None
    reason: str = ""
    ahead: bool = False


def to_decide() -> QuerySet[Challenge]:
    """Challenges that wait for a first decision: answered otherwise, or not in time. Those with an appeal are apart."""
    waiting = AgeDecision.objects.filter(challenge=OuterRef("pk"), in_force_at=None, refused_at=None)
    appealed = ChallengeAppeal.objects.filter(challenge=OuterRef("pk"), decided_at=None)
    found = Challenge.objects.filter(Q(state=State.DECIDING) | Q(state=State.OPEN, due_at__lte=now()))
    return found.filter(~Exists(waiting), ~Exists(appealed), ends_at__gt=now()).order_by("ends_at", "pk")


def to_second() -> QuerySet[AgeDecision]:
    """Decisions that wait for a second person, what ends first before."""
    found = AgeDecision.objects.filter(in_force_at=None, refused_at=None, challenge__ends_at__gt=now())
    return found.select_related("challenge", "decided_by").order_by("challenge__ends_at", "pk")


def appeals() -> QuerySet[ChallengeAppeal]:
    """Appeals to answer, what is due first before. `unchecked`: somebody who was named waits to be checked;
    `answered`: somebody said whether they are old enough.
    """
    unchecked = Voucher.objects.filter(appeal=OuterRef("pk"), checked_at=None, refused_at=None)
    found = ChallengeAppeal.objects.filter(decided_at=None, challenge__ends_at__gt=now())
    answered = Voucher.objects.filter(appeal=OuterRef("pk"), answered_at__isnull=False)
    found = found.annotate(unchecked=Exists(unchecked), answered=Exists(answered))
    return found.select_related("challenge").order_by("due_at", "pk")


def to_erase() -> QuerySet[Challenge]:
    """Closed accounts whose time to be kept is over: two people may have them erased, or lift it."""
    found = Challenge.objects.filter(state=State.RESTRICTED, keeps_until__lte=now(), ends_at__gt=now())
    return found.order_by("ends_at", "pk")


def asked() -> QuerySet[Challenge]:
    """Accounts that are asked and have time to answer."""
    return Challenge.objects.filter(state=State.OPEN, due_at__gt=now()).order_by("due_at", "pk")


def waits_for(member: StaffMember) -> Mapping[str, QuerySet[Any]]:
    """What waits on the page of ages for a member, for the menu."""
    if not member.may(Permission.AGE):
        return {}
    return {
        "age_to_decide": to_decide(),
        "age_to_second": to_second().exclude(decided_by=member),
        "age_appeals": appeals(),
        "age_reports": reports.due(),
        "age_comebacks": comebacks.waiting(),
    }


def marked(one: Evidence) -> SafeString:
    """A text as HTML, with a `<mark>` around each passage that speaks of an age."""
    pieces, place = [], 0
    for span in sorted(one.spans, key=lambda span: (span.begin, span.end)):
        if span.begin >= place:
            pieces.append((one.text[place : span.begin], span.says or _("an age"), one.text[span.begin : span.end]))
            place = span.end
    said = format_html_join("", '{}<mark class="read read-complainant_age" title="{}">{}</mark>', pieces)
    return format_html("{}{}", said, one.text[place:])


def history(challenge: Challenge) -> list[Happened]:
    """Everything that happened, oldest first, and what is to come."""
    who, why = challenge.opened_by, challenge.note
    found = [Happened(at=challenge.opened_at, what=_("They were asked"), who=who, reason=why)]
    if challenge.answered_at is not None:
        found.append(Happened(at=challenge.answered_at, what=_("They answered")))
    for one in challenge.decisions.select_related("decided_by", "second_by"):
        found += _decision(one)
    for appeal in challenge.appeals.select_related("decided_by").prefetch_related("vouchers__checked_by"):
        found += _appeal(appeal)
    for order in challenge.orders.all():
        if order.carried_out_at is not None:
            what = _("Done on the platform: %(what)s") % {"what": order.get_kind_display()}
            found.append(Happened(at=order.carried_out_at, what=what))
        if order.lifted_at is not None:
            what = _("Taken off on the platform: %(what)s") % {"what": order.get_kind_display()}
            found.append(Happened(at=order.lifted_at, what=what))
    return sorted(found, key=lambda one: one.at) + _ahead(challenge)


def _ahead(challenge: Challenge) -> list[Happened]:
    if not challenge.current:
        return []
    found = [Happened(at=challenge.ends_at, what=_("Everything is lifted by itself"), ahead=True)]
    if challenge.keeps_until is not None and challenge.keeps_until > now():
        found.insert(0, Happened(at=challenge.keeps_until, what=_("Erasing may be decided"), ahead=True))
    if challenge.state == State.OPEN and challenge.due_at > now():
        found.insert(0, Happened(at=challenge.due_at, what=_("Time to answer over"), ahead=True))
    return found


def _decision(one: AgeDecision) -> list[Happened]:
    what = _("Decided: %(what)s") % {"what": one.get_kind_display()}
    found = [Happened(at=one.decided_at, what=what, who=one.decided_by, reason=one.reason)]
    at = one.refused_at or one.in_force_at
    if one.second_by is not None and at is not None:
        what = _("A second person did not agree") if one.refused_at else _("A second person agreed")
        found.append(Happened(at=at, what=what, who=one.second_by, reason=one.second_reason))
    elif one.refused_at is not None:
        found.append(Happened(at=one.refused_at, what=_("The decision fell: they answered or appealed before")))
    return found


def _appeal(appeal: ChallengeAppeal) -> list[Happened]:
    found = [Happened(at=appeal.made_at, what=_("They appealed"))]
    for one in appeal.vouchers.all():
        kind = one.get_capacity_display()
        found.append(Happened(at=one.named_at, what=_("They named somebody to vouch: %(who)s") % {"who": kind}))
        if one.checked_at is not None:
            what = _("Address checked, and written to: %(who)s") % {"who": kind}
            found.append(Happened(at=one.checked_at, what=what, who=one.checked_by, reason=one.checked_how))
        if one.answered_at is not None:
            found.append(Happened(at=one.answered_at, what=said_by(one)))
    if appeal.decided_at is not None:
        what = _("Appeal answered: %(what)s") % {"what": appeal.get_outcome_display()}
        found.append(Happened(at=appeal.decided_at, what=what, who=appeal.decided_by, reason=appeal.reason))
    if appeal.restored_at is not None:
        found.append(Happened(at=appeal.restored_at, what=_("Everything restored")))
    return found


def said_by(one: Voucher) -> str:
    """What somebody who vouches said, in a sentence."""
    over, who = one.appeal.challenge.over, one.get_capacity_display()
    if one.holds is None:
        return _("They cannot say: %(who)s") % {"who": who}
    if one.holds:
        return _("They say: at least %(over)s (%(who)s)") % {"who": who, "over": over}
    return _("They say: younger than %(over)s (%(who)s)") % {"who": who, "over": over}
