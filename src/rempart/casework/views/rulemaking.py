"""Changing the rules: drafts, what they would change, and the approval by a second person."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.casework.errors import Refused
from rempart.casework.forms import ReasonForm
from rempart.casework.models import RulebookVersion, ShadowJudgement
from rempart.casework.services import book_of, rulebook_in_force
from rempart.casework.services.rulemaking import (
    approve_version,
    ask_effect,
    begin_shadow,
    draft_rulebook,
    withdraw_version,
)
from rempart.casework.views.rulebooks import article_shown, in_language
from rempart.intake.models import Account
from rempart.rulebook import RulebookErrors
from rempart.rulebook.comparing import changes
from rempart.rulebook.source import LARGEST
from rempart.staff.access import needs
from rempart.staff.roles import Permission

MOST_SHOWN = 100
Stage = RulebookVersion.Stage


class VersionReasonForm(ReasonForm):
    """A reason that colleagues read: nobody outside is concerned yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("Kept with the version. Everybody who works here can read it.")
        self.fields["reason"].error_messages["required"] = _("Please give a reason.")


class DraftForm(VersionReasonForm):
    """The whole text of a new version, and why the rules should change."""

    text = forms.CharField(
        label=gettext_lazy("The new rulebook"),
        help_text=gettext_lazy("The whole text, starting from the one in force. Give it a new date as its version."),
        max_length=LARGEST,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "mono", "spellcheck": "false"}),
    )
    field_order = ("text", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Why the rules should change")


class ApproveForm(VersionReasonForm):
    """From when the version is in force, and why it is right."""

    begins = forms.DateTimeField(
        label=gettext_lazy("In force from"),
        help_text=gettext_lazy("Leave empty for now. What was decided before stays under the rules of its time."),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
    )
    field_order = ("begins", "reason")


@needs(Permission.SET_POLICY)
def draft(request: HttpRequest) -> HttpResponse:
    """Write a new version, beginning with the text in force; problems are shown with their line and column."""
    _version, live = rulebook_in_force()
    form = DraftForm(request.POST or None, initial={"text": live.source})
    problems: list[Any] = []
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["text"].replace("\r\n", "\n")
        try:
            version = draft_rulebook(text, acting=request.user, reason=form.cleaned_data["reason"])
        except RulebookErrors as errors:
            problems = errors.problems
        except Refused as refused:
            form.add_error("text", str(refused))
        else:
            messages.success(request, _("Kept as a draft. It decides nothing."))
            return redirect("casework:rulebook-version", version.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "casework/rulebook_draft.html", {"form": form, "problems": problems}, status=status)


@require_safe
@needs(Permission.SEE_WAVES)
def version(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: its stage, what changes in it, what that would have done, and what can be done with it."""
    return _version(request, pk)


def _version(request: HttpRequest, pk: int, *, sent: Any = None, name: str = "") -> HttpResponse:
    found = get_object_or_404(RulebookVersion.objects.select_related("drafted_by", "shadow_by", "approved_by"), pk=pk)
    in_force, live = rulebook_in_force()
    book = book_of(found)
    language = "en" if (get_language() or "fr").startswith("en") else "fr"
    context = {
        "version": found,
        "is_stale": bool(found.effect) and found.effect["against"] != in_force.digest,
        "changes": [
            {"title": in_language(one.title), "kind": one.kind, "fields": one.fields}
            for one in changes(live, book, language)
        ],
        "effect": _effect(found),
        "shadow": _shadow(found),
        "articles": [article_shown(article) for article in book.articles],
        "actions": _actions(found, request, sent, name),
    }
    return render(request, "casework/rulebook_version.html", context, status=422 if sent is not None else 200)


@needs(Permission.SET_POLICY)
@require_POST
def act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Do what one of the forms of a version asks."""
    found = get_object_or_404(RulebookVersion, pk=pk)
    action = next((one for one in _actions(found, request, request.POST, name) if one["name"] == name), None)
    if action is None:
        messages.error(request, _("This can no longer be done: the version has changed."))
        return redirect("casework:rulebook-version", pk)
    if not action["form"].is_valid():
        return _version(request, pk, sent=request.POST, name=name)
    given = action["form"].cleaned_data
    try:
        match name:
            case "shadow":
                begin_shadow(found, acting=request.user)
            case "effect":
                ask_effect(found, acting=request.user)
            case "approve":
                approve_version(found, acting=request.user, reason=given["reason"], from_=given["begins"])
            case _:
                withdraw_version(found, acting=request.user, reason=given["reason"])
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, action["done"])
    return redirect("casework:rulebook-version", pk)


def _actions(found: RulebookVersion, request: HttpRequest, sent: Any, name: str) -> list[dict[str, Any]]:
    if not request.user.may(Permission.SET_POLICY):
        return []
    actions = []

    def offer(kind: str, form: type[forms.Form], **words: Any) -> None:
        bound = form(sent if kind == name else None, auto_id=f"{kind}_%s")
        url = reverse("casework:rulebook-act", args=[found.pk, kind])
        actions.append({"name": kind, "url": url, "form": bound, **words})

    stage = found.stage
    if stage == Stage.DRAFT:
        offer(
            "shadow",
            forms.Form,
            title=_("Run it in the shadow"),
            button=_("Begin"),
            consequences=[
                _("It judges every case beside the rules in force, and nothing follows from it."),
                _("Its effect on the newest waves is computed, for whoever will approve it."),
            ],
            done=_("It runs in the shadow. Its effect is being computed."),
        )
    if stage == Stage.SHADOW:
        if found.effect and found.drafted_by_id != request.user.pk:
            offer(
                "approve",
                ApproveForm,
                title=_("Put it in force"),
                button=_("Approve"),
                consequences=[
                    _("From that date on, new decisions are taken under it."),
                    _("Measures already taken keep the version that they were taken under."),
                ],
                done=_("Approved."),
            )
        offer(
            "effect",
            forms.Form,
            title=_("Compute its effect again"),
            button=_("Compute"),
            consequences=[_("The newest waves are replayed under both versions.")],
            done=_("Its effect is being computed."),
        )
    if stage in {Stage.DRAFT, Stage.SHADOW, Stage.COMING}:
        offer(
            "withdraw",
            VersionReasonForm,
            title=_("Withdraw it"),
            button=_("Withdraw"),
            consequences=[_("It never comes into force. Its text stays, with your reason.")],
            done=_("Withdrawn."),
        )
    return actions


def _effect(found: RulebookVersion) -> dict[str, Any] | None:
    if not found.effect:
        return None
    shown = found.effect["differences"][:MOST_SHOWN]
    accounts = Account.objects.in_bulk([one["account"] for one in shown if one["account"]])
    return {
        "rows": found.effect["rows"],
        "different": found.effect["different"],
        "differences": [
            {**one, "about": accounts[one["account"]].reference} for one in shown if one["account"] in accounts
        ],
    }


def _shadow(found: RulebookVersion) -> dict[str, int] | None:
    if found.shadow_from is None:
        return None
    kept = ShadowJudgement.objects.filter(version=found)
    return {"judged": kept.count(), "differently": kept.exclude(measures=F("measures_in_force")).count()}
