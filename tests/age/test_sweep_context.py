"""Whoever decides sees the whole text in which an age was read; what officers look at stays with them."""

import pytest

from rempart.age.models import AgeMatter, Challenge
from rempart.age.services import evidence, reports, sweeps
from rempart.records import AccountRow
from rempart.records.radar import AgeEstimate, AgeEvidence

pytestmark = pytest.mark.django_db
BIO = "mon frère répète « j’ai 11 ans » partout"
SAID = "j’ai 11 ans"
HURT = "mon beau-père me frappe tous les soirs"


def receive(**more):
    """Take in what the sweep read of an account with that bio."""
    span = (BIO.index(SAID), BIO.index(SAID) + len(SAID))
    read = [AgeEvidence(text=SAID, span=span, source="bio")]
    estimate = AgeEstimate(id="7001", probability_under_13=0.9, evidence=read, step="prove", **more)
    row = AccountRow(id="7001", service="tiktok", handle="lou.dessine", bio=BIO, posts=[HURT] if more else [])
    return sweeps.receive_estimates([estimate], accounts={"7001": row})


def test_a_quotation_can_be_seen_as_one():
    receive()
    (one,) = evidence.of(Challenge.objects.get())
    (span,) = one.spans
    assert (one.text, one.text[span.begin : span.end]) == (BIO, SAID)


def test_of_a_child_who_may_be_hurt_only_the_words_of_the_age_are_kept_here():
    receive(safeguarding=True, safeguarding_evidence=[AgeEvidence(text=HURT, span=(0, len(HURT)), source="posts[0]")])
    assert [one.text for one in reports.evidence_of(AgeMatter.objects.get())] == [SAID]
