"""Every sentence that people read exists in French, is up to date, and is written as French is."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message

from rempart.pages import translations

FRENCH = next(path for path in translations.catalogue_paths() if path.parents[1].name == "fr")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def sentences(catalogue: Catalog) -> list[Message]:
    """The entries of a catalogue, but for its header."""
    return [message for message in catalogue if message.id]


def forms(words) -> tuple[str, ...]:
    """A sentence, or its singular and plural."""
    return words if isinstance(words, tuple) else (words,)


@pytest.fixture(scope="module")
def french() -> Catalog:
    """The French catalogue as it is kept."""
    return translations.read_catalogue(FRENCH)


@pytest.fixture(scope="module")
def sources() -> Catalog:
    """What the code and the templates say."""
    return translations.extracted()


def test_the_catalogue_holds_exactly_what_the_sources_say(french, sources):
    """When this fails: `python -m rempart.pages.translations update`, then translate what came in empty."""
    assert {message.id for message in sentences(french)} == {message.id for message in sentences(sources)}


def test_no_sentence_is_left_untranslated(french):
    assert [message.id for message in sentences(french) if not all(forms(message.string))] == []


def test_no_translation_is_in_doubt(french):
    assert [message.id for message in sentences(french) if message.fuzzy] == []


def test_each_translation_has_the_placeholders_of_its_sentence(french):
    wrong = [
        message.id
        for message in sentences(french)
        for words in forms(message.string)
        if set(PLACEHOLDER.findall(words)) != set(PLACEHOLDER.findall(forms(message.id)[-1]))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        (r"'", "a straight apostrophe"),
        (r"(?<![\u00a0\u202f\d])[:](?=\s|$)|(?<![\u202f])[;?!]", "no hard space before a double mark"),
        (r"« | »|\"", "quotation marks without hard spaces"),
        (r"\.\.\.", "three full stops for one ellipsis"),
    ],
    ids=lambda value: value if " " in value else "",
)
def test_french_is_typeset_as_french(french, mistake, name):
    found = [words for message in sentences(french) for words in forms(message.string) if re.search(mistake, words)]
    assert found == [], name


@pytest.mark.parametrize("path", translations.variant_paths(), ids=lambda path: path.parents[1].name)
def test_a_variant_says_nothing_that_the_sources_do_not(path, sources):
    own = translations.read_catalogue(path)
    assert {message.id for message in sentences(own)} <= {message.id for message in sentences(sources)}


def test_a_child_is_told_tu():
    child = translations.read_catalogue(translations.LOCALE / "fr_Child" / "LC_MESSAGES" / "django.po")
    formal = re.compile(r"\b(?:vous|votre|vos)\b|\w{3,}ez\b", re.IGNORECASE)
    said = [words for message in sentences(child) for words in forms(message.string)]
    assert said
    assert [words for words in said if formal.search(words)] == []


@pytest.mark.parametrize("word", ["coupable", "victime", "prédateur", "guilty", "predator"])
def test_nobody_is_blamed(french, word):
    said = [words for message in sentences(french) for words in (*forms(message.id), *forms(message.string))]
    assert [words for words in said if word in words.lower()] == []


def test_compiling_twice_writes_once(tmp_path, monkeypatch):
    copy = tmp_path / "fr" / "LC_MESSAGES" / "django.po"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(FRENCH.read_bytes())
    monkeypatch.setattr(translations, "LOCALE", tmp_path)
    assert translations.compile_catalogues() == [copy.with_suffix(".mo")]
    assert translations.compile_catalogues() == []


def test_a_template_is_read_with_its_blocks_plurals_and_arguments():
    template = (
        b"{% load i18n %}\n  <p title=\"{% translate 'One' %}\">\n"
        b"{% blocktranslate count n=n %}{{ n }} two{% plural %}{{ n }} twos{% endblocktranslate %}"
        b'{% translate "Three" as three %}</p>{# Four #}'
    )
    found = translations.extract_template(_file(template), translations._KEYWORDS, [], {})
    assert [message for _line, _function, message, _comments in found] == [
        "One",
        ("%(n)s two", "%(n)s twos", None),
        "Three",
    ]


def _file(content: bytes):
    from io import BytesIO

    return BytesIO(content)


def test_templates_keep_to_the_policy_that_forbids_what_is_inline():
    inline = re.compile(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)|javascript:")
    templates = list(translations.PACKAGE.glob("*/templates/**/*.html"))
    assert templates
    assert [path.name for path in templates if inline.search(path.read_text(encoding="utf-8"))] == []


def test_templates_and_styles_ask_nothing_of_anybody_else():
    files = [*translations.PACKAGE.glob("*/templates/**/*.html"), *translations.PACKAGE.glob("pages/static/**/*.*s*")]
    elsewhere = re.compile(r"(?:src|href|url)\s*[=(]\s*[\"']?(?:https?:)?//")
    assert [Path(path).name for path in files if elsewhere.search(path.read_text(encoding="utf-8"))] == []
