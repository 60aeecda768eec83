"""The rulebooks as the public reads them: each article's words, what it does, for how long, who decides."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rempart.casework.models import RulebookVersion
from rempart.casework.services import rulebook_in_force
from rempart.pages.labels import words_for
from rempart.rulebook import Article, Rulebook, load, shipped
from rempart.staff.access import may_open, needs
from rempart.staff.roles import Permission


@require_safe
@needs(Permission.SEE_WAVES)
def rulebooks(request: HttpRequest) -> HttpResponse:
    """The rulebook in force, then those to compare with."""
    _version, live = rulebook_in_force()
    others = [load(name) for name in shipped() if name != live.name]
    books = [_line(live, in_force=True), *(_line(book, in_force=False) for book in others)]
    context = {
        "rulebooks": books,
        "versions": versions_shown(),
        "may_draft": request.user.may(Permission.SET_POLICY),
        "may_compare": may_open(request.user, reverse("casework:comparisons")),
    }
    return render(request, "casework/rulebooks.html", context)


@require_safe
@needs(Permission.SEE_WAVES)
def rulebook(request: HttpRequest, name: str) -> HttpResponse:
    """One rulebook, article by article."""
    _version, live = rulebook_in_force()
    if name != live.name and name not in shipped():
        raise Http404
    book = live if name == live.name else load(name)
    context = {"book": _line(book, in_force=book is live), "articles": [article_shown(one) for one in book.articles]}
    return render(request, "casework/rulebook.html", context)


def versions_shown() -> list[dict[str, Any]]:
    """Versions that people drafted, the newest first, for the list of rulebooks."""
    found = RulebookVersion.objects.exclude(drafted_at=None).select_related("drafted_by", "approved_by")
    return [
        {
            "url": reverse("casework:rulebook-version", args=[one.pk]),
            "title": str(one),
            "stage": one.stage,
            "drafted_at": one.drafted_at,
            "drafted_by": one.drafted_by,
            "because": one.drafted_because,
            "in_force_from": one.in_force_from,
        }
        for one in found.order_by("-drafted_at")[:20]
    ]


def article_shown(article: Article) -> dict[str, Any]:
    """An article in the reader's language, with lengths of time in hours."""
    return {
        "id": article.id,
        "title": in_language(article.title),
        "text": in_language(article.text),
        "measure": article.measure,
        "mode": article.mode,
        "approval": article.approval,
        "hours": article.lasts / timedelta(hours=1) if article.lasts else None,
        "review_hours": article.review_within / timedelta(hours=1) if article.review_within else None,
        "right_of_reply": article.right_of_reply,
        "when": article.when,
    }


def in_language(words: dict[str, str]) -> str:
    """The words in the reader's language, else in the first language there is."""
    found = words.get((get_language() or "fr")[:2]) or next(iter(words.values()))
    return found.replace("'", "’")


def _line(book: Rulebook, *, in_force: bool) -> dict[str, Any]:
    return {
        "url": reverse("casework:rulebook", args=[book.name]),
        "name": book.name,
        "title": words_for("rulebook", book.name),
        "about": words_for("rulebook_about", book.name),
        "version": book.version,
        "articles": len(book.articles),
        "in_force": in_force,
    }
