"""What people looked after, and their guardians, fill in. Labels come from words/*.yaml, in the reader's words."""

import re
from typing import Any

from django import forms
from django.core.validators import RegexValidator

from rempart.care.wording import Texts

LANGUAGES = (("fr", "Français"), ("en", "English"))
_PHONE = RegexValidator(re.compile(r"^\+?[0-9][0-9 .()/-]{4,24}$"))


class _Worded(forms.Form):
    """A form whose labels, helps and errors are sentences of a file: `field` says under which name."""

    labels: dict[str, str] = {}
    helps: dict[str, str] = {}

    def __init__(self, *args: Any, words: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name, field in self.fields.items():
            field.label = words[self.labels[name]]
            field.help_text = words[self.helps[name]] if name in self.helps else ""
            field.error_messages["required"] = words["missing"]
            field.error_messages["invalid"] = words["not_so"]
            for validator in field.validators:
                if isinstance(validator, RegexValidator):
                    field.error_messages[validator.code or "invalid"] = words["not_so"]


class CallForm(_Worded):
    """Have a person call: where, when it suits, in which language (`language` itself would change the page's)."""

    phone = forms.CharField(
        max_length=30,
        widget=forms.TelInput(attrs={"autocomplete": "off"}),
        validators=[_PHONE],
    )
    when = forms.ChoiceField(widget=forms.RadioSelect)
    spoken = forms.ChoiceField(choices=LANGUAGES, widget=forms.RadioSelect)
    labels = {"phone": "call_phone", "when": "call_when", "spoken": "call_language"}
    helps = {"phone": "call_phone_help"}
    WHEN = ("any", "morning", "noon", "evening", "weekend")

    def __init__(self, *args: Any, words: Texts, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.fields["when"].choices = [(one, words[f"call_when_{one}"]) for one in self.WHEN]


class AdultForm(_Worded):
    """May a parent be told: yes and whom, not now, or that it is not safe."""

    answer = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(required=False, max_length=120)
    email = forms.EmailField(required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    sees = forms.BooleanField(required=False)
    labels = {"answer": "adult_title", "name": "adult_name", "email": "adult_mail", "sees": "adult_sees"}
    helps = {"name": "adult_name_help", "email": "adult_mail_help"}
    ANSWERS = ("yes", "no", "unsafe")

    def __init__(self, *args: Any, words: Texts, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.fields["answer"].choices = [(one, words[f"adult_{one}"]) for one in self.ANSWERS]

    def clean(self) -> dict[str, Any]:
        """A person who is to be told has a name and an address, or neither: then the team asks."""
        cleaned = super().clean() or {}
        if cleaned.get("answer") == "yes" and bool(cleaned.get("email")) != bool(cleaned.get("name")):
            lacking = "name" if cleaned.get("email") else "email"
            if lacking not in self.errors:
                self.add_error(lacking, self.words["missing"])
        return cleaned


class PauseForm(_Worded):
    """How long to be left alone."""

    how_long = forms.ChoiceField(widget=forms.RadioSelect, initial="week")
    labels = {"how_long": "pause_how_long"}
    LENGTHS = ("week", "month", "open")

    def __init__(self, *args: Any, words: Texts, **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.fields["how_long"].choices = [(one, words[f"pause_{one}"]) for one in self.LENGTHS]
