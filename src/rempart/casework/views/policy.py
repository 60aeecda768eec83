"""Trying the rules before they change: a figure at several values, a draft on the cases that are open.

Comparisons show what is believed of a case, which may be hidden from who reviews it: they are for policy owners and
auditors.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
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
from rempart.replay.tradeoff import BY_VALUE, PRICE, Panel, trade_off
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
    "limit": gettext_lazy("%(value)s could not be put in force: %(why)s."),
}
SIGNS = {">=": "≥", "<=": "≤", "==": "=", "!=": "≠"}
DIRECTIONS = ("stricter", "lighter", "otherwise")


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
    count = forms.IntegerField(
        label=gettext_lazy("How many values"),
        min_value=2,
        max_value=MOST,
        initial=USUAL,
        help_text=gettext_lazy("Both ends included. The value that the rulebook has is always added."),
    )
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
            sign = SIGNS.get(one.sign or "==", one.sign)
            shown = f"{words_for('rule_figure', one.name)} {sign} {written(one.value)}"
            figures.setdefault(f"{title} ({one.article})", []).append((one.path, shown))
        self.fields["figure"].choices = list(figures.items())


class ComparisonForm(forms.Form):
    """The text of a draft, pasted or as a file; `problems`: why it is refused, once it is."""

    problems: Sequence[Any] = ()

    text = forms.CharField(
        label=gettext_lazy("The draft"),
        help_text=gettext_lazy("The whole text of a rulebook. When you give a file, the file is what counts."),
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
            try:
                given["text"] = text_of(upload.read(LARGEST + 1), upload.name)
            except RulebookErrors as errors:
                self.refuse(errors)
        elif not given.get("text", "").strip():
            self.add_error("text", _("Paste a draft or choose its file."))
        return given

    def refuse(self, errors: RulebookErrors) -> None:
        """Say at the field that the text came by what is wrong with it."""
        self.problems = errors.problems
        field = "file" if self.files.get("file") is not None else "text"
        self.add_error(field, _("This text is refused: what is wrong with it stands at the head of the page."))


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
            is_last = error.fault == "order" or (error.said == given["last"] != given["first"])
            words = {"value": error.said, "why": str(error).partition(": ")[2]}
            form.add_error("last" if is_last else "first", FAULTS.get(error.fault, str(error)) % words)
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
    context: dict[str, Any] = {
        "sweep": found,
        "article": in_language(article.title),
        "figure": words_for("rule_figure", found.parameter),
        "rows": found.rows,
        "meanings": [(words_for("outcome_figure", one), words_for("outcome_figure_about", one)) for one in BY_VALUE],
    }
    if found.rows:
        steps = steps_of(found.rows)
        context["present"] = next(step.written for step in steps if step.is_present)
        drawn, on_phone = trade_off(steps), trade_off(steps, width=ON_PHONE)
        if drawn is not None and on_phone is not None:
            context["curve"] = _plot(drawn.curve, steps)
            context["phone_curve"] = _plot(on_phone.curve, steps)
            context["plots"] = [_plot(panel, steps) for panel in drawn.panels]
            context["in_words"] = _in_words(steps)
    return render(request, "casework/sweep.html", context)


@needs(Permission.SET_POLICY, Permission.AUDIT, to_change=Permission.SET_POLICY)
def comparisons(request: HttpRequest) -> HttpResponse:
    """Drafts that were compared with the rules in force, and the form that compares another."""
    books = _books()
    chosen = books.get(request.GET.get("rulebook", ""))
    choice = RulebookForm(request.GET or None, names=[(key, title) for key, (title, _book) in books.items()])
    form = ComparisonForm(
        request.POST or None, request.FILES or None, initial={"text": chosen[1].source if chosen else ""}
    )
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["text"].replace("\r\n", "\n")
            return redirect("casework:comparison", ask_comparison(text, acting=request.user).pk)
        except RulebookErrors as errors:
            form.refuse(errors)
    kept = DraftComparison.objects.annotate(different=Count("cases")).order_by("-asked_at", "-pk")
    context = {
        "choice": choice,
        "form": form if request.user.may(Permission.SET_POLICY) else None,
        "problems": form.problems,
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
    changes, by_direction = _changes(found)
    direction = request.GET.get("direction", "")
    if direction in by_direction:
        cases = cases.filter(direction=direction)
    page = Paginator(cases, PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = [_compared(one, request) for one in page.object_list]
    choices = [
        {
            "name": name,
            "title": words_for("compared", name),
            "count": by_direction[name],
            "is_chosen": name == direction,
        }
        for name in DIRECTIONS
        if by_direction[name]
    ]
    context = {
        "comparison": found,
        "different": sum(by_direction.values()),
        "changes": changes,
        "choices": choices if len(choices) > 1 else [],
        "is_whole": direction not in by_direction,
        "page": page,
    }
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
        "across": words_for("outcome_figure", PRICE) if panel.across else words_for("rule_figure", steps[0].parameter),
    }


def _in_words(steps: list[Step]) -> list[str]:
    """The curve in sentences: the present value, the lowest and the highest, and where nothing changes any more."""
    present = next(step for step in steps if step.is_present)
    told = [
        _(
            "With %(value)s, as it is today, %(protected)s of the accounts accused with reason would be restricted, and"
            " %(wrong)s of the innocent ones as well. Days of wrong restriction: %(days)s."
        )
        % _numbers_said(present)
    ]
    told += [
        _("With %(value)s: %(protected)s of the first, %(wrong)s of the second. Days of wrong restriction: %(days)s.")
        % _numbers_said(step)
        for step in (steps[0], steps[-1])
        if not step.is_present
    ]
    for _same, members in groupby(steps, key=lambda step: step.outcome):
        alike = list(members)
        if len(alike) > 1:
            ends = {"first": alike[0].written, "last": alike[-1].written}
            told.append(
                _("From %(first)s to %(last)s nothing changes: nobody is between, or other articles answer.") % ends
            )
    return told


def _numbers_said(step: Step) -> dict[str, str]:
    found = step.outcome
    return {
        "value": step.written,
        "protected": _end("protected", found.protected or 0.0),
        "wrong": _end("wrongly_restrained", found.wrongly_restrained or 0.0),
        "days": _end("wrong_days_restrained", found.wrong_days_restrained or 0.0),
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


def _changes(found: DraftComparison) -> tuple[list[dict[str, Any]], Counter[str]]:
    """From which measures to which, and for how many cases; and how many cases for each direction."""
    changes: Counter[tuple[str, tuple[str, ...], tuple[str, ...]]] = Counter()
    for direction, said in found.cases.values_list("direction", "said"):
        changes[direction, tuple(said["before"]["measures"]), tuple(said["after"]["measures"])] += 1
    by_direction: Counter[str] = Counter()
    for (direction, _before, _after), count in changes.items():
        by_direction[direction] += count
    rows = [
        {"direction": words_for("compared", direction), "before": before, "after": after, "count": count}
        for (direction, before, after), count in changes.items()
    ]
    order = [words_for("compared", direction) for direction in DIRECTIONS]
    rows.sort(key=lambda row: (order.index(str(row["direction"])), -int(row["count"])))
    return rows, by_direction


def _treatment(treatment: Treatment) -> dict[str, Any]:
    hours = treatment.lasts / timedelta(hours=1) if treatment.lasts else None
    return {**msgspec.structs.asdict(treatment), "hours": hours}


def _why(why: Why) -> dict[str, Any]:
    """An article by which the rulebooks part, as each of them has it; a condition that both share is told once."""
    sides = [
        {"title": title, "view": side.view, "scope_holds": side.scope_holds, "terms": _terms(side)}
        for title, side in ((_("Rules in force"), why.before), (_("Draft"), why.after))
        if side is not None
    ]
    if len(sides) == 2 and all(sides[0][part] == sides[1][part] for part in ("view", "scope_holds", "terms")):
        sides = [sides[0] | {"title": _("The condition, the same under both")}]
    return {"title": in_language(why.title), "kind": words_for("compared", why.kind), "sides": sides}


def _terms(side: Explanation) -> list[dict[str, Any]]:
    return [
        {
            "text": term.text,
            "holds": term.holds,
            "read": ", ".join(
                _("%(name)s: %(value)s") % {"name": words_for("rule_figure", name), "value": _said(value)}
                for name, value in term.read.items()
            ),
        }
        for term in side.terms
    ]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, float):
        return writing.decimal(value, 0 if value.is_integer() else 2)
    return ", ".join(value) if isinstance(value, list) else str(value)
