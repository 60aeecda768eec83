"""Builders for cases: respondents, assessments, a small rulebook of the tests' own, and people to review."""

import pytest

from receivers import mail_server, platform
from rempart import records
from rempart.ledger.clock import now
from rempart.rulebook import parse

__all__ = ["mail_server", "platform"]

LEGAL = """    legal:
      ground: DECISION_GROUND_INCOMPATIBLE_CONTENT
      category: STATEMENT_CATEGORY_PROTECTION_OF_MINORS
      keywords: [KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS]"""
RULEBOOK = """
name: of-the-tests
version: 2026-01-01
languages: [fr, en]
use: live
articles:
  - id: attention
    title: {fr: Attention, en: Attention}
    text: {fr: On regarde., en: We look.}
    when: account_age_band == '18_plus' && severity >= 1 && credibility >= 0.3
    answers: contact
    measure: watch
    mode: preventive
    approval: automatic
    lasts: 72h
    review_within: 48h
    right_of_reply: true
LEGAL
  - id: first-word
    title: {fr: Premier mot, en: First word}
    text: {fr: Le compte n'écrit plus en premier., en: The account does not write first.}
    when: account_age_band == '18_plus' && severity >= 2 && credibility >= 0.6
    answers: contact
    measure: no_new_contacts
    mode: preventive
    approval: automatic
    lasts: 72h
    review_within: 48h
    right_of_reply: true
LEGAL
  - id: contact
    title: {fr: Contact, en: Contact}
    text: {fr: Le compte n'a plus de contact avec des mineurs., en: The account has no contact with minors.}
    when: severity >= 2 && credibility >= 0.8
    answers: contact
    measure: no_contact_with_minors
    mode: preventive
    approval: one_reviewer
    lasts: 14d
    renewable: 3
    review_within: 7d
    right_of_reply: true
LEGAL
  - id: live
    title: {fr: Directs, en: Lives}
    text: {fr: Pas de direct., en: No lives.}
    when: severity >= 3 && credibility >= 0.9
    answers: live
    measure: no_live
    mode: preventive
    approval: two_reviewers
    lasts: 14d
    renewable: 3
    review_within: 7d
    right_of_reply: true
LEGAL
  - id: established
    title: {fr: Établi, en: Established}
    text: {fr: C'est établi., en: It is established.}
    when: severity >= 3 && verified_evidence >= 2 && credibility >= 0.95
    answers: [contact, live]
    measure: suspend
    mode: final
    approval: two_reviewers
    right_of_reply: true
LEGAL
""".replace("LEGAL", LEGAL)


@pytest.fixture
def book(db):
    """The rulebook of the tests, in force."""
    from rempart.casework.services import put_in_force

    parsed = parse(RULEBOOK)
    put_in_force(parsed)
    return parsed


@pytest.fixture
def respondent(db):
    """Make an account of the platform: `respondent(age_band="16_17")`."""
    from rempart.intake.models import Account

    made = iter(range(10_000))

    def make(age_band: str | None = "18_plus", handle: str | None = None, service: str = "tiktok") -> Account:
        return Account.objects.create(
            service=service, handle=handle or f"star.{next(made)}", age_band=age_band, first_seen_at=now()
        )

    return make


def assessment_of(account, **numbers) -> records.Assessment:
    """An assessment with these numbers; five testimonies from four sources unless told otherwise."""
    said = {
        "testimonies": 5,
        "relays": 0,
        "disputes": 0,
        "credibility": 0.7,
        "independent_sources": 4.0,
        "coordination": 0.0,
        "severity": 2,
    } | numbers
    facts = records.AccountFacts(age_band=account.age_band)
    return records.Assessment(about=account.reference, as_of=now(), account=facts, **said)


@pytest.fixture
def judged(book):
    """Assess an account with given numbers and do what the rulebook requires: `judged(account, credibility=0.9)`."""
    from rempart.casework.services import record_assessment, store_rulebook

    def judge(account, **numbers):
        return record_assessment(account, assessment_of(account, **numbers), store_rulebook(book), book)

    return judge


@pytest.fixture
def reviewer(staff_member):
    """A reviewer."""
    return staff_member("reviewer", name="Inès Caron")


@pytest.fixture
def colleague(staff_member):
    """Another reviewer."""
    return staff_member("reviewer", name="Paul Lenoir")


@pytest.fixture
def senior(staff_member):
    """A senior reviewer, who may give the second approval of a final decision."""
    return staff_member("senior_reviewer", name="Awa Diop")


@pytest.fixture
def graver(judged, reviewer, colleague):
    """Something graver about the respondent of a case, from few sources and so delayed, approved by two people."""
    from rempart.casework.services import approve_decision

    def make(case):
        judged(case.account, credibility=0.92, severity=3, independent_sources=1.0)
        proposal = case.decisions.get(state="proposed")
        approve_decision(proposal, acting=reviewer, reason="Somebody else spoke.")
        return approve_decision(proposal, acting=colleague, reason="Somebody else spoke.")

    return make


@pytest.fixture
def events_of(db):
    """The events that the ledger holds about a thing, in order."""
    from rempart.ledger.models import LedgerRow
    from rempart.ledger.services import reference

    def find(thing) -> list[str]:
        rows = LedgerRow.objects.filter(subject=reference(thing)).order_by("pk")
        return list(rows.values_list("event", flat=True))

    return find
