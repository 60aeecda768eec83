"""What a respondent is told of the facts: one function decides it, and nothing else reads testimonies for them.

Categories of conduct and months of receipt always, as two lists that are never paired. With three independent sources
or more, also services that three people or more name, and facts in words that the complainant concerned agreed to.
Never who spoke, how many did, in what words, at what time or where: with few sources each of these leads to somebody.
What came after the decision is not told either, since a list that grows would show when somebody spoke.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rempart.casework.errors import Refused
from rempart.casework.links import counted_with
from rempart.casework.models import AssessmentRecord, Case, Complainant, DisclosedFact
from rempart.casework.services.guards import ensure_may_act, locked
from rempart.casework.services.taking import FEW_SOURCES
from rempart.casework.statements.dates import LANGUAGES, PARIS
from rempart.casework.statements.fields import Told
from rempart.casework.statements.identity import leads_to_somebody
from rempart.casework.statements.sentences import Sentences
from rempart.casework.statements.wording import WordsRefused, ensure_said_fairly
from rempart.correspondence.models import Conversation, Message
from rempart.correspondence.services import say
from rempart.intake.models import Account, Testimony
from rempart.ledger import append
from rempart.ledger.clock import now
from rempart.ledger.events import Event
from rempart.records.vocabulary import CONDUCTS
from rempart.staff.models import StaffMember

SPEAKING = ("testimony", "relay")
ENOUGH_TO_HIDE_AMONG = 3


class LeadsToSomebody(WordsRefused):
    """A text to the respondent, or to somebody who spoke, could lead to whoever else spoke."""

    words = _(
        "This could show who spoke: no name, handle, address, time, place, age, number of people, nor their words."
    )


class CannotBeAsked(Refused):
    """The complainant withdrew: they are not written to any more."""

    words = _("This person withdrew: they are not written to any more.")


def facts_for_respondent(case: Case, record: AssessmentRecord | None = None) -> Told:
    """What the respondent of a case may be told of the facts that an assessment rests on.

    record: the assessment of the decision that is explained; by default that of the newest statement of reasons. With
    neither, nothing is told.
    """
    if record is None:
        stated = case.decisions.exclude(statement=None).select_related("assessment").order_by("-begins_at").first()
        if stated is None:
            return Told()
        record = stated.assessment
    until = datetime.fromisoformat(record.assessment["as_of"])
    spoken = Testimony.objects.filter(
        account__in=counted_with(case.account_id), stance__in=SPEAKING, received_at__lte=until
    )
    rows = list(spoken.values_list("reporter", "received_at", "conduct", "conduct_services"))
    conduct = {one for _reporter, _at, kinds, _services in rows for one in kinds}
    months = {at.astimezone(PARIS).strftime("%Y-%m") for _reporter, at, _kinds, _services in rows}
    told = Told(conduct=tuple(one for one in CONDUCTS if one in conduct), months=tuple(sorted(months)))
    if record.independent_sources < FEW_SOURCES:
        return told
    agreed = case.disclosed_facts.filter(state=DisclosedFact.State.APPROVED, complainant__withdrawn_at=None)
    return Told(
        conduct=told.conduct,
        months=told.months,
        services=_named_by_enough((reporter, services) for reporter, _at, _kinds, services in rows),
        agreed=tuple(dict(fact.text) for fact in agreed.order_by("answered_at", "pk")),
    )


def _named_by_enough(rows: Iterable[tuple[str, list[str]]]) -> tuple[str, ...]:
    """Services that three different people name at least."""
    naming: dict[str, set[str]] = {}
    for reporter, services in rows:
        for service in services:
            naming.setdefault(service, set()).add(reporter)
    return tuple(sorted(one for one, people in naming.items() if len(people) >= ENOUGH_TO_HIDE_AMONG))


def ensure_leads_to_nobody(case: Case, texts: Iterable[str], *, fact: bool) -> None:
    """Refuse texts to the respondent that could lead to whoever spoke (see `statements.identity`).

    Raises LeadsToSomebody.
    """
    spoken = Testimony.everything.filter(account__in=counted_with(case.account_id), stance__in=SPEAKING)
    spoken = spoken.select_related("post")
    rows = [row for row in spoken if row.reporter != str(case.account.reference)]
    names = {row.post.author for row in rows if row.post} | {row.reporter for row in rows}
    said = [row.post.text if row.post else row.text or "" for row in rows]
    own = case.account.handle
    found = leads_to_somebody(_without(own, "\n".join(texts)), names=names - {own, ""}, said=said, fact=fact)
    if found:
        raise LeadsToSomebody(found)


def ensure_leads_to_no_other(account: Account, conversation: Conversation, texts: Iterable[str]) -> None:
    """Refuse texts to somebody who reported an account that could lead to others who spoke of it, or copy their words.

    What they said themselves, and their own name, are theirs. Raises LeadsToSomebody.
    """
    spoken = Testimony.everything.filter(account__in=counted_with(account.pk), stance__in=SPEAKING)
    spoken = spoken.select_related("post")
    mine = set(spoken.filter(report__conversation=conversation).values_list("reporter", flat=True))
    others = [row for row in spoken if row.reporter not in mine and row.reporter != str(account.reference)]
    names = {row.post.author for row in others if row.post} | {row.reporter for row in others}
    said = [row.post.text if row.post else row.text or "" for row in others]
    found = leads_to_somebody("\n".join(texts), names=names - {""}, said=said, fact=False, by_form=False)
    if found:
        raise LeadsToSomebody(found)


def _without(handle: str, text: str) -> str:
    """A text without the handle of its reader, where it stands by itself: another's may begin with it."""
    return re.sub(rf"(?<![\w.@-])@?{re.escape(handle)}(?!\w|[.-]\w)", "", text, flags=re.IGNORECASE) if handle else text


@transaction.atomic
def propose_fact(
    case: Case, complainant: Complainant, *, text: Mapping[str, str], category: str, month: str, acting: StaffMember
) -> DisclosedFact:
    """Ask a complainant whether the respondent may be told a fact, in these words.

    text: {"fr", "en"}; category: a kind of conduct; month: `2020-06`. They are asked in their own conversation, and no
    answer is a no. Raises NotAllowed, Excluded, CannotBeAsked, LeadsToSomebody, FindingOfGuilt, AdultOnlyOffence, and
    ValueError for an unknown category or month, a missing language or a complainant of another case.
    """
    case = locked(case)
    ensure_may_act(case, acting)
    if complainant.withdrawn_at is not None:
        raise CannotBeAsked
    words = {language: text.get(language, "").strip() for language in LANGUAGES}
    if not all(words.values()) or complainant.case_id != case.pk or category not in CONDUCTS:
        raise ValueError("a fact is told in both languages, in a known category, to somebody who spoke in this case")
    datetime.strptime(month, "%Y-%m")
    ensure_said_fairly(words.values(), preventive=True, adult=case.account.held_to_be_adult)
    ensure_leads_to_nobody(case, words.values(), fact=True)
    fact = DisclosedFact.objects.create(
        case=case,
        complainant=complainant,
        text=words,
        category=category,
        month=month,
        proposed_at=now(),
        proposed_by=acting,
    )
    append(Event.FACT_PROPOSED, subject=fact, acting=acting, content={"category": category, "month": month})
    say(
        complainant.conversation,
        text={
            language: Sentences("page.yaml", language, child=complainant.conversation.child_words).say(
                "fact_proposed", words=words[language]
            )
            for language in LANGUAGES
        },
        kind=Message.Kind.FACT_TO_APPROVE,
        once=f"fact:{fact.pk}",
    )
    return fact


@transaction.atomic
def answer_fact(fact: DisclosedFact, *, approved: bool) -> DisclosedFact:
    """The complainant's answer; they may change it, and a fact that is refused is no longer told."""
    fact = DisclosedFact.objects.select_for_update().get(pk=fact.pk)
    state = DisclosedFact.State.APPROVED if approved else DisclosedFact.State.REFUSED
    if fact.state != state:
        fact.state, fact.answered_at = state, now()
        fact.save(update_fields=["state", "answered_at"])
        append(Event.FACT_ANSWERED, subject=fact, content={"approved": approved})
    return fact
