"""What pages read of cases, each in a number of queries that does not grow with its lines."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from rempart.casework.models import AssessmentRecord, Case, Decision, MeasureTaken, PlatformOrder, RulebookVersion
from rempart.casework.services import book_of, rulebook_in_force
from rempart.casework.states import State
from rempart.intake.models import Account, HourlyCount, Testimony, Wave
from rempart.intake.selectors import accounts_of
from rempart.ledger.clock import now
from rempart.records import Assessment
from rempart.rulebook import Article
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

BLIND_IN = 10
SOON = timedelta(days=3)
TESTIFYING = ("testimony", "relay")


def cases() -> "QuerySet[Case]":
    """Cases with all that says where they stand."""
    return Case.objects.select_related("account", "danger_by", "closed_by").prefetch_related("decisions__measures")


def queue(text: str = "", service: str = "", state: str = "") -> "QuerySet[Case]":
    """Cases whose handle holds `text`, on `service`, in `state` (of QueueForm), the most credible first."""
    latest = AssessmentRecord.objects.filter(case=OuterRef("pk")).order_by("-made_at", "-pk")
    found = cases().annotate(credibility=Subquery(latest.values("credibility")[:1])).exclude(credibility=None)
    if text := text.strip().removeprefix("@").lower():
        found = found.filter(account__handle__contains=text)
    if service:
        found = found.filter(account__service=service)
    if state == "waiting":
        found = found.filter(_waiting())
    elif state == "in_force":
        found = found.filter(_restrained())
    elif state == "none":
        standing = Decision.objects.to_come_or_in_force().filter(case=OuterRef("pk"))
        found = found.exclude(state=State.CLOSED).exclude(_waiting()).exclude(Exists(standing))
    elif state == "closed":
        found = found.filter(state=State.CLOSED)
    return found.order_by(F("credibility").desc(), "pk")


def _waiting() -> Exists:
    return Exists(Decision.objects.filter(case=OuterRef("pk"), state=Decision.State.PROPOSED))


def _restrained() -> Exists:
    measures = MeasureTaken.objects.in_force().filter(decision__case=OuterRef("pk"))
    return Exists(measures.exclude(measure="watch"))


def services_with_cases() -> list[str]:
    """The services that have at least one case."""
    return sorted(Case.objects.values_list("account__service", flat=True).distinct())


def latest_assessments(found: Iterable[Case]) -> dict[int, AssessmentRecord]:
    """For each case that has one, its latest assessment; one query."""
    records = AssessmentRecord.objects.filter(case__in=[case.pk for case in found])
    return {one.case_id: one for one in records.order_by("case_id", "-made_at", "-pk").distinct("case_id")}


def assessment_of(record: AssessmentRecord) -> Assessment:
    """A kept assessment as the contract's record."""
    return msgspec.convert(record.assessment, Assessment)


def testimonies_of(case: Case) -> list[Testimony]:
    """All that was said of the account, oldest first, with the posts it came from."""
    return list(case.account.testimonies.select_related("post").order_by("received_at", "uid"))


def decisions_of(case: Case) -> "QuerySet[Decision]":
    """What was decided on a case, with everybody who had a part in it."""
    people = ("approved_by", "seconded_by", "declined_by", "confirmed_by", "rulebook")
    return case.decisions.select_related(*people).prefetch_related("measures__lifted_by")


def articles_matched(case: Case, assessment: Assessment) -> tuple[list[Article], RulebookVersion]:
    """The articles that speak of a case: those its present decisions rest on, else those that match today."""
    present = [
        one for one in case.decisions.all() if one.in_force or one.to_come or one.state == Decision.State.PROPOSED
    ]
    if present:
        version = RulebookVersion.objects.get(pk=present[0].rulebook_id)
        names = {name for one in present for name in one.articles}
        return [article for article in book_of(version).articles if article.id in names], version
    version, book = rulebook_in_force()
    matched = book.judge(assessment).articles
    return [article for article in book.articles if article.id in matched], version


def is_drawn(case: Case) -> bool:
    """Whether the case is one of those judged without the score: one in BLIND_IN, by its number, the same for all."""
    return int(hashlib.sha256(b"blind:%d" % case.pk).hexdigest(), 16) % BLIND_IN == 0


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


def open_cases() -> int:
    """How many cases are not closed."""
    return Case.objects.exclude(state=State.CLOSED).count()


def waiting_for_approval() -> "QuerySet[Decision]":
    """Decisions that wait for somebody's approval, the oldest first."""
    return _with_cases(Decision.objects.filter(state=Decision.State.PROPOSED)).order_by("proposed_at", "pk")


def to_review() -> "QuerySet[Decision]":
    """Preventive decisions in force that nobody has reviewed yet, by the date by which somebody must."""
    found = Decision.objects.in_force().filter(mode=Decision.Mode.PREVENTIVE, confirmed_at=None)
    return _with_cases(found).order_by("review_due", "pk")


def ending_soon() -> "QuerySet[Decision]":
    """Reviewed decisions that end within three days."""
    found = Decision.objects.in_force().exclude(confirmed_at=None).filter(real_end__lte=now() + SOON)
    return _with_cases(found).order_by("real_end", "pk")


def _with_cases(found: "QuerySet[Decision]") -> "QuerySet[Decision]":
    return found.select_related("case__account").prefetch_related("measures")


def due_count() -> int:
    """How many decisions wait for an approval or for a review."""
    return waiting_for_approval().count() + to_review().count()


def wave_of(case: Case) -> Wave | None:
    """The newest wave whose posts speak of the account."""
    return Wave.objects.filter(posts__testimonies__account=case.account_id).order_by("-opened_at").first()


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
    return queue().filter(account__in=accounts_of(wave).values("pk"))


def left_aside(wave: Wave) -> int:
    """How many accused accounts have no case: they are not on the platform."""
    return accused_in(wave).filter(case=None).count()


def orders_waiting(case: Case) -> int:
    """How many orders to the platform are due on a case and were not carried out."""
    return PlatformOrder.objects.filter(measure__decision__case=case, carried_out_at=None, due_at__lte=now()).count()
