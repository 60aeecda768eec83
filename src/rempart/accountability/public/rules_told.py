"""Rulebooks told to everybody: each article in plain words, and what changed from one version to the next.

The words of measures, deciders and risks are the rulebook room's own (`rulebook.words`), so that the page, the command
`rempart rulebook show` and the statements of reasons say the same.
"""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from rempart.accountability.public import conditions
from rempart.pages.labels import words_for
from rempart.pages.writing import duration
from rempart.rulebook import Article, Rulebook
from rempart.rulebook.comparing import changes
from rempart.rulebook.words import APPROVED_BY, MEASURES_RULE, RISKS_NAMED, Language

Kind = Literal["added", "removed", "changed"]
KINDS = {"added": _("new"), "removed": _("gone"), "changed": _("changed")}


@dataclass(frozen=True)
class Told:
    """An article as everybody reads it. `when`: all of these lines must be true."""

    id: str
    number: int
    title: str
    text: str
    measure: str
    lasts: str
    decides: str
    review: str
    reply: str
    prevents: str
    where: str
    when: list[conditions.Line]
    preventive: bool


@dataclass(frozen=True)
class Piece:
    """A run of words of two texts: `same`, only in the one `before`, or only in the one `after`."""

    kind: Literal["same", "before", "after"]
    text: str


@dataclass(frozen=True)
class Change:
    """What happened to an article, in sentences. `text`: how its words changed, run by run; empty when they did not."""

    id: str
    title: str
    kind: Kind
    sentences: list[str]
    text: list[Piece]

    def told(self) -> list[str]:
        """The sentences, and that the words of the article changed where they did."""
        if not self.text:
            return self.sentences
        now = "".join(piece.text for piece in self.text if piece.kind != "before")
        return [*self.sentences, gettext("Its text is now: %s") % now]

    @property
    def badge(self) -> str:
        """The kind in words."""
        return str(KINDS[self.kind])


def language() -> Language:
    """The reader's language as the rulebook room names it."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def told(article: Article, number: int) -> Told:
    """An article in the reader's language."""
    return Told(
        id=article.id,
        number=number,
        title=_said(article.title),
        text=_said(article.text),
        measure=_typographic(MEASURES_RULE[language()][article.measure]),
        lasts=_lasts(article),
        decides=capfirst(_decides(article)),
        review=_review(article),
        reply=_reply(article),
        prevents=_prevents(article),
        where=_where(article),
        when=conditions.lines(conditions.read(article.when)),
        preventive=article.mode == "preventive",
    )


def changed(before: Rulebook, after: Rulebook) -> list[Change]:
    """What changed from one version to the next: in the order of `after`, what is gone last."""
    found = []
    for change in changes(before, after, language()):
        if change.kind == "added":
            article = after.article(change.id)
            sentences = [told(article, 0).measure, *map(str, told(article, 0).when)]
            found.append(Change(change.id, _said(change.title), "added", [_said(article.text), *sentences], []))
        elif change.kind == "removed":
            sentences = [gettext("This article no longer exists.")]
            found.append(Change(change.id, _said(change.title), "removed", sentences, []))
        else:
            old, new = before.article(change.id), after.article(change.id)
            fields = {one.field for one in change.fields}
            sentences = [said for field in fields_in_order(fields) for said in _changed(field, old, new)]
            text = pieces(_said(old.text), _said(new.text)) if _said(old.text) != _said(new.text) else []
            if sentences or text:
                found.append(Change(change.id, _said(change.title), "changed", sentences, text))
    return found


def fields_in_order(fields: Iterable[str]) -> list[str]:
    """The fields that a reader asks about first, first."""
    order = ("title", "measure", "mode", "lasts", "renewals", "approval", "review_within", "right_of_reply", "answers")
    return sorted(fields, key=lambda name: (order.index(name) if name in order else len(order), name))


def _changed(field: str, old: Article, new: Article) -> list[str]:
    match field:
        case "title":
            pair = _("It was called “%(before)s”."), _said(old.title), _said(new.title)
        case "measure":
            pair = _("What is done: %(after)s Before: %(before)s"), *_both(_measure, old, new)
        case "mode":
            pair = _("Nature: %(after)s. Before: %(before)s."), *_both(_mode, old, new)
        case "lasts" | "renewals":
            pair = _("How long: %(after)s. Before: %(before)s."), *_both(_lasts, old, new)
        case "approval":
            pair = _("Who decides: %(after)s. Before: %(before)s."), *_both(_decides, old, new)
        case "review_within":
            pair = _("Looked at again: %(after)s. Before: %(before)s."), *_both(_review, old, new)
        case "right_of_reply":
            pair = _("Answering: %(after)s. Before: %(before)s."), *_both(_reply, old, new)
        case "answers":
            pair = _("It is there to prevent: %(after)s. Before: %(before)s."), *_both(_prevents, old, new)
        case "conduct_on" | "met_on":
            pair = _("Where it counts: %(after)s. Before: %(before)s."), *_both(_where, old, new)
        case "when":
            return conditions.changed(conditions.read(old.when), conditions.read(new.when)) or [
                gettext("The condition is written otherwise.")
            ]
        case "legal":
            return [gettext("The ground declared to the European database changes.")]
        case _:
            return []
    words, before, after = pair
    return [str(words) % {"before": before, "after": after}] if before != after else []


def _both(said: object, old: Article, new: Article) -> tuple[str, str]:
    return said(old), said(new)  # type: ignore[operator]


def pieces(before: str, after: str) -> list[Piece]:
    """Two texts compared word by word."""
    old, new = (re.findall(r"\s*\S+", text) for text in (before, after))
    found: list[Piece] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            found.append(Piece("same", "".join(old[a:b])))
            continue
        found += [Piece("before", "".join(old[a:b]))] if b > a else []
        found += [Piece("after", "".join(new[c:d]))] if d > c else []
    return found


def _said(words: dict[str, str]) -> str:
    return _typographic(" ".join((words.get(language()) or next(iter(words.values()))).split()))


def _typographic(text: str) -> str:
    return text.replace("'", "’")


def _measure(article: Article) -> str:
    return _typographic(MEASURES_RULE[language()][article.measure])


def _mode(article: Article) -> str:
    return gettext("a precaution") if article.mode == "preventive" else gettext("a final decision")


def _lasts(article: Article) -> str:
    if article.lasts is None:
        return gettext("without an end")
    once = duration(article.lasts / timedelta(hours=1))
    if not article.renewals:
        return once
    return ngettext(
        "%(once)s, then up to %(count)d time as long again if a second person says why",
        "%(once)s, then up to %(count)d times as long again if a second person says why",
        article.renewals,
    ) % {"once": once, "count": article.renewals}


def _decides(article: Article) -> str:
    return _typographic(APPROVED_BY[language()][article.approval])


def _review(article: Article) -> str:
    if article.review_within is None:
        return gettext("when somebody asks")
    return gettext("by a person, within %s") % duration(article.review_within / timedelta(hours=1))


def _reply(article: Article) -> str:
    if article.right_of_reply:
        return gettext("at any time; and an appeal to somebody else is free")
    return gettext("no right of reply")


def _prevents(article: Article) -> str:
    return ", ".join(_typographic(RISKS_NAMED[language()][risk]) for risk in article.answers)


def _where(article: Article) -> str:
    return "; ".join(
        words % ", ".join(gettext("this service") if one == "own" else words_for("service", one) for one in services)
        for words, services in (
            (gettext("what happened on: %s"), article.conduct_on),
            (gettext("contact that began on: %s"), article.met_on),
        )
        if services is not None
    ) or gettext("anywhere, on this service or on another")
