"""Every rule of the database, accepted and refused, by our check and by a stand-in whose rules were written apart."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accountability.dsa.commission import FACTS, LISTS, errors_of
from accountability.dsa.statements import GOOD, changed
from rempart.accountability.dsa.checking import doubts, prepare, repeated, validate
from rempart.accountability.dsa.shape import shape

FIELDS = FACTS["fields"]
OTHER = {
    "decision_visibility_other": {"decision_visibility": ["DECISION_VISIBILITY_OTHER"]},
    "decision_monetary_other": {"decision_monetary": "DECISION_MONETARY_OTHER"},
    "content_type_other": {"content_type": ["CONTENT_TYPE_OTHER"]},
    "illegal_content_legal_ground": {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
    "illegal_content_explanation": {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
    "incompatible_content_ground": {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "incompatible_content_explanation": {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "incompatible_content_illegal": {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "source_identity": {"source_type": "SOURCE_ARTICLE_16"},
}
"""What has to be said so that a field is not dropped."""
ANOTHER = {
    "decision_visibility_other": {"decision_visibility": ["DECISION_VISIBILITY_CONTENT_DEMOTED"]},
    "decision_monetary_other": {"decision_monetary": "DECISION_MONETARY_SUSPENSION"},
    "content_type_other": {"content_type": ["CONTENT_TYPE_VIDEO"]},
    "illegal_content_legal_ground": {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "illegal_content_explanation": {"decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT"},
    "incompatible_content_ground": {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
    "incompatible_content_explanation": {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
    "incompatible_content_illegal": {"decision_ground": "DECISION_GROUND_ILLEGAL_CONTENT"},
    "source_identity": {"source_type": "SOURCE_VOLUNTARY"},
}
"""What has to be said so that it is."""
IN_LAW = {"illegal_content_legal_ground": "Article 1", "illegal_content_explanation": "It is illegal."}
ENUMERATED = {name: one for name, one in FIELDS.items() if "enum" in one}
LISTED = [name for name, one in ENUMERATED.items() if one["type"].startswith("array")]
CHOSEN = [name for name in ENUMERATED if name not in LISTED]
TEXTS = [name for name, one in FIELDS.items() if "max" in one and one["type"] in {"string", "url"}]
DAYS = [name for name, one in FIELDS.items() if one["type"] == "date"]
REQUIRED = [name for name, one in FIELDS.items() if one["required"] is True]
REQUIRED_IF = [name for name, one in FIELDS.items() if one["required"] == "if"]
DROPPED = [name for name, one in FIELDS.items() if "dropped_unless" in one]


def with_branch(name, **changes):
    """The good statement with a field, and whatever keeps it from being dropped."""
    law = IN_LAW if "illegal_content" in name and not name.startswith("in") else {}
    return changed(**(OTHER.get(name, {}) | law | changes))


def taken(statement):
    """Both take it."""
    assert errors_of(statement) == {}
    assert validate(statement) == []


def refused(statement, name, rule=None):
    """Both refuse it because of this field."""
    assert name in errors_of(statement)
    found = [one for one in validate(statement) if one.field == name]
    assert found
    assert rule in (None, found[0].rule)
    assert found[0].message


def test_the_shape_has_every_field_and_value_of_the_facts():
    assert set(shape().fields) == set(FIELDS)
    for name, field in ENUMERATED.items():
        assert shape().values[shape().fields[name].of] == set(LISTS[field["enum"]])
    assert list(shape().at_least_one_of) == FACTS["at_least_one_of"]
    assert [shape().batch["least"], shape().batch["most"]] == FACTS["batch"]


def test_the_good_statement_is_taken():
    taken(GOOD)


@pytest.mark.parametrize("name", CHOSEN)
def test_each_value_of_a_list_is_taken_and_no_other(name):
    for value in LISTS[ENUMERATED[name]["enum"]]:
        others = IN_LAW if value == "DECISION_GROUND_ILLEGAL_CONTENT" else {}
        others |= {"decision_monetary_other": "Less"} if value == "DECISION_MONETARY_OTHER" else {}
        taken(with_branch(name, **{name: value}, **others))
    for value in ("SOMETHING", "yes", "fr", 1, True, ["SOMETHING"], {"a": 1}):
        refused(with_branch(name, **{name: value}), name)


@pytest.mark.parametrize("name", LISTED)
def test_each_value_is_taken_in_a_list_and_no_other(name):
    values = LISTS[ENUMERATED[name]["enum"]]
    others = {"decision_visibility_other": "Less", "content_type_other": "Account"}
    taken(changed(**{name: values}, **others))
    for value in values:
        taken(changed(**{name: [value]}, **others))
    for value in (["SOMETHING"], [values[0], "SOMETHING"], values[0], [1], [None], [[values[0]]], {"a": 1}, 3):
        refused(changed(**{name: value}), name)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [..., None, "", "   "])
def test_what_is_required_is_refused_when_it_says_nothing(name, value):
    refused(changed(**{name: value}), name, "required")


def test_a_statement_restricts_something():
    refused(changed(decision_account=...), "decision_visibility", "at_least_one")
    refused(changed(decision_account="", decision_visibility=[]), "decision_visibility", "at_least_one")
    for name in FACTS["at_least_one_of"]:
        value = LISTS[name][0]
        taken(changed(**({"decision_account": ...} | {name: [value] if name in LISTED else value})))


@pytest.mark.parametrize("name", REQUIRED_IF)
def test_what_a_choice_asks_for_is_required_with_it_alone(name):
    taken(with_branch(name, **{name: "Some words."}))
    for value in (..., None, " "):
        refused(with_branch(name, **{name: value}), name, "required")


@pytest.mark.parametrize("name", DROPPED)
def test_what_belongs_to_another_branch_is_dropped_unread(name):
    law = IN_LAW if ANOTHER[name].get("decision_ground") == "DECISION_GROUND_ILLEGAL_CONTENT" else {}
    statement = changed(**{name: "x" * 6000}, **(ANOTHER[name] | law))
    taken(statement)
    assert name not in prepare(statement)
    assert name in prepare(with_branch(name, **{name: "x"}))


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_is_as_long_as_it_may_be(name):
    most, start = FIELDS[name]["max"], "https://example.org/" if FIELDS[name]["type"] == "url" else ""
    filler = "x" if name in {"puid", "decision_ground_reference_url"} else "é"
    taken(with_branch(name, **{name: start + filler * (most - len(start))}))
    taken(with_branch(name, **{name: f"  {start + filler * (most - len(start))}\n"}))
    refused(with_branch(name, **{name: start + filler * (most - len(start) + 1)}), name, "length")
    for value in (12, ["a text"], {"a": "text"}, True):
        refused(with_branch(name, **{name: value}), name, "type")


@pytest.mark.parametrize("name", DAYS)
def test_a_day_is_written_in_one_way_and_lies_within_limits(name):
    first, last = FIELDS[name].get("min", "1999-01-01"), FIELDS[name]["max"]
    for value in (first, last, "2024-02-29", f" {last} "):
        taken(changed(**{name: value}))
    for value in ("2026-2-3", "23/11/2026", "2026-11-23T10:00:00Z", "2026-02-30", "２０２６-11-23", "soon", 20261123):
        refused(changed(**{name: value}), name)
    refused(changed(**{name: "2038-01-02"}), name, "day")
    if "min" in FIELDS[name]:
        refused(changed(**{name: "1999-12-31"}), name, "day")


@pytest.mark.parametrize("name", [name for name, one in FIELDS.items() if one.get("nullable")])
def test_what_may_be_empty_may_be_null(name):
    held = {"decision_monetary": "DECISION_MONETARY_SUSPENSION"}
    taken(changed(**(held | {name: None})))
    taken(changed(**(held | {name: ""})))


@pytest.mark.parametrize("name", ["category_addition", "incompatible_content_illegal"])
def test_what_may_not_be_null_is_left_out_instead(name):
    taken(changed(**{name: ...}))
    refused(changed(**{name: None}), name, "type")


@pytest.mark.parametrize("puid", ["a", "A-9_b", "x" * 500])
def test_an_identifier_of_letters_digits_and_dashes_is_taken(puid):
    taken(changed(puid=puid))


@pytest.mark.parametrize("puid", ["a b", "a.b", "é", "a/b", "rempart:1", "a\nb"])
def test_any_other_identifier_is_refused(puid):
    refused(changed(puid=puid), "puid", "format")


def test_the_address_of_a_rule_is_one_of_the_web():
    taken(changed(decision_ground_reference_url="https://example.org/rules/2026-11-22"))
    for value in ("example.org", "ftp://example.org", "https://", "a rule"):
        refused(changed(decision_ground_reference_url=value), "decision_ground_reference_url", "format")


def test_the_number_of_a_product_has_thirteen_digits():
    taken(changed(content_id={"EAN-13": "4006381333931"}, content_id_ean="4006381333931"))
    taken(changed(content_id={}))
    refused(changed(content_id={"EAN-13": "400638133393"}), "content_id", "format")
    refused(changed(content_id="4006381333931"), "content_id", "type")
    refused(changed(content_id_ean="400638133393X"), "content_id_ean", "format")


def test_fields_that_nobody_knows_are_ignored():
    taken(changed(decisions="anything", content_language_other=12))


def test_what_is_no_object_is_refused():
    assert validate(["a", "list"])[0].rule == "type"


def test_an_identifier_is_used_once_in_a_batch():
    assert repeated([changed(puid="a"), changed(puid="b")]) == set()
    assert repeated([changed(puid="a"), changed(puid="b"), changed(puid="a")]) == {"a"}


def test_an_end_before_the_beginning_is_taken_and_doubted():
    statement = changed(end_date_account_restriction="2026-11-22")
    taken(statement)
    assert [one.field for one in doubts(statement)] == ["end_date_account_restriction"]
    assert doubts(GOOD) == []


def test_a_statement_for_no_country_is_taken_and_doubted():
    statement = changed(territorial_scope=[])
    taken(statement)
    assert [one.field for one in doubts(statement)] == ["territorial_scope"]


def test_no_value_is_repeated_in_a_message():
    secret = "lea@example.org"
    statement = dict.fromkeys(FIELDS, secret)
    assert not [one for one in validate(statement) if secret in one.message]


EVERY_VALUE = [value for values in LISTS.values() for value in values]
VALUES = st.one_of(
    st.none(),
    st.just(...),
    st.sampled_from([*EVERY_VALUE, "null", "", " ", "2026-11-23", "x" * 501]),
    st.lists(st.sampled_from(EVERY_VALUE), max_size=3),
    st.integers(),
    st.booleans(),
)


@settings(max_examples=1500)
@given(st.dictionaries(st.sampled_from(sorted(FIELDS)), VALUES, max_size=6))
def test_our_check_and_the_stand_in_agree_whatever_is_sent(changes):
    statement = changed(**changes)
    assert {one.field for one in validate(statement)} == set(errors_of(statement))
