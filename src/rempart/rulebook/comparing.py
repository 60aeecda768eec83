"""What changed from one version of a rulebook to the next, article by article, for those who must approve it."""

from typing import Literal

import msgspec

from rempart.rulebook.article import Article
from rempart.rulebook.book import Rulebook
from rempart.rulebook.words import Language, duration, services

FIELDS = (
    "title",
    "text",
    "conduct_on",
    "met_on",
    "when",
    "answers",
    "measure",
    "mode",
    "approval",
    "lasts",
    "renewals",
    "review_within",
    "right_of_reply",
    "legal",
)


class FieldChange(msgspec.Struct, frozen=True, kw_only=True):
    """One field of an article that changed; `before` is None in a new article, `after` in one that is gone."""

    field: str
    before: str | None
    after: str | None


class ArticleChange(msgspec.Struct, frozen=True, kw_only=True):
    """An article that is new, gone or changed. `fields` are those that differ, in FIELDS' order."""

    id: str
    kind: Literal["added", "removed", "changed"]
    title: dict[str, str]
    fields: tuple[FieldChange, ...]


def changes(before: Rulebook, after: Rulebook, language: Language = "fr") -> list[ArticleChange]:
    """The articles that differ, in the order of `after`, those that are gone last; words and lengths in a language.

    Two versions that differ only in comments, layout or the order of their articles have none.
    """
    old = {article.id: article for article in before.articles}
    new = {article.id: article for article in after.articles}
    found = [
        change for article in after.articles if (change := _change(old.get(article.id), article, language)) is not None
    ]
    gone = (_change(article, None, language) for article in before.articles if article.id not in new)
    return found + [change for change in gone if change is not None]


def _change(old: Article | None, new: Article | None, language: Language) -> ArticleChange | None:
    article = new or old
    if article is None:
        return None
    fields = tuple(
        FieldChange(field=field, before=before, after=after)
        for field in FIELDS
        if (before := _said(old, field, language)) != (after := _said(new, field, language))
    )
    if not fields:
        return None
    kind: Literal["added", "removed", "changed"] = "changed" if old and new else "added" if new else "removed"
    return ArticleChange(id=article.id, kind=kind, title=article.title, fields=fields)


def _said(article: Article | None, field: str, language: Language) -> str | None:
    """A field as text in which every difference that matters shows; None when there is no article."""
    if article is None:
        return None
    value = getattr(article, field)
    match field:
        case "title" | "text":
            said = "\n".join(value[one] for one in sorted(value, key=lambda one: (one != language, one)))
        case "conduct_on" | "met_on":
            said = services(value, language)
        case "when":
            said = " ".join(value.split())
        case "answers":
            said = ", ".join(value)
        case "lasts" | "review_within":
            said = "–" if value is None else duration(value, language)
        case "legal":
            said = "–" if value is None else msgspec.json.encode(value).decode()
        case _:
            said = str(value)
    return said
