import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.text.near_duplicates import find_copies, word_pairs

STORY = "il m'a demandé des photos sur snap quand j'avais quatorze ans et j'ai eu peur d'en parler à mes parents"
OTHER = "he wrote to me after a live and would not stop asking where i lived until i blocked him on everything"
words = st.lists(st.text("abcdefgh", min_size=2, max_size=6), min_size=8, max_size=30).map(" ".join)


def first(*texts):
    return find_copies(texts).first.tolist()


def test_a_copy_belongs_to_the_first_of_its_texts():
    assert first(STORY, OTHER, STORY) == [0, 1, 0]


@pytest.mark.parametrize(
    "copy",
    [
        STORY.upper(),
        STORY.replace("é", "e"),
        f"  {STORY} !!! 😡😡",
        f"#balancetontiktokeur @leo.vrtx {STORY} https://example.org/x",
        STORY.replace("sur snap", "sur\nsnap\n\n"),
        STORY.replace("peur", "très peur"),
    ],
)
def test_case_accents_signs_hashtags_and_a_word_more_hide_no_copy(copy):
    assert first(STORY, copy) == [0, 0]


def test_what_only_shares_a_hashtag_and_a_mention_is_no_copy():
    assert first(f"#balancetontiktokeur @leo.vrtx {STORY}", f"#balancetontiktokeur @leo.vrtx {OTHER}") == [0, 1]


def test_texts_of_one_word_or_none_repeat_nothing():
    assert first(None, "", "moi", "moi", "  ", None, "#metoo #metoo") == [0, 1, 2, 3, 4, 5, 6]


def test_exact_copies_are_wholly_alike():
    assert find_copies([STORY, STORY]).similarity.tolist() == [0.0, 1.0]


def test_the_length_counts_pairs_of_words():
    assert find_copies(["un deux trois", None, "un"]).length.tolist() == [2, 0, 0]


def test_zero_bytes_and_lone_surrogates_are_only_text():
    assert first(f"{STORY}\0", "\ud800 un deux trois", STORY) == [0, 1, 0]


def test_a_long_text_that_comes_thousands_of_times_takes_the_room_of_one():
    long = " ".join(f"@someone{number}" for number in range(5_000))
    tracemalloc.start()
    copies = find_copies([f"{STORY} {long}"] * 5_000)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert set(copies.first.tolist()) == {0}
    assert most < 100_000_000


@given(st.lists(st.sampled_from([STORY, OTHER, "", None, "moi", f"{STORY} {OTHER}"]), max_size=12))
def test_pairs_of_words_are_those_of_each_text_alone(texts):
    pairs, owner, _ = word_pairs(texts)
    for place, text in enumerate(texts):
        assert pairs[owner == place].tolist() == word_pairs([text]).pairs.tolist()


def test_no_texts_have_no_copies():
    assert first() == []


def test_the_threshold_decides():
    half = STORY.split()[:10] + OTHER.split()[:10]
    assert find_copies([STORY, " ".join(half)], threshold=0.9).first.tolist() == [0, 1]


@given(st.lists(words, max_size=12))
def test_what_comes_later_changes_nothing_of_what_came_before(texts):
    everything = find_copies([*texts, *texts])
    before = find_copies(texts)
    assert everything.first[: len(texts)].tolist() == before.first.tolist()
    assert everything.similarity[: len(texts)].tolist() == before.similarity.tolist()


@given(st.lists(words, min_size=1, max_size=12))
def test_a_second_time_around_every_text_is_a_copy(texts):
    found = find_copies([*texts, *texts])
    assert (found.similarity[len(texts) :] == 1.0).all()
    assert (found.first <= range(len(texts) * 2)).all()


def test_chunks_do_not_show():
    texts = [f"{STORY} {n}" for n in range(3)] + [None] * 40_000 + [STORY]
    assert first(*texts)[-1] == 0


def test_an_address_at_the_end_of_a_text_does_not_run_on_into_the_next():
    found = word_pairs(["regarde https://exemple.fr", "il m'a écrit hier soir", "et à moi aussi"])

    assert found.owner.tolist() == [1] * 5 + [2] * 3
