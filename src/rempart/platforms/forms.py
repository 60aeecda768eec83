"""The forms of platforms: setting one up, by what its connector asks for, and doing something for a reason."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rempart.pages.labels import SERVICE, words_for
from rempart.platforms.models import Drift, Platform
from rempart.platforms.setting_fields import Group, field_for, flat, groups_of, leaves, nested, settings_struct
from rempart.records.references import SERVICES
from rempart.records.vocabulary import MEASURES

USUAL_SERVICE = {"matrix": "matrix", "atproto": "bluesky", "mastodon": "mastodon"}


class ReasonForm(forms.Form):
    """Why something is done; it is kept."""

    reason = forms.CharField(
        label=_("Your reason"), help_text=_("It is kept."), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )


class SettleForm(ReasonForm):
    """Why a difference is settled, and whether what was lost is put back."""

    apply_again = forms.BooleanField(label=_("Put it back in force"), required=False, initial=True)
    field_order = ("apply_again", "reason")

    def __init__(self, *args: Any, drift: Drift, **kwargs: Any) -> None:
        """`drift`: what is settled; only what was lost can be put back."""
        super().__init__(*args, **kwargs)
        if drift.kind != Drift.Kind.LOST:
            del self.fields["apply_again"]


class ApproximationForm(forms.Form):
    """What the platform does instead of a measure, and why."""

    measure = forms.ChoiceField(label=_("What the platform does instead"))
    reason = forms.CharField(
        label=_("Your reason"),
        help_text=_("Kept with the case, and read by whoever has to approve it."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, measure: str, **kwargs: Any) -> None:
        """`measure`: what was decided. Heavier measures say that they are."""
        super().__init__(*args, **kwargs)
        here = MEASURES.index(measure)
        chosen = self.fields["measure"]
        chosen.choices = [
            (name, _heavier(name) if place > here else words_for("measure", name, capital=True))
            for place, name in enumerate(MEASURES)
            if place and place != here
        ]


def _heavier(name: str) -> str:
    return str(_("%(measure)s (heavier: another person has to approve)")) % {
        "measure": words_for("measure", name, capital=True)
    }


class LookUpForm(forms.Form):
    """An account to ask the platform about, or none."""

    account = forms.CharField(
        label=_("An account there, if you like"),
        help_text=_("You read what the platform says of it. Without one, we ask for a name that nobody has."),
        max_length=255,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
    )


class PlatformForm(forms.Form):
    """A platform: where it is, what it covers, its secret, and what its kind of connector asks for."""

    use_required_attribute = False  # a browser cannot show what is missing inside a fold

    name = forms.SlugField(
        label=_("Name"), max_length=40, help_text=_("Short, without spaces: colleagues read it. It stays.")
    )
    service = forms.ChoiceField(label=_("Service"), help_text=_("What kind of accounts it has."))
    address = forms.CharField(
        label=_("Address"),
        max_length=300,
        help_text=_("Where its interface for programs answers: https://matrix.example.org"),
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
    )
    hosts = forms.CharField(
        label=_("Servers that it covers"),
        required=False,
        help_text=_(
            "One a line, where the service is many servers (Matrix, Mastodon): what stands behind the last colon or @ "
            "of an account. Accounts of other servers are not ours."
        ),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=_("Secret"),
        required=False,
        max_length=4000,
        strip=True,
        widget=forms.PasswordInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, kind: str, platform: Platform | None = None, **kwargs: Any) -> None:
        """`platform`: the one that is changed; its name, kind and service stay."""
        self.struct = settings_struct(kind)
        self.leaves = {leaf.name: leaf for leaf in leaves(self.struct)}
        if platform is not None:
            kwargs["initial"] = {
                "address": platform.address,
                "hosts": "\n".join(platform.hosts),
                **flat(platform.settings, self.leaves.values()),
            }
        super().__init__(*args, **kwargs)
        self.fields["secret"].help_text = (
            _("Leave it empty to keep the one that we have. It is sealed, and never shown.")
            if platform is not None and platform.secret is not None
            else _("What lets us in: a token or a password. It is sealed, and never shown again.")
        )
        if platform is not None:
            del self.fields["name"], self.fields["service"]
        else:
            self.fields["service"].choices = [(one, SERVICE.get(one, one)) for one in SERVICES]
            self.fields["service"].initial = USUAL_SERVICE.get(kind)
        self.fields |= {name: field_for(leaf) for name, leaf in self.leaves.items()}

    def common_fields(self) -> Iterator[forms.BoundField]:
        """What every platform has."""
        return (self[name] for name in self.fields if name not in self.leaves)

    def setting_groups(self) -> list[Group]:
        """What the connector asks for, what belongs together side by side."""
        return groups_of(self.leaves.values(), self)

    @property
    def given(self) -> dict[str, Any]:
        """What `services.add_platform` and `change_platform` take, but for the name, kind, service and secret."""
        return {
            "address": self.cleaned_data["address"],
            "hosts": self.cleaned_data["hosts"].split(),
            "settings": nested(self.cleaned_data, self.leaves.values()),
        }

    def clean(self) -> dict[str, Any]:
        """What was filled in, once it is what the connector's settings can be."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                msgspec.convert(nested(cleaned, self.leaves.values()), self.struct)
            except msgspec.ValidationError as error:
                self.refuse("settings", str(error))
        return cleaned

    def refuse(self, field: str, message: str) -> None:
        """Show what is wrong with a field of PlatformRefused, or with the one that its message names."""
        words = gettext(message)
        if field != "settings":
            self.add_error(field if field in self.fields else None, words)
            return
        begins = message.partition(":")[0]
        named = [name for name in self.fields if name == begins or f"`{name}`" in message or f"$.{name}" in message]
        inside = [leaf.name for leaf in self.leaves.values() if f"$.{'.'.join(leaf.path[:-1])}`" in message]
        self.add_error(next(iter([*named, *inside]), None), words)
