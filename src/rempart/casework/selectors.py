"""What pages read of cases, each in a number of queries that does not grow with its lines."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import JSONObject

from rempart.casework import search
from rempart.casework.keyset import counted_together
from rempart.casework.links import counted_with
from rempart.casework.models import (
    AccountLink,
    Appeal,
    AssessmentRecord,
    Case,
    Claim,
    Complainant,
    ConflictOfInterest,
    DataRequest,
    Decision,
    DisclosedFact,
    Escalation,
    HeldSum,
    Independence,
    LegalHold,
    MeasureTaken,
    Mention,
    PlatformOrder,
    Reconsideration,
    Referral,
    RulebookVersion,
    SecondReview,
    ServiceNotice,
    ThreatDecision,
)
from rempart.casework.priority import Waiting
from rempart.casework.services import book_of, rulebook_in_force
from rempart.casework.services.desk import is_drawn, questions_of, waiting_of
from rempart.casework.states import State
from rempart.corroboration import Together
from rempart.intake.models import Account, HourlyCount, Testimony, Wave
from rempart.intake.selectors import accounts_of
from rempart.ledger.clock import now
from rempart.records import Assessment
from rempart.rulebook import Article
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

MOST_READ = 600
SOON = timedelta(days=3)
TESTIFYING = ("testimony", "relay")


def cases() -> "QuerySet[Case]":
    """Cases with all that says where they stand."""
    return Case.objects.select_related("account", "danger_by", "closed_by").prefetch_related("decisions__measures")


def whole_cases(member: StaffMember) -> "QuerySet[Case]":
    """Cases with all that their page says of them: everybody who had a part, who works on it, what ties testimonies.

    `wave`: the newest one whose posts speak of the account, as its `pk` and `hashtag`, or None. `has`: of what most
    cases lack, whether this one has it, so that its page asks for nothing in vain. `kept_out`: whether this member
    declared a conflict of interest. `blind`: the number of the second review by which they judge it without having seen
    it, if there is one.
    """
    people = ("account", "danger_by", "closed_by", "claim__member")
    beside = ("independence", "last_act", "respondent_side__conversation")
    spoken_of = Wave.objects.filter(posts__testimonies__account=OuterRef("account")).order_by("-opened_at")
    rare = {
        "threats": ThreatDecision.objects.all(),
        "referrals": Referral.objects.all(),
        "holds": LegalHold.objects.standing(),
        "facts": DisclosedFact.objects.all(),
        "sums": HeldSum.objects.all(),
        "requests": DataRequest.objects.filter(answered_at=None),
        "complainants": Complainant.objects.all(),
        "somebody_to_ask": Complainant.objects.filter(withdrawn_at=None),
        "reconsiderations": Reconsideration.objects.filter(state=Reconsideration.State.WAITS),
        "escalations": Escalation.objects.all(),
    }
    there = {name: Exists(things.filter(case=OuterRef("pk"))) for name, things in rare.items()}
    instead = PlatformOrder.objects.filter(measure__decision__case=OuterRef("pk"), carried_out_at=None)
    there["approximations"] = Exists(instead.exclude(approximated_as=""))
    theirs = AccountLink.objects.filter(Q(first=OuterRef("account")) | Q(second=OuterRef("account")))
    there["links"] = Exists(theirs)
    ties = AccountLink.objects.confirmed().filter(Q(first=OuterRef("account")) | Q(second=OuterRef("account")))
    there["ties"] = Exists(ties)
    there["mentions"] = Exists(Mention.objects.filter(note__case=OuterRef("pk"), member=member, seen_at=None))
    return Case.objects.select_related(*people, *beside).annotate(
        wave=Subquery(spoken_of.values(found=JSONObject(pk="pk", hashtag="hashtag"))[:1]),
        has=JSONObject(**there),
        kept_out=Exists(ConflictOfInterest.objects.filter(case=OuterRef("pk"), member=member)),
        blind=blind_review(member),
    )


def with_decisions(cases: Sequence[Case]) -> None:
    """Fetch the decisions of cases with their measures and everybody who had a part, in two queries for all of them."""
    people = ("approved_by", "seconded_by", "declined_by", "confirmed_by", "rulebook", "assessment")
    measures = Prefetch("measures", MeasureTaken.objects.select_related("lifted_by"))
    decisions = Decision.objects.select_related(*people).prefetch_related(measures)
    prefetch_related_objects(cases, Prefetch("decisions", decisions))


def queue(text: str = "", service: str = "", state: str = "", *, member: StaffMember | None = None) -> "QuerySet[Case]":
    """Cases whose handle holds `text`, on `service`, in `state` (of QueueForm), what waits worst first (see priority).

    member: who asks: cases that they judge again without having seen them are left out.
    """
    found = cases().exclude(state=State.OPENED).order_by("-queue_order", "-pk")
    if state not in ("closed", "all"):
        found = found.exclude(state=State.CLOSED)
    if text := text.strip().removeprefix("@"):
        found = found.filter(pk__in=search.by_handle(text).values("case"))
    if service:
        found = found.filter(account__service=service)
    if state == "waiting":
        found = found.filter(_waiting())
    elif state == "in_force":
        found = found.filter(_restrained())
    elif state == "none":
        standing = Decision.objects.to_come_or_in_force().filter(case=OuterRef("pk"))
        found = found.exclude(_waiting()).exclude(Exists(standing))
    elif state in ("appealed", "closed"):
        found = found.filter(state=state)
    elif state == "mine" and member is not None:
        found = found.filter(claim__member=member, claim__expires_at__gt=now())
    return found.exclude(blind_for(member)) if member is not None else found


def blind_for(member: StaffMember) -> Exists:
    """Whether a case is one that somebody is to judge again without seeing what was judged before."""
    return Exists(_blind_reviews(member))


def blind_review(member: StaffMember) -> Subquery:
    """The number of that second review, if there is one."""
    return Subquery(_blind_reviews(member).values("pk")[:1])


def _blind_reviews(member: StaffMember) -> "QuerySet[SecondReview]":
    return SecondReview.objects.filter(case=OuterRef("pk"), reviewer=member, judged_at=None)


def _waiting() -> Exists:
    return Exists(Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.PROPOSED))


def _restrained() -> Exists:
    measures = MeasureTaken.objects.in_force().filter(decision__case=OuterRef("pk"))
    return Exists(measures.exclude(measure="watch"))


def latest_assessments(found: Iterable[Case]) -> dict[int, AssessmentRecord]:
    """For each case that has one, its latest assessment; one query."""
    records = AssessmentRecord.objects.filter(case__in=[case.pk for case in found])
    return {one.case_id: one for one in records.order_by("case_id", "-made_at", "-pk").distinct("case_id")}


def assessment_of(record: AssessmentRecord) -> Assessment:
    """A kept assessment as the contract's record."""
    return msgspec.convert(record.assessment, Assessment)


def first_said(case: Case, *, until: datetime | None = None) -> list[Testimony]:
    """What counts in a case (up to a moment), oldest first, with its posts: the first MOST_READ of it."""
    linked = getattr(case, "has", {}).get("ties", True)  # known for cases of `whole_cases`
    accounts = counted_with(case.account_id) if linked else [case.account_id]
    said = Testimony.objects.filter(account__in=accounts).select_related("post")
    said = said.order_by("received_at", "uid")
    return list((said if until is None else said.filter(received_at__lte=until))[:MOST_READ])


def ties_of(case: Case) -> list[Together]:
    """Which of those who accuse the account may belong together, as last found."""
    found: Independence | None = getattr(case, "independence", None)
    return msgspec.convert(found.groups, list[Together]) if found else []


def places_of(cases: Iterable[Case], latest: Mapping[int, AssessmentRecord]) -> dict[int, Waiting]:
    """What places each case in the queue."""
    shown = [case for case in cases if case.pk in latest]
    questions = questions_of(shown)
    return {case.pk: waiting_of(case, latest[case.pk], questions[case.pk]) for case in shown}


def holders_of(cases: Iterable[Case]) -> dict[int, StaffMember]:
    """Who works now on each of these cases, where somebody does."""
    held = Claim.objects.filter(case__in=[case.pk for case in cases], expires_at__gt=now()).select_related("member")
    return {claim.case_id: claim.member for claim in held}


def history_of(account: Account) -> "QuerySet[Decision]":
    """What counts when an account is looked at again: decisions that held, but those that people lifted.

    A preventive one among them says that there was a precaution, not that anything was established.
    """
    held = MeasureTaken.objects.filter(decision=OuterRef("pk"), lifted_at=None)
    return Decision.objects.filter(Exists(held), case__account=account, state=Decision.State.TAKEN)


def articles_matched(case: Case, assessment: Assessment) -> tuple[list[Article], RulebookVersion]:
    """The articles that speak of a case: those its present decisions rest on, else those that match today."""
    present = [
        one for one in case.decisions.all() if one.in_force or one.to_come or one.state == Decision.State.PROPOSED
    ]
    if present:
        version = present[0].rulebook
        names = {name for one in present for name in one.articles}
        return [article for article in book_of(version).articles if article.id in names], version
    version, book = rulebook_in_force()
    matched = book.judge(assessment).articles
    return [article for article in book.articles if article.id in matched], version


def score_is_hidden(case: Case, member: StaffMember) -> bool:
    """Whether the score is kept from this reviewer until they have judged: in a tenth of the cases.

    It shows once they approved, declined, confirmed or lifted something, or when there is nothing to judge.
    """
    if not member.may(Permission.REVIEW) or not is_drawn(case):
        return False
    decisions = case.decisions.all()
    mine = any(
        member.pk in (one.approved_by_id, one.seconded_by_id, one.declined_by_id, one.confirmed_by_id)
        or any(measure.lifted_by_id == member.pk for measure in one.measures.all())
        for one in decisions
    )
    to_judge = any(one.state == Decision.State.PROPOSED or (one.in_force and not one.confirmed_at) for one in decisions)
    return to_judge and not mine


def waiting_for_approval() -> "QuerySet[Decision]":
    """Decisions that wait for somebody's approval, the oldest first."""
    return _with_cases(Decision.objects.filter(state=Decision.State.PROPOSED)).order_by("proposed_at", "pk")


def links_to_confirm() -> "QuerySet[AccountLink]":
    """Accounts elsewhere that one member proposed as the same person's, for another to confirm, the oldest first."""
    found = AccountLink.objects.to_confirm().select_related("first__case", "second__case")
    return found.order_by("proposed_at", "pk")


def notices_to_look_at() -> "QuerySet[ServiceNotice]":
    """Notices to other services that wait for an approval, or that did not arrive, the oldest first."""
    waiting = [ServiceNotice.State.AGREED, ServiceNotice.State.FAILED]
    return ServiceNotice.objects.filter(state__in=waiting).order_by("agreed_at", "pk")


def to_review() -> "QuerySet[Decision]":
    """Preventive decisions in force that nobody has reviewed yet, by the date by which somebody must."""
    return _with_cases(_unreviewed()).order_by("review_due", "pk")


def _unreviewed() -> "QuerySet[Decision]":
    return Decision.objects.in_force().filter(mode=Decision.Mode.PREVENTIVE, confirmed_at=None)


def ending_soon() -> "QuerySet[Decision]":
    """Reviewed decisions that end within three days."""
    found = Decision.objects.in_force().exclude(confirmed_at=None).filter(real_end__lte=now() + SOON)
    return _with_cases(found).order_by("real_end", "pk")


def _with_cases(found: "QuerySet[Decision]") -> "QuerySet[Decision]":
    return found.select_related("case__account").prefetch_related("measures")


def menu_counts(member: StaffMember, elsewhere: Mapping[str, "Mapping[str, QuerySet[Any]]"]) -> dict[str, int]:
    """What stands beside the pages of the menu: counted as far as keyset.MOST, all in one query.

    Open cases, what waits for an approval, a second person, a review or another look, appeals, questions of Art. 18,
    notices to other services that wait for an approval or did not arrive, notes that call this person, and what waits
    on pages of other rooms (`elsewhere`: sets by their names, by the page's name).
    """
    waiting = Decision.objects.filter(state=Decision.State.PROPOSED)
    found = counted_together(
        cases=Case.objects.exclude(state=State.CLOSED),
        approvals=waiting,
        reviews=_unreviewed(),
        again=Reconsideration.objects.filter(state=Reconsideration.State.WAITS),
        appeals=Appeal.objects.filter(state=Appeal.State.FILED),
        authorities=ThreatDecision.objects.filter(decided_at=None),
        links=AccountLink.objects.to_confirm(),
        notices=notices_to_look_at(),
        desk=Mention.objects.filter(member=member, seen_at=None),
        **{f"{page} {name}": one for page, sets in elsewhere.items() for name, one in sets.items()},
    )
    found["due"] = found["approvals"] + found["reviews"] + found["again"] + found["links"]
    return found | {page: sum(found[f"{page} {name}"] for name in sets) for page, sets in elsewhere.items()}


def waves(**which: int) -> Sequence[Wave]:
    """Every wave (or those with `pk`), with how many posts, testimonies, accused and restrained accounts it has."""
    testifying = Q(wavepost__post__stance__in=TESTIFYING)
    found = list(
        Wave.objects.filter(**which).annotate(
            posts_kept=Count("wavepost", distinct=True),
            testimonies_kept=Count("wavepost", distinct=True, filter=testifying),
        )
    )
    posts, testimonies = Counter[int](), Counter[int]()
    counted = HourlyCount.objects.filter(wave__in=found).values_list("wave", "posts", "testimonies")
    for wave, more, of_which in counted:
        posts[wave] += more
        testimonies[wave] += of_which
    for one in found:
        one.posts_received = one.posts_kept + posts[one.pk]
        one.testimonies_received = one.testimonies_kept + testimonies[one.pk]
        one.accused = accused_in(one).count()
        one.restrained = cases_of(one).filter(_restrained()).count()
    return found


def accused_in(wave: Wave) -> "QuerySet[Account]":
    """The accounts that at least one testimony or relay accuses and that the wave speaks of."""
    return accounts_of(wave).filter(testimonies__stance__in=TESTIFYING).distinct()


def cases_of(wave: Wave) -> "QuerySet[Case]":
    """The cases of the accounts that a wave speaks of, the most credible first."""
    latest = AssessmentRecord.objects.filter(case=OuterRef("pk")).order_by("-made_at", "-pk")
    found = cases().annotate(credibility=Subquery(latest.values("credibility")[:1])).exclude(credibility=None)
    return found.filter(account__in=accounts_of(wave).values("pk")).order_by(F("credibility").desc(), "pk")


def left_aside(wave: Wave) -> int:
    """How many accused accounts have no case: they are not on the platform."""
    return accused_in(wave).filter(case=None).count()
