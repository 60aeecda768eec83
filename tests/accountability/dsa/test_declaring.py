"""What is declared of each decision: taken by the database, complete, and without anything personal."""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings

from accountability.dsa.commission import errors_of
from accountability.dsa.statements import ARTICLES, changed, decisions
from rempart.accountability.dsa.checking import END_OF, doubts, validate
from rempart.accountability.dsa.declaring import CannotBeDeclared, declare
from rempart.accountability.dsa.personal import passages_in, personal_data
from rempart.casework.statements import fields
from rempart.records.vocabulary import CHANNELS, CONDUCTS
from rempart.rulebook.saying import adult_only_keywords, adult_only_offences, findings_of_guilt

MODES, APPROVALS, AGES = ("preventive", "final"), ("automatic", "one_reviewer", "two_reviewers"), (True, False)
SERVICES = ("tiktok", "snapchat", "instagram", "matrix", "web")
PERSONAL = ("@lea.b", "@leo.vrtx", "lea@example.org", "Écrit par", "Written by")


def decision(dice, *, mode, measure, approval, adult, channel):
    """One decision with these, the rest drawn."""
    chosen = dice.choices([one for _book, one in ARTICLES if one.mode == mode], k=dice.randrange(1, 4))
    begins = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(8_000_000))
    lasts = timedelta(minutes=dice.randrange(1, 129_600))
    ends = None if mode == "final" and dice.random() < 0.5 else begins + lasts
    measures = {measure, *dice.sample([*sorted(fields.KINDS), "watch"], dice.randrange(4))}
    return fields.Grounds(
        number=f"rempart-{dice.randrange(1, 10**9)}",
        mode=mode,
        measures={one: [chosen[0].id] for one in measures},
        articles=chosen,
        rulebook="rempart",
        version="2026-11-22",
        digest="0" * 64,
        begins_at=begins,
        ends_at=ends,
        review_due=begins + lasts / 2 if mode == "preventive" else None,
        told=fields.Told(
            conduct=tuple(dice.sample(CONDUCTS, dice.randrange(4))),
            months=("2020-06",),
            services=tuple(dice.sample(SERVICES, dice.randrange(3))),
            agreed=({"fr": "Écrit par @lea.b", "en": "Written by @lea.b"},),
        ),
        channels=frozenset({channel, *dice.sample(CHANNELS, dice.randrange(3))}),
        approval=approval,
        adult=adult,
        redress=fields.Redress(
            reply_until=begins + timedelta(days=14),
            complaint_until=begins + timedelta(days=184),
            body_name="",
            body_url="https://example.org/disputes",
        ),
        explanation={"fr": "@leo.vrtx a écrit à lea@example.org.", "en": "@leo.vrtx wrote to lea@example.org."},
    )


def generated(many, seed=1):
    """Decisions over every mode, measure, approval, age and channel in turn."""
    dice = random.Random(seed)
    every = list(product(MODES, sorted(fields.KINDS), APPROVALS, AGES, CHANNELS))
    for place in range(many):
        mode, measure, approval, adult, channel = every[place % len(every)]
        yield decision(dice, mode=mode, measure=measure, approval=approval, adult=adult, channel=channel)


def declared_of(grounds):
    return declare(fields.build(grounds), puid=grounds.number)


def test_ten_thousand_decisions_are_all_taken_and_name_nobody():
    for grounds in generated(10_000):
        declared = declared_of(grounds)
        assert validate(declared) == []
        assert doubts(declared) == []
        assert errors_of(declared) == {}
        assert json.loads(json.dumps(declared)) == declared
        said = json.dumps(declared, ensure_ascii=False)
        assert not [one for one in PERSONAL if one in said]


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(decisions())
def test_decisions_under_rules_that_others_write_are_taken_too(grounds):
    declared = declared_of(grounds)
    assert errors_of(declared) == {}
    assert doubts(declared) == []


def test_what_each_kind_of_measure_restricts_is_declared_with_its_end():
    for grounds in generated(2_000):
        declared, kinds = declared_of(grounds), {fields.KINDS[one] for one in grounds.measures if one != "watch"}
        assert {f"decision_{one}" for one in kinds} == END_OF.keys() & declared.keys()
        has_end = grounds.ends_at is not None and grounds.ends_at.year < 2038
        assert {END_OF[f"decision_{one}"] for one in kinds if has_end} == set(END_OF.values()) & declared.keys()


def test_what_ends_is_suspended_and_what_does_not_is_terminated():
    for grounds in generated(2_000):
        said = json.dumps(declared_of(grounds))
        for_good = grounds.ends_at is None
        assert ("_TERMINAT" in said, "_SUSPEN" in said and for_good) in {(for_good, False), (False, False)}


def test_no_precaution_is_declared_as_a_finding_of_guilt():
    for grounds in generated(2_000):
        if grounds.mode == "preventive":
            said = declared_of(grounds)
            assert findings_of_guilt(f"{said['decision_facts']} {said['incompatible_content_explanation']}") == []
            assert "no finding" in said["decision_facts"]


def test_nothing_for_adults_only_is_declared_of_somebody_who_may_be_a_minor():
    for grounds in generated(2_000):
        if not grounds.adult:
            said = declared_of(grounds)
            assert not set(said.get("category_specification", [])) & set(adult_only_keywords())
            assert adult_only_offences(said["decision_facts"]) == []


def one(**changes):
    grounds = next(generated(1))
    return declared_of(replace(grounds, **changes))


@pytest.mark.parametrize(
    ("approval", "automated"),
    [
        ("automatic", "AUTOMATED_DECISION_FULLY"),
        ("one_reviewer", "AUTOMATED_DECISION_PARTIALLY"),
        ("two_reviewers", "AUTOMATED_DECISION_PARTIALLY"),
    ],
)
def test_who_decided_is_declared(approval, automated):
    assert one(approval=approval)["automated_decision"] == automated


@pytest.mark.parametrize(
    ("channels", "source", "detection"),
    [
        ({"public_post"}, "SOURCE_VOLUNTARY", "Yes"),
        ({"form"}, "SOURCE_ARTICLE_16", "No"),
        ({"sealed"}, "SOURCE_ARTICLE_16", "No"),
        ({"trusted_flagger"}, "SOURCE_ARTICLE_16", "No"),
        ({"user_report", "public_post"}, "SOURCE_ARTICLE_16", "Yes"),
    ],
)
def test_how_it_came_is_declared_and_never_by_whom(channels, source, detection):
    declared = one(channels=frozenset(channels))
    assert (declared["source_type"], declared["automated_detection"]) == (source, detection)
    assert "source_identity" not in declared


def test_an_end_beyond_what_the_database_can_hold_is_told_in_words():
    begins = datetime(2037, 12, 1, tzinfo=UTC)
    ends = begins + timedelta(days=90)
    declared = one(mode="final", begins_at=begins, ends_at=ends, measures={"suspend": ["contact"]})
    assert "end_date_account_restriction" not in declared
    assert "until 2038-03-01 at the latest" in declared["decision_facts"]


def test_the_other_categories_of_several_articles_are_declared_beside_the_first():
    by_category = {article.legal.category: article for _book, article in ARTICLES if article.legal}
    declared = one(articles=list(by_category.values()))
    assert [declared["category"], *declared["category_addition"]] == list(by_category)


def test_long_rules_are_cut_between_words():
    article = replace_article(text={"fr": "Mot. " * 900, "en": "Word after word. " * 900})
    declared = one(articles=[article])
    assert len(declared["incompatible_content_explanation"]) <= 2000
    assert re.search(r"(?:Word|after|word)… What was described", declared["incompatible_content_explanation"])


def replace_article(**changes):
    article = ARTICLES[0][1]
    kept = {name: getattr(article, name) for name in article.__struct_fields__}
    return type(article)(**(kept | changes))


def test_a_correction_names_the_statement_that_it_replaces():
    built = fields.build(next(generated(1)))
    declared = declare(built, puid="rempart-1-2", replaces="rempart-1", because="the end was a day too late.")
    assert "replaces the one with the identifier rempart-1: the end was a day too late." in declared["decision_facts"]
    assert declared["puid"] == "rempart-1-2"


@pytest.mark.parametrize(
    "words",
    [
        "écrivez à lea.b@example.org",
        "@leo.vrtx l’a dit",
        "leo.vrtx a écrit",
        "Léa Martin a parlé",
        "06 12 34 56 78",
        "+33 6 12 34 56 78",
        "voir https://tiktok.example/@leo",
        "www.example.org/leo",
        "tiktok.com/leo",
        "snapchat:leo",
        "Leo#1234",
        "did:plc:ewvi7nxzyoun6zhxrhs64oiz",
        "leo.bsky.social",
        "depuis 192.0.2.14",
        "FR76 3000 6000 0112 3456 7890 189",
        "ＬＥＯ．ＶＲＴＸ",
    ],
)
@pytest.mark.parametrize("name", ["decision_facts", "incompatible_content_explanation", "content_type_other"])
def test_what_names_somebody_is_refused_and_the_field_is_told(words, name):
    found = personal_data(changed(**{name: words}), names=["leo.vrtx", "Léa Martin"])
    assert [(one.field, one.rule) for one in found] == [(name, "personal")]
    assert words not in found[0].message


@pytest.mark.parametrize("words", ["119 and 3018 answer.", "Version 2026-11-22.", "13 to 15 years old", "No e-mail."])
def test_ordinary_words_name_nobody(words):
    assert passages_in(words, names=["leo.vrtx"]) == []


def test_the_address_of_a_rule_is_no_account():
    rule, account = "https://example.org/transparency/rules/rempart/2026-11-22/", "https://example.org/@leo.vrtx"
    assert personal_data(changed(decision_ground_reference_url=rule)) == []
    assert personal_data(changed(decision_ground_reference_url=account))


def test_a_rule_that_names_somebody_is_not_declared():
    article = replace_article(text={"fr": "Texte", "en": "Ask lea@example.org about it."})
    with pytest.raises(CannotBeDeclared) as refused:
        one(articles=[article])
    assert [problem.field for problem in refused.value.problems] == ["incompatible_content_explanation"]


def test_nothing_is_declared_that_says_nothing():
    assert all(value not in (None, "", []) for value in one().values())
