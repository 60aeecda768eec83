"""How a new version of the rulebook comes into force: drafted, run in the shadow, approved by a second person, dated.

Nobody puts a rule into force alone, nor without having been shown what it would have changed: the effect is computed by
replay over the newest waves, against the version in force. What was decided before stays under its own version.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import transaction

from rempart.casework import tasks
from rempart.casework.errors import (
    AlreadyKept,
    EffectNotShown,
    NotAllowed,
    NotDrafted,
    PastDate,
    SecondPersonNeeded,
)
from rempart.casework.models import AssessmentRecord, Case, RulebookVersion, ShadowJudgement
from rempart.casework.services.guards import given_reason
from rempart.casework.services.rulebooks import book_of, digest_of, rulebook_in_force
from rempart.intake.models import Wave
from rempart.intake.ours import is_ours
from rempart.intake.selectors import accounts_of, facts_of, records_about
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records import Assessment
from rempart.replay.forward import Course, run
from rempart.rulebook import EvaluationFailed, parse
from rempart.staff.models import StaffMember
from rempart.staff.roles import Permission

WAVES_REPLAYED = 5
MOST_DIFFERENCES = 200


@transaction.atomic
def draft_rulebook(text: str, *, acting: StaffMember, reason: str) -> RulebookVersion:
    """Keep a new version as a draft. It decides nothing.

    Raises NotAllowed, ReasonMissing, RulebookErrors (every problem with its line and column, words that no preventive
    article may say among them), and AlreadyKept for a text that is kept, or for a name and version date that another
    text has.
    """
    _ensure_may_set_policy(acting)
    reason = given_reason(reason)
    book = parse(text, file="rulebook.yaml")
    if book.use != "live":
        raise NotDrafted
    same = RulebookVersion.objects.filter(name=book.name, version=book.version, withdrawn_at=None)
    if same.exists() or RulebookVersion.objects.filter(digest=digest_of(text)).exists():
        raise AlreadyKept
    draft = RulebookVersion.objects.create(
        name=book.name,
        version=book.version,
        text=text,
        digest=digest_of(text),
        stored_at=now(),
        drafted_at=now(),
        drafted_by=acting,
        drafted_because=reason,
    )
    append(
        Event.RULEBOOK_DRAFTED,
        subject=draft,
        acting=acting,
        content={"name": book.name, "version": book.version, "sha256": draft.digest, "reason": reason},
    )
    return draft


@transaction.atomic
def begin_shadow(version: RulebookVersion, *, acting: StaffMember) -> RulebookVersion:
    """Let a draft judge all cases beside the version in force; ask for its effect. Raises NotAllowed, NotDrafted."""
    _ensure_may_set_policy(acting)
    version = _locked(version)
    if version.stage != RulebookVersion.Stage.DRAFT:
        raise NotDrafted
    version.shadow_from, version.shadow_by = now(), acting
    version.save(update_fields=["shadow_from", "shadow_by"])
    append(Event.RULEBOOK_IN_SHADOW, subject=version, acting=acting)
    tasks.defer_effect(version.pk)
    return version


@transaction.atomic
def ask_effect(version: RulebookVersion, *, acting: StaffMember) -> None:
    """Ask for the effect of a version in the shadow again. Raises NotAllowed, NotDrafted."""
    _ensure_may_set_policy(acting)
    if _locked(version).stage != RulebookVersion.Stage.SHADOW:
        raise NotDrafted
    tasks.defer_effect(version.pk)


def compute_effect(version: RulebookVersion) -> RulebookVersion:
    """Replay the newest waves under the version in force and under this one, and keep what differs.

    `effect`: `against` (digest of the version in force), `rows` (one a wave: its outcome under each), `differences`
    (accounts, by row number, that one restricts otherwise than the other: at most 200) and `different` (how many).
    """
    in_force, live = rulebook_in_force()
    book = book_of(version)
    rows: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    for wave in Wave.objects.order_by("-opened_at")[:WAVES_REPLAYED]:
        own = [one for one in accounts_of(wave) if is_ours(one.reference)]
        facts = {str(account.reference): facts_of(account) for account in own}
        replayed = run(records_about(own), [live, book], accounts=facts)
        before, after = msgspec.to_builtins(replayed.outcomes())
        rows.append({"wave": wave.pk, "hashtag": wave.hashtag, "before": before, "after": after})
        numbers = {str(account.reference): account.pk for account in own}
        differences += _differences(*replayed.courses, numbers=numbers)
    effect = {
        "against": in_force.digest,
        "rows": rows,
        "differences": differences[:MOST_DIFFERENCES],
        "different": len(differences),
    }
    with transaction.atomic():
        version = _locked(version)
        if version.stage == RulebookVersion.Stage.SHADOW:
            version.effect, version.effect_at = effect, now()
            version.save(update_fields=["effect", "effect_at"])
            append(
                Event.RULEBOOK_EFFECT_SHOWN,
                subject=version,
                content={"against": in_force.digest, "different": len(differences)},
            )
    return version


@transaction.atomic
def approve_version(
    version: RulebookVersion, *, acting: StaffMember, reason: str, from_: datetime | None = None
) -> RulebookVersion:
    """Put a version in force from a date (now by default), by another person than the one who drafted it.

    Raises NotAllowed, ReasonMissing, NotDrafted (it is not in the shadow), SecondPersonNeeded, PastDate, and
    EffectNotShown when its effect was not computed against the version that is in force.
    """
    _ensure_may_set_policy(acting)
    reason = given_reason(reason)
    version = _locked(version)
    if version.stage != RulebookVersion.Stage.SHADOW:
        raise NotDrafted
    if acting.pk == version.drafted_by_id:
        raise SecondPersonNeeded
    in_force, _live = rulebook_in_force()
    if version.effect is None or version.effect["against"] != in_force.digest:
        raise EffectNotShown
    moment = now()
    begins = from_ or moment
    if begins < moment:
        raise PastDate
    version.approved_at, version.approved_by, version.approved_because = moment, acting, reason
    version.in_force_from = begins
    version.save(update_fields=["approved_at", "approved_by", "approved_because", "in_force_from"])
    append(
        Event.RULEBOOK_IN_FORCE,
        subject=version,
        acting=acting,
        content={"from": begins, "reason": reason, "sha256": version.digest},
        effective_at=begins,
    )
    return version


@transaction.atomic
def withdraw_version(version: RulebookVersion, *, acting: StaffMember, reason: str) -> RulebookVersion:
    """Withdraw a draft, a version in the shadow, or one that was approved and is not in force yet.

    Raises NotAllowed, ReasonMissing, NotDrafted.
    """
    _ensure_may_set_policy(acting)
    reason = given_reason(reason)
    version = _locked(version)
    stages = RulebookVersion.Stage
    if version.stage not in {stages.DRAFT, stages.SHADOW, stages.COMING}:
        raise NotDrafted
    version.in_force_from = None
    version.withdrawn_at, version.withdrawn_by, version.withdrawn_because = now(), acting, reason
    version.save(update_fields=["in_force_from", "withdrawn_at", "withdrawn_by", "withdrawn_because"])
    append(Event.RULEBOOK_WITHDRAWN, subject=version, acting=acting, content={"reason": reason})
    return version


def judge_in_shadow(case: Case, record: AssessmentRecord) -> None:
    """Note what every version in the shadow makes of an assessment, within the transaction that keeps it."""
    versions = list(RulebookVersion.objects.filter(in_force_from=None, withdrawn_at=None).exclude(shadow_from=None))
    if not versions:
        return
    assessment = msgspec.convert(record.assessment, Assessment)
    _version, live = rulebook_in_force()
    for version in versions:
        try:
            measures = list(book_of(version).judge(assessment).measures)
            in_force = list(live.judge(assessment).measures)
        except EvaluationFailed:
            continue  # the effect shows it as a failure of the replay
        ShadowJudgement.objects.update_or_create(
            version=version,
            case=case,
            defaults={"judged_at": now(), "measures": measures, "measures_in_force": in_force},
        )


def _differences(before: Course, after: Course, *, numbers: Mapping[str, int]) -> Sequence[dict[str, Any]]:
    """The accounts, by their row number, on which two courses of a wave did not come to the same measures."""
    found = []
    for account in {**before.standings, **after.standings}:
        measures = [
            sorted({name for action in course.standings[account].actions for name in action.measures})
            if account in course.standings
            else []
            for course in (before, after)
        ]
        if measures[0] != measures[1]:
            found.append({"account": numbers.get(str(account.about)), "before": measures[0], "after": measures[1]})
    return found


def _ensure_may_set_policy(acting: StaffMember) -> None:
    if not acting.may(Permission.SET_POLICY):
        raise NotAllowed


def _locked(version: RulebookVersion) -> RulebookVersion:
    return RulebookVersion.objects.select_for_update(of=("self",)).get(pk=version.pk)
