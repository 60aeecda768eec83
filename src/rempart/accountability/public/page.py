"""What the public page shows, made from what was published: sums as far as they are told, charts, tables, data."""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext

from rempart.accountability.models import FiguresSoFar, PublishedFigures
from rempart.accountability.public.counts import ROUNDED_TO, at_least
from rempart.accountability.public.words import WHOLES, name_of
from rempart.accountability.services.publishing import RECOUNTED, following, latest, midnight
from rempart.pages.charts import Column, MonthChart, month_chart
from rempart.pages.writing import decimal, duration
from rempart.privacy.suppression import THRESHOLD

MONTHS_SHOWN, MONTHS_ON_PHONE = 12, 6
_DESK, _PHONE = 480, 330
WITHHELD_MARK = "?"
FORMAT = "rempart-public-figures/1"


@dataclass(frozen=True)
class Answer:
    """One of the four questions of the page, its answer in a few large letters and in a sentence."""

    question: str
    large: str
    sentence: str


@dataclass(frozen=True)
class Chart:
    """A chart in two widths, and what it shows."""

    name: str
    title: str
    about: str
    desk: MonthChart | None
    phone: MonthChart | None
    divided: bool = False


@dataclass(frozen=True)
class Row:
    """A period in a table: its cells with their heads, None where withheld."""

    name: str
    pairs: list[tuple[str, "str | None"]]
    revised: bool = False
    so_far: bool = False
    late: bool = False


@dataclass(frozen=True)
class Part:
    """What a number is divided into: in the last month, and over all the months shown."""

    name: str
    last: int | None
    sum: int
    some_withheld: bool


@dataclass(frozen=True)
class Division:
    """A number and its parts, each way a list."""

    name: str
    title: str
    last: int | None
    sum: int
    some_withheld: bool
    ways: list[list[Part]]


@dataclass(frozen=True)
class Public:
    """Everything that the page shows."""

    months: list[PublishedFigures]
    years: list[PublishedFigures]
    so_far: FiguresSoFar | None
    corrections: list[PublishedFigures]

    @classmethod
    def now(cls) -> "Public":
        """As published by now."""
        periods = list(latest())
        return cls(
            months=[one for one in periods if is_month(one)],
            years=[one for one in periods if not is_month(one)],
            so_far=FiguresSoFar.objects.order_by("-starts_on").first(),
            corrections=list(PublishedFigures.objects.filter(revision__gt=1).order_by("-published_at")),
        )

    @property
    def shown(self) -> list[PublishedFigures]:
        """The months of the charts."""
        return self.months[-MONTHS_SHOWN:]

    @property
    def invented(self) -> bool:
        """Whether an example is counted."""
        return any(one.invented for one in self.months) or bool(self.so_far and self.so_far.invented)

    @property
    def period(self) -> str:
        """The months of the charts in words."""
        if not self.shown:
            return ""
        first, last = self.shown[0].starts_on, self.shown[-1].starts_on
        if first == last:
            return month_name(first)
        return gettext("from %(first)s to %(last)s") % {"first": month_name(first), "last": month_name(last)}

    def answers(self) -> list[Answer]:
        """The four questions."""
        return [self._came_in(), self._done(), self._fast(), self._wrong()]

    def _told(self, name: str) -> tuple[str, str]:
        """A number over the months shown or, without any, so far; and of when it is."""
        if self.shown:
            number, some = at_least([one.shown for one in self.shown], name)
            words = gettext("at least %s") % decimal(number, 0) if some else decimal(number, 0)
            return words, self.period
        number = self.so_far.at_least.get(name, 0) if self.so_far else 0
        if self.so_far is None:
            return "–", ""
        when = gettext("so far in %s") % month_name(self.so_far.starts_on)
        return (gettext("at least %s") % decimal(number, 0) if number else gettext("fewer than %d") % ROUNDED_TO), when

    def _came_in(self) -> Answer:
        large, when = self._told("received")
        sentence = gettext(
            "messages in which people say that an account harmed them or somebody they know, or dispute it, %s"
        )
        return Answer(gettext("What came in?"), large, _ended(sentence % when))

    def _done(self) -> Answer:
        large, when = self._told("restrained")
        sentence = gettext("accounts were restricted for the first time, %s")
        return Answer(gettext("What was done?"), large, _ended(sentence % when))

    def _fast(self) -> Answer:
        question = gettext("How fast?")
        timed = next((one for one in reversed(self.shown) if one.hours.get("restraint") is not None), None)
        last = timed or (self.so_far if self.so_far and self.so_far.hours.get("restraint") is not None else None)
        if last is None:
            return Answer(question, "–", gettext("Too few accounts were restricted in a month to tell."))
        sentence = gettext(
            "or less from the first testimony to the first restriction, for half of the accounts restricted in %s"
        )
        return Answer(question, duration(last.hours["restraint"]), _ended(sentence % month_name(last.starts_on)))

    def _wrong(self) -> Answer:
        question = gettext("How often were we wrong?")
        told = [one.shown for one in self.shown if one.shown.get("appeals_answered") is not None]
        answered = sum(one["appeals_answered"] for one in told)
        if not answered:
            some = len(told) < len(self.shown)
            words = gettext("Too few appeals were answered in a month to tell how they ended.")
            return Answer(question, "–", words if some else gettext("No appeal was answered in a month that is over."))
        # Of months with few that were upheld the number is withheld: what is left out must not make the share larger.
        upheld, some = at_least(told, "appeals_answered.upheld")
        number = gettext("at least %s") % decimal(upheld, 0) if some else decimal(upheld, 0)
        large = gettext("%(part)s of %(whole)s") % {"part": number, "whole": decimal(answered, 0)}
        sentence = gettext("appeals that were answered found us wrong, and what we had done was undone, %s")
        return Answer(question, large, _ended(sentence % self.period))

    def charts(self) -> list[Chart]:
        """The four charts."""
        return [
            self._chart(
                "received",
                gettext("Messages received about an account"),
                gettext("Each account that a message speaks of counts once."),
            ),
            self._chart(
                "restrained",
                gettext("Accounts restricted for the first time"),
                gettext("Being watched by the team is no restriction."),
            ),
            self._hours_chart(),
            self._appeals_chart(),
        ]

    def _chart(self, name: str, title: str, about: str) -> Chart:
        columns = [
            Column(short_name(one.starts_on), number, WITHHELD_MARK if number is None else compact(number))
            for one in self.shown
            for number in (one.shown.get(name),)
        ]
        if self.so_far is not None:
            number = self.so_far.at_least.get(name, 0)
            text = tens(number, compact)
            columns.append(Column(short_name(self.so_far.starts_on), number, text, so_far=True))
        return _both(name, title, about, columns)

    def _hours_chart(self) -> Chart:
        columns = [
            Column(short_name(one.starts_on), hours, brief(hours) if hours is not None else "")
            for one in self.shown
            for hours in (one.hours.get("restraint"),)
        ]
        about = gettext("Half of the accounts were restricted in less time than this after the first testimony.")
        return _both("hours", gettext("Time to the first restriction"), about, columns)

    def _appeals_chart(self) -> Chart:
        columns = []
        for one in self.shown:
            answered, upheld = one.shown.get("appeals_answered"), one.shown.get("appeals_answered.upheld")
            text = WITHHELD_MARK
            if answered is not None:
                known = WITHHELD_MARK if upheld is None else compact(upheld)
                text = f"{known}/{compact(answered)}" if answered else "0"
            columns.append(Column(short_name(one.starts_on), answered, text, part=upheld))
        about = gettext("The lower part and the first number: appeals that found us wrong.")
        return _both("appeals", gettext("Appeals answered"), about, columns, divided=True)

    def table(self) -> tuple[list[str], list[Row]]:
        """The numbers of the charts by month, the newest first, then by year."""
        names = ["received", "accounts", "restrained", None, "ended", "appeals_answered", "appeals_answered.upheld"]
        heads = [
            gettext("Received"),
            gettext("Accounts spoken of"),
            gettext("Restricted for the first time"),
            gettext("Half within"),
            gettext("Restrictions ended"),
            gettext("Appeals answered"),
            gettext("of which we were wrong"),
        ]

        def row(title: str, cell: Callable[[str], str | None], hours: float | None, **kind: bool) -> Row:
            timed = duration(hours) if hours is not None else "–"
            cells = [timed if name is None else cell(name) for name in names]
            return Row(title, list(zip(heads, cells, strict=True)), **kind)

        def told(one: PublishedFigures) -> Callable[[str], str | None]:
            return lambda name: "–" if name not in one.shown else as_told(one.shown[name])

        rows = [row(gettext("The whole of %d") % one.starts_on.year, told(one), None) for one in reversed(self.years)]
        rows = [
            row(
                month_name(one.starts_on),
                told(one),
                one.hours.get("restraint"),
                revised=one.revision > 1,
                late=counted_late(one),
            )
            for one in reversed(self.months)
        ] + rows
        if self.so_far is not None:
            least = self.so_far.at_least
            rows.insert(
                0,
                row(
                    month_name(self.so_far.starts_on),
                    lambda name: tens(least[name]) if name in least else "–",
                    self.so_far.hours.get("restraint"),
                    so_far=True,
                ),
            )
        return heads, rows

    def corrected(self) -> list[tuple[datetime, str, str]]:
        """When something published was corrected, what, and why; the newest first."""
        return [(one.published_at, month_name(one.starts_on), one.because) for one in self.corrections]

    def divisions(self) -> list[Division]:
        """Each number that ever was anything, with those of its parts that were."""
        if not self.shown:
            return []
        shown = [one.shown for one in self.shown]
        found = []
        for whole, ways in self.shown[-1].groups:
            parts = [
                [
                    Part(capfirst(name_of(name)), shown[-1].get(name), *at_least(shown, name))
                    for name in way
                    if any(one.get(name) != 0 for one in shown)
                ]
                for way in ways
            ]
            said = [one for one in parts if one] or [[]]
            found.append(Division(whole, name_of(whole), shown[-1].get(whole), *at_least(shown, whole), said))
        return [one for one in found if one.sum or one.some_withheld]


def _both(name: str, title: str, about: str, columns: Sequence[Column], *, divided: bool = False) -> Chart:
    desk, phone = month_chart(columns, width=_DESK), month_chart(columns[-MONTHS_ON_PHONE:], width=_PHONE)
    return Chart(name, title, about, desk, phone, divided)


def _ended(sentence: str) -> str:
    return sentence.rstrip(" ,") + "."


def is_month(published: PublishedFigures) -> bool:
    """Whether it is of a month rather than of a year."""
    return bool(published.ends_on == following(published.starts_on))


def counted_late(published: PublishedFigures) -> bool:
    """Whether part of what it was counted from had been erased by then. A correction says so itself, if it matters."""
    until = midnight(published.ends_on) + RECOUNTED
    return published.revision == 1 and not published.invented and bool(published.published_at >= until)


def _local(first: date) -> datetime:
    return timezone.make_aware(datetime.combine(first, time(12)))


def month_name(first: date) -> str:
    """« novembre 2026 », `November 2026`."""
    return format_date(_local(first), "F Y")


def short_name(first: date) -> str:
    """The month alone, shortened; with its year in January."""
    short = format_date(_local(first), "N" if (translation.get_language() or "fr").startswith("fr") else "M")
    return f"{short} {first:%y}" if first.month == 1 else short


def tens(number: int, said: Callable[[int], str] | None = None) -> str:
    """A number of the month in progress, which was rounded down to tens."""
    return f"{(said or whole)(number)}+" if number else f"<{ROUNDED_TO}"


def as_told(number: int | None) -> str | None:
    """A number in digits; None where it is withheld."""
    return None if number is None else whole(number)


def whole(number: int) -> str:
    """A whole number, its thousands grouped."""
    return decimal(number, 0)


def compact(number: int) -> str:
    """A number short enough to stand over a column: `1,204`, `12.3k`."""
    if number < 10_000:
        return decimal(number, 0)
    return gettext("%sk") % decimal(number / 1000, 1 if number < 100_000 else 0)


def brief(hours: float) -> str:
    """A length of time short enough to stand over a column."""
    if hours < 1:
        return gettext("<1 h")
    return gettext("%d h") % round(hours) if hours < 72 else gettext("%d d") % round(hours / 24)


# --- for programs


def as_data(public: Public) -> dict[str, Any]:
    """Everything published, as JSON holds it: null is withheld. What was corrected stands beside its correction."""
    everything = PublishedFigures.objects.order_by("starts_on", "-ends_on", "revision")
    names = sorted({name for one in everything for name in one.shown} | set(WHOLES))
    words: dict[str, dict[str, str]] = {}
    for language in ("fr", "en"):
        with translation.override(language):
            for name in names:
                words.setdefault(name, {})[language] = name_of(name)
    so_far = public.so_far
    return {
        "format": FORMAT,
        "withheld_under": THRESHOLD,
        "invented": public.invented,
        "periods": [
            {
                "from": one.starts_on.isoformat(),
                "to": one.ends_on.isoformat(),
                "revision": one.revision,
                "published_at": one.published_at.isoformat(),
                "because": one.because,
                "counts": one.shown,
                "median_hours": one.hours,
            }
            for one in everything
        ],
        "so_far": {
            "from": so_far.starts_on.isoformat(),
            "as_of": so_far.as_of.isoformat(),
            "at_least": so_far.at_least,
        }
        if so_far
        else None,
        "words": words,
    }


def as_csv(public: Public) -> str:
    """The last revision of each period, a line each (RFC 4180): `withheld` where a number is, blank without one."""
    periods = [*public.months, *public.years]
    names: dict[str, None] = {}
    for one in periods:
        for whole, ways in one.groups:
            names |= dict.fromkeys([whole, *(name for way in ways for name in way)])
    to = io.StringIO(newline="")
    writer = csv.writer(to, lineterminator="\r\n")
    writer.writerow(["from", "to", "revision", "published_at", "hours_to_restraint", "hours_to_answer", *names])
    said: Callable[[Any], Any] = lambda value: "withheld" if value is None else value  # noqa: E731
    for one in periods:
        hours = [one.hours.get(name) for name in ("restraint", "answer")]
        counts = [said(one.shown[name]) if name in one.shown else "" for name in names]
        writer.writerow([one.starts_on, one.ends_on, one.revision, one.published_at.isoformat(), *hours, *counts])
    return to.getvalue()
