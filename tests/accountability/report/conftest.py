"""A whole report that keeps every rule, with figures in many rows, to be broken one cell at a time."""

import csv
import io
from datetime import date

import pytest


class Sheets:
    """A report as rows of text by sheet; `cell` finds one, `check` says what the checker says."""

    def __init__(self, tables):
        from rempart.accountability.report import files
        from rempart.accountability.report.template import template

        self.template = template()
        self.files = {}
        for sheet, rows in zip(self.template.sheets, tables, strict=True):
            text = files.as_csv(sheet, rows).decode()
            self.files[sheet.number] = list(csv.reader(io.StringIO(text, newline="")))

    def place(self, sheet, key):
        """The column of a key."""
        return next(place for place, one in enumerate(self.template.sheet(sheet).columns) if one.key == key)

    def row(self, sheet, **said):
        """The number in the file of the first row that says this (the header is 1)."""
        for number, row in enumerate(self.files[sheet][1:], 2):
            if all(row[self.place(sheet, key)] == value for key, value in said.items()):
                return number
        raise LookupError(said)

    def get(self, sheet, row, key):
        return self.files[sheet][row - 1][self.place(sheet, key)]

    def set(self, sheet, row, key, value):
        self.files[sheet][row - 1][self.place(sheet, key)] = value

    def add(self, sheet, row, key, more):
        """Add to a count."""
        self.set(sheet, row, key, str(int(self.get(sheet, row, key) or 0) + more))

    def contents(self):
        """File names and contents."""
        for number, rows in self.files.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerows(rows)
            yield self.template.sheet(number).file, text.getvalue().encode()

    def write(self, folder):
        for name, content in self.contents():
            (folder / name).write_bytes(content)

    def check(self):
        """What the checker says, remarks left out."""
        return [one for one in self.check_all() if one.breaks]

    def check_all(self):
        from rempart.accountability.report.checking import check_found
        from rempart.accountability.report.reading import read_content

        return check_found([sheet for name, content in self.contents() for sheet in read_content(name, content)])


def figures():
    """Counts of a busy year, made up."""
    from rempart.accountability.report.categories import Place
    from rempart.accountability.report.counting import Accuracy, Appeals, Counts
    from rempart.accountability.report.record import Window

    minors = Place("STATEMENT_CATEGORY_PROTECTION_OF_MINORS", "KEYWORD_GROOMING_SEXUAL_ENTICEMENT_MINORS")
    assault = Place("STATEMENT_CATEGORY_VIOLENCE", "KEYWORD_OTHER", "Physical sexual assault")
    money = Place("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_OTHER", "Asking followers for money or gifts")
    gifts = Place("STATEMENT_CATEGORY_SCAMS_AND_FRAUD", "KEYWORD_OTHER", "Gifts that are never given")
    counts = Counts(Window("tiktok", date(2026, 1, 1), date(2026, 12, 31)))
    for place, many in ((minors, 5), (assault, 2), (money, 3), (gifts, 1)):
        for key, share in (("notices", 4), ("notices_flagger", 2), ("items", 2), ("items_flagger", 1), ("by_terms", 1)):
            counts.notices.count(place, key, many * share)
        counts.notices.time(place, "hours_to_action", 10.5 * many)
        for tally in (counts.illegal, counts.terms):
            tally.count(place, "measures", many)
            tally.count(place, "detected_automatically", many - 1)
            tally.count(place, "account_suspension", many)
    for scope, many in (("TOTAL", 5), ("FR", 3), ("EL", 2)):
        counts.orders.scopes.add(scope)
        counts.orders.count(minors, "orders_to_act", many, scope=scope)
        counts.orders.count(minors, "items_in_orders", many + many, scope=scope)
        counts.orders.time(minors, "hours_to_receipt_act", 2.0, scope=scope)
    counts.appeals["complaints"] = Appeals(9, 4, 2, 1, [30.0, 50.0])
    counts.appeals["account"] = Appeals(5, 2, 1, 0, [30.0])
    counts.appeals["no_action"] = Appeals(3, 2, 1, 1, [50.0])
    counts.by_software.update(total=8, own=4)
    counts.by_people.update(total=20, own=18)
    counts.notices_by_software.update({False: 10, True: 4})
    counts.notices_by_people.update({False: 20, True: 6})
    counts.accuracy[True, False] = Accuracy(3, 4, 1)
    return counts


@pytest.fixture
def sheets():
    """A whole report."""
    from rempart.accountability.report.inputs import read_inputs
    from rempart.accountability.report.tables import fill

    inputs = read_inputs("""
provider: Example SAS
very_large: true
published_on: 2027-02-15
previous_on: 2026-02-20
people: {internal: 2.5, external: 4, by_language: {fr: 3, en: 2.5}}
recipients: {total: 1000, by_state: {FR: 600, EL: 400}}
out_of_court:
  {total: 2, upheld: 1, partially_reversed: 0, reversed: 1, median_hours: 700, omitted: 0, implemented_share: 0.5}
""")
    return Sheets(fill(figures(), inputs, made_on=date(2027, 2, 1), service="Example"))
