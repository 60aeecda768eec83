"""The report's figures are those that a separate, naive script finds in the same record."""

import csv
import io
from datetime import date

import pytest

from accountability.report.filled import YEAR, fill
from accountability.report.naive import Naive
from rempart.accountability.report import files, tables
from rempart.accountability.report.checking import check_found
from rempart.accountability.report.counting import count
from rempart.accountability.report.inputs import Inputs
from rempart.accountability.report.keeping import from_json, to_json
from rempart.accountability.report.reading import read_content
from rempart.accountability.report.record import Window
from rempart.accountability.report.template import template

CASES = 800
PERIOD = Window("tiktok", date(YEAR, 1, 1), date(YEAR, 12, 31))


@pytest.fixture(scope="module")
def both(request, django_db_setup, django_db_blocker):
    """The report and the naive script over the same cases, which are gone afterwards."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        fill(CASES)
        counts = count(PERIOD)
        naive = Naive(YEAR)
        transaction.set_rollback(True)
    return counts, tables.fill(counts, Inputs(), made_on=date(YEAR + 1, 2, 1), service="TikTok"), naive


def rows_of(filled, number):
    """A sheet as its CSV file says it: (category, sub-category) to its cells by key."""
    sheet = template().sheet(number)
    text = files.as_csv(sheet, filled[number - 1]).decode()
    found, last = {}, ""
    for cells in list(csv.reader(io.StringIO(text, newline="")))[1:]:
        said = dict(zip([one.key for one in sheet.columns], cells, strict=True))
        last = last if said["category"].startswith("KEYWORD") else said["category"]
        name = (last, said["category"] if said["category"].startswith("KEYWORD") else "")
        found.setdefault(name, []).append(said)
    return found


@pytest.mark.parametrize("number", [4, 5, 6])
def test_every_count_of_every_row_is_the_naive_one(both, number):
    _counts, filled, naive = both
    columns = template().sheet(number).keys("count")
    for (category, keyword), rows in rows_of(filled, number).items():
        for column in columns:
            told = sum(int(row[column] or 0) for row in rows)
            assert told == naive.counts[number, category, keyword, column], (category, keyword, column)
    assert naive.counts[number, "TOTAL", "", "notices" if number == 4 else "measures"] > 50


def test_every_median_is_the_naive_one(both):
    _counts, filled, naive = both
    for (category, keyword), rows in rows_of(filled, 4).items():
        if keyword != "KEYWORD_OTHER":
            for column in ("hours_to_action", "hours_to_action_flagger"):
                told = rows[0][column]
                assert (float(told) if told else None) == naive.median(category, keyword, column)
    assert naive.median("TOTAL", "", "hours_to_action_flagger") is not None


def test_complaints_are_the_naive_ones(both):
    counts, _filled, naive = both
    for kind in ("complaints", "visibility", "provision", "account", "monetary", "no_action", "no_action_flagger"):
        found = counts.appeals[kind]
        for scope in ("total", "upheld", "reversed", "omitted"):
            assert getattr(found, scope) == naive.complaints[kind, scope], (kind, scope)
        assert sorted(found.hours) == pytest.approx(sorted(naive.complaint_hours[kind]))
    assert naive.complaints["no_action_flagger", "total"] > 0


def test_what_software_did_alone_is_what_the_naive_script_finds(both):
    _counts, filled, naive = both
    keys = {one.indicator: one.key for one in template().automated}
    places = {one.key: place for place, one in enumerate(template().sheet(8).columns)}
    told = {
        (keys[row[places["indicator"]]], row[places["scope"]]): row[places["value"]]
        for row in filled[7]
        if not keys[row[places["indicator"]]].startswith(("accuracy", "precision", "recall"))
    }
    assert told == {name: naive.automated[name] for name in told}
    assert told["measures_solely", "Own-initiative"] > 0
    assert told["notices_solely", "NAM Total"] > 0


def test_the_report_keeps_every_rule(both):
    _counts, filled, _naive = both
    assert [one for one in check_found(read_content("report.zip", files.as_archive(filled))) if one.breaks] == []


def test_counts_that_were_kept_give_the_same_report(both):
    counts, filled, _naive = both
    again = from_json(to_json(counts))
    assert tables.fill(again, Inputs(), made_on=date(YEAR + 1, 2, 1), service="TikTok") == filled
