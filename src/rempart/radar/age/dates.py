"""Dates as people write them, in French and English, and what « next week » or « il y a trois mois » means from a day.

Everything is folded text: lower case, no accents. A range of days is given as its first day and the one after its last.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

from rempart.radar.age.numerals import ENGLISH, FRENCH

YEAR = 365.2425
MONTHS: dict[str, int] = {}
for _number, _names in enumerate(
    (
        "janvier janv jan january",
        "fevrier fevr fev february feb",
        "mars march mar",
        "avril avr april apr",
        "mai may",
        "juin june jun",
        "juillet juil july jul",
        "aout august aug",
        "septembre sept sep september",
        "octobre oct october",
        "novembre nov november",
        "decembre dec december",
    ),
    start=1,
):
    MONTHS |= dict.fromkeys(_names.split(), _number)
MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?(?![a-z])"
_WEEKDAYS = (
    "lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    "|tues?|weds?|thurs?|fri"
)
_COUNTS = {word: number for word, number in (FRENCH | ENGLISH).items() if number <= 10}
_COUNTS |= {"a": 1, "an": 1, "couple": 2, "few": 3, "qq": 3, "quelques": 3}
_COUNT = r"(\d{1,3}|a couple(?: of)?|a few|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_UNIT = (
    r"(jours?|jrs?|j|days?|nuits?|sleeps?|dodos?|semaines?|sem|weeks?|wks?|mois|months?|ans?|annees?|years?"
    r"|yrs?)(?![a-z])"
)
_LENGTHS = {"j": 1.0, "d": 1.0, "n": 1.0, "sl": 1.0, "se": 7.0, "w": 7.0, "m": 30.4, "a": YEAR, "y": YEAR}

Days = tuple[float, float]  # days from the day of writing, the second excluded


class When(NamedTuple):
    """A time from the day of writing; `end`: where its words end in what was looked at."""

    days: Days
    end: int


def count_of(word: str) -> int | None:
    """A small number in digits or words."""
    return int(word) if word.isdecimal() else _COUNTS.get(word.replace("a couple of", "couple").split()[-1])


def days_of(word: str, unit: str) -> float:
    """How many days so many units are."""
    length = _LENGTHS.get(unit[:2], _LENGTHS.get(unit[0], 1.0))
    return (count_of(word) or 1) * length


_FUTURE: tuple[tuple[str, Days], ...] = (
    (r"apres ?-?demain|day after tomorrow|overmorrow", (2, 3)),
    (r"demain|dmn|tomorrow|tmrw?|tmw|2moro", (1, 2)),
    (r"(?:la )?semaine (?:pro\w*|d'apres|qui (?:vient|arrive))|next week|(?:a )?week from (?:now|today)", (1, 14)),
    (r"(?:le )?mois (?:pro\w*|qui (?:vient|arrive))|next month", (8, 61)),
    (r"(?:l')?annee? (?:pro\w*|qui vient)|l'an prochain|next year", (30, 400)),
    (
        r"(?:ce |this |the )?(?:week-?end|we)(?: pro\w*)?(?![a-z'])|(?:this |next |on )?(?:"
        + _WEEKDAYS
        + r")(?: pro\w*)?(?![a-z])",
        (1, 8),
    ),
    (r"cette semaine|this week|dans la semaine|later this week", (0, 7)),
    (r"ce mois(?:-ci)?|this month|dans le mois|later this month", (0, 31)),
    (
        r"cet ete|cet hiver|cet automne|ce printemps|this (?:summer|winter|spring|fall|autumn)|next (?:summer"
        r"|winter|spring|fall)",
        (1, 270),
    ),
    (r"cette annee|this year", (0, 300)),
    (r"dans (?:pas|peu) (?:long)?te?mps|bientot|bi1to|soon|very soon|really soon", (1, 120)),
    (r"dans (?:quelques|qq) jours|in a few days", (2, 8)),
    (r"a noel|for christmas|at christmas|pour noel", (1, 366)),
)
_PAST: tuple[tuple[str, Days], ...] = (
    (r"avant ?-?hier", (-2, -1)),
    (r"hier(?: soir)?|yesterday|last night", (-1, 0)),
    (r"la semaine (?:derniere|passee)|last week", (-13, 0)),
    (r"le mois (?:dernier|passe)|last month", (-61, -7)),
    (r"l'an(?:nee)? (?:derniere?|passee?)|last year", (-400, -30)),
    (
        r"(?:"
        + _WEEKDAYS
        + r") (?:dernier|passe)|(?:last|this past|on) (?:"
        + _WEEKDAYS
        + r")(?![a-z])|(?:ce|last) (?:week-?end"
        r"|we)(?![a-z])",
        (-7, 0),
    ),
    (r"cet ete|this summer|last summer|cet hiver|last winter", (-200, 0)),
    (r"y'?a pas longtemps|recemment|recently|the other day|l'autre jour", (-45, 0)),
)
_TODAY = r"aujourd'?hui|ajd|auj|ojd|today|2day|ce matin|this morning|now|la now|rn"
_EDGE = r"(?![a-z])"
_GAP = r"[\s,!.:🎂🎉🥳🎈(-]*(?:et )?"

_FUTURES = [(re.compile(f"(?:{words}){_EDGE}"), days) for words, days in _FUTURE]
_PASTS = [(re.compile(f"(?:{words}){_EDGE}"), days) for words, days in _PAST]
_IS_TODAY = re.compile(f"(?:{_TODAY}){_EDGE}")
_IN = re.compile(
    rf"(?:dans|ds|d'ici|in|within)(?: (?:like|genre|exactement|exactly|only|just|plus que))? {_COUNT} ?{_UNIT}"
)
_AND_COUNT = re.compile(rf"{_COUNT} ?{_UNIT} (?:avant|before|to go|left|away|from now|plus tard)")
_AGO = re.compile(rf"(?:il y ?a|y ?a|ya|ca fait) {_COUNT} ?{_UNIT}|{_COUNT} ?{_UNIT} ago")
_ON_MONTH = re.compile(
    rf"(?:(?:le|on(?: the)?|the) )?(?:(?P<d>\d{{1,2}})(?:er|st|nd|rd|th)?(?: of)? )?(?:en |in |fin |debut "
    rf"|mi-?)?(?P<m>{MONTH})(?: (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d))?"
)
_ON_DAY = re.compile(r"(?:le|on the) (?P<d>\d{1,2})(?:er|st|nd|rd|th)?(?![\d:/.]|\s?(?:ans|h|eme|e)(?![a-z]))")
_ON_DATE = re.compile(r"(?:le |on )?(?P<d>\d{1,2})[/.](?P<m>\d{1,2})(?![\d/.])")
_LEAD = re.compile(_GAP)


def when_follows(text: str, at: int, written: date, *, past: bool) -> When | None:
    """The time that stands at `at`, looked for in the past or in the future (today counts as both)."""
    lead = _LEAD.match(text, at)
    return _when(text, lead.end() if lead else at, written, past=past)


def _when(text: str, at: int, written: date, *, past: bool) -> When | None:
    if found := _IS_TODAY.match(text, at):
        return When((0, 1), found.end())
    if past:
        if found := _AGO.match(text, at):
            count, unit = (found[1], found[2]) if found[1] else (found[3], found[4])
            days = days_of(count, unit)
            slack = max(1.0, days * 0.25)
            return When((-days - slack, -days + slack), found.end())
    elif found := _IN.match(text, at) or _AND_COUNT.match(text, at):
        days = days_of(found[1], found[2])
        slack = 0.5 if days < 10 else days * 0.15
        return When((days - slack, days + slack), found.end())
    for pattern, range_ in _PASTS if past else _FUTURES:
        if found := pattern.match(text, at):
            return When(range_, found.end())
    return _calendar(text, at, written, past=past)


def _calendar(text: str, at: int, written: date, *, past: bool) -> When | None:
    """« le 3 mai », « in March », « on the 14th »: the next such day, or the last one."""
    if found := _ON_MONTH.match(text, at):
        month = MONTHS[found["m"].rstrip(".")]
        day = found["d"] or found["d2"]
        return _next(written, lambda year: _month(year, month, int(day) if day else None), found.end(), past=past)
    if found := _ON_DATE.match(text, at):
        first, second = int(found["d"]), int(found["m"])
        if 1 <= second <= 12 and 1 <= first <= 31:
            return _next(written, lambda year: _month(year, second, first), found.end(), past=past)
    if found := _ON_DAY.match(text, at):
        return When((-31, 0) if past else (0, 31), found.end())
    return None


def _month(year: int, month: int, day: int | None) -> tuple[date, date]:
    if day and 1 <= day <= 31:
        first = date(year, month, 1) + timedelta(days=day - 1)
        return first, first + timedelta(days=1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after


def _next(written: date, range_of: Callable[[int], tuple[date, date]], end: int, *, past: bool) -> When | None:
    """The range of days of this year, or of the one after or before, on the side that is looked at."""
    for year in (written.year, written.year + (-1 if past else 1)):
        first, after = range_of(year)
        low, high = (first - written).days, (after - written).days
        if past and low <= 0:
            return When((low, min(high, 1)), end)
        if not past and high > 0:
            return When((max(low, 0), high), end)
    return None


_TIME_BEFORE = re.compile(
    rf"(?:^|[^a-z0-9])(?P<time>apres ?-?demain|demain|dmn|tomorrow|tmrw?|avant ?-?hier|hier|yesterday"
    rf"|aujourd'?hui|ajd|ojd|today"
    rf"|(?:la )?semaine pro\w*|next week|le mois pro\w*|next month|l'annee pro\w*|next year|ce week-?end|this weekend"
    rf"|(?:dans|ds|in) {_COUNT} ?{_UNIT}|(?:le |on )?\d{{1,2}} {MONTH}|(?:en|in) {MONTH}|(?:{_WEEKDAYS})(?: pro\w*)?"
    rf"|la semaine derniere|last week|le mois dernier|last month|(?:il y ?a|y ?a) {_COUNT} ?{_UNIT}|bientot"
    rf"|soon)[\s,:!]*$"
)


def when_before(text: str, until: int, written: date, *, past: bool) -> When | None:
    """The time that ends right before `until` (« demain j'ai 12 ans »)."""
    found = _TIME_BEFORE.search(text, max(0, until - 40), until)
    return _when(text, found.start("time"), written, past=past) if found else None
