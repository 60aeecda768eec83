"""Whether anybody's report follows the template of Implementing Regulation (EU) 2024/2835. No Django.

Every broken rule is found, not the first alone: files and their form, headers, rows that lack or stand twice, cells
that are no count, median or share, sums that do not add up, parts larger than their whole, codes that do not exist,
texts that are too long. RULES names them all; docs/transparency-report.md explains them.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from rempart.accountability.report import summing
from rempart.accountability.report.reading import Found, Problem, read
from rempart.accountability.report.rows import CategoryRow, rows_of
from rempart.accountability.report.template import TOTAL, Indicator, Sheet, ValueKind, template

RULES: Mapping[str, str] = {
    "files": "each part is there, once",
    "utf-8": "CSV files are in UTF-8",
    "rfc-4180": "CSV files follow RFC 4180",
    "header": "columns are those of the template, in order",
    "width": "every row has a cell for each column",
    "service": "a report is about one service, named in every row",
    "period": "a reporting period is written 2026-01-01/2026-12-31 and the same everywhere",
    "day": "a date is written 2026-12-31",
    "dates": "a period ends after it begins, and is reported on after it and after the report before",
    "missing-row": "every row of the template is there",
    "unknown-row": "no other row is there",
    "twice": "no row is there twice",
    "category": "a category exists, and for that sheet",
    "place": "a sub-category stands under its category",
    "other": 'each row of a sub-category "Other" has a description of its own',
    "count": "a count is a whole number, 0 or more",
    "hours": "a median time is a number of hours, 0 or more",
    "share": "a percentage is between 0 and 1",
    "zero-or-blank": "0 when it could have happened, blank when it cannot apply",
    "sum": "sub-categories add up to their category, categories to the total, Member States to the total",
    "part": "a part is not larger than its whole",
    "median-of-nothing": "there is no median of nothing",
    "member-state": "a Member State has its code of two capitals (Eurostat: EL for Greece)",
    "language": "an official language has its code of two small letters",
    "length": "a text has 5,000 characters at most",
    "across": "sheets do not contradict one another",
    "unusual": "what breaks no rule but deserves a look",
}
PERIOD = re.compile(r"(\d{4}-\d{2}-\d{2})/(\d{4}-\d{2}-\d{2})")
OPTIONAL = (9, 10)
"""The parts that only very large platforms have."""
PUBLISHED_WITHIN = 2
"""Months after the end of the period."""
WHOLE = re.compile(r"\d+")
NUMBER = re.compile(r"\d+(\.\d+)?")


def check(path: Path) -> list[Problem]:
    """Every problem of the report at `path`, by file, row and column; empty when it keeps every rule.

    Raises reading.NotAReport when there is none, OSError when it cannot be read.
    """
    return check_found(read(path))


def check_found(found: list[Found]) -> list[Problem]:
    """The same for sheets that were read."""
    problems = [problem for one in found for problem in one.problems]
    problems += _files(found)
    sound: dict[int, _Checked] = {}
    for one in found:
        checked = _Checked(template().sheet(one.number), one)
        problems += checked.problems()
        sound.setdefault(one.number, checked)
    problems += _together(sound)
    order = {one.file: place for place, one in enumerate(found)}
    return sorted(problems, key=lambda one: (order.get(one.file, -1), one.row, one.column, one.rule))


def _files(found: list[Found]) -> Iterator[Problem]:
    times = Counter(one.number for one in found)
    for sheet in template().sheets:
        if not times[sheet.number]:
            optional = sheet.number in OPTIONAL
            words = "is not there" + (", as very large platforms alone need it" if optional else "")
            rule = "unusual" if optional else "files"
            yield Problem(sheet.file, 0, "", rule, f"part {sheet.number} ({sheet.name}) {words}", breaks=not optional)
        elif times[sheet.number] > 1:
            names = ", ".join(one.file for one in found if one.number == sheet.number)
            yield Problem(names, 0, "", "files", f"part {sheet.number} ({sheet.name}) is there more than once")


def folded(words: str) -> str:
    """A header or an indicator without what copying changes: spaces at its ends and between, apostrophes, case."""
    return " ".join(words.replace("’", "'").split()).casefold()


def number(text: str) -> float | None:
    """What a cell says in numbers; None when it is blank or says none."""
    return float(text) if NUMBER.fullmatch(text.strip()) else None


class _Checked:
    """One sheet under examination."""

    def __init__(self, sheet: Sheet, found: Found) -> None:
        self.sheet, self.found = sheet, found
        self.header = found.rows[0] if found.rows else []
        self.rows = {row: cells for row, cells in enumerate(found.rows[1:], 2) if any(one.strip() for one in cells)}
        self.readable = len(self.header) == len(sheet.columns)
        self.place = {one.key: index for index, one in enumerate(sheet.columns)}

    def at(self, row: int, key: str) -> str:
        """A cell's text; empty where the row is too short or the sheet has no such column."""
        place = self.place.get(key)
        cells = self.rows[row]
        return cells[place].strip() if place is not None and place < len(cells) else ""

    def problem(self, row: int, key: str, rule: str, message: str, *, breaks: bool = True) -> Problem:
        name = self.sheet.columns[self.place[key]].name.strip() if key else ""
        return Problem(self.found.file, row, name, rule, message, breaks)

    def problems(self) -> Iterator[Problem]:
        yield from self._header()
        if not self.readable:
            return
        yield from self._widths()
        yield from self._services_and_periods()
        if self.sheet.number == 2:
            yield from self._category_names()
        elif self.sheet.categories:
            yield from self._figures()
        else:
            yield from self._indicators()

    def _header(self) -> Iterator[Problem]:
        if not self.header:
            yield Problem(self.found.file, 0, "", "header", "the file is empty")
            return
        if not self.readable:
            words = f"there are {len(self.header)} columns instead of {len(self.sheet.columns)}"
            yield Problem(self.found.file, 1, "", "header", words)
            return
        for column, name in zip(self.sheet.columns, self.header, strict=True):
            if folded(column.name) != folded(name):
                yield self.problem(1, column.key, "header", f"the column is called {name!r}")

    def _widths(self) -> Iterator[Problem]:
        for row, cells in self.rows.items():
            if len(cells) != len(self.header):
                words = f"there are {len(cells)} cells instead of {len(self.header)}"
                yield Problem(self.found.file, row, "", "width", words)

    def _services_and_periods(self) -> Iterator[Problem]:
        if "service" not in self.place:
            return
        first = self.service
        for row in self.rows:
            said = self.at(row, "service")
            if not said:
                yield self.problem(row, "service", "service", "no service is named")
            elif said != first:
                yield self.problem(row, "service", "service", f"{said!r} is another service than {first!r}")
            if "period" in self.place and (why := wrong_period(self.at(row, "period"))):
                yield self.problem(row, "period", "period", why)

    @property
    def service(self) -> str:
        """The first service that is named."""
        return next((said for row in self.rows if (said := self.at(row, "service"))), "")

    @property
    def periods(self) -> dict[str, int]:
        """The periods that are named, each with the first row that names it."""
        if "period" not in self.place:
            return {}
        return {self.at(row, "period"): row for row in reversed(self.rows)}

    def _category_names(self) -> Iterator[Problem]:
        known = {one.code: one for one in template().categories}
        keywords = {keyword for one in template().categories for keyword in one.sub.values()}
        seen: Counter[str] = Counter()
        for row in self.rows:
            code = self.at(row, "category")
            if code in known:
                seen[code] += 1
                if seen[code] == 2:
                    yield self.problem(row, "category", "twice", f"{code} is there twice")
            elif code not in keywords:
                yield self.problem(row, "category", "category", f"there is no category {code!r}")
        for code in known:
            if not seen[code]:
                yield Problem(self.found.file, 0, "", "missing-row", f"{code} is not there")

    def _figures(self) -> Iterator[Problem]:
        """Sheets 3 to 6: categories down, figures across."""
        rows, wrong = rows_of(self.sheet, [(row, self._category_cells(row)) for row in self.rows])
        for row, key, rule, words in wrong:
            yield self.problem(row, key, rule, words)
        for row in self.rows:
            for column in self.sheet.columns:
                if column.kind in ("count", "hours") and (text := self.at(row, column.key)):
                    if why := wrong_value(text, column.kind):
                        yield self.problem(row, column.key, column.kind, why)
                elif column.kind == "context" and (why := wrong_value(self.at(row, column.key), "text")):
                    yield self.problem(row, column.key, "length", why)
        yield from self._scopes(rows)
        values = {
            one.row: {key: number(self.at(one.row, key)) for key in self.sheet.keys("count", "hours")} for one in rows
        }
        for one, key, rule, words in summing.broken(self.sheet, rows, values):
            yield self.problem(one.row, key, rule, words)

    def _category_cells(self, row: int) -> tuple[str, str, str]:
        return self.at(row, "category"), self.at(row, "other"), self.at(row, "scope")

    def _scopes(self, rows: Iterable[CategoryRow]) -> Iterator[Problem]:
        if "scope" not in self.place:
            return
        said = set()
        for one in rows:
            if one.scope not in said and (why := wrong_state(one.scope)):
                yield self.problem(one.row, "scope", "member-state", why)
            said.add(one.scope)

    def _indicators(self) -> Iterator[Problem]:
        """The other sheets: an indicator and a scope a row, one value each."""
        wanted = {(folded(one.indicator), folded(scope)): one for one, scope in wanted_rows(self.sheet.number)}
        known = {folded(one.indicator): one for one, _scope in wanted_rows(self.sheet.number)}
        seen: Counter[tuple[str, str]] = Counter()
        for row in self.rows:
            pair = (folded(self.at(row, "indicator")), folded(self.at(row, "scope")))
            indicator = known.get(pair[0])
            if indicator is None:
                words = f"there is no indicator {self.at(row, 'indicator')!r}"
                yield self.problem(row, "indicator", "unknown-row", words)
                continue
            capitals = self.sheet.number in (8, 9) and re.fullmatch("[A-Z]{2}", self.at(row, "scope"))
            if (pair not in wanted or capitals) and (why := self._wrong_scope(indicator, self.at(row, "scope"))):
                yield self.problem(row, "scope", *why)
            seen[pair] += 1
            # There is a set of shares for each automated means.
            if seen[pair] == 2 and not (self.sheet.number == 8 and indicator.kind == "share"):
                words = f"{self.at(row, 'indicator')!r} is there twice" + (f" for {pair[1]}" if pair[1] else "")
                yield self.problem(row, "indicator", "twice", words)
            kind = self._kind(indicator, self.at(row, "scope"))
            for key in ("value", "context"):
                if text := self.at(row, key):
                    said = kind if key == "value" else "text"
                    if why_value := wrong_value(text, said):
                        yield self.problem(row, key, "length" if said == "text" else said, why_value)
            if self.sheet.number in (1, 11) and not self.at(row, "value") and not indicator.very_large:
                words = f"{indicator.indicator!r} is left blank"
                yield self.problem(row, "value", "unusual", words, breaks=False)
        for (name, scope), one in wanted.items():
            if not seen[name, scope] and not (self.sheet.number == 8 and one.kind == "share"):
                words = f"{one.indicator!r} is not there" + (f" for {scope!r}" if scope else "")
                yield Problem(self.found.file, 0, "", "missing-row", words)
        yield from self._indicators_together()

    def _wrong_scope(self, indicator: Indicator, scope: str) -> tuple[str, str] | None:
        """The rule that a scope breaks which the template does not name for the indicator, and why."""
        if self.sheet.number == 10:
            return ("member-state", why) if (why := wrong_state(scope)) else None
        if self.sheet.number == 9 and folded(scope) == folded(TOTAL):
            return None
        if self.sheet.number == 8 or (self.sheet.number == 9 and indicator.by_language):
            if scope in template().languages:
                return None
            if len(scope) == 2:
                return "language", f"{scope!r} is not the code of an official language in small letters"
        return "unknown-row", f"there is no scope {scope!r}"

    def _kind(self, indicator: Indicator, scope: str) -> ValueKind:
        if self.sheet.number == 7:
            named = {folded(name): one.kind for name, one in template().scopes.items()}
            return named.get(folded(scope), "count")
        if self.sheet.number == 9:
            return "hours"  # full-time equivalents are numbers of the same form
        return "text" if self.sheet.number == 11 else indicator.kind

    def values(self) -> dict[tuple[str, str], tuple[int, float]]:
        """The values of the sheet by key of indicator and of scope, each with its row."""
        names = {folded(one.indicator): one.key for one, _scope in wanted_rows(self.sheet.number)}
        found: dict[tuple[str, str], tuple[int, float]] = {}
        for row in self.rows if self.readable else ():
            key = names.get(folded(self.at(row, "indicator")))
            value = number(self.at(row, "value"))
            if key is not None and value is not None:
                found.setdefault((key, folded(self.at(row, "scope"))), (row, value))
        return found

    def _indicators_together(self) -> Iterator[Problem]:
        if self.sheet.number in (7, 8):
            for row, rule, words in summing.broken_indicators(self.sheet.number, self.values()):
                yield self.problem(row, "value", rule, words)


def wanted_rows(sheet: int) -> Iterator[tuple[Indicator, str]]:
    """The rows that a sheet without categories has to have: indicator and scope."""
    known = template()
    indicators = {1: known.identification, 7: known.appeals, 8: known.automated, 9: known.people, 11: known.qualitative}
    if sheet == 10:
        yield Indicator("recipients", known.recipients), TOTAL
    for one in indicators.get(sheet, ()):
        if sheet == 9:
            yield from ((one, scope) for scope in (known.languages if one.by_language else (TOTAL,)))
        elif one.scopes:
            yield from ((one, scope) for scope in one.scopes)
        else:
            yield one, ""


def wrong_value(text: str, kind: ValueKind) -> str | None:
    """Why a value is none of its kind; None when it is."""
    text = text.strip()
    match kind:
        case "count" if not WHOLE.fullmatch(text):
            return f"{text[:40]!r} is no whole number of 0 or more"
        case "hours" if not NUMBER.fullmatch(text):
            return f"{text[:40]!r} is no number of 0 or more with a point"
        case "share" if not NUMBER.fullmatch(text) or float(text) > 1:
            return f"{text[:40]!r} is no number between 0 and 1"
        case "day" if as_day(text) is None:
            return f"{text[:40]!r} is no date such as 2026-12-31"
        case "text" if len(text) > template().longest_text:
            return f"the text has {len(text):,} characters"
    return None


def as_day(text: str) -> date | None:
    """A date written 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def wrong_period(text: str) -> str | None:
    """Why a reporting period is not written as it should be; None when it is."""
    found = PERIOD.fullmatch(text)
    days = [as_day(one) for one in found.groups()] if found else []
    if not days or None in days:
        return f"{text[:40]!r} is no period such as 2026-01-01/2026-12-31"
    return None if days[0] < days[1] else f"{text} ends before it begins"  # type: ignore[operator]


def wrong_state(text: str) -> str | None:
    """Why a scope is neither the total nor a Member State; None when it is."""
    if text in template().states or folded(text) == folded(TOTAL):
        return None
    if text == "GR":
        return "'GR': Eurostat's code for Greece is EL"
    return f"{text[:40]!r} is no code of a Member State"


def _together(sheets: Mapping[int, _Checked]) -> Iterator[Problem]:
    readable = {number_: one for number_, one in sheets.items() if one.readable}
    service = next((one.service for one in readable.values() if one.service), "")
    for one in readable.values():
        if one.service and one.service != service:
            yield Problem(one.found.file, 0, "", "service", f"it is about {one.service!r}, not {service!r}")
    yield from _dates(readable)
    known: dict[str, tuple[_Checked, int, float]] = {}
    for number_, key, name in (
        (4, "notices", "notices"),
        (4, "notices_flagger", "notices_flagger"),
        (5, "measures", "illegal"),
        (6, "measures", "terms"),
    ):
        if number_ in readable and (found := _total(readable[number_], key)) is not None:
            known[name] = (readable[number_], *found)
    if 8 in readable:
        totals = {name: value for name, (_sheet, _row, value) in known.items()}
        for row, words in summing.broken_across(readable[8].values(), totals):
            yield readable[8].problem(row, "value", "across", words)


def _total(sheet: _Checked, key: str) -> tuple[int, float] | None:
    for row in sheet.rows:
        if folded(sheet.at(row, "category")) == folded(TOTAL):
            value = number(sheet.at(row, key))
            return None if value is None else (row, value)
    return None


def _dates(sheets: Mapping[int, _Checked]) -> Iterator[Problem]:
    """The dates of sheet 1, and the periods of the others against them."""
    said = dict(_days(sheets[1])) if 1 in sheets else {}
    expected = next((period for place in sorted(sheets) for period in sheets[place].periods if period), None)
    if "starts_on" in said and "ends_on" in said:
        expected = f"{said['starts_on'][1].isoformat()}/{said['ends_on'][1].isoformat()}"
        for row, rule, words in _wrong_days(said):
            yield sheets[1].problem(row, "value", rule, words, breaks=rule != "unusual")
    for one in sheets.values():
        for period, row in one.periods.items():
            if wrong_period(period) is None and expected is not None and period != expected:
                yield one.problem(row, "period", "period", f"{period} is another period than {expected}")


def _days(sheet: _Checked) -> Iterator[tuple[str, tuple[int, date]]]:
    """The dates of sheet 1 by key, each with its row."""
    names = {folded(one.indicator): one.key for one in template().identification}
    for row in sheet.rows:
        key, day = names.get(folded(sheet.at(row, "indicator"))), as_day(sheet.at(row, "value"))
        if key is not None and day is not None:
            yield key, (row, day)


def _wrong_days(said: Mapping[str, tuple[int, date]]) -> Iterator[tuple[int, str, str]]:
    (row, ends), starts = said["ends_on"], said["starts_on"][1]
    if starts >= ends:
        yield row, "dates", "the period ends before it begins"
    elif not _usual(starts, ends):
        yield row, "unusual", "the period is neither a calendar year nor one of its halves"
    if "published_on" not in said:
        return
    row, day = said["published_on"]
    if day <= ends:
        yield row, "dates", "it was published before its period was over"
    elif (day.year - ends.year) * 12 + day.month - ends.month > PUBLISHED_WITHIN:
        yield row, "unusual", f"it was published more than {PUBLISHED_WITHIN} months after its period"
    if "previous_on" in said and said["previous_on"][1] >= day:
        yield said["previous_on"][0], "dates", "the report before was not published before this one"


def _usual(starts: date, ends: date) -> bool:
    days = ((starts.month, starts.day), (ends.month, ends.day))
    return starts.year == ends.year and days in (((1, 1), (12, 31)), ((1, 1), (6, 30)), ((7, 1), (12, 31)))
