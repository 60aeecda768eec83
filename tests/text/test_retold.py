"""Texts that tell again what earlier texts about the same subject told."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rempart.text.near_duplicates import word_pairs
from rempart.text.retold import find_retold

STORY = "une amie de Lyon a tout vu"
OTHERS = [f"mot{n} puis chose{n} sans rapport aucun avec quoi{n}" for n in range(40)]


def retold(*texts, subjects):
    return find_retold(word_pairs(texts), subjects, times=5.0)


def test_who_tells_the_story_of_two_others_retells_it():
    share = retold(*OTHERS, *[f"{STORY} {own}" for own in ("hier", "demain", "jamais")], subjects=[0] * 40 + [1] * 3)
    assert share[-1] > 0.7


def test_the_first_two_who_tell_it_retell_nothing():
    share = retold(*OTHERS, *[STORY] * 2, subjects=[0] * 40 + [1] * 2)
    assert not share[-2:].any()


def test_what_is_told_of_everybody_is_no_story():
    share = retold(*[STORY] * 40, subjects=[n % 8 for n in range(40)])
    assert not share[20:].any()


def test_missing_texts_retell_nothing():
    assert not retold(None, "", "mot", subjects=[0, 0, 0]).any()


words = st.lists(st.sampled_from(["un", "deux", "trois", "quatre"]), max_size=6).map(" ".join)


@given(st.lists(st.tuples(words, st.integers(0, 2)), max_size=30), st.integers(0, 30))
def test_what_comes_later_changes_nothing(said, cut):
    texts, subjects = [text for text, _ in said], [subject for _, subject in said]
    whole = find_retold(word_pairs(texts), subjects, times=5.0)
    part = find_retold(word_pairs(texts[:cut]), subjects[:cut], times=5.0)
    assert np.array_equal(whole[:cut], part)
    assert ((whole >= 0) & (whole < 1 + 1e-9)).all()
