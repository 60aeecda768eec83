"""What people fill in at the authority desk."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rempart.accountability.models import Answer, Authority, Request
from rempart.accountability.scope import Scope
from rempart.casework.models import Decision
from rempart.intake.services import normal_hashtag
from rempart.ledger.clock import now
from rempart.pages.labels import words_for
from rempart.pages.writing import moment as written
from rempart.records.references import AccountReference, parse_reference
from rempart.staff.models import StaffMember

LONGEST = 4000
LANGUAGES = [("fr", gettext_lazy("French")), ("en", gettext_lazy("English"))]


def text(label: Any, *, rows: int = 3, **given: Any) -> forms.CharField:
    """A field for some sentences."""
    return forms.CharField(label=label, max_length=LONGEST, widget=forms.Textarea(attrs={"rows": rows}), **given)


def moment(label: Any, **given: Any) -> forms.DateTimeField:
    """A field for a day and an hour, in the site's zone."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
    return forms.DateTimeField(label=label, widget=widget, input_formats=formats, **given)


class AuthorityForm(forms.Form):
    """An authority, and how we reach it by what we know ourselves."""

    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=Authority.Kind.choices)
    name = forms.CharField(label=gettext_lazy("Its name"), max_length=200)
    country = forms.CharField(
        label=gettext_lazy("Its country"),
        max_length=2,
        initial="FR",
        help_text=gettext_lazy("Two letters, such as FR; EU for the Union’s bodies."),
    )
    language = forms.ChoiceField(label=gettext_lazy("Language of our answers"), choices=LANGUAGES)
    contact = forms.CharField(
        label=gettext_lazy("How we reach it"),
        max_length=300,
        help_text=gettext_lazy(
            "From a directory or from what we knew before, never from the request itself: by this we ask back."
        ),
    )


class RequestForm(forms.Form):
    """A request as it came in."""

    authority = forms.ModelChoiceField(
        label=gettext_lazy("Who asks"),
        queryset=Authority.objects.all(),
        empty_label=gettext_lazy("Choose, or enter it first"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("On which right"), choices=Request.Kind.choices, widget=forms.RadioSelect
    )
    reference = forms.CharField(label=gettext_lazy("Their number or date"), max_length=120)
    legal_basis = text(
        gettext_lazy("Legal basis that it names"),
        rows=2,
        required=False,
        help_text=gettext_lazy("The article and the law. Only a question may have none."),
    )
    received_at = moment(gettext_lazy("Received on"))
    deadline = moment(
        gettext_lazy("Deadline that it sets"),
        required=False,
        help_text=gettext_lazy("The clocks of the law run anyway: 10 days, or 8 hours in an emergency."),
    )
    language = forms.CharField(
        label=gettext_lazy("Language of the request"),
        max_length=8,
        initial="fr",
        help_text=gettext_lazy("As a code: fr, en, de …"),
    )
    territory = forms.CharField(
        label=gettext_lazy("Where an order applies"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Its territorial scope: the countries that it names."),
    )
    hashtag = forms.CharField(label=gettext_lazy("Hashtag"), max_length=200, required=False)
    start = moment(gettext_lazy("Period: from"), required=False)
    end = moment(gettext_lazy("Period: until"), required=False)
    accounts = text(
        gettext_lazy("Accounts that an order names, one a line"),
        rows=2,
        required=False,
        help_text=gettext_lazy(
            "service:name, such as tiktok:leo. A question or a researcher’s request names nobody: figures answer it."
        ),
    )
    items = text(gettext_lazy("Exact addresses that an order names, one a line"), rows=2, required=False)
    words = text(gettext_lazy("What is asked, in a few words"), rows=3, required=False)
    emergency = forms.BooleanField(
        label=gettext_lazy("Emergency: a European Production Order to be answered within 8 hours"), required=False
    )
    enforcing_notified = forms.BooleanField(
        label=gettext_lazy("Another authority was notified and may object (European Production Order, Article 8)"),
        required=False,
    )
    document = forms.FileField(
        label=gettext_lazy("The document"),
        required=False,
        help_text=gettext_lazy("Kept sealed. Only those who deal with authorities open it."),
    )

    def clean_accounts(self) -> tuple[AccountReference, ...]:
        """One account a line."""
        try:
            return tuple(parse_reference(line, default_service="other") for line in _lines(self, "accounts"))
        except ValueError:
            raise forms.ValidationError(_("Write each account as service:name, one a line.")) from None

    def clean_items(self) -> tuple[str, ...]:
        """One address a line."""
        field = forms.URLField(max_length=500, assume_scheme="https")
        return tuple(field.clean(line) for line in _lines(self, "items"))

    def clean(self) -> dict[str, Any]:
        """The scope is put together of its fields."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        names = ("start", "end", "accounts", "items")
        given["hashtag"] = given["hashtag"].strip().lstrip("#＃")
        try:
            self.scope = Scope(
                hashtag=normal_hashtag(given["hashtag"]) if given["hashtag"] else None,
                words=given["words"].strip(),
                **{name: given[name] for name in names},
            )
        except ValueError:
            self.add_error("end", _("The period ends before it begins."))
        return given


def _lines(form: forms.Form, name: str) -> list[str]:
    return [line.strip() for line in form.cleaned_data[name].splitlines() if line.strip()]


class ReasonForm(forms.Form):
    """A reason, read by those who deal with authorities."""

    because = text(gettext_lazy("Your reason"), help_text=gettext_lazy("Kept with the request."))


class CheckForm(ReasonForm):
    """How it was made sure that a request is authentic."""

    how = forms.ChoiceField(
        label=gettext_lazy("How did you make sure?"), choices=Request.Checked.choices, widget=forms.RadioSelect
    )
    field_order = ("how", "because")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].label = _("What you did, and who confirmed it")


class WayForm(forms.Form):
    """By which way something was handed over."""

    how = forms.CharField(
        label=gettext_lazy("By which way"),
        max_length=200,
        help_text=gettext_lazy("Where and to whom, as the authority asked."),
    )


class RefuseForm(ReasonForm):
    """On which ground a request is refused, and why."""

    ground = forms.ChoiceField(
        label=gettext_lazy("On which ground"), choices=Request.Ground.choices, widget=forms.RadioSelect
    )
    field_order = ("ground", "because")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].label = _("Why: the authority is told")


class EffectForm(forms.Form):
    """What gave effect to an order: a decision on a case, or something else in words."""

    decision = forms.ModelChoiceField(
        label=gettext_lazy("Decision that carried it out"),
        queryset=Decision.objects.none(),
        required=False,
        empty_label=gettext_lazy("None: something else was done"),
    )
    words = text(gettext_lazy("Or what else was done"), rows=2, required=False)
    effect_at = moment(gettext_lazy("And when"), required=False)

    def __init__(self, *args: Any, decisions: Any, **kwargs: Any) -> None:
        """`decisions`: those taken on the cases of the accounts concerned."""
        super().__init__(*args, **kwargs)
        self.fields["decision"].queryset = decisions
        self.fields["decision"].label_from_instance = _decision_words


def _decision_words(decision: Decision) -> str:
    measures = ", ".join(words_for("measure", one.measure) for one in decision.measures.all())
    begun = written(decision.begins_at) if decision.begins_at else ""
    return f"{decision.case.account.handle} · {measures} · {begun}"


class SilenceForm(ReasonForm):
    """Until when the authority wants the person not to be told, and why."""

    until = moment(gettext_lazy("Until"))
    field_order = ("until", "because")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].label = _("Why, as the authority says it")


class TellForm(forms.Form):
    """What the person is told of the order's reasons and of redress, in both languages."""

    fr = text(
        gettext_lazy("The order’s reasons, in French"), help_text=gettext_lazy("The person reads them as they stand.")
    )
    en = text(gettext_lazy("The same in English"))
    redress_fr = text(gettext_lazy("What they can do, in French"))
    redress_en = text(gettext_lazy("What they can do, in English"))


class WriteForm(forms.Form):
    """An answer to somebody who wrote back."""

    said = text(gettext_lazy("Your answer"), help_text=gettext_lazy("The person reads it a minute later."))


class AccountForm(forms.Form):
    """An account that an order concerns."""

    account = forms.CharField(label=gettext_lazy("Account"), max_length=255, help_text=gettext_lazy("service:name"))

    def clean_account(self) -> AccountReference:
        """As a reference."""
        try:
            return parse_reference(self.cleaned_data["account"], default_service="other")
        except ValueError:
            raise forms.ValidationError(_("This is no account.")) from None


class ProductionForm(forms.Form):
    """The order to produce that follows a preservation."""

    production = forms.ModelChoiceField(
        label=gettext_lazy("The order to produce, registered here"), queryset=Request.objects.none()
    )

    def __init__(self, *args: Any, orders: Any, **kwargs: Any) -> None:
        """`orders`: the open ones of the same authority."""
        super().__init__(*args, **kwargs)
        self.fields["production"].queryset = orders
        self.fields["production"].label_from_instance = lambda one: f"{one.number} · {one.reference}"


class AnswerForm(forms.Form):
    """A version of an answer."""

    language = forms.ChoiceField(label=gettext_lazy("Language of the answer"), choices=LANGUAGES)
    words = text(gettext_lazy("Your letter"), rows=8, required=False)
    figures = forms.BooleanField(
        label=gettext_lazy("Assemble the figures of the hashtag and the period"),
        help_text=gettext_lazy("From the record, with proofs from the ledger; small numbers are withheld."),
        required=False,
    )
    because = text(gettext_lazy("What is corrected, and why"), rows=2, required=False)
    field_order = ("language", "because", "figures", "words")

    def __init__(self, *args: Any, corrects: Answer | None, aggregate: bool, **kwargs: Any) -> None:
        """`corrects`: the version that this one replaces. `aggregate`: the law answers by figures."""
        super().__init__(*args, **kwargs)
        if corrects is None:
            del self.fields["because"]
        else:
            self.fields["because"].required = True
        if aggregate:
            self.fields["words"].help_text = _("Goes along with the figures. Name nobody.")
            del self.fields["figures"]
        else:
            self.fields["words"].help_text = _("Which effect was given to the order, when, and what goes along.")


class EncloseForm(ReasonForm):
    """A file with data about somebody."""

    file = forms.FileField(label=gettext_lazy("The file"))
    field_order = ("file", "because")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].label = _("Why the order covers exactly this")


class CommitmentForm(forms.Form):
    """A promise, who sees to it and by when."""

    authority = forms.ModelChoiceField(label=gettext_lazy("To whom"), queryset=Authority.objects.all())
    words = text(
        gettext_lazy("What was promised"), help_text=gettext_lazy("Every later answer quotes it. Name nobody.")
    )
    owner = forms.ModelChoiceField(
        label=gettext_lazy("Who sees to it"), queryset=StaffMember.objects.filter(is_active=True).order_by("name")
    )
    promised_at = moment(gettext_lazy("Promised on"))
    due = moment(gettext_lazy("To be kept by"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["promised_at"].initial = _present()


class KeepForm(ReasonForm):
    """How a promise was kept, and what shows it."""

    proof = forms.IntegerField(
        label=gettext_lazy("Place in the ledger of what shows it"),
        required=False,
        min_value=0,
        help_text=gettext_lazy("If there is one: of a rulebook put in force, say. Otherwise this note is the proof."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].label = _("How it was kept")
        self.fields["because"].help_text = _("Every later answer quotes it. Name nobody.")


def _present() -> datetime:
    return timezone.localtime(now()).replace(second=0, microsecond=0)
