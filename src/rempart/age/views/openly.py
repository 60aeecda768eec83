"""What anybody may read: how ages are asked about here, and how often we are wrong; and what the team reads of it."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from rempart.age import practice, rates, saying
from rempart.intake.models import Wave
from rempart.ledger.clock import now
from rempart.pages.writing import day, duration, percent
from rempart.staff.access import needs, open_to_all
from rempart.staff.roles import Permission

WINDOW = timedelta(days=90)
_TABLES = ("gate", "challenges", "methods", "proofs", "guardians", "vendors", "appeals")


@open_to_all(because="what everybody may know of how ages are asked about")
@require_safe
def statement(request: HttpRequest) -> HttpResponse:
    """The practice statement, as the server is configured now."""
    language = _language()
    words = saying.texts("practice", language)
    told = practice.statement(language, at=now())
    return render(request, "age/open/practice.html", {"practice": words, "told": told})


@open_to_all(because="error rates are for everybody")
@require_safe
def error_rates(request: HttpRequest) -> HttpResponse:
    """How often we were wrong in the last quarter that is settled; small counts withheld."""
    start, end = rates.last_quarter(now())
    found = rates.report(start, end, as_of=end + rates.SETTLES_IN)
    # An example is loaded as a whole: where its wave is, its questions about ages are.
    invented = Wave.objects.filter(invented=True).exists()
    return render(request, "age/open/rates.html", shown(found, _language(), "period") | {"invented": invented})


@needs(Permission.AGE)
@require_safe
def desk_rates(request: HttpRequest) -> HttpResponse:
    """The last ninety days, for those who decide about ages: every count as it is."""
    found = rates.report(now() - WINDOW, now(), as_of=now(), exact=True)
    return render(request, "age/desk/rates.html", shown(found, _language(), "period_desk"))


def shown(found: rates.Report, language: str, period: str) -> dict[str, Any]:
    """A report as a page shows it: sentences and numbers."""
    words = saying.texts("rates", language)
    told: dict[str, list[dict[str, Any]]] = {}
    for one in found.rates:
        told.setdefault(one.id, []).append(_rate(one, words))
    restored = found.restored
    said = words["restored_none"]
    if restored.median is not None and restored.nine_of_ten is not None:
        times = {"median": _hours(restored.median), "nine": _hours(restored.nine_of_ten)}
        said = words["restored_said"].format(number=restored.number, **times)
    return {
        "words": words,
        "practice": saying.texts("practice", language),
        "period": words[period].format(
            start=day(found.start), end=day(found.end - timedelta(days=1)), as_of=day(found.as_of)
        ),
        "rates": [
            {"id": name, "title": words[f"rate_{name}"], "about": words[f"about_{name}"], "parts": parts}
            for name, parts in told.items()
        ],
        "tables": [
            {
                "title": words[f"table_{name}"],
                "rows": [(_name(name, one, words), number) for one, number in table.items()],
            }
            for name, table in ((name, found.counts[name]) for name in _TABLES)
            if any(number != 0 for number in table.values())
        ],
        "restored": said,
    }


def _rate(one: rates.Rate, words: dict[str, str]) -> dict[str, Any]:
    interval = one.interval
    return {
        "title": words.get(f"part_{one.part}", one.part.partition(":")[2]),
        "whole": one.part == "all",
        "empty": one.of == 0,
        "share": percent(interval.share) if interval else "",
        "interval": words["between"].format(low=percent(interval.low), high=percent(interval.high)) if interval else "",
        "counted": words["of"].format(hits=one.hits, of=one.of) if interval else "",
    }


def _name(table: str, name: str, words: dict[str, str]) -> str:
    if table == "proofs":
        first, _colon, second = name.partition(":")
        if first == "refused":
            return words["refused"].format(code=second)
        return f"{words[f'purpose_{first}']}: {words[f'step_{second}']}"
    return words.get(f"{table}_{name}") or words.get(f"name_{name}", name)


def _hours(hours: float) -> str:
    return duration(hours)


def _language() -> str:
    return "en" if (get_language() or "fr").startswith("en") else "fr"
