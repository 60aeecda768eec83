"""What must hold of every wave: no rulebook sees the future, and the numbers stay what they say they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart import records
from rempart.replay import replay, run
from rempart.rulebook import load, parse, shipped

HANDLES = ("a", "b", "c")
BOOKS = [load(name) for name in shipped()]
START = datetime(2026, 3, 4, 17, tzinfo=UTC)
INSTANTS = [START + timedelta(hours=hours) for hours in (0, 1, 5, 30, 200, 400, 1000, 2000)]

testimonies = st.builds(
    records.Testimony,
    id=st.uuids().map(str),
    received_at=st.sampled_from(INSTANTS),
    channel=st.sampled_from(["public_post", "form", "trusted_flagger", "user_report"]),
    about=st.sampled_from(HANDLES).map(lambda handle: records.AccountReference("tiktok", handle)),
    stance=st.sampled_from(["testimony", "testimony", "relay", "dispute"]),
    conduct=st.sampled_from([[], ["nude_request"], ["sexual_assault"], ["harassment"]]),
    conduct_services=st.sampled_from([[], ["tiktok"], ["snapchat"]]),
    met_on=st.sampled_from([[], ["tiktok"]]),
    complainant_minor=st.sampled_from([None, True]),
    text=st.none(),
    reporter=st.sampled_from("rstuvw").map(lambda id: records.Reporter(id=id)),
    origin=st.none(),
    evidence=st.sampled_from([[], [records.Evidence(kind="screenshot", verified=True)]]),
    extra=st.just(records.Testimony.__struct_defaults__[-1]),
)
waves = st.lists(testimonies, max_size=14)
truths = st.dictionaries(st.sampled_from(HANDLES), st.booleans()).map(
    lambda known: [
        records.Truth(about=records.AccountReference("tiktok", handle), guilty=guilty)
        for handle, guilty in known.items()
    ]
)


@pytest.fixture(scope="module")
def never():
    return parse(load("count-three").source.replace("testimonies + relays >= 3", "credibility > 2.0"))


def deeds(wave):
    """What every rulebook did, by whom and when."""
    return {
        (course.rulebook.name, str(account.about), action.at, action.measures, action.ends_at)
        for course in run(wave, BOOKS).courses
        for account, standing in course.standings.items()
        for action in standing.actions
    }


@given(waves, st.sampled_from(INSTANTS))
@settings(max_examples=60, deadline=None)
def test_what_comes_later_changes_nothing_before(wave, moment):
    past = [testimony for testimony in wave if testimony.received_at <= moment]
    assert {deed for deed in deeds(wave) if deed[2] <= moment} == deeds(past)


@given(waves, truths)
@settings(max_examples=60, deadline=None)
def test_shares_are_shares(wave, truth):
    for outcome in replay(wave, BOOKS, truth=truth):
        for share in (outcome.protected, outcome.wrongly_suspended, outcome.wrongly_restrained):
            assert share is None or 0 <= share <= 1


@given(waves, truths)
@settings(max_examples=60, deadline=None)
def test_the_suspended_are_restrained_the_restrained_measured_and_the_measured_accused(wave, truth):
    for outcome in replay(wave, BOOKS, truth=truth):
        assert 0 <= outcome.suspended <= outcome.restrained <= outcome.measured <= outcome.accused <= len(HANDLES)


@given(waves)
@settings(max_examples=60, deadline=None)
def test_an_article_fires_at_most_once_on_an_account(wave):
    for course in run(wave, BOOKS).courses:
        for standing in course.standings.values():
            fired = [article for action in standing.actions for article in action.articles]
            assert len(fired) == len(set(fired))


@given(waves, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_lines_changes_nothing(wave, random):
    shuffled = list(wave)
    random.shuffle(shuffled)
    assert replay(shuffled, BOOKS) == replay(wave, BOOKS)


@given(waves, truths)
@settings(max_examples=60, deadline=None)
def test_a_rulebook_that_never_matches_does_nothing_to_anybody(never, wave, truth):
    (outcome,) = replay(wave, [never], truth=truth)
    later = sum(
        1
        for testimony in wave
        if testimony.stance != "dispute"
        and testimony.received_at
        > min(t.received_at for t in wave if t.about == testimony.about and t.stance != "dispute")
    )
    assert (outcome.measured, outcome.restrained, outcome.suspended, outcome.wrong_days) == (0, 0, 0, 0.0)
    assert outcome.testimonies_after_first == later
    assert not outcome.protected
    assert not outcome.wrongly_restrained
