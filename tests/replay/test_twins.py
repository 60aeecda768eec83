"""People who organise openly are the same people, who say the same with the same evidence."""

from collections import Counter

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.replay import Parameters, Wave, organised_openly, simulate
from rempart.replay.organising import EVENING_HOURS
from rempart.replay.phrases import stated_age

WORLD = Parameters(guilty={"plain": 1.0}, server=1.0, template=1.0)


def facts(testimony):
    """What organising must leave as it is."""
    reporter = testimony.reporter
    return msgspec.json.encode(
        [
            testimony.id, testimony.channel, testimony.about, testimony.stance, testimony.conduct,
            testimony.conduct_services, testimony.met_on, testimony.complainant_minor, testimony.origin,
            testimony.evidence, reporter.id, reporter.account_created_at, reporter.upheld, reporter.rejected,
            testimony.text and stated_age(testimony.text),
        ]
    )  # fmt: skip


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_the_twin_has_the_same_people_facts_and_evidence(seed):
    wave = simulate(accounts=8, seed=seed, parameters=WORLD)
    twin = organised_openly(wave, seed=seed, parameters=WORLD)
    assert sorted(map(facts, wave.testimonies)) == sorted(map(facts, twin.testimonies))
    assert (twin.truth, twin.accounts) == (wave.truth, wave.accounts)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nothing_changes_for_those_who_did_not_organise(seed):
    wave = simulate(accounts=8, seed=seed, parameters=WORLD)
    twin = organised_openly(wave, seed=seed, parameters=WORLD)
    before = {testimony.id: testimony for testimony in wave.testimonies}
    for testimony, kind in zip(twin.testimonies, twin.kinds, strict=True):
        assert kind == "organised" or testimony == before[testimony.id]


def test_they_speak_in_one_evening_through_one_server_in_an_associations_words():
    wave = simulate(accounts=60, seed=3, parameters=WORLD)
    twin = organised_openly(wave, seed=3, parameters=WORLD)
    own = [one for one, kind in zip(twin.testimonies, twin.kinds, strict=True) if kind == "organised"]
    about, most = Counter(testimony.about for testimony in own).most_common(1)[0]
    received = [testimony for testimony in own if testimony.about == about]
    assert most > 20
    assert (received[-1].received_at - received[0].received_at).total_seconds() <= EVENING_HOURS * 3600
    known = [one.reporter.communities for one in received if one.reporter.communities]
    assert any(all(server in communities for communities in known) for server in known[0])
    endings = Counter(one.text.rsplit(".", 2)[-2] for one in received if one.text)
    assert len(endings) <= 2


def test_organising_a_wave_leaves_the_wave_as_it_was():
    wave = simulate(accounts=20, seed=4, parameters=WORLD)
    before = msgspec.json.encode(wave)
    organised_openly(wave, seed=1)
    assert msgspec.json.encode(wave) == before


def test_a_wave_that_does_not_tell_its_kinds_is_refused():
    wave = simulate(accounts=2, seed=4)
    with pytest.raises(ValueError, match="shorter"):
        organised_openly(Wave(wave.testimonies, wave.accounts, wave.truth), seed=1)


def test_only_those_harmed_organise_even_where_people_speak_twice():
    wave = simulate(accounts=60, seed=5, parameters=Parameters(twice=0.5, worth_attacking=1))
    twin = organised_openly(wave, seed=5, parameters=Parameters(worth_attacking=1))
    guilty = {str(truth.about) for truth in wave.truth if truth.guilty}
    organised = {str(one.about) for one, kind in zip(twin.testimonies, twin.kinds, strict=True) if kind == "organised"}
    assert organised
    assert organised <= guilty


def test_where_too_few_speak_nobody_organises():
    wave = simulate(accounts=20, seed=5, parameters=WORLD)
    few = Parameters(worth_attacking=1_000)
    assert organised_openly(wave, seed=5, parameters=few).kinds == wave.kinds
