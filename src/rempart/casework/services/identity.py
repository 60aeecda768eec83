"""Linking accounts of one person across services: noted, proposed on named evidence, confirmed by another, withdrawn.

What is said of a linked account counts only while the link is confirmed. An equal handle elsewhere is no link at any
degree: nothing here compares handles.
"""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from rempart.casework import signals, tasks
from rempart.casework.complainants.words import message
from rempart.casework.errors import EvidenceNotNamed, LinkNotWaiting, ProposedByYou, SameService
from rempart.casework.links import counted_with
from rempart.casework.models import AccountLink, Case, Decision
from rempart.casework.services.appealing import waiting_in, withdraw_appeal
from rempart.casework.services.complainants import admit
from rempart.casework.services.guards import ensure_may_act, given_reason, locked
from rempart.casework.services.reconsidering import look_again
from rempart.correspondence.models import Message
from rempart.correspondence.services import say
from rempart.intake.accounts import AccountBook
from rempart.intake.models import Account, Report, Testimony
from rempart.intake.ours import is_ours
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records import AccountReference
from rempart.staff.models import StaffMember

ENOUGH_TO_NAME = 2
"""How many people have to name both accounts together before the software notes it for a person to look at."""


@transaction.atomic
def note_declared(case: Case, other: AccountReference, *, said: str, acting: StaffMember) -> AccountLink:
    """Note that the person of a case themselves says that an account elsewhere is theirs.

    said: where and in which words (their profile here, their conversation with us).
    Raises NotAllowed, Excluded, ClaimedByAnother, SameService, EvidenceNotNamed.
    """
    ensure_may_act(locked(case), acting)
    if not (said := said.strip()):
        raise EvidenceNotNamed
    link, is_new = _link(case.account, other, AccountLink.Degree.DECLARED, said=said, acting=acting)
    if not is_new and link.degree == AccountLink.Degree.NAMED:
        link.degree, link.said, link.noted_by = AccountLink.Degree.DECLARED, said, acting
        link.save(update_fields=["degree", "said", "noted_by"])
        append(Event.IDENTITY_NOTED, subject=link, acting=acting, content=_content(link))
    return link


@transaction.atomic
def propose_link(case: Case, other: AccountReference, *, evidence: str, acting: StaffMember) -> AccountLink:
    """Propose that an account elsewhere be held for the same person's, on evidence that somebody else can look at.

    It counts for nothing until another member confirms it. Raises NotAllowed, Excluded, ClaimedByAnother, SameService,
    EvidenceNotNamed, LinkNotWaiting when it was proposed or confirmed already.
    """
    ensure_may_act(locked(case), acting)
    if not (evidence := evidence.strip()):
        raise EvidenceNotNamed
    link, _is_new = _link(case.account, other, AccountLink.Degree.NAMED, said="", acting=acting)
    if link.proposed_at is not None:
        raise LinkNotWaiting
    link.evidence, link.proposed_at, link.proposed_by = evidence, now(), acting
    link.save(update_fields=["evidence", "proposed_at", "proposed_by"])
    append(Event.IDENTITY_PROPOSED, subject=link, acting=acting, content=_content(link) | {"evidence": evidence})
    return link


@transaction.atomic
def confirm_link(link: AccountLink, *, acting: StaffMember) -> AccountLink:
    """Confirm a link that somebody else proposed; the cases of the platform's own accounts are assessed again.

    Whoever reported the other account joins the complainants, and is told that their word is looked at now.
    Raises NotAllowed, Excluded, ClaimedByAnother, ProposedByYou, LinkNotWaiting.
    """
    link, cases = _locked(link, acting)
    if not link.waits_for_a_second_person:
        raise LinkNotWaiting
    if link.proposed_by_id == acting.pk:
        raise ProposedByYou
    link.degree, link.confirmed_at, link.confirmed_by = AccountLink.Degree.CONFIRMED, now(), acting
    link.save(update_fields=["degree", "confirmed_at", "confirmed_by"])
    append(Event.IDENTITY_CONFIRMED, subject=link, acting=acting, content=_content(link))
    for case in cases:
        _join(case, link.second if link.first_id == case.account_id else link.first)
    _assess_again(link)
    return link


@transaction.atomic
def withdraw_link(link: AccountLink, *, reason: str, acting: StaffMember) -> AccountLink:
    """Withdraw a link at any degree, with a reason. One person is enough: it takes nothing from anybody.

    Where it was confirmed the cases are assessed again without it, decisions in force that rested on it have to be
    looked at again, and those who reported the other account alone hear no more of the case.
    Raises NotAllowed, Excluded, ClaimedByAnother, ReasonMissing, LinkNotWaiting when it was withdrawn already.
    """
    link, cases = _locked(link, acting)
    reason = given_reason(reason)
    if link.withdrawn_at is not None:
        raise LinkNotWaiting
    counted = link.degree == AccountLink.Degree.CONFIRMED
    link.withdrawn_at, link.withdrawn_by, link.withdrawn_because = now(), acting, reason
    link.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_because"])
    append(Event.IDENTITY_WITHDRAWN, subject=link, acting=acting, content=_content(link) | {"reason": reason})
    if counted:
        for case in cases:
            for decision in _resting_on(link, case):
                look_again(decision)
            _leave(case, counted_with(case.account_id))
        _assess_again(link)
    return link


def name_from_testimonies(case: Case) -> list[AccountLink]:
    """Note the accounts elsewhere that people name together with that of a case as one person's; for a person to judge.

    A post counts where it tells what happened to its author and accuses this account and one other, on another service,
    and nobody else. Two people at least have to name the same pair. A pair that was ever linked is left alone.
    """
    told = Testimony.objects.filter(stance=Testimony.Stance.TESTIMONY, post__isnull=False)
    here = told.filter(account=case.account_id).values("post")
    accused = told.filter(post__in=here).values("post").annotate(accused=Count("account", distinct=True))
    pairs = (
        told.filter(post__in=accused.filter(accused=2).values("post"))
        .exclude(account__service=case.account.service)
        .values("account")
        .annotate(people=Count("reporter", distinct=True))
        .filter(people__gte=ENOUGH_TO_NAME)
    )
    linked = _pairs_with(case.account).values_list("first", "second")
    known = {account for pair in linked for account in pair}
    named = []
    for other in Account.objects.filter(pk__in=pairs.values("account")).exclude(pk__in=known).order_by("pk"):
        try:
            with transaction.atomic():
                named.append(_create(case.account, other, AccountLink.Degree.NAMED, said="", acting=None))
        except IntegrityError:
            continue  # somebody noted the same pair at this very moment
    return named


def links_of(account: Account) -> "Iterable[AccountLink]":
    """Every link of an account, those that stand first, oldest first."""
    people = ("first", "second", "noted_by", "proposed_by", "confirmed_by", "withdrawn_by")
    return _pairs_with(account).select_related(*people).order_by(F("withdrawn_at").asc(nulls_first=True), "pk")


def connect() -> None:
    """Listen to assessments: what they rest on may name accounts elsewhere."""
    signals.case_assessed.connect(_assessed, dispatch_uid="casework.identity.assessed")


def _assessed(case: Case, **_kwargs: Any) -> None:
    name_from_testimonies(case)


def _pairs_with(account: Account) -> "Any":
    return AccountLink.objects.filter(Q(first=account) | Q(second=account))


def _link(
    account: Account, other: AccountReference, degree: str, *, said: str, acting: StaffMember
) -> tuple[AccountLink, bool]:
    """The standing link between two accounts, made if there was none; and whether it was made."""
    if other.service == account.service:
        raise SameService
    second = AccountBook(now()).find([other])[other]
    standing = _pairs_with(account).standing().filter(Q(first=second) | Q(second=second))
    found = standing.select_for_update(of=("self",)).first()
    if found is not None:
        return found, False
    return _create(account, second, degree, said=said, acting=acting), True


def _create(account: Account, other: Account, degree: str, *, said: str, acting: StaffMember | None) -> AccountLink:
    first, second = sorted((account, other), key=lambda one: one.pk)
    link = AccountLink.objects.create(
        first=first, second=second, degree=degree, said=said, noted_at=now(), noted_by=acting
    )
    append(Event.IDENTITY_NOTED, subject=link, acting=acting, content=_content(link))
    return link


def _content(link: AccountLink) -> dict[str, Any]:
    return {"degree": link.degree, "accounts": [link.first_id, link.second_id]}


def _locked(link: AccountLink, acting: StaffMember) -> tuple[AccountLink, list[Case]]:
    """The link as it is stored, with the cases that it concerns, all of them locked and open to this member."""
    cases = [locked(case) for case in Case.objects.filter(account__in=[link.first_id, link.second_id]).order_by("pk")]
    for case in cases:
        ensure_may_act(case, acting)
    return AccountLink.objects.select_for_update(of=("self",)).get(pk=link.pk), cases


def _other(link: AccountLink, case: Case) -> int:
    return int(link.second_id if link.first_id == case.account_id else link.first_id)


def _join(case: Case, account: Account) -> None:
    """Take in those who reported an account elsewhere that was confirmed to be the same person's; they are told."""
    counting = Q(testimony__withdrawn_at=None, testimony__set_aside_at=None, testimony__unfounded_at=None)
    if is_ours(account.reference):
        return  # they are in the case of that account
    reports = Report.objects.filter(
        counting, testimony__account=account, conversation__closed_at=None, conversation__complainant=None
    )
    for report in reports.select_related("testimony", "conversation"):
        admit(report, case)
        text = message("elsewhere_now", child=report.conversation.child_words)
        say(report.conversation, text=text, kind=Message.Kind.RECEIPT, once=f"elsewhere_now:{case.pk}:{now():%F %T}")


def _leave(case: Case, counted: Collection[int]) -> None:
    """Let out those who reported none of the accounts that still count in a case, and tell them.

    They hear nothing further of the case, and what they agreed to have told to the person concerned no longer is.
    """
    stays = Report.objects.filter(testimony__reporter=OuterRef("reporter"), testimony__account__in=counted)
    for complainant in case.complainants.filter(~Exists(stays)).select_related("conversation"):
        conversation = complainant.conversation
        for appeal in waiting_in(conversation):
            withdraw_appeal(appeal)
        append(Event.COMPLAINANT_LEFT, subject=complainant, content={"case": case.pk})
        complainant.delete()
        if conversation.closed_at is None:
            text = message("elsewhere_again", child=conversation.child_words)
            say(conversation, text=text, kind=Message.Kind.RECEIPT)


def _resting_on(link: AccountLink, case: Case) -> list[Decision]:
    """What stands on a case and was decided while what is said of the other account counted."""
    said = Testimony.everything.filter(account=_other(link, case), received_at__lte=now())
    if not said.exists():
        return []
    standing = case.decisions.to_come_or_in_force().filter(assessment__made_at__gte=link.confirmed_at)
    return list(standing.order_by("mode", "pk"))


def _assess_again(link: AccountLink) -> None:
    own = [account for account in (link.first, link.second) if is_ours(account.reference)]
    tasks.defer_accounts({account.pk for account in own})
