"""What the shipped rulebooks decide, and the words in which they say it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.records import AccountFacts, Assessment
from rempart.rulebook import load, shipped
from rempart.rulebook.dsa import CATEGORIES, GROUNDS, KEYWORDS
from rempart.rulebook.saying import findings_of_guilt

SIX = {
    "rempart",
    "on-platform-only-2020",
    "preventive-2020",
    "twitch-off-service",
    "two-reports-one-trusted",
    "count-three",
}
ARTICLES = [(name, article.id) for name in shipped() for article in load(name).articles]
ASSESSMENTS = st.from_type(Assessment)


def test_six_rulebooks_are_shipped_and_only_ours_is_live():
    assert {name: load(name).use for name in shipped()} == {
        name: "live" if name == "rempart" else "replay_only" for name in SIX
    }


def test_each_is_named_as_its_file():
    assert [load(name).name for name in shipped()] == shipped()


@pytest.mark.parametrize(("name", "id"), ARTICLES)
def test_an_article_declares_values_of_the_dsa_database(name, id):
    legal = load(name).article(id).legal
    assert legal.ground in GROUNDS
    assert legal.category in CATEGORIES
    assert set(legal.keywords) <= KEYWORDS


@pytest.mark.parametrize(("name", "id"), ARTICLES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_article_speaks_in_short_sentences(name, id, language):
    sentences = re.split(r"(?<=[.!?:]) ", load(name).article(id).text[language])
    assert max(len(sentence.split()) for sentence in sentences) <= 30


@pytest.mark.parametrize(("name", "id"), ARTICLES)
def test_no_article_speaks_of_guilt_and_only_a_final_one_says_that_facts_are_established(name, id):
    article = load(name).article(id)
    found = [one for words in (*article.title.values(), *article.text.values()) for one in findings_of_guilt(words)]
    allowed = {"établi", "établis", "établie", "established"} if article.mode == "final" else set()
    assert {one.words.lower() for one in found} <= allowed


@given(ASSESSMENTS)
def test_preventive_reasons_say_that_it_is_a_precaution_and_no_finding(assessment):
    for name in shipped():
        decision = load(name).decide(assessment)
        if decision.mode == "preventive":
            assert "C'est une précaution : personne n'a décidé" in decision.reasons.fr
            assert "This is a precaution: nobody has decided" in decision.reasons.en
            assert findings_of_guilt(decision.reasons.fr + decision.reasons.en) == []


@given(ASSESSMENTS)
def test_preventive_decisions_end_and_are_reviewed_before(assessment):
    for name in shipped():
        decision = load(name).decide(assessment)
        if decision.mode == "preventive":
            assert decision.at < decision.review_at < decision.ends_at


@given(ASSESSMENTS)
def test_final_texts_stand_in_final_decisions_only(assessment):
    book = load("rempart")
    decision = book.decide(assessment)
    texts = [article.text["fr"] for article in book.articles if article.mode == "final"]
    assert decision.mode == "final" or not any(text in decision.reasons.fr for text in texts)


@given(ASSESSMENTS)
def test_deciding_twice_gives_the_same(assessment):
    for name in shipped():
        assert load(name).decide(assessment) == load(name).decide(assessment)


@given(ASSESSMENTS)
def test_a_final_measure_of_ours_rests_on_verified_evidence_and_two_reviewers(assessment):
    judged = load("rempart").judge(assessment)
    assert judged.mode != "final" or (assessment.verified_evidence >= 2 and judged.approval == "two_reviewers")


def measures(name, assessment):
    return load(name).judge(assessment).measures


def test_met_on_tiktok_and_asked_on_snapchat_is_nothing_to_the_rule_of_2020_but_is_restricted_by_ours(assessment):
    wave = assessment(met_on=["tiktok"], by_service={"snapchat": {}}, verified_evidence=1, credibility=0.97)
    assert measures("on-platform-only-2020", wave) == ()
    assert measures("rempart", wave) == ("no_contact_with_minors",)


def test_where_contact_began_alone_decides_below_the_bar_for_other_services(assessment):
    numbers = {"credibility": 0.87, "independent_sources": 2.2}
    assert measures("rempart", assessment(met_on=["tiktok"], **numbers)) == ("no_contact_with_minors",)
    assert measures("rempart", assessment(met_on=["instagram"], **numbers)) == ("watch",)


@pytest.mark.parametrize("age", ["under_13", "13_15", "16_17", None])
def test_a_star_who_is_a_minor_or_of_unknown_age_loses_the_first_word_only(assessment, age):
    judged = load("rempart").judge(assessment(age=age))
    assert (judged.measures, judged.approval) == (("no_new_contacts",), "two_reviewers")


def test_a_brigade_buys_nothing_from_ours_and_a_suspension_from_a_count(assessment):
    brigade = assessment(testimonies=80, credibility=0.12, independent_sources=1.1, coordination=0.97)
    assert measures("rempart", brigade) == ()
    assert measures("count-three", brigade) == ("suspend",)
    assert measures("preventive-2020", brigade) == ("suspend",)


def test_a_brigade_that_fools_credibility_is_stopped_by_coordination(assessment):
    assert measures("rempart", assessment(credibility=0.95, coordination=0.9)) == ("watch",)


def test_one_piece_of_checked_evidence_is_enough_to_stop_contact(assessment):
    alone = assessment(testimonies=1, independent_sources=1, met_on=[], verified_evidence=1)
    assert measures("rempart", alone) == ("no_contact_with_minors",)


def test_nothing_grave_is_left_alone(assessment):
    assert measures("rempart", assessment(severity=0, conduct=[])) == ()


def test_each_risk_adds_its_own_measure(assessment):
    known = {"age_band": "18_plus", "reach": 400_000, "monetised": True}
    numbers = {"credibility": 0.97, "complainant_minors": 4, "conduct": ["financial_exploitation", "nude_request"]}
    assert measures("rempart", assessment(account=AccountFacts(**known), **numbers)) == (
        "no_recommendation",
        "no_contact_with_minors",
        "no_live",
        "no_monetisation",
    )


def test_threats_to_publish_make_the_account_read_only_which_covers_contact_and_live(assessment):
    threats = assessment(conduct=["sextortion"], credibility=0.97, verified_evidence=1, complainant_minors=4)
    assert measures("rempart", threats) == ("read_only",)


def test_grave_facts_established_close_the_account_and_nothing_else_is_needed(assessment):
    judged = load("rempart").judge(assessment(credibility=0.99, verified_evidence=3))
    assert (judged.measures, judged.mode, judged.lasts) == (("suspend",), "final", None)


def test_refuted_evidence_keeps_ours_from_being_final(assessment):
    judged = load("rempart").judge(assessment(credibility=0.99, verified_evidence=3, refuted_evidence=1))
    assert judged.mode == "preventive"


def test_the_rule_of_2020_needs_proof_on_the_service_itself(assessment):
    view = {"credibility": 0.97, "verified_evidence": 1}
    assert measures("on-platform-only-2020", assessment(by_service={"tiktok": view})) == ("suspend",)
    assert measures("on-platform-only-2020", assessment(by_service={"tiktok": {}})) == ()


def test_the_minister_s_rule_suspends_for_a_time_at_the_first_word(assessment):
    judged = load("preventive-2020").judge(assessment(testimonies=0, relays=1, credibility=0.01))
    assert (judged.measures, judged.mode) == (("suspend",), "preventive")


def test_the_off_service_rule_needs_severe_conduct_and_checked_evidence(assessment):
    assert measures("twitch-off-service", assessment(verified_evidence=1)) == ("suspend",)
    assert measures("twitch-off-service", assessment(verified_evidence=1, severity=2)) == ()
    assert measures("twitch-off-service", assessment()) == ()


def test_the_off_service_rule_takes_what_third_parties_show_only_when_corroborated(assessment):
    third = {"testimonies": 0, "relays": 2, "verified_evidence": 1}
    assert measures("twitch-off-service", assessment(independent_sources=1, **third)) == ()
    assert measures("twitch-off-service", assessment(independent_sources=2, **third)) == ("suspend",)


@pytest.mark.parametrize(("testimonies", "trusted", "taken"), [(2, 1, ("suspend",)), (1, 1, ()), (9, 0, ())])
def test_the_quarantine_needs_two_reports_of_which_one_is_trusted(assessment, testimonies, trusted, taken):
    reports = assessment(testimonies=testimonies, relays=0, by_channel={"trusted_flagger": trusted})
    assert measures("two-reports-one-trusted", reports) == taken


@pytest.mark.parametrize(("testimonies", "relays", "taken"), [(2, 1, ("suspend",)), (2, 0, ()), (0, 3, ("suspend",))])
def test_three_reports_suspend_whatever_they_are_worth(assessment, testimonies, relays, taken):
    reports = assessment(testimonies=testimonies, relays=relays, credibility=0.01, severity=0)
    assert measures("count-three", reports) == taken
