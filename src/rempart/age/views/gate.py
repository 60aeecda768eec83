"""The gate's page, by the address that the platform was given for one sign-up: no account, no cookie, no script.

One neutral question, asked once. What it leads to stands on the same page from then on, however often it is opened.
"""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from rempart.age import saying
from rempart.age.errors import WrongState
from rempart.age.models import Attempt
from rempart.age.services import gate as services
from rempart.pages.helplines import helplines_for
from rempart.staff.access import open_to_all

HEADERS = {"Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
PARTS = (("day", 2), ("month", 2), ("year", 4))


class BirthForm(forms.Form):
    """Three plain fields, empty, and nothing that says what a good answer would be."""

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name, digits in PARTS:
            typed = {"inputmode": "numeric", "autocomplete": f"bday-{name}", "maxlength": digits, "size": digits}
            self.fields[name] = forms.CharField(
                label=words[name],
                max_length=digits,
                widget=forms.TextInput(attrs=typed),
                error_messages={"required": words["missing"]},
            )

    def clean(self) -> dict[str, Any]:
        """The day in one piece, as `born`."""
        given = super().clean() or {}
        if len(given) < len(PARTS):
            return given
        try:
            year, month, day = (int(str(given[name])) for name in ("year", "month", "day"))
            given["born"] = date(year, month, day)
        except ValueError:
            self.add_error(None, self.words["no_such_day"])
        return given


@csrf_exempt  # it wants no cookie, and whoever could forge a request would have to know the token
@open_to_all(because="reached by the address that the platform was given for one sign-up")
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters()
@sensitive_variables("token", "form")
def gate(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, once; then say where the answer leads."""
    attempt = services.attempt_of(token)
    response = _closed(request) if attempt is None else _page(request, attempt, token)
    for name, value in HEADERS.items():
        response.headers[name] = value
    return response


def _page(request: HttpRequest, attempt: Attempt, token: str) -> HttpResponse:
    language = attempt.language
    if request.method == "POST" and request.POST.get("language") in saying.LANGUAGES:
        attempt.language = request.POST["language"]
        attempt.save(update_fields=["language"])
        return redirect(request.path)
    attempt = services.look_at_device(attempt) if attempt.open else attempt
    with translation.override(language):
        words = saying.texts("gate", language)
        if not attempt.open:
            shown = _way(attempt, words)
            if attempt.way == Attempt.Way.GUARDIAN:
                shown["ask"] = reverse("age:gate-guardian", args=[token])
            return render(request, "age/gate/way.html", shown)
        form = BirthForm(request.POST if request.method == "POST" else None, words=words)
        if form.is_valid():
            try:
                services.answer(attempt, form.cleaned_data["born"])
            except ValueError:
                form.add_error(None, words["no_such_day"])
            except WrongState:
                return _closed(request)
            else:
                return redirect(request.path)
        shown = {"words": words, "form": form}
        return render(request, "age/gate/question.html", shown, status=422 if form.errors else 200)


def _way(attempt: Attempt, words: dict[str, str]) -> dict[str, Any]:
    """What the page says from then on; `on` is where the person goes on to."""
    shown: dict[str, Any] = {
        "words": words,
        "title": words[f"{attempt.way}_title"],
        "lines": words[attempt.way].split("\n"),
        "on": "" if attempt.way == Attempt.Way.NOT_YET else attempt.return_to,
        "button": words.get(f"{attempt.way}_button"),
    }
    if attempt.way == Attempt.Way.NOT_YET:
        country = (attempt.country or settings.REMPART_COUNTRY)[:2]
        shown["helplines"] = helplines_for(country, young=True, ages=(0, 12), language=attempt.language)
    return shown


def _closed(request: HttpRequest) -> HttpResponse:
    """The same for an address that was not made here and for one that is over."""
    language = "en" if (translation.get_language() or "fr").startswith("en") else "fr"
    words = saying.texts("gate", language)
    shown = {"words": words, "title": words["closed_title"], "lines": [words["closed"]], "closed": True}
    return render(request, "age/gate/way.html", shown, status=404)
