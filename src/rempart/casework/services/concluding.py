"""How the question of a case is answered: an inquiry, a final decision, a warning, no action, the end of the case."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from rempart.casework.errors import (
    AlreadyDone,
    AppealPending,
    ArticleNotMatched,
    CaseClosed,
    MeasureNotAllowed,
    NotAllowed,
    StillInForce,
)
from rempart.casework.models import Case, ConflictOfInterest, Decision, MeasureTaken, Outcome, RulebookVersion
from rempart.casework.services.disclosing import ensure_leads_to_nobody
from rempart.casework.services.four_eyes import why_two
from rempart.casework.services.guards import ensure_may_act, ensure_open, given_reason, given_words, locked
from rempart.casework.services.moving import conclude, move
from rempart.casework.services.required import articles_matching
from rempart.casework.services.rulebooks import book_of, rulebook_in_force
from rempart.casework.services.taking import replace_proposals, take
from rempart.casework.services.undoing import remembered
from rempart.casework.statements.wording import ensure_said_fairly
from rempart.casework.states import Move, State
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.vocabulary import MEASURES
from rempart.rulebook import Article
from rempart.rulebook.proportion import measure_for
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission


class FinalChoices(NamedTuple):
    """What a final decision may cite, and under which rulebook: what stands, or applies to what is known today."""

    version: RulebookVersion
    articles: list[Article]
    adult: bool

    def measures(self, chosen: Iterable[str] | None = None) -> list[str]:
        """The measures that these articles (all of them by default) allow: their own and every lighter one."""
        names = {one.id for one in self.articles} if chosen is None else set(chosen)
        asked = [measure_for(one, adult=self.adult) for one in self.articles if one.id in names]
        heaviest = max((MEASURES.index(measure) for measure in asked), default=-1)
        # Keeping a minor from other minors would cut them from their friends.
        return [one for one in MEASURES[: heaviest + 1] if self.adult or one != "no_contact_with_minors"]


def final_choices(case: Case) -> FinalChoices:
    """What may be decided as final on a case, under the rulebook of what stands, or else under the one in force.

    An article qualifies when what is known meets it today, or when it carries what stands. None others: one that is for
    adults alone is never cited against a minor.
    """
    standing = [one for one in case.decisions.all() if one.in_force or one.to_come]
    version = standing[0].rulebook if standing else rulebook_in_force()[0]
    carrying = {name for one in standing if one.rulebook_id == version.pk for name in one.articles}
    latest = case.assessments.first()
    met = articles_matching(version, latest) if latest is not None else set()
    articles = [one for one in book_of(version).articles if one.id in carrying | met]
    return FinalChoices(version, articles, case.account.held_to_be_adult)


@transaction.atomic
def decide_final(
    case: Case,
    *,
    measures: Iterable[str],
    articles: Iterable[str],
    acting: StaffMember,
    reasons: str | Mapping[str, str],
    lasts: timedelta | None = None,
) -> Decision:
    """Decide that the facts are established, with measures, articles and reasons of one's own; None lasts until lifted.

    Where two people must approve (services.four_eyes), it is proposed with this first approval and taken with the
    second; else it is taken now, and takes over whatever stands without a gap.

    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, AppealPending, ArticleNotMatched, MeasureNotAllowed,
    LeadsToSomebody, AdultOnlyOffence, AlreadyDone (one's own same proposal waits already), ValueError for a length that
    is none.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    words = given_words(reasons)
    ensure_open(case)
    if lasts is not None and lasts <= timedelta(0):
        raise ValueError("a final decision lasts for a positive time, or until it is lifted")
    choices = final_choices(case)
    chosen, cited = _checked(choices, set(measures), set(articles))
    _ensure_may_be_read(case, words)
    latest = case.assessments.first()
    if latest is None:
        raise ArticleNotMatched
    waiting = case.decisions.filter(state=Decision.State.PROPOSED, proposed_by=acting, mode=Decision.Mode.FINAL).first()
    if waiting is not None and waiting.reasons == words and waiting.articles == cited and waiting.lasts == lasts:
        raise AlreadyDone
    with remembered(case, acting, "decide_final"):
        replace_proposals(case, acting=acting)
        decision = Decision(
            case=case,
            assessment=latest,
            rulebook=choices.version,
            mode=Decision.Mode.FINAL,
            articles=cited,
            reasons=words,
            approval="one_reviewer",
            lasts=lasts,
            state=Decision.State.PROPOSED,
            proposed_at=now(),
            proposed_by=acting,
            approved_at=now(),
            approved_by=acting,
            approved_because=words["fr"],
        )
        decision.four_eyes = why_two(case, decision)
        decision.approval = "two_reviewers" if decision.four_eyes else "one_reviewer"
        decision.save()
        MeasureTaken.objects.bulk_create(
            MeasureTaken(decision=decision, measure=one, articles=_carrying(choices, cited, one)) for one in chosen
        )
        append(
            Event.DECISION_APPROVED,
            subject=decision,
            acting=acting,
            content={
                "mode": decision.mode,
                "articles": cited,
                "measures": chosen,
                "reasons": words,
                "four_eyes": decision.four_eyes,
                "rulebook": choices.version.digest,
            },
        )
        if not decision.four_eyes:
            take(decision, acting=acting)
    return decision


def _ensure_may_be_read(case: Case, words: Mapping[str, str]) -> None:
    """Refuse words to the person concerned that could lead to whoever spoke, or cite what only an adult can do."""
    ensure_said_fairly(words.values(), preventive=False, adult=case.account.held_to_be_adult)
    ensure_leads_to_nobody(case, words.values(), fact=True)


def _checked(choices: FinalChoices, measures: set[str], articles: set[str]) -> tuple[list[str], list[str]]:
    """The measures from light to heavy and the articles in the rulebook's order, if they go together."""
    cited = [one.id for one in choices.articles if one.id in articles]
    if not cited or len(cited) < len(articles):
        raise ArticleNotMatched
    if not measures or not measures <= set(choices.measures(cited)):
        raise MeasureNotAllowed
    return sorted(measures, key=MEASURES.index), cited


def _carrying(choices: FinalChoices, cited: list[str], measure: str) -> list[str]:
    return [name for name in cited if measure in choices.measures([name])]


@transaction.atomic
def begin_inquiry(case: Case, *, acting: StaffMember, reason: str) -> Case:
    """Begin to establish the facts; on a closed case, because something new is known.

    Raises NotAllowed, Excluded, ReasonMissing, AppealPending, AlreadyDone.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    if case.state == State.APPEALED:
        raise AppealPending
    if case.state == State.INQUIRY:
        raise AlreadyDone
    with remembered(case, acting, "begin_inquiry"):
        how = Move.REOPEN if case.state == State.CLOSED else Move.INQUIRE
        return move(case, how, State.INQUIRY, acting=acting, reason=reason)


@transaction.atomic
def take_no_action(case: Case, *, acting: StaffMember, reason: str) -> Outcome:
    """Decide that nothing is done. What stands as a precaution or waits for approval is lifted or declined before.

    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, AppealPending, StillInForce.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    ensure_open(case)
    _ensure_nothing_pending(case)
    with remembered(case, acting, "no_action"):
        return conclude(case, "no_action", acting=acting, because=reason)


@transaction.atomic
def warn(case: Case, *, acting: StaffMember, text: str | Mapping[str, str], reason: str = "") -> Outcome:
    """Warn the person concerned, in words that they will read. Nothing is restricted.

    `reason` is kept with the case; without one, the words are the reason.
    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, AppealPending, StillInForce, LeadsToSomebody,
    AdultOnlyOffence.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    words = given_words(text)
    ensure_open(case)
    _ensure_may_be_read(case, words)
    _ensure_nothing_pending(case)
    with remembered(case, acting, "warn"):
        return conclude(case, "warned", acting=acting, because=reason.strip() or words["fr"], words=words)


@transaction.atomic
def close_case(case: Case, *, acting: StaffMember, reason: str) -> Case:
    """Close a case in which no precaution stands and nothing is proposed; a final measure goes on. News reopen it.

    Raises NotAllowed, Excluded, ReasonMissing, CaseClosed, AppealPending, StillInForce.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    reason = given_reason(reason)
    ensure_open(case)
    _ensure_nothing_pending(case)
    with remembered(case, acting, "close"):
        return move(case, Move.CLOSE, State.CLOSED, acting=acting, reason=reason)


def _ensure_nothing_pending(case: Case) -> None:
    if case.state == State.CLOSED:
        raise CaseClosed
    standing = case.decisions.to_come_or_in_force().filter(mode=Decision.Mode.PREVENTIVE)
    if standing.exists() or case.decisions.filter(state=Decision.State.PROPOSED).exists():
        raise StillInForce


@transaction.atomic
def declare_conflict(case: Case, *, acting: StaffMember, reason: str) -> ConflictOfInterest:
    """Keep out of a case that one cannot judge impartially, for good.

    What was decided with one's part in it stays; an approval that still waits for a second is taken back.
    Raises NotAllowed, ReasonMissing.
    """
    case = locked(case)
    if not acting.may(Permission.READ_CASES):
        raise NotAllowed
    reason = given_reason(reason)
    conflict, declared = ConflictOfInterest.objects.get_or_create(
        case=case, member=acting, defaults={"declared_at": now(), "because": reason}
    )
    if declared:
        append(Event.CONFLICT_DECLARED, subject=case, acting=acting, content={"reason": reason})
        _take_back_approvals(case, acting)
    return conflict


def _take_back_approvals(case: Case, acting: StaffMember) -> None:
    for waiting in case.decisions.filter(state=Decision.State.PROPOSED, approved_by=acting):
        if waiting.proposed_by_id == acting.pk:
            replace_proposals(case, acting=acting)
            continue
        waiting.approved_at = waiting.approved_by = None
        waiting.approved_because = ""
        waiting.save(update_fields=["approved_at", "approved_by", "approved_because"])
        append(Event.APPROVAL_TAKEN_BACK, subject=waiting, acting=acting)
