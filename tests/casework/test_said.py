"""What is said on a case: those who may come from one stand together and are worth fewer voices."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.casework.views.said import effective_voices, groups_of
from rempart.casework.views.shown import TestimonyShown
from rempart.corroboration import Together


def told(number: int, text: str) -> TestimonyShown:
    """A first-hand testimony as a page shows it."""
    return TestimonyShown(
        key=number,
        uid=f"t{number}",
        received_at=datetime(2026, 6, 17, 16, number, tzinfo=UTC),
        channel="form",
        stance="testimony",
        text=text,
        lang="en",
        service=None,
        spans={},
        reading=[],
        evidence=[],
    )


@given(st.integers(1, 1000), st.floats(0, 1))
def test_a_group_is_worth_one_voice_at_least_and_its_number_at_most(number, probability):
    assert effective_voices(number, probability) * (1 + 1e-12) >= 1
    assert effective_voices(number, probability) <= number


@pytest.mark.parametrize(("probability", "voices"), [(0.0, 80), (0.5, 80 / 40.5), (1.0, 1)])
def test_the_more_probable_a_tie_the_fewer_voices(probability, voices):
    assert effective_voices(80, probability) == pytest.approx(voices)


def test_those_who_may_come_from_one_stand_after_those_who_stand_alone():
    said = [told(0, "He asked me for pictures"), told(1, "The same every night"), told(2, "My cousin saw all of it")]
    [group] = groups_of(said, [Together("network", 0.8, ("t0", "t2"))])
    alone, tied = group["bundles"]
    assert [one.uid for one in alone.first] == ["t1"]
    assert (alone.tie, alone.voices) == ("", 1)
    assert tied.tie
    assert (tied.total, tied.voices) == (2, pytest.approx(2 / 1.8))
