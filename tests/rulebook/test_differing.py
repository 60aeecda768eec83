"""How two rulebooks part on one account, and the terms and numbers that say why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records import Assessment
from rempart.rulebook import EvaluationFailed, difference, explain, load, parse, shipped

BOOKS = [load(name) for name in shipped()]


@given(st.from_type(Assessment), st.sampled_from(BOOKS))
def test_a_rulebook_does_not_part_from_itself(assessment, book):
    assert difference(book, book, assessment) is None


@given(st.from_type(Assessment), st.sampled_from(BOOKS), st.sampled_from(BOOKS))
def test_stricter_one_way_is_lighter_the_other(assessment, one, other):
    there, back = difference(one, other, assessment), difference(other, one, assessment)
    opposite = {"stricter": "lighter", "lighter": "stricter", "otherwise": "otherwise"}
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert back.direction == opposite[there.direction]
        assert (there.before, there.after) == (back.after, back.before)


@given(st.from_type(Assessment), st.sampled_from(BOOKS))
def test_an_explanation_agrees_with_the_judgement(assessment, book):
    matched = book.judge(assessment).articles
    assert [one.id for one in book.articles if explain(one, assessment).matches] == list(matched)


def test_an_explanation_gives_each_term_with_the_numbers_it_read(book, assessment):
    (article,) = parse(book({"when": "severity >= 2 && credibility >= 0.95"})).articles
    said = explain(article, assessment(credibility=0.9, severity=3))
    assert [(term.text, term.holds, term.read) for term in said.terms] == [
        ("severity >= 2", True, {"severity": 3.0}),
        ("credibility >= 0.95", False, {"credibility": 0.9}),
    ]


def test_a_term_that_fails_neither_holds_nor_does_not(book, assessment):
    (article,) = parse(book({"when": "conduct[7] == 'grooming'"})).articles
    assert [term.holds for term in explain(article, assessment()).terms] == [None]


def test_of_several_services_the_one_under_which_the_article_matches_is_explained(book, assessment):
    (article,) = parse(book({"when": "severity >= 3", "conduct_on": "[tiktok, snapchat]"})).articles
    said = explain(article, assessment(by_service={"tiktok": {"severity": 1}, "snapchat": {"severity": 4}}))
    assert (said.view, said.matches) == ("snapchat", True)


def test_what_lies_outside_the_scope_is_said_to(book, assessment):
    (article,) = parse(book({"when": "severity >= 3", "conduct_on": "[snapchat]"})).articles
    said = explain(article, assessment(by_service={"tiktok": {}}))
    assert (said.view, said.scope_holds, said.matches) == (None, False, False)


def test_an_article_that_may_not_fire_again_counts_under_neither(book, assessment):
    before = parse(book({"when": "severity >= 4"}))
    after = parse(book({"when": "severity >= 1"}))
    assert difference(before, after, assessment()).direction == "stricter"
    assert difference(before, after, assessment(), spent={"a1"}) is None


@pytest.mark.parametrize(
    ("changed", "direction", "kind"),
    [
        ({"when": "severity >= 4"}, "lighter", "no_longer_matches"),
        ({"measure": "no_new_contacts"}, "stricter", "asks_otherwise"),
        ({"measure": "watch"}, "lighter", "asks_otherwise"),
        ({"lasts": "20d"}, "stricter", "asks_otherwise"),
        ({"approval": "two_reviewers"}, "otherwise", "asks_otherwise"),
        ({"id": "another", "measure": "no_new_contacts"}, "stricter", "new"),
    ],
)
def test_the_direction_and_the_article_that_parts_them_are_named(book, assessment, changed, direction, kind):
    found = difference(parse(book({})), parse(book(changed)), assessment())
    assert found.direction == direction
    assert kind in [why.kind for why in found.because]


def test_what_cannot_be_judged_is_no_difference(book, assessment):
    broken = parse(book({"when": "conduct[7] == 'grooming'"}))
    with pytest.raises(EvaluationFailed):
        difference(parse(book({})), broken, assessment())
