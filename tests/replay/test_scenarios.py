"""Each named wave has what its name says, and every world keeps what was promised of the simulator."""

from collections import Counter
from itertools import pairwise
from typing import get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.replay import SCENARIOS, Parameters, Wave, random_parameters, simulate
from rempart.replay.arrivals import Kind
from rempart.replay.parameters import Care
from rempart.replay.stars import Attack

CARES = set(get_args(Care))
OF_THE_GUILTY = {"true", "organised"}
KINDS = {name for part in get_args(Kind) for name in get_args(part) or (part,)}
ATTACKS = {name for part in get_args(Attack) for name in get_args(part) or (part,)}

worlds = st.one_of(st.sampled_from(list(SCENARIOS.values())), st.integers(0, 10_000).map(random_parameters))
seeds = st.integers(0, 10_000)


@pytest.fixture(scope="module")
def wave_of():
    """wave_of("lone-voices"): 120 accounts of a scenario, made once."""
    made: dict[str, Wave] = {}

    def build(name: str) -> Wave:
        if name not in made:
            made[name] = simulate(accounts=120, seed=6, parameters=SCENARIOS[name])
        return made[name]

    return build


def attacks(wave, *, guilty=None):
    return Counter(truth.attack for truth in wave.truth if guilty is None or truth.guilty is guilty)


def said(wave, *kinds):
    return [testimony for testimony, kind in zip(wave.testimonies, wave.kinds, strict=True) if kind in kinds]


def by_account(testimonies):
    found: dict[str, list] = {}
    for testimony in testimonies:
        found.setdefault(str(testimony.about), []).append(testimony)
    return found


def share(those, holds):
    return sum(map(holds, those)) / len(those)


def test_there_are_twelve_and_each_says_what_it_is_about():
    assert len(SCENARIOS) == 12
    assert len({parameters.about for parameters in SCENARIOS.values()} - {""}) == 12


@given(worlds, seeds)
@settings(max_examples=25, deadline=None)
def test_the_same_seed_gives_the_same_bytes(parameters, seed):
    first, second = (simulate(accounts=4, seed=seed, parameters=parameters) for _ in range(2))
    assert msgspec.json.encode(first) == msgspec.json.encode(second)


@given(worlds, seeds)
@settings(max_examples=25, deadline=None)
def test_the_truth_names_every_account_its_campaign_and_its_attack(parameters, seed):
    wave = simulate(accounts=6, seed=seed, parameters=parameters)
    assert {truth.about for truth in wave.truth} == {
        testimony.about for testimony in wave.testimonies if testimony.stance != "dispute"
    }
    crews = Counter(str(testimony.about) for testimony in said(wave, *CARES))
    for truth in wave.truth:
        assert truth.attack in ATTACKS
        assert truth.campaign == (crews[str(truth.about)] > 1) == (truth.attack in CARES)


@given(worlds, seeds)
@settings(max_examples=25, deadline=None)
def test_every_testimony_has_its_kind_and_comes_in_time(parameters, seed):
    wave = simulate(accounts=6, seed=seed, parameters=parameters)
    guilty = {str(truth.about) for truth in wave.truth if truth.guilty}
    assert len(wave.kinds) == len(wave.testimonies)
    for testimony, kind in zip(wave.testimonies, wave.kinds, strict=True):
        assert kind in KINDS
        assert kind not in OF_THE_GUILTY or str(testimony.about) in guilty
        assert kind != "mistaken" or str(testimony.about) not in guilty
        created = testimony.reporter.account_created_at
        assert created is None or created <= testimony.received_at
    assert all(before.received_at <= after.received_at for before, after in pairwise(wave.testimonies))


@given(st.integers(0, 100_000))
@settings(max_examples=50, deadline=None)
def test_random_dials_are_a_valid_world_with_the_base_rate_that_a_model_is_told(seed):
    drawn = random_parameters(seed)
    assert msgspec.convert(msgspec.to_builtins(drawn), Parameters) == drawn == random_parameters(seed)
    assert drawn.base_rate == Parameters().base_rate


def test_random_dials_move_every_number():
    default, drawn = (msgspec.to_builtins(parameters) for parameters in (Parameters(), random_parameters(8)))
    assert unmoved(default, drawn) == {"base_rate", "begins"}


def unmoved(before, after):
    """Names of the dials of `before` that are the same in `after`, words left out."""
    names = set()
    for name, value in before.items():
        if isinstance(value, dict):
            names |= unmoved(value, after[name])
        elif name not in {"about", "words", "turns"} and value == after[name]:
            names.add(name)
    return names


def test_another_seed_is_another_world():
    assert random_parameters(1) != random_parameters(2)


def test_lone_voices_are_few_and_nobody_attacks(wave_of):
    wave = wave_of("lone-voices")
    assert attacks(wave) == {"none": 120}
    assert max(map(len, by_account(said(wave, "true", "mistaken")).values())) <= 3


def test_the_first_hours_are_six(wave_of):
    times = [testimony.received_at for testimony in wave_of("first-hours").testimonies]
    assert (times[-1] - times[0]).total_seconds() <= 6 * 3600


@pytest.mark.parametrize("care", ["crude", "moderate", "careful", "adaptive"])
def test_a_brigade_is_of_the_care_that_it_is_named_for(wave_of, care):
    wave = wave_of(f"{care}-brigade")
    assert set(attacks(wave)) == {care, "none"}
    assert attacks(wave, guilty=False)[care] > 30
    assert attacks(wave, guilty=True)[care] > 5


def test_the_more_care_the_longer_a_brigade_takes(wave_of):
    def hours(care):
        spans = sorted(
            (received[-1].received_at - received[0].received_at).total_seconds() / 3600
            for received in by_account(said(wave_of(f"{care}-brigade"), care)).values()
        )
        return spans[len(spans) // 2]

    assert hours("crude") < hours("moderate") < hours("careful") < hours("adaptive")


def test_crude_brigades_copy_and_adaptive_ones_use_their_own_words(wave_of):
    def distinct(care):
        texts = [testimony.text for testimony in said(wave_of(f"{care}-brigade"), care) if testimony.text]
        return len({text.lower().rstrip("!. ") for text in texts}) / len(texts)

    assert distinct("crude") < 0.7
    assert distinct("adaptive") > 0.9


def test_fake_exports_are_mostly_unexamined_and_now_and_then_pass(wave_of):
    pieces = [
        piece for testimony in said(wave_of("fake-exports"), "careful", "adaptive") for piece in testimony.evidence
    ]
    assert share(pieces, lambda piece: piece.kind == "export") > 0.7
    found = Counter(piece.verified for piece in pieces)
    assert found[None] > found[False] > found[True] > 0


def test_bought_accounts_are_old_and_apart_in_all_but_the_days_they_were_opened(wave_of):
    received = said(wave_of("bought-accounts"), "moderate", "careful")
    ages = [
        (testimony.received_at - testimony.reporter.account_created_at).days
        for testimony in received
        if testimony.reporter.account_created_at
    ]
    assert share(ages, lambda days: days >= 30) > 0.8
    known = [testimony.origin.network for testimony in received if testimony.origin and testimony.origin.network]
    assert max(Counter(known).values()) < 0.05 * len(known)


def test_organised_victims_speak_in_one_evening_in_one_server_and_are_no_campaign(wave_of):
    wave = wave_of("organised-victims")
    campaigns = {str(truth.about) for truth in wave.truth if truth.campaign}
    groups = by_account(said(wave, "organised"))
    assert len(groups) > 30
    for about, received in groups.items():
        assert about not in campaigns
        assert (received[-1].received_at - received[0].received_at).total_seconds() <= 4 * 3600
    largest = max(groups.values(), key=len)
    known = [testimony.reporter.communities for testimony in largest if testimony.reporter.communities]
    assert max(Counter(one for many in known for one in many).values()) > 0.6 * len(known)


def test_fans_deny_in_mass_whether_it_happened_or_not(wave_of):
    wave = wave_of("mass-disputes")
    assert attacks(wave, guilty=True)["disputes"] > attacks(wave, guilty=False)["disputes"] > 5
    rallies = by_account(said(wave, "rally"))
    assert min(map(len, rallies.values())) >= SCENARIOS["mass-disputes"].rally_least / 2
    assert {testimony.stance for received in rallies.values() for testimony in received} == {"dispute"}


def test_poisoned_records_are_those_of_people_harmed(wave_of):
    wave = wave_of("poisoned-records")
    poisoned = {str(truth.about) for truth in wave.truth if truth.attack == "poisoned"}
    harmed = by_account(said(wave, "true"))
    inside = [one for about in poisoned for one in harmed[about] if one.channel != "trusted_flagger"]
    outside = [one for about, received in harmed.items() if about not in poisoned for one in received]
    assert share(inside, lambda one: one.reporter.rejected > 0) > 0.5
    assert share(outside, lambda one: one.reporter.rejected > 0) < 0.2


def test_a_drowned_case_is_guilty_and_its_fakes_take_up_the_words_of_somebody_harmed(wave_of):
    wave = wave_of("drowned-case")
    assert attacks(wave, guilty=False)["drowned"] == 0
    assert attacks(wave, guilty=True)["drowned"] > 30
    harmed = by_account(said(wave, "true"))
    copied = 0
    for about, fakes in by_account(said(wave, "drowned")).items():
        own = {testimony.text for testimony in harmed[about]} - {None}
        copied += any(fake.text in own for fake in fakes)
    assert copied > 5
