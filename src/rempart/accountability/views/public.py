"""The public site: what came in, what was done, how fast, how often we were wrong; the rules; how to check all of it.

Open to everybody without an account, a cookie or a script. What it shows was published before (`services.publishing`):
a visit counts nothing, so that it costs the same however much was done.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.http import require_safe

from rempart.accountability import terms
from rempart.accountability.feeds import rules_feed
from rempart.accountability.public import page
from rempart.accountability.public.page import Public
from rempart.accountability.public.versions import Version, in_force, public_versions
from rempart.accountability.services.reporting import published_reports
from rempart.casework.services import rulebook_in_force
from rempart.ledger.log import public_key
from rempart.ledger.models import Cosignature
from rempart.ledger.published import published
from rempart.pages.helplines import helplines_for
from rempart.privacy.suppression import THRESHOLD
from rempart.staff.access import open_to_all

FOR_MINUTES = "public, max-age=300"


def _for_everybody(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return open_to_all(because="the public may know what is done, under which rules, and check it")(require_safe(view))


def _for_programs(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Mark a view as open to all, other sites' pages too: it is the same for everybody and may be kept for minutes."""

    @_for_everybody
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: str) -> HttpResponse:
        response = view(request, **kwargs)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Cache-Control"] = FOR_MINUTES
        return response

    return opened


@_for_everybody
def figures(request: HttpRequest) -> HttpResponse:
    """The public page."""
    public = Public.now()
    heads, rows = public.table()
    versions = _versions()
    context = {
        "public": public,
        "answers": public.answers(),
        "charts": public.charts(),
        "heads": heads,
        "rows": rows,
        "divisions": public.divisions(),
        "threshold": THRESHOLD,
        "current": in_force(versions),
        "coming": next((one for one in versions if one.coming), None),
        "checkpoint": _checkpoint(),
        "reports": published_reports(),
        "helplines": helplines_for(settings.REMPART_COUNTRY),
        "address": settings.REMPART_ADDRESS.rstrip("/"),
    }
    return render(request, "accountability/public/figures.html", context)


@_for_programs
def data_json(request: HttpRequest) -> HttpResponse:
    """Everything published, for programs."""
    content, digest = terms.written(page.as_data(Public.now()))
    return HttpResponse(content, content_type="application/json", headers={"ETag": f'"{digest}"'})


@_for_programs
def data_csv(request: HttpRequest) -> HttpResponse:
    """The figures by month, for a spreadsheet."""
    named = {"Content-Disposition": 'attachment; filename="figures.csv"'}
    return HttpResponse(page.as_csv(Public.now()), content_type="text/csv; charset=utf-8", headers=named)


@_for_everybody
def rules(request: HttpRequest) -> HttpResponse:
    """The rules in force in plain language, and every version before and to come."""
    versions = _versions()
    current = in_force(versions)
    context = {"versions": versions, "version": current, "articles": current.articles() if current else []}
    return render(request, "accountability/public/rules.html", context)


@_for_everybody
def rule(request: HttpRequest, name: str, version: str) -> HttpResponse:
    """One version of the rules: what changed in it, then its articles."""
    versions = _versions()
    found = next((one for one in versions if (one.stored.name, one.slug) == (name, version)), None)
    if found is None:
        raise Http404
    context = {"version": found, "changes": found.changes(), "articles": found.articles(), "now": in_force(versions)}
    return render(request, "accountability/public/rule.html", context)


@_for_programs
def feed(request: HttpRequest) -> HttpResponse:
    """Changes of the rules as an Atom feed, in French or (`?language=en`) in English."""
    language = request.GET.get("language", "")
    with translation.override(language if language in terms.LANGUAGES else settings.LANGUAGE_CODE):
        content = rules_feed(_versions())
    return HttpResponse(content, content_type="application/atom+xml; charset=utf-8")


@_for_programs
def rules_as_data(request: HttpRequest) -> HttpResponse:
    """The rules in force as JSON-LD, at a well-known address."""
    current = in_force(_versions())
    if current is None:
        raise Http404
    content, digest = terms.written(terms.terms_of(current))
    here = terms.address("accountability:public-rule", current.stored.name, current.slug)
    headers = {"ETag": f'"{digest}"', "Link": f'<{here}>; rel="canonical"'}
    return HttpResponse(content, content_type="application/ld+json", headers=headers)


@_for_everybody
def terms_explained(request: HttpRequest) -> HttpResponse:
    """What the words of the machine-readable rules mean: the namespace of its terms."""
    context = {"names": terms.explained(), "address": terms.address("accountability:terms")}
    return render(request, "accountability/public/terms.html", context)


@_for_everybody
def verify(request: HttpRequest) -> HttpResponse:
    """How to check what is said here, in plain words."""
    context = {
        "checkpoint": _checkpoint(),
        "key": public_key(),
        "address": settings.REMPART_ADDRESS.rstrip("/"),
    }
    return render(request, "accountability/public/verify.html", context)


def _versions() -> list[Version]:
    rulebook_in_force()  # the shipped one is in force where nobody put another there
    return public_versions()


def _checkpoint() -> dict[str, Any] | None:
    """The checkpoint that outsiders fetch, in parts."""
    found = published()
    if found is None:
        return None
    witnesses = Cosignature.objects.filter(checkpoint=found).count()
    return {"size": found.size, "root": bytes(found.root).hex(), "at": found.made_at, "witnesses": witnesses}
