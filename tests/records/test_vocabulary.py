"""How grave each kind of conduct is, as the contract says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records.vocabulary import CONDUCTS, MEASURES, severity

conducts = st.frozensets(st.sampled_from(CONDUCTS))


@pytest.mark.parametrize(
    ("conduct", "grave"),
    [
        ("harassment", 1),
        ("financial_exploitation", 1),
        ("sexual_messages", 2),
        ("unsolicited_nudes", 2),
        ("nude_request", 2),
        ("grooming", 3),
        ("sextortion", 3),
        ("image_abuse", 3),
        ("sexual_assault", 4),
    ],
)
def test_severity_is_one_more_for_a_minor_and_at_most_four(conduct, grave):
    assert severity({conduct}, minor=False) == grave
    assert severity({conduct}, minor=True) == min(grave + 1, 4)


@pytest.mark.parametrize("minor", [True, False])
def test_nothing_known_is_not_grave_whoever_it_happened_to(minor):
    assert severity(set(), minor=minor) == 0


@given(conducts, conducts, st.booleans())
def test_more_conduct_is_never_less_grave(some, others, minor):
    assert severity(some | others, minor=minor) == max(severity(some, minor=minor), severity(others, minor=minor))


def test_measures_are_listed_from_light_to_heavy():
    assert (
        *("watch", "no_recommendation", "no_contact_with_minors", "no_new_contacts"),
        *("no_live", "no_monetisation", "read_only", "suspend"),
    ) == MEASURES
