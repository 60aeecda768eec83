"""What people who want to deceive the engine try, in invented waves, and how little they get for it.

What holds of every case is a property. What ought to and does not yet says in how many cases it does.
"""

from datetime import timedelta
from functools import cache
from math import log
from random import Random

import msgspec
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from corroboration.conftest import verified
from rempart.corroboration import assess
from rempart.corroboration.parameters import Parameters, shipped_parameters
from rempart.records import AccountReference, Assessment, Origin, Reporter, Testimony
from rempart.replay import Wave, organised_openly, random_parameters, simulate
from rempart.rulebook import load

GENUINE = {"true", "again", "organised", "relay"}
WAVES = range(8)
again = msgspec.structs.replace


@cache
def wave(seed: int) -> Wave:
    """An invented wave: every second one is of a world with dials of its own."""
    return simulate(accounts=20, seed=seed, parameters=random_parameters(seed) if seed % 2 else None)


def assessed(testimonies: list[Testimony], parameters: Parameters | None = None) -> dict[str, Assessment]:
    return {str(one.about): one for one in assess(testimonies, parameters=parameters)}


def log_odds(assessment: Assessment) -> float:
    return log(assessment.credibility) - log(1 - assessment.credibility)


@cache
def always_looking() -> Parameters:
    """Accounts are looked at whenever something is received: else whoever speaks next brings what was only counted."""
    shipped = shipped_parameters()
    return again(shipped, looking=again(shipped.looking, growth=1e-9))


def gain(before: list[Testimony], added: list[Testimony], about: AccountReference) -> float:
    """By how many log-odds what is added raises the credibility of an account. What is received of others after the
    last testimony before it is left out: anybody's next word would bring that news."""
    last = max(one.received_at for one in before if one.about == about)
    heard = [one for one in before if one.received_at <= last]
    without, with_it = (assessed(said, always_looking())[str(about)] for said in (heard, [*heard, *added]))
    return log_odds(with_it) - log_odds(without)


# Sock puppets


def gain_of_puppets(chance: Random) -> float:
    """What somebody gains who says the same under other names from their own device, once or many times: over the
    better of having said it once and having kept silent."""
    heard = list(wave(chance.choice(WAVES)).testimonies)
    place = chance.choice([n for n, one in enumerate(heard) if one.stance == "testimony"])
    heard[place] = one = again(heard[place], origin=Origin(network="their network", device="their device"))
    last = max(other.received_at for other in heard if other.about == one.about)
    puppets = [
        again(
            one,
            id=f"copy{n}",
            reporter=again(one.reporter, id=f"puppet{n}"),
            received_at=last + timedelta(minutes=chance.randrange(1, 20_000)),
        )
        for n in range(chance.choice([1, 3, 10, 50, 200]))
    ]
    gained = gain(heard, puppets, one.about)
    silent = [other for other in heard if other is not one]
    if any(other.about == one.about for other in silent):
        gained = min(gained, gain(silent, [one, *puppets], one.about))
    return gained


def test_copies_by_one_origin_seldom_gain_more_than_a_tenth():
    """They should never; today they do in one case of forty, by less than 0.4: what they make look bought is set aside
    with them, and cost the account more than it now does."""
    gains = np.array([gain_of_puppets(Random(number)) for number in range(100)])
    assert np.mean(gains > 0.1) <= 1 / 20
    assert max(gains) <= 0.4
    assert np.median(gains) <= 0.01


def test_somebody_alone_gains_nothing_by_speaking_under_two_hundred_names(world):
    one = world.testimony(origin=Origin(network="n", device="d"), text="il m'a écrit chaque nuit pendant des semaines")
    puppets = [again(one, id=f"c{n}", reporter=Reporter(id=f"puppet{n}")) for n in range(200)]
    assert gain([one], [one, *puppets], one.about) <= 0.1


# Denials


@settings(max_examples=15)
@given(
    st.sampled_from(WAVES), st.randoms(use_true_random=False), st.none() | st.just("c'est faux, laissez-le tranquille")
)
def test_a_thousand_denials_lift_nothing_that_two_verified_exports_back(seed, chance, slogan):
    heard = wave(seed).testimonies
    mine = [one for one in heard if one.about == chance.choice(heard).about]
    about, last = mine[-1].about, mine[-1].received_at
    exports = [
        Testimony(
            id=f"export{n}",
            received_at=last + timedelta(minutes=n),
            channel="form",
            about=about,
            stance="testimony",
            conduct=["grooming"],
            conduct_services=[about.service],
            met_on=[about.service],
            complainant_minor=True,
            reporter=Reporter(id=f"witness{n}"),
            origin=Origin(network=f"network{n}", device=f"device{n}"),
            evidence=verified("export"),
        )
        for n in range(2)
    ]
    circles = sorted({circle for one in mine for circle in one.reporter.communities}) or ["fans"]
    denials = [
        Testimony(
            id=f"denial{n}",
            received_at=last + timedelta(minutes=2 + chance.random() * 3000),
            channel="public_post",
            about=about,
            stance="dispute",
            text=slogan,
            reporter=Reporter(id=f"fan{n}", communities=[chance.choice(circles)]),
        )
        for n in range(1000)
    ]
    book = load("rempart")
    before, after = (
        book.judge(assessed(said)[str(about)]) for said in ([*heard, *exports], [*heard, *exports, *denials])
    )
    assume(before.measures)
    assert set(after.measures) >= set(before.measures)


# Relays


@settings(max_examples=20)
@given(
    st.sampled_from(WAVES),
    st.randoms(use_true_random=False),
    st.sampled_from([1, 10, 100, 1000]),
    st.none() | st.just("faites tourner, il faut que tout le monde le sache"),
)
def test_however_many_relay_they_take_no_more_than_a_crowd_may(seed, chance, many, text):
    heard = list(wave(seed).testimonies)
    about = chance.choice(heard).about
    last = max(one.received_at for one in heard if one.about == about)
    relays = [
        Testimony(
            id=f"relay{n}",
            received_at=last + timedelta(minutes=chance.random() * 3000),
            channel="public_post",
            about=about,
            stance="relay",
            conduct=["grooming"],
            text=text,
            reporter=Reporter(id=f"relayer{n}"),
        )
        for n in range(many)
    ]
    crowd = -shipped_parameters().belief.weights["relays_crowd"]
    assert crowd < 0.43
    assert gain(heard, relays, about) >= -crowd - 1e-6


# Fakes that make those who were harmed look like a crew


def gain_of_fakes(chance: Random, *, examined: bool) -> float | None:
    """What people who were harmed gain, or lose, when a crude crew piles up beside them; None where the wave has no
    such crew, or nobody who was harmed. examined: whether anybody looked at what the crew shows."""
    whole = wave(chance.choice(WAVES))
    guilty = {str(one.about) for one in whole.truth if one.guilty}
    crews: dict[str, list[Testimony]] = {}
    genuine: dict[str, list[Testimony]] = {}
    for one, kind in zip(whole.testimonies, whole.kinds, strict=True):
        if kind == "crude":
            crews.setdefault(str(one.about), []).append(one)
        if kind in GENUINE and str(one.about) in guilty:
            genuine.setdefault(str(one.about), []).append(one)
    told = [said for said in genuine.values() if any(one.stance == "testimony" for one in said)]
    if not crews or not told:
        return None
    said, crew = chance.choice(told), chance.choice([*crews.values()])
    about, others = said[0].about, [one for one in whole.testimonies if one.about != said[0].about]
    starts = chance.choice([said[0].received_at, said[-1].received_at])
    moved = [
        again(
            one,
            id=f"fake{n}",
            about=about,
            received_at=starts + (one.received_at - crew[0].received_at),
            evidence=one.evidence if examined else [again(piece, verified=None) for piece in one.evidence],
        )
        for n, one in enumerate(crew)
    ]
    return gain([*others, *said], moved, about)


def gains_of_fakes(*, examined: bool) -> np.ndarray:
    drawn = (gain_of_fakes(Random(number), examined=examined) for number in range(100))
    gains = np.array([one for one in drawn if one is not None])
    assert len(gains) > 50
    return gains


@pytest.mark.parametrize("examined", [False, True])
def test_crude_fakes_take_nothing_on_the_median_and_more_than_a_tenth_in_one_case_of_six(examined):
    """They should never take more than 0.1; today the worst case loses 1: some who were harmed share something with
    them and become suspect too."""
    gains = gains_of_fakes(examined=examined)
    assert np.mean(gains < -0.1) <= 1 / 6
    assert np.median(gains) > -0.01
    assert gains.min() > -1.1


# Names


@settings(max_examples=8)
@given(st.sampled_from(WAVES), st.randoms(use_true_random=False))
def test_names_say_nothing(seed, chance):
    heard = wave(seed).testimonies
    abouts = {str(one.about): one.about for one in heard}
    shuffled = sorted(abouts)
    chance.shuffle(shuffled)
    renamed = dict(zip(abouts, shuffled, strict=True))
    before = assessed(heard)
    after = assessed([again(one, about=abouts[renamed[str(one.about)]]) for one in heard])
    for name, other in renamed.items():
        for number in ("credibility", "independent_sources", "coordination"):
            assert getattr(after[other], number) == pytest.approx(getattr(before[name], number), abs=1e-9)


# People who organise openly


@pytest.fixture(scope="module")
def falls() -> np.ndarray:
    """By how much the credibility of accounts falls when those who were harmed by them organise openly."""
    found = []
    for seed in range(1, 5):
        apart = simulate(accounts=60, seed=seed)
        together = organised_openly(apart, seed=seed)
        changed = {
            str(one.about)
            for one, kind in zip(together.testimonies, together.kinds, strict=True)
            if kind == "organised"
        } - {str(one.about) for one, kind in zip(apart.testimonies, apart.kinds, strict=True) if kind == "organised"}
        before, after = assessed(apart.testimonies), assessed(together.testimonies)
        found += [before[name].credibility - after[name].credibility for name in sorted(changed)]
    assert len(found) > 30
    return np.array(found)


def test_people_who_organise_openly_lose_nothing_on_average_and_one_account_in_five_a_twentieth_at_most(falls):
    """No account should lose more than a twentieth; today one in seven does."""
    assert falls.mean() <= 0
    assert np.mean(falls > 0.05) <= 0.2


# What weighs more than what


def credibility(testimonies) -> float:
    (assessment,) = assess(testimonies)
    return assessment.credibility


def test_three_people_who_were_harmed_weigh_more_than_eighty_on_orders(world):
    assert credibility(world.victims(3)) > credibility(world.brigade(80))


def test_a_sealed_testimony_weighs_more_than_the_fortieth_post_under_a_hashtag(world):
    posts = world.victims(39, text="#balance moi aussi")
    sealed = credibility([*posts, *world.victims(1, channel="sealed")])
    assert sealed > credibility([*posts, *world.victims(1, text="#balance moi aussi")])


def test_one_verified_export_weighs_more_than_ten_screenshots_that_nobody_checked(world):
    screenshots = world.victims(10, evidence=[again(verified()[0], kind="screenshot", verified=None)])
    assert credibility(world.victims(1, evidence=verified("export"))) > credibility(screenshots)
