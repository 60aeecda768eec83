"""What this room itself has that falls due, for the calendar, and what else follows when something ends or is told."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Choice
from django.db.models import F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Least
from django.urls import reverse
from django.utils.translation import gettext as _

from rempart.casework import tasks
from rempart.casework.calendar import Deadline, Moment, add_deadline, add_moment
from rempart.casework.models import (
    Appeal,
    AppealWindow,
    Case,
    DataRequest,
    Decision,
    LegalHold,
    MeasureTaken,
    Outcome,
    Reconsideration,
    RespondentSide,
    ThreatDecision,
)
from rempart.casework.services.appealing import note_outcome, open_window
from rempart.casework.services.due import record_lapses
from rempart.casework.services.lifting import record_lifts
from rempart.casework.services.reconsidering import drop_what_is_over, note_reply
from rempart.casework.signals import (
    act_undone,
    decision_lapsed,
    decision_lifted,
    decision_taken,
    outcome_reached,
    proposal_declined,
)
from rempart.correspondence.signals import heard
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.pages.labels import words_for
from rempart.records.vocabulary import MEASURES
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

NOBODY = Q(pk__in=[])
_WITH_CASE = ("case__account",)


def _case(thing: Any) -> Case | None:
    return thing.case


def _page(thing: Any) -> str:
    return reverse("casework:case", args=[thing.case.pk]) if thing.case else reverse("casework:appeals")


def _measures(decision: Any) -> str:
    """The measures of a decision in words (`names` from _decisions), from light to heavy."""
    return ", ".join(words_for("measure", name) for name in sorted(decision.names, key=MEASURES.index))


def _claimed(member: StaffMember) -> Q:
    """What is on a case that the member works on now."""
    return Q(case__claim__member=member, case__claim__expires_at__gt=now())


def _took_part(member: StaffMember) -> Q:
    """Decisions that the member decided on, or whose case they work on now."""
    return Q(approved_by=member) | Q(seconded_by=member) | Q(confirmed_by=member) | _claimed(member)


def _those_who(permission: Permission) -> Any:
    return lambda member: ~Q(case__conflicts__member=member) if member.may(permission) else NOBODY


# --- what people must do


def _reviews() -> QuerySet[Decision]:
    found = Decision.objects.filter(state=Decision.State.TAKEN, mode=Decision.Mode.PREVENTIVE)
    ended = Q(ended_at__lte=now()) | Q(ended_at__lte=F("review_due"))
    return _decisions(found).annotate(
        starts=F("begins_at"),
        due=F("review_due"),
        over=Least(
            "confirmed_at",
            Choice(When(ended, then=F("ended_at"))),
            Choice(When(ends_at__lte=now(), then=F("ends_at"))),
        ),
    )


def _decisions(found: QuerySet[Decision]) -> QuerySet[Decision]:
    measures = MeasureTaken.objects.filter(decision=OuterRef("pk"), lifted_at=None).values("measure")
    return found.select_related(*_WITH_CASE).annotate(names=ArraySubquery(measures))


def _appeals() -> QuerySet[Appeal]:
    found = Appeal.objects.select_related(*_WITH_CASE)
    return found.annotate(starts=F("filed_at"), due=F("due_at"), over=Least("decided_at", "withdrawn_at"))


def may_be_answered_by(member: StaffMember) -> Q:
    """The appeals that a member could answer, as far as the decision itself tells (`ensure_may_answer` decides)."""
    if not member.may(Permission.COUNTERSIGN):
        return NOBODY
    parts = ("proposed_by", "approved_by", "seconded_by", "declined_by", "confirmed_by")
    condition = ~Q(case__conflicts__member=member) & ~Q(outcome__decided_by=member) & ~Q(restriction__decided_by=member)
    for part in parts:
        condition &= ~Q(**{f"decision__{part}": member})
    return condition


def _reconsiderations() -> QuerySet[Reconsideration]:
    found = Reconsideration.objects.select_related(*_WITH_CASE)
    return found.annotate(starts=F("asked_at"), due=F("due_at"), over=F("answered_at"))


def _threats() -> QuerySet[ThreatDecision]:
    found = ThreatDecision.objects.select_related(*_WITH_CASE)
    return found.annotate(starts=F("opened_at"), due=F("due_at"), over=F("decided_at"))


def _data_requests() -> QuerySet[DataRequest]:
    found = DataRequest.objects.select_related(*_WITH_CASE)
    return found.annotate(starts=F("asked_at"), due=F("due_at"), over=F("answered_at"))


def _holds() -> QuerySet[LegalHold]:
    found = LegalHold.objects.select_related(*_WITH_CASE)
    return found.annotate(starts=F("placed_at"), due=F("review_at"), over=F("released_at"))


# --- what happens by itself


def _lapses() -> QuerySet[Decision]:
    found = Decision.objects.filter(state=Decision.State.TAKEN).exclude(ended=Decision.Ended.LIFTED)
    found = found.filter(Q(ended_at=None) | Q(ended_at__gte=F("ends_at")))
    return _decisions(found).annotate(at=F("ends_at"))


def _lifts() -> QuerySet[MeasureTaken]:
    found = MeasureTaken.objects.filter(lifted_at__isnull=False)
    found = found.filter(Q(decision__ended_at=None) | Q(decision__ended_at__gte=F("lifted_at")))
    return found.select_related("decision__case__account").annotate(at=F("lifted_at"))


def _beginnings() -> QuerySet[Decision]:
    found = Decision.objects.filter(state=Decision.State.TAKEN, begins_at__gt=F("taken_at"))
    found = found.filter(Q(ended_at=None) | Q(ended_at__gt=F("begins_at")))
    return _decisions(found).annotate(at=F("begins_at"))


def _replies() -> QuerySet[RespondentSide]:
    return RespondentSide.objects.select_related(*_WITH_CASE).annotate(at=F("reply_until"))


def _windows() -> QuerySet[AppealWindow]:
    return AppealWindow.objects.select_related(*_WITH_CASE).annotate(at=F("closes_at"))


def _window_words(window: AppealWindow) -> str:
    return {
        Appeal.By.RESPONDENT: _("The person concerned can appeal until then"),
        Appeal.By.COMPLAINANT: _("People who reported can complain until then"),
        Appeal.By.REPORTER: _("The reporter can appeal until then"),
    }[Appeal.By(window.by)]


# --- for ready()


def connect() -> None:
    """Add all of the above to the calendar, and follow what is told, undone or ended."""
    _add_deadlines()
    _add_moments()
    _follow()


def _add_deadlines() -> None:
    add_deadline(
        Deadline(
            kind="review",
            things=_reviews,
            waits=lambda: Q(confirmed_at=None, ends_at__gt=now()),
            case=_case,
            words=lambda one: _("Look again: %(measures)s") % {"measures": _measures(one)},
            url=_page,
            mine=_took_part,
        )
    )
    add_deadline(
        Deadline(
            kind="appeal",
            things=_appeals,
            waits=lambda: Q(state=Appeal.State.FILED),
            case=_case,
            words=lambda one: _("Answer an appeal by %(who)s") % {"who": one.get_by_display()},
            url=lambda one: reverse("casework:appeal", args=[one.pk]),
            mine=may_be_answered_by,
        )
    )
    add_deadline(
        Deadline(
            kind="reconsideration",
            things=_reconsiderations,
            waits=lambda: Q(state=Reconsideration.State.WAITS),
            case=_case,
            words=lambda one: (
                _("Look again after a reply")
                if one.because == "reply"
                else _("Look again: %(why)s") % {"why": one.get_because_display()}
            ),
            url=lambda one: f"{_page(one)}#appeals",
            mine=_claimed,
        )
    )
    add_deadline(
        Deadline(
            kind="threat",
            things=_threats,
            waits=lambda: Q(decided_at=None),
            case=_case,
            words=lambda _one: _("Decide whether to inform the authorities"),
            url=_page,
            mine=_those_who(Permission.LIAISE),
        )
    )
    add_deadline(
        Deadline(
            kind="data_request",
            things=_data_requests,
            waits=lambda: Q(answered_at=None),
            case=_case,
            words=lambda _one: _("Give the person a copy of their data"),
            url=_page,
            mine=_claimed,
        )
    )
    add_deadline(
        Deadline(
            kind="hold",
            things=_holds,
            waits=lambda: Q(released_at=None),
            case=_case,
            words=lambda _one: _("Is this legal hold still needed?"),
            url=_page,
            mine=_those_who(Permission.LIAISE),
        )
    )


def _add_moments() -> None:
    add_moment(
        Moment(
            kind="lapse",
            things=_lapses,
            case=_case,
            words=lambda one: _("Ends by itself: %(measures)s") % {"measures": _measures(one)},
            url=_page,
            mine=_took_part,
            unseen=Q(lapse_recorded_at=None),
            then=lambda one: record_lapses(one.case),
        )
    )
    add_moment(
        Moment(
            kind="lift",
            things=_lifts,
            case=lambda one: one.decision.case,
            words=lambda one: _("Lifted, as announced: %(measures)s") % {"measures": words_for("measure", one.measure)},
            url=lambda one: _page(one.decision),
            mine=lambda member: Q(lifted_by=member),
            unseen=Q(lift_recorded_at=None),
            then=lambda one: record_lifts(one.decision.case),
        )
    )
    add_moment(
        Moment(
            kind="beginning",
            things=_beginnings,
            case=_case,
            words=lambda one: _("Begins: %(measures)s") % {"measures": _measures(one)},
            url=_page,
            mine=_took_part,
            event=Event.DECISION_BEGAN,
        )
    )
    add_moment(
        Moment(
            kind="reply_window",
            things=_replies,
            case=_case,
            words=lambda _one: _("A reply is awaited until then"),
            url=_page,
            mine=_claimed,
            event=Event.REPLY_WINDOW_CLOSED,
        )
    )
    add_moment(
        Moment(
            kind="appeal_window",
            things=_windows,
            case=_case,
            words=_window_words,
            url=_page,
            mine=_claimed,
            event=Event.APPEAL_WINDOW_CLOSED,
        )
    )


def _follow() -> None:
    def name(what: str) -> dict[str, Any]:
        return {"dispatch_uid": f"casework.agenda.{what}", "weak": False}

    decision_taken.connect(lambda decision, **_k: open_window(Appeal.By.RESPONDENT, decision), **name("taken"))
    proposal_declined.connect(lambda decision, **_k: _refused(decision.case, decision), **name("declined"))
    outcome_reached.connect(_concluded, **name("outcome"))
    decision_lifted.connect(_lifted, **name("lifted"))
    decision_lapsed.connect(_lapsed, **name("lapsed"))
    act_undone.connect(_undone, **name("undone"))
    heard.connect(lambda conversation, message, **_k: note_reply(conversation, message), **name("heard"))


def _refused(case: Case, target: Decision | Outcome) -> None:
    """A refusal to act can be complained about by those who reported, where there are any who hear of it."""
    if case.complainants.filter(withdrawn_at=None).exists():
        open_window(Appeal.By.COMPLAINANT, target)


def _concluded(outcome: Outcome, **_kwargs: Any) -> None:
    note_outcome(outcome)
    _refused(outcome.case, outcome)


def _lifted(decision: Decision, **_kwargs: Any) -> None:
    _refused(decision.case, decision)
    drop_what_is_over(decision.case)


def _lapsed(decision: Decision, **_kwargs: Any) -> None:
    drop_what_is_over(decision.case)
    # Other articles may answer what the lapsed ones did.
    tasks.defer_accounts({decision.case.account_id})


def _undone(case: Case, **_kwargs: Any) -> None:
    """What was undone was not told, and cannot be appealed."""
    undone = Q(outcome__undone_at__isnull=False) | Q(
        decision__state__in=[Decision.State.PROPOSED, Decision.State.REPLACED, Decision.State.UNDONE]
    )
    case.appeal_windows.filter(undone).delete()
