"""The one bit that is held of somebody's age."""

from datetime import timedelta

import pytest

from rempart.age.models import Assurance, Confidence, Method, Subject
from rempart.age.policies import policy_for
from rempart.age.services.assurances import assure, is_over
from rempart.ledger.clock import now

SOMEBODY = Subject.account("tiktok", "7001")


def said(over, met, *, confidence=Confidence.STRICT, days=30):
    return assure(
        SOMEBODY, over=over, met=met, method=Method.MDOC, confidence=confidence, expires_at=now() + timedelta(days=days)
    )


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize(
    ("over", "met", "asked", "answer"),
    [(18, True, 13, True), (13, True, 18, None), (13, False, 18, False), (18, False, 13, None)],
    ids=["higher yes", "lower yes", "lower no", "higher no"],
)
def test_a_yes_answers_lower_thresholds_and_a_no_higher_ones(over, met, asked, answer):
    said(over, met)
    assert is_over(SOMEBODY, asked, now()) is answer


@pytest.mark.usefixtures("own_database")
def test_an_assurance_ends_by_itself(clock):
    said(18, True, days=2)
    clock.move(timedelta(days=2))
    assert is_over(SOMEBODY, 18, now()) is None


@pytest.mark.usefixtures("own_database")
def test_what_was_merely_said_does_not_overrule_what_was_shown():
    said(18, False)
    said(18, True, confidence=Confidence.ASSERTED)
    assert is_over(SOMEBODY, 18, now()) is False


def test_an_assurance_has_no_column_for_a_birth_date_a_name_or_a_document():
    assert {field.name for field in Assurance._meta.get_fields()} == {
        *("id", "service", "kind", "reference", "over", "met", "method", "confidence"),
        *("made_at", "expires_at", "withdrawn_at"),
    }


def test_a_country_without_a_policy_of_its_own_has_the_one_of_elsewhere():
    assert policy_for("ZZ", now().date()).minimum_age == 13
