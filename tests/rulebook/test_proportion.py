"""The measures are the lightest that answer every risk."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records.vocabulary import MEASURES
from rempart.rulebook.article import LONGEST_PREVENTIVE, RISKS, Article
from rempart.rulebook.proportion import ANSWERS, WEIGHT, answered, judge, lightest

requests = st.lists(st.tuples(st.sampled_from(RISKS), st.sampled_from(MEASURES)), max_size=12)


@st.composite
def articles(draw):
    mode = draw(st.sampled_from(["preventive", "final"]))
    lasts = timedelta(hours=draw(st.integers(2, 90 * 24)))
    return Article(
        id=draw(st.text("abc", min_size=1, max_size=4)),
        title={},
        text={},
        conduct_on=None,
        met_on=None,
        when="true",
        answers=tuple(draw(st.sets(st.sampled_from(RISKS), min_size=1))),
        measure=draw(st.sampled_from(MEASURES)),
        mode=mode,
        approval=draw(st.sampled_from(["automatic", "one_reviewer", "two_reviewers"])),
        lasts=lasts if mode == "preventive" or draw(st.booleans()) else None,
        renewals=0,
        review_within=lasts / draw(st.integers(2, 10)) if mode == "preventive" else None,
        right_of_reply=True,
        legal=None,
    )


@given(requests)
def test_the_measures_answer_every_matched_risk(asked):
    assert all(answered(risk, measure, lightest(asked)) for risk, measure in asked)


@given(requests)
def test_no_measure_can_be_dropped(asked):
    taken = lightest(asked)
    for dropped in taken:
        rest = [measure for measure in taken if measure != dropped]
        assert not all(answered(risk, measure, rest) for risk, measure in asked)


@given(requests)
def test_only_measures_that_an_article_asks_for_are_taken(asked):
    assert set(lightest(asked)) <= {measure for _, measure in asked}


@given(requests, st.randoms())
def test_the_order_of_articles_does_not_matter(asked, dice):
    shuffled = list(asked)
    dice.shuffle(shuffled)
    assert lightest(shuffled) == lightest(asked)


@given(requests, st.sampled_from(RISKS))
def test_a_suspension_drops_everything_lighter(asked, risk):
    assert lightest([*asked, (risk, "suspend")]) == ["suspend"]


def test_watch_is_the_lightest_and_suspend_the_heaviest():
    assert min(WEIGHT, key=WEIGHT.get) == "watch"
    assert max(WEIGHT, key=WEIGHT.get) == "suspend"


def test_a_heavier_measure_for_another_risk_leaves_the_lighter_one_in_place():
    assert lightest([("contact", "no_new_contacts"), ("live", "no_live")]) == ["no_new_contacts", "no_live"]


def test_a_heavier_measure_that_is_needed_anyway_drops_the_lighter_one():
    assert lightest([("contact", "no_new_contacts"), ("tampering", "read_only")]) == ["read_only"]


def test_reach_stays_open_when_the_account_may_only_read():
    assert lightest([("reach", "no_recommendation"), ("tampering", "read_only")]) == ["no_recommendation", "read_only"]


def test_a_lighter_measure_never_stands_in_for_a_heavier_one():
    assert lightest([("contact", "watch"), ("contact", "no_new_contacts")]) == ["no_new_contacts"]


@pytest.mark.parametrize("risk", RISKS)
def test_every_risk_has_a_measure_of_its_own_lighter_than_suspension(risk):
    assert any(risk in answers for measure, answers in ANSWERS.items() if measure != "suspend")


@given(st.lists(articles(), min_size=1, max_size=8), st.booleans())
def test_a_preventive_decision_always_ends_and_is_reviewed_before(matched, adult):
    judgement = judge(matched, adult=adult)
    if judgement.mode == "preventive":
        assert judgement.review_within < judgement.lasts <= LONGEST_PREVENTIVE


@given(st.lists(articles(), min_size=1, max_size=8))
def test_nobody_under_18_or_of_unknown_age_is_decided_upon_by_fewer_than_two(matched):
    assert judge(matched, adult=False).approval == "two_reviewers"


@given(st.lists(articles(), min_size=1, max_size=8))
def test_nobody_under_18_or_of_unknown_age_is_kept_from_minors(matched):
    assert "no_contact_with_minors" not in judge(matched, adult=False).measures


@given(st.lists(articles(), min_size=1, max_size=8))
def test_an_adult_is_decided_upon_by_the_strictest_approval_of_all_articles(matched):
    ranks = ["automatic", "one_reviewer", "two_reviewers"]
    assert judge(matched, adult=True).approval == max((article.approval for article in matched), key=ranks.index)


@given(st.lists(articles(), min_size=1, max_size=8), st.booleans())
def test_every_matching_article_is_recorded(matched, adult):
    assert judge(matched, adult=adult).articles == tuple(article.id for article in matched)


@given(st.lists(articles(), min_size=1, max_size=8), st.booleans())
def test_a_final_decision_rests_on_final_articles_alone(matched, adult):
    judgement = judge(matched, adult=adult)
    modes = {article.id: {same.mode for same in matched if same.id == article.id} for article in matched}
    assert all(judgement.mode in modes[id] for id in judgement.because)
