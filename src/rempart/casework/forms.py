"""What people fill in at the desk: filters of the queue, reasons, and the start of a simulation."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import RULEBOOK, SERVICE, words_for
from rempart.rulebook import shipped

LONGEST_REASON = 2000


class ReasonForm(forms.Form):
    """A reason, without which nothing is done to anybody."""

    reason = forms.CharField(
        label=_("Your reason"),
        help_text=_("Kept with the case. The person concerned may read it."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Please give a reason: the person concerned will be told one.")},
    )


class LiftForm(ReasonForm):
    """Which measures to lift, where there are several, and why."""

    measures = forms.MultipleChoiceField(label=_("What to lift"), widget=forms.CheckboxSelectMultiple)
    field_order = ("measures", "reason")

    def __init__(self, *args: Any, measures: list[str], **kwargs: Any) -> None:
        """`measures`: those in force, all of them ticked to begin with."""
        super().__init__(*args, **kwargs)
        if len(measures) < 2:
            del self.fields["measures"]
        else:
            chosen = self.fields["measures"]
            chosen.choices = [(name, words_for("measure", name, capital=True)) for name in measures]
            chosen.initial = measures


class QueueForm(forms.Form):
    """Simple filters of the queue, all optional, read from the address."""

    STATES = (
        ("", _("All")),
        ("waiting", _("Waiting for approval")),
        ("in_force", _("Restricted now")),
        ("none", _("Nothing in force")),
        ("closed", _("Closed")),
    )
    q = forms.CharField(label=_("Account"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(label=_("Where it stands"), choices=STATES, required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)

    def __init__(self, *args: Any, services: list[str], **kwargs: Any) -> None:
        """`services`: those that have a case."""
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [("", _("All")), *((name, SERVICE[name]) for name in services)]


class SimulationForm(forms.Form):
    """An invented wave: how many accounts, which seed, under which rulebooks."""

    accounts = forms.IntegerField(
        label=_("Accounts accused"), min_value=10, max_value=5000, initial=200, help_text=_("From 10 to 5,000.")
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        min_value=0,
        max_value=2**31 - 1,
        initial=1,
        help_text=_("Any number. The same seed gives the same wave."),
    )
    rulebooks = forms.MultipleChoiceField(label=_("Rulebooks to compare"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = shipped()
        self.fields["rulebooks"].choices = [(name, RULEBOOK.get(name, name)) for name in names]
        self.fields["rulebooks"].initial = names
