"""From testimonies to cases and decisions: assess accounts, open cases, take or propose what the rules require.

Each account is done in a transaction of its own and doing it again changes nothing, so a task killed half-way is simply
run again.
"""

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from django.db import transaction

from rempart import records
from rempart.casework.errors import LimitReached
from rempart.casework.links import as_one, partners_of
from rempart.casework.models import AssessmentRecord, Case, Decision, Independence, MeasureTaken, RulebookVersion
from rempart.casework.services.four_eyes import why_two
from rempart.casework.services.guards import locked
from rempart.casework.services.moving import move
from rempart.casework.services.required import answered_articles
from rempart.casework.services.rulebooks import rulebook_in_force
from rempart.casework.services.taking import replace_proposals, take, words
from rempart.casework.signals import case_assessed, case_opened
from rempart.casework.states import Move, State
from rempart.corroboration import Together, assess_with_ties
from rempart.intake.models import Account, Wave
from rempart.intake.ours import is_ours
from rempart.intake.selectors import accounts_of, facts_of, records_around
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.rulebook import Article, EvaluationFailed, Judgement, Rulebook
from rempart.rulebook.proportion import judge, measure_for


def assess_wave(wave: Wave) -> list[Case]:
    """Assess every account that the wave speaks of; the cases of those that have one, in no order."""
    return assess_accounts(accounts_of(wave))


def assess_accounts(accounts: Iterable[Account]) -> list[Case]:
    """Assess these accounts from all that was ever said of them, against what else is said around them.

    Only the platform's own accounts have cases: an equal handle elsewhere is no link. What is said of an account that a
    confirmed link ties to one of ours counts in the case of ours.
    """
    given = list(accounts)
    tied = partners_of(account.pk for account in given)
    known_as = Account.objects.filter(pk__in=set().union(*tied.values()) - {account.pk for account in given})
    own = [account for account in [*given, *known_as] if is_ours(account.reference)]
    found = _found(own)
    known = set(Case.objects.filter(account__in=own).values_list("account_id", flat=True))
    version, book = rulebook_in_force()
    cases = []
    for account in own:
        assessment, ties = found.get(str(account.reference), (None, []))
        if assessment is None:
            _withdraw(account)
        elif assessment.testimonies or assessment.relays or account.pk in known:
            cases.append(record_assessment(account, assessment, version, book, ties=ties))
    return cases


def _found(own: Sequence[Account]) -> dict[str, tuple[records.Assessment, Sequence[Together]]]:
    """What is believed of each account, by reference. One that is tied to others is looked at by itself, as one."""
    tied = partners_of(account.pk for account in own)
    others = Account.objects.in_bulk(set().union(*tied.values()))
    alone = [account for account in own if account.pk not in tied]
    facts = {str(account.reference): facts_of(account) for account in own}
    found = {str(one.about): (one, ties) for one, ties in assess_with_ties(records_around(alone), accounts=facts)}
    for account in own:
        if account.pk in tied:
            name, known_as = str(account.reference), [others[pk] for pk in tied[account.pk]]
            said = as_one(records_around([account, *known_as]), account.reference, {one.reference for one in known_as})
            whole = assess_with_ties(said, accounts={name: facts[name]})
            for one, ties in whole:
                if str(one.about) == name:
                    found[name] = (one, ties)
    return found


def assessments_of(own: Sequence[Account]) -> dict[str, records.Assessment]:
    """What is believed now of each of the platform's own accounts, by reference; nothing of it is kept.

    An account of which nothing is said has none.
    """
    return {name: assessment for name, (assessment, _ties) in _found(own).items()}


@transaction.atomic
def _withdraw(account: Account) -> None:
    """Withdraw what was proposed about an account of which nothing is said any more (its posts were erased)."""
    case = Case.objects.filter(account=account).first()
    if case is not None:
        replace_proposals(locked(case))
        _keep_ties(case, [])


@transaction.atomic(savepoint=False)
def open_case(account: Account) -> Case:
    """The account's case, opened if there was none."""
    case, opened = Case.objects.get_or_create(account=account, defaults={"opened_at": now()})
    if opened:
        append(Event.CASE_OPENED, subject=case)
        case_opened.send(Case, case=case)
    return case


@transaction.atomic
def record_assessment(
    account: Account,
    assessment: records.Assessment,
    version: RulebookVersion,
    book: Rulebook,
    *,
    ties: Sequence[Together] = (),
) -> Case:
    """Open the account's case if need be, keep the assessment if it is new, and do what the rulebook requires.

    ties: which of those who accuse the account may belong together, kept for those who review.
    """
    case = locked(open_case(account))
    _keep_ties(case, ties)
    latest = case.assessments.first()
    snapshot = msgspec.to_builtins(assessment)
    if latest is None or latest.assessment != snapshot:
        latest = AssessmentRecord.objects.create(
            case=case,
            made_at=now(),
            assessment=snapshot,
            credibility=assessment.credibility,
            independent_sources=assessment.independent_sources,
            coordination=assessment.coordination,
            severity=assessment.severity,
        )
        append(
            Event.CASE_ASSESSED,
            subject=case,
            content={
                "assessment": latest.pk,
                "credibility": assessment.credibility,
                "independent_sources": assessment.independent_sources,
                "coordination": assessment.coordination,
                "severity": assessment.severity,
            },
        )
        if case.state in (State.OPENED, State.CLOSED):
            move(case, Move.ASSESS if case.state == State.OPENED else Move.REOPEN, State.ASSESSED)
        case_assessed.send(Case, case=case, record=latest)
    if case.state != State.CLOSED:
        _settle(_Ground(case, latest, version, book), assessment)
    return case


def _keep_ties(case: Case, ties: Sequence[Together]) -> None:
    if ties:
        groups = {"found_at": now(), "groups": msgspec.to_builtins(ties)}
        Independence.objects.update_or_create(case=case, defaults=groups)
    else:
        Independence.objects.filter(case=case).delete()


logger = logging.getLogger("rempart.casework")


class _Ground(NamedTuple):
    """What a decision rests on."""

    case: Case
    record: AssessmentRecord
    version: RulebookVersion
    book: Rulebook


def _settle(ground: _Ground, assessment: records.Assessment) -> None:
    """Take what is automatic, propose what needs approval, withdraw a proposal that no longer stands."""
    case, book = ground.case, ground.book
    adult = case.account.held_to_be_adult
    spent = articles_spent(case) | answered_articles(case, ground.version)
    try:
        matched = [book.article(name) for name in book.judge(assessment).articles if name not in spent]
    except EvaluationFailed:
        # An article that cannot be evaluated is no match and no answer: a person has to look at the rulebook.
        logger.exception("case %s cannot be judged under %s", case.pk, ground.version)
        return
    automatic = [one for one in matched if one.approval == "automatic" and one.mode == "preventive"] if adult else []
    standing = list(case.decisions.to_come_or_in_force().prefetch_related("measures"))
    # A renewal that waits for its second approval goes on from what lapsed: nothing else takes that place meanwhile.
    renewing = case.decisions.filter(state=Decision.State.PROPOSED, renews__isnull=False).exists()
    if automatic and not standing and not renewing:
        decision = _make(ground, automatic, judge(automatic, adult=adult), waits=False)
        try:
            with transaction.atomic():
                standing = [take(decision)]
        except LimitReached:
            decision.delete()
    _propose(ground, matched, standing)


def _propose(ground: _Ground, matched: Sequence[Article], standing: Sequence[Decision]) -> None:
    case = ground.case
    adult = case.account.held_to_be_adult
    waiting = case.decisions.filter(state=Decision.State.PROPOSED).first()
    if waiting is not None and waiting.proposed_by_id is not None:
        return
    # What is in force stays part of what takes it over: a new testimony never loosens a measure by itself.
    kept = {name for decision in standing if decision.mode == Decision.Mode.PREVENTIVE for name in decision.articles}
    known = {article.id for article in matched}
    articles = [article for article in ground.book.articles if article.id in kept | known]
    judgement = _with_people(articles, judge(articles, adult=adult), adult=adult)
    wanted = bool(known - kept) and _adds(judgement, standing) and not _declined(ground, judgement)
    if not wanted and judgement.final_pending:
        # A final article is met beside preventive ones that stand: what it asks for is then proposed by itself.
        articles = [article for article in matched if article.mode == "final"]
        judgement = judge(articles, adult=adult)
        wanted = _adds(judgement, standing) and not _declined(ground, judgement)
    if waiting is not None:
        if wanted and _same(waiting, judgement):
            return
        replace_proposals(case)
    if wanted:
        decision = _make(ground, articles, judgement)
        if case.state == State.DECIDED:
            move(case, Move.INQUIRE, State.INQUIRY)
        append(
            Event.DECISION_PROPOSED,
            subject=decision,
            content={
                "mode": judgement.mode,
                "articles": judgement.articles,
                "measures": judgement.measures,
                "approval": decision.approval,
                "rulebook": ground.version.digest,
            },
        )


def _with_people(articles: Sequence[Article], judgement: Judgement, *, adult: bool) -> Judgement:
    """The judgement of articles that people will approve: what they approve lasts as long as what only people may take.

    The short time that automatic articles have is the time until a person looks, and here a person does.
    """
    reviewed = [article for article in articles if article.approval != "automatic"]
    if not reviewed or len(reviewed) == len(articles):
        return judgement
    by_people = judge(reviewed, adult=adult)
    return msgspec.structs.replace(judgement, lasts=by_people.lasts, review_within=by_people.review_within)


def _adds(judgement: Judgement, standing: Sequence[Decision]) -> bool:
    """Whether a judgement restricts more than what stands, rests on facts established since, or on an approval."""
    for decision in standing:
        if judgement.mode == Decision.Mode.FINAL and decision.mode == Decision.Mode.PREVENTIVE:
            continue
        left = {measure.measure for measure in decision.measures.all() if measure.lifted_at is None}
        if left.issuperset(judgement.measures) and decision.approval != "automatic":
            return False
        if left.issuperset(judgement.measures) and judgement.approval == "automatic":
            return False
    return bool(judgement.measures)


def _same(waiting: Decision, judgement: Judgement) -> bool:
    """Whether a proposal says what the judgement says."""
    return (
        waiting.articles == list(judgement.articles)
        and waiting.mode == judgement.mode
        and (waiting.approval == judgement.approval or waiting.four_eyes)
        and {measure.measure for measure in waiting.measures.all()} == set(judgement.measures)
    )


def _declined(ground: _Ground, judgement: Judgement) -> bool:
    """Whether a reviewer declined the same, no complaint against that was upheld, and nobody has spoken since."""
    declined = ground.case.decisions.filter(state=Decision.State.DECLINED).select_related("assessment")
    declined = declined.exclude(appeals__state="upheld")
    last = declined.order_by("-declined_at").first()
    return (
        last is not None
        and set(last.articles) >= set(judgement.articles)
        and _voices(last.assessment) >= _voices(ground.record)
    )


def _voices(record: AssessmentRecord) -> int:
    return int(record.assessment["testimonies"]) + int(record.assessment["relays"])


def articles_spent(case: Case) -> set[str]:
    """Articles that never fire by themselves again on this case: their measure lapsed, or a person lifted it."""
    spent: set[str] = set()
    for decision in case.decisions.filter(state=Decision.State.TAKEN).prefetch_related("measures"):
        if decision.lapsed:
            spent |= set(decision.articles)
        for measure in decision.measures.all():
            if measure.lifted_at is not None:
                spent |= set(measure.articles)
    return spent


def _make(ground: _Ground, articles: Sequence[Article], judgement: Judgement, *, waits: bool = True) -> Decision:
    """A decision to be approved; without `waits`, one that is taken in a moment and stands in no proposal's way."""
    moment = now()
    decision = Decision.objects.create(
        case=ground.case,
        assessment=ground.record,
        rulebook=ground.version,
        mode=judgement.mode,
        articles=list(judgement.articles),
        reasons={},
        approval=judgement.approval,
        lasts=judgement.lasts,
        review_within=judgement.review_within,
        state=Decision.State.PROPOSED if waits else Decision.State.REPLACED,
        proposed_at=moment,
    )
    decision.reasons = words(decision, begins=moment)
    decision.four_eyes = why_two(ground.case, decision)
    if decision.four_eyes:
        decision.approval = "two_reviewers"
    decision.save(update_fields=["reasons", "four_eyes", "approval"])
    MeasureTaken.objects.bulk_create(
        MeasureTaken(decision=decision, measure=measure, articles=names)
        for measure, names in _resting(articles, judgement, adult=ground.case.account.held_to_be_adult).items()
    )
    return decision


def _resting(articles: Sequence[Article], judgement: Judgement, *, adult: bool) -> dict[str, list[str]]:
    """For each measure, the articles that ask for it; those that a heavier one answers count as the heaviest's."""
    heaviest = judgement.measures[-1]
    resting: dict[str, list[str]] = {measure: [] for measure in judgement.measures}
    for article in articles:
        asked = measure_for(article, adult=adult)
        resting[asked if asked in resting else heaviest].append(article.id)
    return resting
