"""What somebody fills in who is asked how old they are. Labels come from words/asked.yaml."""

from typing import Any

from django import forms

from rempart.age.models import Voucher
from rempart.age.services.appealing import LONGEST


class _Worded(forms.Form):
    """A form whose labels and helps are sentences of a file: `labels` and `helps` say which."""

    labels: dict[str, str] = {}
    helps: dict[str, str] = {}

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        for name, field in self.fields.items():
            field.label = words[self.labels[name]]
            field.help_text = words[self.helps[name]] if name in self.helps else ""
            field.error_messages["required"] = words["missing"]


class SayForm(_Worded):
    """How old they are, in years, as they type it: nothing is proposed."""

    years = forms.IntegerField(
        min_value=0,
        max_value=120,
        widget=forms.NumberInput(attrs={"autocomplete": "off", "inputmode": "numeric", "class": "short"}),
    )
    labels = {"years": "say_question"}
    helps = {"years": "say_help"}


class AppealForm(_Worded):
    """What whoever looks should know, if anything."""

    text = forms.CharField(required=False, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 5}))
    labels = {"text": "appeal_text"}
    helps = {"text": "appeal_text_help"}


class VouchForm(_Worded):
    """Who vouches for them."""

    capacity = forms.ChoiceField(widget=forms.RadioSelect)
    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    email = forms.EmailField(widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    labels = {"capacity": "vouch_capacity", "name": "vouch_name", "email": "vouch_email"}
    helps = {"email": "vouch_email_help"}

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, words=words, **kwargs)
        self.fields["capacity"].choices = [(one, words[f"vouch_{one}"]) for one in Voucher.Capacity.values]
