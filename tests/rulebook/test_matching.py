"""Which articles match: scopes, views, and remembered answers that are those CEL gives."""

import pickle
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records import AccountFacts, Assessment
from rempart.rulebook import EvaluationFailed, load, parse, shipped
from rempart.rulebook.expression import Expression
from rempart.rulebook.matching import values_of
from rempart.rulebook.names import NAMES

assessments = st.from_type(Assessment)


@given(assessments, st.sampled_from(shipped()))
def test_what_is_remembered_is_what_each_condition_answers(assessment, name):
    book = load(name)
    expected = []
    for article in book.articles:
        met = article.met_on is None or assessment.about.service in assessment.met_on
        if article.conduct_on is None and met:
            program = Expression(article.when)
            if program.holds(values_of(sorted(program.names), assessment, assessment)):
                expected.append(article.id)
    assert list(book.judge(assessment).articles) == expected


TRICKY = (
    "conduct[2] == 'grooming' && severity >= 2",
    "severity >= 2 && (conduct[1] == 'grooming' || relays > 1)",
    "testimonies + relays > 3 && hours_since_first > 10 && relays != 2",
    "account_reach * 2 >= 1000 && 3 <= severity && severity < 4",
    "size(met_on) > 1 ? credibility > 0.5 : coordination <= 0.5",
)


@given(st.lists(assessments, max_size=6))
def test_failures_are_told_and_matches_found_as_if_nothing_were_remembered(tricky_book, many):
    for assessment in many:
        fresh = parse(tricky_book.source)
        try:
            expected = fresh.judge(assessment)
        except EvaluationFailed as error:
            with pytest.raises(EvaluationFailed, match=error.article):
                tricky_book.judge(assessment)
        else:
            assert tricky_book.judge(assessment) == expected


@pytest.fixture(scope="module")
def tricky_book(book):
    return parse(book(*({"when": f'"{when}"'} for when in TRICKY)))


def test_a_condition_that_fails_is_no_match(book, assessment):
    with pytest.raises(EvaluationFailed, match="a1"):
        parse(book({"when": "conduct[3] == 'grooming'"})).judge(assessment())


def test_a_failure_beside_a_term_that_says_no_is_a_no(book, assessment):
    judged = parse(book({"when": "conduct[3] == 'grooming' && severity >= 4"})).judge(assessment(severity=2))
    assert judged.mode == "none"


def test_conduct_is_looked_for_on_the_services_of_the_scope_alone(book, assessment):
    snapchat_only = assessment(by_service={"snapchat": {}})
    assert parse(book({"conduct_on": "[tiktok]"})).judge(snapchat_only).articles == ()
    assert parse(book({"conduct_on": "[tiktok, snapchat]"})).judge(snapchat_only).articles == ("a1",)


def test_a_view_is_judged_by_its_own_numbers(book, assessment):
    rulebook = parse(book({"conduct_on": "[tiktok]", "when": "testimonies >= 3"}))
    assert rulebook.judge(assessment(testimonies=9, by_service={"tiktok": {"testimonies": 2}})).articles == ()
    assert rulebook.judge(assessment(testimonies=9, by_service={"tiktok": {"testimonies": 3}})).articles == ("a1",)


def test_views_are_not_added_up(book, assessment):
    rulebook = parse(book({"conduct_on": "[tiktok, snapchat]", "when": "testimonies >= 3"}))
    split = assessment(by_service={"tiktok": {"testimonies": 2}, "snapchat": {"testimonies": 2}})
    assert rulebook.judge(split).articles == ()


def test_contact_must_have_begun_where_the_scope_says(book, assessment):
    rulebook = parse(book({"met_on": "[instagram, tiktok]"}))
    assert rulebook.judge(assessment(met_on=["tiktok"])).articles == ("a1",)
    assert rulebook.judge(assessment(met_on=["discord"])).articles == ()
    assert rulebook.judge(assessment(met_on=[])).articles == ()


@pytest.mark.parametrize(("about", "articles"), [("tiktok", ("a1",)), ("twitch", ())])
def test_own_is_the_service_that_the_account_is_on(book, assessment, about, articles):
    rulebook = parse(book({"met_on": "[own]", "conduct_on": "[own]"}))
    where = assessment(about=about, by_service={"tiktok": {"met_on": ["tiktok"]}})
    assert rulebook.judge(where).articles == articles


def test_an_article_without_scope_counts_anywhere(book, assessment):
    text = book(without=("scope", "conduct_on", "met_on"))
    assert parse(text).judge(assessment()).articles == ("a1",)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("account_reach", 0),
        ("account_monetised", False),
        ("account_country", ""),
        ("account_age_band", "unknown"),
        ("hours_since_first", 0.0),
        ("by_channel.sealed", 0),
    ],
)
@pytest.mark.parametrize("account", [None, AccountFacts()])
def test_what_is_not_known_counts_against_nobody(assessment, name, value, account):
    unknown = msgspec.structs.replace(assessment(), account=account)
    assert NAMES[name].read(unknown, unknown) == value


def test_hours_are_counted_from_the_first_testimony(assessment):
    assessed = assessment()
    assessed.first_at = assessed.as_of - timedelta(hours=36)
    assert NAMES["hours_since_first"].read(assessed, assessed) == 36


def test_a_rulebook_travels_to_another_process_as_its_source(assessment):
    rulebook = load("rempart")
    again = pickle.loads(pickle.dumps(rulebook))  # noqa: S301
    assert again.decide(assessment()) == rulebook.decide(assessment())
