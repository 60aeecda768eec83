"""The condition of an article told to everybody: what must be true, one line each, in words and as data.

A condition is CEL (`rempart.rulebook.expression` compiles it); what is joined by `&&` and `||`, comparisons, `in` and
`!` are told in words, which is what rulebooks are written in. Anything else is told as it is written, so that nothing
is left out: loops, arithmetic, functions. One thing is not told: through which door a testimony came (`by_channel`).
Whoever is restricted reads which article was applied, and could tell from it who spoke.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import words_for
from rempart.pages.writing import decimal, duration, percent

Sign = Literal[">=", ">", "<=", "<", "==", "!="]


@dataclass(frozen=True)
class Compared:
    """A number or a text beside a constant."""

    name: str
    sign: Sign
    value: float | str


@dataclass(frozen=True)
class Among:
    """A list that holds a constant, or a text that is one of several."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Stated:
    """Something that is true or false by itself."""

    name: str


@dataclass(frozen=True)
class Not:
    """What must not be true."""

    term: "Term"


@dataclass(frozen=True)
class Several:
    """Terms of which all, or any one, must be true."""

    all: bool
    terms: tuple["Term", ...]


@dataclass(frozen=True)
class Written:
    """What has no words here: as it is written."""

    source: str


@dataclass(frozen=True)
class Untold:
    """What is not made public, because it would show who spoke."""


Term = Compared | Among | Stated | Not | Several | Written | Untold

_TOKEN = re.compile(
    r"""\s+|(?P<text>"[^"\\\n]*"|'[^'\\\n]*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"""
    r"""|(?P<sign>&&|\|\||[<>=!]=|[<>!()\[\],-])|(?P<other>.)""",
    re.VERBOSE,
)
_CHANNEL = "by_channel"
_MIRRORED: dict[str, Sign] = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class _Unread(Exception):
    """Something that this reader does not know."""


def read(source: str) -> Several:
    """The condition as terms of which all must be true. What cannot be told in words is a Written; never raises."""
    reader = _Reader(source)
    try:
        term = reader.whole()
    except _Unread:
        term = Written(" ".join(source.split()))
    terms = term.terms if isinstance(term, Several) and term.all else (term,)
    told = [one for one in terms if not _shows_who_spoke(one)]
    return Several(True, (*told, *([Untold()] if len(told) < len(terms) else [])))


def _shows_who_spoke(term: Term) -> bool:
    match term:
        case Compared(name) | Among(name) | Stated(name):
            return name.startswith(_CHANNEL)
        case Not(inner):
            return _shows_who_spoke(inner)
        case Several(terms=terms):
            return any(map(_shows_who_spoke, terms))
        case Written(source):
            return _CHANNEL in source
    return False


class _Reader:
    """Recursive descent over the tokens of a condition."""

    def __init__(self, source: str) -> None:
        found = [match for match in _TOKEN.finditer(source) if match.lastgroup]
        self._tokens = [(match.lastgroup or "", match[0]) for match in found]
        self._at = 0

    def whole(self) -> Term:
        term = self._joined("||", lambda: self._joined("&&", self._negated))
        if self._at < len(self._tokens):
            raise _Unread
        return term

    def _joined(self, sign: str, part: Callable[[], Term]) -> Term:
        terms = [part()]
        while self._next() == sign:
            self._at += 1
            terms.append(part())
        if len(terms) == 1:
            return terms[0]
        every = sign == "&&"
        flat: list[Term] = []
        for term in terms:
            flat += term.terms if isinstance(term, Several) and term.all == every else (term,)
        lists = {term.name for term in flat if isinstance(term, Among)}
        if not every and len(lists) == 1 and all(isinstance(term, Among) for term in flat):
            return Among(lists.pop(), tuple(value for term in flat if isinstance(term, Among) for value in term.values))
        return Several(every, tuple(flat))

    def _negated(self) -> Term:
        if self._next() == "!":
            self._at += 1
            return Not(self._negated())
        if self._next() == "(":
            self._at += 1
            term = self._joined("||", lambda: self._joined("&&", self._negated))
            self._take(")")
            return term
        return self._comparison()

    def _comparison(self) -> Term:
        kind, left = self._operand()
        sign = self._next()
        if sign == "in":
            self._at += 1
            return self._among(kind, left)
        if sign not in _MIRRORED:
            if kind != "name":
                raise _Unread
            return Stated(str(left))
        self._at += 1
        other, right = self._operand()
        if kind == "name" and other != "name":
            return Compared(str(left), cast(Sign, sign), right)
        if kind != "name" and other == "name":
            return Compared(str(right), _MIRRORED[sign], left)
        raise _Unread

    def _among(self, kind: str, left: float | str) -> Term:
        if kind == "text":
            other, name = self._operand()
            if other != "name":
                raise _Unread
            return Among(str(name), (str(left),))
        self._take("[")
        values = [self._text()]
        while self._next() == ",":
            self._at += 1
            values.append(self._text())
        self._take("]")
        return Among(str(left), tuple(values))

    def _operand(self) -> tuple[str, float | str]:
        kind, text = self._tokens[self._at] if self._at < len(self._tokens) else ("", "")
        self._at += 1
        if kind == "text":
            return kind, text[1:-1]
        if kind == "number":
            return kind, float(text)
        if text == "-":
            kind, value = self._operand()
            if kind != "number":
                raise _Unread
            return kind, -float(value)
        if kind == "name" and text not in {"in"} and self._next() not in {"(", "["}:
            return kind, text
        raise _Unread

    def _text(self) -> str:
        kind, value = self._operand()
        if kind != "text":
            raise _Unread
        return str(value)

    def _next(self) -> str:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else ""

    def _take(self, sign: str) -> None:
        if self._next() != sign:
            raise _Unread
        self._at += 1


# --- in words

_SHARES = {"credibility", "coordination"}
_SUBJECTS: dict[str, "str | Promise"] = {
    "credibility": _("How likely it is, by our estimate, that what is described happened"),
    "independent_sources": _("People who say so and do not depend on one another"),
    "coordination": _("How likely it is that a campaign is behind it"),
    "severity": _("How serious what is described is, from 0 to 4"),
    "testimonies": _("Testimonies of people to whom it happened"),
    "relays": _("Testimonies about what happened to somebody else"),
    "disputes": _("Messages that dispute it"),
    "complainant_minors": _("Testimonies that concern somebody under 18"),
    "verified_evidence": _("Pieces of evidence that were checked and are genuine"),
    "refuted_evidence": _("Pieces of evidence that were checked and are false"),
    "conduct": _("What is described"),
    "met_on": _("Where contact began"),
    "hours_since_first": _("Time since the first testimony"),
    "account_reach": _("People who follow or usually see the account"),
    "account_age_band": _("Age of the person whose account it is"),
    "account_country": _("Country of the account"),
    "account_monetised": _("Whether the account earns money here"),
}
_VALUES = {"conduct": "conduct", "met_on": "service", "account_age_band": "age_band"}
_COMPARED: dict[str, "str | Promise"] = {
    ">=": _("at least %(value)s"),
    ">": _("more than %(value)s"),
    "<=": _("at most %(value)s"),
    "<": _("less than %(value)s"),
    "==": _("%(value)s"),
    "!=": _("anything but %(value)s"),
}


@dataclass(frozen=True)
class Line:
    """One thing that must be true: what it is about, and what is asked of it; no subject where it has no words here."""

    subject: str
    asked: str

    def __str__(self) -> str:
        return gettext("%(subject)s: %(asked)s") % self.__dict__ if self.subject else self.asked


def lines(condition: Several) -> list[Line]:
    """The condition in the reader's language: all of these lines must be true."""
    return [_line(term) for term in condition.terms]


def _line(term: Term) -> Line:
    match term:
        case Compared(name, sign, value):
            line = Line(_subject(name), _asked(name, sign, value))
        case Among(name, values):
            said = gettext(" or ").join(_value(name, value) for value in values)
            line = Line(_subject(name), said)
        case Stated(name):
            line = Line(_subject(name), gettext("yes"))
        case Not(Stated(name)):
            line = Line(_subject(name), gettext("no"))
        case Not(inner):
            line = Line(gettext("Not this"), str(_line(inner)))
        case Several(every, terms):
            between = gettext("; and ") if every else gettext("; or ")
            words = gettext("All of these") if every else gettext("At least one of these")
            line = Line(words, between.join(str(_line(one)) for one in terms))
        case Written(source):
            line = Line("", source)
        case Untold():
            line = Line("", gettext("Something more that we do not publish, because it would show who spoke"))
    return line


def _subject(name: str) -> str:
    return str(_SUBJECTS.get(name, name))


def _asked(name: str, sign: Sign, value: float | str) -> str:
    whole_counts = isinstance(value, float) and name not in _SHARES
    if whole_counts and (sign, value) in {("<", 1.0), ("<=", 0.0), ("==", 0.0)}:
        return gettext("none")
    return str(_COMPARED[sign]) % {"value": _value(name, value)}


def _value(name: str, value: float | str) -> str:
    if isinstance(value, str):
        vocabulary = _VALUES.get(name)
        return words_for(vocabulary, value) if vocabulary else value
    if name in _SHARES:
        return percent(value)
    if name == "hours_since_first":
        return duration(value)
    number = decimal(value, 0 if value.is_integer() else 1)
    if name == "severity":
        return gettext("%(number)s (%(words)s)") % {"number": number, "words": words_for("severity", int(value))}
    return number


def changed(before: Several, after: Several) -> list[str]:
    """What differs between two conditions, a sentence each, in the reader's language."""
    old, new = lines(before), lines(after)
    gone = [line for line in old if line not in new]
    come = [line for line in new if line not in old]
    said = []
    for line in come:
        same = next((one for one in gone if line.subject and one.subject == line.subject), None)
        if same is None:
            said.append(gettext("Now also required: %s") % line)
        else:
            gone.remove(same)
            words = {"subject": line.subject, "after": line.asked, "before": same.asked}
            said.append(gettext("%(subject)s: %(after)s, where it was: %(before)s") % words)
    return said + [gettext("No longer required: %s") % line for line in gone]


def weighed() -> list[tuple[str, str]]:
    """Every name that a condition may weigh and is told of, with its words."""
    return [(name, str(words)) for name, words in _SUBJECTS.items()]
