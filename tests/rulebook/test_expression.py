"""Conditions: CEL over flat names, checked before it runs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.rulebook.expression import Expression, InvalidExpression, NotATruthValue
from rempart.rulebook.names import NAMES

VALUES = {
    name: {"number": 1.0, "text": "FR", "list": ["grooming"], "truth": True}[entry.kind]
    for name, entry in NAMES.items()
}


def faults(source):
    try:
        Expression(source)
    except InvalidExpression as error:
        return error.faults
    return []


def fault(source):
    with pytest.raises(InvalidExpression) as raised:
        Expression(source)
    return raised.value.faults[0]


@pytest.mark.parametrize(
    "source",
    [
        "independent_sources >= 3",
        "3 <= independent_sources",
        "severity == -1",
        "testimonies + relays * 2 > 3",
        "severity in [3, 4]",
        "size(conduct) >= 1",
        "size(conduct) > size(met_on) + 1",
        "by_channel.trusted_flagger >= 1",
        "conduct.exists(kind, kind in ['grooming', 'sextortion'])",
        "conduct[0] == 'grooming'",
        "account_country == 'FR' && account_monetised && account_age_band != '18_plus'",
        "credibility > 1e-3 // not nothing: 3",
        "account_country.startsWith('3')",
    ],
)
def test_whole_numbers_compile_beside_doubles(source):
    assert Expression(source).holds(VALUES) in {True, False}


def test_the_size_of_a_list_has_one_way_to_be_written():
    assert "write `size(list)`" in fault("conduct.size() > 1").message


@pytest.mark.parametrize(
    ("source", "message", "at"),
    [
        ("credibilty >= 0.5", "unknown name `credibilty` (did you mean `credibility`?)", 0),
        ("severity >= 3 && 4 <= nope", "unknown name `nope`", 22),
        ("severity >= 3 && size(conduct) > 1 && nope", "unknown name `nope`", 38),
        ("severity >= 3 &&\n  12 > relays + 100 &&\n nope", "unknown name `nope`", 41),
        ("credibility >= 'a'", "wrong type: `>=` does not go with a number and a text", 12),
        ("'é' == 'é' && nope", "unknown name `nope`", 14),
        ("by_channel.carrier_pigeon > 1", "unknown name `by_channel.carrier_pigeon`", 10),
        ("severity >=", "syntax error", 11),
        ("severity", "must be true or false", 0),
        ("3", "must be true or false", 0),
        ("dyn(severity) == 'a'", "`dyn` would escape the type checker", 0),
        ("  ", "empty", 0),
        ("conduct.all(a, conduct.all(b, conduct.all(c, a == b)))", "more than 2 loops", 41),
    ],
)
def test_what_does_not_compile_is_told_with_its_place(source, message, at):
    assert (message in fault(source).message, fault(source).offset) == (True, at)


@given(st.text(max_size=40))
def test_any_text_compiles_or_is_refused_within_its_bounds(source):
    assert all(0 <= each.offset <= len(source) for each in faults(source))


@pytest.mark.parametrize("source", ["conduct[3] == 'a'", "severity == 1 && conduct[2] == ''"])
def test_a_failure_while_running_is_never_an_answer(source):
    with pytest.raises(NotATruthValue):
        Expression(source).holds(VALUES)


@pytest.mark.parametrize(
    ("source", "adult"),
    [
        ("account_age_band == '18_plus'", True),
        ('severity >= 2 && "18_plus" == account_age_band && relays > 1', True),
        ("account_age_band == '18_plus' || severity >= 4", False),
        ("(account_age_band == '18_plus' || true) && severity >= 4", False),
        ("!(account_age_band == '18_plus')", False),
        ("account_age_band != '18_plus'", False),
        ("account_age_band == '16_17' && severity >= 2", False),
        ("severity > 2 ? account_age_band == '18_plus' : true", False),
        ("account_age_band == '18_plus' == false", False),
        ("severity >= 2", False),
    ],
)
def test_a_condition_is_for_adults_only_when_it_says_so_by_itself(source, adult):
    assert Expression(source).requires_adult() is adult


@pytest.mark.parametrize(
    ("source", "terms"),
    [
        ("severity >= 2 && relays > 1", ["severity >= 2", "relays > 1"]),
        ("severity >= 2 || relays > 1 && disputes < 1", ["severity >= 2 || relays > 1 && disputes < 1"]),
        ("(severity >= 2 && relays > 1) && disputes < 1", ["(severity >= 2 && relays > 1)", "disputes < 1"]),
        ("account_country == '&&' && severity > 1", ["account_country == '&&'", "severity > 1"]),
    ],
)
def test_terms_are_what_and_joins_at_the_top(source, terms):
    assert [term.source.strip() for term in Expression(source).terms()] == terms


@given(
    st.sampled_from([">=", ">", "<=", "<", "==", "!="]),
    st.floats(-4, 4).map(lambda number: round(number, 2)),
    st.floats(-5, 5),
    st.floats(-5, 5),
)
def test_numbers_with_no_bound_between_them_cannot_be_told_apart(sign, constant, one, other):
    expression = Expression(f"severity {sign} {constant!r} && {constant!r} {sign} relays")
    for name in ("severity", "relays"):
        bounds = expression.bounds[name]
        values = [{**VALUES, name: value} for value in (one, other, constant, math.nextafter(constant, 9))]
        answers = {}
        for value in values:
            for free in ("severity", "relays"):
                if free != name:
                    value[free] = one
            place = sum(bound <= value[name] for bound in bounds)
            answers.setdefault(place, set()).add(expression.holds(value))
        assert all(len(same) == 1 for same in answers.values())


@pytest.mark.parametrize(
    "source", ["relays + 1 > 2", "1 + relays > 2", "relays in [1, 2]", "(relays) > relays", "-relays < 1"]
)
def test_a_number_that_is_more_than_compared_has_no_bounds(source):
    assert "relays" not in Expression(source).bounds


@pytest.mark.parametrize(
    ("source", "offset", "said"),
    [
        ("severity >= 2 && 'nude_requests' in conduct", 17, "did you mean `nude_request`?"),
        ("'snap' in met_on", 0, "did you mean `snapchat`?"),
        ("account_age_band == 'adult'", 20, "18_plus"),
        ("'minor' != account_age_band", 0, "16_17"),
    ],
)
def test_a_word_that_a_name_never_is_is_refused_where_it_stands(source, offset, said):
    with pytest.raises(InvalidExpression) as raised:
        Expression(source)
    (fault,) = raised.value.faults
    assert fault.offset == offset
    assert said in fault.message
