"""Folding text so that the same words compare equal, and finding them again in the original."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rempart.text.normalise import normalise


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Il m’a demandé", "il m'a demande"),
        ("NUD3S", "nudes"),
        ("n00ds sur sn@p", "noods sur snap"),
        ("p€do", "pedo"),
        ("nooon", "non"),
        ("ｎｕｄｅｓ", "nudes"),
        ("nυdеs", "nudes"),
        ("de\u200bman\u200dde", "demande"),
        ("e\u0301te\u0301", "ete"),
        ("œuvre", "oeuvre"),
        ("14ans", "14ans"),
        ("j'ai14ans", "j'ai14ans"),
        ("en 3e", "en 3e"),
        ("5€", "5€"),
    ],
)
def test_the_same_words_compare_equal_however_they_are_typed(written, folded):
    assert normalise(written).text == folded


@pytest.mark.parametrize(
    "kept", ["@leo33vrtx", "@leooo", "https://www.tiktok.com/@leooo3", "leo@mastodon.social", "a0b.fr/x1y"]
)
def test_handles_and_addresses_keep_their_digits_and_repeated_letters(kept):
    assert normalise(kept).text == kept


@pytest.mark.parametrize(
    ("written", "word", "original"),
    [
        ("oui de\u200bmandé", "demande", "de\u200bmandé"),
        ("c'est nooon merci", "non", "nooon"),
        ("une œuvre", "oeuvre", "œuvre"),
        ("ete\u0301 fini", "ete", "ete\u0301"),
        ("fini été", "ete", "été"),
    ],
)
def test_a_folded_word_is_found_again_in_the_original(written, word, original):
    found = normalise(written)
    start = found.text.index(word)
    begin, end = found.span(start, start + len(word))
    assert written[begin:end] == original


any_text = st.text(max_size=200)


@given(any_text)
@example("İ")
@example("\uf8ffa\uf8ff")
@example("ﷺ")
def test_offsets_never_decrease_and_stay_inside_the_original(text):
    found = normalise(text)
    offsets = [found.offset(index) for index in range(len(found.text))]
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(text) for offset in offsets)


@given(any_text, st.data())
def test_every_span_is_a_range_of_the_original_that_is_not_empty(text, data):
    found = normalise(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    begin, stop = found.span(start, end)
    assert 0 <= begin < stop <= len(text)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz '", max_size=60), st.integers(0, 60))
def test_an_invisible_character_changes_nothing(text, place):
    assert normalise(text[:place] + "\u200b" + text[place:]).text == normalise(text).text


@given(st.text(max_size=80))
def test_case_changes_nothing(text):
    assert normalise(text.upper().lower()).text == normalise(text.lower()).text or text.upper().lower() != text.lower()
