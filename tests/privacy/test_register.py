"""The register and the tables agree, column by column."""

from importlib.resources import files

import pytest

from rempart.privacy.register import parse, problems, register

TEXT = files("rempart.privacy").joinpath("register.yaml").read_text(encoding="utf-8")


def test_every_column_has_its_row():
    assert problems() == []


def test_a_column_without_a_row_is_found():
    known = parse(TEXT.replace("[id, roles, is_active, added_at]", "[id, role, added_at]"))
    assert "staff.StaffMember.is_active has no row in the register" in problems(known)


def test_a_row_without_a_column_is_found():
    known = parse(TEXT.replace("[id, roles, is_active, added_at]", "[id, role, is_active, added_at, shoe_size]"))
    assert "the register speaks of staff.StaffMember.shoe_size, which is no column" in problems(known)


def test_a_column_that_stands_twice_is_found():
    known = parse(TEXT.replace("[id, roles, is_active, added_at]", "[id, role, is_active, added_at, email]"))
    assert "staff.StaffMember.email stands twice in the register" in problems(known)


@pytest.mark.parametrize("answer", ["purpose", "basis", "recipients", "retention"])
def test_a_personal_column_needs_each_answer(answer):
    rows = {"purpose": "a", "basis": "b", "recipients": "c", "people": "d", "retention": "kept"}
    del rows[answer]
    lines = "".join(f"        {name}: {said}\n" for name, said in rows.items())
    text = "retentions:\n  kept: {kept: because}\ntables:\n  a.B:\n    personal:\n      - columns: [c]\n" + lines
    assert parse(text).problems == [f"a.B ['c']: {answer} missing"]


def test_a_table_of_ours_must_list_its_columns():
    known = parse(TEXT.replace('auth.Group: {impersonal: "*"}', 'ledger.Link: {impersonal: "*"}'))
    assert any(problem.startswith("ledger.Link is a table of ours") for problem in problems(known))


def test_a_retention_that_no_room_applies_is_found():
    known = parse(TEXT.replace("retentions:\n", "retentions:\n  letters: {days: 3, after: the letter}\n"))
    assert "retention letters: no room's retention.py says how to erase it" in problems(known)


def test_an_eraser_that_answers_to_no_retention_is_found():
    known = parse(TEXT.replace("  session: {days: 1, after: the session's end}\n", "  session: {kept: so}\n"))
    assert "an eraser named session answers to no retention with `days`" in problems(known)


def test_the_register_is_read_without_a_problem_of_its_own():
    assert register().problems == []
