"""Trying the rules before they change: a figure at several values, a draft on the cases that are open.

Comparisons show what is believed of a case, which may be hidden from who reviews it: they are for policy owners and
auditors.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
from django import forms
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from rempart.casework.models import ComparedCase, DraftComparison, RulebookVersion, ThresholdSweep
from rempart.casework.services import book_of, rulebook_in_force
from rempart.casework.services.policy import ask_comparison, ask_sweep
from rempart.casework.views.rulebooks import in_language
from rempart.pages import writing
from rempart.pages.labels import words_for
from rempart.replay.sweeping import MOST, USUAL, BadSweep, Step, steps_of
from rempart.replay.tradeoff import PRICE, Panel, trade_off
from rempart.rulebook import (
    Difference,
    Explanation,
    Rulebook,
    RulebookErrors,
    load,
    parameters,
    parse,
    shipped,
    written,
)
from rempart.rulebook.differing import Treatment, Why
from rempart.rulebook.source import LARGEST, text_of
from rempart.staff.access import may_open, needs
from rempart.staff.roles import Permission

PER_PAGE = 20
ON_PHONE = 300.0
SHARES = {"protected", "wrongly_restrained"}
FAULTS: Mapping[str, Any] = {
    "value": gettext_lazy("Write both ends as the rulebook writes this figure: 0.5, 3, 72h or 14d."),
    "range": gettext_lazy("This figure never goes that low or that high: a probability goes from 0 to 1."),
    "order": gettext_lazy("The first value must be below the last."),
}


class RulebookForm(forms.Form):
    """Which rulebook a figure is of."""

    rulebook = forms.ChoiceField(label=gettext_lazy("Rulebook"))

    def __init__(self, *args: Any, names: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rulebook"].choices = names


class SweepForm(forms.Form):
    """Which figure, between which values, on which invented wave."""

    figure = forms.ChoiceField(label=gettext_lazy("Figure"))
    first = forms.CharField(
        label=gettext_lazy("From"),
        max_length=20,
        help_text=gettext_lazy("As the rulebook writes it: 0.5, 3, 72h, 14d."),
    )
    last = forms.CharField(label=gettext_lazy("To"), max_length=20)
    count = forms.IntegerField(label=gettext_lazy("How many values"), min_value=2, max_value=MOST, initial=USUAL)
    accounts = forms.IntegerField(
        label=gettext_lazy("Accounts accused"),
        min_value=10,
        max_value=5000,
        initial=300,
        help_text=gettext_lazy("From 10 to 5,000."),
    )
    seed = forms.IntegerField(
        label=gettext_lazy("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text=gettext_lazy("Any number. The same seed gives the same wave."),
    )
    base_rate = forms.IntegerField(
        label=gettext_lazy("Of a hundred accused accounts, how many did it"),
        min_value=0,
        max_value=100,
        initial=50,
        help_text=gettext_lazy("Nobody knows it of a real wave: try several."),
    )

    def __init__(self, *args: Any, book: Rulebook, **kwargs: Any) -> None:
        """`book`: the rulebook whose figures are offered, article by article."""
        super().__init__(*args, **kwargs)
        figures: dict[str, list[tuple[str, str]]] = {}
        for one in parameters(book):
            title = in_language(book.article(one.article).title)
            shown = f"{one.name} {one.sign or '='} {written(one.value)}"
            figures.setdefault(f"{title} ({one.article})", []).append((one.path, shown))
        self.fields["figure"].choices = list(figures.items())


class ComparisonForm(forms.Form):
    """The text of a draft, pasted or as a file."""

    text = forms.CharField(
        label=gettext_lazy("The draft"),
        help_text=gettext_lazy("The whole text of the rulebook. Empty when you give a file."),
        required=False,
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "class": "mono", "spellcheck": "false"}),
    )
    file = forms.FileField(label=gettext_lazy("Or its file"), required=False)

    def clean(self) -> dict[str, Any]:
        """One of the two, as text. Raises RulebookErrors for a file that is no text."""
        given = super().clean() or {}
        if given.get("file") is not None:
            upload = given["file"]
            given["text"] = text_of(upload.read(LARGEST + 1), upload.name)
        elif not given.get("text", "").strip():
            raise forms.ValidationError(_("Paste a draft or choose its file."))
        return given


@needs(Permission.SEE_WAVES, to_change=Permission.SET_POLICY)
def thresholds(request: HttpRequest) -> HttpResponse:
    """Figures that were tried, and the forms that try another: first whose, then which."""
    books = _books()
    choice = RulebookForm(request.GET or None, names=[(key, title) for key, (title, _book) in books.items()])
    chosen = request.GET.get("rulebook", "")
    if chosen not in books:
        chosen = next(iter(books))
    choice.initial["rulebook"] = chosen
    book = books[chosen][1]
    form = SweepForm(request.POST or None, book=book)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asked = ask_sweep(book, given.pop("figure"), **given, acting=request.user)
        except BadSweep as error:
            form.add_error("first", FAULTS.get(error.fault, str(error)))
        else:
            return redirect("casework:sweep", asked.pk)
    context = {
        "choice": choice,
        "form": form if request.user.may(Permission.SET_POLICY) else None,
        "page": Paginator(ThresholdSweep.objects.all(), PER_PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/thresholds.html", context, status=status)


@require_safe
@needs(Permission.SEE_WAVES)
def sweep(request: HttpRequest, pk: int) -> HttpResponse:
    """One figure at several values: the curve between protection and its price, and its numbers."""
    found = get_object_or_404(ThresholdSweep, pk=pk)
    article = parse(found.text).article(found.article)
    context: dict[str, Any] = {"sweep": found, "article": in_language(article.title), "rows": found.rows}
    if found.rows:
        steps = steps_of(found.rows)
        context["present"] = next(step.written for step in steps if step.is_present)
        drawn, on_phone = trade_off(steps), trade_off(steps, width=ON_PHONE)
        if drawn is not None and on_phone is not None:
            context["curve"] = _plot(drawn.curve, steps)
            context["phone_curve"] = _plot(on_phone.curve, steps)
            context["plots"] = [_plot(panel, steps) for panel in drawn.panels]
    return render(request, "casework/sweep.html", context)


@needs(Permission.SET_POLICY, Permission.AUDIT, to_change=Permission.SET_POLICY)
def comparisons(request: HttpRequest) -> HttpResponse:
    """Drafts that were compared with the rules in force, and the form that compares another."""
    form = ComparisonForm(request.POST or None, request.FILES or None)
    problems: list[Any] = []
    if request.method == "POST":
        try:
            if form.is_valid():
                text = form.cleaned_data["text"].replace("\r\n", "\n")
                return redirect("casework:comparison", ask_comparison(text, acting=request.user).pk)
        except RulebookErrors as errors:
            problems = errors.problems
            form = ComparisonForm(initial={"text": request.POST.get("text", "")})
    kept = DraftComparison.objects.annotate(different=Count("cases")).order_by("-asked_at", "-pk")
    context = {
        "form": form if request.user.may(Permission.SET_POLICY) else None,
        "problems": problems,
        "page": Paginator(kept, PER_PAGE).get_page(request.GET.get("page")),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/comparisons.html", context, status=status)


@require_safe
@needs(Permission.SET_POLICY, Permission.AUDIT)
def comparison(request: HttpRequest, pk: int) -> HttpResponse:
    """One draft beside the rules in force: which open cases it would treat otherwise, and why."""
    found = get_object_or_404(DraftComparison.objects.select_related("against"), pk=pk)
    cases = found.cases.select_related("case__account").order_by("case_id")
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_compared(one, request) for one in page.object_list]
    context = {"comparison": found, "different": page.paginator.count, "page": page}
    return render(request, "casework/comparison.html", context)


def _books() -> dict[str, tuple[str, Rulebook]]:
    """The rulebooks whose figures can be tried, by a key: the one in force, drafts, those shipped."""
    _version, live = rulebook_in_force()
    found = {live.name: (f"{words_for('rulebook', live.name)} {live.version}", live)}
    for version in RulebookVersion.objects.filter(in_force_from=None, withdrawn_at=None).exclude(drafted_at=None):
        found[f"version-{version.pk}"] = (f"{version} ({version.stage.label})", book_of(version))
    for name in shipped():
        if name not in found:
            found[name] = (str(words_for("rulebook", name)), load(name))
    return found


def _plot(panel: Panel, steps: list[Step]) -> dict[str, Any]:
    """A panel with its words, and its numbers as the reader writes them."""
    ends = steps[0].written, steps[-1].written
    low, high = (_end(panel.up, value) for value in panel.up_ends)
    first, last = ends if panel.across is None else [_end(panel.across, value) for value in panel.across_ends]
    return {
        "panel": panel,
        "title": words_for("outcome_figure", panel.up),
        "low": low,
        "high": high,
        "first": first,
        "last": last,
        "across": words_for("outcome_figure", PRICE) if panel.across else steps[0].parameter,
    }


def _end(field: str, value: float) -> str:
    return writing.percent(value) if field in SHARES else writing.decimal(value, 0)


def _compared(one: ComparedCase, request: HttpRequest) -> dict[str, Any]:
    difference = msgspec.convert(one.said, Difference)
    url = reverse("casework:case", args=[one.case_id])
    return {
        "number": one.case_id,
        "url": url if may_open(request.user, url) else None,
        "about": one.case.account.reference,
        "direction": words_for("compared", one.direction),
        "before": _treatment(difference.before),
        "after": _treatment(difference.after),
        "because": [_why(why) for why in difference.because],
    }


def _treatment(treatment: Treatment) -> dict[str, Any]:
    hours = treatment.lasts / timedelta(hours=1) if treatment.lasts else None
    return {**msgspec.structs.asdict(treatment), "hours": hours}


def _why(why: Why) -> dict[str, Any]:
    """An article by which the rulebooks part, as each of them has it."""
    sides = [
        {"title": title, "view": side.view, "scope_holds": side.scope_holds, "terms": _terms(side)}
        for title, side in ((_("Rules in force"), why.before), (_("Draft"), why.after))
        if side is not None
    ]
    return {"title": in_language(why.title), "kind": words_for("compared", why.kind), "sides": sides}


def _terms(side: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "text": term.text,
            "holds": term.holds,
            "read": ", ".join(f"{name}: {_said(value)}" for name, value in term.read.items()),
        }
        for term in side.terms
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return writing.decimal(value, 0 if value.is_integer() else 2)
    return ", ".join(value) if isinstance(value, list) else str(value)
