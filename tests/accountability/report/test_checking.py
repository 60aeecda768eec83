"""The checker: for each of its rules something that keeps it and something that breaks it, found where it is."""

import pytest

from rempart.accountability.report.checking import RULES, check
from rempart.accountability.report.files import WORKBOOK
from rempart.accountability.report.reading import NotAReport

MINORS, GROOMING = "STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS"
SCAMS, OTHER_RULE = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_OTHER"
COMPLAINTS = "Number of complaints submitted to the internal-complaints mechanism"
MODERATORS = "Number of total moderators with sufficient linguistic expertise"
SOLELY, NOTICES_SOLELY = (
    "Number of measures solely taken by automated means",
    "Number of notices solely processed by automated means",
)
SUMMARY = "Summary of the content moderation engaged in at the providers’ own initiative"


def total(sheets, number):
    """The row of all categories."""
    return sheets.row(number, category="TOTAL")


def without(sheets, number, **said):
    """Take a row out."""
    del sheets.files[number][sheets.row(number, **said) - 1]


def again(sheets, number, **said):
    """Put a row there twice."""
    row = sheets.row(number, **said)
    sheets.files[number].insert(row, list(sheets.files[number][row - 1]))


def moved_in_step(sheets, number, keyword, key, more):
    """Add to a sub-category, its category and the total, so that all sums hold."""
    for name in ("TOTAL", MINORS, keyword):
        sheets.add(number, sheets.row(number, category=name), key, more)


def everywhere(sheets, key, value):
    """Write the same in every row of every sheet that has such a column."""
    for number in sheets.files:
        if any(one.key == key for one in sheets.template.sheet(number).columns):
            for row in range(2, len(sheets.files[number]) + 1):
                sheets.set(number, row, key, value)


def identification(sheets, what, value):
    indicator = next(one.indicator for one in sheets.template.identification if one.key == what)
    sheets.set(1, sheets.row(1, indicator=indicator), "value", value)


def value(sheets, number, indicator, scope, text):
    said = {"indicator": indicator} | ({"scope": scope} if scope else {})
    sheets.set(number, sheets.row(number, **said), "value", text)


BROKEN = {
    "count": [
        lambda s: s.set(4, total(s, 4), "notices", "44.5"),
        lambda s: s.set(4, total(s, 4), "notices", "-1"),
        lambda s: s.set(4, total(s, 4), "notices", "1 000"),
        lambda s: s.set(5, total(s, 5), "measures", "many"),
        lambda s: value(s, 7, COMPLAINTS, "Total number", "9.5"),
        lambda s: value(s, 10, s.template.recipients, "FR", "600.2"),
    ],
    "hours": [
        lambda s: s.set(4, total(s, 4), "hours_to_action", "2 days"),
        lambda s: s.set(4, total(s, 4), "hours_to_action", "-3"),
        lambda s: s.set(3, total(s, 3), "hours_to_receipt_act", "1,5"),
        lambda s: value(s, 7, COMPLAINTS, "Median time", "3:30"),
        lambda s: value(s, 9, MODERATORS, "fr", "three"),
    ],
    "share": [
        lambda s: value(s, 8, "Accuracy of the automated means - Precision", "Total number", "1.01"),
        lambda s: value(s, 8, "Accuracy of the automated means - Precision", "Total number", "95%"),
        lambda s: value(
            s,
            7,
            "Number of disputes submitted to out-of-court dispute settlement bodies",
            "Percentage of outcomes implemented",
            "50",
        ),
    ],
    "sum": [
        lambda s: s.add(4, total(s, 4), "notices", 1),
        lambda s: s.add(4, s.row(4, category=GROOMING), "items", -1),
        lambda s: s.add(5, s.row(5, category=MINORS), "account_suspension", 2),
        lambda s: s.add(6, total(s, 6), "measures", -1),
        lambda s: s.add(3, s.row(3, category=MINORS, scope="FR"), "orders_to_act", 1),
        lambda s: [
            s.add(3, s.row(3, category=name, scope="FR"), "orders_to_act", 1) for name in ("TOTAL", MINORS, GROOMING)
        ],
    ],
    "part": [
        lambda s: moved_in_step(s, 4, GROOMING, "notices_flagger", 50),
        lambda s: moved_in_step(s, 4, GROOMING, "items_flagger", 50),
        lambda s: moved_in_step(s, 4, GROOMING, "by_law_flagger", 1),
        lambda s: moved_in_step(s, 4, GROOMING, "by_terms_flagger", 50),
        lambda s: moved_in_step(s, 5, GROOMING, "detected_automatically", 50),
        lambda s: moved_in_step(s, 6, GROOMING, "account_suspension", 50),
        lambda s: moved_in_step(s, 6, GROOMING, "account_suspension", -1),
        lambda s: value(s, 7, COMPLAINTS, "Total number", "7"),
        lambda s: value(s, 7, COMPLAINTS, "Decisions upheld", "3"),
        lambda s: value(s, 8, SOLELY, "Own-initiative", "9"),
        lambda s: value(s, 8, NOTICES_SOLELY, "NAM Trusted Flagger", "15"),
    ],
    "zero-or-blank": [
        lambda s: s.set(4, total(s, 4), "notices", ""),
        lambda s: s.set(4, s.row(4, category=MINORS), "notices", ""),
    ],
    "median-of-nothing": [
        lambda s: [
            value(s, 7, "Complaint regarding a decision to suspend or terminate an account", scope, text)
            for scope, text in (("Decisions upheld", "0"), ("Decisions reversed", "0"), ("Median time", "12"))
        ],
    ],
    "category": [
        lambda s: s.set(4, s.row(4, category=MINORS), "category", "STATEMENT_CATEGORY_MINORS"),
        lambda s: s.set(2, 2, "category", "STATEMENT_CATEGORY_DOGS"),
        lambda s: s.set(
            4,
            s.row(4, category="STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE"),
            "category",
            "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        ),
        lambda s: s.set(
            3,
            s.row(3, category="STATEMENT_CATEGORY_NOT_SPECIFIED_ORDER"),
            "category",
            "STATEMENT_CATEGORY_NOT_SPECIFIED_NOTICE",
        ),
        lambda s: s.files[5].append(
            ["All", "Example", "2026-01-01/2026-12-31", "STATEMENT_CATEGORY_OTHER_VIOLATION_TC", *[""] * 33]
        ),
    ],
    "place": [
        lambda s: s.set(4, s.row(4, category="KEYWORD_SUICIDE"), "category", GROOMING),
        lambda s: s.files[4].insert(1, list(s.files[4][s.row(4, category=OTHER_RULE) - 1])),
    ],
    "other": [
        lambda s: s.set(4, s.row(4, other="Gifts that are never given"), "other", ""),
        lambda s: s.set(
            4, s.row(4, other="Gifts that are never given"), "other", "asking followers for money or gifts"
        ),
    ],
    "twice": [
        lambda s: again(s, 4, category=GROOMING),
        lambda s: again(s, 3, category="TOTAL", scope="FR"),
        lambda s: again(s, 7, indicator=COMPLAINTS, scope="Median time"),
        lambda s: again(s, 2, category=MINORS),
        lambda s: again(s, 11, indicator=SUMMARY),
    ],
    "missing-row": [
        lambda s: without(s, 4, category="TOTAL"),
        lambda s: without(s, 5, category="STATEMENT_CATEGORY_SELF_HARM"),
        lambda s: without(s, 6, category="KEYWORD_SUICIDE"),
        lambda s: without(s, 3, category="TOTAL", scope="EL"),
        lambda s: without(s, 7, indicator=COMPLAINTS, scope="Decision omitted"),
        lambda s: without(s, 8, indicator=SOLELY, scope="Own-initiative"),
        lambda s: without(s, 2, category=MINORS),
        lambda s: without(s, 1, indicator="Starting date of reporting period"),
        lambda s: without(s, 11, indicator=SUMMARY),
    ],
    "unknown-row": [
        lambda s: s.set(7, 2, "indicator", "Number of happy people"),
        lambda s: s.set(7, s.row(7, indicator=COMPLAINTS, scope="Decision omitted"), "scope", "Forgotten"),
        lambda s: s.set(1, 2, "indicator", "Colour of the logo"),
    ],
    "member-state": [
        lambda s: [
            s.set(3, row, "scope", "GR") for row in range(2, len(s.files[3]) + 1) if s.get(3, row, "scope") == "EL"
        ],
        lambda s: [
            s.set(3, row, "scope", "fr") for row in range(2, len(s.files[3]) + 1) if s.get(3, row, "scope") == "FR"
        ],
        lambda s: s.set(10, s.row(10, scope="FR"), "scope", "UK"),
    ],
    "language": [
        lambda s: s.set(9, s.row(9, scope="fr"), "scope", "FR"),
        lambda s: s.set(8, s.row(8, scope="fr"), "scope", "xx"),
    ],
    "service": [
        lambda s: s.set(4, 5, "service", "Another"),
        lambda s: s.set(4, 5, "service", ""),
        lambda s: [s.set(6, row, "service", "Another") for row in range(2, len(s.files[6]) + 1)],
    ],
    "period": [
        lambda s: s.set(4, 5, "period", "2026"),
        lambda s: s.set(4, 5, "period", "2026-12-31/2026-01-01"),
        lambda s: s.set(4, 5, "period", "2026-02-30/2026-12-31"),
        lambda s: s.set(4, 5, "period", "2025-01-01/2025-12-31"),
    ],
    "day": [lambda s: identification(s, "published_on", "15/02/2027")],
    "dates": [
        lambda s: identification(s, "published_on", "2026-12-31"),
        lambda s: identification(s, "previous_on", "2027-02-15"),
        lambda s: identification(s, "ends_on", "2025-12-31"),
    ],
    "length": [
        lambda s: s.set(11, s.row(11, indicator=SUMMARY), "value", "a" * 5001),
        lambda s: s.set(4, total(s, 4), "notices_context", "a" * 5001),
    ],
    "across": [
        lambda s: [value(s, 8, SOLELY, scope, "30") for scope in ("Total number", "Own-initiative")],
        lambda s: value(s, 8, NOTICES_SOLELY, "NAM Total", "500"),
        lambda s: [value(s, 8, NOTICES_SOLELY, scope, "20") for scope in ("NAM Total", "NAM Trusted Flagger")],
    ],
    "header": [
        lambda s: s.files[4][0].__setitem__(5, "Notices"),
        lambda s: [row.pop() for row in s.files[10]],
        lambda s: s.files[9].clear(),
    ],
    "width": [lambda s: s.files[4][5].pop(), lambda s: s.files[7][5].append("more")],
    "files": [lambda s: s.files.pop(4)],
}


@pytest.mark.parametrize(("rule", "number"), [(rule, n) for rule, ways in BROKEN.items() for n in range(len(ways))])
def test_a_broken_rule_is_found(sheets, rule, number):
    BROKEN[rule][number](sheets)
    assert rule in {one.rule for one in sheets.check()}


KEPT = {
    "count": lambda s: s.set(5, total(s, 5), "removal", "0"),
    "hours": lambda s: s.set(4, total(s, 4), "hours_to_action", "0.25"),
    "share": lambda s: value(s, 8, "Accuracy of the automated means - Recall", "Total number", "1"),
    "sum": lambda s: moved_in_step(s, 4, GROOMING, "notices", 3),
    "part": lambda s: value(s, 7, COMPLAINTS, "Total number", "8"),
    "zero-or-blank": lambda s: [s.set(6, row, "monetary_other", "") for row in range(2, len(s.files[6]) + 1)],
    "median-of-nothing": lambda s: value(
        s, 7, "Complaint regarding a decision to suspend or terminate an account", "Median time", ""
    ),
    "category": lambda s: s.set(4, s.row(4, category=MINORS), "category", "Category 9"),
    "place": lambda s: s.set(4, s.row(4, category=GROOMING), "category", "9d"),
    "other": lambda s: s.set(4, s.row(4, other="Physical sexual assault"), "other", ""),
    "twice": lambda s: again(s, 8, indicator="Accuracy of the automated means - Accuracy"),
    "missing-row": lambda s: s.files.update(
        {5: [row for row in s.files[5] if not row[s.place(5, "category")].startswith("KEYWORD")]}
    ),
    "unknown-row": lambda s: s.set(
        11, s.row(11, indicator=SUMMARY), "indicator", SUMMARY.replace("’", "'").upper() + " "
    ),
    "member-state": lambda s: s.files.update(
        {3: s.files[3][:1] + [[*row[:5], "IE" if row[5] == "FR" else row[5], *row[6:]] for row in s.files[3][1:]]}
    ),
    "language": lambda s: value(s, 9, MODERATORS, "ga", "0.5"),
    "service": lambda s: everywhere(s, "service", "Another"),
    "period": lambda s: [
        everywhere(s, "period", "2026-01-01/2026-06-30"),
        identification(s, "ends_on", "2026-06-30"),
        identification(s, "published_on", "2026-08-31"),
    ],
    "day": lambda s: identification(s, "previous_on", ""),
    "dates": lambda s: identification(s, "published_on", "2027-01-01"),
    "length": lambda s: s.set(11, s.row(11, indicator=SUMMARY), "value", "é" * 5000),
    "across": lambda s: value(s, 8, SOLELY, "Own-initiative", "0"),
    "header": lambda s: s.files[4][0].__setitem__(5, "number of notices  received"),
    "width": lambda s: s.set(4, 5, "notices_context", 'Words, "quoted",\r\non two lines'),
    "files": lambda s: [s.files.pop(9), s.files.pop(10)],
}


@pytest.mark.parametrize("rule", KEPT)
def test_what_keeps_a_rule_is_not_found(sheets, rule):
    KEPT[rule](sheets)
    assert sheets.check() == []


def test_a_whole_report_keeps_every_rule(sheets):
    assert sheets.check_all() == []


OF_FILES = {"utf-8", "rfc-4180", "unusual"}


def test_every_rule_has_both_tests():
    assert set(BROKEN) == set(KEPT) == set(RULES) - OF_FILES


def test_a_problem_says_where_it_is(sheets):
    row = sheets.row(4, category=GROOMING)
    sheets.set(4, row, "items", "ten")
    (problem, *_rest) = [one for one in sheets.check() if one.rule == "count"]
    assert (problem.row, problem.column) == (
        row,
        "Number of specific items of information included in the total number of notices",
    )
    assert problem.file.endswith("_Part_4_notices.csv")


def test_every_problem_is_found_and_not_the_first_alone(sheets):
    sheets.set(4, 3, "notices", "x")
    sheets.set(6, 4, "measures", "y")
    sheets.set(11, 2, "value", "z" * 6000)
    assert [one.rule for one in sheets.check() if one.rule in ("count", "length")] == ["count", "count", "length"]


def test_lines_that_end_otherwise_are_found(sheets, tmp_path):
    sheets.write(tmp_path)
    file = tmp_path / sheets.template.sheet(4).file
    assert [one for one in check(tmp_path) if one.breaks] == []
    file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n"))
    assert [one.rule for one in check(tmp_path)] == ["rfc-4180"]


def test_quotes_that_do_not_fit_are_found(sheets, tmp_path):
    sheets.write(tmp_path)
    file = tmp_path / sheets.template.sheet(11).file
    file.write_bytes(file.read_bytes() + b'"All"x,Example,a,b,c\r\n')
    assert "rfc-4180" in {one.rule for one in check(tmp_path)}


def test_semicolons_are_found_and_the_rest_is_read(sheets, tmp_path):
    sheets.write(tmp_path)
    file = tmp_path / sheets.template.sheet(10).file
    file.write_bytes(file.read_bytes().replace(b",", b";"))
    assert [one.rule for one in check(tmp_path)] == ["rfc-4180"]


def test_another_encoding_is_found(sheets, tmp_path):
    sheets.set(4, total(sheets, 4), "notices_context", "Signalements reçus")
    sheets.write(tmp_path)
    file = tmp_path / sheets.template.sheet(4).file
    assert check(tmp_path) == []
    file.write_bytes(file.read_bytes().decode().encode("latin-1"))
    assert [(one.rule, one.row) for one in check(tmp_path)] == [("utf-8", 2)]


def test_a_period_that_is_no_year_is_remarked_on_and_breaks_nothing(sheets):
    everywhere(sheets, "period", "2026-01-01/2026-03-31")
    identification(sheets, "ends_on", "2026-03-31")
    identification(sheets, "published_on", "2026-05-31")
    assert [(one.rule, one.breaks) for one in sheets.check_all()] == [("unusual", False)]


def test_a_workbook_is_checked_as_csv_files_are(sheets, tmp_path):
    from rempart.accountability.report.files import as_workbook

    tables = [rows[1:] for rows in sheets.files.values()]
    tables = [[[_cell(one) for one in row] for row in rows] for rows in tables]
    (tmp_path / WORKBOOK).write_bytes(as_workbook(tables))
    assert check(tmp_path) == []
    tables[3][0][5] = 1000
    (tmp_path / WORKBOOK).write_bytes(as_workbook(tables))
    assert [(one.rule, one.row) for one in check(tmp_path / WORKBOOK)] == [("sum", 2)]


def _cell(text):
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text or None


def test_a_folder_without_a_report_is_said_to_be_one(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\r\n")
    with pytest.raises(NotAReport):
        check(tmp_path)


def test_a_file_of_a_part_is_told_by_its_number(sheets, tmp_path):
    for name, content in sheets.contents():
        number = next(one.number for one in sheets.template.sheets if one.file == name)
        (tmp_path / f"{number}_example.csv").write_bytes(content)
    assert check(tmp_path) == []
