"""The eleven sheets from counts and inputs, as rows of cells: every row that the template asks for, and words beside.

0 says that it could have happened and did not; a blank says that the row cannot apply, or that nobody told Rempart,
which its words then say.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from rempart.accountability.report.categories import Place
from rempart.accountability.report.counting import ALL, Appeals, Counts, Tally, median_hours
from rempart.accountability.report.inputs import Inputs
from rempart.accountability.report.sentences import Sentences
from rempart.accountability.report.template import KEYWORD_OTHER, TOTAL, Category, Cell, Sheet, template

Row = list[Cell]
Tables = list[list[Row]]
"""For each sheet, its rows below the header, each with a cell a column."""

NO_SUCH_RESTRICTION = frozenset(
    {"removal", "disable", "age_restricted", "interaction_restricted", "labelled", "visibility_other", "monetary_other"}
)
"""What Rempart never does: it restricts accounts, and neither removes nor labels what they published."""


def fill(counts: Counts, inputs: Inputs, *, made_on: date, service: str) -> Tables:
    """The rows of every sheet. service: its name in words, unless inputs give another.

    made_on: the day of publication unless inputs name one; blank while the period is not over.
    """
    filler = _Filler(counts, inputs, made_on, inputs.service or service)
    return [list(sheet) for sheet in filler.sheets()]


class _Filler:
    def __init__(self, counts: Counts, inputs: Inputs, made_on: date, service: str) -> None:
        self.counts, self.inputs, self.made_on, self.service = counts, inputs, made_on, service
        window = counts.window
        self.period = f"{window.starts_on.isoformat()}/{window.ends_on.isoformat()}"
        self.words = Sentences(counts)

    def sheets(self) -> Iterator[Iterator[Row]]:
        yield self._identification()
        yield self._categories()
        yield self._orders()
        yield self._tally(4, self.counts.notices, self.words.notices())
        yield self._tally(5, self.counts.illegal, self.words.own_initiative())
        yield self._tally(6, self.counts.terms, self.words.own_initiative())
        yield self._appeals()
        yield self._automated()
        yield self._people()
        yield self._recipients()
        yield self._qualitative()

    def _row(self, sheet: Sheet, cells: Mapping[str, Cell]) -> Row:
        fixed = {"applicability": sheet.applicability, "service": self.service, "period": self.period}
        return [cells.get(one.key, fixed.get(one.key)) for one in sheet.columns]

    def _identification(self) -> Iterator[Row]:
        window, inputs = self.counts.window, self.inputs
        values: dict[str, Cell] = {
            "provider": inputs.provider or self.service,
            "published_on": _day(inputs.published_on or (self.made_on if self.made_on > window.ends_on else None)),
            "previous_on": _day(inputs.previous_on),
            "starts_on": window.starts_on.isoformat(),
            "ends_on": window.ends_on.isoformat(),
        }
        for one in template().identification:
            yield self._row(template().sheet(1), {"indicator": one.indicator, "value": values[one.key]})

    def _categories(self) -> Iterator[Row]:
        sheet = template().sheet(2)
        for category in template().categories:
            label = f"Category {category.number}"
            said = self.words.category(category)
            cells = {"label": label, "description": category.description, "category": category.code, "context": said}
            yield self._row(sheet, cells)
            for name, keyword in category.sub.items():
                described = _in_words(keyword)
                yield self._row(sheet, {"label": f"Sub-category {name}", "description": described, "category": keyword})

    def _orders(self) -> Iterator[Row]:
        tally = self.counts.orders
        for scope in [TOTAL, *(state for state in template().states if state in tally.scopes)]:
            yield from self._tally(3, tally, self.words.orders() if scope == TOTAL else {}, scope=scope)

    def _tally(self, number: int, tally: Tally, said: Mapping[str, str], *, scope: str = TOTAL) -> Iterator[Row]:
        """A row for each category and sub-category of a sheet; `said` stands beside the total."""
        sheet = template().sheet(number)
        for row in _places(number, tally):
            cells: dict[str, Cell] = {"category": row.keyword or row.category, "other": row.other or None}
            for key in sheet.keys("count"):
                cells[key] = None if key in NO_SUCH_RESTRICTION else tally.number(row, key, scope=scope)
            for key in sheet.keys("hours"):
                cells[key] = tally.median(row, key, scope=scope)
            if number == 3:
                cells["scope"] = scope
            if row == ALL:
                cells |= {f"{key}_context": words for key, words in said.items()}
            yield self._row(sheet, cells)

    def _appeals(self) -> Iterator[Row]:
        sheet, given = template().sheet(7), self.inputs
        alone: dict[str, int | None] = {
            "new_restrictions": self.counts.new_restrictions,
            "illegal_content": given.illegal_content_suspensions,
            "unfounded_notices": self.counts.suspended_reporters,
            "unfounded_complaints": given.unfounded_complaint_suspensions,
        }
        for one in template().appeals:
            for scope in one.scopes:
                key = template().scopes[scope].key
                if one.key == "disputes":
                    value: Cell = getattr(given.out_of_court, key)
                elif one.key in alone:
                    value = alone[one.key]
                else:
                    value = _of_complaints(self.counts.appeals[one.key], key)
                said = self.words.appeals(one.key, key) or (
                    self.words.not_given if self._ungiven(one.key, value) else None
                )
                cells = {"section": one.section, "indicator": one.indicator, "scope": scope}
                yield self._row(sheet, {**cells, "value": value, "context": said})

    @staticmethod
    def _ungiven(key: str, value: Cell) -> bool:
        return value is None and key in ("disputes", "illegal_content", "unfounded_complaints")

    def _automated(self) -> Iterator[Row]:
        counts = self.counts
        values: dict[tuple[str, str], Cell] = {}
        for key, who, by in (
            ("measures_solely", counts.by_software, counts.notices_by_software),
            ("measures_not", counts.by_people, counts.notices_by_people),
        ):
            notices = key.replace("measures", "notices")
            values[key, "Total number"], values[key, "Own-initiative"] = who["total"], who["own"]
            values[notices, "NAM Total"], values[notices, "NAM Trusted Flagger"] = by[True] + by[False], by[True]
        for one in template().automated:
            if one.kind == "share":
                continue
            for scope in [*one.scopes, *(template().languages if self.inputs.very_large else ())]:
                said = self.words.automated(one.key) if scope == one.scopes[0] else None
                if scope in template().languages:
                    said = self.words.language
                yield self._automated_row(one.indicator, scope, values.get((one.key, scope)), said)
        yield from self._accuracy()

    def _automated_row(self, indicator: str, scope: str, value: Cell, said: str | None) -> Row:
        section = template().automated_section
        cells = {"section": section, "indicator": indicator, "scope": scope, "value": value, "context": said}
        return self._row(template().sheet(8), cells)

    def _accuracy(self) -> Iterator[Row]:
        """A set of rows for each automated means: measures taken by software, its proposals, and the provider's own."""
        shares = [one for one in template().automated if one.kind == "share"]
        for automatic in (True, False):
            for one in shares:
                for scope in one.scopes:
                    found = self.counts.accuracy[automatic, scope == "Own-initiative"]
                    known = one.key == "precision" and found.judged
                    value = round(found.kept / found.judged, 4) if known else None
                    said = self.words.accuracy(one.key, automatic, found)
                    yield self._automated_row(one.indicator, scope, value, said)
        for means in self.inputs.classifiers:
            for one in shares:
                said = f"{means.name}. {means.context}".strip()
                value = getattr(means, one.key)
                if value is None:
                    said = f"{said} {self.words.not_given}"
                yield self._automated_row(one.indicator, "Total number", value, said)

    def _people(self) -> Iterator[Row]:
        people = self.inputs.people
        for one in template().people:
            given: dict[str, float | None] = (
                {language: people.by_language.get(language) for language in template().languages}
                if one.by_language
                else {TOTAL: getattr(people, one.key)}
            )
            for scope, value in given.items():
                said = people.context or None
                if value is None:
                    said = self.words.not_given if self.inputs.very_large else self.words.very_large
                cells = {"section": template().people_section, "indicator": one.indicator, "scope": scope}
                yield self._row(template().sheet(9), {**cells, "value": value, "context": said})

    def _recipients(self) -> Iterator[Row]:
        given = self.inputs.recipients
        for scope in (TOTAL, *template().states):
            value = given.total if scope == TOTAL else given.by_state.get(scope)
            cells: dict[str, Cell] = {"indicator": template().recipients, "scope": scope, "value": value}
            yield self._row(template().sheet(10), cells)

    def _qualitative(self) -> Iterator[Row]:
        for one in template().qualitative:
            text = self.inputs.qualitative.get(one.key) or self.words.qualitative(one.key)
            if not text and one.very_large:
                text = "" if self.inputs.very_large else self.words.very_large
            yield self._row(template().sheet(11), {"indicator": one.indicator, "value": text or None})


def _day(day: date | None) -> Cell:
    return day.isoformat() if day else None


def _in_words(keyword: str) -> str:
    if keyword == KEYWORD_OTHER:
        return "Not captured by any other sub-category"
    return keyword.removeprefix("KEYWORD_").replace("_", " ").capitalize()


def _places(number: int, tally: Tally) -> Iterator[Place]:
    """The rows of a sheet in the template's order; "Other" as often as there are descriptions of it, at least once."""
    yield ALL
    for category in template().of_sheet(number):
        yield Place(category.code)
        for keyword in category.sub.values():
            yield from (
                _described(category, keyword, tally.places)
                if keyword == KEYWORD_OTHER
                else [Place(category.code, keyword)]
            )


def _described(category: Category, keyword: str, places: Iterable[Place]) -> list[Place]:
    described = [one for one in places if one.category == category.code and one.keyword == keyword]
    return sorted(described) or [Place(category.code, keyword)]


def _of_complaints(found: Appeals, key: str) -> Cell:
    if key == "median_hours":
        return median_hours(found.hours)
    # Whoever answers upholds a decision or reverses all that it restricts: never a part.
    values: dict[str, Any] = {
        "total": found.total,
        "upheld": found.upheld,
        "partially_reversed": 0,
        "reversed": found.reversed,
        "omitted": found.omitted,
    }
    return int(values[key])
