"""What people looked after and their guardians read: in both languages, plain, warm, never blaming."""

import re
from datetime import date
from importlib.resources import files
from string import Formatter

import pytest
import yaml

from rempart.care import wording
from rempart.casework.statements.dates import LANGUAGES
from rempart.intake.models import Account

CARE = files("rempart.care")
PAGES = {name: yaml.safe_load((CARE / f"words/{name}.yaml").read_text("utf-8")) for name in ("page", "guardian")}
WELCOME = yaml.safe_load((CARE / "words/welcome.yaml").read_text("utf-8"))
DUTIES = yaml.safe_load((CARE / "duties.yaml").read_text("utf-8"))
SENTENCES = [
    *((f"{name}.{key}", texts) for name, page in PAGES.items() for key, texts in page.items()),
    *((f"welcome.{key}", texts) for key, texts in WELCOME["paragraphs"].items()),
    *(
        (f"duties.{country}.{row['key']}.{part}", row[part])
        for country, rows in DUTIES.items()
        for row in rows
        for part in ("young", "guardian")
        if part in row
    ),
]
BANDS = [*Account.AgeBand.values, None]
NEVER = re.compile(
    r"\b(victim\w*|cases?|dossiers?|risk\w*|risqu\w*|guilt\w*|coupable\w*|fautif\w*|suspect\w*|prédateur\w*|"
    r"predator\w*|plainte\w*|accus\w*)\b",
    re.IGNORECASE,
)
TO_AN_ADULT = re.compile(r"(?<!-)\b(?:vous|votre|vos)\b|\b(?!chez\b|rendez-)\w{2,}ez\b", re.IGNORECASE)
TO_A_CHILD = re.compile(r"\b(?:tu|te|toi|ton|ta|tes)\b|\bt’", re.IGNORECASE)

YOUNG = [(key, texts) for key, texts in SENTENCES if not key.startswith("guardian.") and not key.endswith(".guardian")]


def fields(text: str) -> frozenset[str]:
    """The names of the values that a sentence takes."""
    return frozenset(field for _text, field, _spec, _how in Formatter().parse(text) if field)


def test_every_sentence_is_there_in_both_languages():
    known = {"fr", "en", "fr_adult", "en_adult"}
    assert [name for name, texts in SENTENCES if not set(LANGUAGES) <= set(texts) <= known] == []


def test_a_sentence_has_the_same_values_in_every_language():
    named = {name: {fields(text) for text in texts.values()} for name, texts in SENTENCES}
    assert [name for name, found in named.items() if len(found) > 1] == []


def test_nobody_is_blamed_or_called_by_what_happened():
    assert [name for name, texts in SENTENCES if any(NEVER.search(text) for text in texts.values())] == []


def test_a_young_person_is_told_tu_and_an_adult_vous():
    # Here « vous » is the team, or two people.
    two = {"page.mentor_lead", "page.mentor_with", "page.adult_yes", "page.erase"}
    assert [key for key, texts in YOUNG if key not in two and TO_AN_ADULT.search(texts["fr"])] == []
    assert [key for key, texts in YOUNG if TO_A_CHILD.search(texts.get("fr_adult", ""))] == []


def test_a_guardian_is_told_vous():
    assert [key for key, texts in PAGES["guardian"].items() if TO_A_CHILD.search(texts["fr"])] == []


def test_sentences_are_short_enough_for_a_twelve_year_old():
    said = [(key, text) for key, texts in YOUNG for text in texts.values()]
    assert [key for key, text in said if any(len(one.split()) > 36 for one in re.split(r"(?<=[.?!:])\s", text))] == []


@pytest.mark.parametrize("band", BANDS, ids=str)
@pytest.mark.parametrize("country", ["FR", "CH", "GB", "US", "JP", None], ids=str)
def test_the_welcome_says_whom_to_call_and_leaves_no_hole(band, country):
    letter = wording.welcome_letter(band, country)
    for language in LANGUAGES:
        assert all((line.number or line.url) in letter[language] for line in wording.helplines(country, band, language))
        assert "{" not in letter[language]
        assert len(letter[language]) < 3000


@pytest.mark.parametrize(
    ("band", "numbers"),
    [
        ("under_13", ["3114", "119", "3018", "0 800 235 236", "112"]),
        ("13_15", ["3114", "119", "3018", "0 800 235 236", "112"]),
        (None, ["3114", "119", "3018", "0 800 235 236", "112"]),
        ("18_plus", ["3114", "112"]),
    ],
    ids=str,
)
def test_numbers_are_those_of_the_country_and_the_age(band, numbers):
    assert [line.number for line in wording.helplines("FR", band, "fr")] == numbers


def test_an_unknown_age_reads_the_letter_of_the_youngest():
    assert wording.welcome_letter(None, "FR") == wording.welcome_letter("under_13", "FR")


def test_only_minors_are_told_of_parents_and_only_the_youngest_and_their_elders_to_fifteen_of_the_law():
    letters = {band: wording.welcome_letter(band, "FR")["fr"] for band in Account.AgeBand.values}
    assert [band for band, text in letters.items() if "parent" in text] == ["under_13", "13_15", "16_17"]
    assert [band for band, text in letters.items() if "règles faites pour te protéger" in text] == ["under_13", "13_15"]
    assert "rules made to protect you" not in wording.welcome_letter("13_15", "US")["en"]


def test_the_french_duties_are_those_of_the_law_on_filmed_children():
    keys = {row["key"] for row in DUTIES["FR"]}
    assert {"agreement", "declaration", "hours", "money", "erasure", "image", "platform", "contract"} == keys
    assert [duty.key for duty in wording.duties("FR", "16_17", "young", "fr")] == ["image", "erasure", "contract"]
    assert "agreement" in {duty.key for duty in wording.duties("FR", "13_15", "guardian", "fr")}
    assert wording.duties("US", "13_15", "guardian", "en") == []


@pytest.mark.parametrize("row", DUTIES["FR"], ids=lambda row: row["key"])
def test_a_duty_says_where_it_comes_from_and_when_that_was_checked(row):
    assert row["source"]
    assert row["url"].startswith("https://")
    assert row["read"] in {"text", "pages"}
    assert isinstance(row["checked"], date)
    assert 0 <= row["ages"][0] <= row["ages"][1]


def test_french_is_typeset_as_french():
    wrong = re.compile("'|(?<!\u00a0)[;?!»]|«(?!\u00a0)|[.]{3}")
    shown = wording.sentences("page", "fr", False) | wording.sentences("guardian", "fr", True)
    assert [text for text in shown.values() if wrong.search(text)] == []
