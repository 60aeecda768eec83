"""Appeals (DSA Art. 20): filed by those concerned, free of charge, judged by a person who took no part in the decision.

Who may appeal what: a respondent, any restriction, also after it is over; somebody who reported, a refusal to act (a
proposal that was declined, a lift, an outcome without action); a reporter, a warning or a suspended right to report.
For six months from being told (`casework.periods`), one appeal of a thing and person.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from rempart.casework import tasks
from rempart.casework.errors import (
    AlreadyAppealed,
    AppealNotWaiting,
    CannotAppeal,
    Excluded,
    GroundsMissing,
    GroundsTooLong,
    NotAllowed,
    OwnDecision,
    ReasonMissing,
    WrongLanguage,
)
from rempart.casework.links import counted_with
from rempart.casework.models import (
    Appeal,
    AppealWindow,
    Case,
    ConflictOfInterest,
    Decision,
    LastAct,
    MeasureTaken,
    Outcome,
    ReportingRestriction,
)
from rempart.casework.periods import end_of_months
from rempart.casework.services.disclosing import ensure_leads_to_no_other, ensure_leads_to_nobody
from rempart.casework.services.guards import ensure_may_act, locked, something_final
from rempart.casework.services.lifting import lift_decision
from rempart.casework.services.moving import conclude, move
from rempart.casework.services.orders import WATCH
from rempart.casework.services.taking import replace_proposals
from rempart.casework.signals import appeal_answered, appeal_filed
from rempart.casework.statements import appeals as texts
from rempart.casework.statements.wording import ensure_no_guilt, ensure_said_fairly
from rempart.casework.states import Move, State
from rempart.correspondence import services as correspondence
from rempart.correspondence.errors import ConversationClosed
from rempart.correspondence.models import Conversation, Message
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.services import reference
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

Target = Decision | Outcome | ReportingRestriction
By = Appeal.By
MONTHS = 6
LONGEST_GROUNDS = 10_000
REFUSALS = ("no_action", "lifted")
_COLUMNS: dict[type, str] = {Decision: "decision", Outcome: "outcome", ReportingRestriction: "restriction"}


@dataclass(frozen=True)
class MayAppeal:
    """Whether something can be appealed now, and until when; true or false by itself."""

    allowed: bool
    until: datetime | None = None

    def __bool__(self) -> bool:
        return self.allowed


def may_appeal(case: Case | None, by: str, target: Target) -> MayAppeal:
    """Whether this side of a case may appeal this now, and until when (the last moment of the last day).

    case: None for a reporter's restriction.
    """
    told = told_at(by, target)
    if told is None or getattr(target, "case_id", None) != (case.pk if case else None):
        return MayAppeal(False)
    kept = AppealWindow.objects.filter(by=by, opens_at__lte=told, **{_COLUMNS[type(target)]: target}).first()
    until = kept.closes_at if kept else end_of_months(told, MONTHS)
    return MayAppeal(told <= now() <= until, until)


def told_at(by: str, target: Target) -> datetime | None:
    """When this side was told of something that it can appeal; None when it cannot.

    A restriction is stated at latest when it begins (Art. 17), a refusal to act when it is decided (Art. 16(5)).
    """
    match target:
        case Decision() if by == By.RESPONDENT:
            return target.begins_at if _restricted(target) else None
        case Decision() if by == By.COMPLAINANT and target.state == Decision.State.DECLINED:
            return target.declined_at
        case Decision() if by == By.COMPLAINANT and target.ended == Decision.Ended.LIFTED:
            return min((one for one in target.measures.values_list("lifted_at", flat=True) if one), default=None)
        case Outcome() if by == By.COMPLAINANT and target.kind in REFUSALS and target.undone_at is None:
            return target.decided_at
        case ReportingRestriction() if by == By.REPORTER:
            return target.begins_at
    return None


def _restricted(decision: Decision) -> bool:
    """Whether a decision restricts the person, did, or will: not one that only watches, nor one that never began."""
    if decision.state != Decision.State.TAKEN or decision.begins_at is None:
        return False
    closes = decision.closes_at
    return (closes is None or closes > decision.begins_at) and decision.measures.exclude(measure=WATCH).exists()


def open_window(by: str, target: Target) -> AppealWindow | None:
    """Write down until when this side can appeal this: what people were told stays. None when they cannot."""
    told = told_at(by, target)
    if told is None:
        return None
    about = {_COLUMNS[type(target)]: target}
    times = {"opens_at": told, "closes_at": end_of_months(told, MONTHS)}
    window, made = AppealWindow.objects.get_or_create(
        by=by, **about, defaults={"case_id": getattr(target, "case_id", None), **times}
    )
    if not made and told < window.opens_at:
        # It began earlier than planned: somebody was in imminent danger.
        AppealWindow.objects.filter(pk=window.pk).update(**times)
    return window


@transaction.atomic
def file_appeal(
    case: Case | None,
    *,
    by: str,
    conversation: Conversation,
    grounds: str,
    decision: Decision | None = None,
    outcome: Outcome | None = None,
    restriction: ReportingRestriction | None = None,
) -> Appeal:
    """Keep the appeal of somebody outside, tell them that it was received and by when it is answered.

    case: None for a reporter's restriction. Exactly one of decision, outcome and restriction is what it is about.
    Raises CannotAppeal, AlreadyAppealed (one waits, or was answered: the answer names who else can look),
    GroundsMissing, GroundsTooLong; ValueError for a conversation that is not this side's, or not exactly one target.
    """
    targets = [one for one in (decision, outcome, restriction) if one is not None]
    if len(targets) != 1:
        raise ValueError("an appeal is about exactly one thing")
    (target,) = targets
    _ensure_theirs(case, by, conversation)
    if not (grounds := grounds.strip()):
        raise GroundsMissing
    if len(grounds) > LONGEST_GROUNDS:
        raise GroundsTooLong
    if case is not None:
        case = locked(case)
    else:
        ReportingRestriction.objects.select_for_update().get(pk=target.pk)
    if not may_appeal(case, by, target):
        raise CannotAppeal
    open_window(by, target)
    about = {_COLUMNS[type(target)]: target}
    earlier = Appeal.objects.filter(conversation=conversation, **about).exclude(state=Appeal.State.WITHDRAWN)
    if earlier.exists():
        raise AlreadyAppealed
    filed_at = now()
    appeal = Appeal.objects.create(
        case=case,
        by=by,
        conversation=conversation,
        filed_at=filed_at,
        grounds=grounds,
        due_at=filed_at + _answered_within(case, by),
        state_before=_stood(case) if case else "",
        **about,
    )
    if case is not None and case.state != State.APPEALED:
        move(case, Move.APPEAL, State.APPEALED)
    append(
        Event.APPEAL_FILED,
        subject=appeal,
        content={"by": by, "about": {name: one.pk for name, one in about.items()}, "due_at": appeal.due_at},
    )
    # Whoever appeals is heard, also where the conversation was closed with the case.
    correspondence.open_conversation(conversation.kind, about=conversation.about, person=conversation.person)
    _tell(appeal, texts.receipt(appeal), Message.Kind.APPEAL, "received")
    appeal_filed.send(Appeal, appeal=appeal)
    return appeal


def _ensure_theirs(case: Case | None, by: str, conversation: Conversation) -> None:
    kind = Conversation.Kind.RESPONDENT if by == By.RESPONDENT else Conversation.Kind.COMPLAINANT
    if conversation.kind != kind or (case is None) != (by == By.REPORTER):
        raise ValueError("this conversation is not this side's")
    # A conversation with somebody who reported is about the account: it begins before there is a case.
    abouts = [f"intake.account:{account}" for account in counted_with(case.account_id)] if case is not None else []
    if case is not None and conversation.about not in (reference(case), *abouts):
        raise ValueError("this conversation is about something else")


def _answered_within(case: Case | None, by: str) -> timedelta:
    restricted = (
        by == By.RESPONDENT
        and MeasureTaken.objects.in_force()
        .filter(decision__case=case, decision__mode=Decision.Mode.PREVENTIVE)
        .exclude(measure=WATCH)
        .exists()
    )
    if restricted:
        return timedelta(hours=settings.REMPART_APPEAL_HOURS_WHILE_RESTRICTED)
    return timedelta(days=settings.REMPART_APPEAL_DAYS)


def _stood(case: Case) -> str:
    """Where the case stood before it was appealed: the same for every appeal that waits at the same time."""
    first = case.appeals.filter(state=Appeal.State.FILED).order_by("filed_at", "pk").first()
    return first.state_before if first else case.state


def waiting_in(conversation: Conversation) -> QuerySet[Appeal]:
    """The appeals of this person that wait for an answer."""
    return Appeal.objects.filter(conversation=conversation, state=Appeal.State.FILED)


@transaction.atomic
def withdraw_appeal(appeal: Appeal) -> Appeal:
    """Take an appeal back, as its author asks. Raises AppealNotWaiting."""
    appeal = _locked(appeal)
    appeal.state, appeal.withdrawn_at = Appeal.State.WITHDRAWN, now()
    appeal.save(update_fields=["state", "withdrawn_at"])
    append(Event.APPEAL_WITHDRAWN, subject=appeal)
    if appeal.case is not None:
        _return(appeal, _stood_before(appeal))
    _tell(appeal, texts.withdrawal(appeal), Message.Kind.APPEAL, "withdrawn")
    return appeal


def first_deciders(appeal: Appeal) -> set[int]:
    """The numbers of those who took part in what is appealed: none of them answers. The trigger asks the same."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT casework_first_deciders(%s, %s, %s, %s)",
            [appeal.decision_id, appeal.outcome_id, appeal.restriction_id, appeal.filed_at],
        )
        return {number for (number,) in cursor.fetchall() if number is not None}


def refusals(appeals: Iterable[Appeal], member: StaffMember) -> dict[int, str]:
    """For each of these appeals that this member cannot answer, why; in one query."""
    numbers = [appeal.pk for appeal in appeals]
    if not member.may(Permission.COUNTERSIGN):
        return dict.fromkeys(numbers, str(NotAllowed.words))
    declared = ConflictOfInterest.objects.filter(member=member.pk, case=OuterRef("case"))
    first = "%s IN (SELECT casework_first_deciders(decision_id, outcome_id, restriction_id, filed_at))"
    own = RawSQL(first, [member.pk])  # noqa: S611 - the text is constant
    found = Appeal.objects.filter(pk__in=numbers).values_list("pk", Exists(declared), own)
    return {
        number: str(OwnDecision.words if is_own else Excluded.words)
        for number, keeps_out, is_own in found
        if is_own or keeps_out
    }


def ensure_may_answer(appeal: Appeal, acting: StaffMember) -> None:
    """Raises NotAllowed without the permission to countersign, Excluded after a declared conflict, OwnDecision."""
    if appeal.case is not None:
        ensure_may_act(appeal.case, acting, Permission.COUNTERSIGN)
    elif not acting.may(Permission.COUNTERSIGN):
        raise NotAllowed
    if acting.pk in first_deciders(appeal):
        raise OwnDecision


@transaction.atomic
def answer_appeal(appeal: Appeal, *, upheld: bool, acting: StaffMember, reasons: Mapping[str, str] | str) -> Appeal:
    """Answer an appeal, with reasons in the person's language at least ({"fr": …, "en": …}; one text is in theirs).

    Upheld, a respondent gets back at once everything that the decision restricts; a refusal to act is taken up again:
    the case returns to inquiry and what was declined or lifted is proposed once more; a reporter can report again.
    Raises NotAllowed, Excluded, OwnDecision, AppealNotWaiting, ReasonMissing, WrongLanguage, and FindingOfGuilt,
    AdultOnlyOffence or LeadsToSomebody when they would read what may not be said to them.
    """
    appeal = _locked(appeal)
    ensure_may_answer(appeal, acting)
    said = _reasons(appeal, reasons, upheld=upheld)
    appeal.state = Appeal.State.UPHELD if upheld else Appeal.State.REJECTED
    appeal.decided_at, appeal.decided_by, appeal.decided_because = now(), acting, said
    appeal.save(update_fields=["state", "decided_at", "decided_by", "decided_because"])
    append(
        Event.APPEAL_UPHELD if upheld else Event.APPEAL_REJECTED,
        subject=appeal,
        acting=acting,
        content={"reasons": said},
    )
    if appeal.case is not None:
        taken_up = upheld and appeal.by == By.COMPLAINANT
        _return(appeal, State.INQUIRY if taken_up else _stood_before(appeal), acting=acting)
        if upheld:
            _restore(appeal, acting) if appeal.by == By.RESPONDENT else _take_up_again(appeal)
        # An answer cannot be undone: what it did is not left to be.
        LastAct.objects.filter(case=appeal.case).delete()
    _tell(appeal, texts.answer(appeal, _country(appeal)), Message.Kind.OUTCOME, "answer")
    appeal_answered.send(Appeal, appeal=appeal)
    return appeal


def _locked(appeal: Appeal) -> Appeal:
    """The appeal as it is stored and its case, nobody else changing them. Raises AppealNotWaiting."""
    case = locked(Case(pk=appeal.case_id)) if appeal.case_id else None
    found = Appeal.objects.select_for_update(of=("self",)).select_related("conversation").get(pk=appeal.pk)
    if found.state != Appeal.State.FILED:
        raise AppealNotWaiting
    found.case = case
    return found


def _reasons(appeal: Appeal, reasons: Mapping[str, str] | str, *, upheld: bool) -> dict[str, str]:
    language = appeal.conversation.language
    given = {language: reasons} if isinstance(reasons, str) else reasons
    said = {name: text.strip() for name, text in given.items() if name in ("fr", "en") and text.strip()}
    if not said:
        raise ReasonMissing
    if language not in said:
        raise WrongLanguage
    if appeal.case is None:
        return said
    if appeal.by == By.RESPONDENT:
        # What was upheld is over: nothing final stands on it any more.
        final = appeal.decision is not None and appeal.decision.mode == Decision.Mode.FINAL and not upheld
        ensure_said_fairly(said.values(), preventive=not final, adult=appeal.case.account.held_to_be_adult)
        ensure_leads_to_nobody(appeal.case, said.values(), fact=False)
    else:
        if not something_final(appeal.case):
            ensure_no_guilt(said.values())
        ensure_leads_to_no_other(appeal.case.account, appeal.conversation, said.values())
    return said


def note_outcome(outcome: Outcome) -> None:
    """The question of a case was answered while an appeal waits: the case returns from it decided."""
    outcome.case.appeals.filter(state=Appeal.State.FILED).update(state_before=State.DECIDED)


def _stood_before(appeal: Appeal) -> State:
    """Where the case returns to: a closed one is decided, and can be closed again."""
    return State.DECIDED if appeal.state_before == State.CLOSED else State(appeal.state_before)


def _return(appeal: Appeal, to: State, *, acting: StaffMember | None = None) -> None:
    """Bring the case back from appeal, unless another appeal of it waits."""
    case = appeal.case
    others = case.appeals.filter(state=Appeal.State.FILED).exclude(pk=appeal.pk)
    if others.exists():
        if to == State.INQUIRY:
            others.update(state_before=to)
        return
    move(case, Move.ANSWER_APPEAL, to, acting=acting)


def _restore(appeal: Appeal, acting: StaffMember) -> None:
    """Give back everything that rests on the decision: itself, its renewals, and what took over the same articles."""
    because = appeal.decided_because.get(appeal.conversation.language, "")
    articles = set(appeal.decision.articles)
    replace_proposals(appeal.case, acting=acting)
    standing = appeal.case.decisions.to_come_or_in_force()
    for decision in standing.order_by("-begins_at", "-pk"):
        if decision.pk == appeal.decision_id or articles & set(decision.articles):
            lift_decision(decision, acting=acting, reason=because, at_once=True)
    last = appeal.case.outcomes.filter(undone_at=None).last()
    if last is not None and last.kind == "final_measure" and last.decision_id == appeal.decision_id:
        conclude(appeal.case, "lifted", acting=acting, because=because, decision=appeal.decision)
    # What else is known may still ask for something: the rules are asked again, without the articles given up here.
    tasks.defer_accounts({appeal.case.account_id})


def _take_up_again(appeal: Appeal) -> None:
    """Propose again what was declined or lifted, for people to decide: unless something else is proposed meanwhile."""
    refused = appeal.decision or appeal.outcome.decision
    waiting = appeal.case.decisions.filter(state=Decision.State.PROPOSED)
    if refused is None or waiting.exists():
        return
    two = refused.approval == "two_reviewers" or not appeal.case.account.held_to_be_adult
    again = Decision.objects.create(
        case=appeal.case,
        assessment=appeal.case.assessments.first(),
        rulebook=refused.rulebook,
        mode=refused.mode,
        articles=refused.articles,
        reasons=refused.reasons,
        approval="two_reviewers" if two else "one_reviewer",
        four_eyes=refused.four_eyes,
        lasts=refused.lasts,
        review_within=refused.review_within,
        state=Decision.State.PROPOSED,
        proposed_at=now(),
        proposed_by=appeal.decided_by,
    )
    MeasureTaken.objects.bulk_create(
        MeasureTaken(decision=again, measure=measure.measure, articles=measure.articles)
        for measure in refused.measures.all()
    )
    appeal.reopened = again
    appeal.save(update_fields=["reopened"])
    content = {"appeal": appeal.pk, "instead_of": refused.pk}
    append(Event.DECISION_REOPENED, subject=again, acting=appeal.decided_by, content=content)


def _tell(appeal: Appeal, text: Mapping[str, str], kind: Message.Kind, what: str) -> None:
    """Tell the person, unless they closed the conversation themselves."""
    with suppress(ConversationClosed):
        correspondence.say(appeal.conversation, text=text, kind=kind, once=f"appeal:{appeal.pk}:{what}")


def _country(appeal: Appeal) -> str:
    return appeal.case.account.country or "" if appeal.case is not None and appeal.by == By.RESPONDENT else ""
