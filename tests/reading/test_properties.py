"""What holds of every reading, whatever the text."""

import json
import unicodedata
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rempart.reading import PostReader
from rempart.records.post import Post

READER = PostReader(default_service="tiktok")
PIECES = (
    *(
        "@leo.vrtx",
        "@kyl.off",
        "@e_enfance",
        "leo.vrtx",
        "https://www.tiktok.com/@leo.vrtx",
        "insta :",
        "son snap c'est",
        "sur snap",
    ),
    *(
        "m'a demandé des nudes",
        "m'a violée",
        "il n'a rien fait",
        "je vous crois",
        "j'avais 14 ans",
        "il a 22 ans",
        "ma fille de 13 ans",
    ),
    *(
        "j'ai menti",
        "le parquet ouvre une enquête",
        "c'est quoi",
        "asked me for nudes",
        "leave him alone",
        "i was 14",
        "j'ai les screens",
    ),
    *(
        "rencontré sur TikTok",
        "et",
        ",",
        ".",
        "\n",
        "« »",
        "\u200b",
        "😂",
        "nooon",
        "œ",
        "e\u0301",
        "#balance",
        "RT @x:",
    ),
)
CORPUS = [
    json.loads(line)["text"]
    for file in sorted((Path(__file__).parent / "corpus").glob("*.jsonl"))
    for line in file.read_text(encoding="utf-8").splitlines()
]
texts = st.one_of(st.text(max_size=120), st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join))


def read(text, **fields):
    return READER.read(
        Post(
            **{
                "id": "1",
                "service": "twitter",
                "author": "a",
                "created_at": "2020-06-18T12:00:00Z",
                "text": text,
                **fields,
            }
        )
    )


@given(texts)
@example("@")
@example("#")
@example("\ud800".encode("utf-8", "replace").decode())
@example("ﷺ" * 5)
def test_every_span_is_inside_the_text_and_not_empty(text):
    ranges = [span for spans in read(text).spans.values() for span in spans]
    assert all(0 <= start < end <= len(text) for start, end in ranges)


@given(texts)
def test_nobody_is_accused_but_in_a_testimony_or_a_relay(text):
    statement = read(text)
    assert not statement.accused or statement.stance in ("testimony", "relay")


@given(texts)
def test_a_probability_is_one_and_that_of_the_likeliest_of_six(text):
    assert 1 / 6 <= read(text).stance_probability <= 1


@given(texts)
def test_a_fresh_reader_reads_the_same(text):
    assert PostReader(default_service="tiktok").read(_post(text)) == READER.read(_post(text))


def _post(text):
    return Post(id="1", service="twitter", author="a", created_at="2020-06-18T12:00:00Z", text=text)


@given(texts)
def test_a_repost_is_never_a_testimony(text):
    assert read(text, repost_of="9").stance != "testimony"


@given(texts)
def test_what_was_read_of_an_age_agrees_with_minority(text):
    statement = read(text)
    assert statement.complainant_age is None or statement.complainant_minor == (statement.complainant_age < 18)


TESTIMONY = "rencontré sur TikTok, @leo.vrtx m'a demandé des nudes sur snap, j'avais 14 ans"
DISGUISES = str.maketrans("aeopcyx", "аеорсух")


@given(st.integers(0, len(TESTIMONY)), st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufe0f", "\u00ad"]))
def test_an_invisible_character_changes_nothing_of_what_is_read(place, invisible):
    disguised = read(TESTIMONY[:place] + invisible + TESTIMONY[place:])
    plain = read(TESTIMONY)
    assert (disguised.accused, disguised.conduct, disguised.complainant_age) == (
        plain.accused,
        plain.conduct,
        plain.complainant_age,
    )


READ = (
    "stance",
    "accused",
    "conduct",
    "conduct_services",
    "met_on",
    "complainant_age",
    "complainant_minor",
    "evidence",
)


def _without_accents(text):
    return "".join(part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part))


@pytest.mark.parametrize("disguise", [str.upper, _without_accents, "\u200b".join], ids=["upper", "bare", "zero-width"])
def test_every_post_of_the_corpus_reads_the_same_in_disguise(disguise):
    for text in CORPUS:
        plain, disguised = read(text), read(disguise(text))
        assert {field: getattr(disguised, field) for field in READ} == {field: getattr(plain, field) for field in READ}


@pytest.mark.parametrize("bystander", ["Merci @temoin.by", "Soutien à @temoin.by", "Mon amie @temoin.by me croit"])
def test_a_bystander_whom_a_french_post_thanks_or_backs_is_never_accused(bystander):
    accused = [read(f"{text}. {bystander}.").accused for text in CORPUS if read(text).lang == "fr"]
    assert not [one for several in accused for one in several if one.handle == "temoin.by"]


@pytest.mark.parametrize("letter", "aeopcyx")
def test_a_look_alike_letter_does_not_change_who_is_accused(letter):
    disguised = TESTIMONY.replace(letter, letter.translate(DISGUISES))
    assert read(disguised).accused == read(TESTIMONY).accused


@pytest.mark.parametrize(
    "piece", ["a", "-", "_", ".", "a.", "ab1", "a0", "a_", "@", "a@", "#", "\u200b", "demande ", "14 ans ", "\n"]
)
def test_the_longest_text_of_one_repeated_piece_is_read(piece):
    assert read(piece * (20_000 // len(piece))).accused == []  # it would never end if a run of letters were tried twice
