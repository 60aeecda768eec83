"""What members fill in who decide about ages."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rempart.age.models import Challenge
from rempart.care.team_forms import AccountForm
from rempart.casework.statements.wording import FindingOfGuilt, ensure_no_guilt

LONGEST = 2000


class ReasonForm(forms.Form):
    """Why, for colleagues."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For colleagues, and for whoever checks the decision."),
    )


class WordsForm(ReasonForm):
    """Why, for colleagues and in words for the owner of the account."""

    fr = forms.CharField(
        label=_("In French, for the owner of the account"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "fr"}),
        help_text=_("Words for somebody of twelve: what we read, never who told us, never that they lied."),
    )
    en = forms.CharField(
        label=_("In English"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 3, "lang": "en"})
    )

    def clean(self) -> dict[str, Any]:
        """The words under `words`; refused where they suggest a fault."""
        given = super().clean() or {}
        for language in ("fr", "en"):
            try:
                ensure_no_guilt([given.get(language, "")])
            except FindingOfGuilt as refused:
                self.add_error(language, ValidationError(str(refused), code="guilt"))
        given["words"] = {language: given.get(language, "") for language in ("fr", "en")}
        return given


class HowForm(forms.Form):
    """How an address was checked."""

    how = forms.CharField(
        label=_("How you checked the address"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("On the site of the school, association or practice, or by calling them; a private one is no use."),
    )


class OpenForm(AccountForm):
    """Ask the owner of an account, which a person noticed."""

    country = forms.CharField(
        label=_("Country"), required=False, max_length=2, help_text=_("Two letters, such as FR, if you know.")
    )
    step = forms.ChoiceField(
        label=_("What is asked"),
        widget=forms.RadioSelect,
        choices=Challenge.Step.choices,
        initial=Challenge.Step.ASK,
    )
    note = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What you saw in public. Never a private message."),
    )
