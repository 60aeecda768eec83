"""What members of the care team fill in."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from rempart.care.models import Asked, CareFile, Mandate, Mentor, Postvention
from rempart.intake.models import Account
from rempart.pages.labels import words_for
from rempart.records.references import SERVICES, AccountReference

LONGEST = 2000
AGES = [("", _("not known")), *Account.AgeBand.choices]
LANGUAGES = [("fr", _("French")), ("en", _("English"))]


class AccountForm(forms.Form):
    """Which account."""

    service = forms.ChoiceField(label=_("Service"))
    handle = forms.CharField(label=_("Account"), max_length=255, help_text=_("Its handle, such as @zoe.pixel."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = [(name, words_for("service", name)) for name in SERVICES]

    def clean(self) -> dict[str, Any]:
        """The account as a reference, under `account`."""
        given = super().clean() or {}
        if "service" in given and "handle" in given:
            try:
                given["account"] = AccountReference(given["service"], given["handle"])
            except ValueError as error:
                self.add_error("handle", ValidationError(_("This is no handle."), code="invalid"))
                del error
        return given


class OpenForm(AccountForm):
    """Offer support to somebody whom a person noticed."""

    age_band = forms.ChoiceField(
        label=_("Age"), required=False, choices=AGES, help_text=_("Unknown counts as a minor’s wherever that protects.")
    )
    country = forms.CharField(
        label=_("Country"), required=False, max_length=2, help_text=_("Two letters, such as FR, if you know.")
    )
    because = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What happened to them. Not what anybody says of them."),
        error_messages={"required": _("Please say why: colleagues have to know.")},
    )


class NoteForm(forms.Form):
    """What colleagues should know."""

    note = forms.CharField(
        label=_("Note for colleagues"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("A few words. Nothing that was told in confidence."),
    )


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Please say why: colleagues have to know.")},
    )


class WriteForm(forms.Form):
    """A message to the person looked after."""

    text = forms.CharField(label=_("Your message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))


class SettleForm(NoteForm):
    """What was done for whoever asked for a human."""

    outcome = forms.ChoiceField(
        label=_("What you did"),
        choices=[one for one in Asked.Outcome.choices if one[0] != Asked.Outcome.TAKEN_BACK],
        widget=forms.RadioSelect,
    )
    field_order = ("outcome", "note")


class PersonForm(forms.Form):
    """Somebody around the person looked after: a name and a way to reach them."""

    name = forms.CharField(label=_("Name"), max_length=120)
    reach = forms.CharField(label=_("E-mail address or telephone number"), max_length=200, help_text=_("Kept sealed."))


class MentorForm(PersonForm):
    """A mentor, and what people are told of them."""

    words_fr = forms.CharField(
        label=_("What people are told of them, in French"), max_length=600, widget=forms.Textarea(attrs={"rows": 2})
    )
    words_en = forms.CharField(label=_("The same in English"), max_length=600, widget=forms.Textarea(attrs={"rows": 2}))
    languages = forms.MultipleChoiceField(label=_("Speaks"), choices=LANGUAGES, widget=forms.CheckboxSelectMultiple)


class InviteForm(forms.Form):
    """Which mentor to propose."""

    mentor = forms.ModelChoiceField(label=_("Mentor"), queryset=Mentor.objects.none(), empty_label=None)

    def __init__(self, *args: Any, mentors: list[Mentor], **kwargs: Any) -> None:
        """`mentors`: those who can be introduced."""
        super().__init__(*args, **kwargs)
        self.fields["mentor"].queryset = Mentor.objects.filter(pk__in=[one.pk for one in mentors])


class MandateForm(PersonForm):
    """An agent or a manager, who gave the mandate, and what it is about."""

    company = forms.CharField(label=_("Company"), required=False, max_length=120)
    by = forms.ChoiceField(
        label=_("Who gave it"), choices=[("young", _("the person looked after")), ("guardian", _("a guardian"))]
    )
    scope = forms.MultipleChoiceField(
        label=_("What it is about"), choices=Mandate.Scope, widget=forms.CheckboxSelectMultiple
    )


class DeathForm(AccountForm):
    """From whom it is known. There is no field for anything else."""

    source = forms.ChoiceField(label=_("From whom you know"), choices=Postvention.Source, widget=forms.RadioSelect)


class FindForm(forms.Form):
    """Which files to list."""

    q = forms.CharField(label=_("Account"), required=False, max_length=200)
    state = forms.ChoiceField(
        label=_("Support"), required=False, choices=[("", _("going on")), *CareFile.State.choices]
    )
