"""The respondent's side: the statement of reasons when a decision takes effect, what is told when it ends, their link.

What a respondent is told follows from the decisions of their case as they stand: `tell` looks at them and says what was
not said yet. It is called when something may have changed and when a moment kept in ToTell has come, so it does not
matter in which order, how late or how often. Nothing is told before it begins, nor within the minute in which a member
may undo it; watching restricts nothing and is not told.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, cast

from django.conf import settings
from django.db import transaction

from rempart.casework import means
from rempart.casework.models import (
    AppealWindow,
    Case,
    DataRequest,
    Decision,
    HeldSum,
    MeasureTaken,
    Outcome,
    PlatformOrder,
    RespondentSide,
    Statement,
    ToTell,
)
from rempart.casework.periods import end_of_months
from rempart.casework.services.disclosing import ensure_leads_to_nobody, facts_for_respondent
from rempart.casework.services.guards import ensure_may_act, locked, something_final
from rempart.casework.services.orders import UNDO_WINDOW, WATCH
from rempart.casework.services.rulebooks import book_of
from rempart.casework.statements import fields as statement_fields
from rempart.casework.statements import writing
from rempart.casework.statements.dates import LANGUAGES, moment
from rempart.casework.statements.sentences import Sentences
from rempart.casework.statements.wording import ensure_said_fairly
from rempart.correspondence.links import link_for
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import open_conversation, say
from rempart.files.models import StoredFile
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.ledger.proof_file import digest
from rempart.records.vocabulary import MEASURES
from rempart.rulebook import Article, Rulebook
from rempart.rulebook.proportion import judge
from rempart.staff.models import StaffMember

logger = logging.getLogger("rempart.casework")

REPLY_WITHIN = timedelta(days=14)
"""How long an answer is awaited; what comes later is read too."""
COMPLAINT_MONTHS = 6
DATA_WITHIN = timedelta(days=30)
"""A month at most (GDPR Art. 12(3))."""
KEPT_WITHIN = timedelta(minutes=15)
"""How long telling waits, at most, for what a measure may change on the platform to be kept."""
LOOK_AGAIN = timedelta(seconds=30)
FRENCH_SPEAKING = frozenset({"FR", "BE", "LU", "MC", "CH"})
TOLD_OUTCOMES = ("warned", "no_action")
_BATCH = 200
_RECENTLY = timedelta(days=1)


# --- when there is something to tell


@transaction.atomic
def note_decision(decision: Decision) -> None:
    """Keep the moments at which a decision that was taken has something to tell.

    Raises FindingOfGuilt, AdultOnlyOffence now rather than when it begins, so that it is not taken: what cannot be
    stated fairly is not decided.
    """
    if not _restricting(decision):
        return
    writing.write(_fields_of(decision, _reply_until(decision.case, decision)))
    _remember(decision.case, _told_from(decision))


def note_lift(decision: Decision, measures: Iterable[MeasureTaken], at: datetime | None = None) -> None:
    """Keep the moment at which the lift of measures can be told; of one that was announced it was kept then."""
    if at is not None or any(one.lift_announced_at is None for one in measures):
        _remember(decision.case, (at or now()) + UNDO_WINDOW)


@transaction.atomic
def note_outcome(outcome: Outcome) -> None:
    """Keep the moment at which an outcome can be told.

    Raises FindingOfGuilt, AdultOnlyOffence, LeadsToSomebody for words that cannot be.
    """
    if outcome.kind in TOLD_OUTCOMES:
        ensure_said_fairly(outcome.words.values(), preventive=True, adult=outcome.case.account.held_to_be_adult)
        ensure_leads_to_nobody(outcome.case, outcome.words.values(), fact=False)
        _remember(outcome.case, outcome.decided_at + UNDO_WINDOW)


def tell_respondents() -> int:
    """Tell everybody what has become true for them; returns how many cases were looked at.

    A case that fails is logged and tried again by the next call; it does not hold up the others.
    """
    seen: set[int] = set()
    while batch := _waiting(seen)[:_BATCH]:
        for case in batch:
            seen.add(case)
            try:
                tell(Case(pk=case))
            except Exception:
                logger.exception("the respondent of case %s could not be told", case)
    return len(seen)


def _waiting(seen: set[int]) -> list[int]:
    moment = now()
    kept = ToTell.objects.filter(at__lte=moment).exclude(case__in=seen).order_by("at").values_list("case", flat=True)
    # Somebody's danger makes a decision begin before its moment.
    begun = Decision.objects.filter(
        state=Decision.State.TAKEN,
        statement=None,
        begins_at__lte=moment,
        begins_at__gt=moment - _RECENTLY,
        taken_at__lte=moment - UNDO_WINDOW,
        measures__in=MeasureTaken.objects.exclude(measure=WATCH),
    )
    found = [*kept[:_BATCH], *begun.exclude(case__in=seen).values_list("case", flat=True)[:_BATCH]]
    return list(dict.fromkeys(found))


@transaction.atomic
def tell(case: Case) -> None:
    """Say to the respondent of a case whatever is true now and was not said yet."""
    case = locked(case)
    moment = now()
    for decision in case.decisions.filter(state=Decision.State.TAKEN).order_by("begins_at", "pk"):
        if not _restricting(decision):
            continue
        statement = Statement.objects.filter(decision=decision).first()
        if statement is None and _has_begun(decision):
            if _told_from(decision) > moment:
                _remember(case, _told_from(decision))
            elif means.kept_before(decision) or _told_from(decision) + KEPT_WITHIN <= moment:
                statement = _state(case, decision)
            else:
                _remember(case, moment + LOOK_AGAIN)
        if statement is not None:
            _tell_end(case, decision)
    for outcome in case.outcomes.filter(kind__in=TOLD_OUTCOMES, undone_at=None):
        _tell_outcome(case, outcome)
    ToTell.objects.filter(case=case, at__lte=moment).delete()


def _remember(case: Case, at: datetime) -> None:
    ToTell.objects.get_or_create(case=case, at=at)


def _restricting(decision: Decision) -> list[MeasureTaken]:
    """The measures that the respondent feels: not those lifted before they began, nor what cannot be done."""
    return [
        one
        for one in decision.measures.all()
        if one.measure != WATCH
        and means.can(decision.case.account, one.measure)
        and (one.lifted_at is None or decision.begins_at is None or one.lifted_at > decision.begins_at)
    ]


def _told_from(decision: Decision) -> datetime:
    taken, begins = cast(datetime, decision.taken_at), cast(datetime, decision.begins_at)
    return max(begins, taken + UNDO_WINDOW)


def _has_begun(decision: Decision) -> bool:
    """Whether it began, or will unless something is done; one that was lifted or taken over before never does."""
    closes = decision.closes_at
    return closes is None or decision.begins_at is None or closes > decision.begins_at


# --- the statement of reasons


def _state(case: Case, decision: Decision) -> Statement:
    reply_until = _reply_until(case, decision)
    side = _open_side(case, reply_until)
    fields = _fields_of(decision, reply_until)
    texts = writing.write(fields)
    statement = Statement.objects.create(decision=decision, made_at=now(), fields=fields, texts=texts)
    append(
        Event.STATEMENT_MADE,
        subject=statement,
        content={"decision": decision.pk, "sha256": digest([fields, texts])},
        effective_at=decision.begins_at,
    )
    _say(side, f"statement:{decision.pk}", "told_statement", Message.Kind.STATEMENT)
    if decision.ends_at is not None:
        _remember(case, decision.ends_at)
    return statement


def _fields_of(decision: Decision, reply_until: datetime) -> dict[str, Any]:
    case, book = decision.case, book_of(decision.rulebook)
    restricting = {one.measure: one.articles for one in _restricting(decision)}
    begins = cast(datetime, decision.begins_at)
    window = AppealWindow.objects.filter(decision=decision, by="respondent").first()
    held = case.held_sums.order_by("as_of", "pk").last()
    own_words = decision.mode == Decision.Mode.FINAL and decision.proposed_by_id is not None
    return statement_fields.build(
        statement_fields.Grounds(
            number=f"rempart-{decision.pk}",
            mode=cast(Literal["preventive", "final"], decision.mode),
            measures=restricting,
            means=_means(decision, restricting),
            articles=_articles(book, decision, restricting),
            rulebook=book.name,
            version=book.version,
            digest=decision.rulebook.digest,
            begins_at=begins,
            ends_at=decision.ends_at,
            review_due=decision.review_due,
            told=facts_for_respondent(case, decision.assessment),
            channels=frozenset(
                name for name, many in decision.assessment.assessment.get("by_channel", {}).items() if many
            ),
            approval=cast(Any, decision.approval),
            adult=case.account.held_to_be_adult,
            redress=statement_fields.Redress(
                reply_until=reply_until,
                complaint_until=window.closes_at if window else end_of_months(begins, COMPLAINT_MONTHS),
                body_name=settings.REMPART_OUT_OF_COURT_BODY,
                body_url=settings.REMPART_OUT_OF_COURT_URL,
                country=country_of(case),
            ),
            explanation=decision.reasons if own_words else None,
            held=statement_fields.Held(amount=held.amount, currency=held.currency, as_of=held.as_of) if held else None,
        )
    )


def _means(decision: Decision, measures: Iterable[str]) -> dict[Any, dict[str, Any]]:
    """What the platform does where it cannot do exactly what was decided; `waits`: two people must agree first."""
    account = decision.case.account
    found: dict[Any, dict[str, Any]] = {}
    for name in measures:
        way = means.of(account, name)
        if way is None or way.how != means.How.IN_THESE_WORDS:
            continue
        heavier = way.instead in MEASURES and MEASURES.index(way.instead) > MEASURES.index(name)
        agreed = PlatformOrder.objects.filter(
            measure__decision__case=decision.case_id, measure__measure=name, approximation_approved_at__isnull=False
        )
        found[name] = {**way.words, "waits": heavier and not agreed.exists()}
    return found


def _articles(book: Rulebook, decision: Decision, restricting: Mapping[str, list[str]]) -> list[Article]:
    """The articles that the measures rest on, in the decision's own mode; all that were named where none does."""
    named = {name for names in restricting.values() for name in names} or set(decision.articles)
    resting = [one for one in book.articles if one.id in named]
    because = judge(resting, adult=decision.case.account.held_to_be_adult).because
    return [one for one in resting if one.id in because and one.mode == decision.mode] or resting


def country_of(case: Case) -> str:
    """The country whose courts, authorities and helplines are named: the account's, else the site's."""
    return (case.account.country or settings.REMPART_COUNTRY)[:2].upper()


def _reply_until(case: Case, decision: Decision) -> datetime:
    told = max(now(), _told_from(decision))
    side = RespondentSide.objects.filter(case=case).first()
    return max([told + REPLY_WITHIN, *([side.reply_until] if side else [])])


def _open_side(case: Case, reply_until: datetime) -> RespondentSide:
    account = case.account
    conversation = open_conversation(
        Conversation.Kind.RESPONDENT,
        about=f"casework.case:{case.pk}",
        person=f"intake.account:{account.pk}",
        language="fr" if country_of(case) in FRENCH_SPEAKING else "en",
        child_words=not account.held_to_be_adult,
        service=account.service,
        account=account.platform_id or account.handle,
    )
    if conversation.child_words == account.held_to_be_adult:
        # The platform has learnt how old they are.
        conversation.child_words = not account.held_to_be_adult
        conversation.save(update_fields=["child_words"])
    side, _new = RespondentSide.objects.update_or_create(
        case=case,
        defaults={"reply_until": reply_until},
        create_defaults={"conversation": conversation, "opened_at": now(), "reply_until": reply_until},
    )
    return side


# --- what is told when something ends


def _tell_outcome(case: Case, outcome: Outcome) -> None:
    """A warning opens the respondent's page if need be; that nothing is done is told to those who have one."""
    due = outcome.decided_at + UNDO_WINDOW
    side = side_of(case)
    if due > now():
        _remember(case, due)
    elif outcome.kind == "warned" and outcome.words:
        side = side or _open_side(case, now() + REPLY_WITHIN)
        _say_words(side, f"outcome:{outcome.pk}", outcome.words, Message.Kind.OUTCOME)
    elif outcome.kind == "no_action" and side is not None:
        _say(side, f"outcome:{outcome.pk}", "told_no_action", Message.Kind.OUTCOME)


def _tell_end(case: Case, decision: Decision) -> None:
    moment = now()
    side = case.respondent_side
    closes = decision.closes_at
    if decision.ended == Decision.Ended.LIFTED and closes is not None:
        _tell_when_due(side, closes + UNDO_WINDOW, f"over:{decision.pk}", _over(decision), closes)
    elif closes is not None and _goes_on(decision, closes):
        pass  # what took over, or renews it, has a statement of its own
    elif closes is not None and closes <= moment:
        _tell_when_due(side, closes, f"over:{decision.pk}", _over(decision), closes)
    if decision.ended != Decision.Ended.LIFTED:
        for one in _restricting(decision):
            if one.lifted_at is not None and (closes is None or one.lifted_at < closes):
                _tell_when_due(
                    side, one.lifted_at + UNDO_WINDOW, f"lifted:{one.pk}", "told_lifted_in_part", one.lifted_at
                )


def _goes_on(decision: Decision, at: datetime) -> bool:
    """Whether another decision restricts the same person when this one closes."""
    if decision.ended == Decision.Ended.TAKEN_OVER and decision.ended_at == at:
        return True
    others = MeasureTaken.objects.in_force(at).filter(decision__case=decision.case_id).exclude(measure=WATCH)
    return others.exclude(decision=decision).exists()


def _over(decision: Decision) -> str:
    if decision.mode == Decision.Mode.FINAL:
        return "told_over_final"
    return "told_over_money" if any(one.measure == "no_monetisation" for one in _restricting(decision)) else "told_over"


def _tell_when_due(side: RespondentSide, due: datetime, once: str, sentence: str, at: datetime) -> None:
    if due <= now():
        _say(side, once, sentence, Message.Kind.MEASURE, at=at)
    else:
        _remember(side.case, due)


def _say(
    side: RespondentSide, once: str, sentence: str, kind: Message.Kind, *, at: datetime | None = None
) -> Message | None:
    text = {
        language: Sentences("page.yaml", language, child=side.conversation.child_words).say(
            sentence, **({"at": moment(at, language)} if at else {})
        )
        for language in LANGUAGES
    }
    return _say_words(side, once, text, kind)


def _say_words(side: RespondentSide, once: str, text: Mapping[str, str], kind: Message.Kind) -> Message | None:
    conversation = side.conversation
    if conversation.closed_at is not None or conversation.messages.filter(once=once).exists():
        return None
    return say(conversation, text=text, kind=kind, once=once)


# --- the link, and what people do from the desk and from the page


def side_of(case: Case) -> RespondentSide | None:
    """The respondent's side of a case; None as long as nothing that they feel has begun."""
    return RespondentSide.objects.select_related("conversation").filter(case=case).first()


def case_of(conversation: Conversation) -> Case:
    """The case that a respondent's conversation is about. Raises RespondentSide.DoesNotExist."""
    found = RespondentSide.objects.select_related("case__account").get(conversation=conversation)
    found.case.respondent_side = found
    return found.case


def respondent_link(case: Case) -> str | None:
    """The whole address of the respondent's page; None as long as there is nothing to tell them."""
    tell(case)
    side = side_of(case)
    return link_for(side.conversation) if side else None


@transaction.atomic
def hand_over_link(case: Case, *, acting: StaffMember | None = None) -> str | None:
    """The same, noting that somebody (the platform's machine, or a member) took it to hand it to the respondent."""
    link = respondent_link(case)
    if link is not None:
        RespondentSide.objects.filter(case=case).update(handed_over_at=now())
        append(Event.RESPONDENT_LINK_TAKEN, subject=case, acting=acting)
    return link


@transaction.atomic
def write_to_respondent(case: Case, *, text: str, acting: StaffMember) -> Message:
    """Answer the respondent in their conversation.

    Raises NotAllowed, Excluded, FindingOfGuilt (as long as nothing final stands), AdultOnlyOffence, LeadsToSomebody,
    MessageRefused, ConversationClosed, and RespondentSide.DoesNotExist when there is nobody to write to.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    side = RespondentSide.objects.select_related("conversation").get(case=case)
    ensure_said_fairly([text], preventive=not something_final(case), adult=case.account.held_to_be_adult)
    ensure_leads_to_nobody(case, [text], fact=False)
    return say(side.conversation, text=text, acting=acting)


@transaction.atomic
def record_held_sum(
    case: Case, *, amount: Decimal, currency: str, as_of: datetime, acting: StaffMember | None = None
) -> HeldSum:
    """Record what the platform says that it set aside, as of a moment. Reporting the same again changes nothing.

    currency: ISO 4217. Raises ValueError for a negative amount, an unknown form of currency or a moment without a zone.
    """
    if amount < 0 or len(currency) != 3 or not currency.isupper() or as_of.tzinfo is None:
        raise ValueError("a sum is positive, in a currency of three capitals, as of a moment with its zone")
    held, _new = HeldSum.objects.update_or_create(
        case=case, currency=currency, as_of=as_of, defaults={"amount": amount, "reported_at": now()}
    )
    append(
        Event.HELD_SUM_RECORDED,
        subject=case,
        acting=acting,
        content={"amount": str(amount), "currency": currency, "as_of": as_of},
    )
    return held


@transaction.atomic
def ask_for_data(case: Case) -> DataRequest:
    """The respondent asks for a copy of their data: a task for a member. Asking again meanwhile changes nothing."""
    asked, new = DataRequest.objects.get_or_create(
        case=case, answered_at=None, defaults={"asked_at": now(), "due_at": now() + DATA_WITHIN}
    )
    if new:
        append(Event.DATA_ASKED, subject=case)
    return asked


@transaction.atomic
def hand_over_data(request: DataRequest, *, copy: StoredFile, acting: StaffMember) -> DataRequest:
    """Hand the copy to the respondent, as a file in their conversation. Raises NotAllowed, Excluded."""
    case = locked(request.case)
    ensure_may_act(case, acting)
    request = DataRequest.objects.select_for_update().get(pk=request.pk)
    if request.answered_at is None:
        request.answered_at, request.answered_by = now(), acting
        request.save(update_fields=["answered_at", "answered_by"])
        conversation = RespondentSide.objects.get(case=case).conversation
        text = {
            language: Sentences("page.yaml", language, child=conversation.child_words).say("told_data")
            for language in LANGUAGES
        }
        say(conversation, text=text, files=[copy], once=f"data:{request.pk}")
        append(Event.DATA_HANDED_OVER, subject=case, acting=acting, content={"sha256": copy.sha256})
    return request


def newest_sum(case: Case) -> HeldSum | None:
    """The platform's newest figure of what it holds."""
    return case.held_sums.order_by("as_of", "pk").last()


def connect() -> None:
    """Listen to what happens to decisions; called when the app is ready."""
    from rempart.casework import signals

    def decided(decision: Decision, **_kwargs: Any) -> None:
        note_decision(decision)

    def lifted(decision: Decision, measures: list[MeasureTaken], at: datetime | None = None, **_kwargs: Any) -> None:
        note_lift(decision, measures, at)

    def concluded(outcome: Outcome, **_kwargs: Any) -> None:
        note_outcome(outcome)

    signals.outcome_reached.connect(concluded, dispatch_uid="casework.respondents.concluded", weak=False)
    signals.decision_taken.connect(decided, dispatch_uid="casework.respondents.decided", weak=False)
    signals.decision_lifted.connect(lifted, dispatch_uid="casework.respondents.lifted", weak=False)
    signals.lift_announced.connect(lifted, dispatch_uid="casework.respondents.lift_announced", weak=False)
