"""One figure of a rulebook changed in its text, and nothing else."""

from datetime import timedelta
from decimal import Decimal

import pytest

from rempart.rulebook import RulebookErrors, UnknownParameter, load, parameter, parameters, parse, shipped, variants

BOOKS = [load(name) for name in shipped()]


@pytest.mark.parametrize("book", BOOKS, ids=lambda book: book.name)
def test_every_figure_in_place_of_itself_changes_no_article(book):
    for one in parameters(book):
        (same,) = variants(book, one, [one.value])
        assert same.articles == book.articles


@pytest.mark.parametrize(
    "written",
    [
        "when: credibility >= {}",
        'when: "{} <= credibility"',
        "when: >\n      severity >= 2\n      && credibility >= {}",
        "when: '''grooming'' in conduct && credibility >= {}'",
        "when: credibility >= {} # and not 0.85",
    ],
    ids=["plain", "mirrored", "folded", "quoted", "commented"],
)
def test_a_figure_is_found_however_it_is_written(written):
    text = load("count-three").source.replace("when: testimonies + relays >= 3", written.format("0.85"))
    book = parse(text)
    (figure,) = [one for one in parameters(book) if one.name == "credibility"]
    (changed,) = variants(book, figure, [Decimal("0.5")])
    assert changed.source == text.replace(written.format("0.85"), written.format("0.5"))


def test_a_length_of_time_is_changed_in_its_article_alone():
    book = load("rempart")
    (changed,) = variants(book, parameter(book, "insults-and-threats.lasts"), [timedelta(days=10)])
    assert changed.article("insults-and-threats").lasts == timedelta(days=10)
    assert [one for one in changed.articles if one.id != "insults-and-threats"] == [
        one for one in book.articles if one.id != "insults-and-threats"
    ]


def test_a_variant_is_held_to_the_limits_of_its_kind():
    book = load("rempart")
    with pytest.raises(RulebookErrors):
        variants(book, parameter(book, "watch.lasts"), [timedelta(days=91)])


def test_a_figure_that_is_spelt_by_escapes_is_left_alone():
    text = load("count-three").source.replace("when: testimonies + relays >= 3", 'when: "credibility >= 0\\x2e85"')
    book = parse(text)
    (figure,) = [one for one in parameters(book) if one.name == "credibility"]
    with pytest.raises(UnknownParameter, match="write it as digits"):
        variants(book, figure, [Decimal("0.5")])
