"""The parts of the wave detector: what is ordinary, the budget, the count alone, names in tags, the screen."""

import math
import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.radar.waves.budget import LOOKS, Budget, shares
from rempart.radar.waves.naming import may_be_pile_on, names, pieces_of
from rempart.radar.waves.ordinary import POINTS, Ordinary
from rempart.radar.waves.phrases import Phrases, phrases_of
from rempart.radar.waves.trend import BIN, Trend
from rempart.reading import PostReader
from rempart.records import Post
from rempart.text.normalise import normalise

START = 1_600_000_200.0
MOMENT = datetime(2020, 6, 6, tzinfo=UTC)


def test_a_tail_is_a_probability_that_falls_with_testimonies_and_grows_with_authors():
    ordinary = Ordinary()
    tails = [ordinary.tail(k, 20, 0, 0) for k in range(22)]
    assert (tails[0], tails[21]) == (1.0, 0.0)
    assert all(0 <= later <= earlier <= 1 for earlier, later in pairwise(tails))
    assert ordinary.tail(3, 3, 0, 0) < ordinary.tail(3, 10, 0, 0) < ordinary.tail(3, 100, 0, 0)


@settings(max_examples=40)
@given(st.integers(1, 60), st.data())
def test_probabilities_of_all_counts_sum_to_one(authors, data):
    past = data.draw(st.floats(0, 50))
    told = data.draw(st.floats(0, 1)) * past
    ordinary = Ordinary()
    masses = [
        ordinary.tail(k, authors, told, past) - ordinary.tail(k + 1, authors, told, past) for k in range(authors + 1)
    ]
    assert math.isclose(sum(masses), 1.0, rel_tol=1e-6)
    assert min(masses) > -1e-9


def test_a_tag_without_testimonies_in_its_past_is_more_surprising_and_one_with_many_less():
    ordinary = Ordinary()
    assert ordinary.tail(4, 10, 0, 80) < ordinary.tail(4, 10, 0, 0) < ordinary.tail(4, 10, 30, 80)


@pytest.mark.parametrize("share", [0.004, 0.02, 0.08], ids=["rare", "usual", "bad-reader"])
def test_the_share_of_an_ordinary_tag_is_learnt(share):
    dice, ordinary, tags = random.Random(1), Ordinary(), []
    for _ in range(4000):
        authors = 1 + int(dice.expovariate(0.5))
        tags.append((authors, sum(dice.random() < share for _ in range(authors))))
        ordinary.learn(*tags[-1])
    drawn = sum(spoke for _, spoke in tags) / sum(authors for authors, _ in tags)
    assert ordinary.share == pytest.approx(drawn, rel=0.15)


def test_what_was_learnt_goes_on_from_where_it_stood():
    ordinary = Ordinary()
    ordinary.learn(30, 2)
    assert Ordinary(ordinary.learnt).tail(3, 9, 1, 4) == ordinary.tail(3, 9, 1, 4)
    with pytest.raises(ValueError, match=str(POINTS)):
        Ordinary([1.0])


def test_a_tag_never_spends_more_than_its_part_of_the_budget():
    budget = Budget(0.5, 1e6)
    spent = sum(budget.level(look, share) for look in range(len(LOOKS)) for share in shares(3))
    assert spent <= 0.5 / budget.rate + 1e-12


def test_the_more_tags_there_are_the_more_surprising_each_must_be():
    budget = Budget(0.5, 1e6)
    before = budget.level(0, 1.0)
    for _ in range(1000):
        budget.opened()
    assert budget.level(0, 1.0) < before / 10


def daily(day: int, dice: random.Random) -> list[int]:
    """A day of five-minute counts with a rhythm."""
    rates = [5 + 3 * math.sin(2 * math.pi * slot / 288) for slot in range(288)]
    return [sum(dice.random() < rate / 20 for _ in range(20)) for rate in rates] if day >= 0 else []


def test_the_count_alone_shows_a_rise_once_and_not_the_time_of_day():
    dice, trend, rises = random.Random(2), Trend(int(START // BIN)), []
    counts = [count for day in range(14) for count in daily(day, dice)]
    surge = 12 * 288 + 100
    counts[surge : surge + 24] = [count + 40 for count in counts[surge : surge + 24]]
    for slot, count in enumerate(counts):
        if rise := trend.add(START + slot * BIN, count, surprise=3.5, quiet=86_400):
            rises.append(rise)
    [rise] = rises
    assert surge <= (rise.at - START) / BIN <= surge + 13
    assert abs((rise.began - START) / BIN - surge) <= 3
    assert rise.observed > 2 * rise.expected
    assert rise.score > 3


def test_nothing_is_told_of_the_first_eight_days():
    dice, trend = random.Random(2), Trend(int(START // BIN))
    counts = [count for day in range(8) for count in daily(day, dice)]
    counts[1500:1520] = [500] * 20
    assert not any(
        trend.add(START + slot * BIN, count, surprise=3.5, quiet=86_400) for slot, count in enumerate(counts)
    )


def test_one_author_counts_once_in_five_minutes():
    trend = Trend(int(START // BIN))
    for author in (1, 1, 1, 2):
        trend.post(START + author, author, surprise=3.5, quiet=86_400)
    assert trend.count == 2


@pytest.mark.parametrize("tag", ["stopleovrtx", "cancelnoxriv", "leopedophile", "jaccuseleo"])
def test_an_accusation_beside_an_unknown_word_may_be_a_pile_on(tag):
    assert may_be_pile_on(tag)


@pytest.mark.parametrize(
    "tag", ["balancetontiktokeur", "balancetonporc", "metootiktok", "jetemoigne", "stopharcelement", "btw21"]
)
def test_a_call_is_no_pile_on(tag):
    assert not may_be_pile_on(tag)


def test_a_handle_is_recognised_in_a_tag_by_its_letters():
    assert names("onveutlaveritesurleovrtx", pieces_of("leo.vrtx"))
    assert names("noxriv_out", pieces_of("nox_riv22"))
    assert not names("balancetastar", pieces_of("star.paris"))


def test_a_phrase_is_held_as_a_hash_until_a_second_author_says_it():
    phrases, said = Phrases(), phrases_of("je balance leo vrtx. merci", lambda word: word in ("leo", "vrtx"))
    assert said == {"leo vrtx"}
    assert phrases.heard(said, 1, 10.0, since=0) == []
    assert phrases.heard(said, 1, 20.0, since=0) == []
    assert phrases.heard(said, 2, 30.0, since=0) == [("leo vrtx", 1, 10.0)]
    assert phrases.within("encore LEO-VRTX".lower()) == ["leo vrtx"]


def test_a_phrase_that_testimonies_always_held_is_no_surprise():
    phrases = Phrases(live=["j ose"], past={"j ose": 40.0}, testimonies=100.0, latest=[1.0] * 6)
    new = Phrases(live=["leo vrtx"], past={"leo vrtx": 0.0}, testimonies=100.0, latest=[1.0] * 6)
    assert new.surprise("leo vrtx", 5, 0.0) < 1e-5
    assert phrases.surprise("j ose", 5, 0.0) > 0.005


WORDS = [
    "il",
    "m",
    "a",
    "demandé",
    "des",
    "nudes",
    "photo",
    "de",
    "moi",
    "ma",
    "sœur",
    "menacée",
    "@leo.vrtx",
    "asked",
    "me",
    "for",
    "pics",
    "i",
    "was",
    "14",
    "ans",
    "j'avais",
    "secret",
    "dit",
    "que",
    "publier",
    "mes",
    ".",
    "#tag",
    "sans",
    "rien",
    "harcèle",
    "pas",
    "https://tiktok.com/@nox",
    "touched",
    "he",
    "sent",
    "screens",
    "argent",
]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.sampled_from([None, "fr", "en"]))
def test_what_the_screen_lets_go_reading_would_have_found_without_conduct(words, language):
    reader = PostReader()
    text = " ".join(words)
    one = Post(id="1", service="twitter", author="a", created_at=MOMENT, text=text, lang=language)
    if not reader.may_report(one, normalise(one.text).text):
        assert reader.read(one).conduct == []
