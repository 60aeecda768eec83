"""What people fill in at the desk: filters of the queue, reasons, and the start of a simulation."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rempart.casework.models import Macro
from rempart.pages.labels import OUTCOME, RULEBOOK, SERVICE, words_for
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


class LookForm(ReasonForm):
    """Whether to keep or to lift what is looked at again where the person concerned hears nothing of it, and why."""

    answer = forms.ChoiceField(label=_("Your answer"), widget=forms.RadioSelect)
    field_order = ("answer", "reason")

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        """`choices`: the two answers."""
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = choices
        self.fields["reason"].error_messages["required"] = _("Please give a reason.")

    @property
    def reasons(self) -> dict[str, str]:
        """The reason, which stands for both languages."""
        return dict.fromkeys(("fr", "en"), self.cleaned_data["reason"])


class FinalForm(ReasonForm):
    """A final decision: which measures, for how long, under which articles, and the reasons that the person reads."""

    LENGTHS = (
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("180", _("6 months")),
        ("365", _("1 year")),
        ("", _("Until somebody lifts it")),
    )
    measures = forms.MultipleChoiceField(label=_("Measures"), widget=forms.CheckboxSelectMultiple)
    articles = forms.MultipleChoiceField(label=_("Articles that it rests on"), widget=forms.CheckboxSelectMultiple)
    lasts = forms.ChoiceField(label=_("For how long"), choices=LENGTHS, required=False, initial="90")
    reason_en = forms.CharField(
        label=_("The same in English"),
        help_text=_("If you leave it empty, the reasons above are shown in both languages."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ("measures", "articles", "lasts", "reason", "reason_en")

    def __init__(
        self, *args: Any, measures: list[str], articles: list[tuple[str, str]], present: set[str], **kwargs: Any
    ) -> None:
        """`measures` and `articles` (with their titles) may be chosen; those `present` are ticked to begin with."""
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("Your reasons: what is established, and how")
        self.fields["reason"].help_text = _("The person concerned reads them. Name nobody who spoke.")
        self.fields["measures"].choices = [(one, words_for("measure", one, capital=True)) for one in measures]
        self.fields["articles"].choices = articles
        self.fields["measures"].initial = [one for one in measures if one in present]
        self.fields["articles"].initial = [name for name, _title in articles if name in present]

    @property
    def reasons(self) -> dict[str, str]:
        """The reasons in both languages."""
        given = str(self.cleaned_data["reason"])
        return {"fr": given, "en": str(self.cleaned_data["reason_en"]).strip() or given}

    @property
    def length(self) -> timedelta | None:
        """For how long; None until somebody lifts it."""
        days = self.cleaned_data["lasts"]
        return timedelta(days=int(days)) if days else None


class WarnForm(ReasonForm):
    """A warning, in words that the person concerned reads."""

    reason_en = forms.CharField(
        label=_("The same in English"),
        help_text=_("If you leave it empty, the words above are shown in both languages."),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("The warning, to the person concerned")
        self.fields["reason"].help_text = _("They read it as it stands. Name nobody who spoke.")

    @property
    def words(self) -> dict[str, str]:
        """The warning in both languages."""
        given = str(self.cleaned_data["reason"])
        return {"fr": given, "en": str(self.cleaned_data["reason_en"]).strip() or given}


class QueueForm(forms.Form):
    """Simple filters of the queue, all optional, read from the address."""

    STATES = (
        ("", _("Open")),
        ("waiting", _("Waiting for approval")),
        ("in_force", _("Restricted now")),
        ("none", _("Nothing in force")),
        ("appealed", _("Appealed")),
        ("mine", _("Claimed by me")),
        ("closed", _("Closed")),
        ("all", _("All")),
    )
    q = forms.CharField(label=_("Account"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    state = forms.ChoiceField(label=_("Where it stands"), choices=STATES, required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)

    def __init__(self, *args: Any, services: list[str], **kwargs: Any) -> None:
        """`services`: those on which there can be cases."""
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


class NoteForm(forms.Form):
    """A note for the colleagues."""

    text = forms.CharField(
        label=_("Your note"),
        help_text=_("For colleagues alone. Write @ and a name to call somebody."),
        max_length=LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SaveFilterForm(forms.Form):
    """A name for the filters that are chosen now."""

    name = forms.CharField(label=_("Save these filters as"), max_length=60)
    shared = forms.BooleanField(label=_("For everybody"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=500)


class SearchForm(forms.Form):
    """What to look for."""

    q = forms.CharField(
        label=_("Words or account"), required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )


class MacroForm(forms.ModelForm):
    """A ready-made text."""

    class Meta:
        model = Macro
        fields = ("name", "use", "fr", "en")
        widgets = {
            "fr": forms.Textarea(attrs={"rows": 4, "lang": "fr"}),
            "en": forms.Textarea(attrs={"rows": 4, "lang": "en"}),
        }
        help_texts = {
            "fr": _("You may write {handle}, {measures}, {end} and {today}: they are filled in for the case.")
        }


class SecondReviewForm(ReasonForm):
    """How somebody would have answered."""

    outcome = forms.ChoiceField(
        label=_("How would you answer?"), choices=list(OUTCOME.items()), widget=forms.RadioSelect
    )
    field_order = ("outcome", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _(
            "Read by those who compare the two answers. It changes nothing for anybody."
        )
