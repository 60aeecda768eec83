"""What must hold of every wave: no rulebook sees the future, and the numbers stay what they say they are."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from rempart import records
from rempart.corroboration import timeline
from rempart.replay import replay, run
from rempart.replay.standing import FOREVER
from rempart.rulebook import load, parse, shipped
from rempart.rulebook.names import is_adult
from rempart.rulebook.proportion import answered, judge, measure_for

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
    extra=st.just(UNSET),
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


@pytest.fixture(scope="module")
def layered(book):
    return book(
        ("watch", "testimonies + relays >= 1", "watch", "7d"),
        ("contact", "credibility >= 0.5", "no_new_contacts", "20d"),
        ("live", "relays >= 1 && testimonies >= 1", "no_live", "5d"),
        ("reach", "disputes >= 1", "no_recommendation", "12d"),
        ("soon", "severity >= 3", "suspend", "10d"),
        ("verified", "verified_evidence >= 3", "suspend", None),
    )


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


def plainly(wave, rulebook):
    """The same, without a short cut: every testimony is decided on in full, what is in force is looked up each time."""
    done: dict[str, list] = {}
    received: dict[str, int] = {}
    for assessment in timeline(wave):
        so_far = assessment.testimonies + assessment.relays + assessment.disputes
        spoken_of = so_far > received.get(str(assessment.about), 0)
        received[str(assessment.about)] = so_far
        if assessment.first_at is None or not spoken_of:
            continue
        adult, now = is_adult(assessment), assessment.as_of
        before = done.setdefault(str(assessment.about), [])
        fired = {article for _, _, articles, _ in before for article in articles}
        taken = [measure for _, ends_at, _, measures in before if now < ends_at for measure in measures]
        fresh = [rulebook.article(id) for id in rulebook.decide(assessment).articles if id not in fired]
        needed = [
            article
            for article in fresh
            if any(not answered(risk, measure_for(article, adult=adult), taken) for risk in article.answers)
        ]
        if needed:
            decided = judge(needed, adult=adult)
            ends_at = FOREVER if decided.lasts is None else now + decided.lasts
            before.append((now, ends_at, decided.articles, decided.measures))
    return {about: decisions for about, decisions in done.items() if decisions}


@given(waves)
@settings(max_examples=100, deadline=None)
def test_replay_does_what_deciding_again_at_every_testimony_would(layered, wave):
    (course,) = run(wave, [layered]).courses
    assert {
        str(account.about): [
            (action.at, action.ends_at or FOREVER, action.articles, action.measures) for action in standing.actions
        ]
        for account, standing in course.standings.items()
    } == plainly(wave, layered)
